// What a room plays to its members: files one after the other, one beside them, and music while somebody is alone.

import { type Sound, sourceOf } from './playback.ts'
import type { Frame } from './sound-frame.ts'
import { FRAME_SAMPLES, LINE_RATE } from './wav.ts'

export interface RoomSoundHost {
  load(path: string): Int16Array | undefined
  /** A file has ended, or was stopped. */
  played(path: string, samples: number, beside: boolean): void
}

interface Playing {
  path: string
  sound: Sound
  position: number
  /** So many frames it waits before its first sample. */
  leadIn: number
}

/** mod_conference waits so long before a room's music. */
const MUSIC_LEAD_IN_FRAMES = 20
const MUSIC_PATH = 'local_stream://moh'

export class RoomSound {
  readonly #host: RoomSoundHost
  #queue: Playing[] = []
  #beside: Playing | undefined

  constructor(host: RoomSoundHost) {
    this.#host = host
  }

  /** False when there is no such file. */
  play(path: string, how: 'queued' | 'beside'): boolean {
    const sound = sourceOf(path, this.#host)
    if (!sound) return false
    const playing = { path, sound, position: 0, leadIn: 0 }
    if (how === 'queued') this.#queue.push(playing)
    else this.#replace(playing)
    return true
  }

  /** How many files were ended. */
  stop(which: 'current' | 'all' | 'async'): number {
    const queued = which === 'async' ? [] : this.#queue.splice(0, which === 'all' ? this.#queue.length : 1)
    for (const one of queued) this.#told(one, false)
    const beside = which === 'current' ? undefined : this.#beside
    if (beside) this.#replace(undefined)
    return queued.length + (beside ? 1 : 0)
  }

  /** Somebody has come: what plays beside the files is ended, the music among it. */
  companyCame(): void {
    this.stop('async')
  }

  /** The next 20 ms of it. `musicWanted`: somebody is alone. */
  next(musicWanted: boolean): Frame[] {
    if (musicWanted && !this.#beside && this.#queue.length === 0) {
      const sound = sourceOf(MUSIC_PATH, this.#host)
      if (sound) this.#beside = { path: MUSIC_PATH, sound, position: 0, leadIn: MUSIC_LEAD_IN_FRAMES }
    }
    const frames: Frame[] = []
    const [current] = this.#queue
    if (current && !take(current, frames)) {
      this.#queue.shift()
      this.#told(current, false)
    }
    if (this.#beside && !take(this.#beside, frames)) this.#replace(undefined)
    return frames
  }

  #replace(next: Playing | undefined): void {
    const before = this.#beside
    this.#beside = next
    if (before) this.#told(before, true)
  }

  #told({ path, position }: Playing, beside: boolean): void {
    this.#host.played(path, position, beside)
  }
}

/** Adds what is heard of it in this frame; false when it is over. */
function take(playing: Playing, to: Frame[]): boolean {
  if (playing.leadIn > 0) {
    playing.leadIn--
    return true
  }
  const { sound, position } = playing
  if (position >= sound.length) return false
  playing.position = Math.min(position + FRAME_SAMPLES, sound.length)
  if (sound.samples.length === 0) return true
  const from = position % sound.samples.length
  to.push({
    source: sound.samples,
    from,
    to: Math.min(from + playing.position - position, sound.samples.length),
    of: sound.of,
  })
  return true
}

/** The headers of `play-file-done`. */
export function lengthHeaders(samples: number): Record<string, string> {
  const ms = Math.floor((samples * 1_000) / LINE_RATE)
  return { seconds: String(Math.floor(ms / 1_000)), milliseconds: String(ms), samples: String(samples) }
}
