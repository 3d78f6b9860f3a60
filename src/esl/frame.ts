// Cuts the Event Socket's byte stream into frames: a header block that a blank line ends, and a body when
// Content-Length says so. Both directions look alike, so the daemon and an embedded switch share it. Pure:
// bytes in, frames or a fault out.

/** A channel's data on connect is about 8 KiB; nothing the switch or we send as headers comes near this. */
export const HEADER_LIMIT_BYTES = 64 * 1024
/** Events are about 10 KiB; long answers of `api` (all registrations, say) reach megabytes. */
export const BODY_LIMIT_BYTES = 16 * 1024 * 1024

/** Until a peer has answered once it may be anybody, and many. The channel's data comes as headers. */
export const FIRST_BODY_LIMIT_BYTES = 64 * 1024

export interface Frame {
  kind: 'frame'
  /** The header block without its blank line, one character per byte (Latin-1), lines parted by LF. */
  head: string
  /** Exactly Content-Length bytes; empty when there was none. */
  body: Buffer
}

/**
 * Why the bytes cannot be an Event Socket stream. It never recovers: nothing says where a next frame would
 * begin.
 */
export interface FrameFault {
  kind: 'fault'
  fault: 'header too long' | 'body too long' | 'bad length' | 'not text'
}

const LF = 0x0a
const BLANK_LINE = '\n\n'
const NOTHING = Buffer.alloc(0)

export class FrameDecoder {
  /** A longer body is a fault. A change counts from the next header block. */
  bodyLimitBytes: number
  // Bytes from #start to #end are unread. What lies before #end is never overwritten, so bodies may be views
  // of it.
  #bytes: Buffer = NOTHING
  #start = 0
  #end = 0
  #scanned = 0
  #awaitingBody: { head: string; length: number } | undefined
  #fault: FrameFault | undefined

  constructor(bodyLimitBytes = BODY_LIMIT_BYTES) {
    this.bodyLimitBytes = bodyLimitBytes
  }

  /** Bytes that belong to a frame that is not complete yet. */
  get unreadBytes(): number {
    return this.#end - this.#start
  }

  /** Adds what the socket gave. The chunk must not be changed afterwards. */
  push(chunk: Buffer): void {
    if (this.#fault) return
    const unread = this.unreadBytes
    if (unread === 0) {
      this.#bytes = chunk
      this.#start = this.#scanned = 0
      this.#end = chunk.length
      return
    }
    if (this.#end + chunk.length > this.#bytes.length) {
      this.#moveToRoomFor(unread + chunk.length)
    }
    chunk.copy(this.#bytes, this.#end)
    this.#end += chunk.length
  }

  /** The next whole frame, the fault that ends the stream, or undefined while more bytes are needed. */
  next(): Frame | FrameFault | undefined {
    if (this.#fault) return this.#fault
    this.#awaitingBody ??= this.#readHead()
    if (!this.#awaitingBody) return this.#fault
    const { head, length } = this.#awaitingBody
    if (this.unreadBytes < length) return undefined
    const body = length === 0 ? NOTHING : this.#bytes.subarray(this.#start, this.#start + length)
    this.#start += length
    this.#scanned = this.#start
    this.#awaitingBody = undefined
    return { kind: 'frame', head, body }
  }

  #readHead(): { head: string; length: number } | undefined {
    while (this.#start < this.#end && this.#bytes[this.#start] === LF) this.#start++
    // A blank line may lie across the border of what was searched before.
    const from = Math.max(this.#start, this.#scanned - 1)
    const found = this.#bytes.subarray(0, this.#end).indexOf(BLANK_LINE, from, 'latin1')
    const headEnd = found === -1 ? this.#end : found
    if (this.#bytes.subarray(from, headEnd).includes(0)) return this.#fail('not text')
    if (headEnd - this.#start > HEADER_LIMIT_BYTES) return this.#fail('header too long')
    this.#scanned = this.#end
    if (found === -1) return undefined

    const head = this.#bytes.toString('latin1', this.#start, headEnd)
    const length = contentLength(head)
    if (length === undefined) return this.#fail('bad length')
    if (length > this.bodyLimitBytes) return this.#fail('body too long')
    this.#start = headEnd + BLANK_LINE.length
    return { head, length }
  }

  // Doubling keeps a stream that comes byte by byte linear.
  #moveToRoomFor(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(bytes * 2)
    const unread = this.#bytes.copy(larger, 0, this.#start, this.#end)
    this.#scanned = Math.max(0, this.#scanned - this.#start)
    this.#bytes = larger
    this.#start = 0
    this.#end = unread
  }

  #fail(fault: FrameFault['fault']): undefined {
    this.#fault = { kind: 'fault', fault }
    this.#bytes = NOTHING
    this.#start = this.#end = 0
    return undefined
  }
}

/** The bytes of one frame: for the answers and events of a switch, and for commands with a body. */
export function encodeFrame(head: string, body: Buffer = NOTHING): Buffer {
  const block = Buffer.from(`${head}${BLANK_LINE}`, 'latin1')
  return body.length === 0 ? block : Buffer.concat([block, body])
}

const CONTENT_LENGTH = /^content-length:[ \t]*(.*)$/im

function contentLength(head: string): number | undefined {
  const value = CONTENT_LENGTH.exec(head)?.[1]
  if (value === undefined) return 0
  return /^\d{1,15}\s*$/.test(value) ? Number(value) : undefined
}
