// Journals: what was written is read back, and whatever happened to the file, every line that is whole is read.

import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { frameEntry, type JournalEntry, readJournal } from '../../src/call/journal.ts'
import type { Random } from '../fake-freeswitch/seeded.ts'
import { mutateTree } from './mutate-tree.ts'
import { below, must, oneOf, type Target } from './target.ts'

const ENTRIES: readonly JournalEntry[] = [
  {
    atMs: 0,
    type: 'admitted',
    planned: false,
    profile: 'default',
    language: 'en-GB',
    facts: { from: '+4930', to: '5000' },
  },
  {
    atMs: 12.5,
    type: 'utteranceHeard',
    utterance: { text: 'Grüße\nund “Zeilen” \u2028 👩‍👩‍👧', confidence: 0.5 },
  },
  { atMs: 30, type: 'session', session: { step: 2, list: [1, null, 'x'] } },
  { atMs: 40, type: 'resumed', planned: true, gapMs: 900, losses: 1 },
  { atMs: 41, type: 'leaving', to: 'people' },
  { atMs: 99, type: 'ended', ending: { by: 'us', why: 'suspended' } },
]
const WORDS = [
  'atMs',
  'type',
  'ended',
  'admitted',
  'resumed',
  'session',
  'ending',
  'why',
  'suspended',
  'lost',
  '00000000 ',
  '\n',
]
const TEXTS: readonly string[] = fc.sample(fc.string({ unit: 'binary', maxLength: 60 }), {
  numRuns: 200,
  seed: 1,
})

export const journalTarget: Target = {
  name: 'journal',
  sources: /\/src\/call\/journal\.ts$/,
  words: WORDS,
  seeds: () => [
    Buffer.concat(ENTRIES.map(frameEntry)),
    ...ENTRIES.map(frameEntry),
    // A checksum that fits, over what is no entry.
    ...['', 'null', '[]', '{', '"x"', '1', '{"atMs":"0","type":1}'].map(framed),
  ],
  make(random) {
    const lines = Array.from({ length: below(random, 12) }, () => line(random))
    return Buffer.concat(lines.map(one => (random() < 0.9 ? one : damaged(one, random))))
  },
  run(input) {
    const { entries, ...rest } = readJournal(input)
    const whole = wholeEntries(input)
    must(
      JSON.stringify(entries) === JSON.stringify(whole),
      'a whole line is lost, or one is made up',
      () => `${entries.length} read, ${whole.length} are whole`,
    )
    if ('damaged' in rest) {
      const lines = input.toString('latin1').split('\n').length
      must(Number(rest.damaged) >= 0 && Number(rest.damaged) <= lines, 'the count of damaged lines is none')
    }
    // What was read can be written again, and is read as the same.
    const again = readJournal(Buffer.concat(entries.map(frameEntry)))
    must(JSON.stringify(again.entries) === JSON.stringify(entries), 'an entry does not survive being written')
    must(!again.torn, 'what was written whole is torn')
  },
}

function line(random: Random): Buffer {
  const mutated = mutateTree(oneOf(random, ENTRIES), random, [...WORDS, oneOf(random, TEXTS)])
  const entry = typeof mutated === 'object' && mutated !== null ? mutated : { value: mutated }
  return frameEntry(random() < 0.8 ? { ...entry, atMs: random() * 1e6, type: 'x' } : (entry as JournalEntry))
}

function damaged(whole: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(whole)
  if (random() < 0.5) bytes[below(random, bytes.length)] = below(random, 256)
  else return bytes.subarray(0, below(random, bytes.length))
  return bytes
}

function framed(json: string): Buffer {
  return Buffer.from(`${crc32(json).toString(16).padStart(8, '0')} ${json}\n`)
}

// The rule once more, in bytes: a checksum, a blank, and JSON of an entry, which is an object with a time and a type.
function wholeEntries(input: Buffer): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (let at = 0, end = input.indexOf(10); end !== -1; at = end + 1, end = input.indexOf(10, at)) {
    const json = input.subarray(at + 9, end)
    if (input.toString('latin1', at, at + 9) !== `${crc32(json).toString(16).padStart(8, '0')} `) continue
    const entry = parsed(json.toString())
    if (typeof entry?.atMs === 'number' && typeof entry.type === 'string') entries.push(entry)
  }
  return entries
}

function parsed(json: string): JournalEntry | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JournalEntry)
      : undefined
  } catch {
    return undefined
  }
}
