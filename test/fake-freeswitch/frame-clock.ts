// The switch's heartbeat: frames of 20 ms, as long as there is anything on the switch that lives by them.

import type { Clock, Timer } from '../../src/lib/clock.ts'
import { FRAME_MS } from './wav.ts'

export class FrameClock {
  readonly #clock: Clock
  /** One frame is over; false when no more are needed. `stampUs`: when it should have been, on the wall clock. */
  readonly #onFrame: (stampUs: number) => boolean
  #nextMs = 0
  #timer: Timer | undefined

  constructor(clock: Clock, onFrame: (stampUs: number) => boolean) {
    this.#clock = clock
    this.#onFrame = onFrame
  }

  get isRunning(): boolean {
    return this.#timer !== undefined
  }

  get untilNextMs(): number {
    return this.#nextMs - this.#clock.now()
  }

  start(inMs: number): void {
    this.#nextMs = this.#clock.now() + inMs
    this.#arm()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(): void {
    this.#timer = this.#clock.after(this.untilNextMs, () => {
      let goesOn = true
      // A late timer owes more than one frame; a timer that is early by a fraction owes none.
      while (this.untilNextMs <= 0.5) {
        const stampUs = Math.floor((this.#clock.wallMs() + this.untilNextMs) * 1_000)
        this.#nextMs += FRAME_MS
        goesOn = this.#onFrame(stampUs)
      }
      if (goesOn) this.#arm()
      else this.#timer = undefined
    })
  }
}
