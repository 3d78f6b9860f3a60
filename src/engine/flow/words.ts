// From what was said to plain words: case, punctuation and diacritics gone, number words as digits,
// synonyms as one word.

/** Nobody says more in one go; a recognizer that reports more must not cost time. */
const MAX_CHARACTERS = 2_000

const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen ' +
  'sixteen seventeen eighteen nineteen'
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'

/** Number words of English, for flows that bring none of their own. */
export const englishNumbers: ReadonlyMap<string, string> = new Map([
  ...units.split(' ').map((word, value) => [word, String(value)] as const),
  ...tens.split(' ').map((word, at) => [word, String((at + 2) * 10)] as const),
])

export interface Synonym {
  from: readonly string[]
  to: readonly string[]
}

/** What a flow's author says about words. */
export interface Vocabulary {
  numbers: ReadonlyMap<string, string>
  /** By the first word of `from`, the longest first. */
  synonyms: ReadonlyMap<string, readonly Synonym[]>
}

/** `synonyms`: the word that stands for all, and the others. */
export function vocabulary(
  synonyms: Readonly<Record<string, readonly string[]>>,
  numbers: ReadonlyMap<string, string>,
): Vocabulary {
  const byFirst = new Map<string, Synonym[]>()
  for (const [word, others] of Object.entries(synonyms)) {
    const to = numbered(plainWords(word), numbers)
    for (const other of others) {
      const from = numbered(plainWords(other), numbers)
      const [first] = from
      if (first === undefined) continue
      byFirst.set(first, [...(byFirst.get(first) ?? []), { from, to }])
    }
  }
  for (const list of byFirst.values()) list.sort((a, b) => b.from.length - a.from.length)
  return { numbers, synonyms: byFirst }
}

/** Lower case, without punctuation and diacritics; "don't" is one word, "12-34" are two. */
export function plainWords(text: string): string[] {
  const plain = text
    .slice(0, MAX_CHARACTERS)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}*#]+/gu, ' ')
    .trim()
  return plain === '' ? [] : plain.split(' ')
}

/** Number words become digits: "twenty three" is 23, "two three" stays 2 3. */
export function numbered(words: readonly string[], numbers: ReadonlyMap<string, string>): string[] {
  const result: string[] = []
  let ten: string | undefined
  for (const word of words) {
    const digits = numbers.get(word)
    if (ten !== undefined && digits !== undefined && /^[1-9]$/.test(digits)) {
      result[result.length - 1] = `${ten.slice(0, -1)}${digits}`
      ten = undefined
      continue
    }
    result.push(digits ?? word)
    ten = digits !== undefined && /^[2-9]0$/.test(digits) ? digits : undefined
  }
  return result
}

/** The form in which phrases and utterances are compared. */
export function comparableWords(text: string, { numbers, synonyms }: Vocabulary): string[] {
  const words = numbered(plainWords(text), numbers)
  const result: string[] = []
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? ''
    const synonym = synonyms.get(word)?.find(({ from }) => from.every((part, i) => words[at + i] === part))
    if (synonym) {
      result.push(...synonym.to)
      at += synonym.from.length
    } else {
      result.push(word)
      at++
    }
  }
  return result
}
