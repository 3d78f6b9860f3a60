// A clock that stands still until a test moves it: timers run in the order of their time, then of their making.

import type { Clock, Timer } from '../../src/lib/clock.ts'

interface Entry {
  atMs: number
  order: number
  run: () => void
  /** Repeats so often, or not at all. */
  everyMs: number | undefined
  state: 'waiting' | 'over'
}

/** So many immediates are awaited between timers: promises, ticks and in-memory sockets come to rest in fewer. */
const SETTLE_ROUNDS = 3

export interface ManualClockOptions {
  /** Where `now()` begins. */
  startMs?: number
  /** Where `wallMs()` begins. */
  wallStartMs?: number
}

export class ManualClock implements Clock {
  readonly #heap: Entry[] = []
  #nowMs: number
  #wallOffsetMs: number
  #order = 0
  #pending = 0

  constructor({ startMs = 0, wallStartMs = Date.UTC(2026, 0, 1) }: ManualClockOptions = {}) {
    this.#nowMs = startMs
    this.#wallOffsetMs = wallStartMs - startMs
  }

  /** Timers that have neither fired nor been cancelled; a repeating one counts as one. */
  get pending(): number {
    return this.#pending
  }

  /** When the next timer is due, on the line of `now()`. */
  get nextAtMs(): number | undefined {
    return this.#next()?.atMs
  }

  now(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs
  }

  /** Somebody sets the wall clock: `wallMs()` jumps, `now()` does not. */
  jumpWall(ms: number): void {
    this.#wallOffsetMs += ms
  }

  /** A delay below 1 ms takes 1 ms, as in Node: time cannot stand still in a loop of timers. */
  after(ms: number, run: () => void): Timer {
    return this.#schedule(ms, run, undefined)
  }

  every(ms: number, run: () => void): Timer {
    return this.#schedule(ms, run, atLeastOneMs(ms))
  }

  /** Moves time on and runs what falls due, including what is scheduled meanwhile. What a timer throws ends it here. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    while (this.#runNext(untilMs)) {}
    this.#nowMs = untilMs
  }

  /** Like `advance`, and lets promises, ticks and immediates come to rest before and after each timer. */
  async advanceAsync(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await this.settle()
    while (this.#runNext(untilMs)) await this.settle()
    this.#nowMs = untilMs
    await this.settle()
  }

  /** Lets promises, ticks and immediates come to rest; no time passes. */
  async settle(rounds = SETTLE_ROUNDS): Promise<void> {
    for (let i = 0; i < rounds; i++) await new Promise<void>(resolve => setImmediate(resolve))
  }

  #runNext(untilMs: number): boolean {
    const entry = this.#next()
    if (!entry || entry.atMs > untilMs) return false
    this.#pop()
    this.#nowMs = Math.max(this.#nowMs, entry.atMs)
    if (entry.everyMs === undefined) this.#finish(entry)
    else {
      entry.atMs += entry.everyMs
      entry.order = this.#order++
      this.#push(entry)
    }
    entry.run()
    return true
  }

  #schedule(ms: number, run: () => void, everyMs: number | undefined): Timer {
    const atMs = this.#nowMs + atLeastOneMs(ms)
    const entry: Entry = { atMs, order: this.#order++, run, everyMs, state: 'waiting' }
    this.#pending++
    this.#push(entry)
    return { cancel: () => this.#finish(entry) }
  }

  #finish(entry: Entry): void {
    if (entry.state === 'over') return
    entry.state = 'over'
    this.#pending--
  }

  // Cancelled timers stay in the heap until they come to its top.
  #next(): Entry | undefined {
    while (this.#heap[0]?.state === 'over') this.#pop()
    return this.#heap[0]
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = heap[parentAt]
      if (!parent || !isBefore(entry, parent)) break
      heap[at] = parent
      at = parentAt
    }
    heap[at] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let at = 0
    for (;;) {
      let childAt = 2 * at + 1
      const left = heap[childAt]
      if (!left) break
      const right = heap[childAt + 1]
      let child = left
      if (right && isBefore(right, left)) {
        child = right
        childAt++
      }
      if (!isBefore(child, last)) break
      heap[at] = child
      at = childAt
    }
    heap[at] = last
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

function atLeastOneMs(ms: number): number {
  if (Number.isNaN(ms)) throw new RangeError('a timer needs a number of milliseconds')
  return Math.max(1, ms)
}
