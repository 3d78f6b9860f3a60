// What no single value can get wrong: names that lead nowhere, two that claim the same, limits that
// contradict each other.

import { type Fault, faultAt, show } from './faults.ts'
import { EVERY_NUMBER } from './profiles.ts'
import type { Settings } from './schema.ts'
import { transferFaults } from './transfer-agreement.ts'
import { inside, namesIn } from './written.ts'

/**
 * The faults between settings. `document` is the file as it was written, entries that are wrong in
 * themselves included; `known` are the faults found so far.
 */
export function disagreements(settings: Settings, document: unknown, known: readonly Fault[]): Fault[] {
  const profiles = claimants(settings, document)
  return [
    ...connections(settings, known),
    ...api(settings, known),
    ...providers(document, 'recognizers'),
    ...providers(document, 'synthesizers'),
    ...references(profiles, settings, document),
    ...claims(profiles),
    ...recordings(profiles),
    ...keys(settings, document),
    ...transferFaults(settings, document, known),
  ]
}

function connections({ calls, listener }: Settings, known: readonly Fault[]): Fault[] {
  // In place of a wrong one stands its default, which says nothing about the other.
  if (listener.maxConnections >= calls.max) return []
  if (faultAt(known, 'calls.max') || faultAt(known, 'listener.maxConnections')) return []
  const allowed = `at least calls.max, which is ${calls.max}`
  return [{ key: 'listener.maxConnections', value: show(listener.maxConnections), allowed }]
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/

// Whoever reaches the API can have anybody called.
function api({ web }: Settings, known: readonly Fault[]): Fault[] {
  const isGuarded = web.token !== undefined || web.tokenEnv !== undefined
  if (!web.enabled || isGuarded || LOOPBACK.test(web.host)) return []
  if (faultAt(known, 'web.token') || faultAt(known, 'web.tokenEnv')) return []
  const allowed = 'an address of loopback such as "127.0.0.1" where no web.token is set'
  return [{ key: 'web.host', value: show(web.host), allowed }]
}

// Read from the document, so that the numbers of the entries are those the operator sees.
function providers(document: unknown, kind: 'recognizers' | 'synthesizers'): Fault[] {
  const entries = inside(inside(document, 'speech'), kind)
  if (!Array.isArray(entries)) return []
  const faults: Fault[] = []
  const names = new Set<unknown>()
  entries.forEach((entry: unknown, index) => {
    const key = `speech.${kind}.${index}`
    const name = inside(entry, 'name')
    if (typeof name === 'string' && names.has(name)) {
      faults.push({
        key: `${key}.name`,
        value: show(name),
        allowed: `a name that no other of the ${kind} has`,
      })
    }
    names.add(name)
    if (inside(entry, 'insecure') === true && inside(entry, 'endpoint') === undefined) {
      faults.push({ key: `${key}.insecure`, value: 'true', allowed: 'true only together with an endpoint' })
    }
  })
  return faults
}

/** What a profile claims of others, as far as it can be read. */
interface Claimant {
  name: string
  engine: unknown
  people: unknown
  destinations: unknown
  numbers: unknown
  recording: unknown
}

function claimants({ profiles }: Settings, document: unknown): Claimant[] {
  const written = inside(document, 'profiles')
  const names = new Set([...Object.keys(profiles), ...namesIn(written)])
  return [...names].map(name => {
    return { name, ...partsOf(inside(written, name) ?? inside(profiles, name)) }
  })
}

function partsOf(profile: unknown): Omit<Claimant, 'name'> {
  const numbers = inside(profile, 'numbers') ?? EVERY_NUMBER
  const [engine, people, destinations, recording] = ['engine', 'people', 'destinations', 'recording'].map(
    field => inside(profile, field),
  )
  return { engine, people, destinations, numbers, recording }
}

// A name whose entry is wrong in itself still leads somewhere: it counts as known.
function references(
  profiles: readonly Claimant[],
  { engines, destinations }: Settings,
  document: unknown,
): Fault[] {
  const engineNames = new Set([...Object.keys(engines), ...namesIn(inside(document, 'engines'))])
  const places = new Set([...Object.keys(destinations), ...namesIn(inside(document, 'destinations'))])
  const named = namesIn(inside(document, 'destinations'))
  return [
    ...profiles.flatMap(({ name, engine, people, destinations: reachable }) => [
      ...dangling(`profiles.${name}.engine`, engine, engineNames, 'engines'),
      ...dangling(`profiles.${name}.people`, people, places, 'destinations'),
      ...(Array.isArray(reachable) ? (reachable as unknown[]) : []).flatMap((place, index) =>
        dangling(`profiles.${name}.destinations.${index}`, place, places, 'destinations'),
      ),
    ]),
    ...named.flatMap(name => {
      const standIn = inside(inside(inside(document, 'destinations'), name), 'whenClosed')
      return dangling(`destinations.${name}.whenClosed`, standIn, places, 'destinations')
    }),
  ]
}

/** More names than this are no help. */
const MOST_SHOWN = 8

function dangling(key: string, value: unknown, names: ReadonlySet<string>, section: string): Fault[] {
  if (typeof value !== 'string' || names.has(value)) return []
  const known = [...names].slice(0, MOST_SHOWN).map(show).join(', ')
  const allowed =
    known === '' ? `a name under ${section}, where there is none` : `a name under ${section}: ${known}`
  return [{ key, value: show(value), allowed }]
}

function keys({ profiles }: Settings, document: unknown): Fault[] {
  return Object.entries(profiles).flatMap(([name, { peopleKey, withdrawKey }]) => {
    const written = inside(inside(inside(document, 'profiles'), name), 'withdrawKey')
    if (written === undefined || withdrawKey === null || withdrawKey !== peopleKey) return []
    const allowed = 'another key than peopleKey, or null'
    return [{ key: `profiles.${name}.withdrawKey`, value: show(withdrawKey), allowed }]
  })
}

function claims(profiles: readonly Claimant[]): Fault[] {
  const owners = new Map<unknown, string>()
  const faults: Fault[] = []
  for (const { name, numbers } of profiles) {
    if (!Array.isArray(numbers)) continue
    for (const number of numbers as unknown[]) {
      const owner = owners.get(number)
      owners.set(number, owner ?? name)
      if (owner === undefined) continue
      const allowed = `a number that is claimed once, and profiles.${owner} claims it`
      faults.push({ key: `profiles.${name}.numbers`, value: show(number), allowed })
    }
  }
  return faults
}

function recordings(profiles: readonly Claimant[]): Fault[] {
  return profiles.flatMap(({ name, recording }) => {
    const dir = inside(recording, 'dir') ?? ''
    if (inside(recording, 'keep') !== true || dir !== '') return []
    return [
      {
        key: `profiles.${name}.recording.dir`,
        value: show(dir),
        allowed: 'a folder where recording.keep is true',
      },
    ]
  })
}
