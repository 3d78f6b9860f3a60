// What has reached a phone, packet by packet: where there was silence, and whether a prompt was heard whole.

import { FRAME } from './tone.ts'

/** Root mean square of 16-bit samples; what is quieter nobody hears. */
const QUIET = 100
/** A prompt is looked for piece by piece: a tenth of a second each. */
const PIECE = 800
/** How well a piece and what was heard agree, 1 for the same: telephone sound is a little coarse. */
const ALIKE = 0.9
/** Of samples by which the pieces may drift apart: a packet early or late. */
const DRIFT = 2 * FRAME

interface Packet {
  atMs: number
  samples: Int16Array
}

export interface Whole {
  /** Of all pieces that are no silence, how many were heard at their place. */
  heard: number
  of: number
  /** When its last piece had been heard, as of performance.now(). */
  endedMs: number
}

export class HeardSound {
  readonly #packets: Packet[] = []

  take(atMs: number, samples: Int16Array): void {
    this.#packets.push({ atMs, samples })
  }

  /** Whether anything was heard. */
  get hasSound(): boolean {
    return this.#packets.some(({ samples }) => loudness(samples) >= QUIET)
  }

  /** The longest time without a sound between these two moments. */
  longestSilenceMs(fromMs: number, toMs: number): number {
    let [longest, lastMs] = [0, fromMs]
    for (const { atMs, samples } of this.#packets) {
      if (atMs < fromMs || atMs > toMs || loudness(samples) < QUIET) continue
      longest = Math.max(longest, atMs - lastMs)
      lastMs = atMs
    }
    return Math.max(longest, toMs - lastMs)
  }

  /** How much of this was heard, in its order and without a gap. */
  wholeOf(prompt: Int16Array): Whole {
    const all = new Int16Array(this.#packets.length * FRAME)
    for (const [at, { samples }] of this.#packets.entries()) all.set(samples.subarray(0, FRAME), at * FRAME)
    const pieces = piecesOf(prompt)
    let shift: number | undefined
    let [heard, endedMs] = [0, 0]
    for (const at of pieces) {
      const piece = prompt.subarray(at, at + PIECE)
      const from = shift === undefined ? 0 : at + shift - DRIFT
      const to = shift === undefined ? all.length - PIECE : at + shift + DRIFT
      const found = placeOf(piece, all, Math.max(0, from), Math.min(all.length - PIECE, to))
      if (found === undefined) continue
      shift = found - at
      heard++
      endedMs = this.#packets[Math.floor((found + PIECE - 1) / FRAME)]?.atMs ?? 0
    }
    return { heard, of: pieces.length, endedMs }
  }
}

/** Where the pieces that are no silence begin. */
function piecesOf(prompt: Int16Array): number[] {
  const places: number[] = []
  for (let at = 0; at + PIECE <= prompt.length; at += PIECE)
    if (loudness(prompt.subarray(at, at + PIECE)) > 5 * QUIET) places.push(at)
  return places
}

/** The best place between these two, if it is good enough. */
function placeOf(piece: Int16Array, all: Int16Array, from: number, to: number): number | undefined {
  const own = energy(piece)
  let best: { at: number; likeness: number } | undefined
  for (let at = from; at <= to; at++) {
    let [product, other] = [0, 0]
    for (let i = 0; i < PIECE; i++) {
      const heard = all[at + i] ?? 0
      product += heard * (piece[i] ?? 0)
      other += heard * heard
    }
    const likeness = product / Math.sqrt(own * other || 1)
    if (likeness > (best?.likeness ?? ALIKE)) best = { at, likeness }
  }
  return best?.at
}

function energy(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return sum
}

function loudness(samples: Int16Array): number {
  return Math.sqrt(energy(samples) / Math.max(1, samples.length))
}
