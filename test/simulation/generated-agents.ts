// Who is called, and what they do, by chance: mostly somebody who takes the call, and everything else.

import fc, { type Arbitrary } from 'fast-check'
import { among, choice } from './chance.ts'
import { AGENTS } from './places.ts'
import type { AgentActPlan, AgentPlan, PhonePlan, TransfersPlan } from './plan.ts'

type AgentAct = AgentActPlan['act']

const waits = choice<number>([3, among(0, 20, 200, 700, 1_500, 3_000)], [2, fc.nat(5_000)])

function act(after: AgentActPlan['after'], one: AgentAct | Arbitrary<AgentAct>): Arbitrary<AgentActPlan> {
  const act = 'generate' in one ? one : fc.constant(one)
  return fc.record({ after: fc.constant(after), waitMs: waits, act })
}

const takes: Arbitrary<AgentAct> = choice<AgentAct>(
  [6, { does: 'presses', keys: '1' }],
  [2, { does: 'speaks', word: 0 }],
)
const declines: Arbitrary<AgentAct> = choice<AgentAct>(
  [2, { does: 'presses', keys: '2' }],
  [1, { does: 'hangsUp' }],
)
const anything = choice<AgentAct>(
  [3, fc.record({ does: fc.constant('presses' as const), keys: among('1', '2', '5', '*', '12') })],
  [3, fc.record({ does: fc.constant('speaks' as const), word: fc.nat(2) })],
  [2, { does: 'holds' }],
  [2, { does: 'unholds' }],
  [2, { does: 'hangsUp' }],
)

/** What follows the meeting, if there is one. */
const talk: Arbitrary<AgentActPlan[]> = choice<AgentActPlan[]>(
  [3, []],
  [4, act('joined', { does: 'hangsUp' }).map(one => [one])],
  [
    1,
    fc
      .tuple(
        act('joined', { does: 'holds' }),
        act('act', { does: 'unholds' }),
        act('act', { does: 'hangsUp' }),
      )
      .map(all => [...all]),
  ],
  [1, act('joined', { does: 'holds' }).map(one => [one])],
  [3, act('joined', { does: 'speaks', word: 1 }).map(one => [one])],
)

const acts: Arbitrary<AgentActPlan[]> = choice<AgentActPlan[]>(
  [8, fc.tuple(act('act', takes), talk).map(([take, rest]) => [take, ...rest])],
  [2, act('act', declines).map(one => [one])],
  [2, talk],
  [2, act('act', { does: 'drones' }).map(one => [{ ...one, waitMs: 0 }])],
  [2, fc.array(act('act', anything), { maxLength: 4, size: 'max' })],
)

const REFUSALS = [
  'USER_BUSY',
  'CALL_REJECTED',
  'NO_USER_RESPONSE',
  'UNALLOCATED_NUMBER',
  'NORMAL_CLEARING',
] as const

const phones: Arbitrary<PhonePlan> = fc.record({
  ringsAfterMs: choice<number | null>([5, 1], [2, among(100, 600)], [1, null]),
  soundAfterMs: choice<number | null>([7, null], [1, among(50, 400)]),
  does: choice<PhonePlan['does']>([9, 'answers'], [3, 'refuses'], [2, 'never answers']),
  afterMs: choice<number>([2, among(1, 20, 300)], [4, fc.integer({ min: 300, max: 5_000 })], [1, 7_000]),
  cause: among(...REFUSALS),
  acts,
})

const agents: Arbitrary<AgentPlan> = choice<AgentPlan>(
  [8, phones.map(one => ({ phones: [one] }))],
  [2, fc.array(phones, { minLength: 2, maxLength: 3, size: 'max' }).map(all => ({ phones: all }))],
  [1, { phones: [] }],
)

export const transfers: Arbitrary<TransfersPlan> = fc.record({
  afterTalk: among('assistant', 'assistant', 'end'),
  takesNotes: choice<boolean>([3, false], [1, true]),
  introduces: fc.boolean(),
  ladderEnds: among('queue', 'assistant'),
  music: choice<TransfersPlan['music']>([4, 'stream'], [1, 'ring-back'], [1, 'missing']),
  trunk: choice<TransfersPlan['trunk']>([6, 'up'], [1, 'down'], [1, 'unknown']),
  agents: fc.tuple(...AGENTS.map(number => turnsOf(number))).map(all => [...all]),
})

function turnsOf(number: string): Arbitrary<TransfersPlan['agents'][number]> {
  const turns = fc.array(agents, { minLength: 1, maxLength: 3, size: 'max' })
  return fc.record({ number: fc.constant(number), turns })
}
