import { afterEach, describe, expect, test, vi } from 'vitest'
import { limitRecognizer, limitSynthesizer } from '../../src/speech/limits.ts'
import type { RecognitionRequest } from '../../src/speech/recognizer.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { Heard } from './heard.ts'
import { finalHearing, ScriptedRecognizer, ScriptedSynthesizer } from './scripted-speech.ts'

const spoken = { text: 'Hello.', language: 'en-US', voice: '' }
const request: RecognitionRequest = { language: 'en-US', sampleRate: 8000, hints: [], expect: 'open' }
const limits = { atOnce: 2, waiting: 1, maxWaitMs: 500 }
const never = new AbortController().signal
const settled = () => new Promise<void>(resolve => setImmediate(resolve))

afterEach(() => {
  vi.useRealTimers()
})

describe('a limited synthesizer', () => {
  function limited(more = {}) {
    const clock = new ManualClock()
    const inner = new ScriptedSynthesizer('s')
    return { clock, inner, synthesizer: limitSynthesizer(inner, { ...limits, ...more }, clock) }
  }

  test('sends so many at once, lets so many wait, and refuses the rest at once', async () => {
    const { inner, clock, synthesizer } = limited()
    const all = [1, 2, 3].map(() => synthesizer.synthesize(spoken, never))
    await settled()
    expect(inner.asked).toHaveLength(2)
    await expect(synthesizer.synthesize(spoken, never)).rejects.toMatchObject({ kind: 'busy', provider: 's' })
    inner.asked[0]?.answer()
    await settled()
    expect(inner.asked).toHaveLength(3)
    for (const { answer } of inner.asked) answer()
    await Promise.all(all)
    expect(clock.pending).toBe(0)
  })

  test('one that has waited too long is refused, and its place is free', async () => {
    const { inner, clock, synthesizer } = limited()
    for (const _ of [1, 2]) void synthesizer.synthesize(spoken, never)
    const waiting = synthesizer.synthesize(spoken, never)
    const refused = expect(waiting).rejects.toMatchObject({ kind: 'busy' })
    clock.advance(500)
    await refused
    void synthesizer.synthesize({ ...spoken, text: 'next' }, never)
    inner.asked[0]?.answer()
    await settled()
    expect(inner.last.request.text).toBe('next')
  })

  test('the time at work is not the time of waiting', async () => {
    const { inner, clock, synthesizer } = limited()
    const speech = synthesizer.synthesize(spoken, never)
    await settled()
    clock.advance(60_000)
    inner.last.answer()
    await expect(speech).resolves.toMatchObject({ sampleRate: 8000 })
  })

  test('an abort leaves the queue, and reaches one at work', async () => {
    const { inner, synthesizer } = limited()
    const [working, waiting] = [new AbortController(), new AbortController()]
    const first = synthesizer.synthesize(spoken, working.signal)
    void synthesizer.synthesize(spoken, never)
    const third = synthesizer.synthesize(spoken, waiting.signal)
    waiting.abort(new Error('gone'))
    await expect(third).rejects.toThrow('gone')
    expect(inner.asked).toHaveLength(2)
    working.abort(new Error('gone too'))
    await expect(first).rejects.toThrow('gone too')
    expect(inner.asked[0]?.signal.aborted).toBe(true)
  })

  test('begins no more than so many within a time', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    const { inner, synthesizer } = limited({ atOnce: 10, waiting: 10, starts: { most: 2, perMs: 1000 } })
    inner.always = 10
    for (let i = 0; i < 5; i++) void synthesizer.synthesize(spoken, never)
    await settled()
    expect(inner.asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1000)
    expect(inner.asked).toHaveLength(4)
    await vi.advanceTimersByTimeAsync(1000)
    expect(inner.asked).toHaveLength(5)
  })
})

describe('a limited recognizer', () => {
  function limited() {
    const clock = new ManualClock()
    const inner = new ScriptedRecognizer('r')
    return { clock, inner, recognizer: limitRecognizer(inner, { ...limits, atOnce: 1 }, clock) }
  }

  test('keeps the sound of an utterance that waits, and its end', async () => {
    const { inner, recognizer } = limited()
    const [first, second] = [new Heard(), new Heard()]
    recognizer.recognize(request, first.hear)
    const waiting = recognizer.recognize(request, second.hear)
    const buffer = new Int16Array(160).fill(7)
    waiting.write(buffer)
    buffer.fill(9) // the writer uses it again
    waiting.finish()
    waiting.write(new Int16Array(160).fill(8))
    await settled()
    expect(inner.recognitions).toHaveLength(1)
    inner.last.hear(finalHearing('one'))
    await settled()
    expect(inner.last).toMatchObject({ written: [7], state: 'finished' })
    inner.last.hear(finalHearing('two'))
    expect([first.texts, second.texts]).toEqual([['one'], ['two']])
  })

  test('a cancelled utterance gives its turn to the next', async () => {
    const { inner, recognizer } = limited()
    const running = recognizer.recognize(request, () => {})
    recognizer.recognize(request, () => {})
    await settled()
    running.cancel()
    await settled()
    expect(inner.recognitions.map(({ state }) => state)).toEqual(['cancelled', 'open'])
  })

  test('one that waits can be cancelled and is never begun', async () => {
    const { inner, recognizer } = limited()
    const heard = new Heard()
    recognizer.recognize(request, () => {})
    recognizer.recognize(request, heard.hear).cancel()
    await settled()
    inner.last.hear(finalHearing('one'))
    await settled()
    expect(inner.recognitions).toHaveLength(1)
    expect(heard.all).toEqual([])
  })

  test('too many, or too long, is a busy failure', async () => {
    const { clock, recognizer } = limited()
    const [second, third] = [new Heard(), new Heard()]
    recognizer.recognize(request, () => {})
    recognizer.recognize(request, second.hear)
    recognizer.recognize(request, third.hear)
    expect(await third.end()).toMatchObject({ type: 'failed', fault: { kind: 'busy' } })
    clock.advance(500)
    expect(await second.end()).toMatchObject({ type: 'failed', fault: { kind: 'busy' } })
  })
})
