// A document against its shape. What is right is kept, with the fallbacks filled in; what is wrong becomes
// a fault.

import { resolve } from 'node:path'
import { unreachable } from '../lib/unreachable.ts'
import { type Fault, HIDDEN, kindOf, show, unknownKey } from './faults.ts'
import { name } from './rules.ts'
import type { Choice, Fields, Leaf, Listed, Named, Section, Shape, Variants } from './shape.ts'

/** Far more than any host needs; a wrong file must not fill the memory with entries. */
const MOST_NAMED = 1_000

export interface Check {
  readonly faults: Fault[]
  /** What relative paths are relative to. */
  readonly folder: string
}

/** The value with every fallback; meaningless once there are faults under `key`. */
export function checkValue(shape: Shape, value: unknown, key: string, check: Check): unknown {
  switch (shape.is) {
    case 'leaf':
      return checkLeaf(shape, value, key, check)
    case 'section':
      return checkSection(shape, value, key, check)
    case 'named':
      return checkNamed(shape, value, key, check)
    case 'list':
      return checkList(shape, value, key, check)
    case 'choice':
      return checkChoice(shape, value, key, check)
    default:
      return unreachable(shape)
  }
}

/** Only what was given and is right, one level deep: for the sections whose fallbacks come from elsewhere. */
export function checkGiven(shape: Section<Fields>, value: unknown, key: string, check: Check): object {
  const given = asObject(value, key, check)
  const kept: Record<string, unknown> = {}
  if (given === undefined) return kept
  refuseUnknown(given, Object.keys(shape.fields), key, check)
  for (const [field, inner] of Object.entries(shape.fields)) {
    if (given[field] === undefined) continue
    const innerKey = under(key, field)
    if (inner.is === 'section') {
      kept[field] = checkGiven(inner, given[field], innerKey, check)
      continue
    }
    const faults = check.faults.length
    const checked = checkValue(inner, given[field], innerKey, check)
    if (check.faults.length === faults || inner.is === 'named' || inner.is === 'list') kept[field] = checked
  }
  return kept
}

function checkLeaf(leaf: Leaf<unknown>, value: unknown, key: string, { faults, folder }: Check): unknown {
  const { rule, fallback } = leaf
  if (value === undefined) {
    if (fallback.is === 'value') return fallback.value
    if (fallback.is === 'required') faults.push({ key, value: null, allowed: `is missing: ${rule.allowed}` })
    return undefined
  }
  // A relative path becomes another one by the folder it is relative to.
  const meant = leaf.isPath && rule.accepts(value) ? resolve(folder, String(value)) : value
  if (rule.accepts(meant)) return meant
  faults.push({ key, value: rule.shown ? show(value) : HIDDEN, allowed: rule.allowed })
  return undefined
}

function checkSection(shape: Section<Fields>, value: unknown, key: string, check: Check): unknown {
  const given = asObject(value === undefined ? {} : value, key, check)
  if (given === undefined) return undefined
  refuseUnknown(given, Object.keys(shape.fields), key, check)
  const whole: Record<string, unknown> = {}
  for (const [field, inner] of Object.entries(shape.fields)) {
    const own = Object.hasOwn(given, field) ? given[field] : undefined
    whole[field] = checkValue(inner, own, under(key, field), check)
  }
  return whole
}

function checkNamed(shape: Named<Shape>, value: unknown, key: string, check: Check): unknown {
  const given = asObject(value === undefined ? shape.fallback : value, key, check)
  const kept: Record<string, unknown> = {}
  if (given === undefined) return kept
  const entries = Object.entries(given)
  if (entries.length > MOST_NAMED) {
    const allowed = `at most ${MOST_NAMED} entries`
    check.faults.push({ key, value: `an object of ${entries.length} entries`, allowed })
    return kept
  }
  for (const [entryName, entry] of entries) {
    if (!name.accepts(entryName)) {
      check.faults.push({ key, value: `the name ${show(entryName)}`, allowed: name.allowed })
      continue
    }
    const faults = check.faults.length
    const checked = checkValue(shape.entry, entry, under(key, entryName), check)
    if (check.faults.length === faults) kept[entryName] = checked
  }
  return kept
}

function checkList(shape: Listed<Shape>, value: unknown, key: string, check: Check): unknown[] | null {
  const { least, most, fallback } = shape
  const given = value === undefined ? fallback : value
  if (given === null && fallback === null) return null
  const allowed = `a list of ${least} to ${most} entries${fallback === null ? ', or null' : ''}`
  if (!Array.isArray(given)) {
    check.faults.push({ key, value: kindOf(given), allowed })
    return []
  }
  if (given.length < least || given.length > most) {
    check.faults.push({ key, value: `a list of ${given.length}`, allowed })
    return []
  }
  return given.flatMap((entry, index) => {
    const faults = check.faults.length
    const checked = checkValue(shape.entry, entry, under(key, `${index}`), check)
    return check.faults.length === faults ? [checked] : []
  })
}

function checkChoice(shape: Choice<Variants>, value: unknown, key: string, check: Check): unknown {
  const given = asObject(value, key, check)
  if (given === undefined) return undefined
  const { by, variants } = shape
  const wanted = given[by]
  const variant = typeof wanted === 'string' && Object.hasOwn(variants, wanted) ? variants[wanted] : undefined
  if (variant) return checkSection(variant, given, key, check)
  const allowed = Object.keys(variants)
    .map(known => JSON.stringify(known))
    .join(' or ')
  const missing = wanted === undefined
  check.faults.push({
    key: under(key, by),
    value: missing ? null : show(wanted),
    allowed: missing ? `is missing: ${allowed}` : allowed,
  })
  return undefined
}

function asObject(value: unknown, key: string, { faults }: Check): Record<string, unknown> | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  faults.push({ key, value: kindOf(value), allowed: 'an object' })
  return undefined
}

// The value of a key nobody knows may be a secret under a misspelt name: it is not shown.
function refuseUnknown(given: object, known: readonly string[], key: string, { faults }: Check): void {
  for (const field of Object.keys(given)) {
    if (known.includes(field)) continue
    const allowed = unknownKey(field, known, near => under(key, near))
    faults.push({ key: under(key, printable(field)), value: null, allowed })
  }
}

function under(key: string, field: string): string {
  return key === '' ? field : `${key}.${field}`
}

function printable(field: string): string {
  return /^[\w-]{1,80}$/.test(field) ? field : show(field)
}
