// Very many transfers at random, many at once, with everything that callers, agents, machines, the switch and our own process can do
// to them: when all is over nothing is left. PARLEY_TRANSFERS says how many, PARLEY_SEED which ones.

import { expect, test } from 'vitest'
import type { Told } from '../../src/call/news.ts'
import type { Destination, Dialable, Rung } from '../../src/call/transfer/destination.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { desksOfTests } from '../desks.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { PersonScript } from '../fake-freeswitch/person-script.ts'
import { type Random, seededRandom } from '../fake-freeswitch/seeded.ts'
import { say } from '../fakes/providers.ts'
import type { Desk } from '../harness.ts'
import { destination, extension, guard, guardedPeople, outside, rung, voice } from './bringing.ts'

const open = desksOfTests()

const TRANSFERS = Number(process.env.PARLEY_TRANSFERS ?? 100)
const SEED = Number(process.env.PARLEY_SEED ?? 1)
/** Each may have four legs and more; the daemon takes 100 connections. */
const AT_ONCE = 18
/** No call lasts longer. */
const LONGEST_MS = 60_000

/** What a caller does, and when after they have called. */
type Act = { does: 'hangs up' | 'never mind' | 'holds' | 'presses' | 'loses the line'; atMs: number }

interface Plan {
  to: Destination
  people: Record<string, PersonScript>
  acts: readonly Act[]
}

class Dice {
  readonly #random: Random
  constructor(random: Random) {
    this.#random = random
  }
  upTo(most: number): number {
    return Math.floor(this.#random() * most)
  }
  chance(of: number): boolean {
    return this.#random() < of
  }
  one<T>(of: readonly T[]): T {
    return of[this.upTo(of.length)] as T
  }
}

const MACHINE = voice.sayAt8k(
  'hello this is the mailbox of somebody who is not here please leave a message after the tone and we call you back',
)

function personOf(dice: Dice): PersonScript {
  const answersAfterMs = 100 + dice.upTo(9_000)
  switch (dice.upTo(12)) {
    case 0:
      return { refuses: 'USER_BUSY' }
    case 1:
      return {
        refuses: dice.one(['CALL_REJECTED', 'USER_BUSY', 'NORMAL_TEMPORARY_FAILURE']),
        refusesAfterMs: dice.upTo(6_000),
      }
    case 2:
      return { neverAnswers: true, ringsAfterMs: dice.chance(0.5) ? null : 50 }
    case 3:
      return { unregistered: true }
    case 4:
      return { answersAfterMs, onAnswer: person => void person.says(MACHINE) }
    case 5:
      return { answersAfterMs, leavesAfterMs: dice.upTo(4_000) }
    case 6:
      return { answersAfterMs, onAnswer: person => void person.presses('2', { afterMs: dice.upTo(6_000) }) }
    case 7:
      return { answersAfterMs }
    default: {
      const leavesAfterMs = 3_000 + dice.upTo(15_000)
      const pressMs = dice.upTo(4_000)
      const holds = dice.chance(0.2)
      return {
        answersAfterMs,
        ...(dice.chance(0.7) && { leavesAfterMs }),
        onAnswer: person => {
          if (holds) person.holds()
          void person.presses('1', { afterMs: pressMs })
        },
      }
    }
  }
}

function planOf(index: number, dice: Dice): Plan {
  const people: Record<string, PersonScript> = {}
  let phones = 0
  const dialable = (): Dialable => {
    const number = `7${String(index).padStart(5, '0')}${phones++}`
    people[number] = personOf(dice)
    if (dice.chance(0.5)) return extension(number)
    const gateway = dice.chance(0.1) ? dice.one(['broken', 'nowhere']) : 'trunk'
    return outside(number, { callerId: dice.one(['trunk', 'original', 'custom']) }, gateway)
  }
  const rungs: Rung[] = Array.from({ length: dice.chance(0.1) ? 0 : 1 + dice.upTo(3) }, () =>
    rung(Array.from({ length: 1 + dice.upTo(3) }, dialable), {
      ringMs: 1_000 + dice.upTo(8_000),
      acceptance: dice.one(['answer', 'key', 'key', 'word']),
      machines: dice.chance(0.4),
    }),
  )
  const acts = Array.from(
    { length: dice.upTo(3) },
    (): Act => ({
      does: dice.one(['hangs up', 'never mind', 'holds', 'presses', 'loses the line']),
      atMs: dice.upTo(25_000),
    }),
  )
  return {
    to: destination(rungs, {
      name: `d${index}`,
      isWarm: dice.chance(0.5),
      introduction: dice.chance(0.3) ? 'Here you are.' : '',
      takesNotes: dice.chance(0.3),
      afterTalk: dice.one(['assistant', 'end']),
      sendsHeaders: dice.chance(0.3),
      handOver: dice.chance(0.3) ? { number: '3000', context: 'public' } : null,
    }),
    people,
    acts,
  }
}

/** Sends every caller to the destination of their number, and once more when they come back, sometimes. */
function engineOf(plans: readonly Plan[]): Engine {
  return {
    name: 'scripted',
    open: call => {
      const plan = plans[Number(call.from)]
      let times = 0
      return {
        async *ask(input) {
          const isAgain = input.type === 'transfer' && times < 2
          if (plan && (input.type === 'start' || isAgain)) {
            times++
            yield { type: 'transfer', to: plan.to.name, announce: times === 1 ? 'I connect you.' : null }
          } else yield say('Good.')
        },
        report: () => {},
      }
    },
    close: async () => {},
  }
}

/** Everybody who is connected to the daemon loses it at one moment, and another one is there. */
async function kill(desk: Desk, legs: readonly Caller[]): Promise<void> {
  const { files, clock } = desk
  desk.switch.cutControlLinks()
  const journals = files.paths().filter(path => path.startsWith('/journals/'))
  const written = new Map(journals.map(path => [path, Buffer.from(files.bytesOf(path))]))
  for (const leg of legs) if (!leg.isOver) leg.cutsWire()
  await clock.settle(12)
  await clock.advanceAsync(1)
  // What it would have written about that is not written.
  for (const [path, bytes] of written) {
    files.remove(path)
    files.grow(path, bytes)
  }
  desk.restart()
}

async function upgrade(desk: Desk): Promise<void> {
  await desk.passing(desk.calls.suspend())
  desk.restart()
}

function act(caller: Caller, { does }: Act): void {
  if (caller.isOver) return
  switch (does) {
    case 'hangs up':
      return caller.hangsUp()
    case 'never mind':
      return void caller.presses('*')
    case 'presses':
      return void caller.presses('5#')
    case 'holds':
      return caller.holds()
    case 'loses the line':
      return caller.cutsWire()
  }
}

test(`${TRANSFERS} at random leave nothing behind (seed ${SEED})`, {
  timeout: 60_000 + TRANSFERS * 1_000,
}, async () => {
  const dice = new Dice(seededRandom(SEED))
  const plans = Array.from({ length: TRANSFERS }, (_, index) => planOf(index, dice))
  const desk = open({
    engine: engineOf(plans),
    destinations: Object.fromEntries(plans.map(({ to }) => [to.name, to])),
    limit: AT_ONCE,
    pbx: {
      gateways: ['trunk'],
      gatewaysDown: ['broken'],
      people: Object.assign({ '2000': {}, '3000': {} }, ...plans.map(({ people }) => people)),
      extensions: { 'parley-people': guardedPeople },
    },
  })
  const outcomes = new Map<string, number>()
  const running = new Map<string, Told>()
  const watch = (): void => {
    // What a process has begun and not ended dies with it.
    running.clear()
    desk.exchange.news.listen(news => {
      if (news.type !== 'transfer') return
      if (news.status !== 'completed') return void running.set(news.id, news)
      expect(running.delete(news.id)).toBe(true)
      outcomes.set(news.outcome ?? '', (outcomes.get(news.outcome ?? '') ?? 0) + 1)
    })
  }
  watch()
  const present = new Map<Caller, { untilMs: number; acts: Act[]; unholdMs: number | undefined }>()
  const legs = (): Caller[] => [
    ...present.keys(),
    ...plans
      .slice(0, next)
      .flatMap(({ people }) => Object.keys(people).flatMap(number => desk.switch.legsOf(number))),
  ]
  let next = 0
  while (next < TRANSFERS || present.size > 0) {
    if (next < TRANSFERS && present.size < AT_ONCE) {
      const plan = plans[next] as Plan
      const caller = await desk.call({ ...guard(desk), from: String(next) })
      const untilMs = desk.clock.now() + 20_000 + dice.upTo(LONGEST_MS - 20_000)
      const acts = plan.acts.map(one => ({ ...one, atMs: desk.clock.now() + one.atMs }))
      present.set(caller, { untilMs, acts, unholdMs: undefined })
      next++
    }
    await desk.clock.advanceAsync(dice.upTo(800))
    if (dice.chance(0.01)) desk.switch.cutControlLinks()
    const fate = dice.upTo(300)
    if (fate === 0) await kill(desk, legs())
    if (fate === 1) await upgrade(desk)
    if (fate < 2) watch()
    const now = desk.clock.now()
    for (const [caller, state] of present) {
      for (const one of state.acts.filter(({ atMs }) => atMs <= now)) {
        if (one.does === 'holds') state.unholdMs = now + 4_000
        act(caller, one)
      }
      state.acts = state.acts.filter(({ atMs }) => atMs > now)
      if (state.unholdMs !== undefined && state.unholdMs <= now) {
        state.unholdMs = undefined
        if (!caller.isOver) caller.unholds()
      }
      if (now >= state.untilMs && !caller.isOver) caller.hangsUp()
      if (caller.isOver) present.delete(caller)
    }
  }
  // Orders that were withdrawn while the control link was down are waited for a little longer.
  await desk.clock.advanceAsync(40_000)
  expect([...running.values()]).toEqual([])
  console.log(`${TRANSFERS} transfers, seed ${SEED}:`, JSON.stringify(Object.fromEntries(outcomes)))
  if (TRANSFERS >= 100) expect(outcomes.size).toBeGreaterThan(5)
})
