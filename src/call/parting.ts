// How we part from a caller on the switch: to people, for good, or to the next process.

import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { messageOf } from '../lib/message-of.ts'
import type { Scope } from '../lib/scope.ts'
import type { Extension, Leg } from '../pbx/pbx.ts'
import type { Keeper } from './keeper.ts'
import type { CallListener } from './listener.ts'
import type { Transcript } from './transcript.ts'
import type { CallEvent } from './vocabulary.ts'

export interface PartingParts {
  leg: Leg
  listener: CallListener
  keeper: Keeper
  transcript: Transcript
  scope: Scope
  clock: Clock
  log: Log
  post(event: CallEvent): void
}

export class Parting {
  readonly #parts: PartingParts
  #hasOutcome = false

  constructor(parts: PartingParts) {
    this.#parts = parts
    const { transcript } = parts
    // Each time: once the caller has hung up it is too late.
    transcript.onTalk = () => this.tell({ parley_summary: transcript.talkSummary() })
  }

  /** The engine knows better what the call was about. */
  summarize(text: string): void {
    this.#parts.transcript.onTalk = () => {}
    this.tell({ parley_summary: text })
  }

  /** Our recordings end before the caller meets people: what they say to each other is not ours to hear. */
  async transfer(to: Extension): Promise<void> {
    const { leg, listener, keeper, scope, clock, post } = this.#parts
    try {
      await Promise.all([listener.close(), keeper.stop()])
      await leg.setVariables({ parley_outcome: 'handed-over' })
      await leg.transfer(to)
    } catch (error) {
      post({ type: 'transferFailed', message: messageOf(error), atMs: clock.now() })
      if (scope.isOver) return
      this.attempt('take back the outcome', leg.setVariables({ parley_outcome: '' }))
      void keeper.resume()
      await listener.open().catch(fault => {
        post({ type: 'earFailed', message: messageOf(fault), atMs: clock.now() })
      })
    }
  }

  hangUp(cause: string): void {
    const { leg } = this.#parts
    // A leg that refuses is on its way out already, and says so itself; the timer of the closing sees to the rest.
    const finished = this.#hasOutcome ? Promise.resolve() : leg.setVariables({ parley_outcome: 'finished' })
    const hungUp = finished.then(() => leg.hangUp(cause))
    this.attempt('hang up', hungUp)
  }

  /** What became of the last transfer says more than that the call has ended. */
  tellOutcome(outcome: string): void {
    this.#hasOutcome = true
    this.tell({ parley_outcome: outcome })
  }

  /** Lets the dialplan, and whoever reads the records of the switch, know. */
  tell(variables: Readonly<Record<string, string>>): void {
    this.attempt('set variables', this.#parts.leg.setVariables(variables))
  }

  /** What may fail without changing the course of the call. */
  attempt(what: string, work: Promise<void>): void {
    work.catch(error => this.#parts.log.warn({ error, what }, 'the switch refused'))
  }

  /** The next process goes on with the call. The dialplan hands it over as often as we end on purpose. */
  comeBack(): void {
    this.attempt('tell the dialplan', this.#parts.leg.setVariables({ parley_planned: 'true' }))
  }
}
