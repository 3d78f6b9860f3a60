// Where a turn's time goes, on turns made by hand: with the engine asked in its time, and ahead of it.

import { describe, expect, it } from 'vitest'
import type { Asked } from '../../fakes/reference-log.ts'
import { measure, ownMs } from './stages.ts'
import type { Round, Talk } from './talk.ts'
import type { Way } from './ways.ts'

const way: Way = { name: 'plain', title: 'this way', profile: {}, waitMs: 700 }
const REPLY = ['One', ' moment.', ' It', ' is', ' here.']
/** The machine's clock when the recording began, and in it the caller's words. */
const RECORDED_FROM_MS = 50_000
const SAID = { fromMs: 1_000, toMs: 3_000 }
const LAST_SOUND_MS = RECORDED_FROM_MS + SAID.toMs
/** The journal is as old as the call: its first question was asked then. */
const JOURNAL_FROM_MS = RECORDED_FROM_MS - 400

interface Turn {
  soundEndedMs: number
  toldMs: number
  askedMs: number
  voicedMs: readonly [asked: number, told: number]
  startedMs: number
  answerMs: number
  heardMs?: number
}

/** All times from the caller's last sound on. */
function measured({ soundEndedMs, toldMs, askedMs, voicedMs, startedMs, answerMs, heardMs = toldMs }: Turn) {
  const at = (ms: number) => LAST_SOUND_MS + ms
  const engine = { what: 'answered', call: 'c', tokens: REPLY } as const
  const log: Asked[] = [
    { ...engine, turn: 0, input: 'start', text: '', askedMs: JOURNAL_FROM_MS + 5, tokensMs: [] },
    {
      what: 'recognized',
      tag: 7,
      how: 'stream',
      soundEndedMs: at(soundEndedMs),
      toldMs: at(toldMs),
      text: 'hello',
    },
    {
      ...engine,
      turn: 1,
      input: 'input',
      text: 'ticket 7 hello',
      askedMs: at(askedMs),
      tokensMs: REPLY.map((_, nth) => at(askedMs + 350 + nth * 20)),
    },
    { what: 'voiced', text: 'One moment.', askedMs: at(voicedMs[0]), toldMs: at(voicedMs[1]) },
    { what: 'voiced', text: 'It is here.', askedMs: at(voicedMs[0] + 90), toldMs: at(voicedMs[1] + 90) },
  ]
  const journalMs = (ms: number) => at(ms) - JOURNAL_FROM_MS
  const talk = {
    id: 'c',
    steps: [{ utterance: { text: 'Hello?', samples: new Int16Array(0), words: [], pauseMs: 0 } }],
    turns: [
      {
        said: SAID,
        answerMs,
        cutOff: false,
        silentAfterMs: undefined,
        gapsMs: [],
      },
    ],
    machineMsAt: ms => RECORDED_FROM_MS + ms,
    journal: [
      { atMs: 5, type: 'asked' },
      { atMs: journalMs(heardMs), type: 'utteranceHeard' },
      { atMs: journalMs(startedMs), type: 'promptStarted', turn: 1 },
    ],
  } satisfies Talk
  const round = { calls: 1, talks: [talk], faults: [] as string[] } as unknown as Round
  const [turn] = measure(round, log, way)
  if (!turn) throw new Error('there is no turn')
  return turn
}

const inTime: Turn = {
  soundEndedMs: 720,
  toldMs: 870,
  askedMs: 875,
  voicedMs: [1_260, 1_460],
  startedMs: 1_475,
  answerMs: 1_490,
}

describe('the stages of a turn', () => {
  it('follow each other and add up to what the phone heard', () => {
    const { split, understood, decidedEarly } = measured(inTime)
    expect(split).toEqual({
      wait: 700,
      ear: 20,
      recognizer: 150,
      asking: 5,
      engine: 370,
      cutting: 15,
      voice: 200,
      starting: 15,
      line: 15,
    })
    expect(split && ownMs(split)).toBe(70)
    expect({ understood, decidedEarly }).toEqual({ understood: true, decidedEarly: false })
  })

  it('that were done ahead of time take none', () => {
    const { split } = measured({
      ...inTime,
      askedMs: 250,
      voicedMs: [640, 840],
      startedMs: 890,
      answerMs: 905,
    })
    expect(split).toMatchObject({ wait: 700, ear: 20, recognizer: 150, asking: 0, engine: 0, voice: 0 })
    expect(split && ownMs(split)).toBe(55)
  })

  it('are not told of a turn that was taken from the caller while they were speaking', () => {
    const { split, decidedEarly } = measured({ ...inTime, heardMs: -300 })
    expect({ split, decidedEarly }).toEqual({ split: undefined, decidedEarly: true })
  })
})
