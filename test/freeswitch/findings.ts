// What one check has measured, and what was not as it should be.

import type { Ground } from './service.ts'

export interface Check {
  readonly name: string
  run(ground: Ground, findings: Findings): Promise<void>
}

export class Findings {
  readonly notes: string[] = []
  readonly faults: string[] = []

  /** A time that is printed, and bounded. */
  within(what: string, ms: number, boundMs: number): void {
    this.notes.push(`${what} ${Math.round(ms)} ms`)
    if (!(ms <= boundMs)) this.faults.push(`${what} ${Math.round(ms)} ms: more than ${boundMs} ms`)
  }

  /** The median, the 95th percentile and the worst of them, which is bounded. */
  allWithin(what: string, values: readonly number[], boundMs: number): void {
    const sorted = values.toSorted((a, b) => a - b)
    const at = (share: number) =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN)
    this.notes.push(`${what} p50 ${at(0.5)} p95 ${at(0.95)} max ${at(1)} ms`)
    if (!(at(1) <= boundMs)) this.faults.push(`${what}: up to ${at(1)} ms, more than ${boundMs} ms`)
  }

  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.faults.push(otherwise)
  }
}
