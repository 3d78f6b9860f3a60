// What an application does over time. The channel starts one, asks it once each 20 ms, and is told when it is
// done.

import { Playback } from './playback.ts'
import type { Frame } from './sound-frame.ts'

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
  eavesdrop(data: string): Application
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
  /** `sendevent` to the leg. */
  command?(text: string): void
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
    case 'eavesdrop':
      return channel.eavesdrop(data)
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
