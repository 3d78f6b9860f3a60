// What ends one request early: whoever asked, or a deadline. Whatever then breaks is explained by that, not
// by its own error.

import type { Clock, Timer } from '../../lib/clock.ts'
import { EngineFault } from '../engine.ts'

interface Breakable {
  destroy(error?: Error): unknown
}

export class Guard {
  readonly #engine: string
  readonly #clock: Clock
  readonly #signal: AbortSignal | null
  readonly #onAbort = () => this.#target?.destroy()
  #target: Breakable | undefined
  #timer: Timer | undefined
  #missed: EngineFault | undefined

  /** `signal` null: nobody but the deadlines ends it. */
  constructor(engine: string, clock: Clock, signal: AbortSignal | null) {
    this.#engine = engine
    this.#clock = clock
    this.#signal = signal
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** From now on this is what an early end breaks. */
  watch(target: Breakable): void {
    this.#target = target
    if (this.#signal?.aborted) target.destroy()
  }

  /** What is waited for must come within `ms`; replaces the deadline before. */
  arm(ms: number, missing: string): void {
    this.disarm()
    this.#timer = this.#clock.after(ms, () => {
      this.#missed = new EngineFault(this.#engine, 'timeout', `no ${missing} within ${ms} ms`)
      this.#target?.destroy(this.#missed)
    })
  }

  disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** What to throw instead of `error`. */
  explain(error: unknown): unknown {
    if (this.#signal?.aborted) return this.#signal.reason
    if (this.#missed) return this.#missed
    if (error instanceof EngineFault) return error
    return new EngineFault(this.#engine, 'unreachable', 'the connection failed', { cause: error })
  }

  throwIfAborted(): void {
    this.#signal?.throwIfAborted()
  }

  release(): void {
    this.disarm()
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}
