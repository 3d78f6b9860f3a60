import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diskFiles } from '../../src/lib/files.ts'
import { GoogleRecognizer } from '../../src/speech/providers/google-recognizer.ts'
import { GoogleSynthesizer } from '../../src/speech/providers/google-synthesizer.ts'
import { type GoogleSpeech, startGoogleSpeech } from '../fakes/google-speech/server.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { assistantVoice, Voice } from '../fakes/voice.ts'
import { Heard } from './heard.ts'

const phrases = ['I would like to speak with somebody in sales', 'what are your opening hours']
let speech: GoogleSpeech

beforeAll(async () => {
  // It understands the voice it speaks with.
  speech = await startGoogleSpeech({ phrases, voice: await Voice.load(), callers: [assistantVoice] })
})

afterAll(() => speech.close())

test('what one adapter has spoken the other one hears, word by word', async () => {
  const access = { name: 'g', endpoint: `127.0.0.1:${speech.port}`, insecure: true }
  // Its timers are not wanted here: the peer is alive, however slow the machine is.
  const recognizer = new GoogleRecognizer(access, new ManualClock(), diskFiles)
  const synthesizer = new GoogleSynthesizer({ ...access, timeoutMs: 15_000 }, new ManualClock(), diskFiles)
  for (const text of phrases) {
    const request = { text, language: 'en-US', voice: '' }
    const { samples, sampleRate } = await synthesizer.synthesize(request, new AbortController().signal)
    const heard = new Heard()
    const recognition = recognizer.recognize(
      { language: 'en-US', sampleRate, hints: [], expect: 'open' },
      heard.hear,
    )
    for (let at = 0; at < samples.length; at += 160) recognition.write(samples.subarray(at, at + 160))
    recognition.finish()
    expect(await heard.end()).toMatchObject({
      type: 'final',
      text: expect.stringMatching(new RegExp(text, 'i')),
    })
  }
  await Promise.all([recognizer.close(), synthesizer.close()])
})

describe('sound that is there as a whole', () => {
  const hearWhole = async (samples: Int16Array, endpoint = `127.0.0.1:${speech.port}`) => {
    const recognizer = new GoogleRecognizer(
      { name: 'g', endpoint, insecure: true },
      new ManualClock(),
      diskFiles,
    )
    const heard = new Heard()
    const recognition = recognizer.recognize(
      { language: 'en-US', sampleRate: 8_000, hints: [], expect: 'open', whole: true },
      heard.hear,
    )
    recognition.write(samples)
    recognition.finish()
    const end = await heard.end()
    await recognizer.close()
    return end
  }

  test('is recognized by one request', async () => {
    const synthesizer = new GoogleSynthesizer(
      { name: 'g', endpoint: `127.0.0.1:${speech.port}`, insecure: true, timeoutMs: 15_000 },
      new ManualClock(),
      diskFiles,
    )
    for (const text of phrases) {
      const request = { text, language: 'en-US', voice: '' }
      const { samples } = await synthesizer.synthesize(request, new AbortController().signal)
      expect(await hearWhole(samples)).toMatchObject({
        type: 'final',
        text: expect.stringMatching(new RegExp(text, 'i')),
      })
    }
    await synthesizer.close()
  })

  test('that nobody wants any more gives back what it had taken, whoever can be reached', async () => {
    for (const endpoint of [`127.0.0.1:${speech.port}`, '127.0.0.1:1']) {
      const recognizer = new GoogleRecognizer(
        { name: 'g', endpoint, insecure: true },
        new ManualClock(),
        diskFiles,
      )
      const request = {
        language: 'en-US',
        sampleRate: 8_000,
        hints: [],
        expect: 'open',
        whole: true,
      } as const
      recognizer.recognize(request, () => expect.fail('it was told')).cancel()
      // Waits for what is still lent.
      await recognizer.close()
    }
  })

  test('has no words when there are none in it', async () => {
    expect(await hearWhole(new Int16Array(16_000))).toEqual({ type: 'nothing' })
  })

  test('is told to have failed when nobody answers', async () => {
    expect(await hearWhole(new Int16Array(16_000), '127.0.0.1:1')).toMatchObject({ type: 'failed' })
  })
})
