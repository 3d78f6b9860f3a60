import { duplexPair } from 'node:stream'
import { expect, test } from 'vitest'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import type { DialplanStep } from './call-flow.ts'
import { FakeFreeswitch } from './fake-freeswitch.ts'
import { essence, type Golden, MessageReader, readGolden, stampMs, type Timed } from './golden.ts'
import type { Caller } from './person.ts'
import { monoWav } from './wav.ts'

/** An execute starts within 21 ms and an event arrives within 21 ms: two of the kind may lie so far apart. */
const TICK_MS = 22

interface Scenario {
  callerNameBytes?: Buffer
  before?: DialplanStep[]
  /** What the person does, in milliseconds of the trace. */
  acts?: (caller: Caller) => { atMs: number; act: () => void }[]
}

type Message = Golden['messages'][number]['what']

// The switch's ticks lie about 10 ms before the moments at which the trace's events arrived.
async function replay(name: string, scenario: Scenario = {}) {
  const golden = readGolden(name)
  const ticked = golden.messages.find(({ what }) => what.event && !isRecordStart(what))
  const baseMs = 100
  const firstTickMs = 1 + ((baseMs + (ticked?.atMs ?? 0) + 10) % 20)
  const channelData = golden.messages[0]?.what.headers ?? {}

  const clock = new ManualClock({ wallStartMs: 1_795_163_895_000 })
  const files = new MemoryFiles()
  files.grow('/var/lib/parley/prompts/greeting.wav', monoWav(new Int16Array(16_000).fill(900)))
  files.grow('/var/lib/parley/prompts/reply.wav', monoWav(new Int16Array(24_000).fill(700)))
  const [daemon, wire] = duplexPair()
  const got: Timed<Message>[] = []
  const reader = new MessageReader()
  daemon.on('data', (bytes: Buffer) => {
    for (const what of reader.read(bytes)) got.push({ atMs: clock.now() - baseMs, what })
  })
  const pbx = new FakeFreeswitch({ clock, files, firstTickMs })
  const caller = await pbx.call({
    id: channelData['Unique-ID'] ?? '',
    to: channelData['Caller-Destination-Number'] ?? '',
    from: '+15550100',
    callerNameBytes: scenario.callerNameBytes ?? Buffer.from('Jane Doe'),
    dialplan: [{ do: 'answer' }, ...(scenario.before ?? []), { do: 'socket', to: [() => wire] }],
  })

  const steps = [
    ...golden.commands.map(({ atMs, what }) => ({ atMs, act: () => void daemon.write(what) })),
    ...(scenario.acts?.(caller) ?? []),
  ].sort((a, b) => a.atMs - b.atMs)
  for (const { atMs, act } of steps) {
    await clock.advanceAsync(baseMs + atMs - clock.now())
    act()
    await clock.settle()
  }
  const lastMs = golden.messages.at(-1)?.atMs ?? 0
  await clock.advanceAsync(baseMs + lastMs + 1_000 - clock.now())
  return { golden, got, pbx, caller, clock, daemon, files }
}

function expectSame(golden: Golden, got: Timed<Message>[]) {
  expect(got.map(one => essence(one.what))).toEqual(golden.messages.map(one => essence(one.what)))
  golden.messages.forEach((real, i) => {
    const fake = got[i]
    if (!fake) throw new Error('too few messages')
    // The close after lingering falls on a whole second of the wall clock, which the two do not share.
    const goodbye = real.what.body.startsWith('Disconnected')
    const apartMs = Math.abs(fake.atMs - real.atMs)
    expect(apartMs, `${i}: ${real.what.event?.['Event-Name'] ?? real.what.contentType}`).toBeLessThan(
      goodbye ? 1_000 : TICK_MS,
    )
  })
  // A recording begins between two ticks: its stamp may be that of either.
  const stamps = (messages: Timed<Message>[]) =>
    messages.flatMap(one => (isRecordStart(one.what) ? [] : (stampMs(one.what) ?? [])))
  const real = stamps(golden.messages)
  const fake = stamps(got)
  real.forEach((stamp, i) => {
    const apartMs = Math.abs(stamp - (real[0] ?? 0) - ((fake[i] ?? 0) - (fake[0] ?? 0)))
    expect(apartMs, `stamp ${i}`).toBeLessThan(TICK_MS)
  })
}

function isRecordStart(message: Message): boolean {
  return message.event?.['Event-Name'] === 'RECORD_START'
}

test('01: records, plays and hangs up as the real switch does', async () => {
  const { golden, got, pbx, files } = await replay('01-record-play-hangup.outbound')
  expectSame(golden, got)
  expect(pbx.violations).toEqual([])
  // The real one was 41,644 bytes long; which frame was its first is a matter of chance.
  const bytes = files.bytesOf('/var/lib/parley/recordings/turn1.wav').length
  expect(Math.abs(bytes - 41_644)).toBeLessThanOrEqual(320)
})

test('02: a caller who hangs up during a playback', async () => {
  const { golden, got, pbx } = await replay('02-caller-hangs-up-during-playback.outbound', {
    acts: caller => [{ atMs: 9_162.8 - 8_345.3 - 4, act: () => caller.hangsUp() }],
  })
  expectSame(golden, got)
  expect(pbx.violations).toEqual([])
})

test('03: uuid_break all ends what plays, and nothing ever tells of what waited', async () => {
  const { golden, got, caller } = await replay('03-barge-in-break-all.outbound')
  expectSame(golden, got)
  expect(caller.plays.map(play => play.how)).toEqual(['break', 'done'])
})

test('04: a playback without event-lock runs inside the first, and is a violation', async () => {
  const { golden, got, pbx, caller } = await replay('04-nested-playback-without-event-lock.outbound')
  expectSame(golden, got)
  expect(pbx.violations.map(one => one.what)).toEqual(['a playback inside another: event-lock is missing'])
  expect(caller.plays.map(play => (play.stoppedMs ?? 0) - play.startedMs)).toEqual([5_000, 2_000])
})

test('05: digits', async () => {
  const { golden, got } = await replay('05-dtmf.outbound', {
    acts: caller => [{ atMs: 834 - 110.3 - 2.5, act: () => void caller.presses('12#') }],
  })
  expectSame(golden, got)
})

test('11: a caller whose name is Latin-1', async () => {
  const { golden, got } = await replay('11-caller-id-latin1.outbound', {
    callerNameBytes: Buffer.from('José García', 'latin1'),
  })
  expectSame(golden, got)
  expect(got[0]?.what.headers['Caller-Caller-ID-Name']).toBe('José García')
})

test('13: after the socket is lost with socket_resume the dialplan goes on within 15 ms', async () => {
  const [daemon, wire] = duplexPair()
  const {
    golden,
    got,
    caller,
    clock,
    daemon: first,
  } = await replay('13-socket-lost-resume.outbound', {
    before: [{ do: 'set', name: 'socket_resume', value: 'true' }],
  })
  expectSame(golden, got)
  daemon.resume()
  expect(wire.destroyed).toBe(false)
  const atMs = clock.now()
  first.destroy()
  await clock.settle()
  await clock.advanceAsync(15)
  expect(caller.plays.at(-1)?.how).toBe('cut')
  expect(clock.now() - atMs).toBe(15)
})
