// The audio line of one telephone: what the person says, and what reached the ear, in frames of 20 ms.
// Nothing is copied while the call runs: a track keeps where each piece of sound lies and is written out when
// somebody asks.

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
  return { source, from: 0, to: FRAME_SAMPLES }
}

interface Utterance {
  samples: Int16Array
  /** Sample position in the call before which it must not begin. */
  notBefore: number
  position: number
  begun: () => void
  spoken: () => void
}

const PEAK_OF_SILENCE = 200

export function isAudible({ source, from, to }: Frame): boolean {
  for (let i = from; i < to; i++) if (Math.abs(source[i] ?? 0) >= PEAK_OF_SILENCE) return true
  return false
}

export class MediaLine {
  /** Samples since the call began. */
  position = 0
  /** The person put us on hold: nothing passes in either direction. */
  held = false
  readonly #said = new Track()
  readonly #heard = new Track()
  #utterances: Utterance[] = []

  say(samples: Int16Array, notBefore: number, begun: () => void): Promise<void> {
    return new Promise(spoken => {
      this.#utterances.push({ samples, notBefore, position: 0, begun, spoken })
    })
  }

  /** The person stops talking in the middle of it. */
  fallSilent(): void {
    const cut = this.#utterances
    this.#utterances = []
    for (const utterance of cut) utterance.spoken()
  }

  /** What the person says in this frame. */
  takeSaid(): Frame | undefined {
    const current = this.#utterances[0]
    if (!current || current.notBefore > this.position) return undefined
    if (current.position === 0) current.begun()
    const from = current.position
    const to = Math.min(from + FRAME_SAMPLES, current.samples.length)
    current.position = to
    if (to === current.samples.length) {
      this.#utterances.shift()
      current.spoken()
    }
    if (this.held || from === to) return undefined
    this.#said.place(this.position, current.samples, from, to)
    return { source: current.samples, from, to }
  }

  /** What the switch sends in this frame; a held line carries nothing. */
  putHeard(frame: Frame): void {
    if (!this.held) this.#heard.place(this.position, frame.source, frame.from, frame.to)
  }

  endFrame(): void {
    this.position += FRAME_SAMPLES
  }

  get said(): Int16Array {
    return this.#said.render(this.position)
  }

  get heard(): Int16Array {
    return this.#heard.render(this.position)
  }
}
