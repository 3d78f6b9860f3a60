import { afterEach, describe, expect, test } from 'vitest'
import { encodeWav } from '../../src/audio/wav.ts'
import { diskFiles } from '../../src/lib/files.ts'
import {
  GoogleSynthesizer,
  type GoogleSynthesizerOptions,
} from '../../src/speech/providers/google-synthesizer.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { grpcError, type SynthesizeCall, startScriptedGoogle } from './scripted-google.ts'

const hello = { text: 'Hello.', language: 'en-US', voice: '' }
const never = new AbortController().signal
const cleanUps: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function google(
  synthesize: (call: SynthesizeCall) => Promise<Buffer>,
  options: Partial<GoogleSynthesizerOptions> = {},
) {
  const calls: SynthesizeCall[] = []
  const server = await startScriptedGoogle({
    synthesize: call => {
      calls.push(call)
      return synthesize(call)
    },
  })
  cleanUps.push(() => server.stop())
  const access = { name: 'g', endpoint: server.endpoint, insecure: true }
  const synthesizer = new GoogleSynthesizer({ ...access, ...options }, new ManualClock(), diskFiles)
  cleanUps.push(() => synthesizer.close())
  return { calls, synthesizer }
}

const tone = Int16Array.from([1, -2, 300, -400])

describe('a sentence', () => {
  test('is asked for at the rate of the telephone, with all settings', async () => {
    const { calls, synthesizer } = await google(async () => encodeWav(tone, 8000), {
      speakingRate: 1.25,
      pitch: -2,
      effectsProfile: ['telephony-class-application'],
    })
    const speech = await synthesizer.synthesize({ ...hello, voice: 'en-US-Neural2-A' }, never)
    expect(speech).toEqual({ samples: tone, sampleRate: 8000 })
    expect(calls[0]?.request).toMatchObject({
      input: { text: 'Hello.' },
      voice: { languageCode: 'en-US', name: 'en-US-Neural2-A' },
      audioConfig: {
        audioEncoding: 'LINEAR16',
        sampleRateHertz: 8000,
        speakingRate: 1.25,
        pitch: -2,
        effectsProfileId: ['telephony-class-application'],
      },
    })
  })

  test('is read out of a WAV file with chunks before its sound', async () => {
    const plain = encodeWav(tone, 24_000)
    const list = Buffer.from('LIST\x06\0\0\0INFOab', 'latin1')
    const { synthesizer } = await google(async () =>
      Buffer.concat([plain.subarray(0, 36), list, plain.subarray(36)]),
    )
    expect(await synthesizer.synthesize(hello, never)).toEqual({ samples: tone, sampleRate: 24_000 })
  })

  test('in an answer that is no WAV is a fault', async () => {
    const { synthesizer } = await google(async () => Buffer.from('not a wav at all'))
    await expect(synthesizer.synthesize(hello, never)).rejects.toMatchObject({
      name: 'SpeechFault',
      kind: 'transient',
    })
  })

  test('in a voice goes with the language of that voice; the default voice only with its own language', async () => {
    const { calls, synthesizer } = await google(async () => encodeWav(tone, 8000), {
      voice: 'de-DE-Neural2-B',
    })
    await synthesizer.synthesize({ ...hello, voice: 'en-GB-Neural2-A' }, never)
    await synthesizer.synthesize({ ...hello, language: 'de-DE' }, never)
    await synthesizer.synthesize({ ...hello, language: 'fr-FR' }, never)
    expect(calls.map(({ request }) => [request.voice.languageCode, request.voice.name])).toEqual([
      ['en-GB', 'en-GB-Neural2-A'],
      ['de-DE', 'de-DE-Neural2-B'],
      ['fr-FR', ''],
    ])
  })

  test('of more bytes than Google takes is refused without asking', async () => {
    const { calls, synthesizer } = await google(async () => encodeWav(tone, 8000))
    await synthesizer.synthesize({ ...hello, text: 'ä'.repeat(2_500) }, never)
    await expect(synthesizer.synthesize({ ...hello, text: 'ä'.repeat(2_501) }, never)).rejects.toMatchObject({
      name: 'SpeechFault',
      kind: 'permanent',
    })
    expect(calls).toHaveLength(1)
  })
})

describe('settings', () => {
  test('tell apart whatever changes the sound, and nothing else', () => {
    const settings = (options: Partial<GoogleSynthesizerOptions>) =>
      new GoogleSynthesizer({ name: 'g', ...options }, new ManualClock(), diskFiles).settings
    const base = settings({})
    expect(settings({ name: 'h', timeoutMs: 1, location: 'eu', speakingRate: 1 })).toBe(base)
    const changed = [
      { voice: 'v' },
      { sampleRate: 16_000 },
      { speakingRate: 1.1 },
      { pitch: 1 },
      { effectsProfile: ['x'] },
    ]
    expect(new Set([base, ...changed.map(settings)]).size).toBe(6)
  })
})

describe('faults', () => {
  test.each([
    [3, 'permanent'],
    [7, 'permanent'],
    [8, 'busy'],
    [14, 'transient'],
  ] as const)('code %i is %s, and is not tried again in here', async (code, kind) => {
    const { calls, synthesizer } = await google(() => Promise.reject(grpcError(code, 'no')))
    await expect(synthesizer.synthesize(hello, never)).rejects.toMatchObject({ name: 'SpeechFault', kind })
    expect(calls).toHaveLength(1)
  })

  test('an answer is waited for three seconds, unless told otherwise', async () => {
    const leftMs: number[] = []
    const { synthesizer } = await google(async ({ call }) => {
      leftMs.push(Number(call.getDeadline()) - Date.now())
      return encodeWav(tone, 8000)
    })
    await synthesizer.synthesize(hello, never)
    // The peer is told how much time there is when the request leaves: a slow machine only makes it less.
    expect(leftMs[0]).toBeLessThanOrEqual(3_000)
  })

  test('an answer that does not come is transient', async () => {
    const { synthesizer } = await google(() => new Promise(() => {}), { timeoutMs: 50 })
    await expect(synthesizer.synthesize(hello, never)).rejects.toMatchObject({
      name: 'SpeechFault',
      kind: 'transient',
    })
  })

  test('an abort rejects with its reason and reaches the peer', async () => {
    const asked = Promise.withResolvers<SynthesizeCall>()
    const { synthesizer } = await google(call => {
      asked.resolve(call)
      return new Promise(() => {})
    })
    const controller = new AbortController()
    const speech = synthesizer.synthesize(hello, controller.signal)
    const { call } = await asked.promise
    const cancelled = new Promise(resolve => call.on('cancelled', resolve))
    controller.abort(new Error('barged in'))
    await expect(speech).rejects.toThrow('barged in')
    await cancelled
  })

  test('an abort before anything was sent asks nobody', async () => {
    const { calls, synthesizer } = await google(async () => encodeWav(tone, 8000))
    const reason = new Error('too late')
    await expect(synthesizer.synthesize(hello, AbortSignal.abort(reason))).rejects.toBe(reason)
    const controller = new AbortController()
    const speech = synthesizer.synthesize(hello, controller.signal)
    controller.abort(reason)
    await expect(speech).rejects.toBe(reason)
    expect(calls).toHaveLength(0)
  })
})
