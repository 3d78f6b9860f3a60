// What the API may ask of the daemon. The web knows nothing else of it.

import type { Newsroom } from '../call/news.ts'
import type { TransferOutcome } from '../engine/engine.ts'
import type { CallerProfiles } from '../store/caller-profiles.ts'

/** Why something is not done. `code` is for programs, `message` one sentence for people. */
export interface Refusal {
  is: 'refused'
  /** 404 unknown, 409 not now, 422 not allowed, 429 too often, 503 not possible just now. */
  status: 404 | 409 | 422 | 429 | 503
  code: string
  message: string
  /** What is in the way, where something is. */
  state?: object
}

export type Answer<T = object> = ({ is: 'done' } & T) | Refusal

export interface CallView {
  id: string
  profile: string
  direction: 'inbound' | 'outbound'
  from: string
  to: string
  startedAtMs: number
  turn: number
  /** What the call is doing: the name of the dialogue's phase; until somebody talks in it: dialling, ringing, answered. */
  phase: string
  /** The running transfer, or the last one. */
  transfer: TransferView | null
}

export interface TransferView {
  /** For a hand-over, which is over when it begins, the call's. */
  id: string
  to: string
  state: 'dialling' | 'ringing' | 'briefing' | 'accepted' | 'joined' | 'ended'
  outcome: TransferOutcome | null
  cause: string
}

/** Where to tell what becomes of something. */
export interface StatusCallback {
  url: string
  format: 'form' | 'json'
}

export interface BothLegsOrder {
  /** The agent: a destination's name or alias, or a number that a pattern allows. */
  extension: string
  userNumber: string
  /** The room is `transfer-<sessionId>`. */
  sessionId: string
  profile: string | null
  statusCallback: StatusCallback | null
}

export interface CallOutOrder {
  to: string
  /** Caller id; null for the trunk's. */
  from: string | null
  profile: string
  /** For the engine, as `parley_context`. */
  context: unknown
  statusCallback: StatusCallback | null
}

export interface SupervisionOrder {
  /** The supervisor: a destination's name or alias, or a number that a pattern allows. */
  extension: string
  mode: 'listen' | 'whisper' | 'barge' | 'take-over'
}

export interface Service {
  /** Null when calls are taken; else why not, in one sentence. */
  unready(): string | null
  readonly news: Newsroom
  readonly callerProfiles: CallerProfiles
  calls(): readonly CallView[]
  call(id: string): CallView | undefined
  hangUp(callId: string): Answer
  /** Has the assistant say something between what it says. */
  say(callId: string, text: string): Answer
  /** Has a caller brought together with a destination. */
  transfer(callId: string, to: string, announce: string | null): Answer<{ transfer: TransferView }>
  /** Brings an agent and a user into a room, without a call that runs. */
  bringTogether(order: BothLegsOrder): Answer<{ transfer: TransferView }>
  transferOf(id: string): TransferView | undefined
  withdraw(transferId: string): Answer
  callOut(order: CallOutOrder): Promise<Answer<{ callId: string }>>
  supervise(callId: string, order: SupervisionOrder): Promise<Answer<{ id: string }>>
}
