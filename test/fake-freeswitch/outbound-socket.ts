// One connection to the daemon, as the switch sees it: what a call's socket does beyond any event socket. It
// answers `connect`, controls the channel, and tells of the call's end.

import type { Duplex } from 'node:stream'
import { encodeFrame } from '../../src/esl/frame.ts'
import { unreachable } from '../../src/lib/unreachable.ts'
import { encodeUrl } from './bytes.ts'
import type { Channel } from './channel.ts'
import type { Headers, SwitchEvent } from './event-headers.ts'
import { EventSocket, type EventSocketHost, type EventSocketOwner, type OwnEffect } from './event-socket.ts'
import type { Command, Execute } from './socket-commands.ts'
import type { Wire } from './wire.ts'

export interface SocketHost extends EventSocketHost {
  wallMs(): number
  /** Channel data as `connect` answers it. */
  channelData(channel: Channel): Headers
  execute(uuid: string, execute: Execute): boolean
  kill(uuid: string, cause: string): void
  complain(channel: Channel, what: string): void
  closed(socket: OutboundSocket): void
}

export const GOODBYE = Buffer.from('Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n')
/** What was on its way when the caller hung up is nobody's mistake. */
const IN_FLIGHT_MS = 25

type State = { state: 'dialled' } | { state: 'controlling' } | { state: 'lingering' }

export class OutboundSocket implements EventSocketOwner {
  readonly channel: Channel
  readonly channelId: string
  readonly #host: SocketHost
  readonly #socket: EventSocket
  #state: State = { state: 'dialled' }
  #hangUpToldMs: number | undefined

  constructor(duplex: Duplex, channel: Channel, host: SocketHost) {
    this.channel = channel
    this.channelId = channel.id
    this.#host = host
    this.#socket = new EventSocket(duplex, this, host)
  }

  get isOpen(): boolean {
    return this.#socket.isOpen
  }

  get wire(): Wire {
    return this.#socket.wire
  }

  listensFor(name: string): boolean {
    return this.#socket.listensFor(name)
  }

  offer(event: SwitchEvent): void {
    this.#socket.offer(event)
  }

  wake(): void {
    this.#socket.wake()
  }

  cut(how: { midFrame?: boolean } = {}): void {
    this.#socket.cut(how)
  }

  onCommand(command: Command): undefined {
    if (this.#state.state === 'dialled' && command.line !== 'connect')
      this.complain('a command before connect')
  }

  onEffect(effect: OwnEffect): void {
    switch (effect.do) {
      case 'channelData':
        return this.#sendChannelData()
      case 'execute':
        this.#notAfterHangUp(effect.uuid, effect.execute.app)
        if (!this.#host.execute(effect.uuid || this.channel.id, effect.execute)) {
          this.complain('an execute for a channel that does not exist')
        }
        return
      case 'hangUp':
        this.#notAfterHangUp(effect.uuid, 'hangup')
        return this.#host.kill(effect.uuid || this.channel.id, effect.cause)
      case 'resume':
        this.channel.resumeForced = true
        this.channel.variables.set('socket_resume', 'true')
        return
      case 'getVariable':
        return this.#socket.reply(this.channel.variables.get(effect.name) || '-ERR command not found')
      case 'close':
        return this.#close()
      default:
        return unreachable(effect)
    }
  }

  onApi(line: string): void {
    const [name = '', target = ''] = line.split(' ')
    if (name !== 'uuid_exists') this.#notAfterHangUp(target, name)
  }

  onDelivery(event: SwitchEvent): void {
    if (event.name === 'CHANNEL_HANGUP' && event.headers['Unique-ID'] === this.channel.id) {
      this.#hangUpToldMs ??= this.#host.now()
    }
  }

  onTick(): void {
    if (this.channel.isOver && this.#state.state === 'controlling') this.#noticeEnd()
  }

  complain(what: string): void {
    this.#host.complain(this.channel, what)
  }

  onGone(): void {
    this.#host.closed(this)
  }

  #sendChannelData(): void {
    if (this.#state.state === 'dialled') this.#state = { state: 'controlling' }
    const lines = Object.entries(this.#host.channelData(this.channel)).map(
      ([name, value]) => `${name}: ${encodeUrl(value)}`,
    )
    lines.push('Content-Type: command/reply', 'Reply-Text: %2BOK%0A', 'Socket-Mode: async', 'Control: full')
    this.wire.write(encodeFrame(lines.join('\n')))
    this.wake()
  }

  #notAfterHangUp(uuid: string, what: string): void {
    if (uuid !== '' && uuid !== this.channel.id) return
    if (this.#hangUpToldMs === undefined || this.#host.now() - this.#hangUpToldMs <= IN_FLIGHT_MS) return
    this.complain(`a command after the hang-up: ${what}`)
  }

  #noticeEnd(): void {
    const seconds = this.#socket.session.lingerSeconds
    if (seconds === undefined) return this.#close()
    this.#state = { state: 'lingering' }
    this.#hangUpToldMs ??= this.#host.now()
    this.#socket.write(
      `Content-Type: text/disconnect-notice\nControlled-Session-UUID: ${this.channel.id}\n` +
        `Content-Disposition: linger\nChannel-Name: ${this.channel.moment().channelName}\n` +
        `Linger-Time: ${seconds}\nContent-Length: 0`,
    )
    if (seconds < 0) return
    // Counted in whole seconds of the wall clock: it closes when more than that many have begun.
    const wallMs = this.#host.wallMs()
    const untilMs = (Math.floor(wallMs / 1_000) + seconds + 1) * 1_000
    this.#host.after(untilMs - wallMs, () => this.#close())
  }

  #close(): void {
    const head =
      `Content-Type: text/disconnect-notice\nControlled-Session-UUID: ${this.channel.id}\n` +
      'Content-Disposition: disconnect'
    this.#socket.end(head, GOODBYE)
  }
}
