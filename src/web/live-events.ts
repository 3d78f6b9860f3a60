// The news as server-sent events: as they happen, and the last ones again for whoever was away for a moment. Nobody waits for
// a slow client: it is cut, and comes back with the last id it has.

import type { ServerResponse } from 'node:http'
import type { Newsroom, Told } from '../call/news.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'

/** A desktop that restarts its network, or a proxy that was changed, is back before so much has happened. */
const REPLAYED = 200
/** What one client may leave unread: the replay many times over. */
const MAX_UNREAD_BYTES = 262_144
/** More than one office has screens; each holds a connection. */
const MAX_CLIENTS = 100
/** Proxies close what is idle for thirty seconds or a minute. */
const HEARTBEAT_MS = 15_000
/** What clients are told to wait before they come back. */
const RETRY_MS = 2_000

interface LiveEvent {
  number: number
  text: string
}

export class LiveEvents {
  readonly #clock: Clock
  readonly #log: Log
  /** Numbers begin anew with every process: ids of another one mean nothing here. */
  readonly #series: string
  readonly #recent: LiveEvent[] = []
  readonly #clients = new Set<ServerResponse>()
  readonly #leaveNews: () => void
  #number = 0
  #heartbeat: Timer | undefined

  constructor({ news, clock, log }: { news: Newsroom; clock: Clock; log: Log }) {
    this.#clock = clock
    this.#log = log
    this.#series = clock.wallMs().toString(36)
    this.#leaveNews = news.listen(told => this.#tell(told))
  }

  get clients(): number {
    return this.#clients.size
  }

  get isFull(): boolean {
    return this.#clients.size >= MAX_CLIENTS
  }

  /** Answers with events until the client or `stop` ends it. `lastId` is what the client says it has; '' for nothing. */
  attach(client: ServerResponse, lastId: string): void {
    client.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    this.#clients.add(client)
    client.once('close', () => this.#detach(client))
    client.on('error', () => {}) // it is gone: `close` follows
    this.#write(client, `retry: ${RETRY_MS}\n\n${lastId === '' ? '' : this.#since(lastId)}`)
    this.#heartbeat ??= this.#clock.every(HEARTBEAT_MS, () => this.#writeAll(': still here\n\n'))
  }

  stop(): void {
    this.#leaveNews()
    this.#heartbeat?.cancel()
    for (const client of this.#clients) client.end()
  }

  #tell(told: Told): void {
    const number = ++this.#number
    const text = `id: ${this.#series}-${number}\nevent: ${told.type}\ndata: ${JSON.stringify(told)}\n\n`
    this.#recent.push({ number, text })
    if (this.#recent.length > REPLAYED) this.#recent.shift()
    this.#writeAll(text)
  }

  /** What came after the event with this id; all we have, after the event `missed`, where we cannot know that it is all. */
  #since(id: string): string {
    const [, series, digits] = /^([0-9a-z]{1,16})-([0-9]{1,15})$/.exec(id) ?? []
    const last = series === this.#series ? Number(digits) : Number.NaN
    const isKnown = last <= this.#number && last >= this.#number - this.#recent.length
    const missed = this.#recent.filter(({ number }) => !isKnown || number > last)
    return (isKnown ? '' : 'event: missed\ndata: {}\n\n') + missed.map(({ text }) => text).join('')
  }

  #writeAll(text: string): void {
    for (const client of this.#clients) this.#write(client, text)
  }

  #write(client: ServerResponse, text: string): void {
    client.write(text)
    if (client.writableLength <= MAX_UNREAD_BYTES) return
    this.#log.warn({ unreadBytes: client.writableLength }, 'cut a client that does not read its events')
    this.#detach(client)
    client.destroy()
  }

  #detach(client: ServerResponse): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    this.#heartbeat?.cancel()
    this.#heartbeat = undefined
  }
}
