// The recording of the caller as a microphone: started, followed, replaced by a fresh file every minute, and deleted when used.

import type { Followers } from '../audio/follower.ts'
import type { Following, Rotation } from '../audio/following.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Recording } from '../pbx/pbx.ts'
import { EAR_SAMPLE_RATE, Spool, type SpoolOptions } from './spool.ts'

export interface EarOptions extends SpoolOptions {
  followers: Followers
  clock: Clock
  onSamples(samples: Int16Array, position: number): void
  /** Nothing is heard any more, and not because of a hold. */
  onFailed(message: string): void
}

/** A minute is 960 kB: a memory file system holds that for every call. */
const ROTATE_AFTER_MS = 60_000
/** Entering another place on the switch has been seen to leave gaps of half a second; this is no gap any more. */
const STALL_MS = 3_000

type State =
  | { is: 'closed' }
  | { is: 'opening' }
  | { is: 'open'; recording: Recording; following: Following; rotation: Timer }

export class Ear {
  readonly #options: EarOptions
  readonly #spool: Spool
  #state: State = { is: 'closed' }
  /** The caller holds us, whatever we are doing. */
  #held = false

  constructor(options: EarOptions) {
    this.#options = options
    this.#spool = new Spool(options)
  }

  /** Resolves when the switch writes. Rejects with PbxError when it does not. */
  async open(): Promise<void> {
    const { followers, log, onSamples, onFailed } = this.#options
    const opening: State = { is: 'opening' }
    this.#state = opening
    const recording = await this.#spool.record()
    if (this.#state !== opening) return this.#spool.abandon(recording)
    const following = followers.follow(recording.path, {
      sampleRate: EAR_SAMPLE_RATE,
      format: 'wav',
      stallMs: STALL_MS,
      onSamples,
      onStalled: ms => onFailed(`the recording has not grown for ${Math.round(ms)} ms`),
      onTrouble: trouble => {
        log.error({ trouble }, 'the recording is in trouble')
        if (trouble.type !== 'truncated') onFailed(`the recording is ${trouble.type}`)
      },
    })
    if (this.#held) following.hold()
    this.#state = { is: 'open', recording, following, rotation: this.#rotateLater() }
  }

  /** The caller holds us: the switch writes nothing, which is no failure. */
  hold(): void {
    this.#held = true
    if (this.#state.is === 'open') this.#state.following.hold()
  }

  unhold(): void {
    this.#held = false
    if (this.#state.is === 'open') this.#state.following.unhold()
  }

  /** Ends the recording and deletes it. Does nothing when it is closed. Never rejects. */
  async close(): Promise<void> {
    const state = this.#state
    this.#state = { is: 'closed' }
    if (state.is !== 'open') return
    state.rotation.cancel()
    state.following.end()
    await this.#spool.abandon(state.recording)
  }

  #rotateLater(): Timer {
    return this.#options.clock.after(ROTATE_AFTER_MS, () => {
      this.#rotate().catch(error => this.#options.log.warn({ error }, 'the recording could not be renewed'))
    })
  }

  /** The new file begins before the old one ends; the follower drops what both hold. */
  async #rotate(): Promise<void> {
    const state = this.#state
    if (state.is !== 'open') return
    state.rotation = this.#rotateLater()
    // Nothing grows meanwhile, the new file no more than the old one.
    if (this.#held) return
    const next = await this.#spool.record()
    if (this.#state !== state) return this.#spool.abandon(next)
    const old = state.recording
    const rotation = await this.#continueWith(state.following, next)
    state.recording = next
    await old.stop()
    rotation.oldStopped()
  }

  async #continueWith(following: Following, next: Recording): Promise<Rotation> {
    try {
      return following.continueWith(next.path)
    } catch (error) {
      await this.#spool.abandon(next)
      throw error
    }
  }
}
