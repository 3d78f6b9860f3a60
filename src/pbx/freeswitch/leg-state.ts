// How far a leg is on its way out, and what its owner is told when it is gone. Pure.

import type { ConnectionLost } from '../../esl/errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { HangUp, LegEvent } from '../pbx.ts'
import { hangUpFrom } from './causes.ts'

export interface LegOptions {
  clock: Clock
  ids: Ids
  log: Log
  /** Also how long the switch may take to do what it said yes to: begin to record, leave after a transfer. */
  replyTimeoutMs: number
  /** What `parley_owner` of a call's leg is. */
  owner: (callId: string) => string
}

type Headers = Readonly<Record<string, string>>

export type LegState =
  | { is: 'live' }
  /** We asked the switch for an end; the events that say so are still to come. */
  | { is: 'killed'; cause: string }
  | { is: 'transferring'; agreed: boolean }
  | { is: 'released' }
  /** The channel is down; its last events are still to come. */
  | { is: 'down'; event: Headers; endedByUs: boolean }
  | { is: 'over' }

/**
 * CHANNEL_HANGUP and CHANNEL_HANGUP_COMPLETE in `state`: the second knows more, and is judged the same way.
 */
export function hangUpIn(state: LegState, event: Headers): HangUp {
  return hangUpFrom(event, state.is === 'down' ? state.endedByUs : state.is === 'killed')
}

/** What a lost connection means: after a hang-up or an agreed departure it is their natural end. */
export function endOnLoss(state: LegState, error: ConnectionLost): LegEvent | undefined {
  switch (state.is) {
    case 'live':
      return { type: 'lost', error }
    case 'killed':
      return { type: 'hungUp', hangUp: { by: 'us', cause: state.cause } }
    case 'transferring':
      return state.agreed ? { type: 'moved' } : { type: 'lost', error }
    case 'released':
      return { type: 'moved' }
    case 'down':
      return { type: 'hungUp', hangUp: hangUpIn(state, state.event) }
    case 'over':
      return undefined
    default:
      return unreachable(state)
  }
}
