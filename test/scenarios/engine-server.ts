// The engine of scenarios behind HTTP: the daemon's requests become inputs of a scenario's own function, and the directives it
// yields become actions, each sent as soon as it is there.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Directive, Heard, HistoryEntry, Input, TransferOutcome } from '../../src/engine/engine.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { Assistant } from './venue.ts'

type Answer = Assistant['answer']

/** The daemon may ask about a call before its venue knows the call's id. */
const ACQUAINTANCE_LIMIT_MS = 5_000

/** A request, as far as it makes an input. */
interface Request {
  type: 'start' | 'input' | 'silence' | 'interrupt' | 'transfer' | 'resume' | 'end'
  call: { id: string }
  input?: {
    text?: string
    digits?: string
    confidence: number | null
    language: string | null
    durationMs: number
  }
  heard?: Heard
  silence?: { count: number; ms: number }
  transfer?: { to: string; outcome: TransferOutcome; cause: string }
  history?: { who: HistoryEntry['who']; text: string; at: string }[]
}

export class EngineServer {
  readonly #server: Server
  readonly #answers = new Map<string, PromiseWithResolvers<Answer>>()

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  static async open(): Promise<EngineServer> {
    const engine = new EngineServer()
    await new Promise<void>(resolve => engine.#server.listen(0, '127.0.0.1', resolve))
    return engine
  }

  get url(): string {
    const address = this.#server.address()
    if (typeof address !== 'object' || !address) throw new Error('the engine does not listen')
    return `http://127.0.0.1:${address.port}/`
  }

  /** What is asked about this call is answered by this function. */
  answerFor(call: string, answer: Answer): void {
    this.#acquaintance(call).resolve(answer)
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise(resolve => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A connection is opened before there is anything to ask.
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const unwanted = new AbortController()
    response.once('close', () => unwanted.abort())
    try {
      const asked = JSON.parse(await textOf(request)) as Request
      const input = inputOf(asked)
      if (input) await this.#answer(asked.call.id, input, response, unwanted.signal)
      else response.writeHead(204).end()
    } catch {
      // An engine that breaks: what it has said stands, the rest never comes.
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    }
  }

  async #answer(call: string, input: Input, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const answer = await this.#known(call)
    // The head goes out with the first action: an answer that throws at once can still be a refusal.
    response.setHeader('content-type', 'application/x-ndjson')
    for await (const directive of answer(input, signal)) {
      if (signal.aborted) return
      response.write(`${JSON.stringify(actionOf(directive))}\n`)
    }
    response.end()
  }

  #known(call: string): Promise<Answer> {
    const acquaintance = this.#acquaintance(call)
    const limit = systemClock.after(ACQUAINTANCE_LIMIT_MS, () =>
      acquaintance.reject(new Error('nobody knows this call')),
    )
    return acquaintance.promise.finally(() => limit.cancel())
  }

  #acquaintance(call: string): PromiseWithResolvers<Answer> {
    const known = this.#answers.get(call)
    if (known) return known
    const fresh = Promise.withResolvers<Answer>()
    this.#answers.set(call, fresh)
    return fresh
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8')
  let text = ''
  for await (const piece of request) text += piece
  return text
}

/** Undefined for a report, to which nothing is answered. */
function inputOf(request: Request): Input | undefined {
  const { type, input, silence, transfer, history = [], heard = null } = request
  switch (type) {
    case 'start':
      return { type }
    case 'input': {
      const { text, digits, confidence = null, language = null, durationMs = 0 } = input ?? {}
      if (digits !== undefined) return { type: 'digits', digits, heard }
      return { type: 'speech', text: text ?? '', confidence, language, durationMs, heard }
    }
    case 'silence':
      return { type, count: silence?.count ?? 0, ms: silence?.ms ?? 0 }
    case 'transfer':
      return transfer && { type, ...transfer }
    case 'resume':
      return {
        type,
        history: history.map(({ who, text, at }) => ({ who, text, atMs: Date.parse(at) })),
        transfer: transfer ?? null,
      }
    case 'interrupt':
    case 'end':
      return undefined
  }
}

/** Undefined and null fields are left out by the protocol: null is not allowed there. */
function actionOf(directive: Directive): object {
  const { type, ...fields } = directive
  const given = 'expectation' in fields ? fields.expectation : fields
  return { type, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) }
}
