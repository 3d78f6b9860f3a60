// Makes a plan that breaks something smaller, as long as it still breaks the same: fewer callers, acts, answers and faults, then
// simpler ones, then shorter waits.

import { kindOf } from './broken.ts'
import { simulate } from './day.ts'
import type { Plan } from './plan.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Path = readonly (string | number)[]

/** What a part may always become: the plainest of its kind. */
const PLAIN: Readonly<Record<string, Json>> = {
  'wire.bytes': 'whole',
  'wire.events': null,
  'wire.slow': null,
  recording: 'none',
  people: 'named',
  'transfers.afterTalk': 'end',
  'transfers.takesNotes': false,
  'transfers.introduces': false,
  'transfers.ladderEnds': 'assistant',
  'transfers.music': 'stream',
  'transfers.trunk': 'up',
  'policy.bargeIn': true,
  'policy.maxTurns': 50,
  'policy.maxMs': 600_000,
  'policy.misheardLimit': 1,
  'policy.silenceLimit': 1,
}

/** These may be empty, and mean less then. */
const LISTS = new Set([
  'callers',
  'acts',
  'answers',
  'directives',
  'hearings',
  'voices',
  'happenings',
  'agents',
  'turns',
  'phones',
])

export interface Shrunk {
  plan: Plan
  /** Plans that were played. */
  tries: number
}

/** `mostTries` bounds the work: a plan costs about as long as its day took. */
export async function shrink(plan: Plan, kind: string, mostTries = 600): Promise<Shrunk> {
  return shrinkWith(
    plan,
    async candidate => (await simulate(candidate)).broken.some(one => kindOf(one) === kind),
    mostTries,
  )
}

export async function shrinkWith(
  plan: Plan,
  stillBreaks: (plan: Plan) => Promise<boolean>,
  mostTries: number,
): Promise<Shrunk> {
  let current = plan as unknown as Json
  let tries = 0
  const attempt = async (candidate: Json): Promise<boolean> => {
    if (tries >= mostTries || JSON.stringify(candidate) === JSON.stringify(current)) return false
    tries++
    if (!(await stillBreaks(candidate as unknown as Plan))) return false
    current = candidate
    return true
  }
  let before: string
  do {
    before = JSON.stringify(current)
    for (const path of listsIn(current)) await shortenList(path, () => current, attempt)
    for (const [name, plain] of Object.entries(PLAIN)) await attempt(withAt(current, name.split('.'), plain))
    for (const path of numbersIn(current)) await lowerNumber(path, () => current, attempt)
  } while (JSON.stringify(current) !== before && tries < mostTries)
  return { plan: current as unknown as Plan, tries }
}

type Attempt = (candidate: Json) => Promise<boolean>

/** Leaves out halves, quarters and so on, at last single elements. */
async function shortenList(path: Path, current: () => Json, attempt: Attempt): Promise<void> {
  const list = () => at(current(), path)
  const length = () => lengthOf(list())
  for (let size = Math.ceil(length() / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = length() - size; from >= 0 && size > 0; from -= size) {
      const all = list()
      if (!Array.isArray(all)) return
      const rest = [...all.slice(0, from), ...all.slice(from + size)]
      if (path.length === 1 && path[0] === 'callers' && rest.length === 0) continue
      await attempt(withAt(current(), path, rest))
    }
  }
}

function lengthOf(value: Json | undefined): number {
  return Array.isArray(value) ? value.length : 0
}

async function lowerNumber(path: Path, current: () => Json, attempt: Attempt): Promise<void> {
  const value = at(current(), path)
  if (typeof value !== 'number' || value === 0) return
  for (const lower of [
    0,
    Math.round(value / 2),
    Math.round(value / 1_000) * 1_000,
    Math.round(value / 100) * 100,
  ])
    if (lower !== value && (await attempt(withAt(current(), path, lower)))) return
}

function listsIn(value: Json, path: Path = []): Path[] {
  return walk(value, path).filter(one => LISTS.has(String(one.at(-1))))
}

function numbersIn(value: Json): Path[] {
  const isTime = (name: string | number | undefined) => name === 'ms' || String(name).endsWith('Ms')
  return walk(value, []).filter(
    path => path[0] !== 'policy' && (isTime(path.at(-1)) || path.at(-1) === 'sentBack'),
  )
}

/** The paths of all parts, from the outside in. */
function walk(value: Json, path: Path): Path[] {
  if (value === null || typeof value !== 'object') return [path]
  const inside = Array.isArray(value) ? value.map((one, at) => [at, one] as const) : Object.entries(value)
  return [path, ...inside.flatMap(([key, one]) => walk(one, [...path, key]))]
}

function at(value: Json | undefined, [key, ...rest]: Path): Json | undefined {
  if (key === undefined) return value
  if (value === null || typeof value !== 'object') return undefined
  return at((value as Record<string | number, Json>)[key], rest)
}

function withAt(value: Json, [key, ...rest]: Path, part: Json): Json {
  if (key === undefined) return part
  if (Array.isArray(value)) return value.map((one, at) => (at === key ? withAt(one, rest, part) : one))
  if (value === null || typeof value !== 'object') return value
  return { ...value, [key]: withAt(value[key] ?? null, rest, part) }
}
