// Recordings that are only listened to: they lie in the memory file system that the switch and we share, and are deleted when
// nobody needs them any more.

import type { Files } from '../lib/files.ts'
import type { Ids } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import type { Leg, Recording, SilenceEnds } from '../pbx/pbx.ts'

/** What a telephone gives: G.711 has nothing above 4 kHz. */
export const EAR_SAMPLE_RATE = 8_000

export interface SpoolOptions {
  leg: Leg
  files: Files
  ids: Ids
  log: Log
  folder: string
}

export class Spool {
  readonly #options: SpoolOptions

  constructor(options: SpoolOptions) {
    this.#options = options
  }

  /** Resolves when the switch writes. Rejects with PbxError; what begins all the same, too late, does not stay. */
  async record(ends?: SilenceEnds): Promise<Recording> {
    const { leg, ids, folder } = this.#options
    const path = `${folder}/${ids.next()}.wav`
    try {
      return await leg.record(path, EAR_SAMPLE_RATE, ends)
    } catch (error) {
      this.discard(path)
      throw error
    }
  }

  /** Ends a recording that nobody needs. Never rejects. */
  async abandon(recording: Recording): Promise<void> {
    const { log } = this.#options
    await recording.stop().catch((error: unknown) => log.warn({ error }, 'a recording could not be stopped'))
    this.discard(recording.path)
  }

  /** Deletes one that has ended. The switch may have written its last frames after we let the file go. */
  discard(path: string): void {
    const { files, log } = this.#options
    try {
      files.remove(path)
    } catch (error) {
      log.warn({ error, path }, 'a recording could not be deleted')
    }
  }
}
