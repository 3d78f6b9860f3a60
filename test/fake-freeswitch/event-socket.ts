// What both kinds of connection have in common, the outbound socket of a call and the control link: commands in,
// replies at once and in order, events in ticks of 20 ms.

import type { Duplex } from 'node:stream'
import { encodeFrame, FrameDecoder } from '../../src/esl/frame.ts'
import type { Timer } from '../../src/lib/clock.ts'
import { encodeUrl } from './bytes.ts'
import type { SwitchEvent } from './event-headers.ts'
import type { Effect } from './socket-commands.ts'
import { answer, type Command, NEW_SESSION, readCommand, type Session, wants } from './socket-commands.ts'
import { Wire, type WireHost } from './wire.ts'

export interface EventSocketHost extends WireHost {
  nextId(): string
  /** Runs an api command; most are done before this returns. */
  api(line: string, done: (result: string) => void): void
  /** What `sendevent` says to a leg. */
  sendEvent(uuid: string, command: string): void
  /** The result of a command in the background, told to everybody who listens. */
  jobDone(jobId: string, line: string, result: string): void
}

/** What a connection cannot do by itself. */
export type OwnEffect = Exclude<Effect, { do: 'reply' | 'api' | 'sendEvent' }>

/** Who knows what the connection is for. */
export interface EventSocketOwner {
  /** The call it belongs to: nobody's for a control link. */
  readonly channelId: string
  /** Before a command is answered; `done`: it needs no other answer. */
  onCommand(command: Command): 'done' | undefined
  onEffect(effect: OwnEffect): void
  /** An api command is about to run. */
  onApi(line: string): void
  /** The last moment before an event is written. */
  onDelivery(event: SwitchEvent): void
  /** After the events of a tick. */
  onTick(): void
  complain(what: string): void
  /** The connection is over, by whomever. */
  onGone(): void
}

const DELIVERY_MS = 20

export class EventSocket {
  readonly wire: Wire
  readonly #owner: EventSocketOwner
  readonly #host: EventSocketHost
  readonly #decoder = new FrameDecoder()
  #session: Session = NEW_SESSION
  #open = true
  /** An api command runs that takes time: nothing is read and nothing is told until it has answered. */
  #busy = false
  #owed: SwitchEvent[] = []
  /** The switch looks for events 20 ms after it has last read a command, and every 20 ms from then. */
  #readMs: number
  #delivery: Timer | undefined

  constructor(duplex: Duplex, owner: EventSocketOwner, host: EventSocketHost) {
    this.#owner = owner
    this.#host = host
    this.#readMs = host.now()
    this.wire = new Wire(duplex, host)
    // Not inside the write of whoever sent it: an in-memory pair would do that, a network does not.
    duplex.on('data', (chunk: Buffer) => queueMicrotask(() => this.#read(chunk)))
    for (const end of ['end', 'close', 'error']) duplex.on(end, () => this.#gone())
  }

  get isOpen(): boolean {
    return this.#open
  }

  get session(): Session {
    return this.#session
  }

  listensFor(name: string): boolean {
    return this.#session.events.has(name) || this.#session.events.has('ALL')
  }

  /** An event happened somewhere on the switch. */
  offer(event: SwitchEvent): void {
    if (!this.#open || !wants(this.#session, event, this.#owner.channelId)) return
    const fate = this.#host.faults.event?.(event) ?? 'pass'
    if (fate === 'drop') return
    if (typeof fate === 'object') {
      this.#host.after(fate.delayMs, () => this.#owe(event))
      return
    }
    this.#owe(event)
    if (fate === 'repeat') this.#owe(event)
  }

  /** There is something that this connection must notice with its next tick. */
  wake(): void {
    if (this.#delivery || !this.#open) return
    const inMs = DELIVERY_MS - ((this.#host.now() - this.#readMs) % DELIVERY_MS)
    this.#delivery = this.#host.after(inMs, () => {
      this.#delivery = undefined
      this.#tick()
    })
  }

  /** The connection breaks; `midFrame` leaves half an event behind. */
  cut(how: { midFrame?: boolean } = {}): void {
    if (how.midFrame)
      this.wire.writeRaw(Buffer.from('Content-Length: 6624\nContent-Type: text/event-json\n\n{"Ev'))
    this.wire.destroy()
    this.#gone()
  }

  /** `head` is a header block without its empty line. */
  write(head: string, body?: Buffer): void {
    this.wire.write(body ? encodeFrame(`${head}\nContent-Length: ${body.length}`, body) : encodeFrame(head))
  }

  reply(text: string): void {
    this.write(`Content-Type: command/reply\nReply-Text: ${text}`)
  }

  /** Writes what is owed, then the notice of the end, and closes. */
  end(head: string, body: Buffer): void {
    if (!this.#open) return
    this.#deliver()
    this.write(head, body)
    this.wire.end()
    this.#gone()
  }

  #owe(event: SwitchEvent): void {
    this.#owed.push(event)
    this.wake()
  }

  #read(chunk: Buffer): void {
    if (!this.#open) return
    this.#decoder.push(chunk)
    this.#obeyAll()
  }

  #obeyAll(): void {
    while (!this.#busy) {
      const frame = this.#decoder.next()
      if (!frame) break
      if (frame.kind === 'fault') {
        this.#owner.complain(`not Event Socket: ${frame.fault}`)
        return this.cut()
      }
      this.#obey(frame.head)
      if (!this.#open) return
    }
    if (this.#busy) return
    // When there is nothing left to read it writes what has happened meanwhile, and looks again 20 ms later.
    this.#readMs = this.#host.now()
    if (this.#decoder.unreadBytes === 0) {
      this.#deliver()
      this.#owner.onTick()
    }
    if (!this.#open || !this.#delivery) return
    this.#delivery.cancel()
    this.#delivery = undefined
    this.wake()
  }

  #obey(head: string): void {
    const command = readCommand(head)
    if (this.#owner.onCommand(command) === 'done') return
    const { session, effects, complaints } = answer(this.#session, command)
    this.#session = session
    for (const complaint of complaints) this.#owner.complain(complaint)
    for (const effect of effects) {
      if (effect.do === 'reply') this.reply(effect.text)
      else if (effect.do === 'api') this.#api(effect)
      else if (effect.do === 'sendEvent') {
        this.#host.sendEvent(effect.uuid, effect.command)
        this.reply(`+OK ${this.#host.nextId()}`)
      } else this.#owner.onEffect(effect)
    }
  }

  #api({ line, background, jobId }: Extract<Effect, { do: 'api' }>): void {
    this.#owner.onApi(line)
    if (!background) {
      this.#busy = true
      let later = false
      this.#host.api(line, result => {
        this.#busy = false
        this.write('Content-Type: api/response', Buffer.from(result || '-ERR no reply\n', 'latin1'))
        if (later && this.#open) this.#obeyAll()
      })
      later = true
      return
    }
    const id = jobId ?? this.#host.nextId()
    this.reply(`+OK Job-UUID: ${id}\nJob-UUID: ${id}`)
    this.#host.api(line, result => this.#host.jobDone(id, line, result))
  }

  // Half a command holds everything else back, as on the real switch.
  #tick(): void {
    if (!this.#open) return
    if (this.#busy || this.#decoder.unreadBytes > 0) return this.wake()
    this.#deliver()
    this.#owner.onTick()
  }

  #deliver(): void {
    const owed = this.#owed
    this.#owed = []
    for (const event of owed) {
      this.#owner.onDelivery(event)
      const { format } = this.#session
      const body = Buffer.from(format === 'json' ? jsonOf(event) : plainOf(event), 'latin1')
      this.wire.write(encodeFrame(`Content-Length: ${body.length}\nContent-Type: text/event-${format}`, body))
    }
  }

  #gone(): void {
    if (!this.#open) return
    this.#open = false
    this.wire.end()
    this.#owner.onGone()
  }
}

function jsonOf({ headers, body }: SwitchEvent): string {
  if (body === undefined) return JSON.stringify(headers)
  return JSON.stringify({ ...headers, 'Content-Length': String(body.length), _body: body })
}

function plainOf({ headers, body }: SwitchEvent): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${encodeUrl(value)}\n`)
  if (body === undefined) return `${lines.join('')}\n`
  return `${lines.join('')}Content-Length: ${body.length}\n\n${body}`
}
