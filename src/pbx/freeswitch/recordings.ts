// The recordings that follow one leg. Their paths stand in a channel variable: a dead daemon's recordings go
// on, and whoever has the call next must be able to stop exactly these.

import type { Clock } from '../../lib/clock.ts'
import { PbxError, type Recording, type SilenceEnds } from '../pbx.ts'

export const RECORDINGS_VARIABLE = 'parley_recordings'

/** Parts the paths in the variable; no path of ours contains one. */
const SEPARATOR = ','
/**
 * uuid_record splits its arguments at spaces and quotes, and FreeSWITCH reads `{`, `[` and `://` in a file's
 * name.
 */
const PATH = /^\/[\w.+@~/-]{1,1023}$/

/**
 * What a recording is for. Every setting that a PBX may have put on the channel for its own recording is said
 * here: what is left out is taken from there (FusionPBX sets record_stereo on calls from outside, and the ear
 * would be stereo).
 *
 * By default FreeSWITCH keeps 25 frames back (`RECORD_PRE_BUFFER_FRAMES`): a recording begins half a second late, and stops
 * for as long whenever the channel enters or leaves a room; a stereo one loses that half second. One frame back it has to be
 * for one side alone.
 */
const ONE_SIDE = 'RECORD_STEREO=false,RECORD_STEREO_SWAP=false'
const SETTINGS = {
  ear: `RECORD_PRE_BUFFER_FRAMES=1,RECORD_READ_ONLY=true,enable_file_write_buffering=false,${ONE_SIDE}`,
  keeping: 'RECORD_PRE_BUFFER_FRAMES=0,RECORD_READ_ONLY=false,RECORD_STEREO=true,RECORD_STEREO_SWAP=false',
} as const

/**
 * FreeSWITCH writes every key of a call into `digits_dialed`, and so into its call detail record; what this
 * variable matches at the end of the call stands there as X.
 */
const EVERY_KEY = '.+'

export type Purpose = keyof typeof SETTINGS

export function isRecordingPath(path: string): boolean {
  return PATH.test(path)
}

/** FreeSWITCH compares the mean of a frame's samples with it; 200 is its own default. */
const SILENCE_THRESHOLD = 200

function endsOf(ends: SilenceEnds | undefined): string {
  if (!ends) return ''
  const { initialMs, finalMs } = ends
  const initial = `RECORD_INITIAL_TIMEOUT_MS=${Math.round(initialMs)}`
  return `,${initial},RECORD_FINAL_TIMEOUT_MS=${Math.round(finalMs)},RECORD_SILENCE_THRESHOLD=${SILENCE_THRESHOLD}`
}

const RATES: readonly number[] = [8_000, 16_000]
/** Two overlap while one follows the other; more means that nobody stops them. */
const LIMIT = 8

export interface RecordingCommands {
  /** `uuid_record`; resolves when the switch says yes, which does not mean that it writes. */
  record(action: string): Promise<void>
  setVariables(variables: Readonly<Record<string, string>>): Promise<void>
}

interface Active {
  /** `asked` before the switch knows of it, `stopping` once it was told to stop: neither can be masked. */
  state: 'asked' | 'running' | 'stopping'
  begun: PromiseWithResolvers<void>
  stopped: PromiseWithResolvers<{ cause: string }>
}

export class Recordings {
  readonly #commands: RecordingCommands
  readonly #clock: Clock
  readonly #beginLimitMs: number
  readonly #active = new Map<string, Active>()
  #masked = false

  /** `beginLimitMs`: how long the switch may take from saying yes to writing. */
  constructor(commands: RecordingCommands, clock: Clock, beginLimitMs: number) {
    this.#commands = commands
    this.#clock = clock
    this.#beginLimitMs = beginLimitMs
  }

  get paths(): string[] {
    return [...this.#active.keys()]
  }

  async start(path: string, rate: number, purpose: Purpose, ends?: SilenceEnds): Promise<Recording> {
    if (!PATH.test(path)) throw new PbxError('not a path for a recording')
    if (!RATES.includes(rate)) throw new PbxError(`cannot record at ${rate} Hz`)
    if (this.#active.has(path)) throw new PbxError('this file is being recorded already')
    if (this.#active.size >= LIMIT) throw new PbxError(`${LIMIT} recordings are running`)
    const active: Active = {
      state: 'asked',
      begun: Promise.withResolvers(),
      stopped: Promise.withResolvers(),
    }
    this.#active.set(path, active)
    try {
      await this.#begin(path, `${SETTINGS[purpose]},record_sample_rate=${rate}${endsOf(ends)}`, active)
    } catch (error) {
      this.#active.delete(path)
      // It may have begun all the same. Whatever the switch says to these: the failure above is what counts.
      await Promise.allSettled([this.#commands.record(`stop ${path}`), this.publish()])
      throw error
    }
    return { path, stopped: active.stopped.promise, stop: () => this.#stop(path) }
  }

  /** Stops what an earlier owner of the call left running: the value of the variable is its will. */
  async stopInherited(left: string): Promise<void> {
    const paths = left.split(SEPARATOR).filter(path => PATH.test(path))
    // One that has ended by itself is refused, which is what we want.
    await Promise.allSettled(paths.map(path => this.#commands.record(`stop ${path}`)))
    await this.publish()
  }

  async stopAll(): Promise<void> {
    for (const active of this.#active.values()) active.state = 'stopping'
    await Promise.allSettled(this.paths.map(path => this.#commands.record(`stop ${path}`)))
  }

  /**
   * The switch goes on writing, zeros on every channel, from the next frame on (measured); told the same twice
   * it says yes. Rejects when it refuses for a recording that still runs.
   */
  async setMasked(masked: boolean): Promise<void> {
    this.#masked = masked
    const hidden = masked ? [this.#commands.setVariables({ digits_dialed_filter: EVERY_KEY })] : []
    const running = [...this.#active].filter(([, { state }]) => state === 'running')
    await all([...hidden, ...running.map(([path, active]) => this.#mask(path, active))])
  }

  onRecordStart(path: string): void {
    this.#active.get(path)?.begun.resolve()
  }

  /** RECORD_STOP: `cause` is its Record-Completion-Cause. Returns whether it was one of ours. */
  onRecordStop(path: string, cause: string): boolean {
    return this.#forget(path, cause)
  }

  /** The leg is gone and with it every recording. */
  end(): void {
    for (const path of this.paths) this.#forget(path, 'leg gone')
  }

  async #begin(path: string, settings: string, active: Active): Promise<void> {
    const { begun } = active
    // The will is written first: a daemon that dies in between must leave no recording that nobody knows.
    await this.publish()
    // Who let go of the leg meanwhile has told the switch to stop what it did not know yet.
    if (active.state !== 'asked') throw new PbxError('the recording is not wanted any more')
    active.state = 'running'
    // In one breath, so that not a frame is written in between.
    const masked = this.#masked
    await all([
      this.#commands.record(`start ${path} 0 {${settings}}`),
      ...(masked ? [this.#mask(path, active)] : []),
    ])
    // The switch says +OK even when it cannot write: RECORD_START is what counts.
    const limit = this.#clock.after(this.#beginLimitMs, () =>
      begun.reject(new PbxError('the recording did not begin', { retry: true })),
    )
    try {
      await begun.promise
    } finally {
      limit.cancel()
    }
  }

  async #mask(path: string, active: Active): Promise<void> {
    try {
      await this.#commands.record(`${this.#masked ? 'mask' : 'unmask'} ${path}`)
    } catch (error) {
      // One that has ended meanwhile holds nothing that was said since.
      if (this.#active.get(path) === active && active.state === 'running') throw error
    }
  }

  async #stop(path: string): Promise<void> {
    const active = this.#active.get(path)
    if (!active) return
    active.state = 'stopping'
    try {
      await this.#commands.record(`stop ${path}`)
    } catch (error) {
      if (this.#active.has(path)) throw error // else it has just ended by itself
    }
  }

  #forget(path: string, cause: string): boolean {
    const active = this.#active.get(path)
    if (!active) return false
    this.#active.delete(path)
    active.begun.promise.catch(() => {}) // `start` may have given up on it already
    active.begun.reject(new PbxError(`the recording ended: ${cause}`))
    active.stopped.resolve({ cause })
    return true
  }

  /** Writes into the channel what is being recorded. */
  publish(): Promise<void> {
    return this.#commands.setVariables({ [RECORDINGS_VARIABLE]: this.paths.join(SEPARATOR) })
  }
}

/** Waits for all of them, whatever becomes of one; then the first failure counts. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  for (const one of await Promise.allSettled(work)) if (one.status === 'rejected') throw one.reason
}
