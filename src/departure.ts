// How the process goes: what each signal asks for, in which order things are let go, and the exit code.
//
//   serving ──SIGUSR2──▶ draining ──no call left──────────────┐
//      │                    │ SIGTERM, SIGINT                 ▼
//      └─SIGTERM, SIGINT──▶ suspending ──no call left──▶ all let go: exit 0
//                           └─SIGTERM, SIGINT──▶ exit 1 at once

import type { Log } from './lib/log.ts'

/** The signals that are obeyed. */
export const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGUSR2'] as const
type ObeyedSignal = (typeof SIGNALS)[number]

/** What an application can be asked for when the process is to end. */
export interface Departing {
  /** Calls are laid down so that the next process takes them up; resolves when none is left. */
  suspend(): Promise<void>
  /** New calls go to people, present ones finish; resolves when none is left. */
  drain(): Promise<void>
  /** Lets go of everything. */
  stop(): Promise<void>
}

export interface DepartureParts {
  app: Departing
  log: Log
  /**
   * The end is near now: once, and before anything is let go. A drain that may take an hour is not there yet: from
   * STOPPING=1 on systemd gives a service no more than TimeoutStopSec.
   */
  onEnding(): void
  /** Everything has been let go. */
  onEnded(): void
  exit(code: 0 | 1): void
}

export class Departure {
  readonly #parts: DepartureParts
  #state: 'serving' | 'draining' | 'suspending' = 'serving'
  #end: Promise<void> | undefined

  constructor(parts: DepartureParts) {
    this.#parts = parts
  }

  onSignal(signal: ObeyedSignal): void {
    const { app, log, onEnding, exit } = this.#parts
    log.info({ signal, while: this.#state }, 'asked to end')
    if (signal === 'SIGUSR2') {
      if (this.#state !== 'serving') return // it is on its way out already
      this.#state = 'draining'
      void this.#endAfter(app.drain())
      return
    }
    if (this.#state === 'suspending') return exit(1)
    this.#state = 'suspending'
    if (!this.#end) onEnding()
    void this.#endAfter(app.suspend())
  }

  /** A drain and a suspension that follows it find their end at the same time: the first to be there goes on. */
  async #endAfter(empty: Promise<void>): Promise<void> {
    let code: 0 | 1 = 0
    try {
      await empty
    } catch (error) {
      this.#parts.log.error({ error }, 'the calls could not be brought to an end')
      code = 1
    }
    this.#end ??= this.#letGo(code)
  }

  async #letGo(code: 0 | 1): Promise<void> {
    const { app, log, onEnding, onEnded, exit } = this.#parts
    if (this.#state === 'draining') onEnding()
    for (const step of [() => app.stop(), onEnded]) {
      try {
        await step()
      } catch (error) {
        log.error({ error }, 'not everything could be let go')
        code = 1
      }
    }
    exit(code)
  }
}
