// What the log tells of a call that is over: how it ended, how long the caller waited for answers, and no word of what was said.

import type { Histogram } from '../lib/histogram.ts'
import type { Log } from '../lib/log.ts'
import { type Ending, faultOf, messageIn } from './ending.ts'

export interface Course {
  turns: number
  durationMs: number
  /** How long the caller waited for each answer, in milliseconds. */
  answers: Histogram
  /** Of the answers that were prepared before it was certain what they answer. */
  hits: number
  misses: number
}

export function logEnd(ending: Ending, { answers, ...course }: Course, log: Log): void {
  const { by, why } = ending
  const fault = faultOf(ending)
  const answeredMs = { p50: answers.quantile(0.5), p95: answers.quantile(0.95) }
  const summary = { by, why, fault, ...course, answeredMs }
  if (fault === null) log.info(summary, 'call ended')
  else log.warn({ ...summary, message: messageIn(ending) }, 'call ended by a fault')
}
