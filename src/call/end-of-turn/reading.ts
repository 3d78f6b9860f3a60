// How far a text reads as finished. Looks at its last words, at its last sentence where it must, and at nothing else.

import type { Expectation } from '../../engine/engine.ts'
import { NumberReader } from './numbers.ts'
import { type TurnWords, turnWords } from './words.ts'

/**
 * - `answered`: exactly what was asked for, nothing can be missing.
 * - `complete`: it reads as finished.
 * - `likely`: it may be finished, and often is.
 * - `unclear`: the words do not tell.
 * - `going on`: more may well come, as in a number that is read out in groups.
 * - `unfinished`: nobody ends like this.
 */
export type Completeness = 'answered' | 'complete' | 'likely' | 'unclear' | 'going on' | 'unfinished'

export interface Reading {
  completeness: Completeness
  /** What the judgement rests on, where that is not the words' meaning. */
  of: 'words' | 'number' | 'spelling'
}

export type Asked = Pick<Expectation, 'expect' | 'numDigits' | 'validDigits'>

/** What was said before the last so many characters does not change how it ends. */
const LONGEST_TAIL = 240
/** With fewer words a sentence is rather the beginning of one. */
const SENTENCE_WORDS = 4
/** An answer with yes or no has at most so many words. */
const ANSWER_WORDS = 6
/** From so many digits on it is a number that is read out, and not one of a sentence. */
const READ_OUT_DIGITS = 3
/** So many single letters in a row are a spelling. */
const SPELLED_LETTERS = 2

const unclear: Reading = { completeness: 'unclear', of: 'words' }

/** How what has been said so far reads, to the question that was asked. */
export function reading(text: string, language: string, asked: Asked): Reading {
  const tail = text.slice(-LONGEST_TAIL).trim()
  const words = wordsOf(tail)
  if (words.length === 0) return unclear
  const numbers = new NumberReader(language)
  const lists = turnWords(language)
  return (
    (asked.expect === 'digits' ? digitsReading(words, numbers, asked) : null) ??
    promiseReading(words, numbers, lists) ??
    spellingReading(words, lists) ??
    numberReading(words, numbers, asked) ??
    wordsReading(words, lists, asked, tail)
  )
}

function digitsReading(words: readonly string[], numbers: NumberReader, asked: Asked): Reading | null {
  const count = numbers.digitCount(words)
  if (count === null || count === 0) return null
  const { numDigits, validDigits } = asked
  if (numDigits !== null) {
    if (count === numDigits) return { completeness: 'answered', of: 'number' }
    // More than were asked for: a correction, or something beside the number.
    return { completeness: count < numDigits ? 'unfinished' : 'unclear', of: 'number' }
  }
  const written = numbers.written(words)
  if (written !== null && validDigits?.includes(written)) {
    const isPrefix = validDigits.some(one => one.length > written.length && one.startsWith(written))
    return { completeness: isPrefix ? 'unclear' : 'answered', of: 'number' }
  }
  return { completeness: 'going on', of: 'number' }
}

/** The last words promise more. */
function promiseReading(
  words: readonly string[],
  numbers: NumberReader,
  lists: TurnWords | undefined,
): Reading | null {
  if (!lists || endsWith(words, lists.settledEnds) || isAnswer(words, lists)) return null
  if (!endsWith(words, lists.promisingEnds) && !isPromising(words, lists)) return null
  const isNumber = numbers.partOf(words.at(-1) ?? '') === 'and' && numbers.partOf(words.at(-2) ?? '') !== null
  return { completeness: 'unfinished', of: isNumber ? 'number' : 'words' }
}

function isPromising(words: readonly string[], { promising, closings, verbLast }: TurnWords): boolean {
  if (!promising.has(words.at(-1) ?? '') || endsWith(words, closings)) return false
  // "…, weil er krank ist": the conjunction lies well before the verb that it sends to the end.
  return !words.slice(0, -2).some(word => verbLast.has(word))
}

function spellingReading(words: readonly string[], lists: TurnWords | undefined): Reading | null {
  let letters = 0
  for (const word of words.toReversed()) {
    const spelled = lettersIn(word)
    if (spelled === 0) break
    letters += spelled
  }
  if (letters < SPELLED_LETTERS || (lists && letters === words.length && isAnswer(words, lists))) return null
  return { completeness: 'going on', of: 'spelling' }
}

/** "k" is one, "k-o-w" three, "kow" none. */
function lettersIn(word: string): number {
  return /^\p{L}(?:-\p{L})*$/u.test(word) ? (word.length + 1) / 2 : 0
}

function numberReading(words: readonly string[], numbers: NumberReader, asked: Asked): Reading | null {
  let from = words.length
  while (from > 0 && numbers.partOf(words[from - 1] ?? '') !== null) from--
  const run = words.slice(from)
  const last = run.at(-1)
  if (last === undefined) return null
  if (asked.expect === 'number') return amountReading(run, last, numbers)
  const count = numbers.digitCount(run)
  return count === null || count < READ_OUT_DIGITS ? null : { completeness: 'going on', of: 'number' }
}

function amountReading(run: readonly string[], last: string, numbers: NumberReader): Reading {
  if (!numbers.mayGrow(last)) return { completeness: 'complete', of: 'number' }
  // A single round number is often all there is.
  const hasBegunSmaller = run.length > 1 || /\d{3}/.test(last)
  return { completeness: hasBegunSmaller ? 'going on' : 'unclear', of: 'number' }
}

function wordsReading(
  words: readonly string[],
  lists: TurnWords | undefined,
  asked: Asked,
  tail: string,
): Reading {
  return { completeness: completenessOf(words, lists, asked, tail), of: 'words' }
}

function completenessOf(
  words: readonly string[],
  lists: TurnWords | undefined,
  asked: Asked,
  tail: string,
): Completeness {
  const mark = endMark(tail)
  if (mark === 'question' || (lists && isHandedOver(words, lists))) return 'complete'
  if (lists && isAnswer(words, lists)) return asked.expect === 'yes-no' ? 'complete' : 'likely'
  if (mark === 'comma') return 'going on'
  if (!lists) return mark === 'stop' ? 'likely' : 'unclear'
  // Otherwise a full stop adds nothing: it ends a sentence and not a turn, and recognizers put it where one only pauses.
  const sentence = withoutLead(wordsOf(lastSentence(tail)), lists)
  // Who greets has not said yet why they call.
  return sentence.length === 0 ? 'going on' : sentenceCompleteness(sentence, lists, asked)
}

function sentenceCompleteness(sentence: readonly string[], lists: TurnWords, asked: Asked): Completeness {
  if (sentence.length < SENTENCE_WORDS || wantsInfinitive(sentence, lists)) return 'unclear'
  if (lists.asking.has(sentence[0] ?? '')) return 'complete'
  // A name is often spelled after it was said.
  if (asked.expect === 'name') return 'unclear'
  return asked.expect !== 'open' || sentence.some(word => lists.wishing.has(word)) ? 'likely' : 'unclear'
}

/** Yes or no, with nothing beside it but courtesy and agreement. */
function isAnswer(words: readonly string[], { answers, besides }: TurnWords): boolean {
  return (
    words.length <= ANSWER_WORDS &&
    words.some(word => answers.has(word)) &&
    words.every(word => answers.has(word) || besides.has(word))
  )
}

/** The courtesies at the end of a wish or a question; alone, they are the beginning of one. */
function isHandedOver(words: readonly string[], { closings }: TurnWords): boolean {
  return words.length > 1 && endsWith(words, closings)
}

function withoutLead(words: readonly string[], { leading }: TurnWords): readonly string[] {
  let from = 0
  while (from < words.length && leading.has(words[from] ?? '')) from++
  return words.slice(from)
}

/** "Ich möchte meine Buchung" still wants its verb. */
function wantsInfinitive(sentence: readonly string[], { modals }: TurnWords): boolean {
  return !/n$/.test(sentence.at(-1) ?? '') && sentence.some(word => modals.has(word))
}

function endsWith(words: readonly string[], ends: ReadonlySet<string>): boolean {
  const [before, second, last = ''] = [words.at(-3), words.at(-2), words.at(-1)]
  if (ends.has(last)) return true
  if (second === undefined) return false
  return ends.has(`${second} ${last}`) || (before !== undefined && ends.has(`${before} ${second} ${last}`))
}

/** Lower-case, without the marks around them; "don't", "s'il" and "k-o-w" are one word each. */
function wordsOf(text: string): string[] {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/’/g, "'")
    .split(/\s+/)
    .map(word => word.replace(/^[^\p{L}\p{N}+]+|[^\p{L}\p{N}']+$/gu, ''))
    .filter(word => word !== '')
}

/** What follows the last mark that ends a sentence and is not itself at the end. */
function lastSentence(text: string): string {
  const inner = text.replace(/\P{L}+$/u, '')
  return text.slice(inner.search(/[.!?…][^.!?…]*$/u) + 1)
}

function endMark(text: string): 'stop' | 'question' | 'comma' | null {
  if (/(?:[,;:–—-]|\.\.|…|、|，)$/u.test(text)) return 'comma'
  const [, mark] = /([.!?؟。！？।])["'”’»)]*$/u.exec(text) ?? []
  if (mark === undefined) return null
  return '?؟？'.includes(mark) ? 'question' : 'stop'
}
