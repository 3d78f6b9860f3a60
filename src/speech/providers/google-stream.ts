// One streamingRecognize call of API v2, with the traps of its client kept inside. The client's own helper of
// that name is no use: it sends version 1's messages to version 2, and its stream cannot be cancelled.

import type { protos, v2 } from '@google-cloud/speech'
import type { CancellableStream } from 'google-gax'
import type { Clock, Timer } from '../../lib/clock.ts'

export type StreamResponse = protos.google.cloud.speech.v2.IStreamingRecognizeResponse

/** The first message of a stream; all later ones carry sound. */
export interface StreamStart {
  recognizer: string
  streamingConfig: protos.google.cloud.speech.v2.IStreamingRecognitionConfig
}

/** After `ended` or `failed` nothing more comes. */
export type StreamEvent =
  | { type: 'response'; response: StreamResponse }
  | { type: 'ended' }
  | { type: 'failed'; error: unknown }
  /** The peer has not said anything since the first sound was sent to it. */
  | { type: 'unanswered' }
  /** Google will end it soon for its age. */
  | { type: 'aged' }

export interface StreamLimits {
  openTimeoutMs: number
  maxAgeMs: number
}

/**
 * gRPC's deadline is the age at which a stream dies. Google ends it at 300 s; this is for a peer that does
 * not.
 */
const DEADLINE_MS = 310_000

export class SpeechStream {
  readonly #call: CancellableStream
  readonly #clock: Clock
  readonly #limits: StreamLimits
  readonly #tell: (event: StreamEvent) => void
  readonly #ageTimer: Timer
  #openTimer: Timer | undefined
  #state: 'waiting' | 'answered' | 'over' = 'waiting'

  constructor(
    client: v2.SpeechClient,
    start: StreamStart,
    clock: Clock,
    limits: StreamLimits,
    tell: (event: StreamEvent) => void,
  ) {
    this.#clock = clock
    this.#limits = limits
    this.#tell = tell
    this.#call = client._streamingRecognize({ timeout: DEADLINE_MS })
    this.#call.on('metadata', () => this.#answered())
    this.#call.on('data', (response: StreamResponse) => {
      if (this.#state === 'over') return
      this.#answered()
      tell({ type: 'response', response })
    })
    this.#call.on('end', () => this.#over({ type: 'ended' }))
    // Stays for good: a cancelled call reports its cancellation as an error.
    this.#call.on('error', error => this.#over({ type: 'failed', error }))
    this.#ageTimer = clock.after(limits.maxAgeMs, () => {
      if (this.#state !== 'over') tell({ type: 'aged' })
    })
    this.#call.write(start)
  }

  /** Sends a piece of sound. The buffer must not change afterwards. */
  write(audio: Buffer): void {
    if (this.#state === 'over') return
    this.#call.write({ audio })
    if (this.#state === 'waiting') {
      this.#openTimer ??= this.#clock.after(this.#limits.openTimeoutMs, () =>
        this.#over({ type: 'unanswered' }),
      )
    }
  }

  /** No more sound; the rest of the answers follows. */
  end(): void {
    if (this.#state !== 'over') this.#call.end()
  }

  /** Ends the call at both ends. Nothing is told from now on. */
  cancel(): void {
    if (this.#state === 'over') return
    this.#leave()
    this.#cancelCall()
  }

  #answered(): void {
    if (this.#state !== 'waiting') return
    this.#state = 'answered'
    this.#openTimer?.cancel()
  }

  #over(event: StreamEvent): void {
    if (this.#state === 'over') return
    this.#leave()
    if (event.type === 'unanswered') this.#cancelCall()
    this.#tell(event)
  }

  #leave(): void {
    this.#state = 'over'
    this.#openTimer?.cancel()
    this.#ageTimer.cancel()
  }

  // Only cancel() reaches the peer, destroy() does not; and in the tick in which the call was opened it does
  // not either.
  #cancelCall(): void {
    setImmediate(() => this.#call.cancel())
  }
}
