// Where the time of a turn goes, seen from outside: what the phone heard, laid beside what the providers were asked and answered.

import type { JournalEntry } from '../../../src/call/journal.ts'
import type { Asked } from '../../fakes/reference-log.ts'
import type { Round, Talk } from './talk.ts'
import type { Way } from './ways.ts'

/** In the order of a turn; `ours` is what Parley and the switch add. */
export const stages = [
  { key: 'wait', title: 'end-of-turn wait', whose: 'policy' },
  { key: 'ear', title: 'ear', whose: 'ours' },
  { key: 'recognizer', title: 'recognizer', whose: 'provider' },
  { key: 'asking', title: 'asking', whose: 'ours' },
  { key: 'engine', title: 'engine', whose: 'provider' },
  { key: 'cutting', title: 'cutting', whose: 'ours' },
  { key: 'voice', title: 'voice', whose: 'provider' },
  { key: 'starting', title: 'starting', whose: 'ours' },
  { key: 'line', title: 'line', whose: 'ours' },
] as const

export type StageKey = (typeof stages)[number]['key']
export type Split = Record<StageKey, number>

/** Offsets from the caller's last sound, as the daemon itself noted them. */
export type Marks = Readonly<Record<string, number>>

export interface TurnMeasured {
  phoneMs: number | undefined
  bargeInMs: number | undefined
  gapsMs: readonly number[]
  /** The end of turn was decided while the caller was still speaking. */
  decidedEarly: boolean
  /** And the caller heard of it. */
  heardEarly: boolean
  /** What the engine was asked is what was said. */
  understood: boolean
  split: Split | undefined
  marks: Marks | undefined
}

type Answered = Asked & { what: 'answered' }
type Recognized = Asked & { what: 'recognized' }
type Voiced = Asked & { what: 'voiced' }

export function measure(round: Round, log: readonly Asked[], way: Way): TurnMeasured[] {
  const answered = Map.groupBy(
    log.filter(one => one.what === 'answered'),
    ({ call }) => call,
  )
  const recognized = new Map(log.flatMap(one => (one.what === 'recognized' ? [[one.tag, one] as const] : [])))
  const voiced = log.filter(one => one.what === 'voiced')
  return round.talks.flatMap(talk => measureTalk(talk, answered.get(talk.id) ?? [], recognized, voiced, way))
}

function measureTalk(
  talk: Talk,
  answered: readonly Answered[],
  recognized: ReadonlyMap<number, Recognized>,
  voiced: readonly Voiced[],
  way: Way,
): TurnMeasured[] {
  const { journal, turns, steps } = talk
  const shiftMs = journalShiftMs(journal, answered)
  const decidedMs = timesOf(journal, shiftMs, ({ type }) => type === 'utteranceHeard')
  return turns.map((turn, nth) => {
    const fromMs = talk.machineMsAt(turn.said.fromMs)
    const lastSoundMs = talk.machineMsAt(turn.said.toMs)
    // What lies between the two is what the phone recorded, however the recording lies on the machine's clock.
    const soundMs = turn.answerMs === undefined ? undefined : lastSoundMs + turn.answerMs
    const decidedEarly = turn.cutOff || decidedMs.some(ms => ms > fromMs && ms < lastSoundMs)
    const asked = answered.findLast(({ askedMs }) => askedMs > fromMs && askedMs < (soundMs ?? 0))
    const marks = asked && marksOf(journal, asked.turn)
    return {
      // After a cut-off the assistant may be speaking already: no answer to measure.
      phoneMs: turn.cutOff ? undefined : turn.answerMs,
      bargeInMs: steps[nth]?.intoWordsMs === undefined ? undefined : turn.silentAfterMs,
      gapsMs: turn.gapsMs,
      decidedEarly,
      heardEarly: turn.cutOff,
      understood: plain(asked?.text ?? '') === plain(steps[nth]?.utterance.text ?? ''),
      marks,
      split:
        asked && soundMs !== undefined && !decidedEarly
          ? splitOf(
              {
                lastSoundMs,
                soundMs,
                asked,
                startedMs: startOf(journal, shiftMs, asked.turn),
                waitMs: marks?.waitMs ?? marks?.endOfTurnMs ?? way.waitMs,
              },
              recognized,
              voiced,
            )
          : undefined,
    }
  })
}

/** From the journal's time to the machine's: the first question is known on both. */
function journalShiftMs(journal: readonly JournalEntry[], answered: readonly Answered[]): number {
  const first = journal.find(({ type }) => type === 'asked')
  return (answered[0]?.askedMs ?? Number.NaN) - (first?.atMs ?? Number.NaN)
}

function timesOf(
  journal: readonly JournalEntry[],
  shiftMs: number,
  is: (entry: JournalEntry) => boolean,
): number[] {
  return journal.filter(is).map(({ atMs }) => atMs + shiftMs)
}

/** When the switch told the daemon that the first sentence of a turn plays; at once, where the journal does not say. */
function startOf(journal: readonly JournalEntry[], shiftMs: number, turn: number): number {
  const [startedMs] = timesOf(
    journal,
    shiftMs,
    entry => entry.type === 'promptStarted' && entry.turn === turn,
  )
  return startedMs ?? 0
}

function marksOf(journal: readonly JournalEntry[], turn: number): Marks | undefined {
  const entry = journal.find(one => one.type === 'turnMarks' && one.turn === turn)
  if (!entry) return undefined
  const numbers = Object.entries(entry).filter(
    ([key, value]) => /(?<!^at|^wall)Ms$/.test(key) && typeof value === 'number',
  )
  return Object.fromEntries(numbers) as Marks
}

interface Known {
  lastSoundMs: number
  soundMs: number
  asked: Answered
  /** When the daemon knew that it plays. */
  startedMs: number
  waitMs: number
}

/** Undefined when what was asked of the providers cannot be told apart. */
function splitOf(
  known: Known,
  recognized: ReadonlyMap<number, Recognized>,
  voiced: readonly Voiced[],
): Split | undefined {
  const { asked, startedMs, waitMs } = known
  const words = recognized.get(Number([...asked.text.matchAll(/ticket (\d+)/g)].at(-1)?.[1]))
  const piece = firstPiece(asked, voiced)
  if (!words || !piece) return undefined
  // Nothing is heard before it is made: where it seems so, a recording that lost frames is laid too early on the clock.
  const earlyMs = Math.max(0, piece.voiced.toldMs - known.soundMs)
  const lastSoundMs = known.lastSoundMs + earlyMs
  const soundMs = known.soundMs + earlyMs
  const ends: Record<StageKey, number> = {
    wait: Math.min(lastSoundMs + waitMs, words.soundEndedMs),
    ear: words.soundEndedMs,
    recognizer: words.toldMs,
    asking: asked.askedMs,
    engine: piece.completeMs,
    cutting: piece.voiced.askedMs,
    voice: piece.voiced.toldMs,
    starting: startedMs,
    line: soundMs,
  }
  // What was done ahead of time ends before its turn comes, and takes none.
  const split: Partial<Split> = {}
  let atMs = lastSoundMs
  for (const { key } of stages) {
    const untilMs = Math.max(atMs, Math.min(ends[key], soundMs))
    split[key] = untilMs - atMs
    atMs = untilMs
  }
  return split as Split
}

/** What was synthesized first of this reply, and when the last token of it had been sent. */
function firstPiece(
  { tokens, tokensMs }: Answered,
  voiced: readonly Voiced[],
): { voiced: Voiced; completeMs: number } | undefined {
  const reply = tokens.join('')
  const first = voiced.find(({ text }) => reply.startsWith(text))
  if (!first) return undefined
  let length = 0
  const last = tokens.findIndex(token => {
    length += token.length
    return length >= first.text.length
  })
  const completeMs = tokensMs[last]
  return completeMs === undefined ? undefined : { voiced: first, completeMs }
}

export function ownMs(split: Split): number {
  return stages.reduce((sum, { key, whose }) => (whose === 'ours' ? sum + split[key] : sum), 0)
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/ticket \d+\.?/g, '')
    .replace(/[^a-z ]/g, '')
    .replace(/ +/g, ' ')
    .trim()
}
