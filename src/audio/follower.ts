// The recording as a microphone: follows files that the switch is writing, all of the process on one tick, and hands over
// each piece of sound as it lands.

import type { Clock, Timer } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import { type FollowerFault, Following, type FollowOptions, type Piece } from './following.ts'

/** The switch writes a frame so often. */
const TICK_MS = 20
/** The most that is handed over in one piece, 2 s at 8 kHz: the switch's own buffering would bring 4 s at once. */
const PIECE_SAMPLES = 16_000

export interface FollowersOptions {
  clock: Clock
  files: Files
  onFault: FollowerFault
}

export class Followers {
  readonly #clock: Clock
  readonly #files: Files
  readonly #onFault: FollowerFault
  readonly #all = new Set<Following>()
  // One buffer for all: a piece lives no longer than the callback that is given it.
  readonly #piece: Piece
  #timer: Timer | undefined

  constructor({ clock, files, onFault }: FollowersOptions) {
    this.#clock = clock
    this.#files = files
    this.#onFault = onFault
    const samples = new Int16Array(PIECE_SAMPLES)
    this.#piece = { samples, bytes: new Uint8Array(samples.buffer) }
  }

  /** Recordings that are being followed now. */
  get count(): number {
    return this.#all.size
  }

  /** Follows the file at `path`, which need not be there yet. */
  follow(path: string, options: FollowOptions): Following {
    const following = new Following(path, options, {
      clock: this.#clock,
      files: this.#files,
      onFault: this.#onFault,
      onEnd: () => this.#leave(following),
    })
    this.#all.add(following)
    this.#timer ??= this.#clock.every(TICK_MS, () => this.#tick())
    return following
  }

  /** Ends all of them, as the process does when it goes. */
  end(): void {
    for (const following of this.#all) following.end()
  }

  #leave(following: Following): void {
    this.#all.delete(following)
    if (this.#all.size > 0) return
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #tick(): void {
    const nowMs = this.#clock.now()
    for (const following of this.#all) following.tick(this.#piece, nowMs)
  }
}
