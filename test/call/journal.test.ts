import { crc32 } from 'node:zlib'
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
    expect(readJournal(written())).toEqual({ entries, damaged: 0, torn: false })
  })

  test('an empty journal is whole', () => {
    expect(readJournal(Buffer.alloc(0))).toEqual({ entries: [], damaged: 0, torn: false })
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

  test('an entry that was changed is not believed, and costs no other', () => {
    const changed = written()
    const at = changed.indexOf('default')
    changed[at] = 'D'.charCodeAt(0)
    expect(readJournal(changed)).toEqual({ entries: entries.slice(1), damaged: 1, torn: false })
  })

  test('a line with a checksum that fits and no entry in it is damaged', () => {
    const foreign = ['null', '[]', '{"type":"x"}', 'no JSON'].map(
      json => `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`,
    )
    expect(readJournal(Buffer.from(foreign.join('')))).toEqual({ entries: [], damaged: 4, torn: false })
  })
})

describe('writing', () => {
  function journal(files: MemoryFiles, path = '/journals/1.journal'): { journal: Journal; log: LogLine[] } {
    const log: LogLine[] = []
    return { journal: new Journal(files, path, recordingLog(log), 'nothing'), log }
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

  test('what follows a torn line is read again', () => {
    const files = new MemoryFiles()
    const [first, second, ...others] = entries.map(frameEntry)
    files.grow('/journals/1.journal', Buffer.concat([first as Buffer, (second as Buffer).subarray(0, 20)]))
    const again = new Journal(files, '/journals/1.journal', recordingLog([]), 'a torn line')
    for (const entry of entries.slice(2)) again.write(entry)
    again.close()
    const { entries: read, damaged } = readJournal(files.bytesOf('/journals/1.journal'))
    expect(read).toEqual([entries[0], ...entries.slice(2)])
    expect(others.length).toBeGreaterThan(0)
    expect(damaged).toBe(1)
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
    expect(files.openCount).toBe(0)
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
