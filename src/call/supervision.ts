// Supervisors: people who are brought to a call to listen, to whisper, to speak to both, or to take it over.

import type { Log } from '../lib/log.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { Leg } from '../pbx/pbx.ts'
import type { Call } from './call.ts'
import type { Destination, Dialable } from './transfer/destination.ts'
import type { Exchange } from './transfer/exchange.ts'
import { dialOnce } from './transfer/ladder.ts'

export type SupervisionMode = 'listen' | 'whisper' | 'barge' | 'take-over'

export interface Supervision {
  call: Call
  dialable: Dialable
  mode: SupervisionMode
  /** What the supervisor is called as the call's agent, when they take over. */
  as: Destination
}

/** From the ringing of the supervisor's phone to the moment they go, or have the call. Never rejects. */
export async function supervise(
  { call, dialable, mode, as }: Supervision,
  exchange: Exchange,
  log: Log,
): Promise<void> {
  if (mode === 'take-over') return takeOver(call, as, log)
  const dialling = dialOnce(dialable, call.id, exchange)
  // Whoever was to be listened to is gone, or is with the next process.
  const ended = call.ended.then(ending => {
    dialling.withdraw()
    return ending.why
  })
  const end = await dialling.ended
  if (end.is !== 'answered') return log.info({ outcome: end.is }, 'no supervisor came')
  const { leg } = end
  leg.onEvent(() => {}) // what they are doing tells when they have gone
  // They hear people who go on talking; who hears the assistant hears nothing more.
  const isInRoom = mode !== 'whisper' && call.transfers.agent !== undefined
  void ended.then(why => (why === 'suspended' && isInRoom ? leg.release() : hangUp(leg)))
  await attend(call, leg, mode).catch((error: unknown) => log.warn({ error }, 'a supervisor could not join'))
  await hangUp(leg)
}

/** The leg is the call's own from here on. A mailbox takes no call over: they take it as an agent does. */
async function takeOver(call: Call, as: Destination, log: Log): Promise<void> {
  const ended = new AbortController()
  void call.ended.then(() => ended.abort())
  let leg: Leg | undefined
  try {
    leg = await call.transfers.fetchUnnoticed(as, ended.signal)
    if (!leg) return log.info({}, 'no supervisor came')
    if (isTakeable(call)) await call.transfers.receive(leg, as)
  } catch (error) {
    log.warn({ error }, 'a supervisor could not take the call')
    if (leg) await hangUp(leg)
    return
  }
  if (!isTakeable(call)) await hangUp(leg)
}

function isTakeable({ dialogue }: Call): boolean {
  return !['moving', 'closing', 'over'].includes(dialogue.phase.is)
}

/** Resolves when it is over. Rejects with PbxError when the switch refuses. */
async function attend(call: Call, leg: Leg, mode: Exclude<SupervisionMode, 'take-over'>): Promise<void> {
  const { agent, room } = call.transfers
  const isTalk = agent !== undefined && room !== undefined
  switch (mode) {
    case 'listen':
      return isTalk ? stay(leg, room, 'listener') : leg.eavesdrop(call.id, 'listen')
    case 'barge':
      return isTalk ? stay(leg, room, 'guest') : leg.eavesdrop(call.id, 'barge')
    case 'whisper':
      // Only the agent hears it; without one there is only the caller to whisper to.
      return leg.eavesdrop(agent?.facts.id ?? call.id, 'whisper')
    default:
      return unreachable(mode)
  }
}

async function stay(leg: Leg, room: string, as: 'listener' | 'guest'): Promise<void> {
  const visit = await leg.join(room, as)
  await visit.left
}

/** They may have gone already. */
async function hangUp(leg: Leg): Promise<void> {
  await leg.hangUp('NORMAL_CLEARING').catch(() => {})
}
