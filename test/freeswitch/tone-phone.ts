// A SIP phone as small as can be that is called, or calls: it sends silence or a tone, and tells when it hears the tone of another one.
// What it tells is when sound arrived on the wire.

import { randomUUID } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HeardSound } from './heard-sound.ts'
import { PhoneSound } from './phone-sound.ts'
import { type Headers, headersOf, sdpOf, sipMessage } from './sip-message.ts'

const HOST = '127.0.0.1'
/** The other side says yes to it. */
const GOODBYE_MS = 100

export interface Answering {
  /** After so many milliseconds of ringing; null: never. */
  afterMs: number | null
  /** `200 OK` takes the call. */
  status: string
  /** It does not ring before it refuses, as a trunk does. */
  isMute?: boolean
}

interface Dialogue {
  from: string
  to: string
  callId: string
  target: string
  port: number
  cseq: number
}

export class TonePhone {
  readonly hz: number
  /** How it answers; of several the first call gets the first, and all later ones the last. */
  answering: Answering | readonly [Answering, ...Answering[]] = { afterMs: 200, status: '200 OK' }
  /** When it happened, as of performance.now(). */
  rangMs: number | undefined
  answeredMs: number | undefined
  cancelledMs: number | undefined
  overMs: number | undefined
  refused: string | undefined
  invites: string[] = []
  invitedMs: number[] = []
  /** When the other side of this call, or of one before, said good-bye. */
  goodbyesMs: number[] = []
  readonly #sip: Socket
  readonly #sound: PhoneSound
  readonly #registered = Promise.withResolvers<void>()
  #dialogue: Dialogue | undefined
  #ringing: ((status: string) => void) | undefined
  #isHolding = false

  private constructor(sip: Socket, sound: PhoneSound, hz: number) {
    this.#sip = sip
    this.#sound = sound
    this.hz = hz
    sip.on('message', (message, { port }) => this.#take(message.toString('latin1'), port))
  }

  /** `hz`: a multiple of 50, so that it goes on without a click. */
  static async open(hz: number): Promise<TonePhone> {
    const sip = createSocket('udp4')
    await new Promise<void>(resolve => sip.bind(0, HOST, resolve))
    return new TonePhone(sip, await PhoneSound.open(hz), hz)
  }

  get port(): number {
    return this.#sip.address().port
  }

  get isRinging(): boolean {
    return this.#ringing !== undefined
  }

  get isInCall(): boolean {
    return this.answeredMs !== undefined && this.overMs === undefined
  }

  get isSounding(): boolean {
    return this.#sound.isSounding
  }

  /** Otherwise it sends silence. */
  set isSounding(sounds: boolean) {
    this.#sound.isSounding = sounds
  }

  /** Forgets what was heard; the next time each of these tones is heard is kept. */
  listenFor(...tones: readonly number[]): void {
    this.#sound.listenFor(...tones)
  }

  /** When this tone was first heard since `listenFor`. */
  heardMs(hz: number): number | undefined {
    return this.#sound.heardMs(hz)
  }

  /** From now on all that is heard is kept. */
  keepSound(): HeardSound {
    return this.#sound.keep()
  }

  /** Samples at 8 kHz. Resolves when they are said. */
  says(samples: Int16Array): Promise<void> {
    return this.#sound.says(samples)
  }

  /** Forgets the call before, and can be in the next one. */
  renew(): void {
    this.rangMs = this.answeredMs = this.cancelledMs = this.overMs = this.refused = undefined
    this.invites = []
    this.invitedMs = []
    this.goodbyesMs = []
    this.#ringing = this.#dialogue = undefined
    this.#isHolding = false
  }

  dial(sipPort: number, number: string, headers: Readonly<Record<string, string>>): void {
    this.#dialogue = {
      from: `<sip:+15550100@${HOST}>;tag=${randomUUID()}`,
      to: `<sip:${number}@${HOST}:${sipPort}>`,
      callId: randomUUID(),
      target: `sip:${number}@${HOST}:${sipPort}`,
      port: sipPort,
      cseq: 0,
    }
    this.#request('INVITE', this.#offer('sendrecv'), 'application/sdp', headers)
  }

  /** Is one of this user's phones from now on. Resolves when the switch agrees. */
  async register(sipPort: number, user: string): Promise<void> {
    const address = `<sip:${user}@${HOST}>`
    const lines = [
      `REGISTER sip:${HOST}:${sipPort} SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:${this.port};branch=z9hG4bK-${randomUUID()};rport`,
      `From: ${address};tag=${randomUUID()}`,
      `To: ${address}`,
      `Call-ID: ${randomUUID()}`,
      'CSeq: 1 REGISTER',
      `Contact: <sip:${user}@${HOST}:${this.port}>`,
      'Expires: 120',
      'Max-Forwards: 70',
    ]
    this.#write(lines, sipPort, '', '')
    await this.#registered.promise
  }

  /** Takes the call that rings. */
  answer(): void {
    this.#ringing?.('200 OK')
  }

  press(digit: string): void {
    this.#request('INFO', `Signal=${digit}\r\nDuration=160\r\n`, 'application/dtmf-relay')
  }

  hold(holds: boolean): void {
    this.#isHolding = holds
    this.#request('INVITE', this.#offer(holds ? 'sendonly' : 'sendrecv'), 'application/sdp')
  }

  hangUp(): void {
    if (!this.isInCall) return
    this.#request('BYE')
    this.#end()
  }

  /** Refuses the call that rings. */
  decline(status = '603 Decline'): void {
    this.#ringing?.(status)
  }

  /** Resolves when the good-bye is out. */
  async close(): Promise<void> {
    this.hangUp()
    this.#end()
    await sleep(GOODBYE_MS)
    this.#sip.close()
    this.#sound.close()
  }

  #end(): void {
    this.overMs ??= performance.now()
    this.#sound.end()
  }

  #take(message: string, port: number): void {
    const headers = headersOf(message)
    if (message.startsWith('SIP/2.0')) return this.#answered(message, headers)
    const method = message.slice(0, message.indexOf(' '))
    const again = headers.get('call-id')?.[0] === this.#dialogue?.callId
    switch (method) {
      case 'INVITE':
        if (again)
          return this.#reply(headers, port, '200 OK', this.#offer(this.#isHolding ? 'sendonly' : 'sendrecv'))
        return this.#ring(message, headers, port)
      case 'CANCEL':
        this.cancelledMs = performance.now()
        this.#reply(headers, port, '200 OK')
        return this.#ringing?.('487 Request Terminated')
      case 'BYE':
        this.#reply(headers, port, '200 OK')
        this.goodbyesMs.push(performance.now())
        // Else the good-bye of a call before.
        if (again) this.#end()
        return
      case 'ACK':
        return
      default:
        return this.#reply(headers, port, '200 OK')
    }
  }

  #ring(invite: string, headers: Headers, port: number): void {
    this.invitedMs.push(performance.now())
    const { afterMs, status: final, isMute = false } = this.#nextAnswer(this.invites.push(invite))
    const tag = randomUUID()
    if (!isMute) {
      this.rangMs = performance.now()
      this.#reply(headers, port, '180 Ringing', '', tag)
    }
    this.#ringing = status => {
      this.#ringing = undefined
      if (!status.startsWith('2')) return this.#reply(headers, port, status, '', tag)
      this.answeredMs = performance.now()
      this.#dialogue = {
        from: `${headers.get('to')?.[0]};tag=${tag}`,
        to: headers.get('from')?.[0] ?? '',
        callId: headers.get('call-id')?.[0] ?? '',
        target: /<([^>]+)>/.exec(headers.get('contact')?.[0] ?? '')?.[1] ?? '',
        port,
        cseq: 0,
      }
      this.#reply(headers, port, status, this.#offer('sendrecv'), tag)
      this.#hearAndSpeak(invite)
    }
    const ringing = this.#ringing
    if (afterMs !== null) setTimeout(() => this.#ringing === ringing && ringing(final), afterMs)
  }

  #nextAnswer(call: number): Answering {
    const answers = [this.answering].flat() as readonly Answering[]
    return answers[Math.min(call, answers.length) - 1] ?? { afterMs: null, status: '' }
  }

  #answered(message: string, headers: Headers): void {
    const [cseq, method] = (headers.get('cseq')?.[0] ?? '').split(' ')
    const status = Number(message.slice(8, 11))
    if (method === 'REGISTER' && status === 200) this.#registered.resolve()
    const dialogue = this.#dialogue
    const isOurs = headers.get('call-id')?.[0] === dialogue?.callId
    if (method !== 'INVITE' || status < 200 || !dialogue || !isOurs) return
    dialogue.to = headers.get('to')?.[0] ?? dialogue.to
    this.#request('ACK', '', '', {}, Number(cseq))
    if (status >= 300) {
      this.refused = message.split('\r\n')[0] ?? ''
      return this.#end()
    }
    this.answeredMs ??= performance.now()
    this.#hearAndSpeak(message)
  }

  #hearAndSpeak(message: string): void {
    this.#sound.begin(Number(/m=audio (\d+)/.exec(message)?.[1] ?? 0))
  }

  #reply(headers: Headers, port: number, status: string, body = '', tag?: string): void {
    const to = headers.get('to')?.[0] ?? ''
    const lines = [
      `SIP/2.0 ${status}`,
      ...(headers.get('via') ?? []).map(via => `Via: ${via}`),
      `From: ${headers.get('from')?.[0]}`,
      `To: ${to.includes('tag=') || tag === undefined ? to : `${to};tag=${tag}`}`,
      `Call-ID: ${headers.get('call-id')?.[0]}`,
      `CSeq: ${headers.get('cseq')?.[0]}`,
      `Contact: <sip:phone@${HOST}:${this.port}>`,
    ]
    this.#write(lines, port, body, 'application/sdp')
  }

  #request(
    method: string,
    body = '',
    type = '',
    headers: Readonly<Record<string, string>> = {},
    cseq?: number,
  ): void {
    const dialogue = this.#dialogue
    if (!dialogue) return
    const number = cseq ?? ++dialogue.cseq
    const lines = [
      `${method} ${dialogue.target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:${this.port};branch=z9hG4bK-${randomUUID()};rport`,
      `From: ${dialogue.from}`,
      `To: ${dialogue.to}`,
      `Call-ID: ${dialogue.callId}`,
      `CSeq: ${number} ${method}`,
      `Contact: <sip:phone@${HOST}:${this.port}>`,
      'Max-Forwards: 70',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ]
    this.#write(lines, dialogue.port, body, type)
  }

  #write(lines: readonly string[], port: number, body: string, type: string): void {
    this.#sip.send(sipMessage(lines, body, type), port, HOST)
  }

  #offer(mode: 'sendrecv' | 'sendonly'): string {
    return sdpOf(HOST, this.#sound.port, mode)
  }
}
