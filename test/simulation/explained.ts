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
const hidesHangUps = ({ wire: { events } }: Plan) =>
  events !== null && events.fate !== 'repeat' && events.names.includes('CHANNEL_HANGUP')

const LOG: readonly Explanation[] = [
  [/journal of this call cannot be written/, happens('disk full')],
  [
    /the engine could not be told of the end/,
    ({ callers }) => callers.some(({ reports }) => reports === 'throw'),
  ],
  // The switch throws away a recording without a frame in it, and is slow to say that its call is over.
  [
    /the recording is in trouble/,
    plan =>
      happens('recordings vanish')(plan) || (plan.wire.slow !== null && plan.wire.slow.ms >= OVERDUE_MS),
  ],
  [/socket_resume could not be set/, hidesHangUps],
  [
    /could not be sent on|clean-up was abandoned/,
    ({ wire: { slow } }) =>
      slow !== null && slow.ms >= (slow.commands.includes('uuid_break') ? 300 : OVERDUE_MS),
  ],
]

const SWITCH: readonly Explanation[] = [[/a command after the hang-up/, hidesHangUps]]

export function explains(world: World, by: 'log' | 'switch', message: string): boolean {
  const all = by === 'log' ? LOG : SWITCH
  return all.some(([pattern, holds]) => pattern.test(message) && holds(world.plan, world))
}
