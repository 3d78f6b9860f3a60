// Several providers as one: when one fails, the next takes over, within the same sentence or utterance.

import type { Clock } from '../lib/clock.ts'
import { unreachable } from '../lib/unreachable.ts'
import { Breaker, type BreakerOptions, type BreakerState } from './breaker.ts'
import { SpeechFault } from './fault.ts'
import type { Hearing, Recognition, RecognitionRequest, Recognizer } from './recognizer.ts'
import type { SynthesisRequest, SynthesizedSpeech, Synthesizer } from './synthesizer.ts'

export interface ProviderHealth {
  name: string
  state: BreakerState
}

const DEFAULT_BREAKER: BreakerOptions = { faults: 3, withinMs: 60_000, restMs: 20_000 }
/** Sound that is kept for the next provider: more than nearly every utterance lasts, at most 1 MB. */
const KEPT_MS = 60_000

interface Candidate<P> {
  provider: P
  breaker: Breaker
}

interface Provider {
  readonly name: string
  warmUp(): Promise<void>
  close(): Promise<void>
}

/** The providers in the order of preference, and who may be asked now. */
class Providers<P extends Provider> {
  readonly name: string
  readonly clock: Clock
  readonly #all: readonly Candidate<P>[]

  constructor(providers: readonly P[], clock: Clock, options: BreakerOptions) {
    this.name = providers.map(({ name }) => name).join(' or ')
    this.clock = clock
    this.#all = providers.map(provider => ({ provider, breaker: new Breaker(options) }))
  }

  get count(): number {
    return this.#all.length
  }

  /** Who would be asked now; when nobody would, the most preferred. */
  get preferred(): P | undefined {
    return (this.next(new Set()) ?? this.#all[0])?.provider
  }

  get health(): ProviderHealth[] {
    return this.#all.map(({ provider, breaker }) => ({ name: provider.name, state: breaker.state }))
  }

  isMostPreferred(candidate: Candidate<P>): boolean {
    return candidate === this.#all[0]
  }

  next(tried: ReadonlySet<Candidate<P>>): Candidate<P> | undefined {
    const nowMs = this.clock.now()
    const able = this.#all.filter(each => !tried.has(each) && each.breaker.rank(nowMs) !== 'never')
    return able.find(({ breaker }) => breaker.rank(nowMs) === 'first') ?? able[0]
  }

  failed(candidate: Candidate<P>, error: unknown): SpeechFault {
    const fault = asFault(candidate.provider.name, error)
    candidate.breaker.failed(fault, this.clock.now())
    return fault
  }

  /** What is left to say when nobody can be asked any more. */
  exhausted(last: SpeechFault | undefined): SpeechFault {
    if (last && this.count === 1) return last
    const states = this.#all.map(({ provider, breaker }) => `${provider.name} ${breaker.state.is}`)
    const known = this.#all.flatMap(({ breaker }) => ('fault' in breaker.state ? [breaker.state.fault] : []))
    const kind = last?.kind ?? (known.every(fault => fault.kind === 'permanent') ? 'permanent' : 'transient')
    return new SpeechFault(this.name, kind, `nobody is left to ask (${states.join(', ')})`, {
      cause: last ?? known[0],
    })
  }

  /** Rejects only when nobody could be warmed up. */
  async warmUp(): Promise<void> {
    const faults = await Promise.all(
      this.#all.map(candidate =>
        candidate.provider.warmUp().then(
          () => undefined,
          error => this.#notReady(candidate, error),
        ),
      ),
    )
    const last = faults.at(-1)
    if (last && faults.every(fault => fault !== undefined)) throw this.exhausted(last)
  }

  #notReady(candidate: Candidate<P>, error: unknown): SpeechFault {
    const fault = this.failed(candidate, error)
    if (fault.kind === 'permanent') candidate.breaker.gaveUp(fault)
    return fault
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(({ provider }) => provider.close()))
  }
}

/** Adds what an operator wants to know. */
export interface WithHealth {
  /** In the order of preference. */
  readonly health: ProviderHealth[]
}

export function failoverSynthesizer(
  synthesizers: readonly Synthesizer[],
  clock: Clock,
  options: BreakerOptions = DEFAULT_BREAKER,
): Synthesizer & WithHealth {
  const providers = new Providers(synthesizers, clock, options)
  return {
    name: providers.name,
    /** Those of the provider that would be asked now. */
    get settings() {
      return providers.preferred?.settings ?? ''
    },
    get health() {
      return providers.health
    },
    warmUp: () => providers.warmUp(),
    synthesize: (request, signal) => synthesizeWithAny(providers, request, signal),
    close: () => providers.close(),
  }
}

async function synthesizeWithAny(
  providers: Providers<Synthesizer>,
  request: SynthesisRequest,
  signal: AbortSignal,
): Promise<SynthesizedSpeech> {
  const tried = new Set<Candidate<Synthesizer>>()
  let last: SpeechFault | undefined
  for (let next = providers.next(tried); next; next = providers.next(tried)) {
    tried.add(next)
    next.breaker.began(providers.clock.now())
    const { settings } = next.provider
    try {
      // A voice is its provider's own name: the next provider would not know it.
      const voice = providers.isMostPreferred(next) ? request.voice : ''
      const speech = await next.provider.synthesize({ ...request, voice }, signal)
      next.breaker.succeeded()
      return { settings, ...speech }
    } catch (error) {
      if (signal.aborted) {
        next.breaker.abandoned(providers.clock.now())
        throw signal.reason
      }
      last = providers.failed(next, error)
    }
  }
  throw providers.exhausted(last)
}

export function failoverRecognizer(
  recognizers: readonly Recognizer[],
  clock: Clock,
  options: BreakerOptions = DEFAULT_BREAKER,
): Recognizer & WithHealth {
  const providers = new Providers(recognizers, clock, options)
  return {
    name: providers.name,
    get health() {
      return providers.health
    },
    warmUp: () => providers.warmUp(),
    recognize: (request, hear) => new FailoverRecognition(providers, request, hear),
    close: () => providers.close(),
  }
}

type Attempt =
  | { is: 'between' }
  | { is: 'running'; candidate: Candidate<Recognizer>; recognition: Recognition }
  | { is: 'over' }

class FailoverRecognition implements Recognition {
  readonly #providers: Providers<Recognizer>
  readonly #request: RecognitionRequest
  readonly #hear: (hearing: Hearing) => void
  readonly #tried = new Set<Candidate<Recognizer>>()
  readonly #kept: KeptSound
  #attempt: Attempt = { is: 'between' }
  #phase: 'speaking' | 'finished' = 'speaking'
  #toldStart = false

  constructor(
    providers: Providers<Recognizer>,
    request: RecognitionRequest,
    hear: (hearing: Hearing) => void,
  ) {
    this.#providers = providers
    this.#request = request
    this.#hear = hear
    // Nobody to send it to again: nothing is kept.
    this.#kept = new KeptSound(providers.count > 1 ? request.sampleRate : 0)
    this.#next(undefined)
  }

  write(samples: Int16Array): void {
    if (this.#attempt.is === 'over' || this.#phase === 'finished') return
    this.#kept.add(samples)
    if (this.#attempt.is === 'running') this.#attempt.recognition.write(samples)
  }

  finish(): void {
    if (this.#phase === 'finished') return
    this.#phase = 'finished'
    if (this.#attempt.is === 'running') this.#attempt.recognition.finish()
  }

  cancel(): void {
    const attempt = this.#attempt
    this.#attempt = { is: 'over' }
    if (attempt.is !== 'running') return
    attempt.candidate.breaker.abandoned(this.#providers.clock.now())
    attempt.recognition.cancel()
  }

  #next(last: SpeechFault | undefined): void {
    if (this.#attempt.is === 'over') return
    const candidate = this.#providers.next(this.#tried)
    if (!candidate) {
      // Nobody expects to hear of a failure before he has the recognition in his hands.
      const fault = this.#providers.exhausted(last)
      return queueMicrotask(() => this.#end({ type: 'failed', fault }))
    }
    this.#tried.add(candidate)
    candidate.breaker.began(this.#providers.clock.now())
    const recognition = candidate.provider.recognize(this.#request, hearing => {
      // One that reports before it has returned is heard right afterwards.
      if (this.#attempt.is === 'between') queueMicrotask(() => this.#on(candidate, hearing))
      else this.#on(candidate, hearing)
    })
    this.#attempt = { is: 'running', candidate, recognition }
    for (const samples of this.#kept.all) recognition.write(samples)
    if (this.#phase === 'finished') recognition.finish()
  }

  #on(candidate: Candidate<Recognizer>, hearing: Hearing): void {
    const attempt = this.#attempt
    if (attempt.is !== 'running' || attempt.candidate !== candidate) return
    switch (hearing.type) {
      case 'started':
        if (this.#toldStart) return
        this.#toldStart = true
        return this.#hear(hearing)
      case 'partial':
        return this.#hear(hearing)
      case 'final':
      case 'nothing':
        candidate.breaker.succeeded()
        return this.#end(hearing)
      case 'failed':
        this.#attempt = { is: 'between' }
        return this.#next(this.#providers.failed(candidate, hearing.fault))
      default:
        return unreachable(hearing)
    }
  }

  #end(hearing: Hearing): void {
    if (this.#attempt.is === 'over') return
    this.#attempt = { is: 'over' }
    this.#hear(hearing)
  }
}

/** The sound of one utterance; the oldest is dropped when there is too much. */
class KeptSound {
  readonly all: Int16Array[] = []
  readonly #mostSamples: number
  #samples = 0

  constructor(sampleRate: number) {
    this.#mostSamples = (sampleRate * KEPT_MS) / 1000
  }

  add(samples: Int16Array): void {
    if (this.#mostSamples === 0) return
    this.all.push(samples.slice())
    this.#samples += samples.length
    while (this.#samples > this.#mostSamples) this.#samples -= this.all.shift()?.length ?? 0
  }
}

function asFault(provider: string, error: unknown): SpeechFault {
  if (error instanceof SpeechFault) return error
  return new SpeechFault(provider, 'transient', 'it failed in an unknown way', { cause: error })
}
