// One listener who may come late: what happens before is kept for it.

export class Outlet<T> {
  readonly #limit: number
  #handle: ((item: T) => void) | undefined
  #early: T[] = []

  /** Keeps at most `limit` items for a listener who has not come yet; what comes after them is lost. */
  constructor(limit: number) {
    this.#limit = limit
  }

  open(handle: (item: T) => void): void {
    this.#handle = handle
    const early = this.#early
    this.#early = []
    for (const item of early) handle(item)
  }

  put(item: T | undefined): void {
    if (item === undefined) return
    if (this.#handle) this.#handle(item)
    else if (this.#early.length < this.#limit) this.#early.push(item)
  }
}
