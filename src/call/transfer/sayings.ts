// Short things that people say, found in what a recognizer heard, whatever its spelling, accents and punctuation.

import { primaryLanguage } from '../../lib/words.ts'
import { wordsOf } from '../words.ts'

/** More than this of a text is not looked at: nobody says so much in one breath. */
const LONGEST_TEXT = 2_000

/** The words of a text without case, punctuation, apostrophes and accents: recognizers differ in all of them. */
export function plainWords(text: string): string[] {
  return wordsOf(text.slice(0, LONGEST_TEXT).replaceAll('’', "'").replaceAll('ß', 'ss'))
    .map(word => word.replaceAll("'", '').normalize('NFD').replace(/\p{M}/gu, ''))
    .filter(word => word !== '')
}

export class Sayings {
  readonly #byFirstWord = new Map<string, (readonly string[])[]>()

  /** Parted by commas or line ends. */
  constructor(text: string) {
    for (const saying of text.split(/[,\n]/).map(plainWords)) {
      const [first] = saying
      if (first === undefined) continue
      const others = this.#byFirstWord.get(first) ?? []
      this.#byFirstWord.set(first, [...others, saying])
    }
  }

  /** How many words the longest of these has that begins at `at`; 0 for none. */
  lengthAt(words: readonly string[], at: number): number {
    let longest = 0
    for (const saying of this.#byFirstWord.get(words[at] ?? '') ?? []) {
      if (saying.length > longest && saying.every((word, i) => words[at + i] === word))
        longest = saying.length
    }
    return longest
  }

  isIn(words: readonly string[]): boolean {
    return words.some((_, at) => this.lengthAt(words, at) > 0)
  }
}

/** What belongs to a language; to English where there is nothing for it: people of many languages know it. */
export function forLanguage<T>(byLanguage: ReadonlyMap<string, T>, english: T, tag: string): T {
  return byLanguage.get(primaryLanguage(tag)) ?? english
}
