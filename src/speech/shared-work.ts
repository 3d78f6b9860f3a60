// One piece of work for all who want it at once. It goes on while anybody still waits, and is given up when
// nobody does.

interface Shared<T> {
  result: Promise<T>
  giveUp: AbortController
  waiting: number
}

export class SharedWork<T> {
  readonly #running = new Map<string, Shared<T>>()

  /**
   * The result of the work named `key`, begun if it is not running. Rejects as it does, or with the signal's
   * reason.
   */
  async join(key: string, signal: AbortSignal, begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    const shared = this.#running.get(key) ?? this.#begin(key, begin)
    shared.waiting++
    try {
      return await untilAborted(shared.result, signal)
    } finally {
      shared.waiting--
      if (shared.waiting === 0) {
        this.#forget(key, shared)
        shared.giveUp.abort(signal.reason)
      }
    }
  }

  #begin(key: string, begin: (signal: AbortSignal) => Promise<T>): Shared<T> {
    const giveUp = new AbortController()
    const shared: Shared<T> = { result: begin(giveUp.signal), giveUp, waiting: 0 }
    this.#running.set(key, shared)
    shared.result.then(
      () => this.#forget(key, shared),
      () => this.#forget(key, shared), // told to all who wait
    )
    return shared
  }

  #forget(key: string, shared: Shared<T>): void {
    if (this.#running.get(key) === shared) this.#running.delete(key)
  }
}

function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
