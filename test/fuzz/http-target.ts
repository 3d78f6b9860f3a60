// The HTTP engine: whatever a server sends for an answer, the engine yields directives within its limits and ends, at worst
// with an EngineFault; and how the answer is cut into pieces makes no difference.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type Directive, EngineFault } from '../../src/engine/engine.ts'
import { answerReader } from '../../src/engine/http/answer.ts'
import { createHttpEngine } from '../../src/engine/http/http-engine.ts'
import { isSoundFile } from '../../src/engine/sound-file.ts'
import { silentLog } from '../../src/lib/log.ts'
import { someCall, unlinked } from '../engine/conversing.ts'
import type { Random } from '../fake-freeswitch/seeded.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { mutateTree, written } from './mutate-tree.ts'
import { Broken, below, chanceOf, inPieces, must, oneOf, type Target } from './target.ts'

const ACTIONS: readonly object[] = [
  { type: 'say', text: 'Grüße aus Köln – 日本 🙂.', language: 'de-DE', voice: 'v', interruptible: false },
  { type: 'play', file: 'a/b.wav' },
  {
    type: 'listen',
    expect: 'digits',
    hints: ['a'],
    numDigits: 4,
    finishOnKey: '#',
    timeoutMs: 5_000,
    confidential: true,
  },
  { type: 'transfer', to: 'sales', announce: 'One moment.' },
  { type: 'digits', digits: '12w#' },
  { type: 'language', language: 'en-GB' },
  { type: 'session', session: { step: 2, deep: { a: [1] } } },
  { type: 'end', reason: 'done' },
]
const TYPES = ['application/json', 'application/x-ndjson', 'text/event-stream'] as const
const WORDS = [
  ...[
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 302 Found\r\n',
  ],
  ...[
    'content-type: ',
    ...TYPES,
    'content-length: ',
    'transfer-encoding: chunked\r\n',
    'connection: close\r\n',
    '\r\n\r\n',
    '\r\n',
  ],
  ...[
    'data: ',
    'data:',
    'event: ',
    'id: ',
    ': ',
    'retry: 1\n',
    '\n\n',
    '\r\r',
    '\ufeff',
    '0\r\n\r\n',
    'ffffffff\r\n',
  ],
  ...[
    '{"actions":[',
    '{"type":"',
    'say',
    'play',
    'listen',
    'transfer',
    'session',
    'end',
    'text',
    'interruptible',
    '../x',
  ],
]

export const httpTarget: Target = {
  name: 'http-engine',
  sources: /\/src\/engine\/http\//,
  words: WORDS,
  seeds: () => [
    ...TYPES.map(type => response(type, bodyOf(type, ACTIONS), 'length')),
    ...TYPES.map(type => response(type, bodyOf(type, ACTIONS), 'chunks')),
    response('text/event-stream', bodyOf('text/event-stream', ACTIONS), 'close'),
    Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'),
    Buffer.from('HTTP/1.1 500 Oops\r\ncontent-length: 2\r\n\r\nno'),
  ],
  make(random) {
    const type = oneOf(random, TYPES)
    const list = Array.from({ length: below(random, random() < 0.05 ? 80 : 5) }, () =>
      mutateTree(oneOf(random, ACTIONS), random, WORDS),
    )
    return response(type, bodyOf(type, list), oneOf(random, ['length', 'chunks', 'close'] as const))
  },
  async run(input) {
    const random = chanceOf(input)
    readInPieces(input, random)
    await ask(input, random)
  },
  close: () => AnsweringServer.stop(),
}

function bodyOf(type: (typeof TYPES)[number], list: readonly unknown[]): string {
  const texts = list.map(written)
  switch (type) {
    case 'application/json':
      return `{"actions":[${texts.join()}]}`
    case 'application/x-ndjson':
      return texts.map(one => `${one}\n`).join('')
    case 'text/event-stream':
      return texts.map(one => `data: ${one}\n\n`).join('')
  }
}

function response(type: string, body: string, framing: 'length' | 'chunks' | 'close'): Buffer {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n`
  const bytes = Buffer.from(body)
  if (framing === 'close') return Buffer.from(`${head}connection: close\r\n\r\n${body}`)
  if (framing === 'length') return Buffer.from(`${head}content-length: ${bytes.length}\r\n\r\n${body}`)
  const chunk = (part: Buffer) =>
    Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
  const half = bytes.length >> 1
  const parts = [bytes.subarray(0, half), bytes.subarray(half)].filter(part => part.length > 0)
  return Buffer.concat([
    Buffer.from(`${head}transfer-encoding: chunked\r\n\r\n`),
    ...parts.map(chunk),
    Buffer.from('0\r\n\r\n'),
  ])
}

interface Read {
  values: string[]
  end: 'end' | 'syntax' | 'encoding'
}

/** The body at once, in pieces, and byte by byte. */
function readInPieces(input: Buffer, random: Random): void {
  const cut = input.indexOf('\r\n\r\n')
  const body = cut === -1 ? input : input.subarray(cut + 4)
  for (const type of TYPES) {
    const whole = readAll(type, [body])
    const bytewise =
      random() < 0.1 ? Array.from(body, (_, at) => body.subarray(at, at + 1)) : inPieces(body, random)
    const pieces = readAll(type, bytewise)
    // A piece with a bad byte in it is lost as a whole: in smaller pieces more came before it.
    if (whole.end === 'encoding' || pieces.end === 'encoding') continue
    must(whole.end === pieces.end, 'pieces end otherwise', () => `${type}: ${whole.end}, ${pieces.end}`)
    must(written(whole.values) === written(pieces.values), 'pieces mean something else', () => type)
  }
}

function readAll(type: string, pieces: readonly Buffer[]): Read {
  const reader = answerReader(type)
  if (!reader) throw new Broken('no reader')
  const values: string[] = []
  try {
    for (const piece of pieces) for (const value of reader.push(piece)) values.push(written(value))
    for (const value of reader.end()) values.push(written(value))
    return { values, end: 'end' }
  } catch (error) {
    if (error instanceof SyntaxError) return { values, end: 'syntax' }
    if (error instanceof TypeError && 'code' in error) return { values, end: 'encoding' }
    throw error
  }
}

/** Longer than every deadline of the protocol. */
const PATIENCE_MS = 60_000

async function ask(input: Buffer, random: Random): Promise<void> {
  const server = await AnsweringServer.running()
  server.willAnswer(inPieces(input, random), oneOf(random, ['end', 'reset', 'stay'] as const))
  const clock = new ManualClock()
  const engine = createHttpEngine({ name: 'shop', url: server.url, clock, log: silentLog })
  const conversation = engine.open(someCall, unlinked)
  const abort = new AbortController()
  const directives: Directive[] = []
  let state: 'asking' | 'over' = 'asking'
  const asked = (async () => {
    for await (const directive of conversation.ask({ type: 'start' }, 0, abort.signal)) {
      directives.push(directive)
      if (random() < 0.02) abort.abort(new Broken('aborted'))
    }
  })().finally(() => {
    state = 'over'
  })
  const outcome = asked.then(
    () => undefined,
    (error: unknown) => error,
  )
  // Loopback takes a few turns of the loop; then only time can end it.
  for (let turns = 0; (state as string) === 'asking'; turns++) {
    await new Promise(resolve => setImmediate(resolve))
    if (!server.isThrough || turns < 20) continue
    clock.advance(500)
    must(clock.now() < PATIENCE_MS + 20_000, 'an answer that no deadline ends')
  }
  const error = await outcome
  await engine.close()
  if (!abort.signal.aborted) expectTyped(error)
  expectBounded(directives)
  must(clock.pending === 0, 'a timer is left')
}

function expectTyped(error: unknown): void {
  if (error === undefined) return
  if (!(error instanceof EngineFault)) throw error
  // What it calls unreachable must be the network's fault: those errors have a code.
  const { cause } = error
  if (error.kind === 'unreachable' && cause instanceof Error && !('code' in cause)) throw cause
  must(error.message.length < 500, 'a fault that nobody reads')
}

function expectBounded(directives: readonly Directive[]): void {
  must(directives.length <= 64, 'more directives than allowed')
  let characters = 0
  for (const directive of directives) {
    if (directive.type === 'say') characters += directive.text.length
    if (directive.type === 'transfer') characters += directive.announce?.length ?? 0
    if (directive.type === 'play') must(isSoundFile(directive.file), 'a sound that is no sound file')
    if (directive.type === 'digits') must(/^[0-9*#A-DwW]+$/.test(directive.digits), 'digits that are none')
  }
  must(characters <= 20_000, 'more text than allowed')
}

type End = 'end' | 'reset' | 'stay'

/** One server for all runs, which answers every request with the bytes it was given. */
class AnsweringServer {
  static #one: Promise<AnsweringServer> | undefined
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #pieces: readonly Buffer[] = []
  #end: End = 'end'
  #through = false

  private constructor() {
    this.#server = createServer({ noDelay: true }, socket => this.#serve(socket))
  }

  static running(): Promise<AnsweringServer> {
    AnsweringServer.#one ??= (async () => {
      const server = new AnsweringServer()
      server.#server.listen(0, '127.0.0.1')
      await once(server.#server, 'listening')
      return server
    })()
    return AnsweringServer.#one
  }

  static async stop(): Promise<void> {
    const server = await AnsweringServer.#one
    AnsweringServer.#one = undefined
    if (!server) return
    for (const socket of server.#sockets) socket.destroy()
    server.#server.close()
  }

  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`
  }

  /** Everything has been written, for the last request. */
  get isThrough(): boolean {
    return this.#through
  }

  willAnswer(pieces: readonly Buffer[], end: End): void {
    this.#pieces = pieces
    this.#end = end
    this.#through = false
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {}) // the engine leaves when it has had enough
    const [pieces, end] = [this.#pieces, this.#end]
    // The request is one packet, and what is in it does not matter.
    socket.once('data', () => {
      socket.resume()
      for (const piece of pieces) socket.write(piece)
      this.#through = true
      if (end === 'end') socket.end()
      if (end === 'reset') socket.resetAndDestroy()
    })
  }
}
