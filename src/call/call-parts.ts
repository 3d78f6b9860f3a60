// What a call is made of.

import type { Conversation, EngineCall } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { Leg } from '../pbx/pbx.ts'
import type { DialogueSettings, Past } from './dialogue/state.ts'
import type { Journal } from './journal.ts'
import type { Keeper } from './keeper.ts'
import type { CallListener } from './listener.ts'
import type { TurnTimes } from './marks.ts'
import type { Note } from './note.ts'
import type { Prompts } from './speaker.ts'
import type { Exchange } from './transfer/exchange.ts'
import type { CallEvent } from './vocabulary.ts'

export interface CallParts {
  leg: Leg
  settings: DialogueSettings
  /** What the call brings with it when it comes back. */
  past: Past | null
  conversation: Conversation
  prompts: Prompts
  journal: Journal
  clock: Clock
  /** Those of all calls. */
  times: TurnTimes
  scope: Scope
  log: Log
  /** What is known of the call. */
  facts: EngineCall
  exchange: Exchange
  /** Makes the call's ears; they post what they hear. */
  listener(post: (event: CallEvent) => void): CallListener
  /** Makes ears for an agent's leg. */
  agentListener(leg: Leg, post: (event: CallEvent) => void): CallListener
  /** Makes what records the call to keep it; it tells the journal. */
  keeper(note: (entry: Note) => void): Keeper
}
