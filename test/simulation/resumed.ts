// A call that comes back to another life: it goes on where it was, it is known whether that was planned, and who has lost two
// lives is brought to people.

import type { Breaches } from './broken.ts'
import type { World } from './day.ts'
import { type Entry, endOf } from './journals.ts'
import { RESUME_WITHIN_MS } from './life.ts'

/** Whoever was suspended or lost may come back; every other end is one. */
const COMES_BACK = new Set(['suspended', 'lost'])

const SUPERSEDED = 'the call has come back on another connection'

/** `comesBack`: who is handed over is sent back by the way of the dialplan, which says so. */
export function checkResumed(
  world: World,
  stretches: readonly Entry[][],
  comesBack: boolean,
  breaches: Breaches,
): void {
  let losses = 0
  for (const [at, stretch] of stretches.entries()) {
    const before = stretches[at - 1]
    const first = stretch[0]
    if (!before || !first) continue
    const end = endOf(before)
    const isSentBack = end?.why === 'handed-over' && first.type === 'resumed' && comesBack
    if (end && !COMES_BACK.has(end.why) && !isSentBack) {
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
    const planned = end?.why === 'suspended' || isSentBack
    if (!planned) losses++
    if (first.planned !== planned)
      breaches.add('resumed-rightly', `planned: ${first.planned} after ${end?.why ?? 'a kill'}`)
    if (first.losses !== losses)
      breaches.add('resumed-rightly', `${first.losses} losses instead of ${losses}`)
    checkTurnsGoOn(before, stretch, breaches)
    checkLadderGoesOn(before, stretch, breaches)
    // Who talked to people has missed nothing.
    if (losses >= 2 && !isSentBack && !talkedAtEnd(before) && stretch.some(({ type }) => type === 'asked'))
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

/** Whoever was being fetched is fetched from the rung that was reached. */
function checkLadderGoesOn(before: readonly Entry[], after: readonly Entry[], breaches: Breaches): void {
  const was = fetchingAtEnd(before)
  const next = after.find(({ type }) => type === 'leaving' || type === 'asked')
  const { does, name } = (next?.next ?? {}) as { does?: string; name?: string }
  if (!was || does !== 'bring' || name !== was.name) return
  const first = after.find(({ type }) => type === 'transferProgressed')
  if (first && Number(first.rung) !== was.rung)
    breaches.add('resumed-rightly', `a ladder goes on with rung ${first.rung} instead of ${was.rung}`)
}

function talkedAtEnd(stretch: readonly Entry[]): boolean {
  const last = stretch.findLast(({ type }) => type === 'leaving')?.next as { does?: string } | undefined
  return last?.does === 'talk'
}

function fetchingAtEnd(stretch: readonly Entry[]): { name: string; rung: number } | undefined {
  let fetching: { name: string; rung: number } | undefined
  for (const { type, next, rung } of stretch) {
    const { does, name = '' } = (next ?? {}) as { does?: string; name?: string }
    if (type === 'leaving') fetching = does === 'bring' ? { name, rung: 0 } : undefined
    else if (type === 'transferProgressed' && fetching) fetching.rung = Number(rung)
  }
  return fetching
}
