// What a recognizer would report of a turn, from its known words and their times.

import { englishNumbers, numbered } from '../../src/engine/flow/words.ts'
import type { Caller, Turn } from './turn-corpus.ts'
import type { TimedWord } from './turn-sound.ts'

/** `plain`: no punctuation. `punctuated`: as written, and now and then a full stop where the caller only paused. */
export type TextStyle = 'plain' | 'punctuated'

/** From the last word until a recognizer puts the mark behind it. */
const MARK_AFTER_MS = 100
/** After one of so many inner pauses a full stop is reported where there is none. */
const WRONG_STOP_IN = 3

const germanNumbers: ReadonlyMap<string, string> = new Map(
  'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf'
    .split(' ')
    .map((word, value) => [word, String(value)] as const)
    .concat([
      ['dreißig', '30'],
      ['achtzig', '80'],
    ]),
)

export class InterimTexts {
  readonly #words: readonly TimedWord[]
  readonly #style: TextStyle
  readonly #numbers: ReadonlyMap<string, string> | null

  constructor(caller: Caller, turn: Turn, words: readonly TimedWord[], style: TextStyle) {
    this.#words = words
    this.#style = style
    const isNumber = turn.expect === 'digits' || turn.expect === 'number'
    const numbers = caller.language === 'de-DE' ? germanNumbers : englishNumbers
    this.#numbers = caller.writesDigits && isNumber ? numbers : null
  }

  /** What has been understood by `untilMs` of the utterance that began at `fromMs`; null before the first word. */
  text(fromMs: number, untilMs: number): string | null {
    const words: string[] = []
    for (const [at, word] of this.#words.entries()) {
      // A word that was cut in two counts for the second half.
      if (word.endMs <= fromMs || word.endMs > untilMs) continue
      words.push(this.#style === 'plain' ? bare(word.text) : this.#marked(word, at, untilMs))
    }
    if (words.length === 0) return null
    return this.#numbers ? inDigits(words, this.#numbers) : words.join(' ')
  }

  #marked(word: TimedWord, at: number, untilMs: number): string {
    const text = word.text.replace(/[.,!?]+$/, '')
    if (untilMs < word.endMs + MARK_AFTER_MS) return text
    const mark = word.text.slice(text.length)
    if (mark !== '' || !word.isLastOfPart) return word.text
    // As long as nothing follows it.
    const isLast = (this.#words[at + 1]?.endMs ?? Number.POSITIVE_INFINITY) > untilMs
    return isLast && at % WRONG_STOP_IN === 0 ? `${text}.` : text
  }
}

function bare(word: string): string {
  return word.replace(/[.,!?]+$/, '').toLowerCase()
}

/** "four two about forty five" becomes "42 about 45". */
function inDigits(words: readonly string[], numbers: ReadonlyMap<string, string>): string {
  const plain = numbered(
    words.map(word => word.toLowerCase()),
    numbers,
  )
  return plain.join(' ').replace(/(?<=\d) (?=\d)/g, '')
}
