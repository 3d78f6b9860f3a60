// The append-only record of one call: a line per entry, each with its own checksum, so that what a killed process or a full disk
// has damaged is recognized. Each entry is handed to the system before what follows from it is done: who is killed loses at most
// the entry in flight. It holds what was said; the file is readable by the daemon's user and group alone.

import { crc32 } from 'node:zlib'
import type { AppendableFile, Files } from '../lib/files.ts'
import type { Log } from '../lib/log.ts'

/** An entry: `atMs` since the call came, what kind of thing it tells, and its data. */
export interface JournalEntry {
  atMs: number
  type: string
  [field: string]: unknown
}

const LINE_END = Buffer.from('\n')

export class Journal {
  readonly #log: Log
  #file: AppendableFile | undefined

  /**
   * A journal that cannot be written costs the record of a call, never the call: it is said once, loudly. `after` is what
   * is in the file already: a line that was torn off there is ended, so that it takes no other with it.
   */
  constructor(files: Files, path: string, log: Log, after: 'nothing' | 'whole lines' | 'a torn line') {
    this.#log = log
    this.#attempt(() => {
      this.#file = openIn(files, path)
      if (after === 'a torn line') this.#file.append(LINE_END)
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

  /** What fails to be written may well fail to be closed; it is told once. */
  #abandon(): void {
    const file = this.#file
    this.#file = undefined
    try {
      file?.close()
    } catch {
      // The failure before this one is told.
    }
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#abandon()
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

/** All entries that are whole, how many lines are not, and whether the last line has no end. */
export function readJournal(bytes: Buffer): { entries: JournalEntry[]; damaged: number; torn: boolean } {
  const lines = bytes.toString('utf8').split('\n')
  const torn = lines.pop() !== ''
  const entries: JournalEntry[] = []
  for (const line of lines) {
    const entry = entryIn(line)
    if (entry) entries.push(entry)
  }
  return { entries, damaged: lines.length - entries.length + (torn ? 1 : 0), torn }
}

function entryIn(line: string): JournalEntry | undefined {
  const json = line.slice(9)
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return undefined
  try {
    const entry: unknown = JSON.parse(json)
    return isEntry(entry) ? entry : undefined
  } catch {
    return undefined // somebody else's line, with a checksum that fits
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false
  return (
    'atMs' in value && typeof value.atMs === 'number' && 'type' in value && typeof value.type === 'string'
  )
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0')
}
