// One recording of a channel, as a growing file. With unbuffered writing each frame is in the file when its
// 20 ms are over; the header's lengths are right only when the recording has been stopped.

import type { RecordingFile } from './disk.ts'
import { RecordingSilence } from './recording-silence.ts'
import type { Frame } from './sound-frame.ts'
import { bytesOf, FRAME_SAMPLES, HEADER_BYTES, LINE_RATE, wavHeader } from './wav.ts'

export interface RecorderSettings {
  path: string
  readOnly: boolean
  stereo: boolean
  rate: 8_000 | 16_000
  buffered: boolean
  /** So many frames are gathered before the first is written, at the beginning and whenever the sound begins anew. */
  preBufferFrames: number
  /** The second of the wall clock in which it ends. */
  untilSecond: number
  /** As given, for the `Recording-Variable-…` headers. */
  given: Readonly<Record<string, string>>
}

/** What FreeSWITCH gathers before it writes, unless told otherwise: more than four seconds at 8 kHz mono. */
const BLOCK_BYTES = 64 * 1024

const SILENCE = new Int16Array(FRAME_SAMPLES)
const SILENT_FRAME: Frame = { source: SILENCE, from: 0, to: FRAME_SAMPLES }

export function recorderSettings(
  path: string,
  untilSecond: number,
  given: Readonly<Record<string, string>>,
  usualPreBufferFrames: number,
): RecorderSettings {
  return {
    path,
    readOnly: given.RECORD_READ_ONLY === 'true',
    stereo: given.RECORD_STEREO === 'true',
    rate: given.record_sample_rate === '16000' ? 16_000 : 8_000,
    buffered: given.enable_file_write_buffering !== 'false',
    preBufferFrames: Number(given.RECORD_PRE_BUFFER_FRAMES ?? usualPreBufferFrames),
    untilSecond,
    given,
  }
}

export class Recorder {
  readonly settings: RecorderSettings
  readonly silence: RecordingSilence
  masked = false
  paused = false
  /**
   * While true frames are gathered and written in one piece when it is over: a line or a disk that stalls.
   */
  stalled = false
  readonly #file: RecordingFile
  readonly #scratch: Int16Array
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #frames = 0
  #gathering: number

  constructor(settings: RecorderSettings, file: RecordingFile) {
    this.settings = settings
    this.silence = new RecordingSilence(settings.given)
    this.#file = file
    this.#gathering = settings.preBufferFrames
    this.#scratch = new Int16Array(FRAME_SAMPLES * this.#channels * (settings.rate / LINE_RATE))
    file.append(wavHeader(this.#channels, settings.rate, 0))
  }

  get ms(): number {
    return this.#frames * 20
  }

  get samples(): number {
    return this.ms * (this.settings.rate / 1_000)
  }

  get bytes(): number {
    return HEADER_BYTES + this.samples * 2 * this.#channels
  }

  /** The sound begins anew: in another place, or after a hold. */
  gatherAgain(): void {
    this.#gathering = this.settings.preBufferFrames
  }

  write(said: Frame | undefined, played: Frame | undefined): void {
    if (this.paused) return
    this.#frames++
    const data = this.masked ? this.#render(undefined, undefined) : this.#render(said, played)
    const { buffered } = this.settings
    const isGathering = this.#gathering > 0
    if (isGathering) this.#gathering--
    const isHeldBack = this.stalled || isGathering
    if (!buffered && !isHeldBack && this.#waitingBytes === 0) return this.#file.append(data)
    this.#waiting.push(Buffer.from(data))
    this.#waitingBytes += data.length
    if (!isHeldBack && (!buffered || this.#waitingBytes >= BLOCK_BYTES)) this.#flush()
  }

  /**
   * Corrects the header and lets go of the file; one without a frame is thrown away. Returns whether there
   * was any sound.
   */
  stop(): 'kept' | 'empty' {
    this.#flush()
    const dataBytes = this.bytes - HEADER_BYTES
    this.#file.patch(wavHeader(this.#channels, this.settings.rate, dataBytes), 0)
    this.#file.close()
    if (this.#frames > 0) return 'kept'
    this.#file.remove()
    return 'empty'
  }

  get #channels(): 1 | 2 {
    return this.settings.stereo ? 2 : 1
  }

  #flush(): void {
    if (this.#waitingBytes === 0) return
    this.#file.append(Buffer.concat(this.#waiting))
    this.#waiting = []
    this.#waitingBytes = 0
  }

  #render(said: Frame | undefined, played: Frame | undefined): Buffer {
    const { stereo, readOnly, rate } = this.settings
    if (!stereo && rate === LINE_RATE && (readOnly || !played)) {
      const only = said ?? SILENT_FRAME
      if (only.to - only.from === FRAME_SAMPLES) return bytesOf(only.source.subarray(only.from, only.to))
    }
    const left = said ?? SILENT_FRAME
    const right = readOnly && !stereo ? SILENT_FRAME : (played ?? SILENT_FRAME)
    const repeat = rate / LINE_RATE
    let at = 0
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      const a = sampleOf(left, i)
      const b = sampleOf(right, i)
      for (let n = 0; n < repeat; n++) {
        if (stereo) {
          this.#scratch[at++] = a
          this.#scratch[at++] = readOnly ? 0 : b
        } else this.#scratch[at++] = Math.max(-32_768, Math.min(32_767, a + b))
      }
    }
    return bytesOf(this.#scratch)
  }
}

function sampleOf(frame: Frame, index: number): number {
  const at = frame.from + index
  return at < frame.to ? (frame.source[at] ?? 0) : 0
}
