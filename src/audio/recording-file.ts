// One recording that the switch is still writing: opened when it appears, its header skipped, whole samples only.

import type { Files, ReadableFile } from '../lib/files.ts'
import { findWavLayout, type WavLayout } from './wav.ts'

export type RecordingFormat = 'wav' | 'raw'

export type RecordingTrouble =
  /** It has become shorter than what had been read; what is written from now on is read on. */
  | { type: 'truncated'; path: string; lostBytes: number }
  /** It does not grow and is no longer in its folder. */
  | { type: 'vanished'; path: string }
  /** It is there and cannot be opened or read. Opening is tried again, reading is not. */
  | { type: 'unreadable'; path: string; cause: unknown }
  /** It is no sound of the kind that was asked for. It is not read any further. */
  | { type: 'unsuitable'; path: string; cause: unknown }

/** A recorder's header is 44 bytes; one that needs more than this is none. */
const MAX_HEADER_BYTES = 4_096

type State =
  | { state: 'missing'; told: boolean }
  | { state: 'header'; file: ReadableFile }
  | { state: 'sound'; file: ReadableFile; dataAt: number; readTo: number }
  | { state: 'broken' }
  | { state: 'closed' }

export interface RecordingFileOptions {
  files: Files
  path: string
  format: RecordingFormat
  sampleRate: number
  onTrouble(trouble: RecordingTrouble): void
}

/** The recording has another form than was asked of the switch. */
export class UnsuitableRecording extends Error {
  override name = 'UnsuitableRecording'
}

export class RecordingFile {
  readonly path: string
  readonly #files: Files
  readonly #format: RecordingFormat
  readonly #sampleRate: number
  readonly #onTrouble: (trouble: RecordingTrouble) => void
  #state: State = { state: 'missing', told: false }

  constructor({ files, path, format, sampleRate, onTrouble }: RecordingFileOptions) {
    this.path = path
    this.#files = files
    this.#format = format
    this.#sampleRate = sampleRate
    this.#onTrouble = onTrouble
  }

  get isThere(): boolean {
    return this.#state.state === 'header' || this.#state.state === 'sound'
  }

  /** Reads what has come since the last time, as much as fits; returns how many samples. `bytes` and `samples` share memory. */
  read(bytes: Uint8Array): number {
    if (this.#state.state === 'missing') this.#open(this.#state.told)
    if (this.#state.state === 'header') this.#readHeader(this.#state.file)
    const now = this.#state
    if (now.state !== 'sound') return 0
    try {
      const found = now.file.read(bytes, now.readTo)
      // An odd last byte is half a sample: it is read again with its other half.
      const whole = found - (found % 2)
      now.readTo += whole
      return whole / 2
    } catch (cause) {
      this.#break(now.file, { type: 'unreadable', path: this.path, cause })
      return 0
    }
  }

  /** The last samples that were read, up to `maxSamples`, once more. */
  readAgain(maxSamples: number): Int16Array {
    const now = this.#state
    if (now.state !== 'sound') return new Int16Array(0)
    const tail = new Int16Array(Math.min(maxSamples, (now.readTo - now.dataAt) / 2))
    try {
      now.file.read(new Uint8Array(tail.buffer), now.readTo - tail.byteLength)
    } catch (cause) {
      this.#break(now.file, { type: 'unreadable', path: this.path, cause })
      return new Int16Array(0)
    }
    return tail
  }

  /** To be called now and then while nothing comes: has somebody cut the file? */
  checkLength(): void {
    const now = this.#state
    if (now.state !== 'sound') return
    try {
      const bytes = now.file.size()
      if (bytes >= now.readTo) return
      const lostBytes = now.readTo - bytes
      now.readTo = Math.max(now.dataAt, bytes - ((bytes - now.dataAt) % 2))
      this.#onTrouble({ type: 'truncated', path: this.path, lostBytes })
    } catch (cause) {
      this.#break(now.file, { type: 'unreadable', path: this.path, cause })
    }
  }

  /** To be called when nothing came for long: is the file still in its folder? An open one is read on even if it is not. */
  checkPresence(): void {
    if (!this.isThere) return
    try {
      this.#files.openToRead(this.path).close()
    } catch (cause) {
      const type = codeOf(cause) === 'ENOENT' ? 'vanished' : 'unreadable'
      this.#onTrouble({ type, path: this.path, cause })
    }
  }

  close(): void {
    if (this.#state.state === 'header' || this.#state.state === 'sound') this.#state.file.close()
    this.#state = { state: 'closed' }
  }

  /** Closes and deletes it. Throws what the deletion throws. */
  discard(): void {
    this.close()
    this.#files.remove(this.path)
  }

  #open(told: boolean): void {
    try {
      const file = this.#files.openToRead(this.path)
      const raw = this.#format === 'raw'
      this.#state = raw ? { state: 'sound', file, dataAt: 0, readTo: 0 } : { state: 'header', file }
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT' || told) return
      this.#state = { state: 'missing', told: true }
      this.#onTrouble({ type: 'unreadable', path: this.path, cause })
    }
  }

  #readHeader(file: ReadableFile): void {
    try {
      const head = new Uint8Array(MAX_HEADER_BYTES)
      const found = file.read(head, 0)
      const layout = found === 0 ? undefined : findWavLayout(head.subarray(0, found))
      if (layout) {
        mustSuit(layout, this.#sampleRate)
        this.#state = { state: 'sound', file, dataAt: layout.dataAt, readTo: layout.dataAt }
      } else if (found === MAX_HEADER_BYTES) throw new UnsuitableRecording('its header does not end')
    } catch (cause) {
      const type = codeOf(cause) === undefined ? 'unsuitable' : 'unreadable'
      this.#break(file, { type, path: this.path, cause })
    }
  }

  #break(file: ReadableFile, trouble: RecordingTrouble): void {
    this.#state = { state: 'broken' }
    file.close()
    this.#onTrouble(trouble)
  }
}

function mustSuit({ encoding, bitsPerSample, channels, sampleRate }: WavLayout, wantedRate: number): void {
  if (encoding === 'pcm' && bitsPerSample === 16 && channels === 1 && sampleRate === wantedRate) return
  const found = `${encoding}, ${bitsPerSample} bits, ${channels} channels, ${sampleRate} samples a second`
  throw new UnsuitableRecording(
    `expected 16 bits, one channel, ${wantedRate} samples a second; it has ${found}`,
  )
}

/** The code of a failed system call, `undefined` for other errors. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
