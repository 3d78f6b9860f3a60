// When the switch itself stops a recording: nobody has spoken for the initial time, or for the final time since.

import type { Frame } from './sound-frame.ts'
import { meanOf } from './talk-detector.ts'

export type SilenceEnd = 'success-silence' | 'no-input-timeout'

const USUAL_THRESHOLD = 200

export class RecordingSilence {
  readonly #initialMs: number
  readonly #finalMs: number
  readonly #threshold: number
  #spoken = false
  #silentMs = 0

  constructor(given: Readonly<Record<string, string>>) {
    this.#initialMs = Number(given.RECORD_INITIAL_TIMEOUT_MS) || 0
    this.#finalMs = Number(given.RECORD_FINAL_TIMEOUT_MS) || 0
    this.#threshold = Number(given.RECORD_SILENCE_THRESHOLD) || USUAL_THRESHOLD
  }

  /** One frame of 20 ms; the result is why the recording ends with it. */
  hears(frame: Frame | undefined): SilenceEnd | undefined {
    if (this.#initialMs === 0 && this.#finalMs === 0) return undefined
    if (frame && meanOf(frame) >= this.#threshold) {
      this.#spoken = true
      this.#silentMs = 0
      return undefined
    }
    this.#silentMs += 20
    const limitMs = this.#spoken ? this.#finalMs : this.#initialMs
    if (limitMs === 0 || this.#silentMs < limitMs) return undefined
    return this.#spoken ? 'success-silence' : 'no-input-timeout'
  }
}
