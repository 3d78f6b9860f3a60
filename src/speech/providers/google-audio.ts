// Sound on its way to Google: in small pieces, and kept until its words are settled, so that it can be sent again.

/** Google takes 25,600 bytes a message by its documentation, 15 KB by the comment in its protocol file. */
const LARGEST_PIECE_BYTES = 15_360
/** Google settles a segment at every pause. Who speaks on for longer than this is not sent again. */
const KEPT_MS = 30_000

export class AudioPieces {
  readonly #pieceBytes: number
  readonly #take: (piece: Buffer) => void
  #piece: Buffer
  #filled = 0

  constructor(sampleRate: number, pieceMs: number, take: (piece: Buffer) => void) {
    this.#pieceBytes = Math.min((sampleRate * 2 * pieceMs) / 1000, LARGEST_PIECE_BYTES) & ~1
    this.#take = take
    this.#piece = this.#emptyPiece()
  }

  /** Takes any number of samples and passes on what fills a piece. */
  write(samples: Int16Array): void {
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
    for (let at = 0; at < bytes.length; ) {
      const copied = bytes.copy(this.#piece, this.#filled, at)
      at += copied
      this.#filled += copied
      if (this.#filled === this.#pieceBytes) this.flush()
    }
  }

  flush(): void {
    if (this.#filled === 0) return
    const piece = this.#piece.subarray(0, this.#filled)
    this.#piece = this.#emptyPiece()
    this.#filled = 0
    this.#take(piece)
  }

  // Not out of Node's pool: pieces are kept, and each would hold on to what lies next to it, twice as much.
  #emptyPiece(): Buffer {
    return Buffer.allocUnsafeSlow(this.#pieceBytes)
  }
}

/**
 * What was sent on the present stream and is not yet settled. Positions count from the start of that stream.
 */
export class UnsettledAudio {
  readonly #bytesPerMs: number
  #pieces: Buffer[] = []
  #fromByte = 0
  #settledByte = 0
  #bytes = 0

  constructor(sampleRate: number) {
    this.#bytesPerMs = (sampleRate * 2) / 1000
  }

  get pieces(): readonly Buffer[] {
    return this.#pieces
  }

  /** Whether everything since the last settled word is still here. */
  get isWhole(): boolean {
    return this.#fromByte <= this.#settledByte
  }

  add(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#bytes += piece.length
    while (this.#bytes > KEPT_MS * this.#bytesPerMs) this.#dropFirst()
  }

  /** The words up to here will not change; without a position, all words so far. */
  settleTo(ms: number | undefined): void {
    this.#settledByte = ms === undefined ? this.#fromByte + this.#bytes : Math.floor(ms * this.#bytesPerMs)
    for (let first = this.#pieces[0]; first; first = this.#pieces[0]) {
      if (this.#fromByte + first.length > this.#settledByte) return
      this.#dropFirst()
    }
  }

  /** The next stream starts with what is here. */
  startOver(): void {
    this.#fromByte = 0
    this.#settledByte = 0
  }

  clear(): void {
    this.#pieces = []
    this.#bytes = 0
    this.startOver()
  }

  #dropFirst(): void {
    const dropped = this.#pieces.shift()?.length ?? 0
    this.#bytes -= dropped
    this.#fromByte += dropped
  }
}
