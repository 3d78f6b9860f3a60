// The reference engine behind HTTP: thinks for a while, then streams its reply token by token, each as an action of its own.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Asked, machineMs } from './reference-log.ts'

export interface EnginePace {
  firstTokenMs: number
  tokensPerSecond: number
}

type Answered = Asked & { what: 'answered' }

interface Request {
  type: string
  call: { id: string }
  turn: number
  input?: { text?: string }
}

export const GREETING = 'Good day, this is the front desk.'

export function startReferenceEngine(
  pace: EnginePace,
  log: Asked[],
): Promise<{ server: Server; url: string }> {
  let replies = 0
  const server = createServer((request, response) => {
    // A connection is opened before there is anything to ask.
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const askedMs = machineMs()
    void textOf(request).then(text => {
      const { type, call, turn, input } = JSON.parse(text) as Request
      if (type !== 'start' && type !== 'input') return void response.writeHead(204).end()
      const tokens = type === 'start' ? tokensOf(GREETING) : tokensOf(replyText(replies++))
      const entry: Answered = {
        what: 'answered',
        call: call.id,
        turn,
        input: type,
        text: input?.text ?? '',
        askedMs,
        tokens,
        tokensMs: [],
      }
      log.push(entry)
      stream(entry, response, pace)
    })
  })
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : 0
      resolve({ server, url: `http://127.0.0.1:${port}/` })
    })
  })
}

/** Each token is due at a time of its own: one that is late makes no other late. */
function stream({ askedMs, tokens, tokensMs }: Answered, response: ServerResponse, pace: EnginePace): void {
  const dueMs = (at: number) => askedMs + pace.firstTokenMs + (at * 1_000) / pace.tokensPerSecond
  let timer: NodeJS.Timeout
  response.setHeader('content-type', 'application/x-ndjson')
  response.once('close', () => clearTimeout(timer))
  const next = () => {
    for (let at = tokensMs.length; at < tokens.length; at++) {
      if (dueMs(at) > machineMs()) {
        timer = setTimeout(next, Math.max(1, dueMs(at) - machineMs()))
        return
      }
      response.write(`${JSON.stringify({ type: 'say', text: tokens[at] })}\n`)
      tokensMs.push(machineMs())
    }
    response.end()
  }
  timer = setTimeout(next, pace.firstTokenMs)
}

/** Words with the space before them, as language models have them. */
function tokensOf(text: string): string[] {
  return text.split(/(?= )/)
}

const NAMES = [
  ...['river', 'copper', 'lantern', 'meadow', 'silver', 'harbor', 'willow', 'canyon', 'amber', 'falcon'],
  ...['garden', 'marble', 'orchard', 'pepper', 'ribbon', 'saddle', 'timber', 'velvet', 'window', 'yellow'],
]

/**
 * Forty words in three sentences, each of them new, so that nobody has them made already. Every other one begins with a clause
 * that could be spoken by itself.
 */
function replyText(nth: number): string {
  const name = (at: number) => NAMES[at % NAMES.length] ?? ''
  const code = `${name(nth)} ${name(Math.floor(nth / 20))} ${name(Math.floor(nth / 400))}`
  const first =
    nth % 2 === 0
      ? `For ${code}, I have just found an order in our list.`
      : `I just found the order that is called ${code} right here.`
  const second = `The parcel ${code} left our house on Monday in the evening.`
  return `${first} ${second} If ${code} is not there by Friday please give us another call.`
}

async function textOf(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8')
  let text = ''
  for await (const piece of request) text += piece
  return text
}
