// A real session, played back as the switch of a leg under test. It answers what the leg writes, not by time:
// each command brings what the real switch said until the captured daemon's next command. Where that daemon
// used another command for the same thing, the reply is put into the form that ours expects.

import type { Duplex } from 'node:stream'
import { encodeFrame, type Frame } from '../../src/esl/frame.ts'
import type { CommandText } from '../../src/esl/message.ts'
import { framesOf, goldenChunks } from '../esl/golden.ts'
import { Peer } from '../esl/peer.ts'

type Kind = 'connect' | 'session' | 'record' | 'stop' | 'play' | 'break' | 'hangup' | 'other'

interface Segment {
  kind: Kind
  frames: Frame[]
}

const API_OK: Frame = {
  kind: 'frame',
  head: 'Content-Type: api/response\nContent-Length: 4',
  body: Buffer.from('+OK\n'),
}

export class GoldenSwitch {
  readonly #peer = new Peer()
  readonly #segments: Segment[]
  readonly #pieceBytes: number
  /** What the leg said, for assertions. */
  readonly said: string[] = []

  /** `pieceBytes`: how much of a frame arrives at once. */
  constructor(trace: string, pieceBytes = Number.POSITIVE_INFINITY) {
    this.#pieceBytes = pieceBytes
    this.#segments = segmentsOf(`${trace}.outbound`)
    this.#peer.onCommand = command => this.#onCommand(command)
  }

  /** The daemon's end. */
  get socket(): Duplex {
    return this.#peer.daemon
  }

  /** What the captured session would still bring. */
  get unplayed(): Kind[] {
    return this.#segments.map(({ kind }) => kind)
  }

  #onCommand(command: CommandText): void {
    this.said.push(command.line)
    const kind = kindOf(command)
    if (this.#segments[0]?.kind === kind) {
      for (const frame of this.#segments.shift()?.frames ?? []) this.#send(frame)
    } else if (command.line === 'exit') {
      this.#peer.end()
    } else {
      this.#peer.reply(command) // said by us, not by the captured daemon
    }
  }

  #send({ head, body }: Frame): void {
    const bytes = encodeFrame(head, body)
    for (let at = 0; at < bytes.length; at += this.#pieceBytes) {
      this.#peer.raw(bytes.subarray(at, Math.min(bytes.length, at + this.#pieceBytes)))
    }
  }
}

function segmentsOf(trace: string): Segment[] {
  const segments: Segment[] = []
  for (const { kind, bytes, converted } of captured(trace)) {
    let frames = framesOf([bytes])
    if (converted) frames = frames.map(frame => (isReply(frame) ? API_OK : frame))
    segments.push({ kind, frames })
  }
  // What the captured daemon did besides (its own variables) brings no answer, but its later events still
  // come.
  for (let at = segments.length - 1; at > 0; at--) {
    if (segments[at]?.kind !== 'other') continue
    const [removed] = segments.splice(at, 1)
    segments[at - 1]?.frames.push(...(removed?.frames.filter(frame => !isReply(frame)) ?? []))
  }
  // RECORD_START belongs to the recording; in the captures the next command was written before it was read.
  for (const [at, { kind }] of segments.entries()) {
    const next = segments[at + 1]
    const begun = next?.frames.find(frame => frame.body.includes('"RECORD_START"'))
    if (kind !== 'record' || !next || !begun) continue
    next.frames = next.frames.filter(frame => frame !== begun)
    segments[at]?.frames.push(begun)
  }
  return segments
}

function captured(trace: string): { kind: Kind; bytes: Buffer; converted: boolean }[] {
  const parts: { kind: Kind; bytes: Buffer; converted: boolean }[] = []
  for (const { dir, data } of goldenChunks(trace)) {
    if (dir === 'app') {
      const [frame] = framesOf([data])
      const [line = '', ...headers] = frame?.head.split('\n') ?? []
      const kind = kindOf({
        line,
        headers: Object.fromEntries(headers.map(header => header.split(': '))),
        body: '',
      })
      const byApplication = line === 'sendmsg' && (kind === 'hangup' || kind === 'record')
      parts.push({ kind, bytes: Buffer.alloc(0), converted: byApplication })
    } else {
      const part = parts.at(-1)
      if (part) part.bytes = Buffer.concat([part.bytes, data])
    }
  }
  return parts
}

function kindOf({ line, headers }: CommandText): Kind {
  if (line === 'connect') return 'connect'
  if (/^(linger|filter|event) /.test(line)) return 'session'
  if (/^api uuid_record \S+ start /.test(line)) return 'record'
  if (/^api uuid_record \S+ stop /.test(line)) return 'stop'
  if (line.startsWith('api uuid_break ')) return 'break'
  if (line.startsWith('api uuid_kill ')) return 'hangup'
  const application = headers['execute-app-name']
  if (application === 'playback') return 'play'
  if (application === 'hangup') return 'hangup'
  if (application === 'record_session') return 'record'
  return 'other'
}

function isReply({ head }: Frame): boolean {
  return /^Content-Type: (command\/reply|api\/response)/m.test(head) && !head.startsWith('Event-Name')
}
