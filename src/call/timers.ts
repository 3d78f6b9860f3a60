// The timers of one call, by name: starting one again replaces it, and all end with the call.

import type { Clock, Timer } from '../lib/clock.ts'
import type { CallEvent, TimerName } from './vocabulary.ts'

export class Timers {
  readonly #clock: Clock
  readonly #post: (event: CallEvent) => void
  readonly #running = new Map<TimerName, Timer>()

  constructor(clock: Clock, post: (event: CallEvent) => void) {
    this.#clock = clock
    this.#post = post
  }

  start(name: TimerName, turn: number | null, ms: number): void {
    this.stop(name)
    const timer = this.#clock.after(ms, () => {
      this.#running.delete(name)
      this.#post({ type: 'timeUp', name, turn, atMs: this.#clock.now() })
    })
    this.#running.set(name, timer)
  }

  stop(name: TimerName): void {
    this.#running.get(name)?.cancel()
    this.#running.delete(name)
  }

  stopAll(): void {
    for (const timer of this.#running.values()) timer.cancel()
    this.#running.clear()
  }
}
