// What the switch plays: files of the disk, as they sound on the line.

import { decodeG711, encodeG711, type Law } from '../../src/audio/g711.ts'
import type { Files } from '../../src/lib/files.ts'
import { toText } from './bytes.ts'
import { soundOf } from './wav.ts'

export class SoundFiles {
  readonly #files: Files
  readonly #codec: Law | undefined

  /** `codec`: both directions go through this code and back, as on a telephone line. */
  constructor(files: Files, codec: Law | undefined) {
    this.#files = files
    this.#codec = codec
  }

  /** Undefined when there is no such sound, whatever the reason, as on the real switch. */
  load(path: string): Int16Array | undefined {
    let file: ReturnType<Files['openToRead']>
    try {
      file = this.#files.openToRead(toText(path))
    } catch {
      return undefined
    }
    try {
      const bytes = Buffer.alloc(file.size())
      file.read(bytes, 0)
      const sound = soundOf(bytes)
      return sound && this.onTheLine(sound)
    } finally {
      file.close()
    }
  }

  onTheLine(samples: Int16Array): Int16Array {
    return this.#codec ? decodeG711(encodeG711(samples, this.#codec), this.#codec) : samples
  }
}
