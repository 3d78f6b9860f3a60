// The append-only record of one call: a line per entry, each with its own checksum, so that a torn tail is recognized.
// It holds what was said; the file is readable by the daemon's user and group alone.

import { crc32 } from 'node:zlib'
import type { AppendableFile, Files } from '../lib/files.ts'
import type { Log } from '../lib/log.ts'

/** An entry: `atMs` since the call came, what kind of thing it tells, and its data. */
export interface JournalEntry {
  atMs: number
  type: string
  [field: string]: unknown
}

export class Journal {
  readonly #log: Log
  #file: AppendableFile | undefined

  /** A journal that cannot be written costs the record of a call, never the call: it is said once, loudly. */
  constructor(files: Files, path: string, log: Log) {
    this.#log = log
    this.#attempt(() => {
      this.#file = openIn(files, path)
    })
  }

  write(entry: JournalEntry): void {
    this.#attempt(() => this.#file?.append(frameEntry(entry)))
  }

  close(): void {
    const file = this.#file
    this.#file = undefined
    this.#attempt(() => file?.close())
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#file = undefined
      this.#log.error({ error }, 'the journal of this call cannot be written')
    }
  }
}

/** Somebody may have cleaned up the folder while we ran. */
function openIn(files: Files, path: string): AppendableFile {
  try {
    return files.openToAppend(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    files.makeFolder(path.slice(0, path.lastIndexOf('/')), 0o750)
    return files.openToAppend(path)
  }
}

/** `<crc32 of the JSON, 8 hex digits> <JSON>\n` */
export function frameEntry(entry: JournalEntry): Buffer {
  const json = JSON.stringify(entry)
  return Buffer.from(`${checksum(json)} ${json}\n`)
}

/** All entries up to the first line that is torn or does not match its checksum. */
export function readJournal(bytes: Buffer): { entries: JournalEntry[]; torn: boolean } {
  const entries: JournalEntry[] = []
  const lines = bytes.toString('utf8').split('\n')
  const tail = lines.pop()
  for (const line of lines) {
    const json = line.slice(9)
    if (line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return { entries, torn: true }
    entries.push(JSON.parse(json) as JournalEntry)
  }
  return { entries, torn: tail !== '' }
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0')
}
