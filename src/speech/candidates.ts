// The providers among whom one is chosen for each request: who may be asked now, what became of it, and what
// the operator is told of that.

import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { Breaker, type BreakerOptions, type BreakerState } from './breaker.ts'
import { SpeechFault } from './fault.ts'

export interface ProviderHealth {
  name: string
  state: BreakerState
}

interface Provider {
  readonly name: string
  warmUp(): Promise<void>
  close(): Promise<void>
}

/** During an outage every sentence of every call meets a fault: one line tells as much as a thousand. */
const WARN_EVERY_MS = 1_000

export interface Surroundings {
  clock: Clock
  log: Log
}

/** One provider, its breaker, and the log lines about it. */
export class Candidate<P extends Provider> {
  readonly provider: P
  readonly #breaker: Breaker
  readonly #clock: Clock
  readonly #log: Log
  #warnedAtMs = Number.NEGATIVE_INFINITY
  #leftOut = 0

  constructor(provider: P, options: BreakerOptions, { clock, log }: Surroundings) {
    this.provider = provider
    this.#breaker = new Breaker(options)
    this.#clock = clock
    this.#log = log
  }

  get state(): BreakerState {
    return this.#breaker.state
  }

  get rank(): ReturnType<Breaker['rank']> {
    return this.#breaker.rank(this.#clock.now())
  }

  began(): void {
    this.#breaker.began(this.#clock.now())
  }

  succeeded(): void {
    const { is } = this.state
    this.#breaker.succeeded()
    if (is !== 'open' && is !== 'probing') return
    this.#log.info({ provider: this.provider.name }, 'a provider of speech works again')
  }

  /** What a request met. */
  failed(error: unknown): SpeechFault {
    const fault = this.#note(error)
    this.#warn(this.#fieldsOf(fault), 'a provider of speech failed')
    return fault
  }

  abandoned(): void {
    this.#breaker.abandoned(this.#clock.now())
  }

  async warmUp(): Promise<SpeechFault | undefined> {
    try {
      await this.provider.warmUp()
      return undefined
    } catch (error) {
      const fault = this.#note(error)
      if (fault.kind === 'permanent') this.#breaker.gaveUp(fault)
      return fault
    }
  }

  /** For the operator, who may not miss a provider as long as another one works. */
  tellNotReady(fault: SpeechFault): void {
    if (fault.kind === 'permanent') {
      const fields = { ...this.#fieldsOf(fault), error: fault }
      this.#log.error(fields, 'a provider of speech cannot work as configured')
    } else {
      this.#warn({ ...this.#fieldsOf(fault), error: fault }, 'a provider of speech does not answer yet')
    }
  }

  #note(error: unknown): SpeechFault {
    const fault = asFault(this.provider.name, error)
    this.#breaker.failed(fault, this.#clock.now())
    return fault
  }

  #fieldsOf({ kind }: SpeechFault): object {
    return { provider: this.provider.name, kind, breaker: this.state.is }
  }

  #warn(fields: object, message: string): void {
    const nowMs = this.#clock.now()
    if (nowMs - this.#warnedAtMs < WARN_EVERY_MS) {
      this.#leftOut++
      return
    }
    this.#log.warn(this.#leftOut > 0 ? { ...fields, leftOut: this.#leftOut } : fields, message)
    this.#warnedAtMs = nowMs
    this.#leftOut = 0
  }
}

/** The providers in the order of preference. */
export class Candidates<P extends Provider> {
  readonly name: string
  readonly #all: readonly Candidate<P>[]

  constructor(providers: readonly P[], options: BreakerOptions, surroundings: Surroundings) {
    this.name = providers.map(({ name }) => name).join(' or ')
    this.#all = providers.map(provider => new Candidate(provider, options, surroundings))
  }

  get count(): number {
    return this.#all.length
  }

  /** Who would be asked now; when nobody would, the most preferred. */
  get preferred(): P | undefined {
    return (this.next(new Set()) ?? this.#all[0])?.provider
  }

  get health(): ProviderHealth[] {
    return this.#all.map(({ provider, state }) => ({ name: provider.name, state }))
  }

  isMostPreferred(candidate: Candidate<P>): boolean {
    return candidate === this.#all[0]
  }

  next(tried: ReadonlySet<Candidate<P>>): Candidate<P> | undefined {
    const left = this.#all.filter(candidate => !tried.has(candidate))
    const ranked = (rank: Candidate<P>['rank']) => left.find(candidate => candidate.rank === rank)
    return ranked('first') ?? ranked('last') ?? ranked('last-resort')
  }

  /** What is left to say when nobody can be asked any more. */
  exhausted(last: SpeechFault | undefined): SpeechFault {
    if (last && this.count === 1) return last
    const states = this.#all.map(({ provider, state }) => `${provider.name} ${state.is}`)
    const known = this.#all.flatMap(({ state }) => ('fault' in state ? [state.fault] : []))
    const kind = last?.kind ?? (known.every(fault => fault.kind === 'permanent') ? 'permanent' : 'transient')
    return new SpeechFault(this.name, kind, `nobody is left to ask (${states.join(', ')})`, {
      cause: last ?? known[0],
    })
  }

  /** Rejects only when nobody could be warmed up; whoever is told so needs no lines in the log beside it. */
  async warmUp(): Promise<void> {
    const faults = await Promise.all(this.#all.map(candidate => candidate.warmUp()))
    const known = faults.filter(fault => fault !== undefined)
    if (known.length === this.count && known[0]) throw allNotReady(this.name, known)
    for (const [at, fault] of faults.entries()) if (fault) this.#all[at]?.tellNotReady(fault)
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(({ provider }) => provider.close()))
  }
}

function allNotReady(name: string, faults: readonly SpeechFault[]): SpeechFault {
  const [only] = faults
  if (only && faults.length === 1) return only
  const kind = faults.every(fault => fault.kind === 'permanent') ? 'permanent' : 'transient'
  return new SpeechFault(name, kind, faults.map(({ message }) => message).join('; '))
}

function asFault(provider: string, error: unknown): SpeechFault {
  if (error instanceof SpeechFault) return error
  return new SpeechFault(provider, 'transient', 'it failed in an unknown way', { cause: error })
}
