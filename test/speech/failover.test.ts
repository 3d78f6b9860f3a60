import { describe, expect, test } from 'vitest'
import { failoverRecognizer, failoverSynthesizer } from '../../src/speech/failover.ts'
import type { RecognitionRequest } from '../../src/speech/recognizer.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { Heard } from './heard.ts'
import { faultOf, finalHearing, ScriptedRecognizer, ScriptedSynthesizer } from './scripted-speech.ts'

const spoken = { text: 'Hello.', language: 'en-US', voice: 'Nora' }
const request: RecognitionRequest = { language: 'en-US', sampleRate: 8000, hints: [], expect: 'open' }
const options = { faults: 2, withinMs: 60_000, restMs: 10_000 }
const never = new AbortController().signal
const frame = (value: number) => new Int16Array(160).fill(value)

describe('synthesizers', () => {
  function pair(first?: number | Error, second?: number | Error) {
    const clock = new ManualClock()
    const [a, b] = [new ScriptedSynthesizer('a', first), new ScriptedSynthesizer('b', second)]
    return { clock, a, b, both: failoverSynthesizer([a, b], clock, options) }
  }

  test('the first is asked while it works', async () => {
    const { a, b, both } = pair(100, 200)
    expect((await both.synthesize(spoken, never)).samples).toHaveLength(100)
    expect(a.last.request).toEqual(spoken)
    expect(b.asked).toHaveLength(0)
  })

  test('the next one takes over, with a voice of its own, and says who it is', async () => {
    const { b, both } = pair(faultOf('a'), 200)
    const speech = await both.synthesize(spoken, never)
    expect(speech.samples).toHaveLength(200)
    expect(speech.settings).toBe('settings of b')
    expect(b.last.request).toEqual({ ...spoken, voice: '' })
  })

  test('it stays with the one that worked, then goes back', async () => {
    const { clock, a, b, both } = pair(faultOf('a'), 200)
    await both.synthesize(spoken, never)
    a.always = 100
    await both.synthesize(spoken, never)
    expect([a.asked.length, b.asked.length]).toEqual([1, 2])
    expect(both.settings).toBe('settings of b')
    clock.advance(10_000)
    expect(both.settings).toBe('settings of a')
    await both.synthesize(spoken, never)
    expect([a.asked.length, b.asked.length]).toEqual([2, 2])
  })

  test('when all fail the fault names them all', async () => {
    const { a, both } = pair(faultOf('a', 'permanent'), faultOf('b', 'busy'))
    a.warmUpFault = faultOf('a', 'permanent')
    await both.warmUp()
    await expect(both.synthesize(spoken, never)).rejects.toMatchObject({
      name: 'SpeechFault',
      kind: 'busy',
      message: expect.stringMatching(/a given-up, b closed/),
    })
    expect(both.health).toMatchObject([
      { name: 'a', state: { is: 'given-up', fault: { kind: 'permanent' } } },
      { name: 'b', state: { is: 'closed' } },
    ])
  })

  test('nobody is asked while all are open', async () => {
    const { a, b, both } = pair(faultOf('a'), faultOf('b'))
    for (let i = 0; i < 5; i++) await both.synthesize(spoken, never).catch(() => {})
    expect([a.asked.length, b.asked.length]).toEqual([2, 2])
  })

  test('while one finds out whether it is back, others are asked who work', async () => {
    const { clock, a, b, both } = pair(faultOf('a'), 200)
    await both.synthesize(spoken, never)
    clock.advance(10_000)
    await both.synthesize(spoken, never)
    clock.advance(10_000)
    a.always = undefined
    const probe = both.synthesize(spoken, never)
    expect((await both.synthesize(spoken, never)).samples).toHaveLength(200)
    expect(a.asked).toHaveLength(3)
    a.last.answer()
    await probe
    expect(b.asked).toHaveLength(3)
  })

  test('an abort is not a fault and goes no further', async () => {
    const { a, b, both } = pair()
    const controller = new AbortController()
    const speech = both.synthesize(spoken, controller.signal)
    controller.abort(new Error('barged in'))
    await expect(speech).rejects.toThrow('barged in')
    expect([a.asked.length, b.asked.length]).toEqual([1, 0])
    expect(both.health[0]?.state).toEqual({ is: 'closed', faultsAtMs: [] })
  })

  test('warming up rejects only when nobody is left', async () => {
    const { a, b, both } = pair()
    a.warmUpFault = faultOf('a', 'permanent')
    await both.warmUp()
    expect(both.settings).toBe('settings of b')
    b.warmUpFault = faultOf('b', 'permanent')
    await expect(both.warmUp()).rejects.toMatchObject({ name: 'SpeechFault', kind: 'permanent' })
  })
})

describe('one synthesizer that comes back after an outage', () => {
  async function resting() {
    const clock = new ManualClock()
    const a = new ScriptedSynthesizer('a', faultOf('a'))
    const only = failoverSynthesizer([a], clock, options)
    for (let i = 0; i < 2; i++) await only.synthesize(spoken, never).catch(() => {})
    a.always = undefined
    return { clock, a, only, state: () => only.health[0]?.state.is }
  }

  test('is not asked before its time', async () => {
    const { clock, a, only } = await resting()
    clock.advance(9_999)
    await expect(only.synthesize(spoken, never)).rejects.toMatchObject({ name: 'SpeechFault' })
    expect(a.asked).toHaveLength(2)
  })

  test('is then asked for every sentence of a turn', async () => {
    const { clock, a, only, state } = await resting()
    clock.advance(10_000)
    const sentences = [1, 2, 3].map(() => only.synthesize(spoken, never))
    expect(a.asked).toHaveLength(5)
    for (const { answer } of a.asked) answer()
    expect(await Promise.all(sentences)).toHaveLength(3)
    expect(state()).toBe('closed')
  })

  test('is asked again at once when those who asked first gave up', async () => {
    const { clock, a, only, state } = await resting()
    clock.advance(10_000)
    const controller = new AbortController()
    const given = [1, 2, 3].map(() => only.synthesize(spoken, controller.signal))
    controller.abort(new Error('the call was moved'))
    expect((await Promise.allSettled(given)).map(({ status }) => status)).toEqual(Array(3).fill('rejected'))
    const next = only.synthesize(spoken, never)
    a.last.answer()
    await next
    expect(state()).toBe('closed')
  })

  test('rests again when it fails, however many asked', async () => {
    const { clock, a, only, state } = await resting()
    clock.advance(10_000)
    const sentences = [1, 2, 3].map(() => only.synthesize(spoken, never))
    for (const { fail } of a.asked) fail(faultOf('a'))
    await Promise.allSettled(sentences)
    await only.synthesize(spoken, never).catch(() => {})
    expect([a.asked.length, state()]).toEqual([5, 'open'])
  })
})

describe('recognizers', () => {
  function pair() {
    const clock = new ManualClock()
    const [a, b] = [new ScriptedRecognizer('a'), new ScriptedRecognizer('b')]
    const heard = new Heard()
    return { clock, a, b, heard, both: failoverRecognizer([a, b], clock, options) }
  }

  test('the next one hears the whole utterance, and its listener notices nothing', () => {
    const { a, b, heard, both } = pair()
    const recognition = both.recognize(request, heard.hear)
    const buffer = frame(1)
    recognition.write(buffer)
    buffer.fill(99) // the writer uses it again
    a.last.hear({ type: 'started' })
    a.last.hear({ type: 'partial', text: 'on', stability: 0 })
    a.last.hear({ type: 'failed', fault: faultOf('a') })
    recognition.write(frame(2))
    expect(b.last.request).toBe(request)
    expect(b.last.written).toEqual([1, 2])
    b.last.hear({ type: 'started' })
    recognition.finish()
    expect(b.last.state).toBe('finished')
    b.last.hear(finalHearing('one two'))
    expect(heard.types).toEqual(['started', 'partial', 'final'])
  })

  test('hearings of one that failed are not passed on', () => {
    const { a, b, heard, both } = pair()
    both.recognize(request, heard.hear)
    a.last.hear({ type: 'failed', fault: faultOf('a') })
    a.last.hear(finalHearing('too late'))
    b.last.hear(finalHearing('right'))
    expect(heard.texts).toEqual(['right'])
  })

  test('a failure after the end of the sound gives the next one all of it, and its end', () => {
    const { a, b, both } = pair()
    const recognition = both.recognize(request, () => {})
    recognition.write(frame(1))
    recognition.finish()
    a.last.hear({ type: 'failed', fault: faultOf('a') })
    expect(b.last).toMatchObject({ written: [1], state: 'finished' })
  })

  test('one that fails at once, while it is asked, is replaced', async () => {
    const { a, b, heard, both } = pair()
    a.recognize = (_, hear) => {
      hear({ type: 'failed', fault: faultOf('a') })
      return { write() {}, finish() {}, cancel() {} }
    }
    both.recognize(request, heard.hear).write(frame(3))
    await Promise.resolve()
    expect(b.last.written).toEqual([3])
  })

  test('of a very long utterance the last minute is kept', () => {
    const { a, b, both } = pair()
    const recognition = both.recognize(request, () => {})
    for (let second = 0; second < 70; second++) recognition.write(new Int16Array(8000).fill(second))
    a.last.hear({ type: 'failed', fault: faultOf('a') })
    expect(b.last.written).toHaveLength(60)
    expect(b.last.written.at(0)).toBe(10)
  })

  test('when all fail, one failure is heard, and later ones are told at once', async () => {
    const { a, b, heard, both } = pair()
    for (let i = 0; i < 2; i++) {
      both.recognize(request, heard.hear)
      a.recognitions.at(i)?.hear({ type: 'failed', fault: faultOf('a') })
      b.recognitions.at(i)?.hear({ type: 'failed', fault: faultOf('b') })
      await Promise.resolve()
    }
    expect(heard.types).toEqual(['failed', 'failed'])
    both.recognize(request, heard.hear)
    expect(heard.types).toHaveLength(2) // not before the caller has it in his hands
    await Promise.resolve()
    expect(heard.last).toMatchObject({ type: 'failed', fault: { provider: 'a or b' } })
    expect([a.recognitions.length, b.recognitions.length]).toEqual([2, 2])
  })

  test('cancelling reaches the one at work and is no fault', () => {
    const { a, heard, both } = pair()
    both.recognize(request, heard.hear).cancel()
    a.last.hear({ type: 'failed', fault: faultOf('a') })
    expect(a.last.state).toBe('cancelled')
    expect(heard.all).toEqual([])
    expect(both.health[0]?.state).toEqual({ is: 'closed', faultsAtMs: [] })
  })

  describe('the only one that comes back after an outage', () => {
    async function resting() {
      const clock = new ManualClock()
      const a = new ScriptedRecognizer('a')
      const only = failoverRecognizer([a], clock, options)
      for (let i = 0; i < 2; i++) {
        only.recognize(request, () => {})
        a.last.hear({ type: 'failed', fault: faultOf('a') })
      }
      clock.advance(10_000)
      return { a, only, state: () => only.health[0]?.state.is }
    }

    test('hears every caller, not the first alone', async () => {
      const { a, only, state } = await resting()
      const heard = new Heard()
      for (let i = 0; i < 3; i++) only.recognize(request, heard.hear)
      await Promise.resolve()
      for (const recognition of a.recognitions) recognition.hear(finalHearing('back'))
      expect(heard.texts).toEqual(['back', 'back', 'back'])
      expect(state()).toBe('closed')
    })

    test('hears the next caller when the first has gone', async () => {
      const { a, only, state } = await resting()
      const heard = new Heard()
      only.recognize(request, () => {}).cancel()
      only.recognize(request, heard.hear)
      a.last.hear(finalHearing('back'))
      expect([heard.texts, state()]).toEqual([['back'], 'closed'])
    })
  })
})
