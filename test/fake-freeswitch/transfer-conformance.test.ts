// Captured sessions in which an agent is called: the caller's connection, the control link, and in one of them the
// agent's own, replayed together.

import { expect, test } from 'vitest'
import { expectSame, replay, type Stage, TICK_MS } from './replay.ts'

/** Loud enough to be talking from its first frame. */
const speech = (ms: number) => new Int16Array(ms * 8).fill(1_500)

const talks = (atMs: number) => (stage: Stage) => ({
  atMs,
  act: () => void stage.caller.says(speech(10_000)),
})
const allHungUp = (atMs: number) => (stage: Stage) => ({
  atMs,
  act: () => stage.operator('api hupall MANAGER_REQUEST'),
})

test('06: an agent answers, and the room ends when the agent leaves', async () => {
  const replayed = await replay(
    '06-transfer-answered-agent-leaves',
    {
      people: { '2003': { ringsAfterMs: null, answersAfterMs: 313, leavesAfterMs: 3_002 } },
      tickAtMs: 5,
      acts: stage => [talks(1_050)(stage)],
    },
    ['outbound', 'inbound'],
  )
  expectSame(replayed)
  expect(replayed.pbx.violations).toEqual([])
})

test('07: the agent is busy, the caller is taken out of the room and hears a prompt', async () => {
  const replayed = await replay(
    '07-transfer-busy',
    {
      people: { '2001': { refuses: 'USER_BUSY' } },
      tickAtMs: 12.5,
      acts: stage => [allHungUp(4_201)(stage)],
    },
    ['outbound', 'inbound'],
  )
  expectSame(replayed)
  expect(replayed.pbx.violations).toEqual([])
})

test('08: nobody answers in time', async () => {
  const replayed = await replay(
    '08-transfer-no-answer',
    {
      people: { '2002': { neverAnswers: true } },
      tickAtMs: 5,
      acts: stage => [talks(1_065)(stage), allHungUp(3_894)(stage)],
    },
    ['outbound', 'inbound'],
  )
  expectSame(replayed)
})

test('09: a gateway and a user that do not exist', async () => {
  const replayed = await replay(
    '09-transfer-invalid-gateway',
    { tickAtMs: 15, acts: stage => [allHungUp(1_408)(stage)] },
    ['outbound', 'inbound'],
  )
  expectSame(replayed)
})

test('10: the caller leaves, and the agent’s phone rings on until it is told not to', async () => {
  const replayed = await replay(
    '10-transfer-caller-leaves-while-ringing',
    {
      people: { '2002': { neverAnswers: true } },
      tickAtMs: 15,
      acts: ({ caller, operator }) => [{ atMs: 1_009, act: () => operator(`api uuid_kill ${caller.id}`) }],
    },
    ['outbound', 'inbound'],
  )
  expectSame(replayed)
})

test('14: an agent’s leg comes to the daemon, is briefed, and joins', async () => {
  const replayed = await replay(
    '14-agent-leg-lands-on-the-listener',
    {
      people: { '2000': { ringsAfterMs: null, answersAfterMs: 510 } },
      tickAtMs: 8.5,
      acts: stage => [talks(1_065)(stage), allHungUp(4_634)(stage)],
    },
    ['outbound', 'inbound', 'agent'],
  )
  // In four seconds the frames and the connections of this trace have drifted apart by a tick.
  expectSame(replayed, 2 * TICK_MS)
  expect(replayed.pbx.violations).toEqual([])
})
