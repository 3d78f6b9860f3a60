// What a leg of the real switch hears and says, read while the switch writes it: a stereo file, left what comes in, right what
// goes out.

import { closeSync, openSync, readSync } from 'node:fs'
import { stereoWav } from '../fake-freeswitch/wav.ts'

const HEADER_BYTES = 44
const BYTES_PER_FRAME = 4
const SAMPLES_PER_MS = 8
/** As on the embedded switch. */
const PEAK_OF_SILENCE = 200
const CHUNK_BYTES = 64 * 1_024

export class GrowingRecording {
  readonly #path: string
  readonly #into = Buffer.alloc(CHUNK_BYTES)
  readonly #heard: Int16Array[] = []
  readonly #said: Int16Array[] = []
  #fd: number | undefined
  #position = HEADER_BYTES
  #samples = 0
  #lastSoundAt: number | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Milliseconds of the recording that were read. */
  get ms(): number {
    return this.#samples / SAMPLES_PER_MS
  }

  /** How much of the recording has come since the last audible sample; undefined while there was none. */
  get silentMs(): number | undefined {
    return this.#lastSoundAt === undefined ? undefined : (this.#samples - this.#lastSoundAt) / SAMPLES_PER_MS
  }

  get heard(): Int16Array {
    return joined(this.#heard)
  }

  get said(): Int16Array {
    return joined(this.#said)
  }

  /** The caller on the left, the assistant on the right. */
  get wav(): Buffer {
    return stereoWav(this.said, this.heard)
  }

  /** Reads what has come since the last look. */
  look(): void {
    this.#fd ??= opened(this.#path)
    if (this.#fd === undefined) return
    for (;;) {
      const bytes = readSync(this.#fd, this.#into, 0, CHUNK_BYTES, this.#position)
      const frames = Math.floor(bytes / BYTES_PER_FRAME)
      if (frames === 0) return
      this.#position += frames * BYTES_PER_FRAME
      this.#take(frames)
    }
  }

  close(): void {
    this.look()
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #take(frames: number): void {
    const heard = new Int16Array(frames)
    const said = new Int16Array(frames)
    for (let at = 0; at < frames; at++) {
      const sample = this.#into.readInt16LE(at * BYTES_PER_FRAME)
      heard[at] = sample
      said[at] = this.#into.readInt16LE(at * BYTES_PER_FRAME + 2)
      if (Math.abs(sample) >= PEAK_OF_SILENCE) this.#lastSoundAt = this.#samples + at
    }
    this.#samples += frames
    this.#heard.push(heard)
    this.#said.push(said)
  }
}

/** Undefined while the switch has not made the file. */
function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function joined(pieces: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
