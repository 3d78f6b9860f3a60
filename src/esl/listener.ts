// Where the switch dials in. Takes a connection only from an allowed address, only so many at once, and hands
// it on only when the peer has answered `connect` with a channel's data: everything else is closed and
// counted.

import { BlockList, createServer, isIP, isIPv6, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Log } from '../lib/log.ts'
import { connect } from './command.ts'
import { type ConnectionOptions, EslConnection } from './connection.ts'
import { ListenFailed, ProtocolFault } from './errors.ts'
import type { Headers } from './message.ts'
import { OneLineASecond } from './one-line-a-second.ts'

export interface ListenerOptions extends ConnectionOptions {
  /** Where to listen; `fd` is a listening socket that a service manager holds for us. */
  at: { host: string; port: number } | { fd: number }
  /** Networks in CIDR notation, or single addresses, from which a switch may connect. */
  allow: readonly string[]
  maxConnections: number
  log: Log
}

export const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1/128']

/**
 * Channel by channel, in the order in which they connected. The promise rejects when no session came about.
 */
export type OnSession = (connection: EslConnection, channel: Headers) => Promise<void>

export class Listener {
  readonly #options: ListenerOptions
  readonly #allowed: BlockList
  readonly #open = new Set<Duplex>()
  readonly #failures: OneLineASecond
  #onSession: OnSession = () => Promise.resolve()
  #server: Server | undefined
  #accepted = 0
  #refused = 0
  #crowded = 0
  #garbage = 0

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#allowed = networks(options.allow)
    this.#failures = new OneLineASecond(options.clock, options.log, 'ended a connection that became no call')
  }

  get counts(): { open: number; accepted: number; refused: number; crowded: number; garbage: number } {
    return {
      open: this.#open.size,
      accepted: this.#accepted,
      refused: this.#refused,
      crowded: this.#crowded,
      garbage: this.#garbage,
    }
  }

  /** The port we listen on; undefined before `listen`. Port 0 in the options makes the system choose one. */
  get port(): number | undefined {
    const address = this.#server?.address()
    return typeof address === 'object' ? address?.port : undefined
  }

  /** Says who gets the sessions. Before `listen` and the first `accept`. */
  onSession(handle: OnSession): void {
    this.#onSession = handle
  }

  /** Rejects with ListenFailed when the address cannot be had. */
  async listen(): Promise<void> {
    const server = createServer({ noDelay: true, keepAlive: true }, socket => this.#onSocket(socket))
    const { at } = this.#options
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenFailure(at, error)))
      server.listen({ ...at, backlog: BACKLOG }, resolve)
    })
    server.on('error', error =>
      this.#options.log.error({ err: error }, 'the listener for the switch reports an error'),
    )
    this.#server = server
  }

  /** Accepts no more; open connections stay. */
  stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    // Node calls back only when every connection is gone: we wait for none of them.
    server?.close()
    this.#failures.flush()
    return Promise.resolve()
  }

  /**
   * Takes a connection from wherever it came: the network, or a pair of streams in tests. The address is ''
   * when the peer was gone before the system could name it.
   */
  accept(socket: Duplex, address: string): void {
    // Whatever happens to a socket that we close: nobody else listens for its errors.
    socket.on('error', () => {})
    if (address === '') {
      this.#becameNoCall(new ProtocolFault('the connection was reset before it was taken'))
      socket.destroy()
      return
    }
    if (!this.#isAllowed(address)) {
      this.#refused++
      this.#options.log.warn({ address }, 'refused a connection from an address that is not allowed')
      socket.destroy()
      return
    }
    if (this.#open.size >= this.#options.maxConnections) {
      this.#crowded++
      this.#options.log.warn({ open: this.#open.size }, 'refused a connection as too many are open')
      socket.destroy()
      return
    }
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    void this.#begin(socket)
  }

  #onSocket(socket: Socket): void {
    socket.setNoDelay(true)
    this.accept(socket, socket.remoteAddress ?? '')
  }

  async #begin(socket: Duplex): Promise<void> {
    const connection = new EslConnection(socket, this.#options)
    try {
      const { headers } = await connection.ask(connect)
      if (!headers['Unique-ID']) throw new ProtocolFault('the answer to connect names no channel')
      await this.#onSession(connection, headers)
      this.#accepted++
    } catch (error) {
      this.#becameNoCall(error)
      connection.close('garbage', error)
    }
  }

  #becameNoCall(error: unknown): void {
    this.#garbage++
    this.#failures.warn(error)
  }

  #isAllowed(address: string): boolean {
    // An IPv4 peer on a dual-stack socket.
    const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
    return isIP(plain) !== 0 && this.#allowed.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
  }
}

/** Calls that wait while the daemon restarts, when the service manager does not hold the socket. */
const BACKLOG = 1_024

function networks(allow: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of allow) {
    const [address = '', prefix] = network.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

function listenFailure(at: ListenerOptions['at'], error: NodeJS.ErrnoException): ListenFailed {
  const where = 'fd' in at ? `the inherited socket ${at.fd}` : `${at.host}:${at.port}`
  const why =
    error.code === 'EADDRINUSE'
      ? 'another process has it'
      : error.code === 'EACCES'
        ? 'this user may not'
        : error.message
  return new ListenFailed(`Cannot listen for FreeSWITCH on ${where}: ${why}.`, { cause: error })
}
