// The application `playback`: a file, a tone, music or silence, frame by frame, with pauses, seeks and breaks.

import type { AppChannel, Application, PlaybackLog, Step } from './applications.ts'
import { toText } from './bytes.ts'
import { MUSIC } from './ear.ts'
import { musicOf, toneOf } from './tones.ts'
import { FRAME_SAMPLES, LINE_RATE } from './wav.ts'

/** 2048 ms after 1000 ms of playing, on a real switch. */
const READ_AHEAD_SAMPLES = 16_384

const NOTHING = new Int16Array(0)
const MADE = /^(silence|tone|local)_stream:\/\//

export interface Sound {
  samples: Int16Array
  /** In samples, every repetition included. */
  length: number
  /** Whose sound it is. */
  of: string
}

export class Playback implements Application {
  readonly #data: string
  readonly #channel: AppChannel
  #source: Sound = { samples: NOTHING, length: 0, of: '' }
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
    if (!this.#channel.isAnswered) this.#channel.complain('playback to a leg that is not answered')
    const source = sourceOf(path, this.#channel)
    if (!source) {
      this.#channel.playbackEnded(this.#channel.playbackBegan(path), 'not found')
      return { state: 'done', response: 'FILE NOT FOUND' }
    }
    this.#source = source
    this.#position = Math.min(Number(offset) || 0, source.length)
    this.#log = this.#channel.playbackBegan(path)
    this.#channel.fire('PLAYBACK_START', { 'Playback-File-Path': path })
    return { state: 'running' }
  }

  tick(): Step {
    if (this.#channel.isOver) return this.#stop('cut')
    if (this.#channel.takeBreak()) return this.#stop('break')
    if (this.#paused || this.#channel.isStalled) return { state: 'running' }
    const { samples, length, of } = this.#source
    if (this.#position >= length) return this.#stop('done')
    const begin = this.#position
    this.#position = Math.min(begin + FRAME_SAMPLES, length)
    if (samples === NOTHING) return { state: 'running' }
    const from = begin % samples.length
    const to = Math.min(from + this.#position - begin, samples.length)
    return { state: 'running', frame: { source: samples, from, to, of } }
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
      this.#position = Math.max(0, Math.min(this.#source.length, target))
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
      const read = Math.min(
        this.#source.length,
        Math.ceil(this.#position / READ_AHEAD_SAMPLES) * READ_AHEAD_SAMPLES,
      )
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

/** Undefined when there is no such file. */
export function sourceOf(
  path: string,
  files: { load(path: string): Int16Array | undefined },
): Sound | undefined {
  const kind = MADE.exec(path)?.[1]
  if (kind === undefined) {
    const samples = files.load(path)
    return samples && { samples, length: samples.length, of: toText(path) }
  }
  if (kind === 'silence') return { samples: NOTHING, length: silenceSamples(path), of: path }
  const { samples, loops } = kind === 'local' ? musicOf() : toneOf(path)
  // Whatever has no end is there to be waited with.
  return { samples, length: samples.length * loops, of: Number.isFinite(loops) ? path : MUSIC }
}

/** `silence_stream://<ms>[,<noise>]`; a negative length never ends. */
function silenceSamples(path: string): number {
  const ms = Number.parseInt(path.replace(MADE, ''), 10) || 0
  return ms < 0 ? Number.POSITIVE_INFINITY : (ms * LINE_RATE) / 1_000
}
