// Caller and agent enter a room.

import { type Clock, inTime } from '../../lib/clock.ts'
import type { Leg, Stay } from '../../pbx/pbx.ts'

/** Leaving a room takes 20 ms, setting a variable less. */
const SWITCH_LIMIT_MS = 2_000

/**
 * Resolves when both are in, and the end of our process would leave them alone. Rejects when it does not come about: then the
 * caller is not in the room any more.
 */
export async function bringTogether(caller: Leg, agent: Leg, room: string, clock: Clock): Promise<Stay> {
  // Both at once: whoever is second would be heard 20 ms later.
  const [entered, met] = await Promise.allSettled([caller.join(room, 'caller'), agent.join(room, 'agent')])
  if (entered.status === 'rejected') throw entered.reason
  const stay = entered.value
  try {
    if (met.status === 'rejected') throw met.reason
    await caller.setTalking(true)
    return stay
  } catch (error) {
    await partFrom(caller, stay, clock)
    throw error
  }
}

/** The caller is with us again. Never rejects: whoever is gone needs it no more. */
export async function partFrom(caller: Leg, stay: Stay, clock: Clock): Promise<void> {
  await inTime(clock, SWITCH_LIMIT_MS, Promise.all([stay.leave(), caller.setTalking(false)])).catch(() => {})
}
