// The whole ear on synthesized sound: what begins an utterance, what it contains, and what ends it.

import { describe, expect, test } from 'vitest'
import { resample } from '../../src/audio/resample.ts'
import { Segmenter, type SpeechEnd, type SpeechStart } from '../../src/audio/utterance.ts'
import { VoiceActivity } from '../../src/audio/voice-activity.ts'
import { bounds, detectors, type Ear, openEar, RATE, say } from './ear.ts'
import { joined, mixed, noise, silence, throughMuLaw } from './signals.ts'

const phrases = [
  'Yes.',
  'No.',
  'Sales please.',
  'She sells shoes.',
  'Four two seven nine.',
  'Thanks.',
  'Fifty six.',
]
const cases = ['en-us', 'en-us+f3', 'en-us+m3'].flatMap(name => phrases.map(text => [name, text] as const))

describe.each([
  ['on a quiet line', Number.POSITIVE_INFINITY],
  ['20 dB above noise', 20],
  ['10 dB above noise', 10],
])('speech %s', (_, aboveNoiseDb) => {
  test.each(cases)(
    'of %s, "%s", is one utterance, known within 200 ms, with its whole head',
    (name, text) => {
      const spoken = say(text, name)
      const lead = silence(1_500)
      const clean = joined(lead, spoken, silence(1_200))
      const line = Number.isFinite(aboveNoiseDb)
        ? mixed(clean, noise(-24 - aboveNoiseDb, clean.length / 8, text.length))
        : clean
      const ear = openEar()
      ear.hear(throughMuLaw(line))
      const onset = lead.length + bounds(spoken).first
      expect(ear.starts.length).toBe(1)
      const [start] = ear.starts
      if (!start) return
      expect(start.knownAt - onset).toBeGreaterThan(0)
      expect(start.knownAt - onset).toBeLessThanOrEqual(0.2 * RATE)
      expect(start.knownAt - start.lookBack.length).toBeLessThanOrEqual(onset)
      expect(ear.ends).toMatchObject([{ reason: 'pause' }])
    },
  )
})

test('what is given is the stream itself, without gap or repetition, from 300 ms before the first voice', () => {
  const line = joined(noise(-60, 1_000, 1), say('I would like to speak to somebody.'), noise(-60, 1_500, 2))
  const ear = openEar()
  ear.hear(line)
  const [start] = ear.starts
  const [end] = ear.ends
  const [given] = ear.given
  if (!start || !end || !given) return expect.fail('nothing was heard')
  const from = start.atSample - 0.3 * RATE
  expect(Int16Array.from(given)).toEqual(line.slice(from, from + given.length))
  expect(from + given.length).toBe(end.knownAt)
})

test('what is given may be kept, although the pieces pushed share one buffer', () => {
  const line = joined(silence(500), say('Sales please.'), silence(1_000))
  const kept: Int16Array[] = []
  const starts: SpeechStart[] = []
  const segmenter = openEar({
    onSpeechStarted: start => starts.push(start),
    onSpeech: piece => kept.push(piece),
  }).segmenter
  const shared = new Int16Array(160)
  for (let at = 0; at + 160 <= line.length; at += 160) {
    shared.set(line.subarray(at, at + 160))
    segmenter.push(shared, at)
  }
  const given = joined(starts[0]?.lookBack ?? new Int16Array(0), ...kept)
  const from = (starts[0]?.atSample ?? 0) - 0.3 * RATE
  expect(given.length).toBeGreaterThan(0.5 * RATE)
  expect(given).toEqual(line.slice(from, from + given.length))
})

test('speech from the very first sample is given from the very first sample', () => {
  const ear = openEar()
  ear.hear(joined(say('Hello, who is this?').subarray(400), silence(1_000)))
  expect(ear.starts[0]?.atSample).toBeLessThan(0.3 * RATE)
  expect((ear.starts[0]?.knownAt ?? 0) - (ear.starts[0]?.lookBack.length ?? 0)).toBe(0)
})

test.each([160, 37, 8_000, 100_000])(
  'the result is the same when sound comes in pieces of %i samples',
  size => {
    const line = joined(silence(1_000), say('Sales please.'), silence(1_000), say('Thanks.'), silence(1_000))
    const whole = openEar()
    whole.hear(line)
    const cut = openEar()
    cut.hear(line, size)
    expect(whole.ends.length).toBe(2)
    expect(cut.given).toEqual(whole.given)
    expect(cut.ends.map(({ atSample, durationMs }) => ({ atSample, durationMs }))).toEqual(
      whole.ends.map(({ atSample, durationMs }) => ({ atSample, durationMs })),
    )
  },
)

describe('the end of what is said', () => {
  test('comes one pause after the last voice, and tells where that was', () => {
    const spoken = say('Four two seven nine.')
    const ear = openEar({ endOfTurnMs: 500 })
    ear.hear(joined(silence(1_000), spoken, silence(2_000)))
    const [end] = ear.ends
    const offset = 1_000 * 8 + bounds(spoken).last
    expect(end?.reason).toBe('pause')
    expect((end?.knownAt ?? 0) - (end?.atSample ?? 0)).toBe(0.5 * RATE)
    expect(Math.abs((end?.atSample ?? 0) - offset)).toBeLessThan(0.2 * RATE)
    expect(end?.durationMs).toBe(((end?.atSample ?? 0) - (ear.starts[0]?.atSample ?? 0)) / 8)
  })

  test('is put off or brought forward by a new wait in the middle of the pause', () => {
    const ear = openEar({ endOfTurnMs: 1_000 })
    ear.hear(joined(silence(500), say('Yes.'), silence(600)))
    const heardMs = ear.segmenter.silentMs
    expect(heardMs).toBeGreaterThan(400)
    expect(ear.segmenter.isSpeaking).toBe(true)
    ear.segmenter.setEndOfTurn(2_000)
    ear.hear(silence(1_000))
    expect(ear.ends).toEqual([])
    ear.segmenter.setEndOfTurn(300)
    ear.hear(silence(20))
    expect(ear.ends.length).toBe(1)
    expect(ear.segmenter.silentMs).toBe(0)
  })

  test('does not come in a pause that is shorter', () => {
    const ear = openEar({ endOfTurnMs: 700 })
    ear.hear(joined(silence(500), say('I need'), silence(300), say('a new card.'), silence(1_000)))
    expect(ear.ends.length).toBe(1)
  })

  test('is not put off by a single click', () => {
    const click = silence(1_000)
    for (let i = 0; i < 40; i++) click[4_000 + i] = i % 2 === 0 ? 9_000 : -9_000
    const ear = openEar({ endOfTurnMs: 700 })
    ear.hear(joined(silence(500), say('Yes.'), click))
    expect(ear.ends.length).toBe(1)
  })

  test('comes by force when it takes too long; what follows begins anew, and nothing is given twice', () => {
    const long = joined(
      say('one two three four five six seven eight nine ten eleven twelve thirteen'),
      silence(1_000),
    )
    const ear = openEar({ maxUtteranceMs: 2_000 })
    ear.hear(joined(silence(500), long))
    expect(ear.ends[0]).toMatchObject({ reason: 'tooLong', durationMs: 2_000 })
    expect(ear.starts.length).toBeGreaterThan(1)
    const second = ear.starts[1]
    expect((second?.knownAt ?? 0) - (second?.lookBack.length ?? 0)).toBe(ear.ends[0]?.knownAt)
  })
})

describe('a deaf ear', () => {
  test('hears nothing, abandons what it was hearing, and hears again afterwards', () => {
    const ear = openEar()
    ear.hear(joined(silence(500), say('I would like')))
    expect(ear.starts.length).toBe(1)
    ear.segmenter.deafen(true)
    expect(ear.segmenter.isSpeaking).toBe(false)
    ear.hear(joined(say('to speak to somebody'), silence(2_000)))
    expect(ear.ends).toEqual([])
    expect(ear.starts.length).toBe(1)
    ear.segmenter.deafen(false)
    ear.hear(joined(silence(500), say('Yes.'), silence(1_000)))
    expect(ear.starts.length).toBe(2)
    expect(ear.ends.length).toBe(1)
  })
})

test('an abandoned utterance is not reported, and who goes on speaking begins a new one', () => {
  const ear = openEar()
  ear.hear(joined(silence(500), say('I would like to speak to somebody').subarray(0, 6_000)))
  ear.segmenter.abandon()
  ear.hear(joined(say('about my bill'), silence(1_000)))
  expect(ear.starts.length).toBe(2)
  expect(ear.ends.length).toBe(1)
})

test('it may be abandoned from within a callback', () => {
  const ear: Ear = openEar({ onSpeech: () => ear.segmenter.abandon() })
  ear.hear(joined(silence(500), say('Yes.'), silence(1_000)))
  expect(ear.ends).toEqual([])
})

test('after a gap in the stream the look-back does not reach over it', () => {
  const spoken = say('Yes.')
  const starts: SpeechStart[] = []
  const segmenter = new Segmenter({
    detector: detectors.open(RATE),
    sampleRate: RATE,
    endOfTurnMs: 700,
    maxUtteranceMs: 60_000,
    onSpeechStarted: start => starts.push(start),
    onSpeech() {},
    onSpeechEnded() {},
  })
  segmenter.push(noise(-60, 1_000, 1), 0)
  segmenter.push(spoken, 100_000)
  expect(starts.length).toBe(1)
  expect(starts[0]?.atSample).toBeGreaterThanOrEqual(100_000)
  expect(Int16Array.from(starts[0]?.lookBack ?? [])).toEqual(spoken.slice(0, starts[0]?.lookBack.length))
})

test('a jump of the position drops the unfinished frame before it', () => {
  const frames: [number, number][] = []
  const activity = new VoiceActivity({
    detector: detectors.open(RATE),
    sampleRate: RATE,
    onFrame: (frame, position) => frames.push([position, frame[0] ?? 0]),
  })
  activity.push(new Int16Array(100).fill(1), 0)
  activity.push(new Int16Array(200).fill(2), 10_000)
  activity.push(new Int16Array(120).fill(3), 10_200)
  expect(frames).toEqual([
    [10_000, 2],
    [10_160, 2],
  ])
})

test('a wide-band line is heard as a telephone line is', () => {
  const spoken = resample(say('Sales please.'), RATE, 16_000)
  const line = joined(silence(1_000, 16_000), spoken, silence(1_000, 16_000))
  const starts: SpeechStart[] = []
  const ends: SpeechEnd[] = []
  const segmenter = new Segmenter({
    detector: detectors.open(16_000),
    sampleRate: 16_000,
    endOfTurnMs: 700,
    maxUtteranceMs: 60_000,
    onSpeechStarted: start => starts.push(start),
    onSpeech() {},
    onSpeechEnded: end => ends.push(end),
  })
  segmenter.push(line, 0)
  expect(starts.length).toBe(1)
  expect(Math.abs((starts[0]?.atSample ?? 0) - 16_000 - bounds(spoken).first)).toBeLessThan(0.15 * 16_000)
  expect(ends).toMatchObject([{ reason: 'pause' }])
})
