// When on the machine's clock a moment of a recording was. A switch that is starved drops frames: its recordings lose time, so that
// one figure for a whole call would be wrong at its end.

import { machineMs } from '../../fakes/reference-log.ts'

/** Looks that are so near to a moment tell about it; among some of them one was in time. */
const NEAR_MS = 1_000

interface Look {
  recordedMs: number
  /** The beginning of the recording, had it lost nothing and been looked at in time. */
  fromMs: number
}

export class Timeline {
  readonly #looks: Look[] = []

  /** So much has been recorded now. */
  note(recordedMs: number): void {
    if (recordedMs > 0) this.#looks.push({ recordedMs, fromMs: machineMs() - recordedMs })
  }

  /** To some 10 ms; NaN where nothing was recorded. */
  machineMsAt(recordedMs: number): number {
    return this.#from(({ recordedMs: ms }) => Math.abs(ms - recordedMs) < NEAR_MS) + recordedMs
  }

  /** What the recording lost from its beginning to its end. */
  get lostMs(): number {
    const last = this.#looks.at(-1)?.recordedMs ?? 0
    return Math.max(0, this.#from(({ recordedMs }) => recordedMs > last - NEAR_MS) - this.#from(() => true))
  }

  #from(counts: (look: Look) => boolean): number {
    const from = this.#looks.filter(counts).map(({ fromMs }) => fromMs)
    return from.length > 0 ? Math.min(...from) : Number.NaN
  }
}
