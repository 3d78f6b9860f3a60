// A person with a telephone on the real switch: a leg of their own that has dialled the assistant over SIP. They speak by playing
// files into it, and hear by a recording of it.

import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock, type Timer } from '../../src/lib/clock.ts'
import { type Stretch, soundIn } from '../apps/sound.ts'
import { toBytes } from '../fake-freeswitch/bytes.ts'
import { monoWav } from '../fake-freeswitch/wav.ts'
import type { Dialling, Phone } from '../scenarios/venue.ts'
import type { SwitchEvent } from './control-link.ts'
import { headerOf, quoted } from './dial-string.ts'
import { GrowingRecording } from './growing-recording.ts'
import type { RealSwitch } from './real-switch.ts'

const LOOK_EVERY_MS = 20
const USUAL_PATIENCE_MS = 10_000
/** What the daemon still writes when the call is over is there by then. */
const AFTERMATH_MS = 1_500
/** A frame, and what a busy machine may be late in writing it. */
const STILL_AUDIBLE_MS = 60
/** How a person presses keys. */
const KEY_MS = 200
const KEY_GAP_MS = 280
/** The first frame after a pause does not always reach the other side. */
const RUN_UP_SAMPLES = 320
/** The shortest pause between two sounds of different makers. */
const JOIN_MS = 40
const ANSWER_LIMIT_MS = 15_000

export interface Call extends Dialling {
  /** The daemon's port, for the dialplan. */
  daemonPort: number
}

type Place = { at: 'dialling' } | { at: 'assistant' } | { at: 'people'; number: string; atMs: number }

interface Wait {
  holds: () => boolean
  untilMs: number
  what: string
  resolve: () => void
  reject: (error: Error) => void
}

export class RealPhone implements Phone {
  /** When the first sound reached the ear, to about 20 ms; undefined while there was none. */
  firstHeardMs: number | undefined
  readonly #switch: RealSwitch
  readonly #leg = randomUUID()
  readonly #recording: GrowingRecording
  readonly #beganMs = performance.now()
  readonly #looking: Timer
  readonly #arrived = Promise.withResolvers<string>()
  readonly #spoken = new Map<string, () => void>()
  readonly #record: string[] = []
  /** From the beginning of the recording back to that of our clock: the least that was ever seen, when a look was in time. */
  #shiftMs = Number.POSITIVE_INFINITY
  #id = ''
  #place: Place = { at: 'dialling' }
  #over: { cause: string; atMs: number } | undefined
  #waits: Wait[] = []
  #speaking: Promise<void> = Promise.resolve()
  #told: Promise<unknown> = Promise.resolve()
  /** While the other side does not know that the hold is over. */
  #unheld: PromiseWithResolvers<void> | undefined

  private constructor(pbx: RealSwitch) {
    this.#switch = pbx
    this.#recording = new GrowingRecording(this.#recordingPath)
    this.#arrived.promise.catch(() => {}) // whoever waits for it is told by `dials`
    pbx.link.follow(this.#leg, event => this.#onOwnLeg(event))
    this.#looking = systemClock.every(LOOK_EVERY_MS, () => this.#look())
  }

  /** Somebody dials 5000. Resolves when their call has come into the dialplan and is answered there. */
  static async dials(pbx: RealSwitch, call: Call): Promise<RealPhone> {
    const phone = new RealPhone(pbx)
    await phone.#dial(call)
    return phone
  }

  get id(): string {
    return this.#id
  }

  get ms(): number {
    return performance.now() - this.#beganMs
  }

  get isOver(): boolean {
    return this.#over !== undefined
  }

  get isWithPeople(): boolean {
    return this.#place.at === 'people'
  }

  /** What reached the ear, and what was said: on one timeline, that of the recording. */
  get heard(): Int16Array {
    return this.#recording.heard
  }

  get said(): Int16Array {
    return this.#recording.said
  }

  /** When something reached the ear, on the clock of this process, to about 20 ms. Whoever holds the other side hears nothing. */
  get soundsMs(): Stretch[] {
    const shiftMs = this.#shiftMs
    return soundIn(this.heard, JOIN_MS).map(({ fromMs, toMs }) => ({
      fromMs: fromMs + shiftMs,
      toMs: toMs + shiftMs,
    }))
  }

  /** Both sides as a stereo WAV file: the caller on the left, the assistant on the right. */
  saveCall(path: string): Promise<void> {
    return writeFile(path, this.#recording.wav)
  }

  says(samples: Int16Array, options: { afterMs?: number; text?: string } = {}): Promise<void> {
    const { afterMs = 0, text } = options
    this.#speaking = this.#speaking.then(async () => {
      if (afterMs > 0) await sleep(afterMs)
      if (!this.isOver) await this.#speak(samples, text ?? 'something')
    })
    return this.#speaking
  }

  async presses(digits: string, { afterMs = 0 }: { afterMs?: number } = {}): Promise<void> {
    if (afterMs > 0) await sleep(afterMs)
    for (const [at, digit] of [...digits].entries()) {
      if (this.isOver) return
      if (digit !== 'w') {
        this.#note(`presses ${digit}`)
        this.#tell('uuid_send_dtmf', `${this.#leg} ${digit}@${KEY_MS}`)
      }
      if (at + 1 < digits.length) await sleep(digit === 'w' ? 500 : KEY_MS + KEY_GAP_MS)
    }
    await this.#told
  }

  holds(): void {
    this.#note('holds')
    this.#tell('uuid_hold', this.#leg)
  }

  unholds(): void {
    this.#note('goes on')
    this.#unheld = Promise.withResolvers()
    this.#tell('uuid_hold', `off ${this.#leg}`)
  }

  hangsUp(): void {
    this.#note('hangs up')
    this.#tell('uuid_kill', this.#leg)
  }

  hearsSpeech(options: { withinMs?: number } = {}): Promise<void> {
    const isAudible = () => (this.#recording.silentMs ?? Number.POSITIVE_INFINITY) <= STILL_AUDIBLE_MS
    return this.until(isAudible, { ...options, what: 'hears speech' })
  }

  hearsSilence({ ms, withinMs = ms + USUAL_PATIENCE_MS }: { ms: number; withinMs?: number }): Promise<void> {
    const isSilent = () => (this.#recording.silentMs ?? this.#recording.ms) >= ms
    return this.until(isSilent, { withinMs, what: `hears ${ms} ms of silence` })
  }

  async isSentToPeople(options: { withinMs?: number } = {}): Promise<{ number: string; atMs: number }> {
    await this.until(() => this.#place.at === 'people', { ...options, what: 'is sent to people' })
    return this.#place.at === 'people' ? this.#place : { number: '', atMs: this.ms }
  }

  async callIsOver(options: { withinMs?: number } = {}): Promise<{ cause: string; atMs: number }> {
    await this.until(() => this.isOver, { withinMs: 600_000, ...options, what: 'call is over' })
    return this.#over ?? { cause: '', atMs: this.ms }
  }

  until(holds: () => boolean, options: { withinMs?: number; what?: string } = {}): Promise<void> {
    const { withinMs = USUAL_PATIENCE_MS, what = 'condition' } = options
    if (holds()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waits.push({ holds, untilMs: this.ms + withinMs, what, resolve, reject })
    })
  }

  async #dial(call: Call): Promise<void> {
    const { link, sipPort } = this.#switch
    const name = call.callerNameBytes
      ? Buffer.from(call.callerNameBytes).toString('latin1')
      : toBytes(call.callerName ?? 'Jane Doe')
    const variables: Record<string, string> = {
      ignore_early_media: 'true',
      origination_uuid: this.#leg,
      origination_caller_id_number: call.from ?? '+15550100',
      origination_caller_id_name: quoted(name),
      // Someone who listens sends silence too; without it their line would carry nothing at all.
      send_silence_when_idle: '-1',
      // A switch drops a frame whose time stamp, by its timer, is that of the frame before: late once, and two are gone.
      rtp_manual_rtp_bugs: 'SEND_LINEAR_TIMESTAMPS',
      'sip_h_X-Parley-Caller': this.#leg,
      'sip_h_X-Parley-Port': String(call.daemonPort),
      'sip_h_X-Parley-Variables': headerOf(call.variables ?? {}),
    }
    const list = Object.entries(variables).map(([key, value]) => `${key}=${value}`)
    const to = `{${list.join(',')}}sofia/internal/5000@127.0.0.1:${sipPort} &park()`
    this.#note('dials')
    const answered = link.job('originate', to)
    answered.catch(error => this.#arrived.reject(error))
    this.#id = await Promise.race([this.#arrived.promise, outOfPatience()])
    await answered
    const settings = '{RECORD_STEREO=true,enable_file_write_buffering=false,record_sample_rate=8000}'
    await link.api('uuid_record', `${this.#leg} start ${this.#recordingPath} 0 ${settings}`)
  }

  get #recordingPath(): string {
    return join(this.#switch.recordings, `${this.#leg}.wav`)
  }

  async #speak(samples: Int16Array, text: string): Promise<void> {
    const path = join(this.#switch.recordings, `says-${randomUUID()}.wav`)
    const sound = new Int16Array(RUN_UP_SAMPLES + samples.length)
    sound.set(samples, RUN_UP_SAMPLES)
    await writeFile(path, monoWav(sound))
    await this.#unheld?.promise
    if (this.isOver) return
    const spoken = new Promise<void>(resolve => this.#spoken.set(path, resolve))
    this.#note(`says ${text}`)
    this.#tell('uuid_broadcast', `${this.#leg} playback::${path} aleg`)
    await spoken
    this.#note(`has said ${text}`)
  }

  /** In order, without waiting; the call may be over by then, and the switch says no: that is no fault. */
  #tell(name: string, args: string): void {
    this.#told = this.#switch.link.api(name, args).catch(error => {
      if (!this.isOver) this.#note(`${name} failed: ${error instanceof Error ? error.message : error}`)
    })
  }

  #onOwnLeg({ name, headers }: SwitchEvent): void {
    switch (name) {
      case 'parley::arrived': {
        const id = headers['Unique-ID'] ?? ''
        this.#place = { at: 'assistant' }
        this.#switch.link.follow(id, event => this.#onOtherLeg(event))
        return this.#arrived.resolve(id)
      }
      case 'PLAYBACK_STOP': {
        const path = headers['Playback-File-Path'] ?? ''
        this.#spoken.get(path)?.()
        this.#spoken.delete(path)
        return
      }
      case 'CHANNEL_HANGUP_COMPLETE':
        return this.#end(headers['Hangup-Cause'] ?? '')
    }
  }

  /** The leg that the daemon has. */
  #onOtherLeg({ name, headers }: SwitchEvent): void {
    if (name === 'CHANNEL_UNHOLD') this.#unheld?.resolve()
    if (name !== 'parley::people' || this.#place.at === 'people') return
    const number = headers['Parley-Number'] ?? ''
    this.#note(`is sent to people at ${number}`)
    this.#place = { at: 'people', number, atMs: this.ms }
  }

  #end(cause: string): void {
    this.#note(`call is over: ${cause}`)
    this.#over = { cause, atMs: this.ms }
    this.#arrived.reject(new Error(`the call was over before it had come in: ${cause}`))
    for (const resolve of this.#spoken.values()) resolve()
    this.#spoken.clear()
    this.#unheld?.resolve()
    this.#switch.link.unfollow(this.#leg)
    this.#switch.link.unfollow(this.#id)
  }

  #look(): void {
    this.#recording.look()
    const ms = this.ms
    if (this.#recording.ms > 0)
      this.#shiftMs = Math.min(this.#shiftMs, performance.now() - this.#recording.ms)
    if (this.#recording.silentMs !== undefined) this.firstHeardMs ??= ms
    const left: Wait[] = []
    const isLong = this.#over !== undefined && ms > this.#over.atMs + AFTERMATH_MS
    for (const wait of this.#waits) {
      if (wait.holds()) wait.resolve()
      else if (isLong) wait.reject(this.#disappointed(wait.what, 'the call is over'))
      else if (ms >= wait.untilMs) wait.reject(this.#disappointed(wait.what, 'it did not happen in time'))
      else left.push(wait)
    }
    this.#waits = left
    if (!isLong || left.length > 0) return
    this.#looking.cancel()
    this.#recording.close()
  }

  #note(what: string): void {
    this.#record.push(`${(this.ms / 1_000).toFixed(2).padStart(7)}  ${what}`)
  }

  #disappointed(what: string, why: string): Error {
    return new Error(`the caller waits for "${what}": ${why}\n${this.#record.join('\n')}`)
  }
}

async function outOfPatience(): Promise<never> {
  await sleep(ANSWER_LIMIT_MS, undefined, { ref: false })
  throw new Error('the call did not come in')
}
