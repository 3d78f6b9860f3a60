// What is kept of a call holds silence while the caller keyed in confidence.

import type { MemoryFiles } from '../fakes/memory-files.ts'
import type { Breaches } from './broken.ts'
import type { Entry } from './journals.ts'
import type { CallerPlan, Plan } from './plan.ts'

const HEADER_BYTES = 44
/** Both sides, 16 bits each, 8 kHz. */
const BYTES_A_MS = 32
/** The recording begins a frame or two before we hear of it, and masking takes as long. */
const EDGE_MS = 150
const LOUD = 200

/** While a recording stands still its time is not that of the call. */
const STANDS_STILL = new Set(['holds', 'stallsRecordings', 'stallsWire', 'cutsWire'])

export function checkKept(
  plan: Plan,
  caller: CallerPlan,
  stretch: readonly Entry[],
  files: MemoryFiles,
  breaches: Breaches,
): void {
  const { slow, events } = plan.wire
  if (slow || events || caller.acts.some(({ act }) => STANDS_STILL.has(act.does))) return
  for (const { type, path, atMs } of stretch) {
    if (type !== 'recordingKept' || typeof path !== 'string' || !files.has(path)) continue
    const bytes = files.bytesOf(path)
    for (const { fromMs, toMs } of maskedIn(stretch))
      if (isLoud(bytes, fromMs - atMs + EDGE_MS, toMs - atMs - EDGE_MS))
        breaches.add('secret', 'sound in the masked part of a recording')
  }
}

function maskedIn(stretch: readonly Entry[]): { fromMs: number; toMs: number }[] {
  const masked: { fromMs: number; toMs: number }[] = []
  for (const { type, atMs } of stretch) {
    const last = masked.at(-1)
    if (type === 'recordingsMasked') masked.push({ fromMs: atMs, toMs: Number.POSITIVE_INFINITY })
    else if (type === 'recordingsUnmasked' && last) last.toMs = Math.min(last.toMs, atMs)
  }
  // Without an end nobody knows how long it was: the process was killed.
  return masked.filter(({ toMs }) => Number.isFinite(toMs))
}

function isLoud(bytes: Buffer, fromMs: number, toMs: number): boolean {
  const from = HEADER_BYTES + Math.max(0, Math.ceil(fromMs)) * BYTES_A_MS
  const to = Math.min(bytes.length, HEADER_BYTES + Math.floor(toMs) * BYTES_A_MS)
  for (let at = from; at + 2 <= to; at += 2) if (Math.abs(bytes.readInt16LE(at)) > LOUD) return true
  return false
}
