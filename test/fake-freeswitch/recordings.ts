// The recordings that run on one channel, by path, and the events that tell of them.

import type { RecordingFile } from './disk.ts'
import type { Headers } from './event-headers.ts'
import { Recorder, recorderSettings } from './recorder.ts'
import type { SilenceEnd } from './recording-silence.ts'
import type { Frame } from './sound-frame.ts'

export interface RecordingsHost {
  /** Throws when the file cannot be written. */
  create(path: string): RecordingFile
  fire(name: 'RECORD_START' | 'RECORD_STOP', extra: Headers): void
  /** What FreeSWITCH gathers when nothing else is given: 25 on a real one. */
  readonly preBufferFrames: number
  variables: Map<string, string>
  wallMs(): number
}

type Completion = 'success-maxtime' | SilenceEnd | 'empty-file'

export class Recordings {
  readonly host: RecordingsHost
  readonly #running = new Map<string, Recorder>()
  #stalled = false

  constructor(host: RecordingsHost) {
    this.host = host
  }

  get paths(): string[] {
    return [...this.#running.keys()]
  }

  /** False when the file cannot be written: no event tells of it. */
  start(path: string, limitSeconds: number, given: Record<string, string>): boolean {
    if (this.#running.has(path)) return true
    const untilSecond = limitSeconds > 0 ? this.#second() + limitSeconds : Number.POSITIVE_INFINITY
    const settings = recorderSettings(path, untilSecond, given, this.host.preBufferFrames)
    let file: RecordingFile
    try {
      file = this.host.create(path)
    } catch {
      this.host.variables.set('record_completion_cause', 'uri-failure')
      return false
    }
    const recorder = new Recorder(settings, file)
    recorder.stalled = this.#stalled
    this.#running.set(path, recorder)
    this.host.fire('RECORD_START', headers(path, given))
    return true
  }

  /** `all` stops every one, as on the real switch. */
  stop(path: string, cause: Completion): boolean {
    if (path === 'all') return this.stopAll(cause)
    const recorder = this.#running.get(path)
    if (!recorder) return false
    this.#running.delete(path)
    const completion = recorder.stop() === 'kept' ? cause : 'empty-file'
    const { variables } = this.host
    variables.set('record_file_size', String(recorder.bytes))
    variables.set('record_samples', String(recorder.samples))
    variables.set('record_seconds', String(Math.floor(recorder.ms / 1_000)))
    variables.set('record_ms', String(recorder.ms))
    variables.set('record_completion_cause', completion)
    this.host.fire('RECORD_STOP', {
      ...headers(path, recorder.settings.given),
      'Record-Completion-Cause': completion,
    })
    return true
  }

  stopAll(cause: Completion): boolean {
    const { paths } = this
    for (const path of paths) this.stop(path, cause)
    return paths.length > 0
  }

  #second(): number {
    return Math.floor(this.host.wallMs() / 1_000)
  }

  change(path: string, change: (recorder: Recorder) => void): boolean {
    const recorder = this.#running.get(path)
    if (recorder) change(recorder)
    return recorder !== undefined
  }

  /** While stalled no file grows; what was said meanwhile comes in one piece afterwards. */
  stall(stalled: boolean): void {
    this.#stalled = stalled
    for (const recorder of this.#running.values()) recorder.stalled = stalled
  }

  /** The channel's sound begins anew. */
  gatherAgain(): void {
    for (const recorder of this.#running.values()) recorder.gatherAgain()
  }

  write(said: Frame | undefined, played: Frame | undefined): void {
    for (const [path, recorder] of this.#running) {
      // Whole seconds of the wall clock are counted: a limit of one second can be over at once.
      if (this.#second() >= recorder.settings.untilSecond) {
        this.stop(path, 'success-maxtime')
        continue
      }
      const silence = recorder.silence.hears(said)
      if (silence) this.stop(path, silence)
      else recorder.write(said, played)
    }
  }
}

function headers(path: string, given: Readonly<Record<string, string>>): Headers {
  const all: Headers = { 'Record-File-Path': path }
  for (const [name, value] of Object.entries(given)) all[`Recording-Variable-${name}`] = value
  return all
}
