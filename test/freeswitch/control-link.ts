// The tests' own hand on a real switch: its control port, over which people are made to call, speak and hang up. Events come back
// by the leg they are about.

import { connect, type Socket } from 'node:net'
import { auth, bgapi, events } from '../../src/esl/command.ts'
import { EslConnection, type Incoming } from '../../src/esl/connection.ts'
import { CommandFailed } from '../../src/esl/errors.ts'
import type { Headers } from '../../src/esl/message.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { toBytes } from '../fake-freeswitch/bytes.ts'

export interface SwitchEvent {
  /** For CUSTOM events their subclass. */
  name: string
  headers: Headers
}

/** What the tests look at. The subclasses are those of the tests' dialplan. */
const EVENTS = [
  'CHANNEL_ANSWER',
  'CHANNEL_UNHOLD',
  'CHANNEL_HANGUP_COMPLETE',
  'PLAYBACK_STOP',
  'BACKGROUND_JOB',
  'CUSTOM',
  'parley::arrived',
  'parley::people',
]
const REPLY_LIMIT_MS = 10_000

export class ControlLink {
  readonly #connection: EslConnection
  readonly #legs = new Map<string, (event: SwitchEvent) => void>()
  readonly #jobs = new Map<string, (result: string) => void>()

  private constructor(socket: Socket) {
    // Texts go out as one byte per character: names in SIP headers need not be UTF-8.
    socket.setDefaultEncoding('latin1')
    socket.setNoDelay(true)
    this.#connection = new EslConnection(socket, { clock: systemClock, replyTimeoutMs: REPLY_LIMIT_MS })
    this.#connection.onIncoming(incoming => this.#onIncoming(incoming))
  }

  /** Rejects when nobody listens there, or the password is wrong. */
  static async connect(port: number, password: string): Promise<ControlLink> {
    const socket = connect({ host: '127.0.0.1', port })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    const link = new ControlLink(socket)
    await link.#connection.do(auth(password))
    await link.#connection.do(events(EVENTS))
    return link
  }

  /** An API command at once; UTF-8 unless `args` are bytes already. Rejects with CommandFailed for `-ERR`. */
  api(name: string, args: string): Promise<string> {
    return this.#connection.api(name, toBytes(args))
  }

  /** An API command that takes its time. `bytes`: one character per byte. */
  job(name: string, bytes: string): Promise<string> {
    const id = randomIds.next()
    return new Promise((resolve, reject) => {
      // Before the command goes out: its result may come in the same chunk as the reply.
      this.#jobs.set(id, result =>
        result.startsWith('-ERR') ? reject(new CommandFailed(name, result.trim())) : resolve(result.trim()),
      )
      this.#connection.do(bgapi(name, bytes, id)).catch(reject)
    })
  }

  /** Whoever follows a leg hears every event of it. */
  follow(leg: string, handle: (event: SwitchEvent) => void): void {
    this.#legs.set(leg, handle)
  }

  unfollow(leg: string): void {
    this.#legs.delete(leg)
  }

  close(): void {
    this.#connection.close('ended by us')
  }

  #onIncoming(incoming: Incoming): void {
    if (incoming.type !== 'event') return
    const { headers, body } = incoming
    if (incoming.name === 'BACKGROUND_JOB') {
      const id = headers['Job-UUID'] ?? ''
      this.#jobs.get(id)?.(body)
      this.#jobs.delete(id)
      return
    }
    const name = incoming.name === 'CUSTOM' ? (headers['Event-Subclass'] ?? '') : incoming.name
    const event = { name, headers }
    this.#legs.get(headers['Unique-ID'] ?? '')?.(event)
    // A caller's other leg is made known by the first.
    if (name === 'parley::arrived') this.#legs.get(headers['Parley-Caller'] ?? '')?.(event)
  }
}
