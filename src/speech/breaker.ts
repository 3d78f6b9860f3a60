// Whether a provider is worth asking. It is told what became of each request and has no timers: the time is
// given to it.

import { unreachable } from '../lib/unreachable.ts'
import type { SpeechFault } from './fault.ts'

export interface BreakerOptions {
  /** So many faults … */
  faults: number
  /** … within this time, and nobody is sent there any more … */
  withinMs: number
  /**
   * … for so long; then one request finds out whether it is back. After a single fault others are preferred
   * for as long.
   */
  restMs: number
}

/** What the operator sees of it. */
export type BreakerState =
  | { is: 'closed'; faultsAtMs: readonly number[] }
  | { is: 'open'; untilMs: number; fault: SpeechFault }
  /** One request is on its way to find out, and perhaps others that could ask nobody else. */
  | { is: 'probing'; sinceMs: number; fault: SpeechFault }
  /** As configured it can never work; only a restart closes it. */
  | { is: 'given-up'; fault: SpeechFault }

export class Breaker {
  readonly #options: BreakerOptions
  #state: BreakerState = { is: 'closed', faultsAtMs: [] }
  #hasWorked = false
  #permanentFaults = 0

  constructor(options: BreakerOptions) {
    this.#options = options
  }

  get state(): BreakerState {
    return this.#state
  }

  /**
   * `first`: ask it before those that are `last`. `last-resort`: one request finds out whether it is back;
   * who has nobody else to ask does better with it than with no answer. `never`: not now.
   */
  rank(nowMs: number): 'first' | 'last' | 'last-resort' | 'never' {
    const state = this.#state
    switch (state.is) {
      case 'closed':
        return this.#isResting(state.faultsAtMs, nowMs) ? 'last' : 'first'
      case 'open':
        return nowMs >= state.untilMs ? 'first' : 'never'
      case 'probing':
        // A probe that never came back must not keep others away for ever.
        return nowMs - state.sinceMs >= this.#options.restMs ? 'first' : 'last-resort'
      case 'given-up':
        return 'never'
      default:
        return unreachable(state)
    }
  }

  /** A request is sent. */
  began(nowMs: number): void {
    const state = this.#state
    // Who asks besides does not make the probe any younger.
    if (this.rank(nowMs) === 'last-resort') return
    if (state.is === 'open' || state.is === 'probing') {
      this.#state = { is: 'probing', sinceMs: nowMs, fault: state.fault }
    }
  }

  succeeded(): void {
    this.#hasWorked = true
    if (this.#state.is !== 'given-up') this.#state = { is: 'closed', faultsAtMs: [] }
  }

  /**
   * A permanent fault may be the request's own, a voice that does not exist, rather than the configuration's:
   * only several of them from one that never worked close it for good.
   */
  failed(fault: SpeechFault, nowMs: number): void {
    const state = this.#state
    if (state.is === 'given-up') return
    if (fault.kind === 'permanent' && !this.#hasWorked) {
      this.#permanentFaults++
      if (this.#permanentFaults >= this.#options.faults) return this.gaveUp(fault)
    }
    const open: BreakerState = { is: 'open', untilMs: nowMs + this.#options.restMs, fault }
    // Past its time, as after a probe that was given up, a fault of any other request tells as much.
    const isTrial = state.is === 'probing' || (state.is === 'open' && nowMs >= state.untilMs)
    if (isTrial) this.#state = open
    if (state.is !== 'closed') return
    const recent = state.faultsAtMs.filter(atMs => nowMs - atMs < this.#options.withinMs)
    const faultsAtMs = [...recent, nowMs]
    this.#state = faultsAtMs.length >= this.#options.faults ? open : { is: 'closed', faultsAtMs }
  }

  /** It said by itself that it can never work as configured. */
  gaveUp(fault: SpeechFault): void {
    this.#state = { is: 'given-up', fault }
  }

  /** A request was given up before its outcome was known: the next one finds out, at once. */
  abandoned(nowMs: number): void {
    if (this.#state.is === 'probing') this.#state = { is: 'open', untilMs: nowMs, fault: this.#state.fault }
  }

  #isResting(faultsAtMs: readonly number[], nowMs: number): boolean {
    const last = faultsAtMs.at(-1)
    return last !== undefined && nowMs - last < this.#options.restMs
  }
}
