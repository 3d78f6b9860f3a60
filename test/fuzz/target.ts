// What is fuzzed, and how it says that something is wrong.

import { crc32 } from 'node:zlib'
import { type Random, seededRandom } from '../fake-freeswitch/seeded.ts'

/** Longer inputs are cut: what happens in a large one happens in a smaller one, more often in a second. */
export const MAX_INPUT_BYTES = 256 * 1024

export interface Target {
  readonly name: string
  /** Whose coverage counts: what the address of a source file must match. */
  readonly sources: RegExp
  /** What inputs begin as: real files and sessions, and small ones of every kind. */
  seeds(): Buffer[]
  /** Pieces that the format is made of, and what is known to be awkward in it. */
  readonly words: readonly string[]
  /** An input by structure; without it inputs come from the seeds only. */
  make?(random: Random): Buffer
  /** Everything that follows from the input must follow from it alone. Whatever this throws is a finding. */
  run(input: Buffer): void | Promise<void>
  close?(): Promise<void>
}

/** A promise of the program under test that it did not keep; `label` is the same for the same fault. */
export class Broken extends Error {
  override name = 'Broken'
  readonly label: string
  constructor(label: string, options?: { detail?: string; cause?: unknown }) {
    super(options?.detail === undefined ? label : `${label}: ${options.detail}`, options)
    this.label = label
  }
}

export function must(kept: boolean, label: string, detail?: () => string): asserts kept {
  if (!kept) throw new Broken(label, detail ? { detail: detail() } : {})
}

/** What else a run needs of chance, so that its input file says all of it. */
export function chanceOf(input: Buffer): Random {
  return seededRandom(crc32(input))
}

/** A whole number from 0 up to, not including, `end`. */
export function below(random: Random, end: number): number {
  return Math.floor(random() * end)
}

export function oneOf<T>(random: Random, items: readonly T[]): T {
  const item = items[below(random, items.length)]
  if (item === undefined) throw new Error('there is nothing to choose from')
  return item
}

/** The input as a network or a disk might hand it over; the pieces joined are the input. */
export function inPieces(input: Buffer, random: Random): Buffer[] {
  const pieces: Buffer[] = []
  // A few bytes at a time, or packets, or nearly all at once: each its own kind of trouble.
  const longest = oneOf(random, [3, 100, 1_500, 70_000, 1_000_000])
  // The number of pieces is bounded, else a long input in small pieces would be all that is ever tried.
  const atLeast = Math.ceil(input.length / 500)
  for (let at = 0; at < input.length; ) {
    const length = Math.max(atLeast, 1 + below(random, longest))
    pieces.push(input.subarray(at, at + length))
    at += length
  }
  return pieces
}
