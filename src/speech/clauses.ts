// Where the first clause of an answer ends, so that something of it can be spoken before its first sentence is complete. A pause
// in the wrong place is heard as a mistake, a missed one only costs a moment: whatever is doubtful is not cut.

import { primaryLanguage, wordSet } from '../lib/words.ts'

/** So much takes a second to say, in which the next piece is made; less would be a scrap. */
const SHORTEST = 20
const SHORTEST_WORDS = 3
/** Without a mark between them, two clauses sound apart only when the first is a sentence by itself. */
const SHORTEST_WORDS_UNMARKED = 4
/** Chinese and Japanese say in one character what takes three letters elsewhere. */
const SHORTEST_FULL_WIDTH = 8
/** What is left must be more than a "please" or a name. */
const WORDS_LEFT = 2
const FULL_WIDTH_LEFT = 4

const MARK = /[,;:،؛][)"'”’»*_`\]]*(?= |$)|(?<= )[–—](?= |$)|—(?= |$)|[，；：]/gu
const FULL_WIDTH = /[，；：]/u

interface Conjunctions {
  /** These begin a clause wherever they stand. */
  readonly clause: ReadonlySet<string>
  /** These join words as well: they begin a clause only before one of `subjects`. */
  readonly joining: ReadonlySet<string>
  readonly subjects: ReadonlySet<string>
  /** After these nothing is cut: "just because", "nothing but". */
  readonly tied: ReadonlySet<string>
}

// German and Dutch write a comma before most of them.
const languages: ReadonlyMap<string, Conjunctions> = new Map([
  [
    'en',
    {
      clause: wordSet('but because although unless whereas'),
      joining: wordSet('and or so'),
      subjects: wordSet("I I'll I'm I've I'd we we'll we're you you'll you're it it's they he she please"),
      tied: wordSet(
        'just only simply mainly mostly partly largely probably not nothing anything all even and or but is',
      ),
    },
  ],
  [
    'de',
    {
      clause: wordSet('aber sondern weil obwohl'),
      joining: wordSet('und oder'),
      subjects: wordSet('ich wir Sie er es bitte'),
      tied: wordSet('nur gerade einfach vor allem nicht und oder'),
    },
  ],
  [
    'fr',
    {
      clause: wordSet('mais car'),
      joining: wordSet('et ou'),
      subjects: wordSet("je j'ai nous vous il elle ils elles c'est"),
      tied: wordSet('non rien et ou'),
    },
  ],
  [
    'es',
    {
      clause: wordSet('pero porque aunque'),
      joining: wordSet('y o'),
      subjects: wordSet('yo nosotros usted ustedes le se'),
      tied: wordSet('no solo sólo simplemente y o'),
    },
  ],
  [
    'it',
    {
      clause: wordSet('ma perché però'),
      joining: wordSet('e o'),
      subjects: wordSet('io noi lei voi'),
      tied: wordSet('non solo proprio e o'),
    },
  ],
  [
    'nl',
    {
      clause: wordSet('maar omdat hoewel tenzij'),
      joining: wordSet('en of'),
      subjects: wordSet('ik we wij u je hij ze zij het'),
      tied: wordSet('niets alleen niet en of'),
    },
  ],
  [
    'pt',
    {
      clause: wordSet('mas porque embora'),
      joining: wordSet('e ou'),
      subjects: wordSet('eu nós você vocês'),
      tied: wordSet('não só apenas e ou'),
    },
  ],
])

/**
 * The length of the first clause of `text`, which ends with a whole word and goes on; null while there is none, or none of
 * which that is certain. `language` is BCP 47; in others than those listed only marks end a clause.
 */
export function firstClause(text: string, language: string): number | null {
  const marked = firstMark(text, at => wordsLeft(text, at))
  const unmarked = firstConjunction(text, language)
  if (marked === null || unmarked === null) return marked ?? unmarked
  return Math.min(marked, unmarked)
}

/** The same when nothing more has come for a moment: a clause that is marked needs nothing after it. */
export function firstClauseSoFar(text: string): number | null {
  return firstMark(text, () => true)
}

function firstMark(text: string, isEnoughLeft: (at: number) => boolean): number | null {
  if (text.length < SHORTEST_FULL_WIDTH) return null
  for (const match of text.matchAll(MARK)) {
    const at = match.index + match[0].length
    if (endsClause(text, match.index, match[0], at) && !isOpen(text.slice(0, at)) && isEnoughLeft(at))
      return at
  }
  return null
}

function endsClause(text: string, from: number, marks: string, at: number): boolean {
  if (FULL_WIDTH.test(marks)) return at >= SHORTEST_FULL_WIDTH
  const head = text.slice(0, from)
  if (head.length < SHORTEST || countWords(head) < SHORTEST_WORDS) return false
  const next = text[at + 1] ?? ''
  // "10 – 12", "Monday – Friday": from one to the other.
  if (/[–—]/.test(marks)) return /^\p{Ll}/u.test(next) && !/[\p{N},]\s*$/u.test(head)
  // "1, 2, 3", "5: 30"; and who knows what comes after a digit.
  return !/\p{N}$/u.test(head) || (/\p{L}/u.test(next) && !marks.startsWith(':'))
}

function firstConjunction(text: string, language: string): number | null {
  const conjunctions = languages.get(primaryLanguage(language))
  if (!conjunctions || text.length < SHORTEST) return null
  const words = text.split(' ')
  let at = words.slice(0, SHORTEST_WORDS_UNMARKED).join(' ').length
  for (let index = SHORTEST_WORDS_UNMARKED; index + WORDS_LEFT <= words.length; index++) {
    if (at >= SHORTEST && beginsClause(words, index, conjunctions) && !isOpen(text.slice(0, at))) return at
    at += 1 + (words[index] ?? '').length
  }
  return null
}

function beginsClause(words: readonly string[], index: number, conjunctions: Conjunctions): boolean {
  const [before = '', word = '', next = ''] = words.slice(index - 1, index + 2)
  const { clause, joining, subjects, tied } = conjunctions
  // A mark before it has been judged already.
  if (!/[\p{L}\p{N}]$/u.test(before) || tied.has(before.toLowerCase())) return false
  return clause.has(word) || (joining.has(word) && subjects.has(next))
}

function wordsLeft(text: string, at: number): boolean {
  const rest = text.slice(at).trim()
  return FULL_WIDTH.test(text[at - 1] ?? '') ? rest.length >= FULL_WIDTH_LEFT : countWords(rest) >= WORDS_LEFT
}

function countWords(text: string): number {
  return text.match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0
}

/** Within brackets, quotes or emphasis. */
function isOpen(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  if (count(/"/g) % 2 === 1 || count(/\*+/g) % 2 === 1 || count(/`/g) % 2 === 1) return true
  // German closes a quote with the mark that opens it in English.
  const curly = text.includes('„') ? count(/„/g) - count(/“/g) : count(/“/g) - count(/”/g)
  return curly > 0 || count(/[([{«「『（]/g) > count(/[)\]}»」』）]/g)
}
