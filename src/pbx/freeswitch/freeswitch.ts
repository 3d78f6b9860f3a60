// FreeSWITCH as the port's Pbx: it dials us once per call (`socket host:port async full`), and each connection is a leg. Beside
// them there is one connection of ours to its event socket, by which people are dialled.

import type { Duplex } from 'node:stream'
import type { EslConnection } from '../../esl/connection.ts'
import { Listener, LOOPBACK } from '../../esl/listener.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import { type Dialling, type DialOrder, type Leg, type Pbx, type PbxCounts, PbxError } from '../pbx.ts'
import type { ControlAddress } from './control-link.ts'
import { isElsewhere } from './facts.ts'
import { FreeSwitchLeg } from './leg.ts'
import { dialledAs } from './owners.ts'
import { SwitchControl } from './switch-control.ts'

export interface FreeSwitchOptions {
  host: string
  port: number
  /** A listening socket that the service manager holds for us; then host and port do not matter. */
  fd?: number
  /** Networks from which the switch may connect, in CIDR notation; default loopback only. */
  allow?: readonly string[]
  maxConnections: number
  /** The switch's own event socket. Without it nobody can be dialled. */
  control?: ControlAddress
  /** How to get there; default TCP. */
  connectControl?: () => Duplex
  /** A switch that answers later than this is given up. It answers within a millisecond. */
  replyTimeoutMs: number
  clock: Clock
  ids: Ids
  log: Log
  /** Every frame on every connection, for people who look for a fault. Frames hold personal data. */
  trace?: (direction: '<' | '>', text: string) => void
}

export class FreeSwitch implements Pbx {
  readonly #options: FreeSwitchOptions
  readonly #listener: Listener
  readonly #process: string
  readonly #control: SwitchControl

  constructor(options: FreeSwitchOptions) {
    this.#options = options
    const {
      host,
      port,
      fd,
      allow = LOOPBACK,
      maxConnections,
      replyTimeoutMs,
      clock,
      ids,
      log,
      trace,
    } = options
    const at = fd === undefined ? { host, port } : { fd }
    this.#listener = new Listener({ at, allow, maxConnections, replyTimeoutMs, clock, log, trace })
    this.#process = ids.next()
    this.#control = new SwitchControl({
      ...options,
      place: () => this.#place,
      instance: () => `${this.#place}-${this.#process}`,
    })
  }

  get counts(): PbxCounts {
    return this.#listener.counts
  }

  /** The port we listen on, once we do: for a listener at port 0. */
  get port(): number | undefined {
    return this.#listener.port
  }

  /** Does not wait for the control link: calls are taken without it. */
  async listen(onCall: (leg: Leg) => void): Promise<void> {
    this.#takeSessions(onCall)
    try {
      await this.#listener.listen()
    } catch (error) {
      throw new PbxError(error instanceof Error ? error.message : 'cannot listen', { cause: error })
    }
    this.#control.start()
  }

  /** Takes calls without a network: whoever holds the other ends of the streams is the switch. */
  handOver(onCall: (leg: Leg) => void): void {
    this.#takeSessions(onCall)
    this.#control.start()
  }

  /** A connection that came by another way than our port: an in-memory pair, in tests and simulations. */
  accept(socket: Duplex, address = '127.0.0.1'): void {
    this.#listener.accept(socket, address)
  }

  dial(order: DialOrder): Dialling {
    return this.#control.dial(order)
  }

  roomFault(room: string): Promise<string | null> {
    return this.#control.roomFault(room)
  }

  sweep(): Promise<readonly string[]> {
    return this.#control.sweep()
  }

  stopListening(): Promise<void> {
    return this.#listener.stop()
  }

  /** Ends the control link, and whoever is still being dialled. */
  stop(): void {
    this.#control.stop()
  }

  /** Where the switch finds us. One that listens on every address is found on the loopback. */
  get #place(): string {
    const { host, port } = this.#options
    return `${/^(0\.0\.0\.0|::1?|localhost)$/.test(host) ? '127.0.0.1' : host}:${this.#listener.port ?? port}`
  }

  #takeSessions(onCall: (leg: Leg) => void): void {
    this.#listener.onSession(async (connection, channel) => {
      if (isElsewhere(channel)) {
        this.#options.log.info({ leg: channel['Unique-ID'] }, 'a call that waited for us has gone elsewhere')
        return connection.exit()
      }
      const dialled = dialledAs(channel)
      const dialling = dialled && this.#control.awaiting(dialled.token)
      if (dialled?.as === 'agent' && !dialling) return this.#turnAway(connection, channel['Unique-ID'] ?? '')
      const owner = (callId: string) => this.#control.owner(callId)
      const leg = new FreeSwitchLeg(connection, channel, { ...this.#options, owner })
      if (dialling) return dialling.land(leg, () => leg.begin())
      await leg.begin()
      onCall(leg)
    })
  }

  /** The agent of a call that is over, or of a process that is gone. */
  async #turnAway(connection: EslConnection, id: string): Promise<void> {
    this.#options.log.warn({ leg: id }, 'hung up on an agent for whom nobody waits')
    try {
      await connection.api('uuid_kill', `${id} ORIGINATOR_CANCEL`)
    } finally {
      connection.exit()
    }
  }
}
