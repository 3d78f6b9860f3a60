// A captured session once more, on the embedded switch: what the daemon wrote then is written again at the same
// moments, on all of its connections, and what comes back is kept beside what came then.

import { duplexPair } from 'node:stream'
import { expect } from 'vitest'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import type { DialplanStep } from './call-flow.ts'
import { FakeFreeswitch } from './fake-freeswitch.ts'
import { essence, type Golden, MessageReader, readGolden, stampMs, type Timed } from './golden.ts'
import type { Caller } from './person.ts'
import type { PersonScript } from './person-script.ts'
import { monoWav } from './wav.ts'

/** An execute starts within 21 ms and an event arrives within 21 ms: two of the kind may lie so far apart. */
export const TICK_MS = 22
/** The replay's clock at the moment of `connect`. */
const BASE_MS = 200
/** So long before `connect` the call comes in. */
const LEAD_MS = 1

export interface Scenario {
  callerNameBytes?: Buffer
  before?: DialplanStep[]
  people?: Record<string, PersonScript>
  extensions?: Record<string, DialplanStep[]>
  /** Recordings whose files cannot be made. */
  unwritable?: (path: string) => boolean
  /**
   * A moment at which a frame of 20 ms ends; not given: by the stamps. On the real switch frames drift against
   * the moments at which a connection looks for events; where a trace shows which came first, they must lie so.
   */
  tickAtMs?: number
  /** What people do, in milliseconds since `connect`. */
  acts?: (stage: Stage) => { atMs: number; act: () => void }[]
}

export interface Stage {
  pbx: FakeFreeswitch
  caller: Caller
  /** A command by somebody else. */
  operator(command: string): void
}

type Message = Golden['messages'][number]['what']

export interface Replayed extends Stage {
  clock: ManualClock
  files: MemoryFiles
  /** What came then and what came now, by connection. */
  links: Record<string, { golden: Golden; got: Timed<Message>[] }>
}

type LinkName = 'outbound' | 'inbound' | 'agent'

/** `names`: the connections that were captured. */
export async function replay(trace: string, scenario: Scenario = {}, names: LinkName[] = ['outbound']) {
  const zeroMs = readGolden(`${trace}.outbound`).zeroMs
  const goldens = names.map(name => ({ name, golden: readGolden(`${trace}.${name}`, zeroMs) }))
  const channelData = goldens[0]?.golden.messages[0]?.what.headers ?? {}
  const offsetMs = wallOffsetMs(goldens.map(({ golden }) => golden))
  const clock = new ManualClock({ wallStartMs: offsetMs - BASE_MS })
  const files = new MemoryFiles()
  files.grow('/var/lib/parley/prompts/greeting.wav', monoWav(new Int16Array(16_000).fill(900)))
  files.grow('/var/lib/parley/prompts/reply.wav', monoWav(new Int16Array(24_000).fill(700)))

  const links: Replayed['links'] = {}
  const near = goldens.map(({ name, golden }) => {
    const [daemon, wire] = duplexPair()
    const got: Timed<Message>[] = []
    const reader = new MessageReader()
    daemon.on('data', (bytes: Buffer) => {
      for (const what of reader.read(bytes)) got.push({ atMs: clock.now() - BASE_MS, what })
    })
    links[name] = { golden, got }
    return { name, golden, daemon, wire }
  })
  const wireOf = (name: LinkName) => {
    const found = near.find(one => one.name === name)
    if (!found) throw new Error(`no ${name} in this trace`)
    return found.wire
  }

  const startMs = BASE_MS - LEAD_MS
  const tickAtMs = scenario.tickAtMs ?? -offsetMs
  const pbx = new FakeFreeswitch({
    clock,
    files,
    firstTickMs: 0.01 + modulo(tickAtMs + BASE_MS - startMs, 20),
    ...(scenario.people && { people: scenario.people }),
    ...(scenario.extensions && { extensions: scenario.extensions }),
    faults: { ...(scenario.unwritable && { unwritable: scenario.unwritable }) },
    roomProfiles: { default: { music: false } },
    listeners: { '127.0.0.1:8084': () => wireOf('agent') },
  })
  const steps = near.flatMap(({ golden, daemon }) =>
    golden.commands.map(({ atMs, what }) => ({
      atMs,
      act: (): void => {
        daemon.write(what)
      },
    })),
  )
  if (names.includes('inbound')) {
    const opensMs = links.inbound?.golden.messages[0]?.atMs ?? 0
    steps.push({ atMs: opensMs, act: () => pbx.acceptControl(wireOf('inbound')) })
  }
  const [operator, operatorWire] = duplexPair()
  operator.resume()
  const stage: Partial<Stage> & { pbx: FakeFreeswitch } = {
    pbx,
    operator: command => void operator.write(`${command}\n\n`),
  }
  pbx.acceptControl(operatorWire)
  operator.write('auth ClueCon\n\n')
  const until = async (atMs: number) => clock.advanceAsync(Math.max(0, BASE_MS + atMs - clock.now()))
  const run = async (list: typeof steps) => {
    for (const { atMs, act } of list.sort((a, b) => a.atMs - b.atMs)) {
      await until(atMs)
      act()
      await clock.settle()
    }
  }
  await run(steps.filter(({ atMs }) => atMs < -LEAD_MS))
  await until(-LEAD_MS)
  const caller = await pbx.call({
    id: channelData['Unique-ID'] ?? '',
    to: channelData['Caller-Destination-Number'] ?? '',
    from: '+15550100',
    callerNameBytes: scenario.callerNameBytes ?? Buffer.from('Jane Doe'),
    dialplan: [
      ...(scenario.before ?? []),
      { do: 'answer' },
      { do: 'socket', to: [() => wireOf('outbound')] },
    ],
  })
  const replayed = { ...stage, caller, clock, files, links } as Replayed
  await run([...steps.filter(({ atMs }) => atMs >= -LEAD_MS), ...(scenario.acts?.(replayed) ?? [])])
  const lastMs = Math.max(...goldens.map(({ golden }) => golden.messages.at(-1)?.atMs ?? 0))
  await until(lastMs + 1_000)
  operator.destroy()
  await clock.settle()
  return { ...replayed, daemon: near[0]?.daemon ?? operator }
}

/** Wall clock less trace time: no event can have arrived before it happened. */
function wallOffsetMs(goldens: readonly Golden[]): number {
  const all = goldens.flatMap(({ messages }) =>
    messages.flatMap(({ atMs, what }) => {
      const stamp = stampMs(what)
      return stamp === undefined ? [] : [stamp - atMs]
    }),
  )
  return Math.max(...all)
}

function modulo(a: number, b: number): number {
  return ((a % b) + b) % b
}

/**
 * The same messages in the same order at about the same times. In the captures the phones were legs of the same
 * switch; here they are people: what concerns those legs alone is left out. `boundMs`: how far apart.
 */
export function expectSame({ links, caller }: Replayed, boundMs = TICK_MS): void {
  for (const [name, { golden, got }] of Object.entries(links)) {
    const real = golden.messages.filter(one => concerns(one.what, caller.id, golden))
    expect(
      got.map(one => essence(one.what)),
      name,
    ).toEqual(real.map(one => essence(one.what)))
    real.forEach((one, i) => {
      const fake = got[i]
      if (!fake) throw new Error('too few messages')
      const apartMs = Math.abs(fake.atMs - one.atMs)
      const what = one.what.event?.Action ?? one.what.event?.['Event-Name'] ?? one.what.contentType
      // The close after lingering falls on a whole second of the wall clock: the next one by a hair.
      const goodbye = one.what.body.startsWith('Disconnected')
      expect(apartMs, `${name} ${i}: ${what}`).toBeLessThan(goodbye ? 1_000 : boundMs)
      // Which frame is a recording's first is a matter of chance.
      if (what === 'RECORD_STOP')
        expect(Math.abs(recordedMs(fake.what) - recordedMs(one.what))).toBeLessThan(40)
    })
    // A recording begins between two ticks: its stamp may be that of either.
    const stamps = (messages: Timed<Message>[]) =>
      messages.flatMap(one => (isRecordStart(one.what) ? [] : (stampMs(one.what) ?? [])))
    const realStamps = stamps(real)
    const fakeStamps = stamps(got)
    realStamps.forEach((stamp, i) => {
      const apartMs = Math.abs(stamp - (fakeStamps[i] ?? 0))
      expect(apartMs, `${name}: stamp ${i}`).toBeLessThan(boundMs)
    })
  }
}

function concerns({ event }: Message, callerId: string, golden: Golden): boolean {
  if (!event) return true
  const written = golden.commands.map(({ what }) => what.toString('latin1')).join('')
  const job = event['Job-UUID']
  if (job !== undefined) return written.includes(job)
  const leg = event['Unique-ID']
  return leg === undefined || leg === callerId || written.includes(leg)
}

function recordedMs(message: Message): number {
  return Number(message.event?.variable_record_ms)
}

function isRecordStart(message: Message): boolean {
  return message.event?.['Event-Name'] === 'RECORD_START'
}
