// The recording to keep, and the silence in every recording while the caller keys what is confidential. Nothing that goes wrong
// here harms the call; but rather than holding what it must not, a recording ends.

import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import type { Log } from '../lib/log.ts'
import { messageOf } from '../lib/message-of.ts'
import type { Leg, Recording } from '../pbx/pbx.ts'
import type { RecordingSettings } from './profile.ts'

export interface KeeperOptions {
  leg: Leg
  clock: Clock
  files: Files
  log: Log
  settings: RecordingSettings
  /** The recording's name without its ending: that of the call. */
  name: string
  /** For the journal. */
  note(entry: { type: string; [field: string]: unknown }): void
}

/** What a telephone gives. */
const KEPT_SAMPLE_RATE = 8_000

/** FreeSWITCH's word for a disk that takes no more. */
const CANNOT_WRITE = 'uri-failure'

type State =
  /** Nobody has asked for it. */
  | { is: 'none' }
  | { is: 'starting' }
  | { is: 'running'; recording: Recording }
  /** Asked for, and not running: stopped, or ended by itself. */
  | { is: 'stopped' }
  /** The call is over: what fails now fails because nobody is there any more. */
  | { is: 'closed' }

export class Keeper {
  readonly #options: KeeperOptions
  #state: State = { is: 'none' }

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  /** Begins to record. Resolves when that is decided; never rejects. */
  async start(): Promise<void> {
    const starting: State = { is: 'starting' }
    this.#state = starting
    try {
      const path = await this.#newPath()
      const recording = await this.#keep(path)
      this.#options.note({ type: 'recordingKept', path: recording.path })
      void recording.stopped.then(({ cause }) => this.#ended(recording, cause))
      if (this.#state === starting) this.#state = { is: 'running', recording }
      else await this.#end(recording)
    } catch (error) {
      if (this.#state !== starting) return // nobody wants it any more
      this.#state = { is: 'stopped' }
      this.#failed('recordingFailed', error, 'the call is not recorded')
    }
  }

  /** What began too late was told to nobody, so nothing of it may stay. */
  async #keep(path: string): Promise<Recording> {
    try {
      return await this.#options.leg.keep(path, KEPT_SAMPLE_RATE)
    } catch (error) {
      this.#options.files.remove(path)
      throw error
    }
  }

  /** Ends the recording; the file stays. Never rejects. */
  async stop(): Promise<void> {
    const state = this.#state
    if (state.is === 'none' || state.is === 'closed') return
    this.#state = { is: 'stopped' }
    if (state.is === 'running') await this.#end(state.recording)
  }

  /** The call is over for us. Never rejects. */
  async close(): Promise<void> {
    const state = this.#state
    this.#state = { is: 'closed' }
    if (state.is === 'running') await this.#end(state.recording)
  }

  /** Goes on, in a file of its own, with what `stop` has ended; does nothing when nothing was begun. Never rejects. */
  async resume(): Promise<void> {
    if (this.#state.is === 'stopped') await this.start()
  }

  /** Silence in every recording of ours from here on, or no more of it; the PBX's own if the profile says so. Never rejects. */
  async setMasked(masked: boolean): Promise<void> {
    const { leg, settings, note } = this.#options
    note({ type: masked ? 'recordingsMasked' : 'recordingsUnmasked' })
    await Promise.all([
      leg.setMasked('ours', masked).catch((error: unknown) => {
        this.#failed('maskingFailed', error, 'a recording of ours could not be masked or unmasked')
        return masked ? this.stop() : undefined
      }),
      settings.maskPbx &&
        leg.setMasked('pbx', masked).catch((error: unknown) => {
          this.#failed('maskingFailed', error, "the PBX's recording could not be masked or unmasked")
        }),
    ])
  }

  /** A second process that has the same call, and a transfer that failed, do not write over what is there. */
  async #newPath(): Promise<string> {
    const { files, clock, name, settings } = this.#options
    const path = `${settings.dir}/${name}`
    // Who cannot look does not know.
    const taken = await files.exists(`${path}.wav`).catch(() => true)
    return taken ? `${path}-${Math.round(clock.wallMs())}.wav` : `${path}.wav`
  }

  async #end(recording: Recording): Promise<void> {
    await recording.stop().catch((error: unknown) => {
      this.#options.log.warn({ error }, 'the recording to keep could not be stopped')
    })
  }

  #ended(recording: Recording, cause: string): void {
    this.#options.note({ type: 'recordingEnded', path: recording.path, cause })
    if (cause === CANNOT_WRITE) this.#options.log.warn({ cause }, 'the recording to keep broke off')
    if (this.#state.is === 'running' && this.#state.recording === recording) this.#state = { is: 'stopped' }
  }

  #failed(type: string, error: unknown, message: string): void {
    if (this.#state.is === 'closed') return
    this.#options.note({ type, message: messageOf(error) })
    this.#options.log.warn({ error }, message)
  }
}
