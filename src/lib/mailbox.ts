// One owner, one queue, one at a time: whatever a handler posts while it runs is taken after it has returned.

/** More was posted than the owner may ever have waiting: a loop, or a flood. */
export class MailboxFull extends Error {
  override name = 'MailboxFull'
  constructor(limit: number) {
    super(`more than ${limit} events are waiting`)
  }
}

export class Mailbox<T> {
  readonly #handle: (item: T) => void
  readonly #limit: number
  #waiting: T[] = []
  #state: 'idle' | 'running' | 'closed' = 'idle'

  constructor(handle: (item: T) => void, limit = 1_000) {
    this.#handle = handle
    this.#limit = limit
  }

  /** Hands `item` to the owner, now or after the item it is busy with. After `close` items are dropped. */
  post(item: T): void {
    if (this.#state === 'closed') return
    if (this.#waiting.length >= this.#limit) throw new MailboxFull(this.#limit)
    this.#waiting.push(item)
    if (this.#state === 'running') return
    this.#state = 'running'
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
        this.#handle(next)
    } finally {
      // The handler may have closed the box, which the compiler cannot see here.
      if ((this.#state as string) !== 'closed') this.#state = 'idle'
    }
  }

  close(): void {
    this.#state = 'closed'
    this.#waiting = []
  }
}
