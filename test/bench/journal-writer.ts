// The process that the journal's bench kills: writes entries as fast as it can, and prints a byte after each one that it takes
// for written. `journal-writer.ts FILE journal|stream`; a stream is what loses something.

import { createWriteStream, writeSync } from 'node:fs'
import { frameEntry, Journal, type JournalEntry } from '../../src/call/journal.ts'
import { diskFiles } from '../../src/lib/files.ts'
import { silentLog } from '../../src/lib/log.ts'

const [, , file = '', how] = process.argv
const write = how === 'journal' ? toJournal() : toStream()
const STDOUT = 1
const TOLD = Buffer.from('.')
/** Entries from one turn of the event loop to the next: as many as a call has there at most. */
const AT_ONCE = 5

let number = 0
function writeSome(): void {
  for (let one = 0; one < AT_ONCE; one++) {
    write({
      atMs: number,
      type: 'utteranceHeard',
      number: number++,
      text: 'I would like to speak to somebody in sales',
    })
    writeSync(STDOUT, TOLD)
  }
  setImmediate(writeSome)
}
writeSome()

function toJournal(): (entry: JournalEntry) => void {
  const journal = new Journal(diskFiles, file, silentLog, 'nothing')
  return entry => journal.write(entry)
}

function toStream(): (entry: JournalEntry) => void {
  const stream = createWriteStream(file, { flags: 'a' })
  return entry => void stream.write(frameEntry(entry))
}
