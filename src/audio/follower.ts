// The recording as a microphone: follows files that the switch is writing, all of the process on one tick, and hands over
// each piece of sound as it lands.

import type { Clock, Timer } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import { type FollowerFault, Following, type FollowOptions, type Piece } from './following.ts'

/** The switch writes a frame so often. */
const TICK_MS = 20
/** The most that is handed over in one piece, 2 s at 8 kHz: the switch's own buffering would bring 4 s at once. */
const PIECE_SAMPLES = 16_000
/** What is left of the past from tick to tick: about the last second tells how late callers are heard. */
const FADING = 0.98

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
  /** Sound that was taken lately, and the same with each piece weighted by its own length: both fade. */
  #soundMs = 0
  #weightedMs = 0

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

  /**
   * How much later than with a frame at a time callers are heard, in milliseconds, as the sound of about the last second
   * shows: what a tick finds in a recording has waited for as long as it lasts. Whether we come late or the switch writes
   * late makes no difference; one recording among many makes little.
   */
  get lagMs(): number {
    return this.#soundMs === 0 ? 0 : Math.max(0, this.#weightedMs / this.#soundMs - TICK_MS)
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
    this.#soundMs = 0
    this.#weightedMs = 0
  }

  #tick(): void {
    const nowMs = this.#clock.now()
    let soundMs = 0
    let weightedMs = 0
    for (const following of this.#all) {
      const takenMs = following.tick(this.#piece, nowMs)
      soundMs += takenMs
      weightedMs += takenMs * takenMs
    }
    if (this.#all.size === 0) return // the last one has just ended, and with it what it told
    this.#soundMs = this.#soundMs * FADING + soundMs
    this.#weightedMs = this.#weightedMs * FADING + weightedMs
  }
}
