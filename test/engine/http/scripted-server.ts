// A real HTTP server that does what a test says with each request, and remembers what was asked.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  headers: IncomingMessage['headers']
  raw: string
  body: Record<string, unknown>
}

export type Handler = (response: ServerResponse, asked: Asked) => void

export class ScriptedServer {
  readonly asked: Asked[] = []
  connections = 0
  options = 0
  readonly #server: Server
  readonly #handler: Handler

  private constructor(handler: Handler) {
    this.#handler = handler
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.on('connection', () => {
      this.connections++
    })
  }

  static async listening(handler: Handler, port = 0): Promise<ScriptedServer> {
    const server = new ScriptedServer(handler)
    server.#server.listen(port, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/talk?desk=1`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'OPTIONS') {
      this.options++
      response.writeHead(405).end()
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const raw = Buffer.concat(chunks).toString('utf8')
    const asked = { headers: request.headers, raw, body: JSON.parse(raw) }
    this.asked.push(asked)
    this.#handler(response, asked)
  }
}

/** Answers once and for all. */
export const answer =
  (body: string | Buffer, contentType = 'application/json', status = 200): Handler =>
  response => {
    response.writeHead(status, { 'content-type': contentType }).end(body)
  }

export const actions = (...list: object[]): Handler => answer(JSON.stringify({ actions: list }))

/** Lets the loop turn until something is so; a test that waits for nothing ends by its own limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve))
}
