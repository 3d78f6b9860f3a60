// Where the time of a turn goes: from the caller's last sound to the assistant's first.

import { Histogram } from '../lib/histogram.ts'
import type { CallEvent } from './vocabulary.ts'

/** In the order in which they come, except that what was guessed is asked before the turn is decided. */
export const MARKS = [
  'endOfTurn',
  'finalText',
  'asked',
  'firstToken',
  'firstSentence',
  'firstAudio',
  'written',
  'started',
] as const
export type Mark = (typeof MARKS)[number]

/** Milliseconds since the caller's last sound; what did not happen, or was there before, is missing. */
export type TurnMarks = Partial<Record<`${Mark}Ms`, number>> & {
  turn: number
  guessed: boolean
  /** The pause that was awaited, without the time it takes to hear. */
  waitMs: number
}

/** All turns of all calls of this process. */
export class TurnTimes {
  /** From the caller's last sound to what the name says. */
  readonly histograms: Readonly<Record<Mark, Histogram>> = {
    endOfTurn: new Histogram(),
    finalText: new Histogram(),
    asked: new Histogram(),
    firstToken: new Histogram(),
    firstSentence: new Histogram(),
    firstAudio: new Histogram(),
    written: new Histogram(),
    started: new Histogram(),
  }
  /** Answers that were prepared beforehand: wanted, and in vain. */
  readonly guesses = { hits: 0, misses: 0 }

  add(marks: TurnMarks): void {
    for (const mark of MARKS) {
      const ms = marks[`${mark}Ms`]
      if (ms !== undefined) this.histograms[mark].add(ms)
    }
  }
}

/** One call: the utterance that is being answered. */
export class Marks {
  /** From the caller's last sound to our first. */
  readonly answers = new Histogram()
  readonly #onTurn: (marks: TurnMarks) => void
  /** Of what the caller said last, as long as it is not answered. */
  #lastSoundAtMs: number | undefined
  #waitMs = 0
  #at = new Map<Mark, number>()
  /** What is asked beforehand belongs to no turn yet. */
  #guessAt = new Map<Mark, number>()
  #turn = -1
  #guessed = false

  constructor(onTurn: (marks: TurnMarks) => void) {
    this.#onTurn = onTurn
  }

  take(event: CallEvent): void {
    if (event.type === 'callerPaused') {
      this.#lastSoundAtMs = event.atMs - event.silentMs
      this.#waitMs = event.silentMs
      this.#at = new Map([['endOfTurn', event.atMs]])
    } else if (event.type === 'utteranceHeard') this.#at.set('finalText', event.atMs)
  }

  /** An answer is prepared. */
  guess(atMs: number): void {
    this.#guessAt = new Map([['asked', atMs]])
  }

  /** `prepared`: the answer that was prepared is the answer. */
  asked(turn: number, prepared: boolean, atMs: number): void {
    this.#turn = turn
    this.#guessed = prepared
    if (prepared) for (const [mark, guessedAtMs] of this.#guessAt) this.#at.set(mark, guessedAtMs)
    else this.#at.set('asked', atMs)
  }

  /** What is prepared comes before there is a turn: `turn` is the one it would be. */
  mark(mark: Mark, turn: number, atMs: number): void {
    const into = turn === this.#turn ? this.#at : this.#guessAt
    if (!into.has(mark)) into.set(mark, atMs)
  }

  /** The caller hears the answer. */
  started(turn: number, atMs: number): void {
    const since = this.#lastSoundAtMs
    if (since === undefined || turn !== this.#turn) return
    this.#lastSoundAtMs = undefined
    this.#at.set('started', atMs)
    const marks: TurnMarks = { turn, guessed: this.#guessed, waitMs: this.#waitMs }
    for (const [mark, markedAtMs] of this.#at) marks[`${mark}Ms`] = Math.round(markedAtMs - since)
    this.answers.add(atMs - since)
    this.#onTurn(marks)
  }
}
