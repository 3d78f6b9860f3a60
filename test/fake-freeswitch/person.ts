// The person on the phone, for the author of a test: says, presses, holds, hangs up, hears. Whatever is
// waited for is a condition that is looked at after each frame of 20 ms, on whichever clock the switch runs.

import type { Files } from '../../src/lib/files.ts'
import type { PlaybackLog } from './applications.ts'
import { toText } from './bytes.ts'
import type { CallFlow, Place } from './call-flow.ts'
import type { Channel } from './channel.ts'
import type { Span } from './ear.ts'
import type { HungUpBy } from './leg-state.ts'
import { stereoWav } from './wav.ts'

export interface CallOver {
  cause: string
  by: HungUpBy
  /** Milliseconds since the call began, like every time here. */
  atMs: number
}

export interface PersonHost {
  after(ms: number, run: () => void): void
  readonly files: Files
  /** What the line does to what is said. */
  codec(samples: Int16Array): Int16Array
}

interface Wait {
  holds: () => boolean
  untilMs: number
  what: string
  resolve: () => void
  reject: (error: Error) => void
}

/** How a person presses keys: 200 ms each, 280 ms apart. */
const KEY_MS = 200
const KEY_GAP_MS = 280
const USUAL_PATIENCE_MS = 10_000

export class Caller {
  readonly #flow: CallFlow
  readonly #channel: Channel
  readonly #host: PersonHost
  #waits: Wait[] = []
  #silentSinceMs = 0
  #lastHeardMs: number | undefined

  constructor(flow: CallFlow, host: PersonHost) {
    this.#flow = flow
    this.#channel = flow.channel
    this.#host = host
  }

  get id(): string {
    return this.#channel.id
  }

  /** Milliseconds since the call began. */
  get ms(): number {
    return this.#channel.ms
  }

  /** With the daemon, in the dialplan, with people, in a limbo. */
  get place(): Place {
    return this.#flow.place
  }

  get isOver(): boolean {
    return this.#channel.leg.state === 'over'
  }

  /** The assistant's sound is playing to them now. */
  get isSpokenTo(): boolean {
    return this.#channel.isSpokenTo
  }

  /** Every playback so far, in the order of their beginnings. */
  get plays(): readonly Readonly<PlaybackLog>[] {
    return this.#channel.plays
  }

  /** What reached the ear, sample by sample at 8 kHz, from the call's beginning until now. */
  get heard(): Int16Array {
    return this.#channel.line.heard
  }

  /** What they said into the phone, on the same timeline. */
  get said(): Int16Array {
    return this.#channel.line.said
  }

  /** When the leg's time began, on the clock: with this, times of different legs can be compared. */
  get beganAtMs(): number {
    return this.#channel.beganMs
  }

  /**
   * When something of this could first be heard: of another person (through whatever lies between), of a file by
   * its path, of `music`. Milliseconds since the leg began; undefined when nothing of it has been heard since then.
   */
  firstHeardMs(of: Caller | string, sinceMs = 0): number | undefined {
    return this.#channel.line.ear.firstHeardMs(nameOf(of), sinceMs)
  }

  /** How long this could be heard, its own pauses left out. */
  heardMs(of: Caller | string, sinceMs = 0): number {
    return this.#channel.line.ear.heardMs(nameOf(of), sinceMs)
  }

  /** The samples of this alone that reached the ear, on the timeline of `heard`. */
  heardOf(of: Caller | string): Int16Array {
    return this.#channel.line.ear.soundOf(nameOf(of), this.#channel.line.position)
  }

  /** Where nothing at all could be heard, longest first; until now when nothing else is given. */
  silences({ fromMs = 0, toMs = this.ms }: Partial<Span> = {}): Span[] {
    const lengthOf = (span: Span) => span.toMs - span.fromMs
    return this.#channel.line.ear.silences({ fromMs, toMs }).sort((a, b) => lengthOf(b) - lengthOf(a))
  }

  longestSilenceMs(within: Partial<Span> = {}): number {
    const [longest] = this.silences(within)
    return longest ? longest.toMs - longest.fromMs : 0
  }

  /** Keys that somebody pressed for them. */
  get digitsHeard(): string {
    return this.#channel.digitsHeard
  }

  get recordings(): readonly string[] {
    return this.#channel.recordings.paths
  }

  variable(name: string): string | undefined {
    const value = this.#channel.variables.get(name)
    return value === undefined ? undefined : toText(value)
  }

  get transcript(): Channel['transcript'] {
    return this.#channel.transcript
  }

  /**
   * Speaks (16-bit, 8 kHz) after what is being said already. Resolves when the last sample is spoken, or the
   * call is over.
   */
  says(samples: Int16Array, options: { afterMs?: number; text?: string } = {}): Promise<void> {
    const { line } = this.#channel
    const what = `says ${options.text ?? `${(samples.length / 8_000).toFixed(2)} s`}`
    return line.say(this.#host.codec(samples), line.position + (options.afterMs ?? 0) * 8, () =>
      this.transcript.add(this.ms, 'caller', what),
    )
  }

  /** Stops talking in the middle of it, and forgets what they were going to say. */
  fallsSilent(): void {
    this.#channel.line.fallSilent()
  }

  /** Digits, `*`, `#`; `w` is half a second of nothing. Resolves when the last one is pressed. */
  presses(digits: string, options: { afterMs?: number; keyMs?: number; gapMs?: number } = {}): Promise<void> {
    const { afterMs = 0, keyMs = KEY_MS, gapMs = KEY_GAP_MS } = options
    return new Promise(resolve => {
      const next = (at: number) => {
        const digit = digits[at]
        if (digit === undefined) return resolve()
        if (digit !== 'w') {
          this.transcript.add(this.ms, 'caller', `presses ${digit}`)
          this.#channel.press(digit, keyMs)
        }
        if (at + 1 === digits.length) return resolve()
        this.#host.after(digit === 'w' ? 500 : keyMs + gapMs, () => next(at + 1))
      }
      if (afterMs > 0) this.#host.after(afterMs, () => next(0))
      else next(0)
    })
  }

  holds(): void {
    this.#channel.hold(true)
  }

  unholds(): void {
    this.#channel.hold(false)
  }

  hangsUp(cause = 'NORMAL_CLEARING'): void {
    this.#channel.hangUp(cause, 'caller')
    this.#wake()
  }

  /** Whoever they talk to transfers them to another number. */
  isSentOnTo(number: string): void {
    this.#flow.moveTo(number)
  }

  /** The connection between switch and daemon breaks. */
  cutsWire(how: { midFrame?: boolean } = {}): void {
    if (this.place.at === 'socket') this.place.socket.cut(how)
  }

  /** Nothing comes from the switch for so long. */
  stallsWire(ms: number): void {
    if (this.place.at === 'socket') this.place.socket.wire.stall(ms)
  }

  /** The recordings stop growing for so long, and then catch up in one burst. */
  stallsRecordings(ms: number): void {
    this.#channel.recordings.stall(true)
    this.#host.after(ms, () => this.#channel.recordings.stall(false))
  }

  /** Resolves when something audible reaches the ear, at once if it does already. */
  async hearsSpeech(options: { withinMs?: number } = {}): Promise<{ atMs: number }> {
    await this.until(() => this.#lastHeardMs !== undefined && this.#lastHeardMs >= this.ms - 20, {
      ...options,
      what: 'hears speech',
    })
    return { atMs: this.#lastHeardMs ?? this.ms }
  }

  /** Resolves when nothing audible has reached the ear for `ms`. */
  async hearsSilence(options: { ms: number; withinMs?: number }): Promise<{ sinceMs: number }> {
    await this.until(() => this.ms - this.#silentSinceMs >= options.ms, {
      withinMs: options.withinMs ?? options.ms + USUAL_PATIENCE_MS,
      what: `hears ${options.ms} ms of silence`,
    })
    return { sinceMs: this.#silentSinceMs }
  }

  /** Resolves when this file begins to play, or has played. */
  async hears(path: string, options: { withinMs?: number } = {}): Promise<void> {
    await this.until(() => this.plays.some(play => play.path === path), { ...options, what: `hears ${path}` })
  }

  async isWithDaemon(options: { withinMs?: number } = {}): Promise<void> {
    await this.until(() => this.place.at === 'socket', { ...options, what: 'is with the daemon' })
  }

  /** Resolves when the switch has sent them to people, under whichever number. */
  async isSentToPeople(options: { withinMs?: number } = {}): Promise<{ number: string; atMs: number }> {
    await this.until(() => this.place.at === 'people', { ...options, what: 'is sent to people' })
    const { place } = this
    return place.at === 'people'
      ? { number: place.number, atMs: place.sinceMs }
      : { number: '', atMs: this.ms }
  }

  async callIsOver(options: { withinMs?: number } = {}): Promise<CallOver> {
    await this.until(() => this.isOver, { withinMs: 600_000, ...options, what: 'call is over' })
    const { leg } = this.#channel
    if (leg.state !== 'over') throw new Error('the call is not over')
    return { cause: leg.cause, by: leg.by, atMs: this.ms }
  }

  /** Any condition, looked at after each frame. Rejects with the transcript when it does not hold in time. */
  until(holds: () => boolean, options: { withinMs?: number; what?: string } = {}): Promise<void> {
    const { withinMs = USUAL_PATIENCE_MS, what = 'condition' } = options
    if (holds()) return Promise.resolve()
    if (this.isOver) return Promise.reject(this.#disappointed(what, 'the call is over'))
    return new Promise((resolve, reject) => {
      this.#waits.push({ holds, untilMs: this.ms + withinMs, what, resolve, reject })
    })
  }

  /** Both sides of the call as a stereo WAV file: the caller on the left, the assistant on the right. */
  saveCall(path: string): Promise<void> {
    return this.#host.files.writeFile(path, stereoWav(this.said, this.heard))
  }

  /** Called by the switch after each frame. */
  afterFrame(): void {
    if (this.#channel.line.isHearing) {
      this.#lastHeardMs = this.ms
      this.#silentSinceMs = this.ms
    }
    if (this.#waits.length > 0 || this.isOver) this.#wake()
  }

  #wake(): void {
    if (this.isOver) this.#channel.line.fallSilent()
    const left: Wait[] = []
    for (const wait of this.#waits) {
      if (wait.holds()) wait.resolve()
      else if (this.isOver) wait.reject(this.#disappointed(wait.what, 'the call is over'))
      else if (this.ms >= wait.untilMs)
        wait.reject(this.#disappointed(wait.what, 'it did not happen in time'))
      else left.push(wait)
    }
    this.#waits = left
  }

  #disappointed(what: string, why: string): Error {
    return new Error(`the caller waits for "${what}": ${why}\n${this.transcript.print()}`)
  }
}

function nameOf(of: Caller | string): string {
  return typeof of === 'string' ? of : of.id
}
