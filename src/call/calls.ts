// All calls of this process: admits, chooses the profile, counts, and drains.

import type { Engine } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import type { Log } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { Leg, LegFacts } from '../pbx/pbx.ts'
import { Call } from './call.ts'
import type { DialogueSettings } from './dialogue/state.ts'
import { faultOf } from './ending.ts'
import { Journal } from './journal.ts'
import { Keeper } from './keeper.ts'
import type { Listener } from './listener.ts'
import type { Destination, Profile } from './profile.ts'
import type { Prompts } from './speaker.ts'
import type { CallEvent } from './vocabulary.ts'

export interface CallsParts {
  profiles: Readonly<Record<string, Profile>>
  destinations: Readonly<Record<string, Destination>>
  engines: Readonly<Record<string, Engine>>
  prompts: Prompts
  clock: Clock
  files: Files
  log: Log
  journals: string
  /** Calls at once; one more is sent to people. */
  limit: number
  listener(leg: Leg, profile: Profile, post: (event: CallEvent) => void): Listener
}

/** How often a drain tells whom it waits for. */
const DRAIN_NEWS_MS = 5_000

export class Calls {
  readonly #parts: CallsParts
  readonly #calls = new Map<string, Call>()
  #admitted = 0
  #faults = 0
  #onEmpty: () => void = () => {}

  constructor(parts: CallsParts) {
    this.#parts = parts
  }

  get counts(): { now: number; admitted: number; faults: number } {
    return { now: this.#calls.size, admitted: this.#admitted, faults: this.#faults }
  }

  /** Takes a call, or sends it to people when it cannot be taken. */
  admit(leg: Leg): void {
    const { log, limit, profiles } = this.#parts
    const callLog = log.child({ call: leg.facts.id })
    const profile = chooseProfile(leg.facts, profiles)
    if (!profile) return this.#refuse(leg, callLog, 'no profile answers this number')
    if (this.#calls.size >= limit) return this.#refuse(leg, callLog, 'as many calls as allowed are running')
    if (this.#calls.has(leg.facts.id)) return this.#refuse(leg, callLog, 'this call is here already')
    this.#begin(leg, profile, callLog)
  }

  /** Waits until the calls there are have ended. */
  async drain(): Promise<void> {
    const { clock, log } = this.#parts
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

  /** Sends every caller to people and waits until they are gone. */
  async shutDown(): Promise<void> {
    const ended = [...this.#calls.values()].map(call => call.ended)
    for (const call of [...this.#calls.values()])
      call.post({ type: 'shutdownBegun', atMs: this.#parts.clock.now() })
    await Promise.all(ended)
  }

  #begin(leg: Leg, profile: Profile, log: Log): void {
    const { clock, files, engines, prompts, destinations, journals } = this.#parts
    const engine = engines[profile.engine]
    if (!engine) return this.#refuse(leg, log, 'the engine of its profile does not exist')
    const { facts } = leg
    const language = facts.variables.parley_language ?? profile.language
    const journal = new Journal(files, `${journals}/${safeName(facts.id)}.journal`, log)
    const startedAtMs = clock.wallMs()
    journal.write({
      atMs: 0,
      type: 'admitted',
      version: 1,
      startedAtMs,
      profile: profile.name,
      language,
      facts,
    })
    const context = contextOf(facts, log)
    const { id, from, to, callerName, direction } = facts
    const scope = new Scope('call', clock, {
      cleanUpFailed: (name, error) => log.error({ scope: name, error }, 'a clean-up failed'),
      abandoned: (name, cleanUp) => log.error({ scope: name, cleanUp }, 'a clean-up was abandoned'),
    })
    const call = new Call({
      leg,
      settings: settingsFor(facts, profile, destinations, language),
      conversation: engine.open({
        id,
        from,
        to,
        callerName,
        direction,
        profile: profile.name,
        language,
        startedAtMs,
        context,
      }),
      prompts,
      journal,
      clock,
      scope,
      log,
      listener: post => this.#parts.listener(leg, profile, post),
      keeper: note =>
        new Keeper({ leg, clock, files, log, settings: profile.recording, name: safeName(facts.id), note }),
    })
    this.#calls.set(id, call)
    this.#admitted++
    void call.ended.then(ending => {
      this.#calls.delete(id)
      if (faultOf(ending) !== null) this.#faults++
      if (this.#calls.size === 0) this.#onEmpty()
    })
    log.info({ profile: profile.name }, 'call admitted')
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

/** `parley_profile` if it names one, else the profile with the most exact number, else none. */
export function chooseProfile(
  facts: LegFacts,
  profiles: Readonly<Record<string, Profile>>,
): Profile | undefined {
  const named = facts.variables.parley_profile
  if (named !== undefined && Object.hasOwn(profiles, named)) return profiles[named]
  let best: { profile: Profile; exactness: number } | undefined
  for (const profile of Object.values(profiles)) {
    for (const pattern of profile.numbers) {
      const exactness = matches(pattern, facts.to)
      if (exactness > (best?.exactness ?? 0)) best = { profile, exactness }
    }
  }
  return best?.profile
}

/** 0 for no match; the more of the number a pattern spells out, the more. */
function matches(pattern: string, number: string): number {
  if (!pattern.endsWith('*')) return pattern === number ? 1_000 : 0
  const beginning = pattern.slice(0, -1)
  return number.startsWith(beginning) ? 1 + beginning.length : 0
}

function settingsFor(
  facts: LegFacts,
  profile: Profile,
  destinations: Readonly<Record<string, Destination>>,
  language: string,
): DialogueSettings {
  const { policy, phrases, voice, peopleKey, recording } = profile
  const named = profile.people === null ? undefined : destinations[profile.people]
  const people = named ?? fallbackOf(facts) ?? null
  return {
    policy,
    phrases,
    language,
    voice: language === profile.language ? voice : '',
    own: { language: profile.language, voice },
    peopleKey,
    people,
    // An engine may always ask for people by that name.
    destinations: people ? { people, ...destinations } : destinations,
    recording: { keep: recording.keep, consent: recording.consent },
  }
}

/** `parley_fallback`: a number, or `number XML context`; without a context the call's own tenant, else `default`. */
export function fallbackOf(facts: LegFacts): Destination | undefined {
  const fallback = facts.variables.parley_fallback?.trim()
  if (!fallback) return undefined
  const [number, dialplan, context] = fallback.split(/\s+/)
  if (!number) return undefined
  if (context !== undefined && dialplan === 'XML') return { number, context }
  return { number, context: facts.variables.domain_name ?? 'default' }
}

function contextOf(facts: LegFacts, log: Log): unknown {
  const text = facts.variables.parley_context
  if (text === undefined || text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    log.warn({}, 'parley_context is no JSON and was left out')
    return null
  }
}

/** A call's id comes from outside: as a file name it keeps letters, digits and dashes only. */
function safeName(id: string): string {
  return id.replace(/[^A-Za-z0-9-]/g, '_').slice(0, 64)
}
