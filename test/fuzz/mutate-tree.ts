// Documents out of documents: mutations that leave JSON what it is, and so come further than those of bytes.

import fc from 'fast-check'
import type { Random } from '../fake-freeswitch/seeded.ts'
import { below, oneOf } from './target.ts'

interface Place {
  readonly parent: Record<string, unknown> | unknown[]
  readonly key: string
}

/** Names that mean something to the language, and to careless code. */
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  'length',
  '',
  '0',
  'a.b',
]

/** In a document: what is nested deeper than any stack is high, and than any writer goes. */
const ABYSS = '@abyss'
const ABYSS_TEXT = `${'['.repeat(20_000)}${']'.repeat(20_000)}`

const AWKWARD: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1.5, 1e308, -1e-308, 2 ** 31, 2 ** 53, 2 ** 63],
  ...[
    '',
    ' ',
    '0',
    '\0',
    '\n',
    '\r\n\r\n',
    '\ud800',
    'İ',
    'ﬁ',
    '👩‍👩‍👧',
    'e\u0301',
    '\ufeff',
    '{',
    '{a}',
    '{a:digits}',
  ],
  ...['x'.repeat(5_000), '.'.repeat(4_000), 'a '.repeat(2_000), '!'.repeat(3_999), 'ab? '.repeat(900)],
  ...[ABYSS, [], {}, [[]], [null], { toString: 1, valueOf: 1 }, { toJSON: 'x' }, nested(50), nested(300)],
]
/** Arbitrary JSON, always the same: what differs between runs is what is taken. */
const ARBITRARY: readonly unknown[] = fc.sample(fc.jsonValue({ maxDepth: 3 }), { numRuns: 300, seed: 1 })

/** The document as JSON. */
export function written(document: unknown): string {
  try {
    return (JSON.stringify(document) ?? 'null').replaceAll(`"${ABYSS}"`, ABYSS_TEXT)
  } catch {
    return ABYSS_TEXT // too deep already
  }
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}

/** A copy of the document with a few changes. `words` are names and values that mean something in it. */
export function mutateTree(document: unknown, random: Random, words: readonly string[]): unknown {
  const root: Place['parent'] = { '': structuredClone(document) }
  const times = 1 << below(random, 4)
  for (let i = 0; i < times; i++) change(root, placesIn(root), random, words)
  return root['']
}

function change(root: object, places: readonly Place[], random: Random, words: readonly string[]): void {
  if (places.length === 0) return
  const { parent, key } = oneOf(random, places)
  const value = (parent as Record<string, unknown>)[key]
  if (random() < 0.02) return put(parent, key, ABYSS)
  switch (below(random, 9)) {
    case 0:
      return put(parent, key, structuredClone(oneOf(random, AWKWARD)))
    case 1:
      return put(parent, key, structuredClone(oneOf(random, ARBITRARY)))
    case 2:
      return put(parent, key, oneOf(random, words))
    case 3:
      if (parent === root) return
      if (Array.isArray(parent)) parent.splice(Number(key), 1)
      else delete parent[key]
      return
    case 4: {
      const other = oneOf(random, places)
      return put(parent, key, structuredClone((other.parent as Record<string, unknown>)[other.key]))
    }
    case 5: {
      if (Array.isArray(parent))
        return void parent.splice(below(random, parent.length + 1), 0, structuredClone(value))
      if (parent === root) return
      return put(parent, random() < 0.3 ? oneOf(random, NAMES) : oneOf(random, words), structuredClone(value))
    }
    case 6:
      if (Array.isArray(parent) || parent === root) return
      delete parent[key]
      return put(parent, random() < 0.3 ? oneOf(random, NAMES) : oneOf(random, words), value)
    case 7: {
      if (typeof value === 'string') return put(parent, key, stretched(value, random, words))
      if (typeof value === 'number')
        return put(parent, key, oneOf(random, [-value, value + 1, value - 1, value * 1e6, value / 3]))
      if (Array.isArray(value))
        return put(
          parent,
          key,
          Array.from({ length: below(random, timesFor(value)) }, () => structuredClone(value)).flat(),
        )
      return put(parent, key, [value])
    }
    default: {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return
      const times = below(random, timesFor(value))
      const [[, sample] = ['', null]] = Object.entries(value)
      for (let i = 0; i < times; i++) put(value as Record<string, unknown>, `k${i}`, structuredClone(sample))
    }
  }
}

/** A document that doubles with every change would soon be too large to be written. */
const MOST_CHARACTERS = 200_000

/** How often a value may stand there. */
function timesFor(value: unknown): number {
  try {
    return Math.max(1, Math.min(400, Math.floor(MOST_CHARACTERS / (JSON.stringify(value)?.length ?? 1))))
  } catch {
    return 1 // too deep to be written
  }
}

function stretched(text: string, random: Random, words: readonly string[]): string {
  const at = below(random, text.length + 1)
  switch (below(random, 4)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return `${text.slice(0, at)}${oneOf(random, words)}${text.slice(at)}`
    case 2:
      return text.repeat(below(random, Math.min(200, Math.ceil(4_000 / (text.length + 1)))))
    default:
      return `${text.slice(0, at)}${String.fromCharCode(below(random, 65_536))}${text.slice(at)}`
  }
}

// Not by assignment: that would set the prototype.
function put(parent: object, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true })
}

/** Enough places of any document; those of a huge one are its first. */
const MOST_PLACES = 2_000

function placesIn(root: Place['parent']): Place[] {
  const places: Place[] = []
  const open: Place['parent'][] = [root]
  for (let parent = open.pop(); parent && places.length < MOST_PLACES; parent = open.pop()) {
    for (const [key, value] of Object.entries(parent)) {
      places.push({ parent, key })
      if (typeof value === 'object' && value !== null) open.push(value as Place['parent'])
    }
  }
  return places
}
