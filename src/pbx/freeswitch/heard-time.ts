// How much of one playback the caller has heard: from start to stop by the switch's own stamps, less what was
// paused or held. Pure. FreeSWITCH's `variable_playback_ms` would be the read-ahead, up to a second too much.

type Silence = 'paused' | 'held'

export class HeardTime {
  readonly #startStampUs: number
  readonly #startedAtMs: number
  readonly #silences = new Set<Silence>()
  #silentSinceMs = 0
  #silentMs = 0
  #wasHeld = false

  /** `stampUs` is PLAYBACK_START's Event-Date-Timestamp, `atMs` our own time when it was read. */
  constructor(stampUs: number, atMs: number, held: boolean) {
    this.#startStampUs = stampUs
    this.#startedAtMs = atMs
    if (held) this.begin('held', atMs)
  }

  get wasHeld(): boolean {
    return this.#wasHeld
  }

  /** A pause and a hold may overlap: the time counts once. */
  begin(silence: Silence, atMs: number): void {
    if (silence === 'held') this.#wasHeld = true
    if (this.#silences.size === 0) this.#silentSinceMs = atMs
    this.#silences.add(silence)
  }

  end(silence: Silence, atMs: number): void {
    if (!this.#silences.delete(silence) || this.#silences.size > 0) return
    this.#silentMs += atMs - this.#silentSinceMs
  }

  /** Heard when the switch said at `stampUs` that it stopped, read at `atMs`. */
  atStop(stampUs: number, atMs: number): number {
    return atLeastNothing((stampUs - this.#startStampUs) / 1_000 - this.#silentUntil(atMs))
  }

  /** Heard so far, by our own clock: for a playback whose stop nobody reports. */
  soFar(atMs: number): number {
    return atLeastNothing(atMs - this.#startedAtMs - this.#silentUntil(atMs))
  }

  #silentUntil(atMs: number): number {
    return this.#silentMs + (this.#silences.size > 0 ? atMs - this.#silentSinceMs : 0)
  }
}

function atLeastNothing(ms: number): number {
  return Math.max(0, Math.round(ms))
}
