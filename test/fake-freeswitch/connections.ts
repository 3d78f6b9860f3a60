// Who is connected to the switch and hears of its events: the sockets of calls and the control links.

import { type Duplex, duplexPair } from 'node:stream'
import type { CallFlow } from './call-flow.ts'
import type { Channel } from './channel.ts'
import { type ControlHost, ControlLink } from './control-link.ts'
import type { Headers, SwitchEvent } from './event-headers.ts'
import type { EventMaker } from './event-maker.ts'
import { OutboundSocket, type SocketHost } from './outbound-socket.ts'

export class Connections {
  readonly sockets = new Set<OutboundSocket>()
  readonly links = new Set<ControlLink>()
  /** The next so many connections to the control port are refused. */
  refusals = 0
  readonly #events: EventMaker

  constructor(events: EventMaker) {
    this.#events = events
  }

  openSocket(duplex: Duplex, flow: CallFlow, host: SocketHost): OutboundSocket {
    const socket = new OutboundSocket(duplex, flow.channel, host)
    this.sockets.add(socket)
    return socket
  }

  acceptControl(duplex: Duplex, host: ControlHost): void {
    if (this.refusals === 0) return void this.links.add(new ControlLink(duplex, host))
    this.refusals--
    duplex.destroy()
  }

  /** A refused connection is closed with an error. */
  connectControl(host: ControlHost): Duplex {
    const [near, far] = duplexPair()
    if (this.refusals > 0) queueMicrotask(() => near.destroy(new Error('connection refused')))
    this.acceptControl(far, host)
    return near
  }

  cutControlLinks(): void {
    for (const link of [...this.links]) link.cut()
  }

  fire(name: string, channel: Channel, extra: Headers, bare?: 'bare'): void {
    if (name === 'CHANNEL_HANGUP')
      for (const socket of this.sockets) if (socket.channel === channel) socket.wake()
    this.#offer(name, () => this.#events.event(name, channel, extra, bare))
  }

  fireRoom(about: Headers, channel: Channel | undefined, extra: Headers): void {
    this.#offer('CUSTOM', () => this.#events.custom('conference::maintenance', about, channel, extra))
  }

  jobDone(jobId: string, line: string, result: string): void {
    this.#offer('BACKGROUND_JOB', () => this.#events.backgroundJob(jobId, line, result))
  }

  /** An event is made only when somebody listens for it. */
  #offer(name: string, make: () => SwitchEvent): void {
    let event: SwitchEvent | undefined
    for (const listeners of [this.sockets, this.links]) {
      for (const listener of listeners) {
        if (!listener.listensFor(name)) continue
        event ??= make()
        listener.offer(event)
      }
    }
  }
}
