// From what an engine or the API calls a destination to the place itself. What is no destination and fits no pattern is
// refused here and so never dialled: this is the guard against toll fraud.

import { unreachable } from '../../lib/unreachable.ts'
import type { Target } from '../../pbx/pbx.ts'
import type { Destination, Dialable, NumberPattern } from './destination.ts'
import { isOpen } from './hours.ts'
import { fits, numberIn } from './patterns.ts'

export interface Whereabouts {
  destinations: Readonly<Record<string, Destination>>
  /** Those that may be named, by name; null for all. One that stands in for another need not be among them. */
  allowed: readonly string[] | null
  patterns: readonly NumberPattern[]
  wallMs: number
  /** How long a number rings that a pattern allows. */
  ringMs: number
}

export type Resolution =
  | { is: 'found'; destination: Destination }
  /** Nobody is there now, and nobody stands in. */
  | { is: 'closed'; name: string }
  /** `message` is one sentence that repeats nothing of what was asked. */
  | { is: 'refused'; message: string }

/** Longer names are none. */
const LONGEST_NAME = 200

export function resolveDestination(name: string, where: Whereabouts): Resolution {
  if (name.trim() === '') return refused('no destination was named')
  if (name.length > LONGEST_NAME) return refused('the name of the destination is too long')
  const named = findNamed(name, where)
  if (named === 'several') return refused('the name fits more than one destination')
  if (named) return whoIsThere(named, where)
  const number = numberIn(name)
  if (number === '') return refused('there is no destination of that name')
  // Who may be sent to a few named places may not be sent anywhere else.
  const patterns = where.allowed === null ? where.patterns : []
  const pattern = patterns.find(one => fits(one.pattern, number))
  if (!pattern) return refused('the number fits no pattern of numbers that may be dialled')
  return { is: 'found', destination: numberAsDestination(number, pattern.via, where.ringMs) }
}

function refused(message: string): Resolution {
  return { is: 'refused', message }
}

/** By its name; else by what its name or, failing that, an alias sounds like. */
function findNamed(
  name: string,
  { destinations, allowed }: Whereabouts,
): Destination | 'several' | undefined {
  const mayBeNamed = (one: string): boolean => allowed === null || allowed.includes(one)
  const wanted = name.trim()
  if (Object.hasOwn(destinations, wanted) && mayBeNamed(wanted)) return destinations[wanted]
  const plain = plainName(wanted)
  if (plain === '') return undefined
  const candidates = Object.keys(destinations).filter(mayBeNamed)
  const aliasesOf = (key: string): readonly string[] => destinations[key]?.aliases ?? []
  const byName = candidates.filter(key => plainName(key) === plain)
  const keys =
    byName.length > 0 ? byName : candidates.filter(key => aliasesOf(key).map(plainName).includes(plain))
  const [key, another] = keys
  if (key === undefined) return undefined
  return another === undefined ? destinations[key] : 'several'
}

/** "Sales Team", "sales-team" and "SALES TEAM" are one name. */
function plainName(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[\p{M}\s\p{Pd}_]/gu, '')
}

/** The destination, or who stands in for it now. */
function whoIsThere(destination: Destination, { destinations, wallMs }: Whereabouts): Resolution {
  const asked = new Set<string>()
  let one: Destination | undefined = destination
  while (one && !asked.has(one.name)) {
    if (isOpen(one.hours, wallMs)) return { is: 'found', destination: one }
    asked.add(one.name)
    const next: string | null = one.whenClosed
    one = next !== null && Object.hasOwn(destinations, next) ? destinations[next] : undefined
  }
  return { is: 'closed', name: destination.name }
}

function numberAsDestination(number: string, via: Dialable, ringMs: number): Destination {
  // Nobody knows whose phone it is: outside, it may be a mobile whose mailbox answers.
  const isInside = via.target.type === 'extension'
  const dialable = { ...via, target: withNumber(via.target, number) }
  return {
    name: number,
    aliases: [],
    ladder: [{ dialables: [dialable], ringMs, acceptance: isInside ? 'answer' : 'key', machines: !isInside }],
    handOver: null,
    isWarm: false,
    hours: null,
    whenClosed: null,
    introduction: '',
    takesNotes: false,
    afterTalk: 'end',
    sendsHeaders: false,
  }
}

function withNumber(target: Target, number: string): Target {
  switch (target.type) {
    case 'extension':
      return { ...target, extension: number }
    case 'number':
    case 'gateway':
      return { ...target, number }
    case 'sip':
      return { ...target, address: target.address.replace(/^[^@]*@/, `${number}@`) }
    default:
      return unreachable(target)
  }
}
