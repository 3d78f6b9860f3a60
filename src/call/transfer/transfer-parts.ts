// What a transfer of a call is made of.

import type { EngineCall, TransferOutcome } from '../../engine/engine.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Scope } from '../../lib/scope.ts'
import type { Extension, Leg } from '../../pbx/pbx.ts'
import type { Past } from '../dialogue/state.ts'
import type { CallListener } from '../listener.ts'
import type { Note } from '../note.ts'
import type { Phrases } from '../profile.ts'
import type { Prompts } from '../speaker.ts'
import type { Transcript } from '../transcript.ts'
import type { CallEvent } from '../vocabulary.ts'
import type { Destination } from './destination.ts'
import type { Ears } from './ears.ts'
import type { Exchange } from './exchange.ts'

export interface TransferParts {
  exchange: Exchange
  facts: EngineCall
  /** What the call brought with it when it came back. */
  past: Pick<Past, 'way'> | null
  caller: Leg
  /** The caller's ears. */
  listener: CallListener
  ears: Ears
  /** Makes ears for an agent's leg. */
  agentListener(leg: Leg, post: (event: CallEvent) => void): CallListener
  transcript: Transcript
  prompts: Prompts
  phrases: Phrases
  /** Language and voice of the phrases. */
  own: { language: string; voice: string }
  clock: Clock
  log: Log
  /** The call's. */
  scope: Scope
  post(event: CallEvent): void
  note(entry: Note): void
  onOutcome(outcome: TransferOutcome): void
  /** Sends the caller elsewhere for good. */
  handOver(to: Extension): void
  /** The two have talked for so long. */
  onTalked(to: Destination, durationMs: number): void
}

/** The person on the other end: on a call of ours it is who was called. */
export function personIn({ direction, from, to, callerName }: EngineCall): { number: string; name: string } {
  return direction === 'outbound' ? { number: to, name: '' } : { number: from, name: callerName }
}
