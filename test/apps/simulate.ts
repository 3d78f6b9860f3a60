// `npm run simulate -- --calls 10000 --seed 1`: thousands of calls a minute on the embedded switch, with everything going wrong that
// can; what must hold is looked at all the time. The last line is JSON. Exit code 1: something did not hold.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Broken, INVARIANTS, kindOf } from '../simulation/broken.ts'
import { simulateTwice } from '../simulation/day.ts'
import { play } from '../simulation/fleet.ts'
import { planOf } from '../simulation/generator.ts'
import { MUTATIONS, type Mutation } from '../simulation/mutations.ts'
import { FAULTS, type FaultName, type Plan } from '../simulation/plan.ts'
import { shrink } from '../simulation/shrink.ts'
import { lineOf, storyOf } from '../simulation/story.ts'
import type { DayReport } from '../simulation/worker.ts'

const THREADS = 2
const PROGRESS_EVERY_MS = 2_000
/** More kinds of breaches than anybody looks into at once. */
const MOST_KINDS = 10
/** Within so many calls a deliberate bug must be found. */
const MUTATION_CALLS = 4_000

const USAGE = `npm run simulate -- [--calls N] [--seed S] [--faults a,b|none|all] [--out FOLDER] [--mutations [--only NAME]] [--replay FILE]
faults: ${FAULTS.join(' ')}`

interface Options {
  calls: number
  seed: number
  faults: FaultName[]
  out: string | undefined
}

interface Found {
  day: number
  call: number
  broken: Broken
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      calls: { type: 'string', default: '1000' },
      seed: { type: 'string' },
      faults: { type: 'string', default: 'all' },
      out: { type: 'string' },
      replay: { type: 'string' },
      mutations: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
    },
  })
  if (values.replay !== undefined) return replay(values.replay)
  const options: Options = {
    calls: numberOf('calls', values.calls),
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : numberOf('seed', values.seed),
    faults: faultsOf(values.faults),
    out: values.out,
  }
  return values.mutations ? tryMutations(options, values.only) : simulateCalls(options)
}

async function simulateCalls(options: Options): Promise<number> {
  const { calls, seed, faults } = options
  console.log(`seed ${seed}, faults: ${faults.join(',') || 'none'}`)
  const found = new Map<string, Found>()
  const progress = new Progress(calls)
  const outcomes: Record<string, number> = {}
  let brokenDays = 0
  await play({
    seed,
    calls,
    faults,
    threads: THREADS,
    onDay: report => {
      progress.add(report.calls, report.simulatedMs)
      for (const [outcome, count] of Object.entries(report.outcomes))
        outcomes[outcome] = (outcomes[outcome] ?? 0) + count
      if (report.broken.length > 0) brokenDays++
      for (const broken of report.broken) note(found, { day: report.day, call: report.firstCall, broken })
      return found.size >= MOST_KINDS ? 'enough' : undefined
    },
  })
  progress.end()
  const folder = found.size === 0 ? '' : folderFor(options.out)
  for (const [kind, one] of found) await tell(kind, one, options, folder)
  console.log(`transfers: ${counted(outcomes)}`)
  const { done, callsPerSecond, simulatedHours } = progress
  const kinds = [...found.keys()]
  console.log(
    JSON.stringify({ calls: done, broken: brokenDays, seed, kinds, callsPerSecond, simulatedHours }),
  )
  return found.size === 0 ? 0 : 1
}

function counted(counts: Readonly<Record<string, number>>): string {
  const all = Object.entries(counts).sort(([, one], [, other]) => other - one)
  return all.map(([what, count]) => `${count} ${what}`).join(', ') || 'none'
}

/** Of each kind the first day, whichever thread was quicker. */
function note(found: Map<string, Found>, one: Found): void {
  const kind = kindOf(one.broken)
  const known = found.get(kind)
  if (!known || one.day < known.day) found.set(kind, one)
}

async function tell(
  kind: string,
  { day, call, broken }: Found,
  options: Options,
  folder: string,
): Promise<void> {
  const { seed, faults } = options
  console.log(
    `\n${lineOf(broken)}\n  ${INVARIANTS[broken.invariant]}\n  seed ${seed}, day ${day}, call ${call} and following`,
  )
  const { plan, tries } = await shrink(planOf(seed, day, new Set(faults)), kind)
  const path = freePath(folder, `${broken.invariant}-${day}`)
  writeFileSync(path, `${JSON.stringify(plan, null, 1)}\n`)
  console.log(`  made smaller in ${tries} steps: ${path}\n  npm run simulate -- --replay ${path}`)
}

/** A day may break one invariant in several ways. */
function freePath(folder: string, name: string): string {
  let path = join(folder, `${name}.json`)
  for (let more = 2; existsSync(path); more++) path = join(folder, `${name}-${more}.json`)
  return path
}

async function replay(path: string): Promise<number> {
  const plan = JSON.parse(readFileSync(path, 'utf8')) as Plan
  const result = await simulateTwice(plan)
  console.log(storyOf(plan, result))
  const kinds = result.broken.map(kindOf)
  console.log(JSON.stringify({ calls: plan.callers.length, broken: kinds.length, seed: plan.seed, kinds }))
  return kinds.length === 0 ? 0 : 1
}

/** `only`: those whose names have this in them. */
async function tryMutations({ seed, faults }: Options, only: string): Promise<number> {
  const mutations = MUTATIONS.filter(({ name }) => name.includes(only))
  console.log(
    `seed ${seed}: each of ${mutations.length} deliberate bugs must be found within ${MUTATION_CALLS} calls`,
  )
  const results: { name: string; call: number | null; invariant: string | null }[] = []
  const waiting = [...mutations]
  const lane = async () => {
    for (let mutation = waiting.shift(); mutation; mutation = waiting.shift()) {
      const found = await findMutation(mutation, seed, faults).catch((error: Error) => {
        console.log(`  ${error.message}`)
        return undefined
      })
      const { name } = mutation
      console.log(
        found
          ? `  ${name}: call ${found.call}, ${found.broken.invariant}: ${found.broken.what.slice(0, 100)}`
          : `  ${name}: NOT FOUND`,
      )
      results.push({ name, call: found?.call ?? null, invariant: found?.broken.invariant ?? null })
    }
  }
  await Promise.all(Array.from({ length: THREADS }, lane))
  const missed = results.filter(({ call }) => call === null).length
  console.log(JSON.stringify({ mutations: results.length, missed, seed, results }))
  return missed === 0 ? 0 : 1
}

/** What breaks without the bug too does not tell of it. */
async function findMutation(
  mutation: Mutation,
  seed: number,
  faults: FaultName[],
): Promise<Found | undefined> {
  let found: Found | undefined
  const onDay = async ({ day, firstCall, broken }: DayReport & { firstCall: number }) => {
    if (broken.length === 0) return undefined
    const sound = await simulateTwice(planOf(seed, day, new Set(faults)))
    const known = new Set(sound.broken.map(kindOf))
    const first = broken.find(one => !known.has(kindOf(one)))
    if (!first) return undefined
    found = { day, call: firstCall, broken: first }
    return 'enough' as const
  }
  await play({ seed, calls: MUTATION_CALLS, faults, threads: 1, mutation, onDay })
  return found
}

/** A line on the way, as long as it takes. */
class Progress {
  done = 0
  readonly #calls: number
  readonly #beganMs = performance.now()
  #simulatedMs = 0
  #toldMs = this.#beganMs

  constructor(calls: number) {
    this.#calls = calls
  }

  get callsPerSecond(): number {
    return Math.round((this.done * 10_000) / (performance.now() - this.#beganMs)) / 10
  }

  get simulatedHours(): number {
    return Math.round(this.#simulatedMs / 36_000) / 100
  }

  add(calls: number, simulatedMs: number): void {
    this.done += calls
    this.#simulatedMs += simulatedMs
    if (performance.now() - this.#toldMs < PROGRESS_EVERY_MS) return
    this.#toldMs = performance.now()
    const leftS = Math.max(0, Math.round((this.#calls - this.done) / Math.max(1, this.callsPerSecond)))
    const line = `${this.done} of ${this.#calls} calls, ${this.callsPerSecond} a second, ${leftS} s to go`
    process.stdout.write(process.stdout.isTTY ? `\r${line}   ` : `${line}\n`)
  }

  end(): void {
    if (process.stdout.isTTY) process.stdout.write('\n')
  }
}

function numberOf(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`--${name} takes a whole number`)
  return number
}

function faultsOf(text: string): FaultName[] {
  if (text === 'all') return [...FAULTS]
  if (text === 'none' || text === '') return []
  return text.split(',').map(name => {
    const fault = FAULTS.find(one => one === name)
    if (!fault) throw new RangeError(`there is no fault called “${name}”`)
    return fault
  })
}

function folderFor(out: string | undefined): string {
  if (out === undefined) return mkdtempSync(join(tmpdir(), 'parley-simulation-'))
  mkdirSync(out, { recursive: true })
  return out
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error
  console.error(`${error.message}\n${USAGE}`)
  process.exitCode = 2
}
