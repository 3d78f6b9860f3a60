// Does the sound repeat itself as often as vocal folds do? Tells a voice from breath, clicks and hiss, which the voice
// detector takes for speech.

/** Vocal folds swing between so often a second, from a deep man to a child. */
const LOWEST_HZ = 70
const HIGHEST_HZ = 400
/** Pitch is sought at this rate: what lies above 2 kHz has no part in it. */
const RATE = 4_000
const SHORTEST = Math.floor(RATE / HIGHEST_HZ)
const LONGEST = Math.ceil(RATE / LOWEST_HZ)

export class PitchDetector {
  readonly #step: number
  /** The last frame and the one before it, as they came, and at 4 kHz when somebody asks. */
  readonly #frames: Int16Array
  readonly #window: Float64Array
  readonly #likeness = new Float64Array(LONGEST + 2)

  constructor(sampleRate: number, frameSamples: number) {
    this.#step = sampleRate / RATE
    this.#frames = new Int16Array(2 * frameSamples)
    this.#window = new Float64Array(this.#frames.length / this.#step)
  }

  /** Every frame has to be shown, in order. */
  push(frame: Int16Array): void {
    this.#frames.copyWithin(0, frame.length)
    this.#frames.set(frame, frame.length)
  }

  /** How alike the sound is to itself one period earlier, 0 to 1: a vowel reaches 0.7 to 1, noise 0.3. */
  periodicity(): number {
    this.#thinOut()
    const likeness = this.#likeness
    for (let lag = SHORTEST - 1; lag <= LONGEST + 1; lag++) likeness[lag] = this.#likenessAt(lag)
    let best = 0
    for (let lag = SHORTEST; lag <= LONGEST; lag++) {
      const here = likeness[lag] ?? 0
      // Slow swings are alike at any short lag: only a peak is a period.
      const isPeak = here >= (likeness[lag - 1] ?? 0) && here >= (likeness[lag + 1] ?? 0)
      if (isPeak && here > best) best = here
    }
    return best
  }

  #thinOut(): void {
    for (let i = 0, at = 0; i < this.#window.length; i++) {
      let sum = 0
      for (let end = at + this.#step; at < end; at++) sum += this.#frames[at] ?? 0
      this.#window[i] = sum
    }
  }

  #likenessAt(lag: number): number {
    const window = this.#window
    let product = 0
    let energyHere = 0
    let energyBefore = 0
    for (let i = LONGEST + 1; i < window.length; i++) {
      const here = window[i] ?? 0
      const before = window[i - lag] ?? 0
      product += here * before
      energyHere += here * here
      energyBefore += before * before
    }
    return product <= 0 ? 0 : product / Math.sqrt(energyHere * energyBefore)
  }
}
