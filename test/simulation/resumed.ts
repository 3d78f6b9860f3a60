// A call that comes back to another life: it goes on where it was, it is known whether that was planned, and who has lost two
// lives is brought to people.

import type { Breaches } from './broken.ts'
import type { World } from './day.ts'
import { type Entry, endOf } from './journals.ts'
import { RESUME_WITHIN_MS } from './life.ts'

/** Whoever was suspended or lost may come back; every other end is one. */
const COMES_BACK = new Set(['suspended', 'lost'])

const SUPERSEDED = 'the call has come back on another connection'

export function checkResumed(world: World, stretches: readonly Entry[][], breaches: Breaches): void {
  let losses = 0
  for (const [at, stretch] of stretches.entries()) {
    const before = stretches[at - 1]
    const first = stretch[0]
    if (!before || !first) continue
    const end = endOf(before)
    if (end && !COMES_BACK.has(end.why)) {
      losses = 0
      if (first.type === 'resumed')
        breaches.add('resumed-rightly', `a call that was over (${end.why}) was resumed`)
      continue
    }
    // Two connections of one call lay in the backlog: the second is as good as the first, and nothing was lost.
    if (end?.message === SUPERSEDED) return
    if (first.type !== 'resumed') {
      if (!jumped(world)) breaches.add('resumed-rightly', 'a call that had not ended began anew')
      losses = 0
      continue
    }
    const planned = end?.why === 'suspended'
    if (!planned) losses++
    if (first.planned !== planned)
      breaches.add('resumed-rightly', `planned: ${first.planned} after ${end?.why ?? 'a kill'}`)
    if (first.losses !== losses)
      breaches.add('resumed-rightly', `${first.losses} losses instead of ${losses}`)
    checkTurnsGoOn(before, stretch, breaches)
    if (losses >= 2 && stretch.some(({ type }) => type === 'asked'))
      breaches.add('resumed-rightly', 'an engine was asked although the call had lost two lives')
  }
}

/** Nobody is away, or was silent before, for longer: what is measured is the time since the last entry. */
const AWAY_MS = 30_000

/** More time seems to have passed while the caller was without a daemon than a call may be away. */
function jumped({ plan, daemon }: World): boolean {
  const jumps = plan.happenings.filter(one => one.happens === 'wall jumps' && one.ms >= RESUME_WITHIN_MS)
  if (plan.callers.some(({ acts }) => acts.some(({ act }) => act.does === 'cutsWire')))
    return jumps.length > 0
  return jumps.some(jump => daemon.deaths.some(({ atMs }) => Math.abs(jump.atMs - atMs) <= AWAY_MS))
}

function checkTurnsGoOn(before: readonly Entry[], after: readonly Entry[], breaches: Breaches): void {
  const turns = (stretch: readonly Entry[]) =>
    stretch.flatMap(({ type, turn }) => (type === 'asked' ? [Number(turn)] : []))
  const last = Math.max(-1, ...turns(before))
  const next = turns(after)[0]
  if (next !== undefined && next <= last && last > 0)
    breaches.add('resumed-rightly', `turn ${next} after turn ${last}`)
}
