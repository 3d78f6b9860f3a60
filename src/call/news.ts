// What happens to calls, for whoever wants to watch: the live events of the API, status callbacks.

import type { TransferOutcome } from '../engine/engine.ts'

/** How far a transfer is. Words of Twilio's status callbacks; then its outcome. */
export type TransferStatus = 'initiated' | 'ringing' | 'answered' | 'completed'

export type News =
  | { type: 'callBegan'; callId: string; profile: string; direction: 'inbound' | 'outbound' }
  | { type: 'callEnded'; callId: string; by: string; why: string; durationMs: number }
  /** `id`: of the transfer; `callId` null for a session without a call. */
  | {
      type: 'transfer'
      id: string
      callId: string | null
      sessionId: string | null
      to: string
      status: TransferStatus
      /** Once it is known, and its cause in one word or sentence; '' for none. */
      outcome: TransferOutcome | null
      cause: string
    }
  /** A call that we make, until somebody has answered it (then it began) or nobody has (`completed`, why in `outcome`). */
  | {
      type: 'callOut'
      callId: string
      to: string
      status: TransferStatus
      outcome: TransferOutcome | null
      cause: string
    }
  | { type: 'callerProfileChanged'; extension: string }

export type Told = News & { wallMs: number }

/** Tells everybody at once, in order. A listener that throws is a bug of its own and disturbs nobody else. */
export class Newsroom {
  readonly #listeners = new Set<(news: Told) => void>()
  readonly #wallMs: () => number
  readonly #onFault: (error: unknown) => void

  constructor(wallMs: () => number, onFault: (error: unknown) => void) {
    this.#wallMs = wallMs
    this.#onFault = onFault
  }

  /** Gives what ends it. */
  listen(listener: (news: Told) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  tell(news: News): void {
    const told: Told = { ...news, wallMs: this.#wallMs() }
    for (const listener of this.#listeners) {
      try {
        listener(told)
      } catch (error) {
        this.#onFault(error)
      }
    }
  }
}
