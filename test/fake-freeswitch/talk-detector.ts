// When a member of a room counts as talking: at once when loud, after 300 ms when quiet, and until 800 ms of
// silence have passed. The numbers are mod_conference's.

import type { Frame } from './sound-frame.ts'

const ENERGY_LEVEL = 100
const LOUD = ENERGY_LEVEL + 400
const FRAMES_TO_START = 15
const FRAMES_TO_STOP = 40
const DECAY = 0.8

export class TalkDetector {
  isTalking = false
  /** Mean energy, older frames counting less and less. */
  loudness = 0
  #under = 0
  #over = 0

  /** One frame of what the member says; the result is what has changed with it. */
  hears(frame: Frame | undefined): 'start-talking' | 'stop-talking' | undefined {
    const energy = frame ? meanOf(frame) : 0
    this.loudness = DECAY * this.loudness + (1 - DECAY) * energy
    if (energy > ENERGY_LEVEL) {
      if (this.#over > 0) this.#over--
      if (energy < LOUD && ++this.#under < FRAMES_TO_START) return undefined
      return this.#turn(true)
    }
    if (this.#under > 0) this.#under--
    if (!this.isTalking || ++this.#over < FRAMES_TO_STOP) return undefined
    return this.#turn(false)
  }

  #turn(talking: boolean): 'start-talking' | 'stop-talking' | undefined {
    this.#under = 0
    this.#over = 0
    if (this.isTalking === talking) return undefined
    this.isTalking = talking
    return talking ? 'start-talking' : 'stop-talking'
  }
}

/** Mean of the samples' sizes: 0 to 32,768. */
export function meanOf({ source, from, to }: Frame): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += Math.abs(source[i] ?? 0)
  return to > from ? sum / (to - from) : 0
}
