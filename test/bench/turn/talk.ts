// The callers of one way: each dials, is greeted, speaks its steps, and hangs up when the last answer is over.

import { setTimeout as sleep } from 'node:timers/promises'
import type { JournalEntry } from '../../../src/call/journal.ts'
import { type TurnHeard, turnsHeard } from './analysis.ts'
import { busyMs, type Cpu, cpuBetween, type Processes } from './cpu.ts'
import type { Daemon } from './premises.ts'
import type { Script, Step } from './script.ts'
import type { TurnPhone, Venue } from './venue.ts'

/** People do not all call in the same instant. */
const APART_MS = 230
const PATIENCE_MS = 20_000
/** An answer is over after so much silence; a little more with each caller, so that they do not talk in step. */
const SILENCE_MS = 700
const SILENCE_STEP_MS = 37
const SILENCE_STEPS = 10
const PROGRESS_MS = 15_000
/** The journal's last line. */
const AFTERMATH_MS = 1_000
/** Of an utterance as it was measured against what was played; a frame lost, or two. */
const LENGTH_TOLERANCE_MS = 45

export interface Talk {
  id: string
  steps: readonly Step[]
  turns: TurnHeard[]
  /** When a moment of the recording was, on the machine's clock. */
  machineMsAt(recordedMs: number): number
  journal: readonly JournalEntry[]
}

export interface Round {
  calls: number
  talks: Talk[]
  faults: string[]
  cpu: Cpu
  /** The largest difference between an utterance as played and as measured. */
  lengthErrorMs: number
  /** What each call's recording lost: a starved switch drops frames. */
  lostMs: readonly number[]
}

export async function talkAtOnce(
  venue: Venue,
  daemon: Daemon,
  script: Script,
  calls: number,
  processes: Processes,
): Promise<Round> {
  const faults: string[] = []
  const talks: Talk[] = []
  const lostMs: number[] = []
  const before = busyMs(processes)
  const one = async (nth: number) => {
    await sleep(nth * APART_MS)
    const steps = script.stepsOf(nth)
    const phone = await venue.call(daemon.port, `+1555${1_000 + nth}`)
    try {
      await converse(phone, steps, SILENCE_MS + (nth % SILENCE_STEPS) * SILENCE_STEP_MS)
    } finally {
      if (!phone.isOver) phone.hangsUp()
      await phone.callIsOver({ withinMs: PATIENCE_MS })
    }
    await sleep(AFTERMATH_MS)
    const timeline = venue.timelineOf(phone)
    lostMs.push(timeline.lostMs)
    talks.push({
      id: phone.id,
      steps,
      turns: turnsHeard(phone.said, phone.heard),
      machineMsAt: ms => timeline.machineMsAt(ms),
      journal: await daemon.journal(phone.id),
    })
  }
  const progress = setInterval(() => {
    console.log(
      `  ${calls} calls: ${talks.length} over after ${Math.round((performance.now() - before.atMs) / 1_000)} s`,
    )
  }, PROGRESS_MS)
  const outcomes = await Promise.allSettled(Array.from({ length: calls }, (_, nth) => one(nth)))
  clearInterval(progress)
  const cpu = cpuBetween(before, busyMs(processes))
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') faults.push(String(outcome.reason).slice(0, 1_500))
  const whole = talks.filter(talk => {
    if (talk.turns.length === talk.steps.length) return true
    faults.push(
      `${talk.steps.length} utterances were said in call ${talk.id}, ${talk.turns.length} were found`,
    )
    return false
  })
  const errors = whole.flatMap(lengthErrors)
  const lengthErrorMs = Math.max(0, ...errors)
  const wrong = errors.filter(error => error > LENGTH_TOLERANCE_MS).length
  if (wrong > 0)
    faults.push(`${wrong} utterances of ${errors.length} were measured otherwise than they were played`)
  return { calls, talks: whole, faults, cpu, lengthErrorMs, lostMs }
}

async function converse(phone: TurnPhone, steps: readonly Step[], silenceMs: number): Promise<void> {
  for (const { utterance, intoWordsMs } of steps) {
    await phone.hearsSpeech({ withinMs: PATIENCE_MS })
    if (intoWordsMs === undefined) await phone.hearsSilence({ ms: silenceMs, withinMs: PATIENCE_MS })
    await phone.says(utterance.samples, {
      text: utterance.text,
      ...(intoWordsMs !== undefined && { afterMs: intoWordsMs }),
    })
  }
  await phone.hearsSpeech({ withinMs: PATIENCE_MS })
  await phone.hearsSilence({ ms: silenceMs, withinMs: PATIENCE_MS })
}

function lengthErrors({ steps, turns }: Talk): number[] {
  return turns.map(({ said }, nth) => {
    const playedMs = (steps[nth]?.utterance.samples.length ?? 0) / 8
    return Math.abs(said.toMs - said.fromMs - playedMs)
  })
}
