// The loop in a process of its own, so that an input that never ends, or takes all memory, can be seen from outside.

import { fuzz } from './fuzz.ts'
import { Hand } from './hand.ts'
import type { Target } from './target.ts'

export interface Task {
  target: string
  seed: number
  seconds: number
  /** The file for the input that is being run. */
  hand: string
}

/** Errors lose their class on the way between processes: they come as text. The finding's input is in the hand's file. */
export type Told =
  | { is: 'progress'; runs: number; corpus: number }
  | {
      is: 'over'
      runs: number
      seconds: number
      coverage: { functions: number; percent: number } | undefined
      finding: { base64: string; fault: string } | undefined
    }

/** Does what its parent asks for, and tells it. */
export async function work(known: readonly Target[]): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? '') as Task
  const target = known.find(({ name }) => name === task.target)
  if (!target) throw new Error(`there is no target ${task.target}`)
  const hand = new Hand(task.hand)
  const tell = (told: Told) => process.send?.(told)
  const { runs, seconds, coverage, finding } = await fuzz(target, {
    seed: task.seed,
    seconds: task.seconds,
    guided: true,
    watch: hand,
    onProgress: progress => tell({ is: 'progress', ...progress }),
  })
  hand.close()
  const found = finding && { base64: finding.input.toString('base64'), fault: faultText(finding.error) }
  tell({ is: 'over', runs, seconds, coverage, finding: found })
  process.disconnect()
}

function faultText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `\n  because of ${faultText(error.cause)}`}`
}
