// What is wrong with a configuration, told so that the operator can put it right in one go.

/** One thing that is wrong. */
export interface Fault {
  /** Where: `profiles.default.language`, or the name of an environment variable. */
  readonly key: string
  /** What was found there, as it may be shown; null when there is nothing to show. */
  readonly value: string | null
  /** What would be right; without a value: what is wrong, in words. */
  readonly allowed: string
  /** The setting that would have come from there, where `key` is that of a variable. */
  readonly setting?: string
}

/** Whether the setting under `key` is wrong in itself: in its place stands its default, which says nothing. */
export function faultAt(faults: readonly Fault[], key: string): boolean {
  return faults.some(fault => fault.key === key || fault.setting === key)
}

/** Every fault of a configuration, one line each. */
export class ConfigurationInvalid extends Error {
  override name = 'ConfigurationInvalid'
  readonly faults: readonly Fault[]
  constructor(faults: readonly Fault[]) {
    super(faults.map(faultLine).join('\n'))
    this.faults = faults
  }
}

/** Names that an operator chooses are part of it, and may be of any length and hold line breaks. */
export function faultLine({ key, value, allowed }: Fault): string {
  const what = value === null ? allowed : `${value} is not allowed: ${allowed}`
  const line = `${shortened(key, LONGEST_KEY)}: ${shortened(what, LONGEST_REASON)}`
  return line.replace(/[\p{Cc}\u2028\u2029]/gu, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

const LONGEST_KEY = 240
const LONGEST_REASON = 760

/** Without its middle when it is too long: both ends say where it belongs. */
function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most / 2)}…${text.slice(-most / 2)}` : text
}

/** More of a wrong value says no more. */
const LONGEST_SHOWN = 80
export const HIDDEN = '[hidden]'

/** A value as a fault shows it: on one line, and never the inside of a list or an object. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value)
  }
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return kindOf(value)
}

/** What a value is, without saying it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`
}

export function unknownKey(key: string, known: readonly string[], inFull: (near: string) => string): string {
  const near = nearest(key, known)
  return near === undefined ? 'is not known' : `is not known; did you mean ${inFull(near)}?`
}

/** So many letters wrong, missing, added or swapped still make a slip of the same word. */
const MOST_SLIPS = 2

/** The one of `known` that was probably meant by `key`, if any. */
export function nearest(key: string, known: readonly string[]): string | undefined {
  let best: { candidate: string; slips: number } | undefined
  for (const candidate of known) {
    const slips = slipsBetween(key.toLowerCase(), candidate.toLowerCase())
    const bearable = slips <= MOST_SLIPS && slips * 2 < candidate.length
    if (bearable && slips < (best?.slips ?? Number.POSITIVE_INFINITY)) best = { candidate, slips }
  }
  return best?.candidate
}

// Optimal string alignment: a swap of neighbours is one slip.
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MOST_SLIPS) return MOST_SLIPS + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const differ = a[i - 1] === b[j - 1] ? 0 : 1
      let slips = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + differ)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) slips = Math.min(slips, at(before, j - 2) + 1)
      row.push(slips)
    }
    before = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
