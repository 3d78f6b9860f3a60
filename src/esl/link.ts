// modesl's Connection with the pieces replaced that cannot serve a daemon. What stays of it: the Event, the
// telling apart of frames and their emission by name, and the queues of those who wait for a reply. What is
// replaced, and why:
// - the parser: it throws on a caller named `Jos%E9`, recurses once per frame (a stack overflow after 7,835),
//   has no bounds;
// - send: it writes every header apart, which meets Nagle (44 ms a command), and lets a line break through;
// - _doExec: it awaits no reply although the switch sends one, so the next command is answered by it;
// - bgapi: it tells of the job's end only, and filters by a header that the answer does not carry;
// - subscribe: the parent subscribes before a filter stands, which asks for the events of every call on the
//   switch;
// - its idea of an end: after a reset it hears nothing.

import type { Duplex } from 'node:stream'
import modesl, { type Event, type ReplyCallback } from 'modesl'
import { type Command, render } from './command.ts'
import { type LossReason, ProtocolFault } from './errors.ts'
import { BODY_LIMIT_BYTES, FIRST_BODY_LIMIT_BYTES, FrameDecoder } from './frame.ts'
import { decodeMessage, type Message } from './message.ts'

export interface LinkOwner {
  /** Every message in order, after modesl has served those who wait for a reply. */
  onMessage(message: Message): void
  /** The stream is over. Called once, also when it broke because of us. */
  onGone(reason: LossReason, cause?: unknown): void
  /** Every frame as text; undefined when nobody looks. */
  trace: ((direction: '<' | '>', text: string) => void) | undefined
}

/** A switch that has not read this much of what we wrote is not reading: commands are small. */
const UNREAD_LIMIT_BYTES = 1024 * 1024

export class Link extends modesl.Connection {
  // The parent's constructor calls _onConnect and sendRecv: an initializer here would overwrite what they
  // did.
  declare private stream: Duplex
  declare private owner: LinkOwner | undefined

  constructor(socket: Duplex, owner: LinkOwner) {
    super(socket)
    this.owner = owner
  }

  override _onConnect(): void {
    const stream = this.socket as Duplex
    const decoder = new FrameDecoder(FIRST_BODY_LIMIT_BYTES)
    this.stream = stream
    this.connecting = false
    this.on('error', (error: Error) => this.gone('socket error', error))
    stream.on('data', (chunk: Buffer) => this.readSafely(decoder, chunk))
    // Data that came before the end has been read by now.
    stream.on('end', () => this.gone('closed'))
    stream.on('close', () => this.gone('closed'))
  }

  // The parent's constructor says `connect` itself, before anybody could listen: the owner says it, and
  // awaits the answer.
  override sendRecv(
    command: string,
    headers?: Record<string, string> | null | ReplyCallback,
    callback?: ReplyCallback,
  ): void {
    if (this.owner) super.sendRecv(command, headers, callback)
  }

  override subscribe(): void {}

  /** Writes one command with one write. Throws UnsafeValue when it must not go out. */
  override send(command: string, headers?: Readonly<Record<string, string>>): void {
    this.write(render(command, headers))
  }

  private write(text: string): void {
    if (this.stream.destroyed || this.stream.writableEnded) return
    this.owner?.trace?.('>', text)
    this.stream.write(text)
    if (this.stream.writableLength > UNREAD_LIMIT_BYTES) this.gone('not reading')
  }

  /**
   * Writes a command and calls `answered` with its reply: replies carry no id, they come in the order of the
   * commands.
   */
  request(command: Command, answered: ReplyCallback): void {
    const queue = command.answer === 'response' ? this.apiCallbackQueue : this.cmdCallbackQueue
    const text = render(command.line, command.headers) // one that is refused must leave nobody in the queue
    queue.push(answered)
    this.write(text)
  }

  override _doExec(_uuid: string, command: string, headers: Record<string, string>): string {
    this.sendRecv('sendmsg', { 'call-command': command, ...headers })
    return headers['Event-UUID'] ?? ''
  }

  override bgapi(command: string, args: string, jobId: string, callback?: ReplyCallback): void {
    this.sendRecv(`bgapi ${command} ${args}`, { 'Job-UUID': jobId }, callback)
  }

  override _onError(error: Error): void {
    this.gone('socket error', error)
  }

  /**
   * Lets what was written go out, then closes our side; the owner hears of it when the peer has closed its
   * own.
   */
  end(): void {
    this.stream.end()
  }

  /** Closes at once and tells the owner. */
  gone(reason: LossReason, cause?: unknown): void {
    const { owner } = this
    this.owner = undefined
    this.stream.destroy()
    owner?.onGone(reason, cause)
  }

  // A bug that one call's events bring out must not end the process, and with it every other call.
  private readSafely(decoder: FrameDecoder, chunk: Buffer): void {
    try {
      this.read(decoder, chunk)
    } catch (error) {
      this.gone('fault', error)
    }
  }

  private read(decoder: FrameDecoder, chunk: Buffer): void {
    decoder.push(chunk)
    // The owner goes when a message has ended the connection: nothing after it counts.
    for (let frame = decoder.next(); frame && this.owner; frame = decoder.next()) {
      const message = frame.kind === 'frame' ? decodeMessage(frame) : frame
      if (message.kind === 'fault' || frame.kind === 'fault') {
        this.gone('garbage', new ProtocolFault(`bad frame: ${message.kind === 'fault' ? message.fault : ''}`))
        return
      }
      if (isAnswer(message)) decoder.bodyLimitBytes = BODY_LIMIT_BYTES
      this.owner.trace?.('<', `${frame.head}\n\n${frame.body.toString('latin1')}`)
      if (isUnmistakable(message)) this._onEvent(modeslEvent(message), message.headers, message.body)
      this.owner?.onMessage(message)
    }
  }
}

function isAnswer({ contentType }: Message): boolean {
  return contentType === 'command/reply' || contentType === 'api/response'
}

/**
 * modesl makes a name for its emitter out of an event's name and ids. There `*` and `::` mean something, and an
 * event called `command::reply` would answer a question.
 */
function isUnmistakable({ event }: Message): boolean {
  if (!event) return true
  const ids = [event['Job-UUID'], event['Unique-ID'], event['Core-UUID']]
  return /^[A-Z_]*$/.test(event['Event-Name'] ?? '') && !ids.some(id => id !== undefined && /[*:]/.test(id))
}

// Event's constructor searches all headers it has for each that it adds: 20 µs for an event. These are unique
// already.
function modeslEvent({ event: own, headers, body }: Message): Event {
  const source = own ?? headers
  const event = new modesl.Event({}, body)
  event.type = source['Event-Name']
  event.subclass = source['Event-Subclass']
  for (const name in source) event.headers.push({ name, value: source[name] ?? '' })
  return event
}
