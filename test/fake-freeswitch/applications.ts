// What an application does over time. The channel starts one, asks it once each 20 ms, and is told when it is
// done.

import type { Frame } from './media-line.ts'
import { FRAME_SAMPLES, LINE_RATE } from './wav.ts'

/** The channel, as far as an application may reach it. */
export interface AppChannel {
  readonly id: string
  readonly isOver: boolean
  readonly isAnswered: boolean
  readonly isStalled: boolean
  readonly isHungUpByPerson: boolean
  readonly variables: Map<string, string>
  answer(): void
  hangUp(cause: string, by: 'assistant'): void
  startRecording(path: string, limitSeconds: number, given: Record<string, string>): boolean
  stopRecording(path: string): boolean
  sendDigits(digits: string): void
  fire(name: string, extra: Record<string, string>): void
  /** The samples of a file at 8 kHz, or undefined when there is no such file. */
  load(path: string): Int16Array | undefined
  /** Takes the break that `uuid_break` left, if any. */
  takeBreak(): boolean
  playbackBegan(path: string): PlaybackLog
  playbackEnded(log: PlaybackLog, how: PlaybackLog['how']): void
  complain(what: string): void
  conference(data: string): Application
}

/** What a test reads about one playback. Milliseconds since the call began. */
export interface PlaybackLog {
  path: string
  startedMs: number
  stoppedMs: number | undefined
  /** `cut`: by the end of the call or of the socket. */
  how: 'playing' | 'done' | 'break' | 'cut' | 'not found'
}

export type Step =
  | { state: 'running'; frame?: Frame }
  | { state: 'done'; response?: string; broken?: boolean }

export interface Application {
  start(): Step
  /** Called every 20 ms while it is the innermost one. */
  tick(): Step
  /** Ends it before its time, because the channel goes elsewhere. */
  cut(): void
  /** `uuid_fileman`; false when it plays no file. */
  fileman(command: string): boolean
  /** The caller pressed a key; true when that ends it. */
  digit(digit: string): boolean
  /** Even when the line is gone it looks no sooner. */
  readonly waitsForFrame?: boolean
  /** Whether it is playing audible sound to the caller right now. */
  readonly isPlaying: boolean
}

export function applicationFor(name: string, data: string, channel: AppChannel): Application {
  switch (name) {
    case 'playback':
      return new Playback(data, channel)
    case 'park':
      return new Waiting(channel, Number.POSITIVE_INFINITY)
    case 'conference':
      return channel.conference(data)
    case 'sleep':
      return new Waiting(channel, Number(data) || 0)
    default:
      return new Instant(() => instant(name, data, channel))
  }
}

function instant(name: string, data: string, channel: AppChannel): void {
  switch (name) {
    case 'ring_ready':
    case 'event':
      return
    case 'answer':
      return channel.answer()
    case 'hangup':
      return channel.hangUp(data || 'NORMAL_CLEARING', 'assistant')
    case 'set':
    case 'export':
      return assign(channel, data)
    case 'unset':
      channel.variables.delete(data)
      return
    case 'multiset': {
      const separator = data.startsWith('^^') ? (data[2] ?? ' ') : ' '
      const list = data.startsWith('^^') ? data.slice(3) : data
      for (const pair of list.split(separator)) assign(channel, pair)
      return
    }
    case 'record_session':
      channel.startRecording(data, 0, Object.fromEntries(recordingVariables(channel.variables)))
      return
    case 'stop_record_session':
      channel.stopRecording(data)
      return
    case 'send_dtmf':
      return channel.sendDigits(data.split('@', 1)[0] ?? '')
    default:
      channel.complain(`application this fake does not know: ${name}`)
  }
}

function assign(channel: AppChannel, pair: string): void {
  const cut = pair.indexOf('=')
  if (cut < 1) return
  const value = pair.slice(cut + 1)
  if (value === '') channel.variables.delete(pair.slice(0, cut))
  else channel.variables.set(pair.slice(0, cut), value)
}

function recordingVariables(variables: ReadonlyMap<string, string>): [string, string][] {
  return [...variables].filter(([name]) => name.startsWith('RECORD_') || /^(enable_file|record)_/.test(name))
}

class Instant implements Application {
  readonly isPlaying = false
  readonly #run: () => void
  constructor(run: () => void) {
    this.#run = run
  }
  start(): Step {
    this.#run()
    return { state: 'done' }
  }
  tick(): Step {
    return { state: 'done' }
  }
  cut(): void {}
  fileman = () => false
  digit = () => false
}

class Waiting implements Application {
  readonly isPlaying = false
  readonly #channel: AppChannel
  #leftMs: number
  constructor(channel: AppChannel, ms: number) {
    this.#channel = channel
    this.#leftMs = ms
  }
  start(): Step {
    return { state: 'running' }
  }
  tick(): Step {
    this.#leftMs -= 20
    if (this.#channel.isOver || this.#channel.takeBreak() || this.#leftMs < 0) return { state: 'done' }
    return { state: 'running' }
  }
  cut(): void {}
  fileman = () => false
  digit = () => false
}

/** 2048 ms after 1000 ms of playing, on a real switch. */
const READ_AHEAD_SAMPLES = 16_384

const NOTHING = new Int16Array(0)
const STREAM = /^(silence_stream|tone_stream):\/\//

class Playback implements Application {
  readonly #data: string
  readonly #channel: AppChannel
  #samples: Int16Array = NOTHING
  #length = 0
  #position = 0
  #log: PlaybackLog | undefined
  #path = ''
  #paused = false

  constructor(data: string, channel: AppChannel) {
    this.#data = data
    this.#channel = channel
  }

  get isPlaying(): boolean {
    return this.#log?.how === 'playing' && !this.#paused
  }

  start(): Step {
    const [path = '', offset] = this.#data.split('@@')
    this.#path = path
    const stream = STREAM.test(path)
    if (!this.#channel.isAnswered) this.#channel.complain('playback to a leg that is not answered')
    const samples = stream ? streamOf(path) : this.#channel.load(path)
    this.#length = path.startsWith('silence_stream') ? silenceSamples(path) : (samples?.length ?? 0)
    if (!samples) {
      this.#channel.playbackEnded(this.#channel.playbackBegan(path), 'not found')
      return { state: 'done', response: 'FILE NOT FOUND' }
    }
    this.#samples = samples
    this.#position = Math.min(Number(offset) || 0, this.#length)
    this.#log = this.#channel.playbackBegan(path)
    this.#channel.fire('PLAYBACK_START', { 'Playback-File-Path': path })
    return { state: 'running' }
  }

  tick(): Step {
    if (this.#channel.isOver) return this.#stop('cut')
    if (this.#channel.takeBreak()) return this.#stop('break')
    if (this.#paused || this.#channel.isStalled) return { state: 'running' }
    if (this.#position >= this.#length) return this.#stop('done')
    const from = this.#position
    this.#position = Math.min(from + FRAME_SAMPLES, this.#length)
    if (this.#samples === NOTHING) return { state: 'running' }
    return { state: 'running', frame: { source: this.#samples, from, to: this.#position } }
  }

  cut(): void {
    this.#stop('cut')
  }

  fileman(command: string): boolean {
    const [verb, argument = ''] = command.split(':')
    if (verb === 'pause') this.#paused = !this.#paused
    if (verb === 'seek') {
      const samples = (Number(argument) * LINE_RATE) / 1_000
      const target = /^[+-]/.test(argument) ? this.#position + samples : samples
      this.#position = Math.max(0, Math.min(this.#length, target))
    }
    return true
  }

  digit(digit: string): boolean {
    const terminators = this.#channel.variables.get('playback_terminators') ?? '*'
    return terminators !== 'none' && (terminators === 'any' || terminators.includes(digit))
  }

  #stop(how: 'done' | 'break' | 'cut'): Step {
    const log = this.#log
    if (log?.how === 'playing') {
      this.#channel.playbackEnded(log, how)
      // These count what was read ahead of the ear.
      const read = Math.min(this.#length, Math.ceil(this.#position / READ_AHEAD_SAMPLES) * READ_AHEAD_SAMPLES)
      const ms = String(Math.round((read * 1_000) / LINE_RATE))
      this.#channel.variables.set('playback_last_offset_pos', String(read))
      this.#channel.variables.set('playback_ms', ms)
      this.#channel.variables.set('playback_samples', String(read))
      // A playback that a hang-up or a transfer cuts calls itself done, too.
      const status = how === 'break' ? 'break' : 'done'
      this.#channel.fire('PLAYBACK_STOP', { 'Playback-File-Path': this.#path, 'Playback-Status': status })
    }
    // Whether a killed one has failed is a matter of luck there; one whose line was taken away always has.
    const failed = how === 'cut' && this.#channel.isHungUpByPerson
    return { state: 'done', response: failed ? 'PLAYBACK ERROR' : 'FILE PLAYED', broken: how === 'break' }
  }
}

function streamOf(path: string): Int16Array {
  if (path.startsWith('silence')) return NOTHING
  const samples = new Int16Array(LINE_RATE)
  for (let i = 0; i < samples.length; i++) samples[i] = 8_000 * Math.sin((2 * Math.PI * 440 * i) / LINE_RATE)
  return samples
}

/** `silence_stream://<ms>[,<noise>]`; a negative length never ends. */
function silenceSamples(path: string): number {
  const ms = Number.parseInt(path.replace(STREAM, ''), 10) || 0
  return ms < 0 ? Number.POSITIVE_INFINITY : (ms * LINE_RATE) / 1_000
}
