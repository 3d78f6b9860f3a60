// A warning that anybody on the network can bring about, told at most once a second however often it happens.

import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'

const EVERY_MS = 1_000

export class OneLineASecond {
  readonly #clock: Clock
  readonly #log: Log
  readonly #message: string
  #toldAtMs = Number.NEGATIVE_INFINITY
  #untold = 0
  #last: unknown
  /** Runs only while there is something untold. */
  #timer: Timer | undefined

  constructor(clock: Clock, log: Log, message: string) {
    this.#clock = clock
    this.#log = log
    this.#message = message
  }

  /** It happened: told at once when it is the first for a second, else together with what follows. */
  warn(error: unknown): void {
    this.#untold++
    this.#last = error
    const waitMs = this.#toldAtMs + EVERY_MS - this.#clock.now()
    if (waitMs <= 0) this.flush()
    else this.#timer ??= this.#clock.after(waitMs, () => this.flush())
  }

  /** Tells what is untold: how often it happened, and the last error as an example. */
  flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#untold === 0) return
    this.#log.warn({ err: this.#last, count: this.#untold }, this.#message)
    this.#toldAtMs = this.#clock.now()
    this.#untold = 0
    this.#last = undefined
  }
}
