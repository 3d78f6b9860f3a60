// How much one provider may be asked at once and per second. Beyond it a few wait for a moment; the rest is
// refused at once, so that the next provider can be asked while the caller still waits.

import PQueue from 'p-queue'
import type { Clock } from '../lib/clock.ts'
import { SpeechFault } from './fault.ts'
import type { Hearing, Recognition, RecognitionRequest, Recognizer } from './recognizer.ts'
import type { SynthesisRequest, SynthesizedSpeech, Synthesizer } from './synthesizer.ts'

export interface Limits {
  /** Requests, or open streams, at once. */
  atOnce: number
  /** Requests that may begin within `perMs`; no such limit when absent. */
  starts?: { most: number; perMs: number } | undefined
  /** Requests that may wait. */
  waiting: number
  /** How long one may wait. */
  maxWaitMs: number
}

/** Turns to be had, bounded in every direction. */
class Turnstile {
  readonly #name: string
  readonly #limits: Limits
  readonly #clock: Clock
  readonly #queue: PQueue

  constructor(name: string, limits: Limits, clock: Clock) {
    this.#name = name
    this.#limits = limits
    this.#clock = clock
    this.#queue = new PQueue({
      concurrency: limits.atOnce,
      ...(limits.starts && { interval: limits.starts.perMs, intervalCap: limits.starts.most, strict: true }),
    })
  }

  /**
   * Runs `work` when its turn has come. Rejects as it does, with the signal's reason, or with a busy
   * SpeechFault.
   */
  async pass<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    const { waiting, maxWaitMs } = this.#limits
    if (this.#queue.size >= waiting && this.#mustWait()) {
      throw new SpeechFault(this.#name, 'busy', `more than ${waiting} requests are waiting`)
    }
    const patience = new AbortController()
    const timer = this.#clock.after(maxWaitMs, () => {
      patience.abort(new SpeechFault(this.#name, 'busy', `no turn came within ${maxWaitMs} ms`))
    })
    const leave = () => patience.abort(signal?.reason)
    signal?.addEventListener('abort', leave, { once: true })
    const start = () => {
      timer.cancel()
      signal?.removeEventListener('abort', leave)
      return work()
    }
    try {
      return await this.#queue.add(start, { signal: patience.signal })
    } finally {
      timer.cancel()
      signal?.removeEventListener('abort', leave)
    }
  }

  #mustWait(): boolean {
    return this.#queue.pending >= this.#limits.atOnce || this.#queue.isRateLimited || this.#queue.size > 0
  }
}

/** The same synthesizer, asked no more than its provider allows. */
export function limitSynthesizer(inner: Synthesizer, limits: Limits, clock: Clock): Synthesizer {
  const turnstile = new Turnstile(inner.name, limits, clock)
  return {
    name: inner.name,
    settings: inner.settings,
    warmUp: () => inner.warmUp(),
    synthesize: (request: SynthesisRequest, signal: AbortSignal): Promise<SynthesizedSpeech> =>
      turnstile.pass(() => inner.synthesize(request, signal), signal),
    close: () => inner.close(),
  }
}

/**
 * The same recognizer with a bounded number of utterances at once. Sound that comes while one waits is kept
 * for it.
 */
export function limitRecognizer(inner: Recognizer, limits: Limits, clock: Clock): Recognizer {
  const turnstile = new Turnstile(inner.name, limits, clock)
  return {
    name: inner.name,
    warmUp: () => inner.warmUp(),
    recognize: (request, hear) => new QueuedRecognition(inner, turnstile, request, hear),
    close: () => inner.close(),
  }
}

type Turn =
  | { is: 'waiting'; sound: Int16Array[]; finished: boolean; leave: AbortController }
  | { is: 'running'; recognition: Recognition; release: () => void }
  | { is: 'over' }

class QueuedRecognition implements Recognition {
  readonly #hear: (hearing: Hearing) => void
  #turn: Turn

  constructor(
    inner: Recognizer,
    turnstile: Turnstile,
    request: RecognitionRequest,
    hear: (hearing: Hearing) => void,
  ) {
    this.#hear = hear
    const leave = new AbortController()
    this.#turn = { is: 'waiting', sound: [], finished: false, leave }
    turnstile
      .pass(() => this.#run(inner, request), leave.signal)
      .catch(error => {
        if (this.#turn.is === 'over') return // it left by itself
        this.#turn = { is: 'over' }
        hear({ type: 'failed', fault: asFault(inner.name, error) })
      })
  }

  // The wait is bounded by the limits, and with it what is kept here.
  write(samples: Int16Array): void {
    const turn = this.#turn
    if (turn.is === 'running') turn.recognition.write(samples)
    else if (turn.is === 'waiting' && !turn.finished) turn.sound.push(samples.slice())
  }

  finish(): void {
    const turn = this.#turn
    if (turn.is === 'running') turn.recognition.finish()
    else if (turn.is === 'waiting') turn.finished = true
  }

  cancel(): void {
    const turn = this.#turn
    this.#turn = { is: 'over' }
    if (turn.is === 'waiting') turn.leave.abort()
    if (turn.is !== 'running') return
    turn.recognition.cancel()
    turn.release()
  }

  /** Resolves when the utterance is over: until then it holds its turn. */
  #run(inner: Recognizer, request: RecognitionRequest): Promise<void> {
    const waited = this.#turn
    if (waited.is !== 'waiting') return Promise.resolve()
    return new Promise(release => {
      const recognition = inner.recognize(request, hearing => this.#pass(hearing, release))
      this.#turn = { is: 'running', recognition, release }
      for (const samples of waited.sound) recognition.write(samples)
      if (waited.finished) recognition.finish()
    })
  }

  #pass(hearing: Hearing, release: () => void): void {
    if (this.#turn.is === 'over') return
    if (isLast(hearing)) {
      this.#turn = { is: 'over' }
      release()
    }
    this.#hear(hearing)
  }
}

function isLast(hearing: Hearing): boolean {
  return hearing.type === 'final' || hearing.type === 'nothing' || hearing.type === 'failed'
}

function asFault(provider: string, error: unknown): SpeechFault {
  if (error instanceof SpeechFault) return error
  return new SpeechFault(provider, 'transient', 'the recognition could not be started', { cause: error })
}
