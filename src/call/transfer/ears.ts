// The caller's ears in a transfer: closed while they talk to somebody in whose talk we have no part, and open otherwise. Whoever
// wants them one way or the other says so, however they are.

import type { CallListener } from '../listener.ts'

export class Ears {
  readonly #listener: CallListener
  #areOpen = true
  /** One change after the other. */
  #changing: Promise<void> = Promise.resolve()

  /** Of a call that is heard already. */
  constructor(listener: CallListener) {
    this.#listener = listener
  }

  /** Rejects when the caller cannot be heard any more. */
  open(): Promise<void> {
    return this.#change(async () => {
      if (this.#areOpen) return
      this.#areOpen = true
      await this.#listener.open()
    })
  }

  close(): Promise<void> {
    return this.#change(async () => {
      if (!this.#areOpen) return
      this.#areOpen = false
      await this.#listener.close()
    })
  }

  #change(work: () => Promise<void>): Promise<void> {
    const changed = this.#changing.then(work)
    this.#changing = changed.catch(() => {}) // whoever asked hears of it
    return changed
  }
}
