// The control port's side of a connection: who has authenticated may command the whole switch and hear of every
// call.

import type { Duplex } from 'node:stream'
import type { SwitchEvent } from './event-headers.ts'
import { EventSocket, type EventSocketHost, type EventSocketOwner, type OwnEffect } from './event-socket.ts'
import { GOODBYE } from './outbound-socket.ts'
import type { Command } from './socket-commands.ts'

export interface ControlHost extends EventSocketHost {
  readonly password: string
  kill(uuid: string, cause: string): void
  complainOf(callId: string, what: string): void
  linkClosed(link: ControlLink): void
}

export class ControlLink implements EventSocketOwner {
  readonly channelId = ''
  readonly #host: ControlHost
  readonly #socket: EventSocket
  #admitted = false

  constructor(duplex: Duplex, host: ControlHost) {
    this.#host = host
    this.#socket = new EventSocket(duplex, this, host)
    this.#socket.write('Content-Type: auth/request')
  }

  listensFor(name: string): boolean {
    return this.#socket.listensFor(name)
  }

  offer(event: SwitchEvent): void {
    this.#socket.offer(event)
  }

  cut(): void {
    this.#socket.cut()
  }

  onCommand(command: Command): 'done' | undefined {
    const [verb = '', password = ''] = command.line.split(' ')
    if (verb === 'auth') {
      this.#admitted = password === this.#host.password
      this.#socket.reply(this.#admitted ? '+OK accepted' : '-ERR invalid')
      if (!this.#admitted) this.#close()
      return 'done'
    }
    if (this.#admitted || verb === 'exit') return undefined
    this.complain('a command before auth')
    this.#socket.reply('-ERR command not found')
    return 'done'
  }

  onEffect(effect: OwnEffect): void {
    if (effect.do === 'close') return this.#close()
    if (effect.do === 'hangUp') return this.#host.kill(effect.uuid, effect.cause)
    this.complain(`not for a control link: ${effect.do}`)
  }

  onApi(): void {}

  onDelivery(): void {}

  onTick(): void {}

  complain(what: string): void {
    this.#host.complainOf('', what)
  }

  onGone(): void {
    this.#host.linkClosed(this)
  }

  #close(): void {
    this.#socket.end('Content-Type: text/disconnect-notice', GOODBYE)
  }
}
