// What does not go together in destinations, and in the numbers that may be dialled.

import { LADDER_ONLY, type WrittenDestination } from './destinations.ts'
import { type Fault, faultAt, show } from './faults.ts'
import type { Settings } from './schema.ts'
import { inside, namesIn } from './written.ts'

/** Destinations are judged that are right in themselves; for the rest as `disagreements`. */
export function transferFaults(settings: Settings, document: unknown, known: readonly Fault[]): Fault[] {
  const { destinations, callsOut } = settings
  const written = inside(document, 'destinations')
  return [
    ...Object.entries(destinations).flatMap(([name, destination]) => [
      ...ladderFaults(`destinations.${name}`, destination, inside(written, name)),
      ...hoursFaults(`destinations.${name}.hours`, destination.hours, known),
    ]),
    ...circles(destinations),
    ...aliasFaults(destinations, namesIn(written)),
    ...patternFaults('transfer.patterns', inside(inside(document, 'transfer'), 'patterns')),
    ...patternFaults('callsOut.patterns', inside(inside(document, 'callsOut'), 'patterns')),
    ...extensionFaults(inside(inside(document, 'callsOut'), 'patterns')),
    ...hoursFaults('callsOut.hours', callsOut.hours, known),
    ...messageFaults(callsOut, known),
  ]
}

function ladderFaults(key: string, { number, ladder, way }: WrittenDestination, written: unknown): Fault[] {
  if (number === undefined && ladder.length === 0) {
    return [{ key, value: null, allowed: 'needs a number, a ladder, or both' }]
  }
  const needless = [
    ...(number === undefined ? [{ field: 'context', where: 'a number' }] : []),
    ...(ladder.length === 0 ? LADDER_ONLY.map(field => ({ field, where: 'a ladder' })) : []),
  ].filter(({ field }) => inside(written, field) !== undefined)
  return [
    ...needless.map(({ field, where }) => {
      return { key: `${key}.${field}`, value: null, allowed: `means something only where there is ${where}` }
    }),
    ...ladder.flatMap(({ targets, accept }, index) => [
      ...targets.flatMap((target, at) => phoneFaults(`${key}.ladder.${index}.targets.${at}`, target)),
      ...(way === 'warm' && accept === 'answer'
        ? [
            {
              key: `${key}.ladder.${index}.accept`,
              value: show(accept),
              allowed: '"key" or "word" where the way is "warm"',
            },
          ]
        : []),
    ]),
  ]
}

/** Also for entries that may be wrong in themselves. */
function phoneFaults(key: string, entry: unknown): Fault[] {
  if (inside(entry, 'type') !== 'phone') return []
  const [gateway, domain] = ['gateway', 'domain'].map(field => (inside(entry, field) ?? '') !== '')
  if (gateway !== domain) return []
  const allowed = gateway
    ? 'has both a gateway and a domain; give one of them'
    : 'needs a gateway, or the domain of a tenant with routes'
  return [{ key, value: null, allowed }]
}

function hoursFaults(
  key: string,
  { timeZone, open, holidays }: WrittenDestination['hours'],
  known: readonly Fault[],
): Fault[] {
  if (timeZone !== '' || (open.length === 0 && holidays.length === 0)) return []
  if (faultAt(known, `${key}.timeZone`)) return []
  const allowed = 'is missing: where these hours hold, such as "Europe/Berlin"'
  return [{ key: `${key}.timeZone`, value: null, allowed }]
}

type Destinations = Readonly<Record<string, WrittenDestination>>

/** One fault for each circle, at the first of its destinations. */
function circles(destinations: Destinations): Fault[] {
  const seen = new Set<string>()
  return Object.keys(destinations).flatMap(start => {
    const way: string[] = []
    let name: string | null = start
    while (name !== null && !seen.has(name)) {
      seen.add(name)
      way.push(name)
      name = Object.hasOwn(destinations, name) ? (destinations[name]?.whenClosed ?? null) : null
    }
    if (name === null || !way.includes(name)) return []
    const last = destinations[name]?.whenClosed
    const allowed = `a destination from which whenClosed does not lead back to ${show(name)}`
    return [{ key: `destinations.${name}.whenClosed`, value: show(last), allowed }]
  })
}

// What is spoken has no capitals.
function aliasFaults(destinations: Destinations, names: readonly string[]): Fault[] {
  const owners = new Map(names.map(name => [name.toLowerCase(), name]))
  return Object.entries(destinations).flatMap(([name, { aliases }]) =>
    aliases.flatMap((alias, index) => {
      const owner = owners.get(alias.toLowerCase())
      owners.set(alias.toLowerCase(), owner ?? name)
      if (owner === undefined) return []
      const allowed = `a name that no other destination has, nor this one twice; destinations.${owner} has it`
      return [{ key: `destinations.${name}.aliases.${index}`, value: show(alias), allowed }]
    }),
  )
}

// Read from the document, so that the numbers of the entries are those the operator sees.
function patternFaults(key: string, entries: unknown): Fault[] {
  if (!Array.isArray(entries)) return []
  const patterns = new Set<unknown>()
  return entries.flatMap((entry: unknown, index): Fault[] => {
    const at = `${key}.${index}`
    const pattern = inside(entry, 'pattern')
    const faults = phoneFaults(at, entry)
    if (typeof pattern !== 'string') return faults
    const allowed = [
      ...(patterns.has(pattern) ? [`a pattern that no other of the ${key} is`] : []),
      ...(inside(entry, 'type') === 'twilio' && /^[\dx]/.test(pattern)
        ? ['a pattern that begins with +, as Twilio takes no other numbers']
        : []),
    ]
    patterns.add(pattern)
    return [
      ...faults,
      ...allowed.map(what => ({ key: `${at}.pattern`, value: show(pattern), allowed: what })),
    ]
  })
}

/** A call out is known by its id before anything rings; of a user's phones only one could have it. */
function extensionFaults(entries: unknown): Fault[] {
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry: unknown, index): Fault[] => {
    if (inside(entry, 'type') !== 'extension') return []
    const allowed = '"number" with its context where users are to be called'
    return [{ key: `callsOut.patterns.${index}.type`, value: show('extension'), allowed }]
  })
}

function messageFaults({ machine, message }: Settings['callsOut'], known: readonly Fault[]): Fault[] {
  if (machine !== 'leave-message' || message !== '' || faultAt(known, 'callsOut.message')) return []
  return [{ key: 'callsOut.message', value: null, allowed: 'is missing: what is left with a machine' }]
}
