// The switch's end of an in-memory connection, by hand: a test reads the commands and writes the answers.

import { type Duplex, duplexPair } from 'node:stream'
import { encodeFrame, FrameDecoder } from '../../src/esl/frame.ts'
import { type CommandText, decodeCommand } from '../../src/esl/message.ts'

export class Peer {
  /** The daemon's end. */
  readonly daemon: Duplex
  /** Everything the daemon said that no test has taken yet. */
  readonly commands: CommandText[] = []
  /** Writes of the daemon, as they came: one per command. */
  readonly writes: string[] = []
  readonly #socket: Duplex
  readonly #waiting: ((command: CommandText) => void)[] = []
  #closed = false
  onCommand: ((command: CommandText) => void) | undefined

  constructor() {
    const [daemon, socket] = duplexPair()
    this.daemon = daemon
    this.#socket = socket
    const decoder = new FrameDecoder()
    socket.on('data', (chunk: Buffer) => {
      this.writes.push(chunk.toString())
      decoder.push(chunk)
      for (let frame = decoder.next(); frame?.kind === 'frame'; frame = decoder.next()) {
        this.#take(decodeCommand(frame))
      }
    })
    socket.on('end', () => socket.end())
    socket.on('close', () => {
      this.#closed = true
    })
    socket.on('error', () => {})
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** The next command that the daemon says, or has said. */
  next(): Promise<CommandText> {
    const command = this.commands.shift()
    if (command) return Promise.resolve(command)
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** Takes the next command and answers it as the switch would: `+OK`, or what is given. */
  async answer(text = '+OK'): Promise<CommandText> {
    const command = await this.next()
    this.reply(command, text)
    return command
  }

  reply({ line }: CommandText, text = '+OK'): void {
    if (line.startsWith('api ')) this.write('Content-Type: api/response', text)
    else this.write(`Content-Type: command/reply\nReply-Text: ${text}`)
  }

  event(headers: Record<string, string>): void {
    this.write('Content-Type: text/event-json', JSON.stringify(headers))
  }

  write(head: string, body = ''): void {
    const bytes = Buffer.from(body)
    this.raw(encodeFrame(bytes.length > 0 ? `${head}\nContent-Length: ${bytes.length}` : head, bytes))
  }

  raw(bytes: Buffer | string): void {
    if (!this.#socket.writableEnded) this.#socket.write(bytes)
  }

  /** The switch closes politely. */
  end(): void {
    this.#socket.end()
  }

  /** The network breaks: the daemon's end gets an error. */
  breakOff(error: Error): void {
    this.daemon.destroy(error)
  }

  #take(command: CommandText): void {
    const waiting = this.#waiting.shift()
    if (waiting) waiting(command)
    else if (this.onCommand) this.onCommand(command)
    else this.commands.push(command)
  }
}
