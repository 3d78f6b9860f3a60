// Talks of callers and agents whose process has died: they go on without us. When they are over we see to it that the journal,
// and whoever watches, know; a caller who comes back to us is an arriving call like any other.

import type { Clock, Timer } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import type { Log } from '../lib/log.ts'
import type { Pbx } from '../pbx/pbx.ts'
import type { Ending } from './ending.ts'
import { fileNameOf } from './file-name.ts'
import { Journal, readJournal } from './journal.ts'
import type { Newsroom } from './news.ts'

/** Callers of the process before wait in silence until we have taken them back, and an upgrade brings them all at once. */
const FIRST_LOOK_MS = 500
/** How often it is looked which legs of dead processes are left, and which of them still talk. */
const LOOK_MS = 10_000
/** Without the control link nobody can be looked for; it may be back soon. */
const LOOK_AGAIN_MS = 1_000
const ENDED_UNSEEN: Ending = {
  by: 'switch',
  why: 'hung-up',
  cause: 'after a talk that nobody of us has seen',
}

export interface AdoptionsParts {
  pbx: Pick<Pbx, 'sweep'>
  news: Newsroom
  clock: Clock
  files: Files
  log: Log
  journals: string
  /** Whether a call is with this process. */
  isHere(callId: string): boolean
}

export class Adoptions {
  readonly #parts: AdoptionsParts
  /** `perhaps over`: at the last look nobody talked. A caller who comes back to us is for a moment in the dialplan first. */
  readonly #talks = new Map<string, 'going on' | 'perhaps over'>()
  #unlisten: () => void = () => {}
  #timer: Timer | undefined
  #isBlind = false
  #isStopped = true

  constructor(parts: AdoptionsParts) {
    this.#parts = parts
  }

  /** Looks soon, and from time to time. */
  start(): void {
    this.#isStopped = false
    this.#unlisten = this.#parts.news.listen(news => {
      // The caller is back, and what follows is told by their call.
      if (news.type === 'callBegan') this.#talks.delete(news.callId)
    })
    this.#lookAfter(FIRST_LOOK_MS)
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#unlisten()
  }

  get count(): number {
    return this.#talks.size
  }

  async #lookOn(): Promise<void> {
    await this.#look()
    if (!this.#isStopped) this.#lookAfter(this.#isBlind ? LOOK_AGAIN_MS : LOOK_MS)
  }

  #lookAfter(ms: number): void {
    this.#timer = this.#parts.clock.after(ms, () => void this.#lookOn())
  }

  async #look(): Promise<void> {
    const { pbx, log } = this.#parts
    try {
      const talking = new Set(await pbx.sweep())
      this.#isBlind = false
      for (const id of talking) this.#adopt(id)
      for (const [id, state] of this.#talks) {
        if (talking.has(id)) continue
        if (state === 'perhaps over') this.#over(id)
        else this.#talks.set(id, 'perhaps over')
      }
    } catch (error) {
      // The control link tells of itself; without it nobody can be swept, and nobody is.
      if (!this.#isBlind) log.info({ error }, 'legs of dead processes cannot be looked for')
      this.#isBlind = true
    }
  }

  #adopt(callId: string): void {
    if (this.#parts.isHere(callId)) return
    const isKnown = this.#talks.has(callId)
    this.#talks.set(callId, 'going on')
    if (isKnown) return
    this.#parts.log.info({ call: callId }, 'a talk goes on whose process has died')
  }

  #over(callId: string): void {
    const { news, journals, log, isHere } = this.#parts
    this.#talks.delete(callId)
    if (isHere(callId)) return // the caller has come back
    log.info({ call: callId }, 'a talk whose process has died is over')
    news.tell({
      type: 'transfer',
      id: callId,
      callId,
      sessionId: null,
      to: '',
      status: 'completed',
      outcome: 'answered',
      cause: '',
    })
    const { by, why } = ENDED_UNSEEN
    news.tell({ type: 'callEnded', callId, by, why, durationMs: 0 })
    void this.#writeEnd(`${journals}/${fileNameOf(callId)}.journal`).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return // a session has none
      log.warn({ error }, 'the end of a talk could not be written down')
    })
  }

  async #writeEnd(path: string): Promise<void> {
    const { clock, files, log } = this.#parts
    const { entries, torn } = readJournal(await files.readFile(path))
    const last = entries.at(-1)
    const wallMs = clock.wallMs()
    const gapMs = typeof last?.wallMs === 'number' ? Math.max(0, wallMs - last.wallMs) : 0
    const journal = new Journal(files, path, log, torn ? 'a torn line' : 'whole lines')
    journal.write({ atMs: (last?.atMs ?? 0) + gapMs, wallMs, type: 'ended', ending: ENDED_UNSEEN })
    journal.close()
  }
}
