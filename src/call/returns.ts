// Calls that come back: the journal of the process that had them tells whether and how they go on.

import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import type { Log } from '../lib/log.ts'
import type { LegFacts } from '../pbx/pbx.ts'
import type { Past } from './dialogue/state.ts'
import { fileNameOf } from './file-name.ts'
import { readJournal } from './journal.ts'
import { type Recollection, recollect, type Way } from './recollection.ts'

/** A call that goes on. */
export interface Return extends Omit<Recollection, 'lastedMs' | 'lastWallMs' | 'way'> {
  past: Past
  /** Since the last entry of the journal. */
  gapMs: number
}

/** What is known of a call that comes to us. */
export interface Former {
  /** Undefined for a new call; also for one whose journal cannot be read, is finished, or is too old. */
  back: Return | undefined
  /** What the journal holds already, to be appended to. */
  journal: 'nothing' | 'whole lines' | 'a torn line'
}

export interface ReturnsParts {
  clock: Clock
  files: Files
  journals: string
  spool: string
  resumeWithinMs: number
}

/** Whose process has died under them more often is better off with people. Ends on purpose do not count. */
const LOSSES_LIMIT = 1
/** Nobody talks longer, or waits longer in a queue. */
const TALK_LIMIT_MS = 24 * 3_600_000
const LOST_AGAIN: Way = {
  to: 'people',
  because: { why: 'fault', fault: 'parley', message: 'the call lost its process again' },
}

export class Returns {
  readonly #parts: ReturnsParts

  constructor(parts: ReturnsParts) {
    this.#parts = parts
  }

  /** Never rejects. */
  async find({ id, variables }: LegFacts, log: Log): Promise<Former> {
    const { files, journals } = this.#parts
    const bytes = await files.readFile(`${journals}/${fileNameOf(id)}.journal`).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log.error({ error }, 'a journal cannot be read')
      return undefined
    })
    if (!bytes) return { back: undefined, journal: 'nothing' }
    this.#removeRecordings(variables.parley_recordings ?? '', log)
    const { entries, damaged, torn } = readJournal(bytes)
    if (damaged > 0) log.warn({ damaged }, 'lines of the journal are damaged')
    const back = this.#back(recollect(id, entries, variables.parley_return))
    return { back, journal: torn ? 'a torn line' : 'whole lines' }
  }

  #back(recollection: Recollection | undefined): Return | undefined {
    if (!recollection) return undefined
    const { clock, resumeWithinMs } = this.#parts
    const { lastWallMs, lastedMs, losses } = recollection
    const gapMs = Math.max(0, Math.round(clock.wallMs() - lastWallMs))
    const wasWithPeople = recollection.way.to === 'talk' || recollection.way.to === 'assistant'
    if (gapMs > (wasWithPeople ? TALK_LIMIT_MS : resumeWithinMs)) return undefined
    // A process that was lost while people talked was missed by nobody.
    const way = losses > LOSSES_LIMIT && !wasWithPeople ? LOST_AGAIN : recollection.way
    return { ...recollection, past: { ...recollection, way, lastedMs: lastedMs + gapMs }, gapMs }
  }

  /** What the last process was listening to has been stopped by now, and nobody else will delete it. */
  #removeRecordings(paths: string, log: Log): void {
    const { files, spool } = this.#parts
    for (const path of paths.split(',')) {
      const name = path.startsWith(`${spool}/`) ? path.slice(spool.length + 1) : ''
      if (!RECORDING.test(name)) continue
      try {
        files.remove(`${spool}/${name}`)
      } catch (error) {
        log.warn({ error }, 'a recording of the last process could not be deleted')
      }
    }
  }
}

const RECORDING = /^[\w-]+\.wav$/
