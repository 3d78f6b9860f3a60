// Posting to the server: kept connections, the signature, deadlines, a retry where nothing can happen twice.
// It uses node:http because fetch neither tells when it is connected nor whether a kept connection broke.

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { type Clock, sleep, type Timer } from '../../lib/clock.ts'
import type { Guard } from './guard.ts'
import { sign, signatureHeader } from './signature.ts'

export interface Timeouts {
  connectMs: number
  /** From the connection to the first action. */
  firstActionMs: number
  betweenActionsMs: number
}

export const protocolTimeouts: Timeouts = { connectMs: 2_000, firstActionMs: 8_000, betweenActionsMs: 10_000 }

/** A server that restarts refuses connections for a moment; asking again at once would meet the same one. */
const RETRY_AFTER_MS = 250

export interface WireOptions {
  url: string
  secret: string | null
  timeouts: Timeouts
  clock: Clock
}

export class Wire {
  readonly #url: URL
  readonly #secret: string | null
  readonly #timeouts: Timeouts
  readonly #clock: Clock
  readonly #agent: HttpAgent | HttpsAgent
  #warming: Timer | undefined

  constructor({ url, secret, timeouts, clock }: WireOptions) {
    this.#url = webAddress(url)
    this.#secret = secret
    this.#timeouts = timeouts
    this.#clock = clock
    this.#agent = new (this.#isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true })
  }

  /** Posts `body` and resolves with the head of the answer. The deadline for the first action then runs. */
  async post(body: string, guard: Guard, signal: AbortSignal | null): Promise<IncomingMessage> {
    try {
      return await this.#attempt(body, guard, this.#agent)
    } catch (error) {
      guard.disarm()
      if (!(error instanceof AttemptFailed) || signal?.aborted) throw error
      switch (error.why) {
        case 'refused':
          await sleep(this.#clock, RETRY_AFTER_MS, signal ?? AbortSignal.any([]))
          return this.#attempt(body, guard, this.#agent)
        case 'stale':
          return this.#attempt(body, guard, false)
        case 'other':
          throw error.cause
      }
    }
  }

  /**
   * Opens a connection where none is kept, so that the next request need not wait for one: servers close those that are idle,
   * some after five seconds. What goes wrong shows when it is needed.
   */
  warm(): void {
    if (this.isWarm || this.#warming) return
    const send = this.#isSecure ? httpsRequest : httpRequest
    const request = send(this.#url, {
      method: 'OPTIONS',
      agent: this.#agent,
      headers: { 'user-agent': 'Parley' },
    })
    this.#warming = this.#clock.after(this.#timeouts.connectMs, () => request.destroy())
    request.once('response', response => response.resume())
    request.on('error', () => {})
    request.once('close', () => {
      this.#warming?.cancel()
      this.#warming = undefined
    })
    request.end()
  }

  /** Whether a connection is kept that nobody uses. */
  get isWarm(): boolean {
    return Object.values(this.#agent.freeSockets).some(sockets => sockets && sockets.length > 0)
  }

  close(): void {
    this.#agent.destroy()
  }

  get #isSecure(): boolean {
    return this.#url.protocol === 'https:'
  }

  #attempt(body: string, guard: Guard, agent: HttpAgent | HttpsAgent | false): Promise<IncomingMessage> {
    const { connectMs, firstActionMs } = this.#timeouts
    return new Promise((resolve, reject) => {
      const send = this.#isSecure ? httpsRequest : httpRequest
      const request = send(this.#url, { method: 'POST', agent, headers: this.#headers(body) })
      guard.watch(request)
      guard.arm(connectMs, 'connection')
      const connected = () => guard.arm(firstActionMs, 'first action')
      request.once('socket', socket => {
        if (request.reusedSocket) connected()
        else socket.once(this.#isSecure ? 'secureConnect' : 'connect', connected)
      })
      request.once('response', response => {
        guard.watch(response)
        resolve(response)
      })
      request.on('error', error => reject(new AttemptFailed(error, request.reusedSocket)))
      request.end(body)
    })
  }

  #headers(body: string): Record<string, string | number> {
    return {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      accept: 'text/event-stream, application/x-ndjson, application/json',
      'user-agent': 'Parley',
      ...(this.#secret === null ? {} : { [signatureHeader]: sign(body, this.#secret, this.#clock.wallMs()) }),
    }
  }
}

/** `refused`: nobody listens. `stale`: the server closed a kept connection before it knew of the request. */
class AttemptFailed extends Error {
  override name = 'AttemptFailed'
  readonly why: 'refused' | 'stale' | 'other'
  constructor(cause: NodeJS.ErrnoException, isReused: boolean) {
    super('an attempt to post failed', { cause })
    if (cause.code === 'ECONNREFUSED') this.why = 'refused'
    else if (isReused && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE')) this.why = 'stale'
    else this.why = 'other'
  }
}

function webAddress(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new TypeError('the address of an engine must begin with http:// or https://')
  }
  return url
}
