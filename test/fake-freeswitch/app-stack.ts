// What runs on a channel and what waits: executes in order, an unlocked one inside another, breaks with the
// luck of a real switch.

import type { Timer } from '../../src/lib/clock.ts'
import { type AppChannel, type Application, applicationFor } from './applications.ts'
import type { Headers } from './event-headers.ts'
import type { Random } from './seeded.ts'
import type { Execute } from './socket-commands.ts'
import type { Frame } from './sound-frame.ts'

export interface AppHost {
  readonly random: Random
  now(): number
  after(ms: number, run: () => void): Timer
  nextId(): string
  /** Milliseconds until the next tick. */
  untilTickMs(): number
}

interface Running {
  app: Application
  name: string
  data: string
  uuid: string
  lock: boolean
  whenDone: () => void
}

interface Queued {
  execute: Execute
  dueMs: number
  whenDone: () => void
}

/** An execute is never started sooner than this after it was written. */
const START_DELAY_MS = 5
/**
 * So often an `uuid_break` in the moment of the start is lost, without and with `all`: counted on a real
 * switch.
 */
const BREAK_MISSES = 7 / 12
const BREAK_ALL_DROPS = 8 / 12

export class AppStack {
  readonly #channel: AppChannel
  readonly #host: AppHost
  readonly #wake: () => void
  readonly #running: Running[] = []
  #waiting: Queued[] = []
  /** `next`: the playback that starts next ends at once, as the break came in the moment of its start. */
  #break: 'none' | 'now' | 'next' = 'none'

  /** `wake` is called when something may start between two ticks. */
  constructor(channel: AppChannel, host: AppHost, wake: () => void) {
    this.#channel = channel
    this.#host = host
    this.#wake = wake
  }

  get isBusy(): boolean {
    return this.#running.length > 0
  }

  /** Nothing runs and nothing waits. */
  get isIdle(): boolean {
    return !this.isBusy && this.#waiting.length === 0
  }

  get waitsForFrame(): boolean {
    return this.#running.at(-1)?.app.waitsForFrame ?? false
  }

  get isPlaying(): boolean {
    return this.#running.at(-1)?.app.isPlaying ?? false
  }

  add(execute: Execute, whenDone: () => void): void {
    this.#waiting.push({ execute, dueMs: this.#host.now() + START_DELAY_MS, whenDone })
    // The next tick would be too early for it and the one after that too late.
    if (this.#host.untilTickMs() < START_DELAY_MS) this.#host.after(START_DELAY_MS, this.#wake)
  }

  /** Starts at once, inside whatever runs. */
  runNow(execute: Execute, whenDone: () => void): void {
    this.#begin({ execute, dueMs: this.#host.now(), whenDone })
    this.#wake()
  }

  /** Forgets what waits; no event tells of it. */
  flush(): void {
    this.#waiting = []
  }

  break(all: boolean): void {
    const aboutToStart = this.isBusy ? undefined : this.#waiting[0]
    if (all) this.flush()
    if (!aboutToStart) this.#break = 'now'
    else if (!all) {
      if (this.#host.random() >= BREAK_MISSES) this.#break = 'next'
    } else if (this.#host.random() >= BREAK_ALL_DROPS) {
      this.#waiting = [aboutToStart]
      this.#break = 'next'
    }
  }

  takeBreak(): boolean {
    const taken = this.#break === 'now'
    // One break ends every playback that is inside another, one frame apart.
    if (taken && this.#running.length < 2) this.#break = 'none'
    return taken
  }

  fileman(command: string): boolean {
    return this.#running.at(-1)?.app.fileman(command) ?? false
  }

  command(text: string): void {
    this.#running.at(-1)?.app.command?.(text)
  }

  press(digit: string): void {
    if (this.#running.at(-1)?.app.digit(digit)) this.#break = 'now'
  }

  cutAll(): void {
    this.flush()
    for (let top = this.#running.at(-1); top; top = this.#running.at(-1)) {
      top.app.cut()
      this.#complete(top, top.name === 'playback' ? 'PLAYBACK ERROR' : undefined)
    }
  }

  /** Starts what is due, and with a tick moves the innermost one on. The result is what it plays. */
  run(when: 'tick' | 'between'): Frame | undefined {
    for (;;) {
      const next = this.#takeDue()
      if (next) {
        this.#begin(next)
        continue
      }
      const top = this.#running.at(-1)
      if (when === 'between') return undefined
      if (!top) {
        // An idle channel forgets a break that found nothing to end.
        if (this.#break === 'now') this.#break = 'none'
        return undefined
      }
      const step = top.app.tick()
      if (step.state === 'running') return step.frame
      this.#complete(top, step.response)
      // After a break the next one starts with the next frame.
      if (step.broken) return undefined
    }
  }

  #takeDue(): Queued | undefined {
    const next = this.#waiting[0]
    if (!next || this.#channel.isOver || next.dueMs > this.#host.now() + 0.001) return undefined
    if (this.#running.some(running => running.lock)) return undefined
    this.#waiting.shift()
    return next
  }

  #begin({ execute, whenDone }: Queued): void {
    const { app: name, data, lock } = execute
    const channel = this.#channel
    if (name === 'playback' && this.#running.some(running => running.name === 'playback')) {
      channel.complain('a playback inside another: event-lock is missing')
    }
    const app = applicationFor(name, data, channel)
    const running = { app, name, data, lock, uuid: execute.uuid ?? this.#host.nextId(), whenDone }
    channel.variables.delete('current_application_response')
    channel.variables.set('current_application_data', data)
    channel.variables.set('current_application', name)
    channel.fire('CHANNEL_EXECUTE', appHeaders(running))
    if (name === 'playback') this.#break = this.#break === 'next' ? 'now' : 'none'
    this.#running.push(running)
    const step = app.start()
    if (step.state === 'done') this.#complete(running, step.response)
  }

  #complete(running: Running, response: string | undefined): void {
    this.#running.splice(this.#running.indexOf(running), 1)
    if (response !== undefined) this.#channel.variables.set('current_application_response', response)
    const extra = { ...appHeaders(running), 'Application-Response': response ?? '_none_' }
    this.#channel.fire('CHANNEL_EXECUTE_COMPLETE', extra)
    running.whenDone()
  }
}

/** An application without an argument has no Application-Data. */
export function appHeaders(app: { name: string; data: string; uuid: string }): Headers {
  const data: Headers = app.data === '' ? {} : { 'Application-Data': app.data }
  return { Application: app.name, ...data, 'Application-UUID': app.uuid }
}
