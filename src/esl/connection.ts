// One Event Socket connection: commands with awaited replies, applications that are followed to their end,
// and everything else as one ordered stream of what came in. Whatever was begun settles, at the latest when
// the connection is over.

import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Command } from './command.ts'
import * as commands from './command.ts'
import { CommandFailed, ConnectionLost, type LossReason, ProtocolFault } from './errors.ts'
import { Link } from './link.ts'
import type { Headers, Message } from './message.ts'

/** What the switch answered to one command. */
export interface Reply {
  headers: Headers
  body: string
}

/** More questions than this are open at once only when something has gone wrong. */
const AWAITED_LIMIT = 1_000
/** An application gets this much longer than it should take. */
const EXECUTE_GRACE_MS = 5_000

export interface ConnectionOptions {
  clock: Clock
  /** How long the switch may take to answer a command. A connection that is late once is ended. */
  replyTimeoutMs: number
  /** Gets every frame, for people who look for a fault: `<` came from the switch, `>` went to it. */
  trace?: ((direction: '<' | '>', text: string) => void) | undefined
}

/** What comes in besides replies, in order. `lost` is the last. */
export type Incoming =
  | { type: 'event'; name: string; headers: Headers; body: string }
  /** The channel is gone (`linger`) or the switch is about to close (`disconnect`). */
  | { type: 'notice'; disposition: string }
  | { type: 'lost'; error: ConnectionLost }

/** How an application ended. */
export type ExecuteEnd =
  | { how: 'completed'; headers: Headers }
  /** The switch threw it away before it began. */
  | { how: 'dropped' }
  | { how: 'refused'; error: Error }
  | { how: 'overdue' }
  | { how: 'lost'; error: ConnectionLost }

export interface Execution {
  readonly id: string
  /** Never rejects. */
  readonly ended: Promise<ExecuteEnd>
}

interface Awaited {
  reject: (error: Error) => void
  timer: Timer
}

interface Running {
  state: 'written' | 'started'
  settle: (end: ExecuteEnd) => void
}

export class EslConnection {
  readonly #link: Link
  readonly #options: ConnectionOptions
  readonly #awaited = new Set<Awaited>()
  readonly #executions = new Map<string, Running>()
  #handle: (incoming: Incoming) => void = () => {}
  #lost: ConnectionLost | undefined
  #leaving: Timer | undefined

  constructor(socket: Duplex, options: ConnectionOptions) {
    this.#options = options
    this.#link = new Link(socket, {
      onMessage: message => this.#onMessage(message),
      onGone: (reason, cause) => this.#onGone(reason, cause),
      trace: options.trace,
    })
  }

  /** What ended the connection, once it has. */
  get lost(): ConnectionLost | undefined {
    return this.#lost
  }

  /** One owner hears everything that comes in from now on. */
  onIncoming(handle: (incoming: Incoming) => void): void {
    this.#handle = handle
  }

  /**
   * Sends a command and waits for its reply, whatever it says. Rejects with UnsafeValue or ConnectionLost.
   */
  ask(command: Command): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost)
      if (this.#awaited.size >= AWAITED_LIMIT)
        return reject(new Error(`${AWAITED_LIMIT} replies are awaited`))
      const timer = this.#options.clock.after(this.#options.replyTimeoutMs, () =>
        this.#link.gone('reply overdue', new ProtocolFault(`no answer to ${command.name}`)),
      )
      const awaited: Awaited = { reject, timer }
      this.#awaited.add(awaited)
      try {
        this.#link.request(command, (_event, headers, body) => {
          this.#awaited.delete(awaited)
          timer.cancel()
          resolve({ headers, body })
        })
      } catch (error) {
        this.#awaited.delete(awaited)
        timer.cancel()
        reject(error)
      }
    })
  }

  /** Sends a command and waits for its reply. Rejects with CommandFailed when the switch says no. */
  async do(command: Command): Promise<Reply> {
    const reply = await this.ask(command)
    const answer = command.answer === 'response' ? reply.body : (reply.headers['Reply-Text'] ?? '')
    // `-ERROR` is how uuid_answer says it.
    if (/^-(ERR|USAGE)/.test(answer)) throw new CommandFailed(command.name, answer.trim())
    return reply
  }

  /** Runs an API command and gives its output. Rejects with CommandFailed for `-ERR`. */
  async api(name: string, args: string): Promise<string> {
    return (await this.do(commands.api(name, args))).body
  }

  /**
   * Queues an application on this socket's channel and follows it to its end. `expectedMs` bounds it (and 5 s
   * more) from now on; null is for what may last as long as it likes. Throws UnsafeValue.
   */
  execute(application: string, argument: string, id: string, expectedMs: number | null): Execution {
    const command = commands.execute(application, argument, id)
    // An unsafe value throws here, before anything is registered.
    commands.render(command.line, command.headers)
    const ended = new Promise<ExecuteEnd>(resolve => {
      if (this.#lost) return resolve({ how: 'lost', error: this.#lost })
      const limit =
        expectedMs === null
          ? undefined
          : this.#options.clock.after(expectedMs + EXECUTE_GRACE_MS, () =>
              this.#settle(id, { how: 'overdue' }),
            )
      const settle = (end: ExecuteEnd): void => {
        limit?.cancel()
        resolve(end)
      }
      this.#executions.set(id, { state: 'written', settle })
      this.do(command).catch((error: Error) => {
        if (!(error instanceof ConnectionLost)) this.#settle(id, { how: 'refused', error })
      })
    })
    return { id, ended }
  }

  /**
   * Tells that the switch has thrown away what was queued (`uuid_break all`): it sends no event about that.
   */
  drop(id: string): void {
    if (this.#executions.get(id)?.state === 'written') this.#settle(id, { how: 'dropped' })
  }

  /**
   * Says goodbye; `lost` comes when the peer has closed, or does not close in time. Does nothing when it is
   * over.
   */
  exit(): void {
    if (this.#lost || this.#leaving) return
    this.#link.send(commands.exit.line)
    this.#link.end()
    this.#leaving = this.#options.clock.after(this.#options.replyTimeoutMs, () =>
      this.#link.gone('ended by us'),
    )
  }

  /** Closes at once. */
  close(reason: LossReason, cause?: unknown): void {
    this.#link.gone(reason, cause)
  }

  #onMessage({ contentType, headers, event, body }: Message): void {
    if (event) {
      const name = event['Event-Name'] ?? ''
      this.#followExecution(name, event)
      this.#handle({ type: 'event', name, headers: event, body })
    } else if (contentType === 'text/disconnect-notice') {
      this.#handle({ type: 'notice', disposition: headers['Content-Disposition'] ?? '' })
    }
  }

  #followExecution(name: string, event: Headers): void {
    if (name !== 'CHANNEL_EXECUTE' && name !== 'CHANNEL_EXECUTE_COMPLETE') return
    const id = event['Application-UUID'] ?? ''
    const running = this.#executions.get(id)
    if (!running) return
    if (name === 'CHANNEL_EXECUTE') running.state = 'started'
    else this.#settle(id, { how: 'completed', headers: event })
  }

  #settle(id: string, end: ExecuteEnd): void {
    const running = this.#executions.get(id)
    this.#executions.delete(id)
    running?.settle(end)
  }

  #onGone(reason: LossReason, cause: unknown): void {
    const ours = this.#leaving && reason !== 'garbage'
    this.#leaving?.cancel()
    const error = new ConnectionLost(ours ? 'ended by us' : reason, cause === undefined ? {} : { cause })
    this.#lost = error
    for (const awaited of this.#awaited) {
      awaited.timer.cancel()
      awaited.reject(error)
    }
    this.#awaited.clear()
    for (const id of [...this.#executions.keys()]) this.#settle(id, { how: 'lost', error })
    this.#handle({ type: 'lost', error })
  }
}
