// The recordings that follow one leg. Their paths stand in a channel variable: a dead daemon's recordings go
// on, and whoever has the call next must be able to stop exactly these.

import type { Clock } from '../../lib/clock.ts'
import { PbxError, type Recording } from '../pbx.ts'

export const RECORDINGS_VARIABLE = 'parley_recordings'

/** Parts the paths in the variable; no path of ours contains one. */
const SEPARATOR = ','
/**
 * uuid_record splits its arguments at spaces and quotes, and FreeSWITCH reads `{`, `[` and `://` in a file's
 * name.
 */
const PATH = /^\/[\w.+@~/-]{1,1023}$/
const RATES: readonly number[] = [8_000, 16_000]
/** Two overlap while one follows the other; more means that nobody stops them. */
const LIMIT = 8

export interface RecordingCommands {
  /** `uuid_record`; resolves when the switch says yes, which does not mean that it writes. */
  record(action: string): Promise<void>
  setVariables(variables: Readonly<Record<string, string>>): Promise<void>
}

interface Active {
  begun: PromiseWithResolvers<void>
  stopped: PromiseWithResolvers<{ cause: string }>
}

export class Recordings {
  readonly #commands: RecordingCommands
  readonly #clock: Clock
  readonly #beginLimitMs: number
  readonly #active = new Map<string, Active>()

  /** `beginLimitMs`: how long the switch may take from saying yes to writing. */
  constructor(commands: RecordingCommands, clock: Clock, beginLimitMs: number) {
    this.#commands = commands
    this.#clock = clock
    this.#beginLimitMs = beginLimitMs
  }

  get paths(): string[] {
    return [...this.#active.keys()]
  }

  async start(path: string, rate: number): Promise<Recording> {
    if (!PATH.test(path)) throw new PbxError('not a path for a recording')
    if (!RATES.includes(rate)) throw new PbxError(`cannot record at ${rate} Hz`)
    if (this.#active.has(path)) throw new PbxError('this file is being recorded already')
    if (this.#active.size >= LIMIT) throw new PbxError(`${LIMIT} recordings are running`)
    const active: Active = { begun: Promise.withResolvers(), stopped: Promise.withResolvers() }
    this.#active.set(path, active)
    try {
      await this.#begin(path, rate, active)
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
    await Promise.allSettled(this.paths.map(path => this.#commands.record(`stop ${path}`)))
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

  async #begin(path: string, rate: number, { begun }: Active): Promise<void> {
    // The will is written first: a daemon that dies in between must leave no recording that nobody knows.
    await this.publish()
    const settings = `{RECORD_READ_ONLY=true,enable_file_write_buffering=false,record_sample_rate=${rate}}`
    await this.#commands.record(`start ${path} 0 ${settings}`)
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

  async #stop(path: string): Promise<void> {
    if (!this.#active.has(path)) return
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
