// Plans by chance: the same for the same seed. What is likely on a telephone is likely here, and everything else happens too.

import fc, { type Arbitrary } from 'fast-check'
import type { Expectation } from '../../src/engine/engine.ts'
import { EVENTS } from '../../src/pbx/freeswitch/session.ts'
import { among, choice, type Weighted } from './chance.ts'
import { transfers } from './generated-agents.ts'
import { hearings, voices } from './generated-speech.ts'
import { NAMES } from './places.ts'
import type {
  Act,
  ActPlan,
  AnswerPlan,
  CallerPlan,
  DirectivePlan,
  FaultName,
  Happening,
  Plan,
  WirePlan,
} from './plan.ts'

/** The day of this number in the year of this seed. */
export function planOf(seed: number, day: number, faults: ReadonlySet<FaultName>): Plan {
  const mixed = (Math.imul(seed, 0x9e3779b1) + Math.imul(day + 1, 0x85ebca6b)) | 0
  const [plan] = fc.sample(plans(faults), { seed: mixed, numRuns: 1 })
  if (!plan) throw new Error('no plan was made')
  return plan
}

const SENTENCES = [
  'Hello there.',
  'What can I do for you?',
  'This is a rather long sentence that takes some time to say.',
  'First one. Second one here. Third one of them.',
  'Ok.',
  '',
  ' \n',
]

function plans(faults: ReadonlySet<FaultName>): Arbitrary<Plan> {
  const has = (fault: FaultName) => faults.has(fault)
  return fc.noBias(
    fc.record({
      seed: fc.nat(1_000_000),
      callers: fc.array(callers(has), { minLength: 1, maxLength: 6, size: 'max' }),
      policy: fc.record({
        bargeIn: choice<boolean>([6, true], [1, false]),
        silenceLimit: among(0, 1, 1, 2),
        misheardLimit: among(0, 1, 1, 2),
        maxTurns: choice<number>([8, 50], [1, 3]),
        maxMs: choice<number>([8, 600_000], [1, 15_000]),
      }),
      recording: choice<Plan['recording']>([6, 'none'], [1, 'kept'], [1, 'kept with consent']),
      people: choice<Plan['people']>([5, 'named'], [2, 'ladder'], [2, 'fallback'], [1, 'none']),
      transfers,
      hearings: fc.array(hearings(has('recognizer')), { minLength: 3, maxLength: 12, size: 'max' }),
      voices: voices(has('voice')),
      wire: wires(has),
      happenings: happenings(has),
      manager: choice<Plan['manager']>([3, 'holds'], [1, 'refuses']),
    }),
  )
}

type Has = (fault: FaultName) => boolean

function callers(has: Has): Arbitrary<CallerPlan> {
  return fc.record({
    comesAtMs: choice<number>([2, 0], [3, fc.nat(8_000)], [1, fc.nat(40_000)]),
    dialplan: choice<CallerPlan['dialplan']>([6, 'guarded'], [1, 'plain']),
    engine: choice<CallerPlan['engine']>([5, 'scripted'], [1, 'flow']),
    sentBack: choice<number>([12, 0], [1, 1], [1, 4]),
    comesBackBy: among('return', 'hand'),
    talksMs: among(500, 3_000, 10_000),
    reports: choice<CallerPlan['reports']>([15, 'taken'], [has('engine') ? 1 : 0, 'throw']),
    answers: fc.array(answers(has('engine')), { minLength: 1, maxLength: 6, size: 'max' }),
    acts: actLists(has),
  })
}

/** Somebody who goes on and on, for longer than a recording lasts. */
const talk: Arbitrary<ActPlan[]> = fc
  .array(fc.record({ waitMs: fc.integer({ min: 2_500, max: 4_500 }), word: fc.nat(2) }), {
    minLength: 22,
    maxLength: 26,
  })
  .map(all => all.map(({ waitMs, word }) => ({ after: 'act', waitMs, act: { does: 'speaks', word } })))

function actLists(has: Has): Arbitrary<ActPlan[]> {
  const some = fc.array(acts(has), { maxLength: 10, size: 'max' })
  const last: Arbitrary<ActPlan[]> = choice(
    [
      3,
      fc
        .record({ after: moments, waitMs: waits, act: fc.constant<Act>({ does: 'hangsUp' }) })
        .map(act => [act]),
    ],
    [2, fc.constant<ActPlan[]>([])],
  )
  return choice(
    [14, fc.tuple(some, last).map(([acts, end]) => [...acts, ...end])],
    [1, fc.tuple(talk, some).map(([talking, acts]) => [...talking, ...acts])],
  )
}

const moments = choice<ActPlan['after']>(
  [10, 'act'],
  [4, 'speechBegins'],
  [4, 'speechEnds'],
  [1, 'rings'],
  [1, 'answered'],
  [2, 'together'],
  [1, 'alone'],
)

const waits: Arbitrary<number> = choice(
  [4, among(0, 20, 40, 100, 200, 400, 700, 1_000, 2_000, 4_000)],
  [2, fc.nat(3_000)],
  [0.2, 62_000],
)

function acts(has: Has): Arbitrary<ActPlan> {
  const act = choice<Act>(
    [8, fc.record({ does: fc.constant('speaks' as const), word: fc.nat(2) })],
    [1, { does: 'makesNoise' }],
    [
      4,
      fc.record({
        does: fc.constant('presses' as const),
        keys: among('0', '1', '12', '*', '#', '123#', '9', '00', '1w1', '5', '73846195827#'),
        hastily: fc.boolean(),
      }),
    ],
    [1, { does: 'holds' }],
    [2, { does: 'unholds' }],
    [1, { does: 'fallsSilent' }],
    [
      0.7,
      fc.record({
        does: fc.constant('isTransferred' as const),
        to: among(...NAMES),
        announce: among(null, 'I connect you.'),
      }),
    ],
    [0.3, { does: 'isToldSomething' }],
    [0.2, { does: 'isHungUpOn' }],
    [has('wire') ? 0.2 : 0, fc.record({ does: fc.constant('cutsWire' as const), midFrame: fc.boolean() })],
    [
      has('wire') ? 0.3 : 0,
      fc.record({ does: fc.constant('stallsWire' as const), ms: among(100, 500, 1_500) }),
    ],
    [
      has('recordings') ? 0.3 : 0,
      fc.record({ does: fc.constant('stallsRecordings' as const), ms: among(400, 2_000, 4_000, 9_000) }),
    ],
  )
  return fc.record({ after: moments, waitMs: waits, act })
}

function answers(faulty: boolean): Arbitrary<AnswerPlan> {
  return fc.record({
    ends: choice<AnswerPlan['ends']>(
      [12, 'well'],
      ...(faulty
        ? ([
            [1, 'fails'],
            [1, 'never'],
            [1, 'hangs'],
          ] as const)
        : []),
    ),
    heedsSignal: choice<boolean>([6, true], [faulty ? 1 : 0, false]),
    firstMs: choice<number>([4, 0], [2, among(100, 400, 1_000)], [faulty ? 1 : 0, 3_000]),
    gapMs: among(0, 0, 0, 50, 150),
    lastMs: choice<number>([4, 0], [1, 1_000], [faulty ? 1 : 0, 3_000]),
    directives: choice(
      [8, fc.array(directives, { minLength: 1, maxLength: 3, size: 'max' })],
      [1, fc.array(directives, { maxLength: 8, size: 'max' })],
    ),
  })
}

const expectations: Arbitrary<Partial<Expectation>> = choice<Partial<Expectation>>(
  [2, fc.integer({ min: 1, max: 4 }).map(numDigits => ({ expect: 'digits' as const, numDigits }))],
  [1, { expect: 'digits', finishOnKey: '#' }],
  [1, { expect: 'digits', validDigits: ['0', '1', '12'] }],
  [2, { expect: 'digits', finishOnKey: '#', confidential: true }],
  [1, { expect: 'digits', numDigits: 3, confidential: true, timeoutMs: 1_000 }],
  [1, { expect: 'none' }],
  [1, { expect: 'yes-no', timeoutMs: 500 }],
  [1, { expect: 'open', endOfTurnMs: 300 }],
  [1, { expect: 'open', finishOnKey: '0' }],
)

const directives: Arbitrary<DirectivePlan> = choice<DirectivePlan>(
  [
    10,
    fc.record({
      says: among(...SENTENCES),
      interruptible: choice<boolean>([4, true], [1, false]),
      language: choice<string | null>([9, null], [1, 'de-DE']),
    }),
  ],
  [1, fc.record({ plays: among('ding.wav', 'none.wav'), interruptible: fc.boolean() })],
  [0.5, { language: 'de-DE' }],
  [0.5, fc.record({ digits: among('1w2', 'x;y', '') })],
  [3, fc.record({ listens: expectations })],
  [
    6,
    fc.record({
      transfers: among(...NAMES),
      announce: among(null, 'I connect you.', 'I connect you.', 'I get somebody who knows. One moment.', ''),
    }),
  ],
  [0.7, { ends: 'done' }],
)

/** Those whose loss we must survive: that of a hold nobody could make good. */
const LOSABLE = [
  ...EVENTS.filter(name => !/HOLD$/.test(name)),
  'CHANNEL_PROGRESS',
  'CHANNEL_ANSWER',
  'BACKGROUND_JOB',
]

function wires(has: Has): Arbitrary<WirePlan> {
  return fc.record({
    bytes: choice<WirePlan['bytes']>(
      [3, 'whole'],
      [has('bytes') ? 1 : 0, 'split'],
      [has('bytes') ? 1 : 0, 'glued'],
    ),
    events: choice<WirePlan['events']>(
      [5, null],
      [
        has('events') ? 2 : 0,
        fc.record({
          fate: among('delay', 'repeat', 'lose'),
          names: choice(
            [3, among(...LOSABLE).map(name => [name])],
            [1, ['CHANNEL_HANGUP', 'CHANNEL_HANGUP_COMPLETE']],
          ),
          chance: among(0.05, 0.2, 0.5, 1),
          mostMs: among(40, 200),
          seed: fc.nat(1_000_000),
        }),
      ],
    ),
    slow: choice<WirePlan['slow']>(
      [9, null],
      [
        has('slow-switch') ? 1 : 0,
        fc.record({
          commands: among(
            ['uuid_record'],
            ['uuid_break'],
            ['uuid_fileman'],
            ['uuid_setvar'],
            ['uuid_transfer'],
            ['uuid_kill'],
            ['originate'],
            ['conference'],
          ),
          ms: among(50, 300, 1_500, 6_000),
        }),
      ],
    ),
  })
}

function happenings(has: Has): Arbitrary<Happening[]> {
  const atMs = fc.nat(30_000)
  const backAfterMs = choice<number | null>([5, among(150, 400, 1_000, 2_500)], [1, 12_000], [1, null])
  const kinds: Weighted<Happening>[] = [
    [
      has('disk') ? 1 : 0,
      fc.record({ atMs, happens: fc.constant('disk full' as const), ms: among(500, 5_000, 60_000) }),
    ],
    [
      has('recordings') ? 1 : 0,
      fc.record({ atMs, happens: fc.constant('recordings refused' as const), ms: among(500, 60_000) }),
    ],
    [has('recordings') ? 0.5 : 0, fc.record({ atMs, happens: fc.constant('recordings vanish' as const) })],
    [
      has('disk') ? 1 : 0,
      fc.record({
        atMs,
        happens: fc.constant('disk slow' as const),
        ms: among(5_000, 60_000),
        eachMs: among(5, 100, 1_000),
      }),
    ],
    [
      has('overload') ? 1 : 0,
      fc.record({ atMs, happens: fc.constant('overload' as const), ms: among(500, 10_000) }),
    ],
    [has('voice') ? 1 : 0, fc.record({ atMs, happens: fc.constant('prompts vanish' as const) })],
    [
      has('wall') ? 1 : 0,
      fc.record({
        atMs,
        happens: fc.constant('wall jumps' as const),
        ms: among(-3_600_000, -2_000, 2_000, 3_600_000),
      }),
    ],
    [
      has('restarts') ? 3 : 0,
      fc.record({
        atMs,
        happens: fc.constant('kill' as const),
        backAfterMs,
        tornBytes: choice<number>([4, 0], [1, among(1, 9, 60)]),
      }),
    ],
    [has('suspend') ? 2 : 0, fc.record({ atMs, happens: fc.constant('suspend' as const), backAfterMs })],
    [has('drain') ? 1 : 0, fc.record({ atMs, happens: fc.constant('drain' as const), backAfterMs })],
    [
      has('control') ? 1 : 0,
      fc.record({ atMs, happens: fc.constant('control cut' as const), ms: among(0, 500, 5_000, 20_000) }),
    ],
  ]
  if (kinds.every(([weight]) => weight === 0)) return fc.constant([])
  return choice<Happening[]>(
    [1, []],
    [2, fc.array(choice(...kinds), { minLength: 1, maxLength: 3, size: 'max' })],
  ).map(all => [...all].sort((a, b) => a.atMs - b.atMs))
}
