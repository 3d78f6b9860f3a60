// What a caller hears while somebody is fetched: music without end, and ring-back where there is no music. Never silence.

import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Leg, Playback } from '../../pbx/pbx.ts'

/** The ring-back tone that most of Europe hears: 425 Hz, one second of five. FreeSWITCH makes it itself. */
const RING_BACK = 'tone_stream://%(1000,4000,425);loops=-1'
/** What ends so often without having been heard is tried again later. */
const FAILURES_LIMIT = 2

/** A leg that is elsewhere for a moment can be played to when it is back. */
const AGAIN_MS = 500

type State =
  | { is: 'off' }
  | { is: 'playing'; playback: Playback }
  | { is: 'held' }
  /** Nothing can be heard just now. */
  | { is: 'awaited'; again: Timer }

export class Music {
  readonly #leg: Leg
  readonly #log: Log
  readonly #clock: Clock
  #source: string
  #failures = 0
  /** `held`: the caller holds us and hears nothing. */
  #state: State = { is: 'off' }
  /** The caller holds us, whether or not there is music. */
  #isHeld = false

  /** `source` '': ring-back. */
  constructor(leg: Leg, source: string, { log, clock }: { log: Log; clock: Clock }) {
    this.#leg = leg
    this.#log = log
    this.#clock = clock
    this.#source = source || RING_BACK
  }

  start(): void {
    if (this.#state.is !== 'off') return
    if (this.#isHeld) this.#state = { is: 'held' }
    else this.#play()
  }

  /** What follows on the leg begins when it is silent. */
  stop(): void {
    const before = this.#state
    this.#state = { is: 'off' }
    if (before.is === 'awaited') before.again.cancel()
    if (before.is === 'playing') this.#hush()
  }

  /** The leg goes: nothing more is played to it. */
  end(): void {
    if (this.#state.is === 'awaited') this.#state.again.cancel()
    this.#state = { is: 'off' }
  }

  hold(): void {
    this.#isHeld = true
    const before = this.#state
    if (before.is !== 'playing' && before.is !== 'awaited') return
    this.#state = { is: 'held' }
    if (before.is === 'awaited') before.again.cancel()
    else this.#hush()
  }

  unhold(): void {
    this.#isHeld = false
    if (this.#state.is === 'held') this.#play()
  }

  #hush(): void {
    this.#leg.hush().catch((error: unknown) => this.#log.warn({ error }, 'the music could not be ended'))
  }

  #play(): void {
    const playback = this.#leg.play(this.#source, null)
    this.#state = { is: 'playing', playback }
    void playback.ended.then(end => {
      if (this.#state.is !== 'playing' || this.#state.playback !== playback) return
      if (end.how !== 'failed' && end.heardMs > 0) return this.#play() // a file has an end
      // Nothing of it was heard: it cannot be played, or the leg is on its way out, where the next one would end at once, too.
      if (++this.#failures > FAILURES_LIMIT) {
        this.#failures = 0
        this.#state = { is: 'awaited', again: this.#clock.after(AGAIN_MS, () => this.#play()) }
        return
      }
      if (end.how === 'failed' && this.#source !== RING_BACK)
        this.#log.warn({ cause: end.cause }, 'no hold music can be played')
      this.#source = RING_BACK
      this.#play()
    })
  }
}
