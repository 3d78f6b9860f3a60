// What is looked at after each frame of those who are called, and of the rooms in which they meet callers.

import { transferIn } from '../../src/call/dialogue/state.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { AgentLeg } from './agents.ts'
import type { Breaches } from './broken.ts'
import type { SimulatedCaller } from './caller.ts'
import type { World } from './day.ts'
import { hidesHangUps } from './explained.ts'
import type { Plan } from './plan.ts'

/** A room that has lost one of two lets go of the other with its next frames. */
const ALONE_LIMIT_MS = 2_000
const RINGING_LIMIT_MS = 1_000
/** Whoever came too late is told so. */
const LAST_WORDS_MS = 9_000
/** A new process looks for the legs of those before it as soon as it can, and again a second later. */
const SWEEP_LIMIT_MS = 3_000
const MUSIC_LIMIT_MS = 1_500
const MUSIC = /^local_stream:|;loops=-1$/
/** Nobody hears music then. */
const SPEAKING = new Set(['thinking', 'speaking', 'interrupted', 'listening'])
/** What somebody outside wants of a call takes its time. */
const MEDDLING_MS = 20_000

/** Whoever comes into a room is heard a little later; our view of it is a frame old. */
const COMING_MS = 200
const HEARD_AFTER_MS = 600
const HOLDS = /on hold$/

interface Talk {
  agent: AgentLeg
  sinceMs: number
}

export class Talks {
  readonly #world: World
  readonly #breaches: Breaches
  readonly #slackMs: number
  readonly #isImpaired: boolean
  /** Since when whoever is alone is so. */
  readonly #alone = new Map<string, number>()
  /** By caller. */
  readonly #talks = new Map<string, Talk>()
  /** Since when a leg is not needed. */
  readonly #needless = new Map<AgentLeg, number>()
  /** Since when a caller hears what they should not, or nothing. */
  readonly #soundless = new Map<string, number>()
  /** Since when the present life can command the switch. */
  #inControlMs = 0

  constructor(world: World, breaches: Breaches) {
    this.#world = world
    this.#breaches = breaches
    const { events, slow } = world.plan.wire
    this.#slackMs = 40 + 3 * (slow?.ms ?? 0) + (events ? 3 * events.mostMs : 0)
    this.#isImpaired = isImpaired(world.plan)
  }

  look(nowMs: number): void {
    const { agents, callers, daemon } = this.#world
    if (!daemon.life?.hasControl) this.#inControlMs = nowMs
    this.#inControlMs = Math.max(this.#inControlMs, daemon.begunMs)
    for (const number of agents.strangers)
      this.#breaches.add('only-destinations', `somebody was dialled under ${number}`)
    if (agents.rooms.length > 0 || this.#alone.size > 0) this.#lookAtRooms(nowMs)
    for (const caller of callers) {
      this.#lookAtTalk(caller, nowMs)
      this.#lookAtMusic(caller, nowMs)
    }
    for (const leg of agents.live) this.#lookAtLeg(leg, nowMs)
  }

  #lookAtRooms(nowMs: number): void {
    const { agents, callers } = this.#world
    const alone = new Set(agents.rooms.flatMap(room => (room.length === 1 ? room : [])))
    for (const id of this.#alone.keys()) if (!alone.has(id)) this.#alone.delete(id)
    for (const id of alone) {
      const sinceMs = this.#alone.get(id) ?? nowMs
      this.#alone.set(id, sinceMs)
      const who = callers.some(caller => caller.id === id) ? 'a caller' : 'an agent'
      if (nowMs - sinceMs > ALONE_LIMIT_MS + this.#slackMs && !this.#isImpaired)
        this.#breaches.add('nobody-alone', `${who} is alone in a room`)
    }
    for (const room of agents.rooms)
      if (room.length > 2) this.#breaches.add('one-agent', `${room.length} are in one room`)
  }

  #lookAtTalk(caller: SimulatedCaller, nowMs: number): void {
    const { agents } = this.#world
    const { id, person } = caller
    const room = agents.rooms.find(one => one.length > 1 && one.includes(id))
    const agent = room && agents.of(id).find(leg => room.includes(leg.person.id))
    const before = this.#talks.get(id)
    if (before && before.agent !== agent && person) {
      this.#talks.delete(id)
      this.#talkEnded(caller, person, before, nowMs)
    }
    if (agent && !this.#talks.has(id)) this.#talks.set(id, { agent, sinceMs: nowMs })
  }

  /** By one of the two, or by somebody outside. */
  #talkEnded(
    { meddledMs, plan }: SimulatedCaller,
    caller: Caller,
    { agent, sinceMs }: Talk,
    nowMs: number,
  ): void {
    const { ledger, daemon } = this.#world
    if (daemon.deaths.some(({ atMs }) => atMs > sinceMs)) ledger.count('talked on without its daemon')
    this.#checkHearing(agent.person, caller, sinceMs, nowMs)
    this.#checkHearing(caller, agent.person, sinceMs, nowMs)
    const [byCaller, byAgent] = [hangUpOf(caller), hangUpOf(agent.person)]
    // Who was left by an agent is with us again, or goes on in their dialplan.
    if (byAgent === 'caller' && byCaller === 'switch' && plan.dialplan === 'guarded')
      this.#breaches.add('talks-go-on', 'an agent has left, and with them the caller')
    if (byCaller === 'caller' || byAgent === 'caller' || nowMs - meddledMs < MEDDLING_MS) return
    if (this.#isImpaired) return
    const how = `the caller's end: ${byCaller ?? 'none'}, the agent's: ${byAgent ?? 'none'}`
    this.#breaches.add('talks-go-on', `a talk ended by nobody of the two (${how})`)
  }

  /** What one says while both are there is heard by the other. */
  #checkHearing(one: Caller, other: Caller, sinceMs: number, nowMs: number): void {
    if ([one, other].some(({ transcript }) => transcript.lines.some(({ what }) => HOLDS.test(what)))) return
    const saysSo = one.transcript.lines.some(({ atMs, who, what }) => {
      const saidMs = one.beganAtMs + atMs
      return (
        who === 'caller' &&
        what.startsWith('says') &&
        saidMs > sinceMs + COMING_MS &&
        saidMs < nowMs - HEARD_AFTER_MS
      )
    })
    if (saysSo && other.heardMs(one) === 0)
      this.#breaches.add('hear-each-other', 'somebody spoke and was not heard')
  }

  #lookAtMusic({ id, person, heldSinceMs, stalledUntilMs }: SimulatedCaller, nowMs: number): void {
    const call = this.#world.daemon.life?.calls.get(id)
    const isHere = person?.place.at === 'socket' && !person.isOver && nowMs > stalledUntilMs
    const is = call && isHere && heldSinceMs === undefined ? call.dialogue.phase.is : undefined
    const last = person?.plays.at(-1)
    const isMusic = last?.how === 'playing' && MUSIC.test(last.path)
    const wrong =
      is === 'waiting' && !person?.isSpokenTo
        ? 'a caller waits and hears nothing'
        : isMusic && is !== undefined && SPEAKING.has(is)
          ? 'a caller who does not wait any more hears music'
          : undefined
    if (wrong === undefined) return void this.#soundless.delete(id)
    const sinceMs = this.#soundless.get(id) ?? nowMs
    this.#soundless.set(id, sinceMs)
    if (nowMs - sinceMs > MUSIC_LIMIT_MS + this.#slackMs && !this.#isImpaired)
      this.#breaches.add('music-while-waiting', wrong)
  }

  #lookAtLeg(leg: AgentLeg, nowMs: number): void {
    const why = this.#needlessness(leg, nowMs)
    if (why === undefined) return void this.#needless.delete(leg)
    const sinceMs = Math.max(this.#needless.get(leg) ?? nowMs, this.#inControlMs)
    this.#needless.set(leg, this.#needless.get(leg) ?? nowMs)
    const { how, limitMs } = why
    if (nowMs - sinceMs > limitMs + this.#slackMs)
      this.#breaches.add(
        'phones-fall-silent',
        `${leg.answeredMs === undefined ? 'a phone rings' : 'an agent is on the line'} ${how}`,
      )
  }

  /** Why nobody needs this leg, and how soon it must be ended; undefined when somebody may. */
  #needlessness(leg: AgentLeg, nowMs: number): { how: string; limitMs: number } | undefined {
    const { callers, daemon } = this.#world
    const caller = callers.find(({ id }) => id === leg.callId)
    const isGone = caller?.person?.isOver || caller?.person?.place.at === 'people'
    // Nobody has told the daemon that they are gone.
    if (isGone && (hidesHangUps(this.#world.plan) || nowMs < caller.stalledUntilMs)) return undefined
    const isRinging = leg.answeredMs === undefined
    const { life } = daemon
    const isOrphan = leg.life !== life?.number
    if (isGone)
      return { how: 'for a caller who is gone', limitMs: isOrphan ? SWEEP_LIMIT_MS : RINGING_LIMIT_MS }
    if (this.#talks.has(leg.callId) && this.#talks.get(leg.callId)?.agent === leg) return undefined
    if (isOrphan) return { how: 'for a daemon that is gone', limitMs: SWEEP_LIMIT_MS }
    const call = life?.calls.get(leg.callId)
    const transfer = call && transferIn(call.dialogue.phase)
    if (transfer?.agent.is === 'coming') return undefined
    if (isRinging) return { how: 'for a caller who needs nobody', limitMs: RINGING_LIMIT_MS }
    return transfer ? undefined : { how: 'with nobody', limitMs: LAST_WORDS_MS }
  }
}

/** Who has ended this leg, as the switch sees it; `caller` is whoever was on it. */
function hangUpOf({ transcript }: Caller): string | undefined {
  return transcript.lines.findLast(({ what }) => what.startsWith('hangs up'))?.who
}

/** On a switch that loses what it tells, or is slow, nobody knows who has come into a room. */
function isImpaired({ wire: { events, slow } }: Plan): boolean {
  return events?.fate === 'lose' || (slow?.ms ?? 0) >= 1_500
}
