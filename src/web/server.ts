// The web server: the API behind Node's HTTP server, with limits for whoever connects, and an end for all of them.

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { createApi } from './api.ts'
import { LiveEvents } from './live-events.ts'
import type { Problem } from './problem.ts'
import type { Service } from './service.ts'

/** Requests are small and come from programs near by: who is slower holds a connection for nothing. */
const LIMITS: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
}
const MAX_HEADERS = 64
/** Event streams and some requests beside them. */
const MAX_CONNECTIONS = 256
/** What is being answered when we stop is through in less. */
const STOP_LIMIT_MS = 1_000

/** The address cannot be had; the message is one sentence for the operator. */
export class WebListenFailed extends Error {
  override name = 'WebListenFailed'
}

export interface WebServerOptions {
  service: Service
  token: string
  clock: Clock
  log: Log
}

export class WebServer {
  readonly #options: WebServerOptions
  readonly #events: LiveEvents
  #server: Server | undefined

  constructor(options: WebServerOptions) {
    this.#options = options
    this.#events = new LiveEvents({ ...options, news: options.service.news })
  }

  /** The port we listen on; undefined before `listen`. */
  get port(): number | undefined {
    const address = this.#server?.address()
    return typeof address === 'object' ? address?.port : undefined
  }

  /** How many clients follow the events. */
  get followers(): number {
    return this.#events.clients
  }

  /** Port 0 makes the system choose one. Rejects with WebListenFailed when the address cannot be had. */
  async listen({ host, port }: { host: string; port: number }): Promise<void> {
    const { log } = this.#options
    const api = createApi({ ...this.#options, events: this.#events, isLocal: isLoopback(host) })
    const answer = getRequestListener(api.fetch, {
      overrideGlobalObjects: false,
      // What is no request at all to the framework: no host, or no address that can be read.
      errorHandler: () => Response.json(bodyOf(MALFORMED), { status: MALFORMED.status }),
    })
    const server = createServer(LIMITS, (request: IncomingMessage, response: ServerResponse) => {
      void answer(request, response)
    })
    server.maxHeadersCount = MAX_HEADERS
    server.maxConnections = MAX_CONNECTIONS
    server.on('clientError', refuseGarbage)
    await new Promise<void>((resolve, reject) => {
      server.once('error', error => reject(listenFailure(host, port, error)))
      server.listen({ host, port }, resolve)
    })
    server.on('error', error => log.error({ err: error }, 'the web server reports an error'))
    this.#server = server
  }

  /** Ends the event streams and takes no more requests; resolves when every connection is gone. */
  async stop(): Promise<void> {
    this.#events.stop()
    const server = this.#server
    this.#server = undefined
    if (!server) return
    const limit = this.#options.clock.after(STOP_LIMIT_MS, () => server.closeAllConnections())
    await new Promise(resolve => server.close(resolve))
    limit.cancel()
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function listenFailure(host: string, port: number, error: NodeJS.ErrnoException): WebListenFailed {
  const why =
    error.code === 'EADDRINUSE'
      ? 'another process has it'
      : error.code === 'EACCES'
        ? 'this user may not'
        : error.message
  return new WebListenFailed(`Cannot listen for the API on ${host}:${port}: ${why}.`, { cause: error })
}

const MALFORMED = {
  status: 400,
  code: 'malformed-request',
  message: 'This is no HTTP request that can be read.',
} as const satisfies Problem

const SLOW: Problem = { status: 408, code: 'too-slow', message: 'The request did not arrive in time.' }
const LARGE_HEAD: Problem = { status: 431, code: 'head-too-large', message: 'The headers are too large.' }

/** What Node's parser does not take never reaches the API. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  const hasSpoken = 'bytesWritten' in socket && socket.bytesWritten !== 0
  // After an answer on this connection nobody can say whether another one is under way.
  if (error.code === 'ECONNRESET' || !socket.writable || hasSpoken) {
    socket.destroy()
    return
  }
  const problem = problemOf(error)
  const body = JSON.stringify(bodyOf(problem))
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function problemOf({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return LARGE_HEAD
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? SLOW : MALFORMED
}

function bodyOf({ code, message }: Problem): object {
  return { error: { code, message } }
}
