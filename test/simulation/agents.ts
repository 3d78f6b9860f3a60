// Those who are called for callers: who answers under which number as the plan says, and whose leg it is.

import type { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { PersonScript } from '../fake-freeswitch/person-script.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import { AGENTS, HAND_OVERS } from './places.ts'
import type { AgentActPlan, AgentPlan, PhonePlan, Plan } from './plan.ts'
import { inTurn } from './providers.ts'
import { Rooms } from './rooms.ts'
import { DRONE, NOISE, WORDS } from './sounds.ts'

export interface AgentLeg {
  readonly person: Caller
  readonly number: string
  readonly callId: string
  /** The number of the life that has dialled it. */
  readonly life: number
  readonly sinceMs: number
  answeredMs: number | undefined
}

/** Whoever is not in the plan of a shrunk day. */
const NOBODY: AgentPlan = { phones: [] }
/** Who has left a room has left it by now, and the switch has told. */
const ROOMS_SETTLE_MS = 4_000

export class Agents {
  /** Numbers that were dialled and are none that may be. */
  readonly strangers = new Set<string>()
  /** Those that are there now. */
  live: AgentLeg[] = []
  readonly #clock: ManualClock
  readonly #next = new Map<string, () => AgentPlan>()
  readonly #answered = new Map<Caller, number>()
  readonly #known = new Map<string, number>()
  readonly #dialled = new Set<string>()
  readonly #calledFor = new Set<string>()
  #pbx: FakeFreeswitch | undefined
  #rooms: Rooms | undefined
  #roomsUntilMs = 0

  constructor(plan: Plan, clock: ManualClock) {
    this.#clock = clock
    for (const { number, turns } of plan.transfers.agents) this.#next.set(number, inTurn(turns, NOBODY))
  }

  /** As the switch looks people up: whoever is dialled, and whoever callers are handed over to. */
  readonly people: Readonly<Record<string, PersonScript>> = new Proxy<Record<string, PersonScript>>(
    {},
    {
      get: (_, number) => {
        if (typeof number !== 'string') return undefined
        if (AGENTS.includes(number)) return this.#scriptFor(number)
        if (!HAND_OVERS.includes(number) && number !== FALLBACK) this.strangers.add(number)
        return undefined
      },
    },
  )

  meet(pbx: FakeFreeswitch): void {
    this.#pbx = pbx
  }

  /** After each frame. */
  look(nowMs: number): void {
    for (const number of this.#dialled) this.#find(number, nowMs)
    this.#dialled.clear()
    if (this.live.length === 0 && nowMs > this.#roomsUntilMs) return this.#rooms?.forget()
    this.live = this.live.filter(({ person }) => !person.isOver)
    for (const leg of this.live) leg.answeredMs ??= this.#answered.get(leg.person)
    if (this.live.some(({ answeredMs }) => answeredMs !== undefined))
      this.#roomsUntilMs = nowMs + ROOMS_SETTLE_MS
    if (nowMs > this.#roomsUntilMs || !this.#pbx) return
    this.#rooms ??= new Rooms(this.#pbx)
    this.#rooms.ask()
  }

  close(): void {
    this.#rooms?.close()
  }

  /** The legs in each room. */
  get rooms(): readonly (readonly string[])[] {
    return this.#rooms?.now ?? []
  }

  isInRoom(id: string): boolean {
    return this.rooms.some(room => room.includes(id))
  }

  /** Whether the caller has somebody with them. */
  hasCompany(id: string): boolean {
    return this.rooms.some(room => room.length > 1 && room.includes(id))
  }

  wereCalledFor(callId: string): boolean {
    return this.#calledFor.has(callId)
  }

  of(callId: string): AgentLeg[] {
    return this.live.filter(leg => leg.callId === callId)
  }

  #find(number: string, nowMs: number): void {
    const legs = this.#pbx?.legsOf(number) ?? []
    for (const person of legs.slice(this.#known.get(number) ?? 0)) {
      const [, life = '', callId = ''] =
        /-life-(\d+)-\d+\/(.+)$/.exec(person.variable('parley_owner') ?? '') ?? []
      this.live.push({ person, number, callId, life: Number(life), sinceMs: nowMs, answeredMs: undefined })
      this.#calledFor.add(callId)
    }
    this.#known.set(number, legs.length)
  }

  #scriptFor(number: string): PersonScript {
    this.#dialled.add(number)
    const { phones } = this.#next.get(number)?.() ?? NOBODY
    const [first] = phones
    if (!first) return { unregistered: true, refuses: 'NO_USER_RESPONSE' }
    const scripts = phones.map(phone => this.#phone(phone))
    return { ...scripts[0], ...(scripts.length > 1 && { phones: scripts }) }
  }

  #phone({ ringsAfterMs, soundAfterMs, does, afterMs, cause, acts }: PhonePlan): PersonScript {
    return {
      ringsAfterMs,
      ...(soundAfterMs !== null && { earlyMediaAfterMs: soundAfterMs }),
      ...(does === 'refuses' && { refuses: cause, refusesAfterMs: afterMs }),
      ...(does === 'never answers' && { neverAnswers: true }),
      answersAfterMs: afterMs,
      onAnswer: person => {
        this.#answered.set(person, this.#clock.now())
        void this.#play(person, acts)
      },
    }
  }

  async #play(person: Caller, acts: readonly AgentActPlan[]): Promise<void> {
    for (const { after, waitMs, act } of acts) {
      // Until their call is over: else they would do it in the interview.
      if (after === 'joined')
        await person.until(() => this.isInRoom(person.id), FOR_EVER).catch(() => undefined)
      if (waitMs > 0) await new Promise<void>(resolve => void this.#clock.after(waitMs, resolve))
      if (person.isOver) return
      perform(person, act)
    }
  }
}

const FALLBACK = '200'
const FOR_EVER = { withinMs: 1_000_000 }

function perform(person: Caller, act: AgentActPlan['act']): void {
  switch (act.does) {
    case 'presses':
      return void person.presses(act.keys)
    case 'speaks':
      return void person.says(WORDS[act.word] ?? NOISE)
    case 'drones':
      return void person.says(DRONE)
    case 'holds':
      return person.holds()
    case 'unholds':
      return person.unholds()
    case 'hangsUp':
      return person.hangsUp()
  }
}
