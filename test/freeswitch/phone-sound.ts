// The sound of a phone: it sends silence, a tone, or what somebody says, tells when it hears a tone, and keeps what it hears.

import { createSocket, type Socket } from 'node:dgram'
import { decodeG711, encodeG711 } from '../../src/audio/g711.ts'
import { HeardSound } from './heard-sound.ts'
import { FRAME, framesOf, loudnessAt } from './tone.ts'

const HOST = '127.0.0.1'
const FRAME_MS = 20
/** Of full scale 1; a tone of another phone is louder. */
const AUDIBLE = 0.04
/** Of all that sounds at once; speech at its pitch is less. */
const PURE = 0.6
const SILENCE = Buffer.alloc(FRAME, 0xff)
/** RTP's header is this long, and SIP's numbers of G.711 μ-law is 0. */
const HEADER = 12

export class PhoneSound {
  /** Otherwise it sends silence. */
  isSounding = false
  readonly #rtp: Socket
  readonly #tone: readonly Uint8Array[]
  readonly #heard = new Map<number, number>()
  #listensFor: readonly number[] = []
  #keeps: HeardSound | undefined
  #says: { frames: Uint8Array[]; done: () => void } | undefined
  #peer: number | undefined
  #sending: NodeJS.Timeout | undefined
  #sent = 0

  private constructor(rtp: Socket, hz: number) {
    this.#rtp = rtp
    this.#tone = framesOf(hz)
    rtp.on('message', packet => this.#hear(packet))
  }

  static async open(hz: number): Promise<PhoneSound> {
    const rtp = createSocket('udp4')
    await new Promise<void>(resolve => rtp.bind(0, HOST, resolve))
    return new PhoneSound(rtp, hz)
  }

  get port(): number {
    return this.#rtp.address().port
  }

  /** Forgets what was heard; the next time each of these tones is heard is kept. */
  listenFor(...tones: readonly number[]): void {
    this.#listensFor = tones
    this.#heard.clear()
  }

  /** When this tone was first heard since `listenFor`. */
  heardMs(hz: number): number | undefined {
    return this.#heard.get(hz)
  }

  /** From now on all that is heard is kept. */
  keep(): HeardSound {
    this.#keeps ??= new HeardSound()
    return this.#keeps
  }

  /** Samples at 8 kHz. Resolves when they are said, or the call is over. */
  says(samples: Int16Array): Promise<void> {
    const whole = new Int16Array(Math.ceil(samples.length / FRAME) * FRAME)
    whole.set(samples)
    const codes = encodeG711(whole, 'mu-law')
    const frames = Array.from({ length: codes.length / FRAME }, (_, at) =>
      codes.subarray(at * FRAME, (at + 1) * FRAME),
    )
    return new Promise(resolve => {
      this.#says = { frames, done: resolve }
    })
  }

  /** Sends to this port of the switch from now on. */
  begin(peer: number): void {
    this.#peer = peer
    if (this.#sending) return
    const beganMs = performance.now() - this.#sent * FRAME_MS
    this.#sending = setInterval(() => {
      while (this.#sent * FRAME_MS <= performance.now() - beganMs) this.#send()
    }, FRAME_MS / 2)
  }

  end(): void {
    clearInterval(this.#sending)
    this.#sending = undefined
    this.#said()
  }

  close(): void {
    this.end()
    this.#rtp.close()
  }

  #send(): void {
    const header = Buffer.alloc(HEADER)
    header.writeUInt16BE(0x8000, 0)
    header.writeUInt16BE(this.#sent & 0xffff, 2)
    header.writeUInt32BE((this.#sent * FRAME) >>> 0, 4)
    header.writeUInt32BE(this.port, 8)
    const tone = this.#tone[this.#sent++ % this.#tone.length]
    const frame = this.#says?.frames.shift() ?? (this.isSounding ? tone : SILENCE)
    if (this.#says?.frames.length === 0) this.#said()
    if (frame && this.#peer) this.#rtp.send(Buffer.concat([header, frame]), this.#peer, HOST)
  }

  #said(): void {
    this.#says?.done()
    this.#says = undefined
  }

  #hear(packet: Buffer): void {
    if ((packet.readUInt8(1) & 0x7f) !== 0) return
    const missing = this.#listensFor.filter(hz => !this.#heard.has(hz))
    if (missing.length === 0 && !this.#keeps) return
    const samples = decodeG711(packet.subarray(HEADER), 'mu-law')
    this.#keeps?.take(performance.now(), samples)
    const least = Math.max(AUDIBLE, PURE * amplitudeOf(samples))
    for (const hz of missing) if (loudnessAt(samples, hz) > least) this.#heard.set(hz, performance.now())
  }
}

/** Of the tone that would be as loud, of full scale 1. */
function amplitudeOf(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return Math.sqrt((2 * sum) / Math.max(1, samples.length)) / 32_768
}
