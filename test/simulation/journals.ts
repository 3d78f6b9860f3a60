// The journals of a day: readable line by line, in order, each life of a call with one end and what led to it, each return a
// continuation, and no secret in any of it.

import { crc32 } from 'node:zlib'
import type { Breaches } from './broken.ts'
import type { World } from './day.ts'
import { checkKept } from './kept.ts'
import { JOURNALS } from './life.ts'
import { checkResumed } from './resumed.ts'
import { checkAnnounced, checkSteps, checkTold } from './transfers.ts'
import { checkTurns, checkWords } from './turns.ts'

export interface Entry {
  atMs: number
  type: string
  [field: string]: unknown
}

export interface Ended {
  by: string
  why: string
  fault?: string
  message?: string
  because?: { why: string; fault?: string }
}

/** Every line by itself, as one reads a file of which pieces may be missing. */
export function linesOf(bytes: Buffer): { entries: Entry[]; damaged: number } {
  const entries: Entry[] = []
  let damaged = 0
  for (const line of bytes.toString('utf8').split('\n')) {
    if (line === '') continue
    const json = line.slice(9)
    if (line.slice(0, 8) === crc32(json).toString(16).padStart(8, '0')) entries.push(JSON.parse(json))
    else damaged++
  }
  return { entries, damaged }
}

/** What one life wrote of a call. */
export function stretchesOf(entries: readonly Entry[]): Entry[][] {
  const stretches: Entry[][] = []
  for (const entry of entries) {
    if (entry.type === 'admitted' || entry.type === 'resumed' || stretches.length === 0) stretches.push([])
    stretches.at(-1)?.push(entry)
  }
  return stretches
}

export function endOf(stretch: readonly Entry[]): Ended | undefined {
  return stretch.findLast(({ type }) => type === 'ended')?.ending as Ended | undefined
}

export function checkJournals(world: World, breaches: Breaches): void {
  const { plan, files } = world
  const torn = plan.happenings.filter(one => one.happens === 'kill' && one.tornBytes > 0).length
  // On a full disk anything may be missing, and half a line may be there.
  const isWhole = !plan.happenings.some(one => one.happens === 'disk full')
  for (const path of files.paths()) {
    if (!path.startsWith(`${JOURNALS}/`)) continue
    const { entries: all, damaged } = linesOf(files.bytesOf(path))
    const entries = all.filter(entry => !isAdopted(entry))
    const stretches = stretchesOf(entries)
    const caller = world.callers.find(({ id }) => path.includes(id))
    checkOrder(entries, breaches)
    checkSecrets(entries, breaches)
    for (const stretch of stretches) {
      checkTurns(plan, stretch, breaches)
      checkWords(plan, stretch, breaches)
      checkSteps(stretch, breaches)
      checkTold(stretch, breaches)
      if (caller) checkAnnounced(plan, caller.plan, stretch, breaches)
      if (caller) checkKept(plan, caller.plan, stretch, files, breaches)
    }
    if (!isWhole) continue
    if (damaged > torn) breaches.add('journal-in-order', `${damaged} damaged lines`)
    checkEnds(world, stretches, breaches)
    if (torn === 0) checkResumed(world, stretches, caller?.plan.comesBackBy === 'return', breaches)
  }
}

/** What is written of a talk that went on without its process. */
export function isAdopted({ type, ending }: Entry): boolean {
  return (
    type === 'ended' && (ending as { cause?: string }).cause === 'after a talk that nobody of us has seen'
  )
}

function checkOrder(entries: readonly Entry[], breaches: Breaches): void {
  let last: Entry | undefined
  for (const entry of entries) {
    if (entry.type === 'admitted') last = undefined
    if (last && entry.atMs < last.atMs)
      breaches.add(
        'journal-in-order',
        `${entry.type} at ${entry.atMs} comes after ${last.type} at ${last.atMs}`,
      )
    last = entry
  }
}

/** Whoever was lost twice, for whatever reason, and then found no way to people. */
const LOST_AGAIN = 'the call lost its process again'

/** What follows from an event and is none itself. */
const CONSEQUENCES =
  /^(ended|leaving|asked|session|hushed|soundSkipped|recording|masking|prompt|admitted|resumed)/

function checkEnds({ daemon, ledger }: World, stretches: readonly Entry[][], breaches: Breaches): void {
  let unended = 0
  for (const stretch of stretches) {
    const ends = stretch.filter(({ type }) => type === 'ended')
    if (endOf(stretch)?.why === 'handed-over') ledger.count('handed over')
    if (ends.length > 1) breaches.add('ends-once', `a call ended ${ends.length} times`)
    if (ends.length === 0) unended++
    else if (stretch.at(-1)?.type !== 'ended')
      breaches.add('ends-once', `${stretch.at(-1)?.type} after the end`)
    const cause = stretch.findLast(({ type }) => !CONSEQUENCES.test(type))
    if (ends[0] && cause?.atMs !== ends[0].atMs)
      breaches.add('journal-in-order', `nothing is written that led to the end (before it: ${cause?.type})`)
    const end = endOf(stretch)
    if (end?.why === 'fault' && end.fault === 'parley' && end.message !== LOST_AGAIN)
      breaches.add('no-fault-of-ours', 'a call ended by a fault of ours')
    for (const { type, message } of stretch)
      if (type === 'faulted') breaches.add('no-fault-of-ours', `faulted: ${message}`)
  }
  const killed = daemon.deaths.filter(({ how }) => how === 'killed').length
  if (unended > killed) breaches.add('ends-once', `${unended} ends are missing after ${killed} kills`)
}

const HEARINGS = /^(callerSpoke|utteranceHeard)$/

function checkSecrets(entries: readonly Entry[], breaches: Breaches): void {
  let isMasked = false
  for (const entry of entries) {
    if (entry.type === 'recordingsMasked') isMasked = true
    if (entry.type === 'recordingsUnmasked' || entry.type === 'admitted') isMasked = false
    if (isMasked && entry.type === 'digitPressed' && entry.digit !== undefined)
      breaches.add('secret', 'a key that was pressed in confidence')
    if (isMasked && HEARINGS.test(entry.type))
      breaches.add('secret', `${entry.type} although nobody may hear`)
    const question = entry.question as { confidential?: boolean; digits?: unknown } | undefined
    if (question?.confidential && question.digits !== null)
      breaches.add('secret', 'the answer to a question in confidence')
  }
}
