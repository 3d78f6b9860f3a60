// Who ended a call, and how a playback ended, judged from what FreeSWITCH says about it.

import type { DialEnd, HangUp, PlaybackEnd } from '../pbx.ts'

type Headers = Readonly<Record<string, string>>

/**
 * `endedByUs`: we asked for the hang-up. Otherwise the SIP side tells: `recv_bye`, `recv_cancel` and
 * `recv_refuse` came from the caller's phone; `send_…` is FreeSWITCH's own doing (a command, a timer, a
 * dialplan).
 */
export function hangUpFrom(event: Headers, endedByUs: boolean): HangUp {
  const cause = event['Hangup-Cause'] ?? event.variable_hangup_cause ?? 'UNKNOWN'
  if (endedByUs) return { by: 'us', cause }
  const disposition = event.variable_sip_hangup_disposition
  if (disposition !== undefined) return { by: disposition.startsWith('recv_') ? 'caller' : 'switch', cause }
  return { by: cause === 'NORMAL_CLEARING' || cause === 'ORIGINATOR_CANCEL' ? 'caller' : 'switch', cause }
}

/** What is known of a playback when its application is over. */
export interface PlaybackFacts {
  /** CHANNEL_EXECUTE_COMPLETE's Application-Response. */
  response: string
  /** PLAYBACK_STOP's Playback-Status; undefined when it never began. */
  status: string | undefined
  /** The caller was gone when it stopped. */
  hungUp: boolean
  /** The caller was on hold for some of the time. */
  wasHeld: boolean
  heardMs: number
  expectedMs: number
}

/** Times come in ticks of 20 ms at both ends, and a prompt's length is rounded by whoever measured it. */
const TOLERANCE_MS = 200

/**
 * FreeSWITCH says `FILE PLAYED` of a broken prompt too, and `done` of one that was cut by the hang-up or
 * played to a caller on hold: completed is only what was played to its length to somebody who was there.
 */
export function judgePlayback(facts: PlaybackFacts): PlaybackEnd {
  const { response, status, heardMs, expectedMs } = facts
  if (status === undefined) {
    if (response === 'FILE PLAYED' || facts.hungUp) return { how: 'interrupted', heardMs: 0 }
    return { how: 'failed', heardMs: 0, cause: response === '' ? 'UNKNOWN' : response }
  }
  if (status !== 'done' || facts.hungUp || facts.wasHeld) return { how: 'interrupted', heardMs }
  if (response !== 'FILE PLAYED') return { how: 'failed', heardMs, cause: response }
  if (heardMs < expectedMs - TOLERANCE_MS) return { how: 'failed', heardMs, cause: 'TOO SHORT' }
  return { how: 'completed', heardMs }
}

type Unanswered = Exclude<DialEnd, { is: 'answered' }>

const DIAL_ENDS: ReadonlyMap<string, Unanswered['is']> = new Map([
  ['USER_BUSY', 'busy'],
  ['NO_ANSWER', 'no-answer'],
  ['NO_USER_RESPONSE', 'no-answer'],
  ['ALLOTTED_TIMEOUT', 'no-answer'],
  ['PROGRESS_TIMEOUT', 'no-answer'],
  ['ORIGINATOR_CANCEL', 'no-answer'],
  ['CALL_REJECTED', 'declined'],
])

/** What the switch's word for an originate that failed means; whatever has no meaning of its own is not reachable. */
export function dialEndOf(cause: string): Unanswered {
  return { is: DIAL_ENDS.get(cause) ?? 'unreachable', cause }
}
