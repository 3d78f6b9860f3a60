// How often a caller is cut off in a pause, and how long they wait after they have finished: spoken test utterances through the
// real voice activity, with interim texts as a recognizer reports them, in virtual time. Fixed pauses and ours, side by side.

import { Segmenter } from '../../src/audio/utterance.ts'
import { type VoiceDetector, VoiceDetectors } from '../../src/audio/voice-detector.ts'
import { InnerPauses } from '../../src/call/end-of-turn/pauses.ts'
import { endOfTurn } from '../../src/call/end-of-turn.ts'
import { openExpectation } from '../../src/engine/engine.ts'
import { Voice } from '../fakes/voice.ts'
import { type Caller, callers, type Half, type Turn } from './turn-corpus.ts'
import { RATE, type SpokenTurn, speakTurn } from './turn-sound.ts'
import { InterimTexts, type TextStyle } from './turn-texts.ts'

const FRAME_MS = 20
const INTERIM_EVERY_MS = 100
const BOUNDS = { minMs: 300, maxMs: 1_500, usualMs: 700 }

const COLUMNS = 'cut off   median      p90        '
const halves: readonly Half[] = ['tuning', 'held out']

/** How long a pause ends the turn, asked as the daemon asks. */
interface Waiting {
  readonly name: string
  /** For one call; what it learns ends with it. */
  open(caller: Caller): WaitingInCall
}

interface WaitingInCall {
  ms(turn: Turn, text: string | null, textAtSilentMs: number): number
  paused(ms: number): void
}

const fixed = (ms: number): Waiting => ({
  name: `fixed ${ms} ms`,
  open: () => ({ ms: () => ms, paused() {} }),
})

const ours: Waiting = {
  name: 'ours',
  open({ language }) {
    let pauses = InnerPauses.none
    return {
      ms: ({ expect, numDigits }, text, textAtSilentMs) =>
        endOfTurn({
          expectation: { ...openExpectation, expect, numDigits },
          text,
          textAtSilentMs,
          language,
          pauses,
          bounds: BOUNDS,
        }).ms,
      paused(ms) {
        pauses = pauses.learn(ms)
      },
    }
  },
}

interface Outcome {
  caller: Caller
  turn: Turn
  cutOffs: number
  /** From the last sound of the turn until it was taken as finished. */
  waitMs: number
}

interface Conditions {
  style: TextStyle
  /** So much later than it was said a word is reported; infinite for a recognizer without interim texts. */
  behindMs: number
}

const usual: Conditions = { style: 'plain', behindMs: 200 }

export async function benchEndOfTurn(): Promise<object> {
  const stage = await openStage()
  const all = [ours, fixed(700), fixed(500)].map(waiting => ({
    waiting,
    outcomes: stage.play(waiting, usual),
  }))
  console.log(`
${callers.flatMap(({ turns }) => turns).length} utterances of ${callers.length} callers, espeak voices, English and German, as a telephone carries them. The
texts were written before the rules. The rules were made with the half “tuning” in view; of the other half nothing was seen
before they were finished but totals of both.
Interim texts: without punctuation, every ${INTERIM_EVERY_MS} ms, ${usual.behindMs} ms behind.
`)
  for (const half of halves) printTable(half, all)
  printConditions(stage)
  printCutOff(all[0]?.outcomes ?? [])
  const mine = summary(all[0]?.outcomes ?? [])
  const [, with700, with500] = all.map(({ outcomes }) => summary(outcomes))
  const heldOut = summary((all[0]?.outcomes ?? []).filter(({ caller }) => caller.half === 'held out'))
  return { ...mine, heldOut, fixed700: with700, fixed500: with500 }
}

type Results = readonly { waiting: Waiting; outcomes: readonly Outcome[] }[]

function printTable(half: Half, results: Results): void {
  const categories = [...new Set(callers.flatMap(({ turns }) => turns.map(({ category }) => category)))]
  console.log(`${half.padEnd(16)}${results.map(({ waiting }) => waiting.name.padEnd(32)).join('')}`)
  console.log(`${''.padEnd(16)}${results.map(() => COLUMNS).join('')}`)
  for (const category of [...categories, null]) {
    const cells = results.map(({ outcomes }) =>
      cell(
        outcomes.filter(
          ({ caller, turn }) => caller.half === half && (category === null || turn.category === category),
        ),
      ),
    )
    console.log(`${(category ?? 'all').padEnd(16)}${cells.join('')}`)
  }
  console.log('')
}

function printConditions(stage: Stage): void {
  const title = 'ours, with another recognizer'
  console.log(`${title.padEnd(52)}${halves.map(half => half.padEnd(32)).join('')}`)
  console.log(`${''.padEnd(52)}${halves.map(() => COLUMNS).join('')}`)
  const others: readonly (readonly [string, Conditions])[] = [
    ['punctuation, wrong after every third inner pause', { style: 'punctuated', behindMs: 200 }],
    ['500 ms behind', { style: 'plain', behindMs: 500 }],
    ['800 ms behind', { style: 'plain', behindMs: 800 }],
    ['no interim texts', { style: 'plain', behindMs: Number.POSITIVE_INFINITY }],
  ]
  for (const [name, conditions] of others) {
    const outcomes = stage.play(ours, conditions)
    const cells = halves.map(half => cell(outcomes.filter(({ caller }) => caller.half === half)))
    console.log(`${name.padEnd(52)}${cells.join('')}`)
  }
  console.log('')
}

function printCutOff(outcomes: readonly Outcome[]): void {
  console.log('cut off by ours:')
  for (const { caller, turn, cutOffs } of outcomes) {
    if (cutOffs > 0) console.log(`  ${caller.half.padEnd(10)}${caller.name.padEnd(18)}${turn.text}`)
  }
  console.log('')
}

function cell(outcomes: readonly Outcome[]): string {
  const { falseCutoffsPercent, medianWaitMs, p90WaitMs } = summary(outcomes)
  const column = (value: number) => Math.round(value).toString().padStart(5)
  return `${column(falseCutoffsPercent)} % ${column(medianWaitMs)} ms ${column(p90WaitMs)} ms        `
}

/** The share of utterances that were cut off at least once, and the waits after the true end. */
function summary(outcomes: readonly Outcome[]) {
  const waits = outcomes.map(({ waitMs }) => waitMs).sort((a, b) => a - b)
  const quantile = (share: number) => waits[Math.floor(share * (waits.length - 1))] ?? Number.NaN
  const cutOff = outcomes.filter(({ cutOffs }) => cutOffs > 0).length
  return {
    falseCutoffsPercent: Math.round((1_000 * cutOff) / outcomes.length) / 10,
    medianWaitMs: Math.round(quantile(0.5)),
    p90WaitMs: Math.round(quantile(0.9)),
  }
}

interface Stage {
  play(waiting: Waiting, conditions: Conditions): Outcome[]
}

async function openStage(): Promise<Stage> {
  const [voice, detectors] = await Promise.all([Voice.load(), VoiceDetectors.load()])
  const spoken = callers.flatMap(caller =>
    caller.turns.map((turn, at) => ({ caller, turn, sound: speakTurn(voice, caller, turn, at) })),
  )
  return {
    play(waiting, conditions) {
      const calls = new Map<Caller, WaitingInCall>()
      return spoken.map(({ caller, turn, sound }) => {
        const call = calls.get(caller) ?? waiting.open(caller)
        calls.set(caller, call)
        const texts = new InterimTexts(caller, turn, sound.words, conditions.style)
        const detector = detectors.open(RATE)
        const { cutOffs, waitMs } = hear(sound, detector, texts, conditions.behindMs, {
          waitMs: (text, textAtSilentMs) => call.ms(turn, text, textAtSilentMs),
          paused: ms => call.paused(ms),
        })
        detector.close()
        return { caller, turn, cutOffs, waitMs }
      })
    },
  }
}

interface Listening {
  /** How long a pause ends the turn, now that this is known. */
  waitMs(text: string | null, textAtSilentMs: number): number
  paused(ms: number): void
}

/** One turn from its first sample to the end of the silence after it. */
function hear(
  sound: SpokenTurn,
  detector: VoiceDetector,
  texts: InterimTexts,
  behindMs: number,
  listening: Listening,
): { cutOffs: number; waitMs: number } {
  let nowMs = 0
  let startedMs = 0
  let utteranceFromMs = 0
  let text: string | null = null
  let silentMs = 0
  let endedAtSample: number | null = null
  let cutOffs = 0
  let waitMs = Number.NaN
  const segmenter = new Segmenter({
    detector,
    sampleRate: RATE,
    endOfTurnMs: BOUNDS.usualMs,
    maxUtteranceMs: 60_000,
    onSpeechStarted({ atSample }) {
      if (endedAtSample !== null) listening.paused(((atSample - endedAtSample) * 1_000) / RATE)
      startedMs = nowMs
      utteranceFromMs = (atSample * 1_000) / RATE - 100
      text = null
      silentMs = 0
      segmenter.setEndOfTurn(listening.waitMs(null, 0))
    },
    onSpeech() {
      const wentOn = segmenter.silentMs === 0 && silentMs > 0
      if (wentOn) {
        listening.paused(silentMs)
        segmenter.setEndOfTurn(listening.waitMs(text, 0))
      }
      silentMs = segmenter.silentMs
      if ((nowMs - startedMs) % INTERIM_EVERY_MS !== 0) return
      const newer = texts.text(utteranceFromMs, nowMs - behindMs)
      if (newer === text) return
      text = newer
      segmenter.setEndOfTurn(listening.waitMs(text, silentMs))
    },
    onSpeechEnded({ atSample }) {
      endedAtSample = atSample
      if (nowMs < sound.endMs) cutOffs++
      else waitMs = nowMs - sound.endMs
    },
  })
  const frame = (FRAME_MS * RATE) / 1_000
  for (let at = 0; at + frame <= sound.samples.length; at += frame) {
    nowMs += FRAME_MS
    segmenter.push(sound.samples.subarray(at, at + frame), at)
  }
  return { cutOffs, waitMs: Math.round(waitMs) }
}
