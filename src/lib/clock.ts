// Time as something one is given. Only this file touches the process's timers; tests and simulations pass a manual clock.

/** A timer that has not fired yet. Cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Milliseconds on a line that never jumps; only differences mean anything. */
  now(): number
  /** Wall-clock milliseconds since the epoch, for stamps that people read. It may jump. */
  wallMs(): number
  after(ms: number, run: () => void): Timer
  every(ms: number, run: () => void): Timer
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  after(ms, run) {
    const handle = setTimeout(run, ms)
    return { cancel: () => clearTimeout(handle) }
  },
  every(ms, run) {
    const handle = setInterval(run, ms)
    return { cancel: () => clearInterval(handle) }
  },
}

/** Resolves after `ms`; rejects with the signal's reason when that comes first. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const timer = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    const onAbort = () => {
      timer.cancel()
      reject(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** Rejects when `work` has not settled after `ms`. */
export function inTime<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const limit = clock.after(ms, () => reject(new Error('it took too long')))
    work.then(resolve, reject).finally(() => limit.cancel())
  })
}
