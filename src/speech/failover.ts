// Several providers as one: when one fails, the next takes over, within the same sentence or utterance.

import type { Clock } from '../lib/clock.ts'
import { type Log, silentLog } from '../lib/log.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { BreakerOptions } from './breaker.ts'
import { type Candidate, Candidates, type ProviderHealth } from './candidates.ts'
import type { SpeechFault } from './fault.ts'
import type { Hearing, Recognition, RecognitionRequest, Recognizer } from './recognizer.ts'
import type { SynthesisRequest, SynthesizedSpeech, Synthesizer } from './synthesizer.ts'

const DEFAULT_BREAKER: BreakerOptions = { faults: 3, withinMs: 60_000, restMs: 20_000 }
/** Sound that is kept for the next provider: more than nearly every utterance lasts, at most 1 MB. */
const KEPT_MS = 60_000

/** Adds what an operator wants to know. */
export interface WithHealth {
  /** In the order of preference. */
  readonly health: ProviderHealth[]
}

export function failoverSynthesizer(
  synthesizers: readonly Synthesizer[],
  clock: Clock,
  options: BreakerOptions = DEFAULT_BREAKER,
  log: Log = silentLog,
): Synthesizer & WithHealth {
  const candidates = new Candidates(synthesizers, options, { clock, log })
  return {
    name: candidates.name,
    /** Those of the provider that would be asked now. */
    get settings() {
      return candidates.preferred?.settings ?? ''
    },
    get health() {
      return candidates.health
    },
    warmUp: () => candidates.warmUp(),
    synthesize: (request, signal) => synthesizeWithAny(candidates, request, signal),
    close: () => candidates.close(),
  }
}

async function synthesizeWithAny(
  candidates: Candidates<Synthesizer>,
  request: SynthesisRequest,
  signal: AbortSignal,
): Promise<SynthesizedSpeech> {
  const tried = new Set<Candidate<Synthesizer>>()
  let last: SpeechFault | undefined
  for (let next = candidates.next(tried); next; next = candidates.next(tried)) {
    tried.add(next)
    next.began()
    const { settings } = next.provider
    try {
      // A voice is its provider's own name: the next provider would not know it.
      const voice = candidates.isMostPreferred(next) ? request.voice : ''
      const speech = await next.provider.synthesize({ ...request, voice }, signal)
      next.succeeded()
      return { settings, ...speech }
    } catch (error) {
      if (signal.aborted) {
        next.abandoned()
        throw signal.reason
      }
      last = next.failed(error)
    }
  }
  throw candidates.exhausted(last)
}

export function failoverRecognizer(
  recognizers: readonly Recognizer[],
  clock: Clock,
  options: BreakerOptions = DEFAULT_BREAKER,
  log: Log = silentLog,
): Recognizer & WithHealth {
  const candidates = new Candidates(recognizers, options, { clock, log })
  return {
    name: candidates.name,
    get health() {
      return candidates.health
    },
    warmUp: () => candidates.warmUp(),
    recognize: (request, hear) => new FailoverRecognition(candidates, request, hear),
    close: () => candidates.close(),
  }
}

type Attempt =
  | { is: 'between' }
  | { is: 'running'; candidate: Candidate<Recognizer>; recognition: Recognition }
  | { is: 'over' }

class FailoverRecognition implements Recognition {
  readonly #candidates: Candidates<Recognizer>
  readonly #request: RecognitionRequest
  readonly #hear: (hearing: Hearing) => void
  readonly #tried = new Set<Candidate<Recognizer>>()
  readonly #kept: KeptSound
  #attempt: Attempt = { is: 'between' }
  #phase: 'speaking' | 'finished' = 'speaking'
  #toldStart = false

  constructor(
    candidates: Candidates<Recognizer>,
    request: RecognitionRequest,
    hear: (hearing: Hearing) => void,
  ) {
    this.#candidates = candidates
    this.#request = request
    this.#hear = hear
    // Nobody to send it to again: nothing is kept.
    this.#kept = new KeptSound(candidates.count > 1 ? request.sampleRate : 0)
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
    attempt.candidate.abandoned()
    attempt.recognition.cancel()
  }

  #next(last: SpeechFault | undefined): void {
    if (this.#attempt.is === 'over') return
    const candidate = this.#candidates.next(this.#tried)
    if (!candidate) {
      // Nobody expects to hear of a failure before he has the recognition in his hands.
      const fault = this.#candidates.exhausted(last)
      return queueMicrotask(() => this.#end({ type: 'failed', fault }))
    }
    this.#tried.add(candidate)
    candidate.began()
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
        candidate.succeeded()
        return this.#end(hearing)
      case 'failed':
        this.#attempt = { is: 'between' }
        return this.#next(candidate.failed(hearing.fault))
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
