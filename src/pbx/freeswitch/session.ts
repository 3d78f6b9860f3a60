// The first words of every session. All go out at once: replies come in order, and a round trip each would
// only add up.

import { api, events, filter, linger, setVariables } from '../../esl/command.ts'
import type { EslConnection } from '../../esl/connection.ts'
import { type LegFacts, PbxError } from '../pbx.ts'
import { rescueTimer } from './facts.ts'
import { dialledAs, ownerOf } from './owners.ts'

/**
 * How long the switch keeps the socket after the hang-up: its last reports take 40 ms, or longer when it is
 * busy.
 */
const LINGER_SECONDS = 5

/** What is reported to us of a call: `myevents` would leave out playbacks and recordings. */
export const EVENTS = [
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
  // The last: what follows CUSTOM are its subclasses.
  'CUSTOM',
  'conference::maintenance',
]

/** Without `playback_terminators` the caller's `*` would end any prompt. */
const VARIABLES = { playback_terminators: 'none' }
/** What is cancelled once is not there to be cancelled by whoever has the call next. */
const TIMER_CANCELLED = { last_sched_id: '' }
const NOTHING_CANCELLED = '+OK Deleted: 0'

const CONTEXT_VARIABLE = 'parley_context'

/**
 * Also cancels the switch's timer that would take the call from us, and completes the facts. Rejects when the switch refuses,
 * which it does when the caller has gone meanwhile.
 */
export async function beginSession(
  connection: EslConnection,
  channel: Readonly<Record<string, string>>,
  facts: LegFacts,
  owner: (callId: string) => string,
): Promise<LegFacts> {
  const { id, variables } = facts
  const timer = rescueTimer(channel)
  const own = { ...VARIABLES, ...ownership(channel, id, owner) }
  // All are made before the first is sent: one that cannot be said leaves nothing half begun.
  const first = [
    linger(LINGER_SECONDS),
    // Before the subscription: without a filter it would be for every call on the switch.
    filter('Unique-ID', id),
    events(EVENTS),
    ...setVariables(id, timer === undefined ? own : { ...own, ...TIMER_CANCELLED }),
  ]
  const cancelled = timer === undefined ? undefined : connection.do(api('sched_del', timer))
  await Promise.all([...first.map(command => connection.do(command)), cancelled])
  // It has just fired: the caller is on the way to people.
  if ((await cancelled)?.body.trim() === NOTHING_CANCELLED) throw new PbxError('the call has gone elsewhere')
  if (!variables[CONTEXT_VARIABLE]) return facts
  // In the answer to `connect` FreeSWITCH leaves a `%` before two upper-case hex digits as it is: there a text of the caller's
  // inside the JSON could pass for its structure. Here it comes as it was set.
  const context = await connection.api('uuid_getvar', `${id} ${CONTEXT_VARIABLE}`)
  return { ...facts, variables: { ...variables, [CONTEXT_VARIABLE]: context } }
}

/** A caller's leg belongs to the process that has it now; an agent's has belonged to its call since it was dialled. */
function ownership(
  channel: Readonly<Record<string, string>>,
  id: string,
  owner: (callId: string) => string,
): Record<string, string> {
  const dialled = dialledAs(channel)
  if (dialled?.as === 'agent') return {}
  const callId = dialled && ownerOf(channel.variable_parley_owner ?? '')?.callId
  return { parley_owner: owner(callId ?? id) }
}
