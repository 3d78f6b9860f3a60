// A lifetime: a signal for those who wait, clean-ups for what was made, a reason that is data, and children that end first.

import type { Clock } from './clock.ts'

/** Why a lifetime ended. A catch block asks the signal for this, not the error for its class. */
export type EndReason =
  | { why: 'done' }
  | { why: 'barged-in' }
  | { why: 'caller-gone' }
  | { why: 'superseded' }
  | { why: 'withdrawn' }
  | { why: 'deadline'; ms: number }
  | { why: 'shutdown' }
  | { why: 'fault'; cause: unknown }

/** What `signal.reason` of an ended scope is. */
export class ScopeEnded extends Error {
  override name = 'ScopeEnded'
  readonly reason: EndReason
  constructor(scope: string, reason: EndReason) {
    super(`${scope} ended: ${reason.why}`, reason.why === 'fault' ? { cause: reason.cause } : undefined)
    this.reason = reason
  }
}

export interface ScopeReports {
  /** A clean-up threw. The others still ran. */
  cleanUpFailed(scope: string, error: unknown): void
  /** A clean-up did not come to an end within its bound and is no longer waited for. */
  abandoned(scope: string, cleanUp: string): void
}

interface CleanUp {
  name: string
  run: () => void | Promise<void>
}

/** No clean-up may keep a call's end waiting longer than this. */
const CLEAN_UP_LIMIT_MS = 5_000

export class Scope {
  readonly name: string
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #clock: Clock
  readonly #reports: ScopeReports
  readonly #children = new Set<Scope>()
  readonly #cleanUps: CleanUp[] = []
  #leaveParent: () => void = () => {}
  #ended: Promise<void> | undefined

  constructor(name: string, clock: Clock, reports: ScopeReports) {
    this.name = name
    this.#clock = clock
    this.#reports = reports
    this.signal = this.#controller.signal
  }

  get isOver(): boolean {
    return this.#ended !== undefined
  }

  /** A lifetime inside this one. A child of an ended scope is born ended. */
  child(name: string): Scope {
    const child = new Scope(`${this.name}/${name}`, this.#clock, this.#reports)
    if (this.isOver) {
      const { reason } = this.signal.reason as ScopeEnded
      void child.end(reason)
      return child
    }
    this.#children.add(child)
    child.#leaveParent = () => this.#children.delete(child)
    return child
  }

  /** Registers what undoes something made in this lifetime. Run in reverse order; run at once when it is already over. */
  onEnd(name: string, run: () => void | Promise<void>): void {
    if (this.isOver) void this.#cleanUp({ name, run })
    else this.#cleanUps.push({ name, run })
  }

  /** Ends the lifetime after `ms` unless something else ends it before. */
  endsAfter(ms: number): this {
    const timer = this.#clock.after(ms, () => void this.end({ why: 'deadline', ms }))
    this.onEnd('deadline timer', () => timer.cancel())
    return this
  }

  /** Ends it, once: the first reason counts. Resolves when children and clean-ups are through or given up on; never rejects. */
  end(reason: EndReason): Promise<void> {
    if (this.#ended) return this.#ended
    // Set before anything runs: an abort listener or a clean-up may well call `end` again.
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ended = promise
    void this.#end(reason).then(resolve)
    return promise
  }

  async #end(reason: EndReason): Promise<void> {
    this.#leaveParent()
    this.#controller.abort(new ScopeEnded(this.name, reason))
    const pending: Promise<void>[] = []
    for (const child of [...this.#children].reverse()) pending.push(child.end(reason))
    for (const cleanUp of this.#cleanUps.reverse()) pending.push(this.#cleanUp(cleanUp))
    await Promise.all(pending)
  }

  // Every clean-up starts in the same tick as the end, so that a lifetime's timers and listeners are gone at once.
  #cleanUp({ name, run }: CleanUp): Promise<void> {
    let work: void | Promise<void>
    try {
      work = run()
    } catch (error) {
      this.#reports.cleanUpFailed(this.name, error)
      return Promise.resolve()
    }
    if (!work) return Promise.resolve()
    return new Promise(resolve => {
      const limit = this.#clock.after(CLEAN_UP_LIMIT_MS, () => {
        this.#reports.abandoned(this.name, name)
        resolve()
      })
      work
        .catch(error => this.#reports.cleanUpFailed(this.name, error))
        .finally(() => {
          limit.cancel()
          resolve()
        })
    })
  }
}
