// Clients by the dozen calls: a connection to Google carries about 100 calls at once, and one more would wait
// without a word.

import type { Clock } from '../../lib/clock.ts'
import { SpeechFault } from '../fault.ts'
import { googleFault } from './google-fault.ts'

export interface PooledClient {
  initialize(): Promise<unknown>
  close(): Promise<void>
}

export interface Lease<C> {
  client: C
  /** Gives the place back; once. */
  release(): void
  /** The connection seems dead: nobody gets this client any more, and it is closed with its last lease. */
  discard(): void
}

/**
 * Google's front end allows 100 calls per connection; the rest is a reserve for calls that are being
 * cancelled.
 */
const CALLS_PER_CLIENT = 80
/** More calls than this times 80 never belong to one daemon: a leak. */
const MOST_CLIENTS = 64
const CONNECT_TIMEOUT_MS = 5_000

interface Slot<C> {
  ready: Promise<C>
  leases: number
  discarded: boolean
}

export class ClientPool<C extends PooledClient> {
  readonly #provider: string
  readonly #make: () => Promise<C>
  readonly #callsPerClient: number
  #slots: Slot<C>[] = []
  #closed = false

  constructor(provider: string, make: () => Promise<C>, callsPerClient = CALLS_PER_CLIENT) {
    this.#provider = provider
    this.#make = make
    this.#callsPerClient = callsPerClient
  }

  /** A place on a client that is initialized. Rejects with SpeechFault. */
  async lease(): Promise<Lease<C>> {
    const slot = this.#slots.find(each => each.leases < this.#callsPerClient) ?? this.#addSlot()
    slot.leases++
    let held = true
    const release = () => {
      if (!held) return
      held = false
      slot.leases--
      if (slot.discarded && slot.leases === 0) void closeQuietly(slot)
    }
    const discard = () => {
      slot.discarded = true
      this.#remove(slot)
      release()
    }
    try {
      return { client: await slot.ready, release, discard }
    } catch (error) {
      this.#remove(slot)
      throw googleFault(this.#provider, error)
    }
  }

  /** Connects the first client. Rejects with SpeechFault, `transient` when only nobody answers. */
  async warmUp(clock: Clock): Promise<void> {
    const lease = await this.lease()
    try {
      await connected((await lease.client.initialize()) as Connectable, this.#provider, clock)
    } catch (error) {
      throw googleFault(this.#provider, error)
    } finally {
      lease.release()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const slots = this.#slots
    this.#slots = []
    await Promise.all(slots.map(closeQuietly))
  }

  #addSlot(): Slot<C> {
    if (this.#closed) throw new SpeechFault(this.#provider, 'transient', 'it has been closed')
    if (this.#slots.length >= MOST_CLIENTS) {
      throw new SpeechFault(this.#provider, 'busy', `more than ${MOST_CLIENTS} connections are in use`)
    }
    const slot: Slot<C> = { ready: this.#initialized(), leases: 0, discarded: false }
    this.#slots.push(slot)
    return slot
  }

  // A generated method calls initialize() itself and lets its failure escape as an unhandled rejection, which
  // ends the process: so nobody gets a client that has not been initialized.
  async #initialized(): Promise<C> {
    const client = await this.#make()
    await client.initialize()
    return client
  }

  #remove(slot: Slot<C>): void {
    this.#slots = this.#slots.filter(each => each !== slot)
  }
}

interface Connectable {
  waitForReady(deadlineMs: number, done: (error?: Error) => void): void
}

// The library's own deadline is wall-clock time, which may jump.
function connected(stub: Connectable, provider: string, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(CONNECT_TIMEOUT_MS, () =>
      reject(new SpeechFault(provider, 'transient', `nobody answered within ${CONNECT_TIMEOUT_MS} ms`)),
    )
    stub.waitForReady(Number.POSITIVE_INFINITY, error => {
      timer.cancel()
      if (error) reject(error)
      else resolve()
    })
  })
}

// A client that never initialized rejects its close() too, and there is nothing left to close.
async function closeQuietly<C extends PooledClient>(slot: Slot<C>): Promise<void> {
  await slot.ready.then(client => client.close()).catch(() => {})
}
