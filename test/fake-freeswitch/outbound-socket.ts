// One connection to the daemon, as the switch sees it: commands in, replies at once and in order, events in
// ticks of 20 ms, the notices and the close when the call is over.

import type { Duplex } from 'node:stream'
import { encodeFrame, FrameDecoder } from '../../src/esl/frame.ts'
import type { Timer } from '../../src/lib/clock.ts'
import { unreachable } from '../../src/lib/unreachable.ts'
import { encodeUrl } from './bytes.ts'
import type { Channel } from './channel.ts'
import type { Headers, SwitchEvent } from './event-headers.ts'
import type { Execute } from './socket-commands.ts'
import { answer, type Effect, NEW_SESSION, readCommand, type Session, wants } from './socket-commands.ts'
import { Wire, type WireHost } from './wire.ts'

export interface SocketHost extends WireHost {
  wallMs(): number
  nextId(): string
  /** Channel data as `connect` answers it. */
  channelData(channel: Channel): Headers
  api(line: string): string
  execute(uuid: string, execute: Execute): boolean
  kill(uuid: string, cause: string): void
  /** An event that belongs to no channel. */
  backgroundJob(jobId: string, line: string, result: string): SwitchEvent
  complain(channel: Channel, what: string): void
  closed(socket: OutboundSocket): void
}

const GOODBYE = 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n'
const DELIVERY_MS = 20
/** What was on its way when the caller hung up is nobody's mistake. */
const IN_FLIGHT_MS = 25

type State = { state: 'dialled' } | { state: 'controlling' } | { state: 'lingering' } | { state: 'closed' }

export class OutboundSocket {
  readonly channel: Channel
  readonly #host: SocketHost
  readonly #wire: Wire
  readonly #decoder = new FrameDecoder()
  #session: Session = NEW_SESSION
  #state: State = { state: 'dialled' }
  #owed: SwitchEvent[] = []
  /** The switch looks for events 20 ms after it has last read a command, and every 20 ms from then. */
  #readMs: number
  #delivery: Timer | undefined
  #hangUpToldMs: number | undefined

  constructor(duplex: Duplex, channel: Channel, host: SocketHost) {
    this.channel = channel
    this.#host = host
    this.#readMs = host.now()
    this.#wire = new Wire(duplex, host)
    // Not inside the write of whoever sent it: an in-memory pair would do that, a network does not.
    duplex.on('data', (chunk: Buffer) => queueMicrotask(() => this.#read(chunk)))
    duplex.on('end', () => this.#gone())
    duplex.on('close', () => this.#gone())
    duplex.on('error', () => this.#gone())
  }

  get isOpen(): boolean {
    return this.#state.state !== 'closed'
  }

  get wire(): Wire {
    return this.#wire
  }

  listensFor(name: string): boolean {
    return this.#session.events.has(name) || this.#session.events.has('ALL')
  }

  /** An event happened somewhere on the switch. */
  offer(event: SwitchEvent): void {
    if (this.#state.state === 'closed' || !wants(this.#session, event, this.channel.id)) return
    const fate = this.#host.faults.event?.(event) ?? 'pass'
    if (fate === 'drop') return
    if (typeof fate === 'object') {
      this.#host.after(fate.delayMs, () => this.#owe(event))
      return
    }
    this.#owe(event)
    if (fate === 'repeat') this.#owe(event)
  }

  /** Something about the channel has changed that this connection must notice with its next tick. */
  wake(): void {
    if (this.#delivery || this.#state.state === 'closed') return
    const inMs = DELIVERY_MS - ((this.#host.now() - this.#readMs) % DELIVERY_MS)
    this.#delivery = this.#host.after(inMs, () => {
      this.#delivery = undefined
      this.#tick()
    })
  }

  /** The connection breaks; `midFrame` leaves half an event behind. */
  cut(how: { midFrame?: boolean } = {}): void {
    if (how.midFrame)
      this.#wire.writeRaw(Buffer.from('Content-Length: 6624\nContent-Type: text/event-json\n\n{"Ev'))
    this.#wire.destroy()
    this.#gone()
  }

  #owe(event: SwitchEvent): void {
    this.#owed.push(event)
    this.wake()
  }

  #read(chunk: Buffer): void {
    if (this.#state.state === 'closed') return
    this.#decoder.push(chunk)
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      if (frame.kind === 'fault') {
        this.#host.complain(this.channel, `not Event Socket: ${frame.fault}`)
        return this.cut()
      }
      this.#deliver()
      this.#obey(frame.head)
      if (!this.isOpen) return
    }
    this.#readMs = this.#host.now()
    if (!this.#delivery) return
    this.#delivery.cancel()
    this.#delivery = undefined
    this.wake()
  }

  #obey(head: string): void {
    const command = readCommand(head)
    const { session, effects, complaints } = answer(this.#session, command)
    this.#session = session
    for (const complaint of complaints) this.#host.complain(this.channel, complaint)
    if (this.#state.state === 'dialled' && command.line !== 'connect') {
      this.#host.complain(this.channel, 'a command before connect')
    }
    for (const effect of effects) this.#do(effect)
  }

  #do(effect: Effect): void {
    switch (effect.do) {
      case 'reply':
        return this.#reply(effect.text)
      case 'channelData':
        return this.#sendChannelData()
      case 'execute':
        this.#notAfterHangUp(effect.uuid, effect.execute.app)
        if (!this.#host.execute(effect.uuid || this.channel.id, effect.execute)) {
          this.#host.complain(this.channel, 'an execute for a channel that does not exist')
        }
        return
      case 'hangUp':
        this.#notAfterHangUp(effect.uuid, 'hangup')
        return this.#host.kill(effect.uuid || this.channel.id, effect.cause)
      case 'api':
        return this.#api(effect)
      case 'resume':
        this.channel.resumeForced = true
        this.channel.variables.set('socket_resume', 'true')
        return
      case 'getVariable':
        return this.#reply(this.channel.variables.get(effect.name) || '-ERR command not found')
      case 'close':
        return this.#close()
      default:
        return unreachable(effect)
    }
  }

  #sendChannelData(): void {
    if (this.#state.state === 'dialled') this.#state = { state: 'controlling' }
    const lines = Object.entries(this.#host.channelData(this.channel)).map(
      ([name, value]) => `${name}: ${encodeUrl(value)}`,
    )
    lines.push('Content-Type: command/reply', 'Reply-Text: %2BOK%0A', 'Socket-Mode: async', 'Control: full')
    this.#wire.write(encodeFrame(lines.join('\n')))
    this.wake()
  }

  #api({ line, background, jobId }: Extract<Effect, { do: 'api' }>): void {
    const [, target = ''] = line.split(' ')
    if (!/^uuid_exists\b/.test(line)) this.#notAfterHangUp(target, line.split(' ', 1)[0] ?? '')
    if (!background) {
      const body = Buffer.from(this.#host.api(line) || '-ERR no reply\n', 'latin1')
      return this.#wire.write(encodeFrame(`Content-Type: api/response\nContent-Length: ${body.length}`, body))
    }
    const id = jobId ?? this.#host.nextId()
    this.#wire.write(
      encodeFrame(`Content-Type: command/reply\nReply-Text: +OK Job-UUID: ${id}\nJob-UUID: ${id}`),
    )
    const event = this.#host.backgroundJob(id, line, this.#host.api(line))
    this.offer(event)
  }

  #notAfterHangUp(uuid: string, what: string): void {
    if (uuid !== '' && uuid !== this.channel.id) return
    if (this.#hangUpToldMs === undefined || this.#host.now() - this.#hangUpToldMs <= IN_FLIGHT_MS) return
    this.#host.complain(this.channel, `a command after the hang-up: ${what}`)
  }

  #reply(text: string): void {
    this.#wire.write(encodeFrame(`Content-Type: command/reply\nReply-Text: ${text}`))
  }

  // Half a command holds everything else back, as on the real switch.
  #tick(): void {
    if (this.#state.state === 'closed' || this.#state.state === 'dialled') return
    if (this.#decoder.unreadBytes > 0) return this.wake()
    this.#deliver()
    if (this.channel.isOver && this.#state.state === 'controlling') this.#noticeEnd()
  }

  #deliver(): void {
    const owed = this.#owed
    this.#owed = []
    for (const event of owed) {
      if (event.name === 'CHANNEL_HANGUP' && event.headers['Unique-ID'] === this.channel.id) {
        this.#hangUpToldMs ??= this.#host.now()
      }
      this.#wire.write(serialize(event, this.#session.format))
    }
  }

  #noticeEnd(): void {
    const seconds = this.#session.lingerSeconds
    if (seconds === undefined) return this.#close()
    this.#state = { state: 'lingering' }
    this.#hangUpToldMs ??= this.#host.now()
    this.#wire.write(
      encodeFrame(
        `Content-Type: text/disconnect-notice\nControlled-Session-UUID: ${this.channel.id}\n` +
          `Content-Disposition: linger\nChannel-Name: ${this.channel.moment().channelName}\n` +
          `Linger-Time: ${seconds}\nContent-Length: 0`,
      ),
    )
    if (seconds < 0) return
    // Counted in whole seconds of the wall clock: it closes when more than that many have begun.
    const wallMs = this.#host.wallMs()
    const untilMs = (Math.floor(wallMs / 1_000) + seconds + 1) * 1_000
    this.#host.after(untilMs - wallMs, () => this.#close())
  }

  #close(): void {
    if (this.#state.state === 'closed') return
    this.#deliver()
    const body = Buffer.from(GOODBYE, 'latin1')
    const head =
      `Content-Type: text/disconnect-notice\nControlled-Session-UUID: ${this.channel.id}\n` +
      `Content-Disposition: disconnect\nContent-Length: ${body.length}`
    this.#wire.write(encodeFrame(head, body))
    this.#wire.end()
    this.#gone()
  }

  #gone(): void {
    if (this.#state.state === 'closed') return
    this.#state = { state: 'closed' }
    this.#wire.end()
    this.#host.closed(this)
  }
}

function serialize(event: SwitchEvent, format: 'plain' | 'json'): Buffer {
  const body = format === 'json' ? jsonOf(event) : plainOf(event)
  const bytes = Buffer.from(body, 'latin1')
  return encodeFrame(`Content-Length: ${bytes.length}\nContent-Type: text/event-${format}`, bytes)
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
