// A call as a file that other programs read.

import type { JournalEntry } from '../../src/call/journal.ts'
import { Caller } from '../fake-freeswitch/person.ts'
import { bargeInTimesMs, responseTimesMs, soundIn } from './sound.ts'
import type { Said } from './typed-call.ts'

/** Times are milliseconds since the call began. */
export interface CallReport {
  call: string
  seconds: number
  /** Questions to the engine; 0 when the journal could not be read. */
  turns: number
  /** What the caller said; absent in a scenario. */
  said?: readonly Said[]
  /** The conversation as the daemon wrote it down. */
  lines: ReportLine[]
  /** Measured on the sound; absent where there is none to measure. */
  sound?: {
    /** From the caller's last sound to the assistant's first. */
    responseTimesMs: number[]
    /** From the caller's first sound to the end of the words they interrupt. */
    bargeInTimesMs: number[]
  }
  /** As the daemon wrote it down; null when that could not be read. */
  ending: unknown
  faults: readonly string[]
}

export type ReportLine =
  | { atMs: number; who: 'caller'; understood: string }
  | { atMs: number; who: 'caller'; pressed: string }
  | { atMs: number; who: 'assistant'; says: string; interruptedAfterMs?: number }

export function reportOf(
  phone: { readonly id: string; readonly ms: number },
  entries: readonly JournalEntry[],
  faults: readonly string[],
  said?: readonly Said[],
): CallReport {
  return {
    call: phone.id,
    seconds: phone.ms / 1_000,
    turns: entries.filter(({ type }) => type === 'asked').length,
    ...(said && { said }),
    lines: linesOf(entries),
    ...(phone instanceof Caller && { sound: soundOf(phone) }),
    ending: entries.find(({ type }) => type === 'ended')?.ending ?? null,
    faults,
  }
}

function soundOf({ said, heard }: Caller): { responseTimesMs: number[]; bargeInTimesMs: number[] } {
  const [caller, assistant] = [soundIn(said), soundIn(heard)]
  return {
    responseTimesMs: responseTimesMs(caller, assistant),
    bargeInTimesMs: bargeInTimesMs(caller, assistant),
  }
}

function linesOf(entries: readonly JournalEntry[]): ReportLine[] {
  const lines: ReportLine[] = []
  for (const entry of entries) {
    const { atMs } = entry
    switch (entry.type) {
      case 'utteranceHeard':
        lines.push({ atMs, who: 'caller', understood: (entry.utterance as { text: string }).text })
        break
      case 'digitPressed':
        lines.push({ atMs, who: 'caller', pressed: String(entry.digit) })
        break
      case 'promptStarted':
        lines.push({ atMs, who: 'assistant', says: String(entry.text) })
        break
      case 'promptSpoken': {
        const last = lines.findLast(line => line.who === 'assistant' && line.says === entry.text)
        if (entry.how === 'interrupted' && last?.who === 'assistant')
          last.interruptedAfterMs = Number(entry.heardMs)
        break
      }
    }
  }
  return lines
}

export function summaryOf({ turns, sound }: CallReport): string {
  const list = (ms: readonly number[]) => (ms.length === 0 ? 'none' : `${ms.map(Math.round).join(', ')} ms`)
  const lines = [`turns       ${turns === 0 ? 'unknown' : turns}`]
  if (sound) {
    lines.push(`answers     ${list(sound.responseTimesMs)} after the caller's last sound`)
    lines.push(`barge-in    ${list(sound.bargeInTimesMs)} until the assistant was silent`)
  }
  return lines.join('\n')
}
