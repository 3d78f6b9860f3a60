// How long the daemon takes until it accepts calls, and what it holds in memory then; beside it, in the same run, what a Node
// process needs that does nothing, and one that only loads the two Google clients.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { openStage } from '../apps/stage.ts'

const RUNS = 7
const BUDGET = { startMs: 1_500, idleRssMB: 150 }
/** After this the daemon has made its phrases and collected its start's garbage. */
const SETTLING_MS = 3_000

export async function benchStart(): Promise<object> {
  const starts: number[] = []
  const residents: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const stage = await openStage({ phrases: ['yes'] })
    starts.push(stage.startMs)
    // The idle daemon is what is measured, so the wait is the measurement.
    await new Promise(resolve => setTimeout(resolve, SETTLING_MS))
    residents.push(residentMB(stage.daemonPid))
    await stage.stop()
  }
  const nothing = await timesOf('0')
  const clients = await timesOf(
    "await import('@google-cloud/speech'); await import('@google-cloud/text-to-speech')",
  )
  const startMs = median(starts)
  const idleRssMB = median(residents)
  console.log(`
                                        median      worst     budget
start to ready, ${RUNS} runs           ${column(startMs)} ms ${column(Math.max(...starts))} ms ${column(BUDGET.startMs)} ms
resident memory, idle              ${column(idleRssMB)} MB ${column(Math.max(...residents))} MB ${column(BUDGET.idleRssMB)} MB
a Node process that does nothing   ${column(median(nothing))} ms ${column(Math.max(...nothing))} ms
one that loads Google's clients    ${column(median(clients))} ms ${column(Math.max(...clients))} ms
`)
  return {
    startMs: Math.round(startMs),
    idleRssMB: Math.round(idleRssMB),
    emptyNodeMs: Math.round(median(nothing)),
    googleClientsMs: Math.round(median(clients)),
    withinBudget: startMs <= BUDGET.startMs && idleRssMB <= BUDGET.idleRssMB,
  }
}

async function timesOf(program: string): Promise<number[]> {
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const beganMs = performance.now()
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: process.cwd(),
    })
    times.push(performance.now() - beganMs)
  }
  return times
}

function residentMB(pid: number): number {
  const kB = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kB) / 1_024
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function column(value: number): string {
  return Math.round(value).toString().padStart(8)
}
