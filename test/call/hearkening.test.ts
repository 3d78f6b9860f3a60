// One utterance on its way to words: whatever a recognizer does and whenever, exactly one outcome comes, and only after the end.

import { describe, expect, test } from 'vitest'
import { Hearkening, type Outcome } from '../../src/call/hearkening.ts'
import { SpeechFault } from '../../src/speech/fault.ts'
import type { Hearing, Recognizer } from '../../src/speech/recognizer.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

const LIMIT_MS = 3_000

interface Hand {
  clock: ManualClock
  hearkening: Hearkening
  outcomes: Outcome[]
  done: string[]
  hear(hearing: Hearing): void
}

function begin(recognizerDoes: (hear: (hearing: Hearing) => void) => void = () => {}): Hand {
  const clock = new ManualClock()
  const outcomes: Outcome[] = []
  const done: string[] = []
  let hear: (hearing: Hearing) => void = () => {}
  const recognizer: Recognizer = {
    name: 'by hand',
    warmUp: async () => {},
    close: async () => {},
    recognize(_request, report) {
      hear = report
      recognizerDoes(report)
      return {
        write: samples => void done.push(`write ${samples.length}`),
        finish: () => void done.push('finish'),
        cancel: () => void done.push('cancel'),
      }
    },
  }
  const hearkening = new Hearkening({
    recognizer,
    request: { language: 'en-US', sampleRate: 8_000, hints: [], expect: 'open' },
    clock,
    onPartial: () => {},
    limitMs: LIMIT_MS,
    onOutcome: outcome => void outcomes.push(outcome),
  })
  return { clock, hearkening, outcomes, done, hear: hearing => hear(hearing) }
}

const final: Hearing = { type: 'final', text: ' Hello. ', confidence: 0.8, language: 'en-US' }
const words = {
  is: 'words',
  utterance: { text: 'Hello.', confidence: 0.8, language: 'en-US', durationMs: 400 },
}
const failed: Hearing = { type: 'failed', fault: new SpeechFault('by hand', 'transient', 'gone') }

describe('the outcome', () => {
  test('is what the recognizer says after the end', () => {
    const { hearkening, outcomes, done, hear, clock } = begin()
    hearkening.write(new Int16Array(160))
    hear({ type: 'started' })
    hear({ type: 'partial', text: 'Hel', stability: 0.5 })
    hearkening.finish(400)
    expect(outcomes).toEqual([])
    hear(final)
    expect(outcomes).toEqual([words])
    expect(done).toEqual(['write 160', 'finish'])
    expect(clock.pending).toBe(0)
  })

  test.each([
    [final, words],
    [{ type: 'nothing' } as const, { is: 'nothing' }],
    [failed, { is: 'failed', message: 'by hand: gone' }],
  ])('that comes before the end waits for it: %j', (hearing, outcome) => {
    const { hearkening, outcomes, done, hear } = begin()
    hear(hearing)
    hear({ type: 'nothing' })
    hearkening.write(new Int16Array(160))
    expect(outcomes).toEqual([])
    hearkening.finish(400)
    expect(outcomes).toEqual([outcome])
    expect(done).toEqual([])
  })

  test('of a text without a letter is nothing', () => {
    const { hearkening, outcomes, hear } = begin()
    hearkening.finish(400)
    hear({ type: 'final', text: '  ', confidence: null, language: null })
    expect(outcomes).toEqual([{ is: 'nothing' }])
  })

  test('of a recognizer that says nothing any more is a failure, in time', () => {
    const { hearkening, outcomes, done, clock, hear } = begin()
    hearkening.finish(400)
    clock.advance(LIMIT_MS - 1)
    expect(outcomes).toEqual([])
    clock.advance(1)
    expect(outcomes).toEqual([{ is: 'failed', message: 'no final text came in time' }])
    expect(done).toEqual(['finish', 'cancel'])
    hear(final)
    expect(outcomes).toHaveLength(1)
  })

  test('of a recognizer that throws is a failure', () => {
    const { hearkening, outcomes } = begin(() => {
      throw new Error('it broke')
    })
    hearkening.write(new Int16Array(160))
    hearkening.finish(400)
    expect(outcomes).toEqual([{ is: 'failed', message: 'by hand: it broke' }])
  })

  test('of a recognizer that throws what is no error is a failure', () => {
    const { hearkening, outcomes } = begin(() => {
      throw 'a text'
    })
    hearkening.finish(400)
    expect(outcomes).toEqual([{ is: 'failed', message: 'by hand: a text' }])
  })

  test('of one that reports before it has returned is kept', () => {
    const { hearkening, outcomes } = begin(hear => hear(final))
    hearkening.finish(400)
    expect(outcomes).toEqual([words])
  })

  test('comes once', () => {
    const { hearkening, outcomes, hear } = begin()
    hearkening.finish(400)
    hearkening.finish(400)
    hear(final)
    hear(final)
    expect(outcomes).toHaveLength(1)
  })
})

describe('cancelling', () => {
  test('while it is spoken ends the recognition without an outcome', () => {
    const { hearkening, outcomes, done, hear } = begin()
    hearkening.cancel()
    hearkening.cancel()
    hearkening.finish(400)
    hear(final)
    expect(outcomes).toEqual([])
    expect(done).toEqual(['cancel'])
  })

  test('while the outcome is awaited leaves no timer', () => {
    const { hearkening, outcomes, clock } = begin()
    hearkening.finish(400)
    hearkening.cancel()
    expect(clock.pending).toBe(0)
    clock.advance(LIMIT_MS)
    expect(outcomes).toEqual([])
  })

  test('of what never began is nothing to do', () => {
    const { hearkening } = begin(() => {
      throw new Error('it broke')
    })
    expect(() => hearkening.cancel()).not.toThrow()
  })
})
