// FreeSWITCH as the port's Pbx: it dials us once per call (`socket host:port async full`), and each
// connection is a leg.

import type { Duplex } from 'node:stream'
import { Listener, LOOPBACK } from '../../esl/listener.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import { type Leg, type Pbx, type PbxCounts, PbxError } from '../pbx.ts'
import { isElsewhere } from './facts.ts'
import { FreeSwitchLeg } from './leg.ts'

export interface FreeSwitchOptions {
  host: string
  port: number
  /** A listening socket that the service manager holds for us; then host and port do not matter. */
  fd?: number
  /** Networks from which the switch may connect, in CIDR notation; default loopback only. */
  allow?: readonly string[]
  maxConnections: number
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

  constructor(options: FreeSwitchOptions) {
    this.#options = options
    const { host, port, fd, allow = LOOPBACK, maxConnections, replyTimeoutMs, clock, log, trace } = options
    const at = fd === undefined ? { host, port } : { fd }
    this.#listener = new Listener({ at, allow, maxConnections, replyTimeoutMs, clock, log, trace })
  }

  get counts(): PbxCounts {
    return this.#listener.counts
  }

  /** The port we listen on, once we do: for a listener at port 0. */
  get port(): number | undefined {
    return this.#listener.port
  }

  async listen(onCall: (leg: Leg) => void): Promise<void> {
    this.handOver(onCall)
    try {
      await this.#listener.listen()
    } catch (error) {
      throw new PbxError(error instanceof Error ? error.message : 'cannot listen', { cause: error })
    }
  }

  /** Takes calls without a network: whoever holds the other ends of the streams is the switch. */
  handOver(onCall: (leg: Leg) => void): void {
    this.#listener.onSession(async (connection, channel) => {
      if (isElsewhere(channel)) {
        this.#options.log.info({ leg: channel['Unique-ID'] }, 'a call that waited for us has gone elsewhere')
        return connection.exit()
      }
      const leg = new FreeSwitchLeg(connection, channel, this.#options)
      await leg.begin()
      onCall(leg)
    })
  }

  /** A connection that came by another way than our port: an in-memory pair, in tests and simulations. */
  accept(socket: Duplex, address = '127.0.0.1'): void {
    this.#listener.accept(socket, address)
  }

  stopListening(): Promise<void> {
    return this.#listener.stop()
  }
}
