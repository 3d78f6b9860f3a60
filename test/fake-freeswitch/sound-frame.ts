// Sound in pieces of 20 ms, and timelines of such pieces. Nothing is copied while a call runs: a track keeps where
// each piece lies and is written out when somebody asks.

import { FRAME_SAMPLES } from './wav.ts'

interface Piece {
  at: number
  source: Int16Array
  from: number
  to: number
}

/**
 * One direction of a line, as a timeline of samples from the call's beginning; where nothing was placed there
 * is silence.
 */
export class Track {
  readonly #pieces: Piece[] = []

  place(at: number, source: Int16Array, from: number, to: number): void {
    const last = this.#pieces.at(-1)
    if (last && last.source === source && last.to === from && last.at + last.to - last.from === at)
      last.to = to
    else this.#pieces.push({ at, source, from, to })
  }

  render(samples: number): Int16Array {
    const timeline = new Int16Array(samples)
    for (const { at, source, from, to } of this.#pieces) {
      const end = Math.min(to, from + samples - at)
      if (end > from) timeline.set(source.subarray(from, end), at)
    }
    return timeline
  }
}

/** A part of a sound, not longer than a frame. */
export interface Frame {
  source: Int16Array
  from: number
  to: number
  /** Whose sound it is: a leg's id, `music`, or the path of a file. */
  of?: string
  /** What was mixed into it. */
  parts?: readonly Frame[]
}

/** The sounds that a frame is made of. */
export function partsOf(frame: Frame): readonly Frame[] {
  return frame.parts ?? [frame]
}

/** Several frames at once, as one hears them; a single one stays what it is. */
export function mixOf(frames: readonly Frame[]): Frame | undefined {
  const [first, second] = frames
  if (!first || !second) return first
  const source = new Int16Array(FRAME_SAMPLES)
  for (const frame of frames) {
    const length = Math.min(FRAME_SAMPLES, frame.to - frame.from)
    for (let i = 0; i < length; i++) {
      const sum = (source[i] ?? 0) + (frame.source[frame.from + i] ?? 0)
      source[i] = Math.max(-32_768, Math.min(32_767, sum))
    }
  }
  return { source, from: 0, to: FRAME_SAMPLES, parts: frames.flatMap(partsOf) }
}

const PEAK_OF_SILENCE = 200

export function isAudible({ source, from, to }: Frame): boolean {
  for (let i = from; i < to; i++) if (Math.abs(source[i] ?? 0) >= PEAK_OF_SILENCE) return true
  return false
}
