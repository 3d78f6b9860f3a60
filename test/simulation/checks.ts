// What is looked at when a day is over: what is left of it, what stands in the journals, what the log says.

import type { Breaches } from './broken.ts'
import type { World } from './day.ts'
import { explains } from './explained.ts'
import { checkJournals } from './journals.ts'
import { SPOOL } from './life.ts'
import { checkOutcomes } from './transfers.ts'

export function checkAll(world: World, breaches: Breaches): void {
  checkLeftovers(world, breaches)
  checkSwitch(world, breaches)
  checkJournals(world, breaches)
  checkOutcomes(world, breaches)
  checkLog(world, breaches)
  // What could not be written, or was torn off, cannot be given back.
  const isLossy = world.plan.happenings.some(
    one => one.happens === 'disk full' || (one.happens === 'kill' && one.tornBytes > 0),
  )
  if (!isLossy)
    for (const what of world.wrongSessions) breaches.add('resumed-rightly', `an engine's session: ${what}`)
}

function checkLeftovers({ daemon, pbx, files, callers }: World, breaches: Breaches): void {
  for (const what of [...daemon.leftovers, ...daemon.complaints]) breaches.add('nothing-left', what)
  if (pbx.openSockets > 0) breaches.add('nothing-left', `${pbx.openSockets} sockets of the switch`)
  if (pbx.liveCalls > 0) breaches.add('nothing-left', `${pbx.liveCalls} calls on the switch`)
  for (const what of pbx.leftovers()) breaches.add('nothing-left', what)
  const killed = daemon.deaths.some(({ how }) => how === 'killed')
  // What a killed process leaves is removed by a later one, when it is old enough.
  const spool = files.paths().filter(path => path.startsWith(`${SPOOL}/`))
  if (spool.length > 0 && !killed) breaches.add('nothing-left', `${spool.length} recordings in the spool`)
  for (const { person } of callers)
    if (person && person.recordings.length > 0) breaches.add('nothing-left', 'a recording runs on the switch')
}

function checkSwitch(world: World, breaches: Breaches): void {
  for (const { what } of world.pbx.violations)
    if (!explains(world, 'switch', what)) breaches.add('switch-content', what)
}

/** Part of what callers key here; no line of any log may hold it, in confidence or not. */
const KEYED = /73846|84619/

function checkLog(world: World, breaches: Breaches): void {
  for (const { fields } of world.log)
    if (KEYED.test(JSON.stringify(fields))) breaches.add('secret', 'digits in the log')
  for (const { level, message, fields } of world.log) {
    if (level !== 'error' || explains(world, 'log', message)) continue
    const { error, err } = fields as { error?: unknown; err?: unknown }
    const cause = error ?? err
    const detail =
      cause instanceof Error ? cause.stack?.split('\n').slice(0, 3).join(' ') : JSON.stringify(fields)
    breaches.add('no-fault-of-ours', `${message}: ${detail}`)
  }
}
