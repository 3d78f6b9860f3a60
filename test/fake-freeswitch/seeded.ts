// Chance and names that are the same again for the same seed.

import type { Ids } from '../../src/lib/ids.ts'

/** A number from 0 up to, not including, 1. */
export type Random = () => number

/** Mulberry32: small, fast, good enough for tests. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Identifiers in the form FreeSWITCH gives them. */
export function seededUuids(random: Random): Ids {
  const hex = (digits: number) =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0')
  return { next: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(6)}${hex(6)}` }
}
