// What the agents' screens show of a caller before the call is taken: one profile per extension, for a while.

import type { HistoryEntry } from '../engine/engine.ts'
import type { Clock, Timer } from '../lib/clock.ts'

export interface CallerProfile {
  /** The agent's. */
  extension: string
  callId: string | null
  caller: { number: string; name: string }
  /** What the caller wants, in one sentence; '' when unknown. */
  reason: string
  destination: string
  /** What the engine knows: passed on as it is. */
  data: unknown
  transcript: readonly HistoryEntry[]
}

export interface KeptProfile extends CallerProfile {
  /** Wall-clock milliseconds. */
  updatedAtMs: number
  expiresAtMs: number
}

/** More agents than one switch has phones: whoever writes more gets no more memory. */
const MAX_PROFILES = 10_000

interface Kept {
  profile: KeptProfile
  /** On the line of `clock.now()`: the wall clock may jump. */
  untilMs: number
}

export interface CallerProfilesOptions {
  clock: Clock
  /** A profile was put, removed, pushed out by newer ones, or is over. */
  onChange: (extension: string) => void
}

export class CallerProfiles {
  readonly #clock: Clock
  readonly #onChange: (extension: string) => void
  /** By extension, the one that was put longest ago first. */
  readonly #kept = new Map<string, Kept>()
  /** For the profile that is over first, or one that was removed meanwhile. */
  #expiry: { atMs: number; timer: Timer } | null = null

  constructor({ clock, onChange }: CallerProfilesOptions) {
    this.#clock = clock
    this.#onChange = onChange
  }

  get size(): number {
    return this.#kept.size
  }

  /** `extension` of one tenant, as `200@domain`, or alone where only one tenant's has a profile. */
  get(extension: string): KeptProfile | undefined {
    const kept = this.#kept.get(extension) ?? this.#onlyOneOf(extension)
    return kept && kept.untilMs > this.#clock.now() ? kept.profile : undefined
  }

  /** Replaces the extension's profile; `ttlMs` is how long it is kept. */
  put(profile: CallerProfile, ttlMs: number): KeptProfile {
    const { extension } = profile
    const wallMs = this.#clock.wallMs()
    const untilMs = this.#clock.now() + ttlMs
    const kept = { ...profile, updatedAtMs: wallMs, expiresAtMs: wallMs + ttlMs }
    this.#kept.delete(extension)
    this.#kept.set(extension, { profile: kept, untilMs })
    this.#expireAt(untilMs)
    this.#onChange(extension)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MAX_PROFILES && oldest !== undefined) this.remove(oldest)
    return kept
  }

  /** Gives whether there was one. */
  remove(extension: string): boolean {
    const kept = this.#kept.get(extension)
    if (!kept) return false
    this.#kept.delete(extension)
    if (this.#kept.size === 0) this.#stopWaiting()
    this.#onChange(extension)
    return kept.untilMs > this.#clock.now()
  }

  /** Forgets everything, and tells nobody. */
  close(): void {
    this.#kept.clear()
    this.#stopWaiting()
  }

  #onlyOneOf(extension: string): Kept | undefined {
    const all = [...this.#kept].filter(([one]) => one.startsWith(`${extension}@`))
    return all.length === 1 ? all[0]?.[1] : undefined
  }

  #expireAt(atMs: number): void {
    if (this.#expiry && this.#expiry.atMs <= atMs) return
    this.#stopWaiting()
    const timer = this.#clock.after(atMs - this.#clock.now(), () => this.#expire())
    this.#expiry = { atMs, timer }
  }

  #expire(): void {
    this.#expiry = null
    const nowMs = this.#clock.now()
    let nextMs = Number.POSITIVE_INFINITY
    const over: string[] = []
    for (const [extension, { untilMs }] of this.#kept) {
      if (untilMs <= nowMs) over.push(extension)
      else nextMs = Math.min(nextMs, untilMs)
    }
    for (const extension of over) this.#kept.delete(extension)
    if (nextMs < Number.POSITIVE_INFINITY) this.#expireAt(nextMs)
    for (const extension of over) this.#onChange(extension)
  }

  #stopWaiting(): void {
    this.#expiry?.timer.cancel()
    this.#expiry = null
  }
}
