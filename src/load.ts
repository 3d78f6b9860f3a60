// Whether this machine has the time for another call: how late timers fire, and how late callers are heard. A process that is
// behind serves nobody well, and a caller who goes to people at once is served better than one more who is heard late.
//
//   fit ──a value above its limit──▶ overloaded ──CALM_MS without one above CALM_SHARE of its limit──▶ fit

import type { Clock, Timer } from './lib/clock.ts'
import type { Log } from './lib/log.ts'
import { unreachable } from './lib/unreachable.ts'

export interface LoadOptions {
  clock: Clock
  log: Log
  /** A timer that fires later than this means overload. */
  maxLoopDelayMs: number
  /** Callers that are heard later than this mean overload. */
  maxEarLagMs: number
  /** How late callers are heard just now. */
  earLagMs(): number
}

/** What keeps the event loop shows less this much at worst. More often would cost an idle process more than all else it does. */
const PULSE_MS = 50
/** So long the values must be well below their limits: what was too much a moment ago would be too much again. */
const CALM_MS = 2_000
const CALM_SHARE = 0.7

type State = { is: 'fit' } | { is: 'overloaded'; reason: string; sinceMs: number; strainedMs: number }

export class Load {
  readonly #options: LoadOptions
  readonly #pulse: Timer
  #pulsedMs: number
  #state: State = { is: 'fit' }

  constructor(options: LoadOptions) {
    this.#options = options
    this.#pulsedMs = options.clock.now()
    this.#pulse = options.clock.every(PULSE_MS, () => this.#onPulse())
  }

  /** Why no new call should be taken now; null when one can be. */
  overload(): string | null {
    // What comes right after a long piece of work is asked about before the pulse has told of it.
    this.#judge()
    return this.#state.is === 'overloaded' ? this.#state.reason : null
  }

  end(): void {
    this.#pulse.cancel()
  }

  #onPulse(): void {
    this.#judge()
    this.#pulsedMs = this.#options.clock.now()
  }

  #judge(): void {
    const { clock, log, maxLoopDelayMs, maxEarLagMs, earLagMs } = this.#options
    const nowMs = clock.now()
    const delayMs = nowMs - this.#pulsedMs - PULSE_MS
    const lagMs = earLagMs()
    switch (this.#state.is) {
      case 'fit': {
        const reason = this.#reasonAgainst(delayMs, lagMs)
        if (reason === undefined) return
        this.#state = { is: 'overloaded', reason, sinceMs: nowMs, strainedMs: nowMs }
        log.warn({ reason }, 'overloaded: new calls go to people')
        return
      }
      case 'overloaded': {
        const { sinceMs, strainedMs } = this.#state
        const isStrained = delayMs > maxLoopDelayMs * CALM_SHARE || lagMs > maxEarLagMs * CALM_SHARE
        if (isStrained) this.#state.strainedMs = nowMs
        else if (nowMs - strainedMs >= CALM_MS) {
          this.#state = { is: 'fit' }
          log.info({ overloadedMs: Math.round(nowMs - sinceMs) }, 'new calls are taken again')
        }
        return
      }
      default:
        return unreachable(this.#state)
    }
  }

  #reasonAgainst(delayMs: number, lagMs: number): string | undefined {
    const { maxLoopDelayMs, maxEarLagMs } = this.#options
    if (delayMs > maxLoopDelayMs)
      return `the process was kept waiting for ${Math.round(delayMs)} ms, more than ${maxLoopDelayMs}`
    if (lagMs > maxEarLagMs) return `callers are heard ${Math.round(lagMs)} ms late, more than ${maxEarLagMs}`
    return undefined
  }
}
