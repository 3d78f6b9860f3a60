// Inputs out of inputs: what disks, networks, and people with bad intentions do to bytes.

import type { Random } from '../fake-freeswitch/seeded.ts'
import { below, MAX_INPUT_BYTES, oneOf } from './target.ts'

export interface Material {
  readonly corpus: readonly Buffer[]
  readonly words: readonly string[]
}

type Mutation = (input: Buffer, random: Random, material: Material) => Buffer

/** A few mutations, one after the other. */
export function mutate(input: Buffer, random: Random, material: Material): Buffer {
  let mutated = input
  const times = 1 << below(random, 4)
  for (let i = 0; i < times; i++) mutated = oneOf(random, MUTATIONS)(mutated, random, material)
  return mutated.subarray(0, MAX_INPUT_BYTES)
}

const NUMBERS = [0, 1, 2, 3, 7, 8, 15, 16, 44, 64, 127, 128, 255, 256, 4_096, 32_767, 32_768, 65_535, 65_536]
const HUGE = [0x7fff_fffe, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff]
const NUMBER_TEXTS = [
  ...[...NUMBERS, ...HUGE].map(String),
  ...['-1', '-0', '+1', '00', '1e9', '1e999', '0x10', '1.5', ' 1', '1 ', 'NaN', 'Infinity', ''],
  ...['9007199254740993', '999999999999999', '18446744073709551616', '1'.repeat(40), '9'.repeat(400)],
]
/** A lone continuation, an overlong slash, a surrogate, what is beyond Unicode, and a beginning without an end. */
const NO_UTF8 = ['80', 'c0af', 'eda080', 'f4908080', 'f09f98', 'ff', 'fe', 'c3'].map(hex =>
  Buffer.from(hex, 'hex'),
)
const NESTS = [
  ...(['[', '{"a":', '[[', '{a:[', '(', '"', '/*', '\\'] as const).map(opening => [opening, ''] as const),
  ['[', ']'],
  ['{"a":', '}'],
] as const
/** Deeper than any stack is high. */
const DEEP = 20_000
/** So large that what is quadratic shows, and small enough to count as small. */
const LONG_BYTES = 96 * 1024

const MUTATIONS: readonly Mutation[] = [
  // a bit, a byte, a number
  changeByte(byte => (value, random) => value ^ (1 << below(random, byte))),
  changeByte(() => (_, random) => below(random, 256)),
  changeByte(() => (_, random) => oneOf(random, [0, 9, 10, 13, 32, 34, 39, 58, 92, 123, 125, 127, 128, 255])),
  (input, random) => {
    if (input.length < 4) return input
    const changed = Buffer.from(input)
    const at = below(random, input.length - 3)
    const value = oneOf(random, random() < 0.5 ? NUMBERS : HUGE)
    if (random() < 0.3) changed.writeUInt16LE(value & 0xffff, at)
    else if (random() < 0.8) changed.writeUInt32LE(value >>> 0, at)
    else changed.writeUInt32BE(value >>> 0, at)
    return changed
  },
  (input, random) => {
    const numbers = [...input.toString('latin1').matchAll(/\d+/g)]
    if (numbers.length === 0) return input
    const { index, 0: text } = oneOf(random, numbers)
    return replace(input, index, text.length, Buffer.from(oneOf(random, NUMBER_TEXTS)))
  },
  // something less
  (input, random) => {
    const [at, length] = stretch(input, random)
    return replace(input, at, length, NOTHING)
  },
  (input, random) => input.subarray(0, below(random, input.length + 1)),
  (input, random) => input.subarray(below(random, input.length + 1)),
  // something more
  (input, random) => {
    const [at, length] = stretch(input, random)
    return replace(input, below(random, input.length + 1), 0, input.subarray(at, at + length))
  },
  (input, random) => {
    const [at, length] = stretch(input, random)
    const times = Math.min(1 << below(random, 15), Math.floor(LONG_BYTES / Math.max(1, length)))
    return replace(input, at, 0, Buffer.concat(Array(times).fill(input.subarray(at, at + length))))
  },
  (input, random) => {
    // Opened and never closed, or closed again around some of the input.
    const [opening, closing] = oneOf(random, NESTS)
    const depth = below(random, random() < 0.2 ? DEEP : 50)
    const [at, length] = random() < 0.5 ? stretch(input, random) : valueIn(input, random)
    const parts = [Buffer.from(opening.repeat(depth)), input.subarray(at, at + length)]
    return replace(input, at, length, Buffer.concat([...parts, Buffer.from(closing.repeat(depth))]))
  },
  (input, random, { words }) => insertWord(input, random, words, 0),
  (input, random, { words }) => insertWord(input, random, words, below(random, 12)),
  (input, random) => replace(input, below(random, input.length + 1), 0, oneOf(random, NO_UTF8)),
  // something of another
  (input, random, { corpus }) => {
    const other = oneOf(random, corpus)
    const head = input.subarray(0, below(random, input.length + 1))
    return Buffer.concat([head, other.subarray(below(random, other.length + 1))])
  },
  (input, random, { corpus }) => {
    const other = oneOf(random, corpus)
    const [at, length] = stretch(other, random)
    return replace(input, below(random, input.length + 1), 0, other.subarray(at, at + length))
  },
  // lines, which most of the formats are made of
  (input, random) => {
    const lines = input.toString('latin1').split('\n')
    const [from, to] = [below(random, lines.length), below(random, lines.length)]
    const [line = ''] = random() < 0.5 ? lines.splice(from, 1) : lines.slice(from, from + 1)
    lines.splice(to, 0, line)
    return Buffer.from(lines.join('\n'), 'latin1')
  },
]

const NOTHING = Buffer.alloc(0)

function changeByte(of: (bits: number) => (value: number, random: Random) => number): Mutation {
  return (input, random) => {
    if (input.length === 0) return input
    const changed = Buffer.from(input)
    const at = below(random, input.length)
    changed[at] = of(8)(changed[at] ?? 0, random)
    return changed
  }
}

function insertWord(input: Buffer, random: Random, words: readonly string[], over: number): Buffer {
  return replace(input, below(random, input.length + 1), over, Buffer.from(oneOf(random, words)))
}

/** Where a stretch begins and how long it is: mostly short. */
function stretch(input: Buffer, random: Random): [at: number, length: number] {
  const at = below(random, input.length + 1)
  const most = random() < 0.7 ? 16 : input.length
  return [at, Math.min(below(random, most + 1), input.length - at)]
}

/** Where something begins that may be a value of JSON, and how long it is. */
function valueIn(input: Buffer, random: Random): [at: number, length: number] {
  const values = [
    ...input.toString('latin1').matchAll(/(?<=[:,[]\s*)("[^"\n]{0,80}"|-?\d+|true|false|null|\[\]|\{\})/g),
  ]
  if (values.length === 0) return stretch(input, random)
  const { index, 0: text } = oneOf(random, values)
  return [index, text.length]
}

function replace(input: Buffer, at: number, length: number, by: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, at), by, input.subarray(at + length)])
}
