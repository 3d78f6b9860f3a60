// All calls of this process: admits, chooses the profile, counts, and lets go of them when the process ends.

import type { Engine, EngineCall, EngineLink } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import type { Log } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { Leg, LegFacts } from '../pbx/pbx.ts'
import { chooseProfile, contextOf, fallbackOf, settingsFor } from './admission.ts'
import { Call } from './call.ts'
import { faultOf } from './ending.ts'
import { fileNameOf } from './file-name.ts'
import { Journal } from './journal.ts'
import { Keeper } from './keeper.ts'
import type { CallListener } from './listener.ts'
import { TurnTimes } from './marks.ts'
import type { Profile } from './profile.ts'
import { type Former, Returns } from './returns.ts'
import type { Prompts } from './speaker.ts'
import { suspendAll } from './suspension.ts'
import type { Destination } from './transfer/destination.ts'
import type { Exchange } from './transfer/exchange.ts'
import type { CallEvent } from './vocabulary.ts'

export interface CallsParts {
  profiles: Readonly<Record<string, Profile>>
  destinations: Readonly<Record<string, Destination>>
  engines: Readonly<Record<string, Engine>>
  exchange: Exchange
  prompts: Prompts
  clock: Clock
  files: Files
  log: Log
  journals: string
  /** Where recordings lie as long as they are listened to. */
  spool: string
  /** Calls at once; one more is sent to people. */
  limit: number
  /** How long after its last sign of life a call may come back to go on. */
  resumeWithinMs: number
  /** Why no new call can be served well just now; null when it can. */
  overload(): string | null
  listener(leg: Leg, profile: Profile, post: (event: CallEvent) => void): CallListener
}

/** How often a drain tells whom it waits for. */
const DRAIN_NEWS_MS = 5_000
/** How often one call may come to us: whoever is sent back more often is better off with people. */
const HOPS_LIMIT = 3
type Doors = 'open' | 'closed to new calls' | 'closed'

export class Calls {
  readonly #parts: CallsParts
  /** Where the time of turns goes, for whoever wants to know. */
  readonly times = new TurnTimes()
  readonly #returns: Returns
  readonly #calls = new Map<string, Call>()
  /** Calls that were handed to us and about which it is not decided yet. */
  readonly #arriving = new Set<Promise<void>>()
  #doors: Doors = 'open'
  #admitted = 0
  #resumed = 0
  #faults = 0
  #onEmpty: () => void = () => {}

  constructor(parts: CallsParts) {
    this.#parts = parts
    this.#returns = new Returns(parts)
  }

  get counts(): { now: number; admitted: number; resumed: number; faults: number } {
    return {
      now: this.#calls.size,
      admitted: this.#admitted,
      resumed: this.#resumed,
      faults: this.#faults,
    }
  }

  get(id: string): Call | undefined {
    return this.#calls.get(id)
  }

  all(): IterableIterator<Call> {
    return this.#calls.values()
  }

  /** Why no new call is taken just now, in one sentence; null when it is. */
  unready(): string | null {
    if (this.#doors === 'closed') return 'The daemon is about to end.'
    const refusal = this.#refusal({ variables: {} }, false)
    return refusal && `${refusal.charAt(0).toUpperCase()}${refusal.slice(1)}.`
  }

  /**
   * Takes a call, goes on with one that comes back, or sends it to people when it cannot be taken. Resolves when that is decided;
   * never rejects.
   */
  admit(leg: Leg): Promise<void> {
    const log = this.#parts.log.child({ call: leg.facts.id })
    const arriving = this.#admit(leg, log).catch((error: unknown) => {
      log.error({ error }, 'a call could not be taken on a fault of ours')
      return leg.release()
    })
    this.#arriving.add(arriving)
    return arriving.finally(() => this.#arriving.delete(arriving))
  }

  /** Takes no new calls and waits until those there are have ended. */
  async drain(): Promise<void> {
    const { clock, log } = this.#parts
    this.#doors = 'closed to new calls'
    await Promise.all(this.#arriving)
    if (this.#calls.size === 0) return
    const tell = () =>
      log.info({ calls: [...this.#calls.keys()].slice(0, 10), waitingFor: this.#calls.size }, 'draining')
    tell()
    const news = clock.every(DRAIN_NEWS_MS, tell)
    await new Promise<void>(resolve => {
      this.#onEmpty = resolve
    })
    news.cancel()
  }

  /** Lets every call go, to go on in the next process, or, where it cannot come back, to people. Resolves when none is left. */
  async suspend(): Promise<void> {
    const { clock, log } = this.#parts
    this.#doors = 'closed'
    await Promise.all(this.#arriving)
    const calls = [...this.#calls.values()]
    if (calls.length > 0) log.info({ calls: calls.length }, 'suspending')
    await suspendAll(calls, clock)
  }

  async #admit(leg: Leg, log: Log): Promise<void> {
    const { id } = leg.facts
    this.#supersede(id)
    const former = await this.#returns.find(leg.facts, log)
    const { back } = former
    if (this.#doors === 'closed') return leg.release()
    const refusal = this.#refusal(leg.facts, back !== undefined)
    if (refusal !== null) return this.#refuse(leg, log, refusal)
    // Twice the same call at once: the second is as good as the first.
    this.#supersede(id)
    const { profiles } = this.#parts
    const before = back && Object.hasOwn(profiles, back.profile) ? profiles[back.profile] : undefined
    const profile = before ?? chooseProfile(leg.facts, profiles)
    if (!profile) return this.#refuse(leg, log, 'no profile answers this number')
    this.#begin(leg, profile, former, log)
  }

  /** A call that comes again has lost the connection that we still hold. */
  #supersede(id: string): void {
    this.#calls.get(id)?.leg.abandon()
    this.#calls.delete(id)
  }

  /** Who has been with us already, or was called by us, is not sent away for want of room. */
  #refusal({ variables }: Pick<LegFacts, 'variables'>, isBack: boolean): string | null {
    const { limit, overload } = this.#parts
    if (Number(variables.parley_hops) > HOPS_LIMIT) return 'people have sent the caller back too often'
    if (variables.parley_leg?.startsWith('caller:')) return null
    if (this.#doors === 'closed to new calls') return 'no more calls are taken'
    if (isBack) return null
    return this.#calls.size >= limit ? 'as many calls as allowed are running' : overload()
  }

  #begin(leg: Leg, profile: Profile, { back, journal: written }: Former, log: Log): void {
    const { clock, files, engines, prompts, exchange, journals } = this.#parts
    const engine = engines[profile.engine]
    if (!engine) return this.#refuse(leg, log, 'the engine of its profile does not exist')
    const facts = { ...leg.facts, ...back?.facts }
    const { id, from, to, callerName, direction } = facts
    const language = back?.language ?? facts.variables.parley_language ?? profile.language
    const startedAtMs = back?.startedAtMs ?? clock.wallMs()
    const fileName = fileNameOf(id)
    const journal = new Journal(files, `${journals}/${fileName}.journal`, log, written)
    if (back) {
      const { planned, gapMs, losses } = back
      const wallMs = clock.wallMs()
      journal.write({ atMs: back.past.lastedMs, wallMs, type: 'resumed', planned, gapMs, losses })
      log.info({ planned, gapMs, losses }, 'call resumed')
    } else {
      const entry = { type: 'admitted', version: 1, startedAtMs, profile: profile.name, language, facts }
      journal.write({ atMs: 0, ...entry })
      log.info({ profile: profile.name }, 'call admitted')
    }
    const scope = new Scope('call', clock, {
      cleanUpFailed: (name, error) => log.error({ scope: name, error }, 'a clean-up failed'),
      abandoned: (name, cleanUp) => log.error({ scope: name, cleanUp }, 'a clean-up was abandoned'),
    })
    const link: EngineLink = {
      session: back?.session?.engine === engine.name ? back.session.session : null,
      keep: session => call.keepSession(engine.name, session),
    }
    const context = contextOf(facts, log)
    const about: EngineCall = {
      id,
      from,
      to,
      callerName,
      direction,
      profile: profile.name,
      language,
      startedAtMs,
      context,
    }
    const call = new Call({
      leg,
      settings: settingsFor(facts, profile, language, this.#parts),
      past: back?.past ?? null,
      conversation: engine.open(about, link),
      facts: about,
      exchange,
      prompts,
      journal,
      times: this.times,
      clock,
      scope,
      log,
      listener: post => this.#parts.listener(leg, profile, post),
      agentListener: (agent, post) => this.#parts.listener(agent, { ...profile, turns: 'live' }, post),
      keeper: note =>
        new Keeper({ leg, clock, files, log, settings: profile.recording, name: fileName, note }),
    })
    // Said once: a later visit of the same call is another matter.
    if (facts.variables.parley_return) forgetReturn(leg, log)
    this.#calls.set(id, call)
    tellOfCall(call, exchange, clock)
    if (back) this.#resumed++
    else this.#admitted++
    void call.ended.then(ending => {
      if (this.#calls.get(id) === call) this.#calls.delete(id)
      if (faultOf(ending) !== null) this.#faults++
      if (this.#calls.size === 0) this.#onEmpty()
    })
    call.start()
  }

  /** A caller we cannot serve goes to people, or at least on in the dialplan. */
  #refuse(leg: Leg, log: Log, reason: string): void {
    log.warn({ reason }, 'call not taken')
    const people = fallbackOf(leg.facts)
    const sent = people ? leg.transfer(people) : leg.release()
    sent.catch(error => {
      log.error({ error }, 'a call that was not taken could not be sent on')
      void leg.release()
    })
  }
}

function forgetReturn(leg: Leg, log: Log): void {
  leg
    .setVariables({ parley_return: '' })
    .catch(error => log.warn({ error }, 'parley_return could not be unset'))
}

/** What watchers hear of a call. */
function tellOfCall(call: Call, { news }: Pick<Exchange, 'news'>, clock: Clock): void {
  const { id: callId, profile, direction } = call.facts
  const beganMs = clock.now()
  news.tell({ type: 'callBegan', callId, profile, direction })
  void call.ended.then(({ by, why }) =>
    news.tell({ type: 'callEnded', callId, by, why, durationMs: Math.round(clock.now() - beganMs) }),
  )
}
