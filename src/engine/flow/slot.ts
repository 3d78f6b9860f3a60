// What a caller says or keys, read as the value of a slot.

import { numbered, plainWords } from './words.ts'

export type SlotKind =
  | { kind: 'digits'; from: number; to: number }
  /** `9` stands for a digit, `A` for a letter, anything else for itself. */
  | { kind: 'pattern'; pattern: string }
  | { kind: 'text' }

/** Longer answers are no name, address or reason but a story; the rest is cut off. */
const MAX_TEXT = 300

const spokenZero: ReadonlySet<string> = new Set(['o', 'oh'])
const repeats: ReadonlyMap<string, number> = new Map([
  ['double', 2],
  ['triple', 3],
])

/** The slot's value in what was said; undefined when there is none. */
export function slotFromSpeech(
  text: string,
  slot: SlotKind,
  numbers: ReadonlyMap<string, string>,
): string | undefined {
  switch (slot.kind) {
    case 'digits':
      return digitsIn(numbered(plainWords(text), numbers), slot.from, slot.to)
    case 'pattern':
      return patternIn(numbered(plainWords(text), numbers), slot.pattern)
    case 'text': {
      const said = text.trim().slice(0, MAX_TEXT)
      return plainWords(said).length > 0 ? said : undefined
    }
  }
}

/** The slot's value in what was keyed; undefined when there is none. */
export function slotFromKeys(keyed: string, slot: SlotKind): string | undefined {
  const digits = keyed.replace(/#$/, '')
  if (!/^\d+$/.test(digits)) return undefined
  switch (slot.kind) {
    case 'digits':
      return digits.length >= slot.from && digits.length <= slot.to ? digits : undefined
    case 'pattern':
      return patternIn([digits], slot.pattern)
    case 'text':
      return undefined
  }
}

// The last run of digits that fits counts: who corrects himself means what he said last. Where none fits,
// all digits together may ("one two, er, three four five").
function digitsIn(words: readonly string[], from: number, to: number): string | undefined {
  const runs = digitRuns(words)
  const fits = (run: string) => run.length >= from && run.length <= to
  const run = runs.findLast(fits)
  if (run !== undefined) return run
  const all = runs.join('')
  return fits(all) ? all : undefined
}

function digitRuns(words: readonly string[]): string[] {
  const runs: string[] = []
  let run = ''
  for (let at = 0; at < words.length; at++) {
    let word = words[at] ?? ''
    const times = repeats.get(word)
    if (times !== undefined && /^\d$/.test(digit(words[at + 1]))) {
      word = digit(words[++at]).repeat(times)
    } else if (spokenZero.has(word) && (run !== '' || /^\d/.test(words[at + 1] ?? ''))) word = '0'
    if (/^\d+$/.test(word)) run += word
    else if (run !== '') {
      runs.push(run)
      run = ''
    }
  }
  if (run !== '') runs.push(run)
  return runs
}

function digit(word: string | undefined): string {
  return word !== undefined && spokenZero.has(word) ? '0' : (word ?? '')
}

function patternIn(words: readonly string[], pattern: string): string | undefined {
  const wanted = pattern.replace(/[^\p{L}\p{N}]/gu, '')
  for (let start = 0; start < words.length; start++) {
    let joined = ''
    for (let at = start; at < words.length && joined.length < wanted.length; at++) joined += words[at]
    if (fitsPattern(joined, wanted)) return joined.toUpperCase()
  }
  return undefined
}

function fitsPattern(said: string, pattern: string): boolean {
  if (said.length !== pattern.length) return false
  for (let i = 0; i < pattern.length; i++) {
    const wanted = pattern[i] ?? ''
    const got = said[i] ?? ''
    if (
      wanted === '9' ? !/\d/.test(got) : wanted === 'A' ? !/\p{L}/u.test(got) : wanted.toLowerCase() !== got
    ) {
      return false
    }
  }
  return true
}
