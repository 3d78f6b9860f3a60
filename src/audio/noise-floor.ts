// How loud the line is when nobody speaks: the quietest frame of the last two seconds. Speech pauses that often, noise does not.

import { SILENCE_DBFS } from './levels.ts'

const FRAMES_A_BLOCK = 10
const BLOCKS = 10
/** Nothing below this matters: the noise of G.711 itself. */
const QUIETEST_DBFS = -65
/** Louder than this is not believed to be noise: some speak without a pause. */
const LOUDEST_DBFS = -20
/** At the very first a caller may already be speaking, and little is known. */
const LOUDEST_AT_FIRST_DBFS = -45
const FIRST_FRAMES = 10

export class NoiseFloor {
  readonly #blocks = new Float64Array(BLOCKS).fill(0)
  #block = 0
  #framesInBlock = 0
  #frames = 0
  #quietestDbfs = 0

  /** Takes the level of the next 20 ms and returns the floor. */
  update(levelDbfs: number): number {
    // Lost packets are played as digital silence: that says nothing about the line.
    if (levelDbfs > SILENCE_DBFS) this.#take(levelDbfs)
    const loudest = this.#frames < FIRST_FRAMES ? LOUDEST_AT_FIRST_DBFS : LOUDEST_DBFS
    return Math.max(QUIETEST_DBFS, Math.min(loudest, this.#quietestDbfs))
  }

  #take(levelDbfs: number): void {
    this.#frames++
    this.#framesInBlock++
    const inBlock = Math.min(this.#blocks[this.#block] ?? 0, levelDbfs)
    this.#blocks[this.#block] = inBlock
    this.#quietestDbfs = Math.min(this.#quietestDbfs, inBlock)
    if (this.#framesInBlock < FRAMES_A_BLOCK) return
    this.#framesInBlock = 0
    this.#block = (this.#block + 1) % BLOCKS
    this.#blocks[this.#block] = 0
    this.#quietestDbfs = this.#blocks.reduce((quietest, level) => Math.min(quietest, level), 0)
  }
}
