// How many digits a caller has said so far, written or in words. Recognizers write digits when they notice that it is a number,
// which is often late; until then it is words.

import { primaryLanguage, wordSet } from '../../lib/words.ts'

interface NumberWords {
  /** 0 to 9, each one digit. */
  readonly units: ReadonlySet<string>
  /** 10 to 19, each two digits. */
  readonly teens: ReadonlySet<string>
  /** 20 to 90: two digits, together with the unit that follows. */
  readonly tens: ReadonlySet<string>
  /** A word that ends or begins with one of `tens` is both: "vierunddreißig", "trentaquattro". */
  readonly compound: RegExp | null
  /** Hundred and more. */
  readonly scales: RegExp
  readonly and: ReadonlySet<string>
  /** Whether a ten may be followed by its unit, as "twenty" by "three", and not the other way round. */
  readonly tensFirst: boolean
}

const languages: ReadonlyMap<string, NumberWords> = new Map<string, NumberWords>([
  [
    'en',
    {
      units: wordSet('zero oh one two three four five six seven eight nine'),
      teens: wordSet('ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'),
      tens: wordSet('twenty thirty forty fifty sixty seventy eighty ninety'),
      compound: /^(?:twen|thir|for|fif|six|seven|eigh|nine)ty-\p{L}+$/u,
      scales: /^(?:hundred|thousand|million)$/,
      and: wordSet('and'),
      tensFirst: true,
    },
  ],
  [
    'de',
    {
      units: wordSet('null ein eins zwei zwo drei vier fünf sechs sieben acht neun'),
      teens: wordSet('zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn'),
      tens: wordSet('zwanzig dreißig dreissig vierzig fünfzig sechzig siebzig achtzig neunzig'),
      compound: /^\p{L}+und\p{L}+(?:zig|ßig|ssig)$/u,
      scales: /(?:hundert|tausend)$|^million(?:en)?$/,
      and: wordSet('und'),
      tensFirst: false,
    },
  ],
  [
    'fr',
    {
      units: wordSet('zéro un une deux trois quatre cinq six sept huit neuf'),
      teens: wordSet('dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf'),
      tens: wordSet('vingt trente quarante cinquante soixante septante quatre-vingt quatre-vingts nonante'),
      compound: /^(?:vingt|trente|quarante|cinquante|soixante|quatre-vingts?|septante|nonante)-\p{L}/u,
      scales: /^(?:cents?|mille|millions?)$/,
      and: wordSet('et'),
      tensFirst: true,
    },
  ],
  [
    'es',
    {
      units: wordSet('cero un uno una dos tres cuatro cinco seis siete ocho nueve'),
      teens: wordSet('diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve'),
      tens: wordSet('veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa'),
      compound: /^veinti\p{L}+$/u,
      scales: /^(?:cien|ciento|cientos|\p{L}+cientos|quinientos|mil|millón|millones)$/u,
      and: wordSet('y'),
      tensFirst: true,
    },
  ],
  [
    'it',
    {
      units: wordSet('zero un uno una due tre quattro cinque sei sette otto nove'),
      teens: wordSet(
        'dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove',
      ),
      tens: wordSet('venti trenta quaranta cinquanta sessanta settanta ottanta novanta'),
      compound:
        /^(?:vent|trent|(?:quar|cinqu|sess|sett|ott|nov)ant)[aiou]?(?:un|due|tre|qu|cin|sei|set|ot|nov)/u,
      scales: /(?:cento|mila)$|^(?:mille|milione|milioni)$/,
      and: wordSet('e'),
      tensFirst: true,
    },
  ],
  [
    'nl',
    {
      units: wordSet('nul een één twee drie vier vijf zes zeven acht negen'),
      teens: wordSet('tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien'),
      tens: wordSet('twintig dertig veertig vijftig zestig zeventig tachtig negentig'),
      compound: /^\p{L}+[eë]n\p{L}+tig$/u,
      scales: /(?:honderd|duizend)$|^miljoen$/,
      and: wordSet('en'),
      tensFirst: false,
    },
  ],
  [
    'pt',
    {
      units: wordSet('zero um uma dois duas três quatro cinco seis meia sete oito nove'),
      teens: wordSet(
        'dez onze doze treze catorze quatorze quinze dezasseis dezesseis dezassete dezessete dezoito dezanove dezenove',
      ),
      tens: wordSet('vinte trinta quarenta cinquenta sessenta setenta oitenta noventa'),
      compound: null,
      scales: /^(?:cem|cento|\p{L}+centos|duzentos|trezentos|quinhentos|mil|milhão|milhões)$/u,
      and: wordSet('e'),
      tensFirst: true,
    },
  ],
])

const repeats: ReadonlyMap<string, number> = new Map([
  ['double', 2],
  ['triple', 3],
])
/** "0049", "555-1234", "+49": what is written of a number that is read out. */
const WRITTEN = /^\+?\d+(?:[-/]\d+)*$/

/** What a word is within a number; null outside of one. */
export type NumberPart = 'written' | 'unit' | 'teen' | 'ten' | 'compound' | 'scale' | 'and' | null

export class NumberReader {
  readonly #words: NumberWords | undefined

  constructor(language: string) {
    this.#words = languages.get(primaryLanguage(language))
  }

  partOf(word: string): NumberPart {
    if (WRITTEN.test(word)) return 'written'
    const words = this.#words
    if (!words) return null
    if (words.units.has(word)) return 'unit'
    if (words.teens.has(word)) return 'teen'
    if (words.tens.has(word)) return 'ten'
    if (words.and.has(word)) return 'and'
    if (words.scales.test(word)) return 'scale'
    return words.compound?.test(word) ? 'compound' : null
  }

  /** Whether the amount may still grow: "twenty" by three, "two thousand" by five, "120" that becomes 123. */
  mayGrow(word: string): boolean {
    const part = this.partOf(word)
    const isTenLast = this.#words?.tensFirst === false
    if (part === 'written') return (isTenLast ? /00$/ : /\d0$/).test(word)
    return part === 'scale' || (part === 'ten' && !isTenLast)
  }

  /** How many digits these words say one after the other; null when they say amounts and not digits. */
  digitCount(words: readonly string[]): number | null {
    let count = 0
    let times = 1
    let before: NumberPart = null
    for (const word of words) {
      const part = this.partOf(word)
      switch (part) {
        case 'written':
          count += word.replace(/\D/g, '').length
          break
        case 'unit':
          // "twenty three" has two digits; in "twenty double three" nothing is joined.
          if (before !== 'ten' || times > 1) count += times
          break
        case 'teen':
          // "soixante dix"
          if (before !== 'ten') count += 2
          break
        case 'ten':
        case 'compound':
          count += 2
          break
        case 'scale':
          return null
        default:
      }
      times = repeats.get(word) ?? 1
      // "treinta y cuatro" is one number.
      if (part !== 'and' || before !== 'ten') before = part
    }
    return count
  }

  /** The digits as they are written, when nothing but such was said. */
  written(words: readonly string[]): string | null {
    return words.length > 0 && words.every(word => WRITTEN.test(word))
      ? words.join('').replace(/\D/g, '')
      : null
  }
}
