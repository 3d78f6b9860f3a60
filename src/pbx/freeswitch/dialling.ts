// Somebody who is being dialled: from the command to the answered leg, or to why there is none. The switch tells of it in three
// places, in any order: its answer to the command, events about the legs, and the answered leg itself, which comes to our
// listener.

import type { Clock, Timer } from '../../lib/clock.ts'
import type { DialEnd, Dialling, Leg } from '../pbx.ts'
import { dialEndOf } from './causes.ts'

export interface DiallingHost {
  clock: Clock
  /** Ends a leg that is not ours to hold yet. */
  kill(leg: string): void
  /** Nothing more is to be expected of it. */
  forget(): void
}

/** What the switch may take beyond the time it rings, until it says what became of it. */
const REPORT_LIMIT_MS = 5_000
/** A leg that is told to end is gone at once, unless it was only just coming about. */
const KILL_AGAIN_MS = 500
/** An answered leg connects within a frame. */
const LANDING_LIMIT_MS = 5_000

type State =
  | { is: 'dialling' }
  /** It was answered, says the switch: the leg is on its way to our listener. */
  | { is: 'landing'; leg: string }
  /** The leg is with us and is being made ready. */
  | { is: 'here' }
  /** `ended` has been told. Legs that still appear are ended. */
  | { is: 'over' }

export class PendingDialling implements Dialling {
  readonly ringing: Promise<'ringing' | 'never'>
  readonly ended: Promise<DialEnd>
  readonly #ringing = Promise.withResolvers<'ringing' | 'never'>()
  readonly #ended = Promise.withResolvers<DialEnd>()
  readonly #host: DiallingHost
  /** Those of which the switch has told, and no end. */
  readonly #legs = new Set<string>()
  #state: State = { is: 'dialling' }
  /** Until then it is known to the dialler. */
  #limit: Timer | undefined
  #killing: Timer | undefined

  constructor(ringMs: number, host: DiallingHost) {
    this.#host = host
    this.ringing = this.#ringing.promise
    this.ended = this.#ended.promise
    this.#limit = host.clock.after(ringMs + REPORT_LIMIT_MS, () => this.#onLimit())
  }

  /** Somebody still wants to speak to them. */
  get isWanted(): boolean {
    return this.#state.is !== 'over'
  }

  withdraw(): void {
    this.#end({ is: 'withdrawn', cause: 'withdrawn' })
  }

  /** The command was refused, or could not be given. */
  refused(cause: string): void {
    this.#end({ is: 'failed', cause })
    this.#forget()
  }

  onLeg(leg: string): void {
    this.#legs.add(leg)
    if (this.#state.is === 'over') this.#host.kill(leg)
  }

  onRinging(leg: string): void {
    this.#ringing.resolve('ringing')
    this.#legs.add(leg)
    // It was told to end before there was anything to be ended.
    if (this.#state.is === 'over') this.#host.kill(leg)
  }

  onLegGone(leg: string, cause: string): void {
    this.#legs.delete(leg)
    // They answered, and hung up before we had them.
    if (this.#state.is === 'landing' && this.#state.leg === leg) {
      this.#end({ is: 'declined', cause })
      this.#forget()
    }
  }

  /** BACKGROUND_JOB: `+OK <leg>` or `-ERR <cause>`. */
  onReport(report: string): void {
    const [, leg] = /^\+OK (\S+)/.exec(report) ?? []
    if (leg === undefined) {
      const [, cause] = /^-ERR (\S+)/.exec(report) ?? []
      this.#end(cause === undefined ? { is: 'failed', cause: 'the switch did not dial' } : dialEndOf(cause))
      return this.#forget()
    }
    if (this.#state.is === 'over') {
      this.#host.kill(leg)
      return this.#forget()
    }
    this.#state = { is: 'landing', leg }
    this.#legs.add(leg)
    this.#limit?.cancel()
    this.#limit = this.#host.clock.after(LANDING_LIMIT_MS, () => this.#onLimit())
  }

  /** The answered leg has come. Rejects, and the dialling is over, when it is gone again before it is ready. */
  async land<L extends Leg>(leg: L, ready: (leg: L) => Promise<void>): Promise<void> {
    if (this.isWanted) this.#state = { is: 'here' }
    this.#forget()
    try {
      await ready(leg)
    } catch (error) {
      this.#end({ is: 'declined', cause: 'NORMAL_CLEARING' })
      throw error
    }
    // It may have been withdrawn meanwhile.
    if (!this.isWanted) return leg.hangUp('ORIGINATOR_CANCEL')
    this.#ringing.resolve('ringing')
    this.#state = { is: 'over' }
    this.#ended.resolve({ is: 'answered', leg })
  }

  #onLimit(): void {
    const cause =
      this.#state.is === 'landing'
        ? 'the answered leg did not come to us'
        : 'the switch did not say what became of it'
    this.#end({ is: 'failed', cause })
    this.#forget()
  }

  #end(end: DialEnd): void {
    if (this.#state.is === 'over') return
    this.#state = { is: 'over' }
    this.#ringing.resolve('never')
    this.#ended.resolve(end)
    this.#killAll()
    if (this.#limit) this.#killing = this.#host.clock.every(KILL_AGAIN_MS, () => this.#killAll())
  }

  #killAll(): void {
    for (const leg of this.#legs) this.#host.kill(leg)
  }

  #forget(): void {
    this.#limit?.cancel()
    this.#limit = undefined
    this.#killing?.cancel()
    this.#host.forget()
  }
}
