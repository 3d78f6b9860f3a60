// Our own connection to the switch's event socket, beside those of the calls: over it people are dialled, and the switch as a
// whole is asked. It comes back by itself; nobody waits for it.

import type { Duplex } from 'node:stream'
import { auth, bgapi, type Command } from '../../esl/command.ts'
import { EslConnection, type Incoming } from '../../esl/connection.ts'
import { CommandFailed } from '../../esl/errors.ts'
import { connectTo } from '../../esl/outgoing.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { unreachable } from '../../lib/unreachable.ts'
import { PbxError } from '../pbx.ts'
import { asPbxError } from './leg-commands.ts'

export interface ControlAddress {
  host: string
  port: number
  password: string
}

export interface ControlLinkOptions {
  control: ControlAddress
  /** How to get there; default TCP. May throw. */
  connect?: (() => Duplex) | undefined
  /** What is asked for before anything else, each time. */
  subscription: readonly Command[]
  onEvent: (name: string, headers: Readonly<Record<string, string>>, body: string) => void
  /** It can be used: for the first time, or again. */
  onUp: () => void
  replyTimeoutMs: number
  clock: Clock
  log: Log
  trace?: ((direction: '<' | '>', text: string) => void) | undefined
}

/** A switch that is restarted is back within seconds; one that is not there is asked this often. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000
/** A wrong password does not become right by itself. */
const REFUSED_WAIT_MS = 30_000

type State =
  | { is: 'off' }
  | { is: 'connecting'; connection: EslConnection }
  | { is: 'up'; connection: EslConnection }
  | { is: 'waiting'; timer: Timer }

export class ControlLink {
  readonly #options: ControlLinkOptions
  #state: State = { is: 'off' }
  #waitMs = FIRST_WAIT_MS
  /** What the log says of it: every change is told once. */
  #told: 'nothing' | 'up' | 'down' = 'nothing'

  constructor(options: ControlLinkOptions) {
    this.#options = options
  }

  get isUp(): boolean {
    return this.#state.is === 'up'
  }

  start(): void {
    if (this.#state.is === 'off') this.#connect()
  }

  /** Says goodbye; what was written still goes out. */
  stop(): void {
    const state = this.#state
    this.#state = { is: 'off' }
    switch (state.is) {
      case 'off':
        return
      case 'waiting':
        return state.timer.cancel()
      case 'connecting':
        return state.connection.close('ended by us')
      case 'up':
        return state.connection.exit()
      default:
        return unreachable(state)
    }
  }

  /** Runs an API command and gives its output. Rejects with PbxError. */
  api(name: string, args: string): Promise<string> {
    if (this.#state.is !== 'up') return Promise.reject(new PbxError(LINK_DOWN, { retry: true }))
    return asPbxError(this.#state.connection.api(name, args))
  }

  /** Has a command run in the background; its result comes as BACKGROUND_JOB. Rejects with PbxError when it is refused. */
  async job(name: string, args: string, id: string): Promise<void> {
    if (this.#state.is !== 'up') throw new PbxError(LINK_DOWN, { retry: true })
    await asPbxError(this.#state.connection.do(bgapi(name, args, id)))
  }

  #connect(): void {
    const { connect, control, replyTimeoutMs, clock, trace } = this.#options
    let connection: EslConnection
    try {
      const socket = connect?.() ?? connectTo(control.host, control.port)
      connection = new EslConnection(socket, { clock, replyTimeoutMs, trace })
    } catch (error) {
      return this.#again(error)
    }
    this.#state = { is: 'connecting', connection }
    connection.onIncoming(incoming => this.#onIncoming(connection, incoming))
    void this.#begin(connection)
  }

  async #begin(connection: EslConnection): Promise<void> {
    try {
      await connection.do(auth(this.#options.control.password))
      await Promise.all(this.#options.subscription.map(command => connection.do(command)))
    } catch (error) {
      if (this.#isCurrent(connection)) this.#again(error)
      connection.close('ended by us')
      return
    }
    if (!this.#isCurrent(connection)) return
    this.#state = { is: 'up', connection }
    this.#waitMs = FIRST_WAIT_MS
    this.#tell('up', undefined)
    this.#options.onUp()
  }

  #onIncoming(connection: EslConnection, incoming: Incoming): void {
    if (!this.#isCurrent(connection)) return
    if (incoming.type === 'event') this.#options.onEvent(incoming.name, incoming.headers, incoming.body)
    else if (incoming.type === 'lost') this.#again(incoming.error)
  }

  #isCurrent(connection: EslConnection): boolean {
    const { is } = this.#state
    return (is === 'connecting' || is === 'up') && this.#state.connection === connection
  }

  #again(error: unknown): void {
    const refused = error instanceof CommandFailed && error.command === 'auth'
    const waitMs = refused ? REFUSED_WAIT_MS : this.#waitMs
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2)
    this.#state = { is: 'waiting', timer: this.#options.clock.after(waitMs, () => this.#connect()) }
    this.#tell('down', error)
  }

  #tell(now: 'up' | 'down', error: unknown): void {
    if (this.#told === now) return
    const { log, control } = this.#options
    const at = { host: control.host, port: control.port }
    if (now === 'up')
      log.info(at, this.#told === 'down' ? 'the control link is back' : 'the control link is up')
    else if (error instanceof CommandFailed && error.command === 'auth')
      log.error(at, "the switch's event socket does not take our password: nobody can be dialled")
    else log.warn({ ...at, err: error }, 'the control link is down: nobody can be dialled until it is back')
    this.#told = now
  }
}

export const LINK_DOWN = 'the control link is down'
