import { describe, expect, test } from 'vitest'
import { frameEntry, Journal, type JournalEntry, readJournal } from '../../src/call/journal.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import type { LogLine } from '../harness.ts'
import { recordingLog } from '../harness.ts'

const entries: JournalEntry[] = [
  { atMs: 0, type: 'admitted', profile: 'default' },
  { atMs: 12.5, type: 'utteranceHeard', utterance: { text: 'Grüße\nund “Zeilen”' } },
  { atMs: 99, type: 'ended' },
]

function written(): Buffer {
  return Buffer.concat(entries.map(frameEntry))
}

describe('reading', () => {
  test('gives back what was written, whatever the texts contain', () => {
    expect(readJournal(written())).toEqual({ entries, torn: false })
  })

  test('an empty journal is whole', () => {
    expect(readJournal(Buffer.alloc(0))).toEqual({ entries: [], torn: false })
  })

  test('a tail that was torn off anywhere costs the entry it tore, and no other', () => {
    const whole = written()
    for (let bytes = 0; bytes < whole.length; bytes++) {
      const { entries: read, torn } = readJournal(whole.subarray(0, bytes))
      expect(read).toEqual(entries.slice(0, read.length))
      const ends = entries.map((_, at) => Buffer.concat(entries.slice(0, at + 1).map(frameEntry)).length)
      expect(torn, `after ${bytes} bytes`).toBe(bytes !== 0 && !ends.includes(bytes))
    }
  })

  test('an entry that was changed is not believed, nor what follows it', () => {
    const changed = written()
    const at = changed.indexOf('default')
    changed[at] = 'D'.charCodeAt(0)
    expect(readJournal(changed)).toEqual({ entries: [], torn: true })
  })
})

describe('writing', () => {
  function journal(files: MemoryFiles, path = '/journals/1.journal'): { journal: Journal; log: LogLine[] } {
    const log: LogLine[] = []
    return { journal: new Journal(files, path, recordingLog(log)), log }
  }

  test('appends entry by entry', () => {
    const files = new MemoryFiles()
    files.makeFolder('/journals')
    const { journal: one } = journal(files)
    for (const entry of entries) one.write(entry)
    one.close()
    expect(readJournal(files.bytesOf('/journals/1.journal')).entries).toEqual(entries)
    expect(files.openCount).toBe(0)
  })

  test('makes a folder that somebody has removed', () => {
    const files = new MemoryFiles()
    const { journal: one, log } = journal(files)
    one.write(entries[0] as JournalEntry)
    expect(readJournal(files.bytesOf('/journals/1.journal')).entries).toHaveLength(1)
    expect(log).toEqual([])
  })

  test('a full disk costs the record, said once, and never the call', () => {
    const files = new MemoryFiles()
    files.makeFolder('/journals')
    const { journal: one, log } = journal(files)
    files.failNext('append', 'ENOSPC', 100)
    for (const entry of entries) one.write(entry)
    one.close()
    expect(log.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'the journal of this call cannot be written'],
    ])
  })

  test('a file that cannot be opened costs the record, and never the call', () => {
    const files = new MemoryFiles()
    files.makeFolder('/journals')
    files.failNext('openToAppend', 'EACCES', 100)
    const { journal: one, log } = journal(files)
    one.write(entries[0] as JournalEntry)
    one.close()
    expect(log).toHaveLength(1)
  })
})
