// The daemon of a day, life after life, and the manager that restarts it: who connects while nobody is there waits in the backlog
// of a socket that the manager holds, or is refused.

import { type Duplex, duplexPair } from 'node:stream'
import type { Calls } from '../../src/call/calls.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import type { MemoryFiles } from '../fakes/memory-files.ts'
import { JOURNALS, Life, type LifeParts } from './life.ts'
import type { Plan } from './plan.ts'

type State =
  | { is: 'up'; life: Life }
  /** `listens`: it takes connections although it is about to go. */
  | { is: 'leaving'; life: Life; listens: boolean }
  | { is: 'down' }
  /** Nobody starts it again. */
  | { is: 'gone' }

/** One way in which a life has ended. */
export interface Death {
  atMs: number
  how: 'killed' | 'suspended' | 'drained'
}

/** A process that has been told to end must have done so by then. */
const LEAVING_LIMIT_MS = 30_000

export class Daemon {
  readonly deaths: Death[] = []
  /** What went wrong in a life's end. */
  readonly complaints: string[] = []
  readonly #parts: LifeParts
  readonly #clock: ManualClock
  readonly #files: MemoryFiles
  readonly #manager: Plan['manager']
  readonly #backlog: Duplex[] = []
  #state: State = { is: 'down' }
  #lives = 0
  #begunMs = 0
  #controlFromMs = 0
  #isRetired = false

  constructor(parts: LifeParts) {
    this.#parts = parts
    this.#clock = parts.clock
    this.#files = parts.files
    this.#manager = parts.plan.manager
  }

  /** Since when the present life takes calls. */
  get begunMs(): number {
    return this.#begunMs
  }

  get isThere(): boolean {
    return this.#state.is === 'up' || this.#state.is === 'leaving'
  }

  /** The present one, while there is one. */
  get life(): Life | undefined {
    return this.#state.is === 'up' || this.#state.is === 'leaving' ? this.#state.life : undefined
  }

  /** No connection to the switch's event socket can be made for so long, and the one there is breaks. */
  cutControl(ms: number): void {
    if (this.#isRetired) return
    this.#controlFromMs = Math.max(this.#controlFromMs, this.#clock.now() + ms)
    this.life?.cutControl()
  }

  /** The way to the switch's event socket. */
  connectControl(connect: () => Duplex): Duplex {
    if (this.#isRetired || this.#clock.now() < this.#controlFromMs) throw new Error('connection refused')
    return connect()
  }

  /** What the present life holds on to. */
  get leftovers(): string[] {
    return this.#state.is === 'up' || this.#state.is === 'leaving' ? this.#state.life.leftovers : []
  }

  async begin(): Promise<void> {
    if (this.#state.is !== 'down') return
    const life = await Life.begin(this.#parts, ++this.#lives)
    if (this.#state.is !== 'down') return life.end()
    this.#state = { is: 'up', life }
    this.#begunMs = this.#clock.now()
    for (const socket of this.#backlog.splice(0)) if (!socket.destroyed) life.accept(socket)
  }

  /** The switch connects; throws when it is refused. */
  dial(): Duplex {
    const state = this.#state
    if (state.is === 'gone' || (state.is !== 'up' && this.#manager === 'refuses' && !this.#listens))
      throw new Error('connection refused')
    const [ours, theirs] = duplexPair()
    if (state.is === 'up' || (state.is === 'leaving' && state.listens)) state.life.accept(ours)
    else this.#backlog.push(ours)
    return theirs
  }

  get #listens(): boolean {
    return this.#state.is === 'leaving' && this.#state.listens
  }

  /** kill -9. `tornBytes` of what was written last into each journal are lost, as when the machine goes with it. */
  kill(backAfterMs: number | null, tornBytes: number): void {
    const state = this.#state
    if (state.is !== 'up' && state.is !== 'leaving') return
    state.life.end()
    this.deaths.push({ atMs: this.#clock.now(), how: 'killed' })
    if (tornBytes > 0) this.#tear(tornBytes)
    this.#isDown(backAfterMs)
  }

  /** SIGTERM: calls wait for the next life. */
  suspend(backAfterMs: number | null): void {
    const calls = this.#calls
    if (calls) this.#leave('suspended', false, () => calls.suspend(), backAfterMs)
  }

  /** SIGUSR2: new callers go to people, those that are there are served to their end. */
  drain(backAfterMs: number | null): void {
    const calls = this.#state.is === 'up' ? this.#calls : undefined
    if (calls) this.#leave('drained', true, () => calls.drain(), backAfterMs)
  }

  /** Nobody calls any more: what belongs to no call stops, and no other life begins. */
  retire(): void {
    this.#isRetired = true
    this.life?.retire()
    if (this.#state.is === 'down') this.#isDown(null)
  }

  /** The day is over. */
  close(): void {
    if (this.#state.is === 'up' || this.#state.is === 'leaving') this.#state.life.end()
    this.#isDown(null)
  }

  /** Also of a daemon that drains: it can still be told to suspend. */
  get #calls(): Calls | undefined {
    const state = this.#state
    return state.is === 'up' || (state.is === 'leaving' && state.listens) ? state.life.calls : undefined
  }

  #leave(how: Death['how'], listens: boolean, work: () => Promise<void>, backAfterMs: number | null): void {
    if (this.#state.is !== 'up' && this.#state.is !== 'leaving') return
    const leaving: State = { is: 'leaving', life: this.#state.life, listens }
    this.#state = leaving
    const limit = this.#clock.after(LEAVING_LIMIT_MS, () => {
      if (how === 'suspended' && this.#state === leaving)
        this.complaints.push('the daemon did not end when it was told to')
    })
    // The process lets go of the rest, and only then it is gone.
    const gone = work().then(() => this.#clock.settle())
    void gone.then(() => {
      limit.cancel()
      // A kill came before.
      if (this.#state !== leaving) return
      const { now } = leaving.life.calls.counts
      if (now > 0) this.complaints.push(`${now} calls were left when the daemon said that it was ${how}`)
      leaving.life.retire()
      leaving.life.end()
      this.deaths.push({ atMs: this.#clock.now(), how })
      this.#isDown(backAfterMs)
    })
  }

  #isDown(backAfterMs: number | null): void {
    if (backAfterMs === null) {
      this.#state = { is: 'gone' }
      for (const socket of this.#backlog.splice(0)) socket.destroy()
      return
    }
    this.#state = { is: 'down' }
    this.#clock.after(backAfterMs, () => void this.begin())
  }

  #tear(bytes: number): void {
    for (const path of this.#files.paths()) {
      if (!path.startsWith(`${JOURNALS}/`)) continue
      const length = this.#files.bytesOf(path).length
      const lastLine = length - this.#files.bytesOf(path).lastIndexOf(0x0a, length - 2) - 1
      this.#files.truncate(path, length - Math.min(bytes, lastLine))
    }
  }
}
