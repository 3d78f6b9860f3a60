// Tells a server what becomes of a transfer or call, status by status, in order. Whoever does not listen is asked again a few
// times and then given up on: no call waits for it, and nothing piles up.

import type { Newsroom, Told, TransferStatus } from '../call/news.ts'
import { type Clock, inTime, sleep } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { StatusCallback } from './service.ts'
import { type PostEnd, postStatus, type StatusReport } from './status-post.ts'

/** Before the second, third and fourth attempt: a server that restarts is back by then. */
const BACK_OFF_MS = [500, 2_000, 8_000]
/** Three rungs of a ladder tell fewer. */
const MAX_WAITING_EACH = 20
const MAX_WAITING = 1_000
/** More than there are transfers and calls out at once. */
const MAX_SUBJECTS = 2_000
const STOP_LIMIT_MS = 2_000

interface Subject {
  id: string
  url: URL
  format: 'form' | 'json'
  waiting: StatusReport[]
  state: 'idle' | 'posting'
  told: Set<TransferStatus>
  sequence: number
  leaveNews: () => void
}

export class StatusCallbacks {
  readonly #clock: Clock
  readonly #log: Log
  readonly #subjects = new Set<Subject>()
  readonly #work = new Set<Promise<void>>()
  readonly #stopped = new AbortController()
  #waiting = 0

  constructor({ clock, log }: { clock: Clock; log: Log }) {
    this.#clock = clock
    this.#log = log
  }

  /** Statuses that are not posted yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** Transfers and calls that are not completed yet. */
  get watched(): number {
    return this.#subjects.size
  }

  /** Posts what the news tell of this transfer or call, until it is completed or the function that this gives is called. */
  watch(news: Newsroom, subjectId: string, { url, format }: StatusCallback): () => void {
    const address = URL.parse(url)
    if (!address || this.#subjects.size >= MAX_SUBJECTS || this.#stopped.signal.aborted) {
      this.#log.warn({ subject: subjectId, watched: this.#subjects.size }, 'a status callback is not served')
      return () => {}
    }
    const subject: Subject = {
      id: subjectId,
      url: address,
      format,
      waiting: [],
      state: 'idle',
      told: new Set(),
      sequence: 0,
      leaveNews: news.listen(told => this.#hear(subject, told)),
    }
    this.#subjects.add(subject)
    return () => this.#leave(subject)
  }

  /** Watches no more; what waits is posted within two seconds or lost. */
  async stop(): Promise<void> {
    for (const subject of this.#subjects) this.#leave(subject)
    await inTime(this.#clock, STOP_LIMIT_MS, Promise.all(this.#work)).catch(() =>
      this.#log.warn({ lost: this.#waiting }, 'status callbacks were not taken before the end'),
    )
    this.#stopped.abort()
    await Promise.all(this.#work)
  }

  #leave(subject: Subject): void {
    subject.leaveNews()
    this.#subjects.delete(subject)
  }

  #hear(subject: Subject, told: Told): void {
    const report = reportOf(subject, told)
    if (!report) return
    subject.told.add(report.status)
    subject.sequence++
    if (report.status === 'completed') this.#leave(subject)
    if (subject.waiting.length >= MAX_WAITING_EACH || this.#waiting >= MAX_WAITING) {
      this.#log.warn({ ...about(subject, report), waiting: this.#waiting }, 'dropped a status callback')
      return
    }
    subject.waiting.push(report)
    this.#waiting++
    if (subject.state === 'posting') return
    const work = this.#postAll(subject).finally(() => this.#work.delete(work))
    this.#work.add(work)
  }

  async #postAll(subject: Subject): Promise<void> {
    subject.state = 'posting'
    for (let next = subject.waiting.shift(); next; next = subject.waiting.shift()) {
      await this.#post(subject, next)
      this.#waiting--
    }
    subject.state = 'idle'
  }

  async #post(subject: Subject, report: StatusReport): Promise<void> {
    const { signal } = this.#stopped
    for (let attempt = 1; !signal.aborted; attempt++) {
      const end = await postStatus(subject.url, subject.format, report, { clock: this.#clock, signal })
      if (end.is === 'taken' || signal.aborted) return
      const waitMs = isWorthAgain(end) ? BACK_OFF_MS[attempt - 1] : undefined
      if (waitMs === undefined) {
        const why = end.is === 'refused' ? { answered: end.status } : { code: end.code }
        this.#log.warn({ ...about(subject, report), ...why, attempts: attempt }, 'a status callback failed')
        return
      }
      await sleep(this.#clock, waitMs, signal).catch(() => {}) // it only rejects when we stop
    }
  }
}

function isWorthAgain(end: Exclude<PostEnd, { is: 'taken' }>): boolean {
  return end.is === 'failed' || end.status >= 500 || end.status === 429
}

/** Neither the query of an address nor the name and password in it: they are secrets. */
function about({ id, url }: Subject, { status }: StatusReport): object {
  return { subject: id, url: url.origin + url.pathname, status }
}

/** What this piece of news is to the subject; null when it is nothing, or nothing new. */
function reportOf(subject: Subject, told: Told): StatusReport | null {
  const base = {
    transferId: null,
    sessionId: null,
    callId: null,
    to: '',
    outcome: null,
    cause: '',
    wallMs: told.wallMs,
    sequenceNumber: subject.sequence,
  }
  switch (told.type) {
    case 'transfer': {
      if (told.id !== subject.id) return null
      const { id, callId, sessionId, to, status, outcome, cause } = told
      return { ...base, transferId: id, callId, sessionId, to, status, outcome, cause }
    }
    case 'callOut': {
      if (told.callId !== subject.id) return null
      const { callId, to, status, outcome, cause } = told
      return { ...base, callId, to, status, outcome, cause }
    }
    case 'callBegan':
      if (told.callId !== subject.id || subject.told.has('answered')) return null
      return { ...base, callId: told.callId, status: 'answered' }
    case 'callEnded':
      if (told.callId !== subject.id) return null
      return { ...base, callId: told.callId, status: 'completed', outcome: 'answered', cause: told.why }
    case 'callerProfileChanged':
      return null
    default:
      return unreachable(told)
  }
}
