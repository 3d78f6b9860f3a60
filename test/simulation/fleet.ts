// Plays a number of calls on several threads, and tells of each day as it ends.

import { Worker } from 'node:worker_threads'
import { planOf } from './generator.ts'
import type { Mutation } from './mutations.ts'
import type { FaultName } from './plan.ts'
import type { DayOrder, DayReport, WorkerOrder } from './worker.ts'

export interface FleetOptions {
  seed: number
  calls: number
  faults: readonly FaultName[]
  threads: number
  mutation?: Mutation
  /** After each day, in the order in which they end. The answer `enough` ends it all. */
  onDay(report: DayReport & { firstCall: number; calls: number }): Answer | Promise<Answer>
}

type Answer = 'enough' | undefined

/** So often a day is played twice and must come out the same. */
const TWICE_EVERY = 25

export async function play({ seed, calls, faults, threads, mutation, onDay }: FleetOptions): Promise<void> {
  const order: WorkerOrder = { seed, faults, mutation: mutation ?? null }
  const days = daysOf(seed, calls, new Set(faults))
  const workers = Array.from({ length: threads }, () => {
    return new Worker(new URL('./worker.ts', import.meta.url), { workerData: order })
  })
  let state: 'playing' | 'enough' = 'playing'
  await Promise.all(
    workers.map(async worker => {
      for (let next = days.next(); !next.done && state === 'playing'; next = days.next()) {
        const { day, firstCall, calls: count } = next.value
        const report = await played(worker, { day, twice: day % TWICE_EVERY === 0 })
        if ((await onDay({ ...report, firstCall, calls: count })) === 'enough') state = 'enough'
      }
    }),
  ).finally(() => Promise.all(workers.map(worker => worker.terminate())))
}

interface DayOfCalls {
  day: number
  /** The number of its first call, from 1. */
  firstCall: number
  calls: number
}

/** Day after day until there are so many calls. */
function* daysOf(seed: number, calls: number, faults: ReadonlySet<FaultName>): Generator<DayOfCalls, void> {
  for (let day = 0, firstCall = 1; firstCall <= calls; day++) {
    const count = planOf(seed, day, faults).callers.length
    yield { day, firstCall, calls: count }
    firstCall += count
  }
}

function played(worker: Worker, order: DayOrder): Promise<DayReport> {
  return new Promise((resolve, reject) => {
    const settle = (run: () => void) => {
      worker.off('message', onReport).off('error', onError).off('exit', onExit)
      run()
    }
    const onReport = (report: DayReport) => settle(() => resolve(report))
    const onError = (error: unknown) => settle(() => reject(error))
    const onExit = (code: number) => settle(() => reject(new Error(`a thread ended with code ${code}`)))
    worker.on('message', onReport).on('error', onError).on('exit', onExit)
    worker.postMessage(order)
  })
}
