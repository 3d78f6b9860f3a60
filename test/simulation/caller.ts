// One person who calls: comes at their time, does what the plan says, and at last waits for what becomes of them.

import type { Dial } from '../fake-freeswitch/call-flow.ts'
import type { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import type { Agents } from './agents.ts'
import { dialplanOf, NUMBER, RETURN } from './building.ts'
import type { Daemon } from './daemon.ts'
import type { Act, ActPlan, CallerPlan } from './plan.ts'
import { NOISE, WORDS } from './sounds.ts'

/** Who waits for the assistant's voice does so for so long. */
const PATIENCE_MS = 6_000
/** So long people talk with a caller. */
const WITH_PEOPLE_MS = 2_500

export interface SimulatedCaller {
  readonly id: string
  readonly plan: CallerPlan
  /** Undefined until they have called. */
  person: Caller | undefined
  /** When they were done with all they meant to do. */
  actedMs: number | undefined
  /** Until then they speak. */
  speaksUntilMs: number
  heldSinceMs: number | undefined
  /** Until then the switch's connection or recording stands still for them. */
  stalledUntilMs: number
  /** Since when the switch plays out what a lost daemon has left. */
  forgottenMs: number | undefined
  /** So often people have sent them back to the assistant. */
  returns: number
  /** When each key was pressed. */
  pressedMs: number[]
  /** Since when somebody talks with them. */
  togetherMs: number | undefined
  /** When somebody outside wanted something of their call. */
  meddledMs: number
}

export function newCaller(plan: CallerPlan, index: number): SimulatedCaller {
  return {
    id: `00000000-0000-4000-8000-00000000000${index}`,
    plan,
    person: undefined,
    actedMs: undefined,
    speaksUntilMs: Number.NEGATIVE_INFINITY,
    heldSinceMs: undefined,
    stalledUntilMs: Number.NEGATIVE_INFINITY,
    forgottenMs: undefined,
    returns: 0,
    pressedMs: [],
    togetherMs: undefined,
    meddledMs: Number.NEGATIVE_INFINITY,
  }
}

export interface Stage {
  clock: ManualClock
  pbx: FakeFreeswitch
  dial: Dial
  agents: Agents
  daemon: Daemon
}

export async function comes(caller: SimulatedCaller, stage: Stage): Promise<void> {
  const { clock, pbx, dial } = stage
  const { plan, id } = caller
  const person = pbx.call({
    id,
    to: NUMBER,
    from: '+15550100',
    callerName: 'Jane Doe',
    dialplan: dialplanOf(plan, dial),
    variables: { parley_profile: plan.engine },
  })
  // It is there at once; the promise tells when the dialplan has come somewhere.
  caller.person = pbx.personOn(id)
  void person
  await playActs(caller, stage)
  caller.actedMs = clock.now()
  // Nobody holds for ever.
  if (caller.heldSinceMs !== undefined) perform(caller, { does: 'unholds' }, stage)
}

async function playActs(caller: SimulatedCaller, stage: Stage): Promise<void> {
  for (const { after, waitMs, act } of caller.plan.acts) {
    await moment(caller, after, stage)
    await pause(waitMs, stage.clock)
    if (isAway(caller)) return
    perform(caller, act, stage)
  }
}

function isAway({ person }: SimulatedCaller): boolean {
  return !person || person.isOver
}

function pause(ms: number, clock: ManualClock): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise(resolve => void clock.after(ms, resolve))
}

async function moment(
  caller: SimulatedCaller,
  after: ActPlan['after'],
  { clock, agents }: Stage,
): Promise<void> {
  const { person, id } = caller
  if (after === 'act' || !person) return
  if (after !== 'speechBegins' && after !== 'speechEnds') {
    const holds: Record<typeof after, () => boolean> = {
      rings: () => agents.of(id).length > 0,
      answered: () => agents.of(id).some(({ answeredMs }) => answeredMs !== undefined),
      together: () => agents.hasCompany(id),
      alone: () => !agents.hasCompany(id),
    }
    const inTime = { withinMs: PATIENCE_MS, what: after }
    if (after === 'alone') await person.until(holds.together, inTime).catch(() => undefined)
    return person.until(holds[after], inTime).catch(() => undefined)
  }
  const isIt = after === 'speechBegins'
  const from = person.isSpokenTo
  const options = { withinMs: PATIENCE_MS, what: after }
  // Whoever waits in vain goes on all the same.
  const until = (spokenTo: boolean) =>
    person.until(() => person.isSpokenTo === spokenTo, options).catch(() => undefined)
  if (from === isIt) await until(!isIt)
  await until(isIt)
  await clock.settle(0)
}

export function perform(caller: SimulatedCaller, act: Act, { clock, daemon }: Stage): void {
  const { person } = caller
  if (!person) return
  const nowMs = clock.now()
  const say = (sound: Int16Array) => {
    caller.speaksUntilMs = Math.max(nowMs, caller.speaksUntilMs) + sound.length / 8
    void person.says(sound)
  }
  switch (act.does) {
    case 'speaks':
      return say(WORDS[act.word] ?? NOISE)
    case 'makesNoise':
      return say(NOISE)
    case 'presses':
      for (let at = 0; at < act.keys.length; at++) caller.pressedMs.push(nowMs + at * 480)
      return void person.presses(act.keys, act.hastily ? { keyMs: 40, gapMs: 40 } : {})
    case 'holds':
      caller.heldSinceMs ??= nowMs
      return person.holds()
    case 'unholds':
      caller.heldSinceMs = undefined
      return person.unholds()
    case 'fallsSilent':
      caller.speaksUntilMs = nowMs
      return person.fallsSilent()
    case 'hangsUp':
      return person.hangsUp()
    case 'cutsWire':
      return person.cutsWire({ midFrame: act.midFrame })
    case 'stallsWire':
      caller.stalledUntilMs = Math.max(caller.stalledUntilMs, nowMs + act.ms)
      return person.stallsWire(act.ms)
    case 'stallsRecordings':
      return person.stallsRecordings(act.ms)
    case 'isTransferred':
      caller.meddledMs = nowMs
      return daemon.life?.transfer(caller.id, act.to, act.announce)
    case 'isToldSomething':
      return daemon.life?.say(caller.id)
    case 'isHungUpOn':
      caller.meddledMs = nowMs
      return daemon.life?.hangUp(caller.id)
  }
}

/** So long somebody listens to nothing on a line that the switch has forgotten. */
const FORGOTTEN_MS = 8_000
const ENOUGH_MS = 60_000

/**
 * What becomes of a caller who has done all they wanted: people talk with them for a while, and everybody goes. A paused prompt
 * whose daemon is gone stands still for ever where the dialplan has no guard: nobody but the caller can end that.
 */
export function mayGo(caller: SimulatedCaller, agents: Agents, nowMs: number): void {
  const { person } = caller
  if (!person || person.isOver) return
  if (agents.hasCompany(caller.id)) caller.togetherMs ??= nowMs
  else caller.togetherMs = undefined
  const { togetherMs, actedMs, plan } = caller
  const hasTalked = togetherMs !== undefined && nowMs - togetherMs >= plan.talksMs
  if (hasTalked && actedMs !== undefined) return person.hangsUp()
  if (person.place.at === 'draining') caller.forgottenMs ??= nowMs
  else caller.forgottenMs = undefined
  // Who is brought to people again and again has enough of it some day.
  if (agents.wereCalledFor(caller.id) && actedMs !== undefined && nowMs - actedMs > ENOUGH_MS)
    return person.hangsUp()
  const isForgotten = caller.forgottenMs !== undefined && nowMs - caller.forgottenMs > FORGOTTEN_MS
  const isServed = person.place.at === 'people' && person.ms - person.place.sinceMs >= WITH_PEOPLE_MS
  if (isServed && caller.returns < caller.plan.sentBack) {
    caller.returns++
    return person.isSentOnTo(plan.comesBackBy === 'return' ? RETURN : NUMBER)
  }
  if (isForgotten || isServed) person.hangsUp()
}
