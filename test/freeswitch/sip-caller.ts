// A caller made of bytes: a SIP phone as small as can be, which may write into its messages whatever it likes. It sends no sound.

import { randomUUID } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'

export interface SipDialling {
  sipPort: number
  to: string
  /** As it stands between the quotes of the From header, one character per byte. */
  displayName: string
  /** As it stands in the address of the From header. */
  user: string
  headers: Readonly<Record<string, string>>
}

const ANSWER_LIMIT_MS = 10_000
/** Nobody answered: SIP over UDP says it again. */
const AGAIN_MS = 500
const HOST = '127.0.0.1'

/** The switch does not take this for a call. */
export class Refused extends Error {
  override name = 'Refused'
}

export class SipCaller {
  readonly #socket: Socket
  readonly #dialling: SipDialling
  readonly #callId = randomUUID()
  readonly #answered = Promise.withResolvers<void>()
  readonly #over = Promise.withResolvers<void>()
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>()
  #to: string
  #cseq = 1
  #isOver = false

  private constructor(socket: Socket, dialling: SipDialling) {
    this.#socket = socket
    this.#dialling = dialling
    this.#to = `<sip:${dialling.to}@${HOST}:${dialling.sipPort}>`
    socket.on('message', message => this.#take(message.toString('latin1')))
  }

  /** Resolves when the call is answered. */
  static async dials(dialling: SipDialling): Promise<SipCaller> {
    const socket = createSocket('udp4')
    await new Promise<void>(resolve => socket.bind(0, HOST, resolve))
    const caller = new SipCaller(socket, dialling)
    const invite = () => caller.#send('INVITE', 1, caller.#sdp, 'application/sdp')
    invite()
    const again = setInterval(invite, AGAIN_MS)
    const late = setTimeout(() => caller.#answered.reject(new Error('nobody answered')), ANSWER_LIMIT_MS)
    try {
      await caller.#answered.promise
    } catch (error) {
      caller.#end()
      throw error
    } finally {
      clearInterval(again)
      clearTimeout(late)
    }
    return caller
  }

  /** A key as a message, or what pretends to be one. Resolves to the answer's status. */
  info(body: string): Promise<number> {
    return this.#request('INFO', body, 'application/dtmf-relay')
  }

  /** Resolves when the switch has hung up, or `hangsUp` was called. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  async hangsUp(): Promise<void> {
    await Promise.race([this.#request('BYE'), this.#over.promise])
    this.#end()
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#over.resolve()
    this.#socket.close()
  }

  /** Unanswered when the call ends before. */
  #request(method: string, body = '', type = ''): Promise<number> {
    const cseq = ++this.#cseq
    const answer = Promise.withResolvers<number>()
    this.#waiting.set(cseq, answer)
    this.#send(method, cseq, body, type)
    void this.#over.promise.then(() => answer.resolve(0))
    return answer.promise
  }

  #take(message: string): void {
    const headers = headersOf(message)
    if (!message.startsWith('SIP/2.0')) return this.#answer(message)
    const status = Number(message.slice(8, 11))
    const [cseq = '', method = ''] = (headers.get('cseq') ?? '').split(' ')
    if (method !== 'INVITE') return this.#waiting.get(Number(cseq))?.resolve(status)
    if (status < 200) return
    this.#to = headers.get('to') ?? this.#to
    this.#send('ACK', 1)
    if (status < 300) this.#answered.resolve()
    else this.#answered.reject(new Refused(`answered with ${status}`))
  }

  /** The switch asks: for a good-bye mostly. */
  #answer(message: string): void {
    if (this.#isOver) return
    this.#write(answerTo(message, '200 OK'))
    if (message.startsWith('BYE')) this.#end()
  }

  #send(method: string, cseq: number, body = '', type = ''): void {
    if (this.#isOver) return
    const { sipPort, to, displayName, user, headers } = this.#dialling
    const { port } = this.#socket.address()
    const own = method === 'INVITE' ? headers : {}
    const lines = [
      `${method} sip:${to}@${HOST}:${sipPort} SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:${port};branch=z9hG4bK-${this.#callId}-${cseq}${method === 'ACK' ? '-ack' : ''};rport`,
      `From: "${displayName}" <sip:${user}@${HOST}>;tag=${this.#callId.slice(0, 8)}`,
      `To: ${this.#to}`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:phone@${HOST}:${port}>`,
      'Max-Forwards: 70',
      ...Object.entries(own).map(([name, value]) => `${name}: ${value}`),
      ...(type === '' ? [] : [`Content-Type: ${type}`]),
      `Content-Length: ${body.length}`,
    ]
    this.#write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  }

  #write(message: string): void {
    this.#socket.send(Buffer.from(message, 'latin1'), this.#dialling.sipPort, HOST)
  }

  /** The sound that comes goes to where SIP is spoken, and is not taken for anything there. */
  get #sdp(): string {
    const { port } = this.#socket.address()
    const lines = ['v=0', `o=phone 1 1 IN IP4 ${HOST}`, 's=-', `c=IN IP4 ${HOST}`, 't=0 0']
    return [...lines, `m=audio ${port} RTP/AVP 0`, 'a=rtpmap:0 PCMU/8000', 'a=ptime:20', ''].join('\r\n')
  }
}

function headersOf(message: string): Map<string, string> {
  const headers = new Map<string, string>()
  for (const line of (message.split('\r\n\r\n')[0] ?? '').split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    // Of several Via headers an answer would need all; a switch on this machine sends one.
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
  }
  return headers
}

/** A phone outside that is called, is busy, and keeps what it was sent. */
export class SipListener {
  readonly #socket: Socket
  readonly #invites: string[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (message, { port }) => this.#take(message.toString('latin1'), port))
  }

  static async open(): Promise<SipListener> {
    const socket = createSocket('udp4')
    await new Promise<void>(resolve => socket.bind(0, HOST, resolve))
    return new SipListener(socket)
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** The INVITE with this in a header, one character per byte. */
  inviteWith(header: string): string | undefined {
    return this.#invites.find(invite => invite.includes(header))
  }

  close(): void {
    this.#socket.close()
  }

  #take(message: string, port: number): void {
    if (!message.startsWith('INVITE')) return
    this.#invites.push(message)
    this.#socket.send(Buffer.from(answerTo(message, '486 Busy Here'), 'latin1'), port, HOST)
  }
}

function answerTo(message: string, status: string): string {
  const headers = headersOf(message)
  const same = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(
    name => `${name}: ${headers.get(name.toLowerCase())}`,
  )
  return `SIP/2.0 ${status}\r\n${same.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`
}
