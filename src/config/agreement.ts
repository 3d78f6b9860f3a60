// What no single value can get wrong: names that lead nowhere, two that claim the same, limits that
// contradict each other.

import { variableName } from './environment.ts'
import { type Fault, show } from './faults.ts'
import { EVERY_NUMBER } from './profiles.ts'
import type { Settings } from './schema.ts'
import { inside, namesIn } from './written.ts'

/**
 * The faults between settings. `document` is the file as it was written, entries that are wrong in
 * themselves included; `known` are the faults found so far.
 */
export function disagreements(settings: Settings, document: unknown, known: readonly Fault[]): Fault[] {
  const profiles = claimants(settings, document)
  return [
    ...connections(settings, known),
    ...providers(document, 'recognizers'),
    ...providers(document, 'synthesizers'),
    ...references(profiles, settings, document),
    ...claims(profiles),
    ...recordings(profiles),
  ]
}

const limits = new Set(['calls.max', 'listener.maxConnections'].flatMap(key => [key, variableName(key)]))

function connections({ calls, listener }: Settings, known: readonly Fault[]): Fault[] {
  // In place of a wrong one stands its default, which says nothing about the other.
  if (listener.maxConnections >= calls.max || known.some(({ key }) => limits.has(key))) return []
  const allowed = `at least calls.max, which is ${calls.max}`
  return [{ key: 'listener.maxConnections', value: show(listener.maxConnections), allowed }]
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
  const [engine, people, recording] = ['engine', 'people', 'recording'].map(field => inside(profile, field))
  return { engine, people, numbers, recording }
}

// A name whose entry is wrong in itself still leads somewhere: it counts as known.
function references(
  profiles: readonly Claimant[],
  { engines, destinations }: Settings,
  document: unknown,
): Fault[] {
  const engineNames = new Set([...Object.keys(engines), ...namesIn(inside(document, 'engines'))])
  const places = new Set([...Object.keys(destinations), ...namesIn(inside(document, 'destinations'))])
  return profiles.flatMap(({ name, engine, people }) => [
    ...dangling(`profiles.${name}.engine`, engine, engineNames, 'engines'),
    ...dangling(`profiles.${name}.people`, people, places, 'destinations'),
  ])
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
