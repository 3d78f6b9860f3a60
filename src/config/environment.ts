// Settings by environment variable: `calls.maxMinutes` is PARLEY_CALLS_MAX_MINUTES. An empty variable
// counts as none.

import { resolve } from 'node:path'
import { type Fault, HIDDEN, show, unknownKey } from './faults.ts'
import { schema } from './schema.ts'
import type { Fields, Leaf, Listed, Section } from './shape.ts'

/** A setting that one variable can hold. In a list its entries are parted by commas. */
export interface Variable {
  readonly name: string
  readonly key: string
  readonly shape: Leaf<unknown> | Listed<Leaf<unknown>>
}

/** What variables hold, as text that is known to be right. */
export type Readings = Readonly<Record<string, string>>

export function variableName(key: string): string {
  const words = key.replace(/([a-z\d])([A-Z])/g, '$1_$2').replaceAll('.', '_')
  return `PARLEY_${words.toUpperCase()}`
}

export const variables: readonly Variable[] = [...variablesIn(schema, '')]

function* variablesIn({ fields }: Section<Fields>, prefix: string): Generator<Variable> {
  for (const [field, shape] of Object.entries(fields)) {
    const key = `${prefix}${field}`
    if (shape.is === 'section') yield* variablesIn(shape, `${key}.`)
    else if (shape.is === 'leaf') yield { name: variableName(key), key, shape }
    else if (shape.is === 'list' && shape.entry.is === 'leaf') {
      yield { name: variableName(key), key, shape: { ...shape, entry: shape.entry } }
    }
  }
}

/** Relative paths are relative to `folder`. */
export function readVariables(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  faults: Fault[],
): Readings {
  const readings: Record<string, string> = {}
  for (const variable of variables) {
    const text = env[variable.name]
    if (text === undefined || text === '') continue
    const reading = read(variable, text, folder, faults)
    if (reading !== undefined) readings[variable.name] = reading
  }
  return readings
}

function read(
  { name, key, shape }: Variable,
  text: string,
  folder: string,
  faults: Fault[],
): string | undefined {
  const leaf = shape.is === 'leaf' ? shape : shape.entry
  const parts = shape.is === 'leaf' ? [text] : text.split(',').map(part => part.trim())
  if (shape.is === 'list' && (parts.length < shape.least || parts.length > shape.most)) {
    faults.push({
      key: name,
      value: `a list of ${parts.length}`,
      allowed: `a list of ${shape.least} to ${shape.most}`,
      setting: key,
    })
    return undefined
  }
  const { rule } = leaf
  const meant = (part: string) => (leaf.isPath && rule.accepts(part) ? resolve(folder, part) : part)
  const wrong = parts.filter(part => !rule.accepts(rule.read(meant(part))))
  for (const part of wrong)
    faults.push({
      key: name,
      value: rule.shown ? show(part) : HIDDEN,
      allowed: rule.allowed,
      setting: key,
    })
  if (wrong.length > 0) return undefined
  return leaf.isPath ? resolve(folder, text) : parts.join(',')
}

const sectionPrefixes = Object.keys(schema.fields).map(field => `${variableName(field)}_`)

/** Variables that can only be meant for us but name no setting, apart from those in `others`. */
export function unknownVariables(
  env: Readonly<Record<string, string | undefined>>,
  others: ReadonlySet<string>,
): Fault[] {
  const known = variables.map(({ name }) => name)
  return Object.keys(env)
    .filter(name => sectionPrefixes.some(prefix => name.startsWith(prefix)))
    .filter(name => !known.includes(name) && !others.has(name))
    .map(name => ({ key: name, value: null, allowed: unknownKey(name, known, near => near) }))
}
