// The dialogue against chance: whatever happens in whatever order, nobody is left behind, neither a caller nor an agent.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Dialogue, DialogueSettings, Past } from '../../src/call/dialogue/state.ts'
import { isWaiting, newDialogue, transferIn } from '../../src/call/dialogue/state.ts'
import { step } from '../../src/call/dialogue.ts'
import type { Way } from '../../src/call/recollection.ts'
import { type Destination, handOverTo } from '../../src/call/transfer/destination.ts'
import type { CallEvent, Command } from '../../src/call/vocabulary.ts'
import { World } from './dialogue-world.ts'
import { at, desk, events, people, phases, sales, settings } from './dialogues.ts'

const team: Destination = { ...desk, name: 'team' }
const queue: Destination = { ...desk, name: 'queue', handOver: sales, afterTalk: 'end' }

const anySettings: fc.Arbitrary<DialogueSettings> = fc
  .record({
    people: fc.constantFrom(null, team, { ...team, handOver: people }, handOverTo('people', people)),
    lastResort: fc.constantFrom(null, people),
    hasPhrases: fc.boolean(),
    keep: fc.boolean(),
  })
  .map(({ people, lastResort, hasPhrases, keep }) => ({
    ...settings,
    people,
    lastResort,
    phrases: hasPhrases
      ? settings.phrases
      : { ...settings.phrases, toPeople: '', apology: '', transferFailed: '', goodbye: '' },
    recording: { keep, consent: keep ? 'You are recorded.' : '' },
    places: {
      ...settings.places,
      destinations: { ...settings.places.destinations, queue, ...(people && { people }) },
    },
  }))

const ways: Way[] = [
  { to: 'beginning' },
  { to: 'conversation' },
  { to: 'agent', name: 'desk', because: { why: 'asked', how: 'engine' }, rung: 1 },
  { to: 'agent', name: 'gone', because: { why: 'shutdown' }, rung: 0 },
  { to: 'talk', name: 'desk', isAsked: true },
  { to: 'destination', destination: sales, name: 'sales', because: { why: 'asked', how: 'key' } },
]
const anyPast: fc.Arbitrary<Past | null> = fc.option(
  fc.record({
    way: fc.constantFrom(...ways),
    isConfidential: fc.boolean(),
    isKept: fc.boolean(),
    speech: fc.constant(null),
    turn: fc.constantFrom(2, 99),
    history: fc.constant([]),
    lastedMs: fc.constant(1_000),
  }),
)

const more: CallEvent[] = [
  { type: 'timeUp', name: 'filler', turn: 0, atMs: 0 },
  { type: 'callerWentOn', atMs: 0 },
  { type: 'suspended', atMs: 0 },
]
const anyEvent = fc.record({
  event: fc.constantFrom(...Object.values(events), ...more),
  isLate: fc.nat(9).map(one => one === 0),
})

/** As if it had happened in the turn that runs, or in one before. */
function inTurn(event: CallEvent, { turn }: Dialogue, isLate: boolean): CallEvent {
  if (!('turn' in event) || event.turn === null) return event
  return { ...event, turn: isLate ? turn - 1 : turn }
}

/** Who is fetched or stays, and what the caller hears. */
interface Outside {
  isFetched: boolean
  hasMusic: boolean
}

function obeyed(outside: Outside, command: Command): Outside {
  switch (command.type) {
    case 'bring':
      return { ...outside, isFetched: true }
    case 'withdrawTransfer':
      expect(outside, 'somebody can be called off').toMatchObject({ isFetched: true })
      return { ...outside, isFetched: false }
    case 'close':
      return { ...outside, isFetched: false }
    case 'playMusic':
    case 'stopMusic':
      expect(outside.hasMusic, command.type).toBe(command.type === 'stopMusic')
      return { ...outside, hasMusic: !outside.hasMusic }
    case 'speak':
      expect(outside.hasMusic, 'music while we speak').toBe(false)
      return outside
    default:
      return outside
  }
}

const hangUp: CallEvent = { type: 'legHungUp', hangUp: { by: 'caller', cause: 'NORMAL_CLEARING' }, atMs: 0 }

test('whatever happens in whatever phase: music is heard exactly while the caller waits, and nobody is fetched for nobody', () => {
  const anyPhase = fc.constantFrom(...Object.values(phases))
  const property = fc.property(
    anySettings,
    anyPhase,
    fc.array(anyEvent, { maxLength: 40 }),
    (settings, phase, all) => {
      let d = at(phase, { settings })
      const transfer = transferIn(phase)
      const isFetched = transfer !== null && phase.is !== 'together' && transfer.agent.is !== 'not coming'
      let outside: Outside = { isFetched, hasMusic: isWaiting(phase) }
      for (const { event, isLate } of all) {
        if (event.type === 'takenOver') outside.isFetched = true
        if (event.type === 'transferEnded') outside.isFetched = false
        const [after, commands] = step(d, inTurn(event, d, isLate))
        outside = commands.reduce(obeyed, outside)
        d = after
        if (d.phase.is === 'together') outside.isFetched = false
        if (d.phase.is === 'over') break
        expect(outside.hasMusic).toBe(isWaiting(d.phase))
        if (transferIn(d.phase) === null) expect(outside, event.type).toMatchObject({ isFetched: false })
        expect(step(d, hangUp)[0].phase.is).toBe('over')
      }
    },
  )
  fc.assert(property, { numRuns: 3_000 })
})

/** Far more steps than a call needs in which nobody does anything. */
const PATIENCE = 1_000

/** Numbers that look like chance, the same for the same seed. */
function* chance(seed: number): Generator<number, never> {
  for (let state = seed >>> 0; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}

test('a call in which nobody does anything any more comes to its end, whatever was before', () => {
  const property = fc.property(
    anySettings,
    anyPast,
    fc.array(fc.record({ isOwed: fc.boolean(), which: fc.double({ min: 0, max: 0.999, noNaN: true }) }), {
      maxLength: 60,
    }),
    fc.nat(),
    (settings, past, before, seed) => {
      const world = new World(newDialogue(settings, past))
      const story: string[] = []
      const happens = (from: CallEvent[], which: number): boolean => {
        const event = from[Math.floor(which * from.length)]
        if (!event) return false
        story.push(event.type)
        world.take(event)
        return true
      }
      for (const { isOwed, which } of before)
        if (!world.isOver) happens(isOwed ? world.owed() : world.free(), which)
      const luck = chance(seed)
      for (let steps = 0; steps < PATIENCE && !world.isOver; steps++) {
        const goesOn = happens(world.owed(), luck.next().value)
        if (!goesOn) expect.fail(`nothing leads on from ${world} after ${story.join(', ')}`)
      }
      if (!world.isOver) expect.fail(`it never ends: ${world}`)
    },
  )
  fc.assert(property, { numRuns: 3_000 })
})
