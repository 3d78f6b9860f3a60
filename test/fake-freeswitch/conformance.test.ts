// Captured sessions with one connection, replayed: see replay.ts. Those with a control link are in
// transfer-conformance.test.ts.

import { expect, test } from 'vitest'
import { expectSame, replay } from './replay.ts'

const complaints = ({ pbx }: Awaited<ReturnType<typeof replay>>) => pbx.violations.map(({ what }) => what)

test('01: records, plays and hangs up as the real switch does', async () => {
  const replayed = await replay('01-record-play-hangup')
  expectSame(replayed)
  expect(complaints(replayed)).toEqual([])
  // The real one was 41,644 bytes long; which frame was its first is a matter of chance.
  const bytes = replayed.files.bytesOf('/var/lib/parley/recordings/turn1.wav').length
  expect(Math.abs(bytes - 41_644)).toBeLessThanOrEqual(320)
})

test('02: a call that is killed during a playback', async () => {
  const replayed = await replay('02-caller-hangs-up-during-playback', {
    acts: ({ caller, operator }) => [
      { atMs: 9_162.8 - 8_345.3 - 4, act: () => operator(`api uuid_kill ${caller.id}`) },
    ],
  })
  expectSame(replayed)
  expect(complaints(replayed)).toEqual([])
})

test('03: uuid_break all ends what plays, and nothing ever tells of what waited', async () => {
  const replayed = await replay('03-barge-in-break-all')
  expectSame(replayed)
  expect(replayed.caller.plays.map(play => play.how)).toEqual(['break', 'done'])
})

test('04: a playback without event-lock runs inside the first, and is a violation', async () => {
  const replayed = await replay('04-nested-playback-without-event-lock')
  expectSame(replayed)
  expect(complaints(replayed)).toEqual(['a playback inside another: event-lock is missing'])
  const lengthsMs = replayed.caller.plays.map(play => (play.stoppedMs ?? 0) - play.startedMs)
  expect(lengthsMs).toEqual([5_000, 2_000])
})

test('05: digits', async () => {
  const replayed = await replay('05-dtmf', {
    acts: ({ caller }) => [{ atMs: 834 - 110.3 - 2.5, act: () => void caller.presses('12#') }],
  })
  expectSame(replayed)
})

test('11: a caller whose name is Latin-1', async () => {
  const replayed = await replay('11-caller-id-latin1', {
    callerNameBytes: Buffer.from('José García', 'latin1'),
  })
  expectSame(replayed)
  const [connected] = replayed.links.outbound?.got ?? []
  expect(connected?.what.headers['Caller-Caller-ID-Name']).toBe('José García')
})

test('12: the switch itself stops a recording when the caller has fallen silent', async () => {
  const replayed = await replay('12-native-silence-endpoint', {
    acts: ({ caller }) => [
      { atMs: 1_000, act: () => void caller.says(new Int16Array(3_615 * 8).fill(2_000)) },
    ],
  })
  expectSame(replayed)
  expect(complaints(replayed)).toEqual([])
})

test('13: after the socket is lost with socket_resume the dialplan goes on within 15 ms', async () => {
  const { caller, clock, daemon, ...replayed } = await replay('13-socket-lost-resume', {
    before: [{ do: 'set', name: 'socket_resume', value: 'true' }],
  })
  expectSame({ caller, clock, ...replayed })
  const atMs = clock.now()
  daemon.destroy()
  await clock.settle()
  await clock.advanceAsync(15)
  expect(caller.plays.at(-1)?.how).toBe('cut')
  expect(clock.now() - atMs).toBe(15)
})
