// The engine behind a plain HTTP address: one request per event, answered by actions that are acted upon as
// they arrive.

import type { IncomingMessage } from 'node:http'
import { finished } from 'node:stream/promises'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import {
  type Conversation,
  type Directive,
  type Engine,
  type EngineCall,
  EngineFault,
  type EngineLink,
  type Guess,
  type Input,
  type Report,
} from '../engine.ts'
import { ActionInvalid, readAction, textLength } from './actions.ts'
import { answerReader } from './answer.ts'
import { Guard } from './guard.ts'
import { requestBody } from './request-body.ts'
import { protocolTimeouts, type Timeouts, Wire } from './wire.ts'

/** An answer is some sentences; what is larger is none. */
const MAX_ANSWER_BYTES = 1_048_576
const MAX_ACTIONS = 64
/** Some twenty minutes of speech, said or announced: all of it is cut into sentences at once. */
const MAX_TEXT = 20_000
/** Reports nobody takes must not pile up; beyond it they are dropped and counted. */
const MAX_REPORTS = 64

export interface HttpEngineOptions {
  name: string
  /** http or https. Redirects are not followed. */
  url: string
  /** The server can be asked before it is certain what the caller says: see `speculative` in the request. */
  speculative?: boolean | undefined
  /** Signs every request when given. */
  secret?: string | undefined
  timeouts?: Partial<Timeouts> | undefined
  clock: Clock
  log: Log
}

/** Throws TypeError when the address is no http address. */
export function createHttpEngine(options: HttpEngineOptions): HttpEngine {
  const { name, url, secret, timeouts, clock, log } = options
  const allTimeouts = { ...protocolTimeouts, ...timeouts }
  const wire = new Wire({ url, secret: secret || null, timeouts: allTimeouts, clock })
  const about = { name, timeouts: allTimeouts, speculative: options.speculative ?? false }
  return new HttpEngine(about, wire, clock, log.child({ engine: name }))
}

export class HttpEngine implements Engine {
  readonly name: string
  readonly #wire: Wire
  readonly #timeouts: Timeouts
  readonly #speculative: boolean
  readonly #clock: Clock
  readonly #log: Log
  readonly #reports = new Set<Promise<void>>()
  #failedReports = 0

  constructor(
    { name, timeouts, speculative }: { name: string; timeouts: Timeouts; speculative: boolean },
    wire: Wire,
    clock: Clock,
    log: Log,
  ) {
    this.name = name
    this.#wire = wire
    this.#timeouts = timeouts
    this.#speculative = speculative
    this.#clock = clock
    this.#log = log
  }

  /** How many reports the server did not take. */
  get failedReports(): number {
    return this.#failedReports
  }

  open(call: EngineCall, link: EngineLink): Conversation {
    const conversation = new HttpConversation(this, call, link)
    return this.#speculative ? new SpeculativeConversation(conversation) : conversation
  }

  /** Resolves when the last reports are through. */
  async close(): Promise<void> {
    await Promise.all(this.#reports)
    this.#wire.close()
  }

  /** One exchange: yields what the server asks for. A `session` is handed to `keepSession`. */
  async *exchange(
    body: string,
    signal: AbortSignal,
    keepSession: (session: object) => void,
  ): AsyncGenerator<Directive> {
    signal.throwIfAborted()
    const guard = new Guard(this.name, this.#clock, signal)
    let response: IncomingMessage | undefined
    try {
      response = await this.#wire.post(body, guard, signal)
      for await (const action of this.#actions(response, guard)) {
        if (action.type === 'session') keepSession(action.session)
        else yield action
        guard.throwIfAborted()
        guard.arm(this.#timeouts.betweenActionsMs, 'further action')
      }
    } catch (error) {
      throw guard.explain(error)
    } finally {
      guard.release()
      if (response?.complete === false) response.destroy()
    }
  }

  warm(): void {
    this.#wire.warm()
  }

  get isWarm(): boolean {
    return this.#wire.isWarm
  }

  /** Posts `body` without anybody waiting. */
  tell(body: string): void {
    if (this.#reports.size >= MAX_REPORTS) {
      this.#reportFailed('dropped', undefined)
      return
    }
    const report = this.#tell(body).finally(() => this.#reports.delete(report))
    this.#reports.add(report)
  }

  async *#actions(response: IncomingMessage, guard: Guard) {
    // Read to its end, though there is nothing, so that the connection is free for the next request.
    if (response.statusCode === 204) return void (await finished(response.resume()))
    this.#refuse(response)
    const reader = answerReader(response.headers['content-type'] ?? '')
    if (!reader) throw this.#nonsense('answered with a content type that is none of the protocol')
    let bytes = 0
    let count = 0
    let characters = 0
    const read = (value: unknown) => {
      guard.disarm()
      if (++count > MAX_ACTIONS) throw this.#nonsense(`answered with more than ${MAX_ACTIONS} actions`)
      const action = readAction(value)
      characters += textLength(action)
      if (characters > MAX_TEXT)
        throw this.#nonsense(`answered with more than ${MAX_TEXT} characters of text`)
      return action
    }
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        bytes += chunk.byteLength
        if (bytes > MAX_ANSWER_BYTES)
          throw this.#nonsense(`answered with more than ${MAX_ANSWER_BYTES} bytes`)
        for (const value of reader.push(chunk)) yield read(value)
      }
      for (const value of reader.end()) yield read(value)
    } catch (cause) {
      if (cause instanceof ActionInvalid) throw this.#nonsense(cause.message, cause)
      if (cause instanceof SyntaxError) throw this.#nonsense('answered with what is no JSON of the protocol')
      if (isEncodingError(cause)) throw this.#nonsense('answered with what is no UTF-8', cause)
      throw cause
    }
  }

  #refuse({ statusCode = 0 }: IncomingMessage): void {
    if (statusCode >= 200 && statusCode < 300) return
    const hint = statusCode >= 300 && statusCode < 400 ? '; redirects are not followed' : ''
    throw new EngineFault(this.name, 'refused', `answered ${statusCode}${hint}`)
  }

  async #tell(body: string): Promise<void> {
    const guard = new Guard(this.name, this.#clock, null)
    let response: IncomingMessage | undefined
    try {
      response = await this.#wire.post(body, guard, null)
      this.#refuse(response)
      // What it answers does not matter; read to its end, the connection can be used again.
      let bytes = 0
      for await (const chunk of response as AsyncIterable<Buffer>) {
        bytes += chunk.byteLength
        if (bytes > MAX_ANSWER_BYTES) break
      }
    } catch (error) {
      const fault = guard.explain(error)
      this.#reportFailed(fault instanceof EngineFault ? fault.kind : 'unknown', fault)
    } finally {
      guard.release()
      if (response?.complete === false) response.destroy()
    }
  }

  #reportFailed(kind: string, err: unknown): void {
    this.#failedReports++
    this.#log.warn({ kind, failures: this.#failedReports, err }, 'engine did not take a report')
  }

  #nonsense(message: string, cause?: unknown): EngineFault {
    return new EngineFault(this.name, 'nonsense', message, cause === undefined ? undefined : { cause })
  }
}

function isEncodingError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
}

class HttpConversation implements Conversation {
  readonly #engine: HttpEngine
  readonly #call: EngineCall
  readonly #link: EngineLink
  #session: object

  constructor(engine: HttpEngine, call: EngineCall, link: EngineLink) {
    this.#engine = engine
    this.#call = call
    this.#link = link
    this.#session = link.session ?? {}
  }

  ask(input: Input, turn: number, signal: AbortSignal): AsyncIterable<Directive> {
    const body = requestBody(this.#call, input, turn, this.#session)
    return this.#engine.exchange(body, signal, session => this.#keep(session))
  }

  warm(): void {
    this.#engine.warm()
  }

  /** As long as it is not committed, no session is kept: the next request has that of before. */
  speculate(input: Input, turn: number, signal: AbortSignal): Guess {
    const body = requestBody(this.#call, input, turn, this.#session, 'speculative')
    let state: { is: 'open'; session: object | null } | { is: 'committed' } = { is: 'open', session: null }
    const directives = this.#engine.exchange(body, signal, session => {
      if (state.is === 'committed') this.#keep(session)
      else state.session = session
    })
    const commit = () => {
      if (state.is === 'open' && state.session) this.#keep(state.session)
      state = { is: 'committed' }
    }
    return { directives, commit }
  }

  #keep(session: object): void {
    this.#session = session
    this.#link.keep(session)
  }

  report(report: Report, turn: number): void {
    this.#engine.tell(requestBody(this.#call, report, turn, this.#session))
  }
}

/** With a server that can be asked beforehand. */
class SpeculativeConversation implements Conversation {
  readonly #conversation: HttpConversation

  constructor(conversation: HttpConversation) {
    this.#conversation = conversation
  }

  ask(input: Input, turn: number, signal: AbortSignal): AsyncIterable<Directive> {
    return this.#conversation.ask(input, turn, signal)
  }

  guess(input: Input, turn: number, signal: AbortSignal): Guess {
    return this.#conversation.speculate(input, turn, signal)
  }

  warm(): void {
    this.#conversation.warm()
  }

  report(report: Report, turn: number): void {
    this.#conversation.report(report, turn)
  }
}
