// The terminal of a caller: lines are typed at the bottom while the call is printed above; or lines come from a pipe.

import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'

const PROMPT = '> '

export class Terminal {
  /** Somebody sits there. */
  readonly isLive = process.stdin.isTTY === true && process.stdout.isTTY === true
  readonly #in: ReadStream = process.stdin
  readonly #out: WriteStream = process.stdout
  #lines: Interface | undefined

  /** One line, or several. */
  readonly print = (text: string): void => {
    if (!this.#lines || !this.isLive) {
      this.#out.write(`${text}\n`)
      return
    }
    cursorTo(this.#out, 0)
    clearScreenDown(this.#out)
    this.#out.write(`${text}\n`)
    this.#lines.prompt(true)
  }

  /** The lines as they come, from now on. `onInterrupt` is for Ctrl-C. */
  async *read(onInterrupt: () => void): AsyncIterable<string> {
    const lines = createInterface({
      input: this.#in,
      output: this.#out,
      terminal: this.isLive,
      prompt: PROMPT,
    })
    this.#lines = lines
    if (this.isLive) {
      lines.on('SIGINT', onInterrupt)
      lines.on('line', line => this.#eraseTyped(line))
      lines.prompt()
    } else process.once('SIGINT', onInterrupt)
    for await (const line of lines) {
      yield line
      if (this.isLive && this.#lines) lines.prompt()
    }
  }

  /** Nothing is read any more. */
  close(): void {
    const lines = this.#lines
    this.#lines = undefined
    if (!lines) return
    if (this.isLive) {
      cursorTo(this.#out, 0)
      clearScreenDown(this.#out)
    }
    lines.close()
    this.#in.destroy()
  }

  /** What was typed is about to appear in its column. */
  #eraseTyped(line: string): void {
    const rows = Math.floor((PROMPT.length + line.length) / this.#out.columns) + 1
    moveCursor(this.#out, 0, -rows)
    cursorTo(this.#out, 0)
    clearScreenDown(this.#out)
  }
}
