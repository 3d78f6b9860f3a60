// Has the caller finished? While an utterance is spoken: what it says so far, and whether it is worth preparing an answer to it.

import { sameWords } from './words.ts'

/** Recognizers are some 200 ms behind, a pause is noticed some frames late: what is believed from then on holds every word. */
const WORTH_GUESSING_MS = 160
/** A belief from before the silence, to which nothing has been added for so long, holds every word too. */
const UNCHANGED_MS = 350

export interface GuessworkOptions {
  /** The caller may have finished, and this is what they said. */
  onGuess(text: string): void
  /** They go on after a guess. */
  onWentOn(): void
}

/** One utterance, from its first sound to its end. */
export class Guesswork {
  readonly #options: GuessworkOptions
  #text = ''
  #guessed: string | undefined

  constructor(options: GuessworkOptions) {
    this.#options = options
  }

  /** A recognizer believes to have heard this so far; the caller has been silent for `silentMs`. */
  believe(text: string, silentMs: number): void {
    this.#text = text
    if (silentMs >= WORTH_GUESSING_MS) this.#guess()
  }

  /** Time passes: the caller has been silent for `silentMs`, 0 while they speak. */
  pass(silentMs: number): void {
    if (silentMs >= UNCHANGED_MS) this.#guess()
    if (silentMs > 0 || this.#guessed === undefined) return
    this.#guessed = undefined
    this.#options.onWentOn()
  }

  #guess(): void {
    // Asked with every frame of a silence: mostly nothing has changed.
    if (this.#text === '' || this.#text === this.#guessed) return
    if (this.#guessed !== undefined && sameWords(this.#guessed, this.#text)) return
    this.#guessed = this.#text
    this.#options.onGuess(this.#text)
  }
}
