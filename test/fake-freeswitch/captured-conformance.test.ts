// Sessions captured with `npm run trace` on FreeSWITCH 1.10.12, replayed: see replay.ts and capture/scripts.ts.

import { expect, test } from 'vitest'
import type { DialplanStep } from './call-flow.ts'
import { expectSame, replay, type Stage, TICK_MS } from './replay.ts'

const leaves = (atMs: number) => (stage: Stage) => ({ atMs, act: () => stage.caller.hangsUp() })

/** Over seconds, frames and connections drift apart by a tick. */
const DRIFT_MS = 2 * TICK_MS

const complaints = ({ pbx }: Stage) => pbx.violations.map(({ what }) => what)

test('15: the caller holds and comes back', async () => {
  const replayed = await replay('15-hold', {
    acts: stage => [
      { atMs: 1_555, act: () => stage.caller.holds() },
      { atMs: 2_818, act: () => stage.caller.unholds() },
      leaves(4_575)(stage),
    ],
  })
  expectSame(replayed, DRIFT_MS)
  expect(complaints(replayed)).toEqual([])
})

test('16: a playback is paused and goes on, is broken while paused, begins in the middle', async () => {
  const replayed = await replay('16-pause-and-resume', { acts: stage => [leaves(6_978)(stage)] })
  expectSame(replayed, DRIFT_MS)
  expect(complaints(replayed)).toEqual([])
})

test('17: what is queued follows a break, and a break ends what is nested and what it is in', async () => {
  const replayed = await replay('17-queued-and-nested-plays')
  expectSame(replayed, DRIFT_MS)
  expect(complaints(replayed)).toEqual(['a playback inside another: event-lock is missing'])
})

test('18: a room with a talking agent, and a caller who is let go without being hung up', async () => {
  const replayed = await replay(
    '18-room',
    {
      people: { '2000': { ringsAfterMs: null, answersAfterMs: 510 } },
      acts: stage => [
        {
          atMs: 1_600,
          act: () => void stage.pbx.personOn(AGENT)?.says(new Int16Array(950 * 8).fill(6_000)),
        },
        { atMs: 2_735, act: () => void stage.caller.says(new Int16Array(600 * 8).fill(3_000)) },
        leaves(6_180)(stage),
      ],
    },
    ['outbound', 'inbound'],
  )
  expectSame(replayed, DRIFT_MS)
  expect(complaints(replayed)).toEqual([])
})

test('19: an agent’s leg is briefed, and stays in the room when the caller leaves', async () => {
  const replayed = await replay(
    '19-agent-leg',
    {
      people: { '2000': { ringsAfterMs: null, answersAfterMs: 505 } },
      acts: stage => [
        leaves(3_905)(stage),
        { atMs: 7_395, act: () => stage.operator('api hupall MANAGER_REQUEST') },
      ],
    },
    ['outbound', 'inbound', 'agent'],
  )
  expectSame(replayed, DRIFT_MS)
  expect(complaints(replayed)).toEqual([])
})

test('20: without socket_resume, what is queued is played out before the call ends', async () => {
  const before: DialplanStep[] = [
    { do: 'execute', app: 'multiset', data: '^^~' },
    {
      do: 'execute',
      app: 'event',
      data: 'Event-Name=CUSTOM,Event-Subclass=parley::arrived,Parley-Caller=c824b11c-cb7d-4b9d-9733-ca55e04ec63c',
    },
  ]
  const replayed = await replay(
    '20-socket-lost',
    { before, acts: stage => [{ atMs: 1_200, act: () => stage.caller.cutsWire() }] },
    ['outbound', 'inbound'],
  )
  expectSame(replayed, DRIFT_MS)
  expect(complaints(replayed)).toEqual([])
})

test('21: recordings that cannot be made, have a limit, are stopped, end with the call', async () => {
  const replayed = await replay('21-recordings', {
    unwritable: path => path.startsWith('/proc'),
    acts: stage => [leaves(5_400)(stage)],
  })
  expectSame(replayed, DRIFT_MS)
  expect(complaints(replayed)).toEqual([])
})

test('22: a transfer cuts a playback', async () => {
  const replayed = await replay('22-transfer-cuts-a-playback', {
    extensions: {
      '2002': [
        { do: 'execute', app: 'multiset', data: '^^~' },
        { do: 'execute', app: 'ring_ready', data: '' },
        { do: 'execute', app: 'sleep', data: '60000' },
      ],
    },
    acts: stage => [leaves(2_275)(stage)],
  })
  expectSame(replayed, DRIFT_MS)
  expect(complaints(replayed)).toEqual([])
})

const AGENT = 'a0000018-0000-4000-8000-000000000001'
