// A thread that plays days, one after the other, as it is told; with one deliberate bug in the source when it is given one.

import { parentPort, workerData } from 'node:worker_threads'
import type { Broken } from './broken.ts'
import type { Mutation } from './mutations.ts'
import type { FaultName } from './plan.ts'

export interface WorkerOrder {
  seed: number
  faults: readonly FaultName[]
  mutation: Mutation | null
}

export interface DayOrder {
  day: number
  /** Played twice, and compared. */
  twice: boolean
}

export interface DayReport {
  day: number
  simulatedMs: number
  broken: Broken[]
  /** What became of transfers, and how often. */
  outcomes: Record<string, number>
}

const { seed, faults, mutation } = workerData as WorkerOrder
if (mutation) (await import('./mutating.ts')).mutate(mutation)
// Only now is anything of src loaded.
const { planOf } = await import('./generator.ts')
const { simulate, simulateTwice } = await import('./day.ts')
const allowed = new Set(faults)

parentPort?.on('message', ({ day, twice }: DayOrder) => {
  const plan = planOf(seed, day, allowed)
  void (twice ? simulateTwice(plan) : simulate(plan)).then(({ broken, simulatedMs, outcomes }) => {
    parentPort?.postMessage({ day, broken, simulatedMs, outcomes } satisfies DayReport)
  })
})
