// Cuts an engine's text into sentences while it streams in. A cut that comes too late costs a moment; one in
// the middle of a name or a number is heard as a mistake: so whatever may be an abbreviation is not the end
// of a sentence.

import { firstClause, firstClauseSoFar } from './clauses.ts'

/** Longer pieces take providers too long; a caller waits for the first one. */
const LONGEST = 300
/** Over-long text is not cut at a comma before this: a scrap of it would sound worse than a late pause. */
const SHORTEST_CLAUSE = 80

// Closing quotes and brackets stay with the sentence they close; markdown's marks of emphasis close like
// quotes.
/** An end that needs nothing after it: Chinese and Japanese write no spaces. */
const FULL_WIDTH_END = /[。！？｡]["'*_`\p{Pe}\p{Pf}]*$/u
/** An end that needs white space after it. German closes a quote with the mark that opens it in English. */
const END = /([.!?…؟۔।॥։]+)(["'*_`“‘\p{Pe}\p{Pf}]*)$/u
const SURE_END = /[!?؟۔।॥։]$/u
const CLOSER_OR_END = /["'*_`\p{Pe}\p{Pf}。！？｡]/u
const WRITTEN_WITHOUT_SPACES = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u
const LEADING_MARKS = /^["'*_`¿¡\p{Ps}\p{Pi}]+/u

/** Never the end of a sentence: something belongs to them. */
const BEFORE_A_NAME = words(`
  mr mrs ms messrs dr drs prof st rev hon gen col capt lt sgt gov sen rep pres mt ft vs approx dept est
  hr fr frl dipl ing herrn bzw ca ggf inkl exkl evtl sog vgl zzgl str
  sr sra srta srs sres sras dra dña ud uds vd vds ntra avda
  mme mlle bd av
  sig sigra dott avv geom egr spett
  dhr mevr mw bijv
  exmo exma
  e.g i.e z.b d.h u.a o.ä i.d.r s.o p.ej p.ex c.-à-d t.ex bl.a
`)
/** Only before a number: "No. 5", but "No. I did not." */
const BEFORE_A_NUMBER = words(
  'no nos nr nrs núm num n° nº n.º p pp pag pág s abs art fig vol ch sec ext tel ziff kap rd',
)
/** An end only when a capital letter follows. */
const PERHAPS_LAST = words(`
  etc usw ecc jr inc ltd co corp bros a.m p.m am pm min max std kl aprox
  jan feb mar apr jun jul aug sep sept oct okt nov dec dez
`)

export interface SentenceCutterOptions {
  /** What the first piece of all is: a `clause` can be spoken sooner. Those after it are sentences. */
  first?: 'clause' | 'sentence'
  /** BCP 47. Tells which words begin a clause; without it only marks do. */
  language?: string
}

export class SentenceCutter {
  readonly #language: string
  #next: 'clause' | 'sentence'
  #text = ''
  #gap: 'none' | 'space' | 'line' | 'blank line' = 'none'
  #done: string[] = []

  constructor({ first = 'sentence', language = '' }: SentenceCutterOptions = {}) {
    this.#next = first
    this.#language = language
  }

  /**
   * Takes the next piece of the stream and returns the sentences that are complete now. How the stream was
   * cut into pieces makes no difference: a sentence is complete when what follows it says so.
   */
  push(text: string): string[] {
    for (const character of text) this.#take(character)
    return this.#taken()
  }

  /**
   * Nothing has come for a moment: what ends like a sentence is one, although nothing that follows has said so; and so is
   * a first clause.
   */
  pause(): string[] {
    this.#cutAt(this.#likelyEnd())
    return this.#taken()
  }

  /** What `pause` would give now: what follows will probably say so. Undefined when that is nothing. */
  likely(): string | undefined {
    const at = this.#likelyEnd()
    return at === null || this.#text === '' ? undefined : this.#text.slice(0, at).trimEnd()
  }

  #likelyEnd(): number | null {
    const end = END.exec(this.#text)
    const isSentence =
      FULL_WIDTH_END.test(this.#text) || (end && isEndAfter(this.#text.slice(0, end.index), ''))
    if (isSentence) return this.#text.length
    return this.#next === 'clause' ? firstClauseSoFar(this.#text) : null
  }

  /** The stream is over: the rest. */
  flush(): string[] {
    this.#cut()
    this.#gap = 'none'
    return this.#taken()
  }

  #take(character: string): void {
    if (/\s/.test(character)) return this.#takeSpace(character)
    if (this.#text !== '' && this.#endsBefore(character)) this.#cut()
    if (this.#next === 'clause' && this.#isAfterWord(character)) {
      this.#cutAt(firstClause(this.#text, this.#language))
    }
    if (this.#gap !== 'none' && this.#text !== '') this.#text += ' '
    this.#gap = 'none'
    this.#text += character
    if (this.#text.length > LONGEST) this.#cutClause()
  }

  #takeSpace(character: string): void {
    if (character !== '\n') this.#gap = this.#gap === 'none' ? 'space' : this.#gap
    else this.#gap = this.#gap === 'line' || this.#gap === 'blank line' ? 'blank line' : 'line'
    if (SURE_END.test(this.#text)) this.#cut()
  }

  #isAfterWord(next: string): boolean {
    return this.#gap !== 'none' || WRITTEN_WITHOUT_SPACES.test(next)
  }

  #endsBefore(next: string): boolean {
    if (this.#gap === 'blank line') return true
    if (FULL_WIDTH_END.test(this.#text)) return !CLOSER_OR_END.test(next)
    const end = this.#gap === 'none' ? null : END.exec(this.#text)
    if (!end) return false
    const [, marks = '', closers = ''] = end
    if (marks.includes('…') || marks.endsWith('..')) return false
    if (SURE_END.test(marks)) return closers === '' || !isLowerCase(next)
    return isEndAfter(this.#text.slice(0, end.index), next)
  }

  #cut(): void {
    this.#cutAt(this.#text.length)
  }

  #cutClause(): void {
    this.#cutAt(clauseEnd(this.#text))
  }

  #cutAt(at: number | null): void {
    if (at === null || this.#text === '') return
    this.#done.push(this.#text.slice(0, at).trimEnd())
    this.#text = this.#text.slice(at).trimStart()
    this.#next = 'sentence'
  }

  #taken(): string[] {
    const done = this.#done
    this.#done = []
    return done
  }
}

/** Whether a full stop after `text` ends a sentence, when `next` is the first character after the space. */
function isEndAfter(text: string, next: string): boolean {
  const tokens = text.split(' ')
  const word = (tokens.at(-1) ?? '').replace(LEADING_MARKS, '')
  const lower = word.toLowerCase()
  if (BEFORE_A_NAME.has(lower)) return false
  if (BEFORE_A_NUMBER.has(lower) && /\p{N}/u.test(next)) return false
  if (PERHAPS_LAST.has(lower)) return isUpperCase(next)
  // Ordinals and the numbers of a list: "am 3. Mai", "1. Open the door."
  if (/^\p{N}{1,2}$/u.test(word)) return false
  if (isInitial(word)) return word === 'I' && isLowerCase(tokens.at(-2)?.[0] ?? '')
  // "U.S. Army"
  if (/^(?:\p{Lu}\.)+\p{Lu}$/u.test(word)) return false
  return !isLowerCase(next) || word.length > 4
}

function isInitial(word: string): boolean {
  return /^\p{L}$/u.test(word) && !/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u.test(word)
}

/** Where text that is too long is cut: after the last clause, else between words, else between letters. */
function clauseEnd(text: string): number {
  const head = text.slice(0, LONGEST)
  for (let at = head.length; at > SHORTEST_CLAUSE; at--) {
    const mark = head[at - 1] ?? ''
    if ('、，；：'.includes(mark) || (',;:–—'.includes(mark) && (head[at] ?? text[at]) === ' ')) return at
  }
  const space = head.lastIndexOf(' ')
  if (space > 0) return space
  return graphemes.segment(text).containing(LONGEST)?.index || LONGEST
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function isLowerCase(character: string): boolean {
  return /^\p{Ll}/u.test(character)
}

function isUpperCase(character: string): boolean {
  return /^[\p{Lu}\p{Lt}¿¡]/u.test(character)
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/))
}
