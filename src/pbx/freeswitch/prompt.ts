// One prompt from `play` to its end: where it is, and the two promises that its owner waits on.

import type { Playback, PlaybackEnd } from '../pbx.ts'
import { judgePlayback } from './causes.ts'
import type { HeardTime } from './heard-time.ts'

export type PromptState =
  /** In our own queue; the switch has not heard of it. */
  | { at: 'queued' }
  /** Written to the switch; it waits there, or the tick that starts it has not come. */
  | { at: 'written' }
  /** The switch has begun the application, the file may still be missing. */
  | { at: 'begun' }
  | { at: 'playing'; heard: HeardTime }
  | { at: 'stopped'; heardMs: number; status: string; wasHeld: boolean }
  | { at: 'over' }

export class Prompt {
  readonly id: string
  readonly path: string
  readonly expectedMs: number
  readonly playback: Playback
  state: PromptState = { at: 'queued' }
  /** Its time is up: however the switch now reports the end, it has failed. */
  overdue = false
  readonly #started = Promise.withResolvers<'started' | 'never'>()
  readonly #ended = Promise.withResolvers<PlaybackEnd>()

  constructor(id: string, path: string, expectedMs: number) {
    this.id = id
    this.path = path
    this.expectedMs = expectedMs
    this.playback = { id, started: this.#started.promise, ended: this.#ended.promise }
  }

  get isOnSwitch(): boolean {
    return this.state.at !== 'queued' && this.state.at !== 'over'
  }

  /** First sample: `heard` measures from now on. */
  play(heard: HeardTime): void {
    this.state = { at: 'playing', heard }
    this.#started.resolve('started')
  }

  /** PLAYBACK_STOP. */
  stop(stampUs: number, atMs: number, status: string): void {
    if (this.state.at !== 'playing') return
    const { heard } = this.state
    this.state = { at: 'stopped', heardMs: heard.atStop(stampUs, atMs), status, wasHeld: heard.wasHeld }
  }

  /** CHANNEL_EXECUTE_COMPLETE: the switch is through with it. */
  complete(response: string, hungUp: boolean): void {
    const stopped = this.state.at === 'stopped' ? this.state : undefined
    const end = judgePlayback({
      response,
      status: stopped?.status,
      hungUp,
      wasHeld: stopped?.wasHeld ?? false,
      heardMs: stopped?.heardMs ?? 0,
      expectedMs: this.expectedMs,
    })
    this.end(this.overdue ? { how: 'failed', heardMs: end.heardMs, cause: 'OVERDUE' } : end)
  }

  /** Nothing more will be reported of it. */
  giveUp(atMs: number, failure?: string): void {
    const { state } = this
    const heardMs =
      state.at === 'playing' ? state.heard.soFar(atMs) : state.at === 'stopped' ? state.heardMs : 0
    this.end(
      failure === undefined ? { how: 'interrupted', heardMs } : { how: 'failed', heardMs, cause: failure },
    )
  }

  end(end: PlaybackEnd): void {
    if (this.state.at === 'over') return
    this.state = { at: 'over' }
    this.#started.resolve('never') // has no effect when it did start
    this.#ended.resolve(end)
  }
}
