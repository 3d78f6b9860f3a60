// What the daemon may complain of, and the switch of the daemon, because the plan has broken something that explains it.

import type { World } from './day.ts'
import type { Happening, Plan } from './plan.ts'

type Explanation = readonly [message: RegExp, holds: (plan: Plan, world: World) => boolean]

const happens =
  (...kinds: Happening['happens'][]) =>
  ({ happenings }: Plan) =>
    happenings.some(one => kinds.includes(one.happens))

/** Longer than a reply may take: the connection is given up. */
const OVERDUE_MS = 5_000

/** Whoever is told late of a hang-up, or not at all, goes on for a while. */
export const hidesHangUps = ({ wire: { events } }: Plan) =>
  events !== null && events.fate !== 'repeat' && events.names.includes('CHANNEL_HANGUP')

/** From how slow a command on an ending takes too long: some are said several times, one after the other. */
const abandonedFrom: Readonly<Record<string, number>> = { uuid_break: 300, uuid_record: 1_500 }

const LOG: readonly Explanation[] = [
  [/journal of this call cannot be written/, happens('disk full')],
  [/the engine could not be told/, ({ callers }) => callers.some(({ reports }) => reports === 'throw')],
  // The switch throws away a recording without a frame in it, and is slow to say that its call is over.
  [
    /the recording is in trouble/,
    plan =>
      happens('recordings vanish')(plan) || (plan.wire.slow !== null && plan.wire.slow.ms >= OVERDUE_MS),
  ],
  [/socket_resume could not be set/, hidesHangUps],
  [
    /could not be sent on|clean-up was abandoned/,
    ({ wire: { slow } }) => slow !== null && slow.ms >= (abandonedFrom[slow.commands[0] ?? ''] ?? OVERDUE_MS),
  ],
]

/** What the switch has told is still on its way. */
const isStalled = ({ callers }: Plan) =>
  callers.some(({ acts }) => acts.some(({ act }) => act.does === 'stallsWire'))

const SWITCH: readonly Explanation[] = [
  // The recordings that run are noted first; a wire that glues tells of the hang-up after the answer to that.
  [/a command after the hang-up: uuid_record/, ({ wire: { bytes } }) => bytes === 'glued'],
  [/a command after the hang-up/, plan => hidesHangUps(plan) || isStalled(plan)],
]

export function explains(world: World, by: 'log' | 'switch', message: string): boolean {
  const all = by === 'log' ? LOG : SWITCH
  return all.some(([pattern, holds]) => pattern.test(message) && holds(world.plan, world))
}
