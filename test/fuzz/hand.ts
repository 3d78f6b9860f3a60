// The input that is being run, in a file: it can be read when the process that runs it no longer answers, or is no more.

import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'

/** Milliseconds since the epoch when the run began, 0 between two runs; then how many bytes the input has. */
const HEAD_BYTES = 2 * Float64Array.BYTES_PER_ELEMENT

/** The end of who runs. One write before and one after each run, some microseconds. */
export class Hand {
  readonly #fd: number
  readonly #head = new Float64Array(2)

  constructor(path: string) {
    this.#fd = openSync(path, 'w')
  }

  begins(input: Buffer): void {
    this.#head[0] = Date.now()
    this.#head[1] = input.length
    writeSync(this.#fd, Buffer.concat([new Uint8Array(this.#head.buffer), input]), 0, undefined, 0)
  }

  ends(): void {
    this.#head[0] = 0
    writeSync(this.#fd, new Uint8Array(this.#head.buffer), 0, undefined, 0)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** How long the present run has taken; 0 when there is none. */
export function heldMs(path: string): number {
  const head = new Float64Array(1)
  const fd = openSync(path, 'r')
  readSync(fd, new Uint8Array(head.buffer))
  closeSync(fd)
  const [beganMs = 0] = head
  return beganMs === 0 ? 0 : Date.now() - beganMs
}

/** The last input that was begun. */
export function lastInput(path: string): Buffer {
  const bytes = readFileSync(path)
  const [, length = 0] =
    bytes.length < HEAD_BYTES
      ? []
      : new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + HEAD_BYTES))
  return bytes.subarray(HEAD_BYTES, HEAD_BYTES + length)
}
