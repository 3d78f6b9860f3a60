// How a call ended, as data: by whom, why, and whose fault it was if it was one.

import type { EndReason } from '../lib/scope.ts'
import type { Extension } from '../pbx/pbx.ts'

export type Fault = 'switch' | 'ear' | 'recognizer' | 'voice' | 'engine' | 'parley'

export type Ending =
  | { by: 'caller'; why: 'hung-up'; cause: string }
  /** The conversation engine ended it. */
  | { by: 'assistant'; why: 'finished'; reason: string }
  | { by: 'assistant'; why: 'silence' }
  | { by: 'assistant'; why: 'too-long' }
  | { by: 'assistant'; why: 'too-many-turns' }
  /** The caller is with people now. `because` tells what led there. */
  | { by: 'assistant'; why: 'handed-over'; to: Extension; because: HandOverReason }
  /** An agent has talked to the caller, and nothing was to follow. */
  | { by: 'agent'; why: 'talked'; to: string }
  /** Somebody ended it through the API. */
  | { by: 'operator'; why: 'ended' }
  | { by: 'switch'; why: 'hung-up'; cause: string }
  /** Somebody else sent the caller to another place on the switch. */
  | { by: 'switch'; why: 'taken' }
  | { by: 'switch'; why: 'lost'; message: string }
  /** Something broke and there was nobody to hand the caller over to. */
  | { by: 'us'; why: 'fault'; fault: Fault; message: string }
  | { by: 'us'; why: 'shutdown' }
  /** The process ends; the next one goes on with the call. */
  | { by: 'us'; why: 'suspended' }

/** Whether nobody goes on with the call: one that was suspended or lost may come back. */
export function isFinal({ why }: Pick<Ending, 'why'>): boolean {
  return why !== 'suspended' && why !== 'lost'
}

/** What leads a caller to people. */
export type HandOverReason =
  | { why: 'asked'; how: 'key' | 'engine' | 'operator' }
  | { why: 'limit'; limit: 'turns' | 'length' }
  | { why: 'shutdown' }
  | { why: 'fault'; fault: Fault; message: string }

/** Whose fault an ending was; null when everything went as it should. */
export function faultOf(ending: Ending): Fault | null {
  if (ending.why === 'fault') return ending.fault
  if (ending.why === 'handed-over') return ending.because.why === 'fault' ? ending.because.fault : null
  return ending.why === 'lost' ? 'switch' : null
}

/** What went wrong, without where the caller was sent: a number may be somebody's own. */
export function messageIn(ending: Ending): string | undefined {
  if (ending.why === 'handed-over') return ending.because.why === 'fault' ? ending.because.message : undefined
  return 'message' in ending ? ending.message : undefined
}

/** Why the lifetime of the call ends. */
export function endReasonOf(ending: Ending): EndReason {
  if (ending.by === 'caller') return { why: 'caller-gone' }
  if (ending.why === 'shutdown' || ending.why === 'suspended') return { why: 'shutdown' }
  return ending.why === 'fault' ? { why: 'fault', cause: ending.message } : { why: 'done' }
}
