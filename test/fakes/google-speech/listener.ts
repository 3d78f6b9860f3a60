// Listens to one stream of telephone sound: says when speech begins, what it seems to be so far, and what it
// was once a pause or the end of the stream has come.

import { Ear, HOP_MS, SAMPLE_RATE } from './features.ts'
import type { PhraseBook } from './phrase-book.ts'
import { findSpeech, measureFloor, recognize, type Stretch } from './recognize.ts'

/** Times are milliseconds of sound since the stream began. */
export type Heard =
  | { type: 'speechBegan'; atMs: number }
  /** `settled` is the part of `text` that was there the last time already. */
  | { type: 'interim'; text: string; settled: string; atMs: number }
  | { type: 'final'; text: string; confidence: number; atMs: number }
  | { type: 'speechEnded'; atMs: number }

export interface ListenerOptions {
  /** Sound between two interims; `undefined` for none at all. */
  interimEveryMs: number | undefined
  /** A pause this long makes what was said before final. */
  pauseMs: number
}

/** How often the sound is looked at. */
const LOOK_EVERY_SAMPLES = 10 * ((HOP_MS * SAMPLE_RATE) / 1_000)
/** Kept of what lies before the speech, so that there is silence to measure the noise in. */
const KEPT_SILENCE = 50
/** Silence is forgotten from here on: the noise of the last three seconds is noise enough. */
const MAX_SILENCE = 300
/** Nobody in a phrase book talks for 20 s without a pause; beyond it, comparing would hold the process. */
const MAX_SPEECH = 2_000

export class Listener {
  readonly #book: PhraseBook
  readonly #options: ListenerOptions
  readonly #ear = new Ear()
  /** Frames forgotten since the stream began. */
  #forgotten = 0
  /** Samples taken since the stream began. */
  #taken = 0
  #speech: { state: 'none' } | { state: 'some'; interim: string; guessedTo: number; nextGuess: number } = {
    state: 'none',
  }

  constructor(book: PhraseBook, options: ListenerOptions) {
    this.#book = book
    this.#options = options
  }

  /** Takes 16-bit samples at 8,000 Hz. */
  hear(samples: Int16Array): Heard[] {
    const heard: Heard[] = []
    // A look at every tenth frame, so that what is heard does not depend on how the sound was cut for the
    // way.
    for (let at = 0; at < samples.length; ) {
      const piece = samples.subarray(at, at + LOOK_EVERY_SAMPLES - (this.#taken % LOOK_EVERY_SAMPLES))
      this.#ear.hear(piece)
      this.#taken += piece.length
      at += piece.length
      if (this.#taken % LOOK_EVERY_SAMPLES === 0) heard.push(...this.#look('on the way'))
    }
    return heard
  }

  /** No more sound comes. */
  end(): Heard[] {
    const heard = this.#look('last time')
    const frames = this.#ear.frames
    if (frames.count > 0) heard.push(...this.#finish(frames.count))
    return heard
  }

  get #now(): number {
    return this.#forgotten + this.#ear.frames.count
  }

  #look(which: 'on the way' | 'last time'): Heard[] {
    const frames = this.#ear.frames
    const energies = frames.energies()
    const speech = findSpeech(energies, measureFloor(frames, energies))
    if (!speech) {
      if (frames.count > MAX_SILENCE) this.#forget(frames.count - MAX_SILENCE)
      return []
    }
    const heard: Heard[] = []
    if (this.#speech.state === 'none') {
      this.#speech = { state: 'some', interim: '', guessedTo: 0, nextGuess: 0 }
      heard.push({ type: 'speechBegan', atMs: this.#ms(speech.from) })
    }
    const pause = frames.count - speech.to
    if (pause * HOP_MS >= this.#options.pauseMs || frames.count > MAX_SPEECH)
      heard.push(...this.#finish(Math.max(speech.to, frames.count - KEPT_SILENCE)))
    else if (which === 'on the way') heard.push(...this.#guess(speech))
    return heard
  }

  /**
   * A long speech is looked at less often, or each look would cost more than the one before; a pause not at
   * all.
   */
  #guess({ from, to }: Stretch): Heard[] {
    const { interimEveryMs } = this.#options
    if (interimEveryMs === undefined || this.#speech.state === 'none') return []
    if (this.#now < this.#speech.nextGuess || this.#forgotten + to === this.#speech.guessedTo) return []
    this.#speech.nextGuess = this.#now + Math.max(interimEveryMs / HOP_MS, (to - from) / 10)
    this.#speech.guessedTo = this.#forgotten + to
    const frames = this.#ear.frames
    const text = recognize(frames, measureFloor(frames), this.#book, 'coarse')?.text
    if (text === undefined || text === this.#speech.interim) return []
    const settled = commonWords(this.#speech.interim, text)
    this.#speech.interim = text
    return [{ type: 'interim', text, settled, atMs: this.#ms(frames.count) }]
  }

  /** What lies before frame `to` is decided and forgotten. */
  #finish(to: number): Heard[] {
    const { frames } = this.#ear
    const found = recognize(frames, measureFloor(frames), this.#book)
    const atMs = this.#ms(frames.count)
    const heard: Heard[] = []
    if (found)
      heard.push({ type: 'final', text: found.text, confidence: Math.max(0.5, 1 - found.cost / 2), atMs })
    if (this.#speech.state === 'some') heard.push({ type: 'speechEnded', atMs })
    this.#speech = { state: 'none' }
    this.#forget(to)
    return heard
  }

  #forget(frameCount: number): void {
    this.#ear.forget(frameCount)
    this.#forgotten += frameCount
  }

  #ms(frame: number): number {
    return (this.#forgotten + frame) * HOP_MS
  }
}

/** The words with which both begin. */
function commonWords(before: string, after: string): string {
  const earlier = before.split(' ')
  const words = after.split(' ')
  let count = 0
  while (count < words.length && earlier[count] === words[count]) count++
  return words.slice(0, count).join(' ')
}
