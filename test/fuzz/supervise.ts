// A target fuzzed in another process, under watch: a run that does not end and one that takes all memory are findings as well.

import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { heldMs, lastInput } from './hand.ts'
import type { Task, Told } from './work.ts'

export interface Result {
  runs: number
  seconds: number
  coverage: { functions: number; percent: number } | undefined
  finding: { input: Buffer; fault: string } | undefined
}

export interface Superviseable {
  target: string
  seed: number
  seconds: number
  hangMs?: number
  /** Another program than the loop over the targets. */
  program?: URL
  onProgress?(told: { runs: number; corpus: number }): void
}

/** Wall time of one run. Machines are shared: what only waits its turn does not wait so long. */
const HANG_MS = 20_000
const LOOK_MS = 500
/** Far above what any target needs, and below what a host would notice. */
const HEAP_MB = 512

export function supervise({
  target,
  seed,
  seconds,
  hangMs = HANG_MS,
  program = new URL('./child.ts', import.meta.url),
  onProgress,
}: Superviseable): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-fuzz-run-'))
  const hand = join(folder, 'input')
  writeFileSync(hand, '')
  const task: Task = { target, seed, seconds, hand }
  const child = fork(fileURLToPath(program), [JSON.stringify(task)], {
    execArgv: [`--max-old-space-size=${HEAP_MB}`],
    // A heap that is full is told on stderr, at length.
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
  })
  const beganMs = performance.now()
  let runs = 0
  return new Promise(resolve => {
    let over: Result | undefined
    const found = (fault: string): Result => ({
      runs,
      seconds: (performance.now() - beganMs) / 1_000,
      coverage: undefined,
      finding: { input: lastInput(hand), fault: `${fault}; not shrunk` },
    })
    const look = setInterval(() => {
      if (over || child.exitCode !== null || heldMs(hand) <= hangMs) return
      over = found(`hangs: more than ${hangMs} ms`)
      child.kill('SIGKILL')
    }, LOOK_MS)
    child.on('message', (told: Told) => {
      runs = told.runs
      if (told.is === 'progress') return onProgress?.(told)
      const { finding } = told
      const input = finding && { input: Buffer.from(finding.base64, 'base64'), fault: finding.fault }
      over = { ...told, finding: input }
    })
    child.on('exit', (code, signal) => {
      clearInterval(look)
      const result = over ?? found(`ends the process (${signal ?? code}), as one does that is out of memory`)
      rmSync(folder, { recursive: true })
      resolve(result)
    })
  })
}
