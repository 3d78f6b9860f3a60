// The first words of every session. All go out at once: replies come in order, and a round trip each would
// only add up.

import { api, events, filter, linger, setVariables } from '../../esl/command.ts'
import type { EslConnection } from '../../esl/connection.ts'

/**
 * How long the switch keeps the socket after the hang-up: its last reports take 40 ms, or longer when it is
 * busy.
 */
const LINGER_SECONDS = 5

/** `myevents` would leave out playbacks and recordings. */
const EVENTS = [
  'CHANNEL_EXECUTE',
  'CHANNEL_EXECUTE_COMPLETE',
  'PLAYBACK_START',
  'PLAYBACK_STOP',
  'RECORD_START',
  'RECORD_STOP',
  'DTMF',
  'CHANNEL_HOLD',
  'CHANNEL_UNHOLD',
  'CHANNEL_HANGUP',
  'CHANNEL_HANGUP_COMPLETE',
]

/** Without `playback_terminators` the caller's `*` would end any prompt. */
const VARIABLES = { playback_terminators: 'none' }

/**
 * Also cancels the switch's timer that would take the call from us. Rejects when the switch refuses, which it
 * does when the caller has gone meanwhile.
 */
export async function beginSession(
  connection: EslConnection,
  uuid: string,
  rescueTimer: string | undefined,
): Promise<void> {
  await Promise.all([
    connection.do(linger(LINGER_SECONDS)),
    // Before the subscription: without a filter it would be for every call on the switch.
    connection.do(filter('Unique-ID', uuid)),
    connection.do(events(EVENTS)),
    ...setVariables(uuid, VARIABLES).map(command => connection.do(command)),
    ...(rescueTimer === undefined ? [] : [connection.do(api('sched_del', rescueTimer))]),
  ])
}
