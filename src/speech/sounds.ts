// The operator's own sound files, which engines may name and nothing else.

import { join } from 'node:path'
import { findWavLayout } from '../audio/wav.ts'
import type { Files } from '../lib/files.ts'
import type { StoredPrompt } from './prompt-store.ts'

/** An engine named a sound that is not there, or not in the folder of sounds. */
export class NoSuchSound extends Error {
  override name = 'NoSuchSound'
}

/** Names come from engines: letters, digits, dots, dashes and slashes; no way up and no beginning slash. */
const NAME = /^(?!.*(?:^|\/)\.)[\w.-]+(?:\/[\w.-]+)*$/

export class Sounds {
  readonly #files: Files
  readonly #folder: string

  /** `folder` is '' where there are none. */
  constructor(files: Files, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  /** Rejects with NoSuchSound. */
  async find(name: string): Promise<StoredPrompt> {
    if (this.#folder === '' || !NAME.test(name)) throw new NoSuchSound('it is not in the folder of sounds')
    const path = join(this.#folder, name)
    try {
      return { path, durationMs: durationOf(await this.#files.readFile(path)) }
    } catch (cause) {
      throw new NoSuchSound('it cannot be read, or is no WAV file', { cause })
    }
  }
}

function durationOf(content: Buffer): number {
  const layout = findWavLayout(content)
  if (!layout) throw new NoSuchSound('it is no WAV file')
  const bytesASecond = (layout.sampleRate * layout.channels * layout.bitsPerSample) / 8
  return ((content.length - layout.dataAt) * 1_000) / bytesASecond
}
