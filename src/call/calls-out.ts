// Calls that we make: to numbers that are allowed, at allowed times, not too often; a person who answers talks with the
// assistant, a machine is left a message or nothing.

import type { TransferOutcome } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import { inTime } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import { messageOf } from '../lib/message-of.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { CallerId, Dialling, Leg } from '../pbx/pbx.ts'
import { Answerer } from './answered-by.ts'
import type { CallListener } from './listener.ts'
import type { TransferStatus } from './news.ts'
import type { Profile } from './profile.ts'
import type { Prompts } from './speaker.ts'
import { callerIdFor } from './transfer/caller-id.ts'
import type { Dialable, Hours, NumberPattern } from './transfer/destination.ts'
import type { Exchange } from './transfer/exchange.ts'
import { isOpen } from './transfer/hours.ts'
import { resolveDestination } from './transfer/resolve.ts'
import type { CallEvent } from './vocabulary.ts'

export interface CallsOutRules {
  perMinute: number
  perDestinationPerHour: number
  hours: Hours | null
  patterns: readonly NumberPattern[]
  machine: 'hang-up' | 'leave-message'
  message: string
}

export interface CallsOutParts {
  rules: CallsOutRules
  exchange: Exchange
  profiles: Readonly<Record<string, Profile>>
  prompts: Prompts
  ids: Ids
  clock: Clock
  log: Log
  listener(leg: Leg, profile: Profile, post: (event: CallEvent) => void): CallListener
  /** A person has answered: the assistant has them from here on. Resolves when it has. */
  admit(leg: Leg): Promise<void>
}

export interface CallOut {
  to: string
  /** Null: the trunk's number. */
  from: string | null
  profile: string
  context: unknown
}

export type Placed =
  | { is: 'placed'; callId: string }
  | {
      is: 'refused'
      because: 'unknown-profile' | 'number-not-allowed' | 'closed' | 'too-often' | 'not-ready'
      message: string
    }

/** A call that nobody talks in yet. */
export interface PlacedCall {
  readonly callId: string
  readonly to: string
  readonly from: string
  readonly profile: string
  /** Wall-clock milliseconds. */
  readonly startedAtMs: number
  /** `answered`: it is found out who is there, or a machine is left a message. */
  readonly state: 'dialling' | 'ringing' | 'answered'
}

interface Running extends PlacedCall {
  state: PlacedCall['state']
  dialling: Dialling | undefined
  /** Set while somebody has answered and is with none but us. */
  leg: Leg | undefined
  /** Set while it is found out who has answered. */
  answerer: Answerer | undefined
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** A message is a minute at most. */
const MESSAGE_LIMIT_MS = 60_000

export class CallsOut {
  readonly #parts: CallsOutParts
  readonly #running = new Map<string, Running>()
  readonly #work = new Set<Promise<void>>()
  /** When calls were placed, the oldest first. */
  #placed: { number: string; atMs: number }[] = []
  /** `left`: the process ends. */
  #doors: 'open' | 'closed' | 'left' = 'open'

  constructor(parts: CallsOutParts) {
    this.#parts = parts
  }

  /** Those that nobody talks in yet. */
  all(): Iterable<PlacedCall> {
    return this.#running.values()
  }

  get(callId: string): PlacedCall | undefined {
    return this.#running.get(callId)
  }

  /** `placing` is told the call's id before anything happens to it. */
  place(order: CallOut, placing: (callId: string) => void = () => {}): Placed {
    const { profiles, rules, clock, ids } = this.#parts
    if (this.#doors !== 'open') return refused('not-ready', 'No more calls are made.')
    const profile = Object.hasOwn(profiles, order.profile) ? profiles[order.profile] : undefined
    if (!profile) return refused('unknown-profile', 'There is no profile of that name.')
    const found = this.#found(order.to)
    if (!found)
      return refused('number-not-allowed', 'The number fits no pattern of numbers that may be called.')
    if (!isOpen(rules.hours, clock.wallMs())) return refused('closed', 'No calls are made at this time.')
    const { number, dialable } = found
    if (!this.#mayCall(number))
      return refused('too-often', 'So many calls were made lately that this one has to wait.')
    this.#placed.push({ number, atMs: clock.now() })
    const callId = ids.next()
    placing(callId)
    const { from } = order
    const running: Running = {
      callId,
      to: number,
      from: from ?? '',
      profile: order.profile,
      startedAtMs: clock.wallMs(),
      state: 'dialling',
      dialling: undefined,
      leg: undefined,
      answerer: undefined,
    }
    this.#running.set(callId, running)
    const work = this.#call(running, order, profile, dialable).finally(() => {
      this.#running.delete(callId)
      this.#work.delete(work)
    })
    this.#work.add(work)
    return { is: 'placed', callId }
  }

  /** Ends a call that nobody talks in yet. Gives whether there was one. */
  withdraw(callId: string): boolean {
    const running = this.#running.get(callId)
    running?.dialling?.withdraw()
    if (running?.leg) void hangUp(running.leg)
    return running !== undefined
  }

  /** Nobody is called any more. Who has answered already is with the assistant, or left a message, when it resolves. */
  async stop(): Promise<void> {
    if (this.#doors === 'open') this.#doors = 'closed'
    for (const { dialling } of this.#running.values()) dialling?.withdraw()
    await Promise.all(this.#work)
  }

  /** The process ends: a person who has just answered is let go, for the next one. Resolves when nobody is held by us. */
  async close(): Promise<void> {
    this.#doors = 'left'
    for (const { leg, answerer } of this.#running.values()) {
      if (answerer) answerer.giveUp()
      else if (leg) void hangUp(leg)
    }
    await this.stop()
  }

  #found(to: string): { number: string; dialable: Dialable } | undefined {
    const { patterns } = this.#parts.rules
    const { ringMs } = this.#parts.exchange.settings
    const found = resolveDestination(to, { destinations: {}, allowed: null, patterns, ringMs, wallMs: 0 })
    if (found.is !== 'found') return undefined
    const { name: number, ladder } = found.destination
    const dialable = ladder[0]?.dialables[0]
    return dialable && { number, dialable }
  }

  #mayCall(number: string): boolean {
    const { rules, clock } = this.#parts
    const now = clock.now()
    this.#placed = this.#placed.filter(({ atMs }) => now - atMs < HOUR_MS)
    const lately = this.#placed.filter(({ atMs }) => now - atMs < MINUTE_MS)
    const there = this.#placed.filter(one => one.number === number)
    return lately.length < rules.perMinute && there.length < rules.perDestinationPerHour
  }

  async #call(running: Running, order: CallOut, profile: Profile, dialable: Dialable): Promise<void> {
    const { exchange, log } = this.#parts
    const { callId, to } = running
    const tell: Tell = (status, outcome = null, cause = '') =>
      exchange.news.tell({ type: 'callOut', callId, to, status, outcome, cause })
    try {
      tell('initiated')
      const dialling = exchange.pbx.dial({
        legId: callId,
        callId,
        as: 'caller',
        target: dialable.target,
        callerId: this.#callerId(order, dialable),
        ringMs: exchange.settings.ringMs,
        variables: {
          parley_profile: order.profile,
          ...(order.context !== null && { parley_context: JSON.stringify(order.context) }),
        },
        headers: {},
      })
      running.dialling = dialling
      void dialling.ringing.then(what => {
        if (what === 'never') return
        running.state = 'ringing'
        tell('ringing')
      })
      const end = await dialling.ended
      if (end.is !== 'answered') return tell('completed', end.is, end.cause)
      running.state = 'answered'
      await this.#answered(running, end.leg, profile, tell)
    } catch (error) {
      log.error({ error, call: callId }, 'a call out broke on a fault of ours')
      tell('completed', 'failed', messageOf(error))
    }
  }

  async #answered(running: Running, leg: Leg, profile: Profile, tell: Tell): Promise<void> {
    const { clock, rules, listener, admit } = this.#parts
    const answerer = new Answerer({
      leg,
      listener: (one, post) => listener(one, { ...profile, turns: 'live' }, post),
      language: profile.language,
      clock,
    })
    Object.assign(running, { leg, answerer })
    const answeredBy = await answerer.whoIsThere()
    const leaves = answeredBy === 'machine' && rules.machine === 'leave-message'
    if (leaves) await answerer.greetingOver()
    await answerer.close()
    running.answerer = undefined
    switch (answeredBy) {
      case 'unknown':
        // The guard on the leg brings it to the next process.
        return leg.release()
      case 'nobody':
        return tell('completed', 'caller-abandoned')
      case 'person':
        tell('answered', 'answered')
        return admit(leg)
      case 'machine':
        if (leaves && this.#doors !== 'left') await this.#leaveMessage(leg, profile)
        await hangUp(leg)
        return tell('completed', 'machine')
      default:
        return unreachable(answeredBy)
    }
  }

  async #leaveMessage(leg: Leg, { language, voice }: Profile): Promise<void> {
    const { rules, prompts, clock, log } = this.#parts
    const tooLong = new AbortController()
    try {
      const prompt = await inTime(
        clock,
        MESSAGE_LIMIT_MS,
        prompts.get({ text: rules.message, language, voice }, tooLong.signal),
      )
      await inTime(
        clock,
        prompt.durationMs + MESSAGE_LIMIT_MS,
        leg.play(prompt.path, prompt.durationMs).ended,
      )
    } catch (error) {
      tooLong.abort()
      log.warn({ error }, 'a message could not be left')
    }
  }

  #callerId({ from }: CallOut, dialable: Dialable): CallerId {
    const { settings } = this.#parts.exchange
    if (from !== null) return { name: '', number: from }
    return callerIdFor('trunk', { caller: { number: '', name: '' }, settings, dialable })
  }
}

type Tell = (status: TransferStatus, outcome?: TransferOutcome | null, cause?: string) => void

/** It may have gone already. */
async function hangUp(leg: Leg): Promise<void> {
  await leg.hangUp('NORMAL_CLEARING').catch(() => {})
}

function refused(because: Extract<Placed, { is: 'refused' }>['because'], message: string): Placed {
  return { is: 'refused', because, message }
}
