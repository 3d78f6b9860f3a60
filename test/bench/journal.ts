// What an entry of a call's journal costs on a real disk; beside it, in the same run and with the same bytes, the bare system call
// below it and the ways to write that we do not go. And what a `kill -9` loses of it.

import { spawn } from 'node:child_process'
import {
  closeSync,
  fdatasyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { frameEntry, Journal, type JournalEntry, readJournal } from '../../src/call/journal.ts'
import { diskFiles } from '../../src/lib/files.ts'
import { silentLog } from '../../src/lib/log.ts'
import { quantile } from './quantile.ts'

/** On the disk of this checkout: the folder for temporary files is memory on many machines. */
const FOLDER = join(import.meta.dirname, '../../node_modules/.cache')
const ROUNDS = 5
const KILLS = 20
/** A kill comes after so many entries, and up to as many more. */
const BEFORE_KILL = 500

/** What a turn leaves in a journal. */
const TURN: readonly JournalEntry[] = [
  { atMs: 12_040, type: 'voiceBegan' },
  { atMs: 13_410, type: 'partialHeard', text: 'I would like to' },
  {
    atMs: 14_902,
    type: 'utteranceHeard',
    text: 'I would like to speak to somebody in sales please',
    confidence: 0.93,
    endedMs: 14_100,
  },
  {
    atMs: 14_903,
    type: 'ask',
    turn: 3,
    input: { type: 'speech', text: 'I would like to speak to somebody in sales please' },
  },
  {
    atMs: 15_220,
    type: 'engineSaid',
    turn: 3,
    text: 'Of course, I will put you through to one of my colleagues in sales.',
  },
  { atMs: 15_430, type: 'promptStarted', turn: 3, prompt: '3-0', ms: 3_120 },
  { atMs: 18_560, type: 'promptFinished', turn: 3, prompt: '3-0', heardMs: 3_120 },
  { atMs: 18_561, type: 'startTimer', name: 'silence', ms: 7_000 },
]
const FRAMED = TURN.map(frameEntry)

interface Way {
  name: string
  /** Entries per round; what is slow is asked for less. */
  entries: number
  open(path: string): { write(at: number): void | Promise<void>; close(): void }
}

const ways: Record<string, Way> = {
  journal: {
    name: 'a journal entry',
    entries: 8_000,
    open(path) {
      const journal = new Journal(diskFiles, path, silentLog, 'nothing')
      return { write: at => journal.write(turnAt(TURN, at)), close: () => journal.close() }
    },
  },
  bare: {
    name: 'a bare writeSync',
    entries: 8_000,
    open: path => descriptor(path, () => {}),
  },
  appended: {
    name: 'fs.promises.appendFile',
    entries: 1_000,
    open: path => ({ write: at => appendFile(path, turnAt(FRAMED, at)), close() {} }),
  },
  synced: {
    name: 'writeSync and fdatasync',
    entries: 100,
    open: path => descriptor(path, fdatasyncSync),
  },
}

function turnAt<T>(turn: readonly T[], at: number): T {
  return turn[at % turn.length] as T
}

function descriptor(path: string, after: (fd: number) => void) {
  const fd = openSync(path, 'a')
  return {
    write(at: number) {
      writeSync(fd, turnAt(FRAMED, at))
      after(fd)
    },
    close: () => closeSync(fd),
  }
}

export async function benchJournal(): Promise<object> {
  mkdirSync(FOLDER, { recursive: true })
  const folder = mkdtempSync(join(FOLDER, 'bench-journal-'))
  try {
    const times = await measure(folder)
    const figures = Object.fromEntries(Object.entries(times).map(([key, us]) => [key, figuresOf(us)]))
    const kills = { journal: await killed(folder, 'journal'), stream: await killed(folder, 'stream') }
    tell(folder, figures, kills)
    const { journal, bare } = figures
    const timesBare = journal && bare ? round(journal.p50Us / bare.p50Us) : undefined
    return { bytesPerEntry: bytesPerEntry(), ...figures, timesBare, kills }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Microseconds per entry. The ways take turns, so that whatever else this machine does meets all of them. */
async function measure(folder: string): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(ways).map(key => [key, []]))
  for (let run = 0; run <= ROUNDS; run++) {
    for (const [key, { entries, open }] of Object.entries(ways)) {
      const target = open(join(folder, `${key}-${run}`))
      for (let at = 0; at < entries; at++) {
        const beganMs = performance.now()
        const written = target.write(at)
        if (written) await written
        // The first run is for the compiler.
        if (run > 0) times[key]?.push((performance.now() - beganMs) * 1_000)
      }
      target.close()
    }
  }
  return times
}

interface Figures {
  p50Us: number
  p99Us: number
  perSecond: number
}

function figuresOf(us: number[]): Figures {
  const meanUs = us.reduce((sum, one) => sum + one, 0) / us.length
  return {
    p50Us: round(quantile(us, 0.5)),
    p99Us: round(quantile(us, 0.99)),
    perSecond: Math.round(1e6 / meanUs),
  }
}

interface Kills {
  kills: number
  written: number
  lost: number
  /** Lines that a reader has to leave out. */
  damaged: number
}

/** A process writes and is killed, again and again: how much of what it took for written is not there? */
async function killed(folder: string, how: 'journal' | 'stream'): Promise<Kills> {
  const sum: Kills = { kills: KILLS, written: 0, lost: 0, damaged: 0 }
  for (let kill = 0; kill < KILLS; kill++) {
    const file = join(folder, `${how}-killed-${kill}`)
    const written = await writeAndKill(file, how, BEFORE_KILL * (1 + kill / KILLS))
    const { entries, damaged } = readJournal(readFileSync(file))
    sum.written += written
    sum.lost += Math.max(0, written - entries.length)
    sum.damaged += damaged
  }
  return sum
}

/** Resolves to how many entries it took for written. */
function writeAndKill(file: string, how: string, after: number): Promise<number> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'journal-writer.ts'), file, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let told = 0
    writer.stdout.on('data', (bytes: Buffer) => {
      told += bytes.length
      if (told >= after) writer.kill('SIGKILL')
    })
    writer.once('error', reject)
    writer.once('close', (_, signal) => {
      if (signal === 'SIGKILL') resolve(told)
      else reject(new Error('the writer ended by itself'))
    })
  })
}

function tell(folder: string, figures: Record<string, Figures>, kills: Record<string, Kills>): void {
  console.log(`\n${Math.round(bytesPerEntry())} bytes an entry, file system ${fileSystemOf(folder)}\n`)
  console.log(`${' '.repeat(28)}p50 µs    p99 µs  entries/s`)
  for (const [key, { p50Us, p99Us, perSecond }] of Object.entries(figures))
    console.log(`${ways[key]?.name.padEnd(26)}${column(p50Us)}${column(p99Us)}${column(perSecond, 11)}`)
  console.log(`\n${' '.repeat(28)}kills   written      lost  damaged lines`)
  for (const [how, { kills: count, written, lost, damaged }] of Object.entries(kills))
    console.log(
      `kill -9, ${how.padEnd(17)}${column(count, 7)}${column(written, 10)}${column(lost, 10)}${column(damaged, 15)}`,
    )
  console.log()
}

function bytesPerEntry(): number {
  return FRAMED.reduce((sum, { length }) => sum + length, 0) / FRAMED.length
}

/** See statfs(2). */
const FILE_SYSTEMS: Record<number, string> = {
  61267: 'ext4',
  16914836: 'tmpfs',
  1481003842: 'xfs',
  2435016766: 'btrfs',
}

function fileSystemOf(folder: string): string {
  const { type } = statfsSync(folder)
  return FILE_SYSTEMS[type] ?? `0x${type.toString(16)}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function column(value: number, width = 8): string {
  return value
    .toString()
    .padStart(width)
    .padEnd(width + (width === 8 ? 2 : 0))
}
