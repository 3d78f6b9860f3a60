// The local speech server as the real Google client packages see it: calls with one answer, and the process.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type protos, v2 } from '@google-cloud/speech'
import { TextToSpeechClient } from '@google-cloud/text-to-speech'
import { grpc } from 'google-gax'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeG711, encodeG711 } from '../../src/audio/g711.ts'
import { levelDbfs } from '../../src/audio/levels.ts'
import { decodeWav, findWavLayout, samplesOfBytes } from '../../src/audio/wav.ts'
import { refusals } from './google-speech/knobs.ts'
import { throughG711, withSilence } from './google-speech/phone-line.ts'
import { type GoogleSpeech, startGoogleSpeech } from './google-speech/server.ts'
import { Voice } from './voice.ts'

type Config = protos.google.cloud.speech.v2.IRecognitionConfig

const recognizer = 'projects/test/locations/global/recognizers/_'
const linear16: Config = {
  explicitDecodingConfig: { encoding: 'LINEAR16', sampleRateHertz: 8_000, audioChannelCount: 1 },
  languageCodes: ['en-US'],
  model: 'telephony',
}
const phrases = ['yes that is right', 'what are your opening hours', 'could you repeat that please']

const local = {
  apiEndpoint: '127.0.0.1',
  sslCreds: grpc.credentials.createInsecure(),
  universeDomain: 'googleapis.com',
}

let voice: Voice
let caller: Voice
let speech: GoogleSpeech
let client: v2.SpeechClient
let synthesizer: TextToSpeechClient

beforeAll(async () => {
  voice = await Voice.load()
  caller = await Voice.load()
})

beforeEach(async () => {
  speech = await startGoogleSpeech({ phrases, voice })
  client = new v2.SpeechClient({ ...local, port: speech.port })
  synthesizer = new TextToSpeechClient({ ...local, port: speech.port })
  await client.initialize()
})

afterEach(async () => {
  await client.close()
  await synthesizer.close()
  speech.close()
})

const sound = (text: string) => throughG711(withSilence(caller.sayAt8k(text), 300, 300))

describe('recognition of a whole utterance', () => {
  it('answers with what was said', async () => {
    const samples = sound('could you repeat that please')
    const content = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
    const [answer] = await client.recognize({ recognizer, config: linear16, content })
    expect(answer.results?.[0]?.alternatives?.[0]?.transcript).toBe('could you repeat that please')
  })

  it('answers nothing to silence, and refuses more than a minute', async () => {
    const [answer] = await client.recognize({ recognizer, config: linear16, content: Buffer.alloc(16_000) })
    expect(answer.results).toEqual([])
    const content = Buffer.alloc(16_000 * 61)
    await expect(client.recognize({ recognizer, config: linear16, content })).rejects.toMatchObject({
      code: 3,
    })
  })
})

describe('synthesis', () => {
  const ask = (audioEncoding: 'LINEAR16' | 'PCM' | 'MULAW', sampleRateHertz: number) =>
    synthesizer
      .synthesizeSpeech({
        input: { text: 'One moment, please.' },
        voice: { languageCode: 'en-US' },
        audioConfig: { audioEncoding, sampleRateHertz },
      })
      .then(([answer]) => Buffer.from(answer.audioContent as Uint8Array))

  it.each([8_000, 16_000, 22_050])('gives a WAV file at %i Hz', async rate => {
    const wav = decodeWav(await ask('LINEAR16', rate))
    expect(wav).toMatchObject({ sampleRate: rate, channels: 1 })
    expect(wav.samples.length / rate).toBeGreaterThan(0.8)
    expect(levelDbfs(wav.samples)).toBeGreaterThan(-25)
  })

  it('gives the same samples without a header', async () => {
    const wav = decodeWav(await ask('LINEAR16', 8_000))
    expect(samplesOfBytes(await ask('PCM', 8_000))).toEqual(wav.samples)
  })

  it('gives mu-law in a WAV file', async () => {
    const file = await ask('MULAW', 8_000)
    expect(findWavLayout(file)).toMatchObject({ encoding: 'mu-law', sampleRate: 8_000 })
    const pcm = samplesOfBytes(await ask('PCM', 8_000))
    expect(decodeWav(file).samples).toEqual(decodeG711(encodeG711(pcm, 'mu-law'), 'mu-law'))
  })

  it('counts characters', async () => {
    await ask('PCM', 8_000)
    expect(speech.counters).toMatchObject({ synthesisRequests: 1, charactersSynthesized: 19 })
  })

  it('refuses more than 5,000 bytes, which may be fewer characters', async () => {
    const request = { voice: { languageCode: 'en-US' }, audioConfig: { audioEncoding: 'PCM' as const } }
    const input = { text: 'é'.repeat(2_501) }
    await expect(synthesizer.synthesizeSpeech({ ...request, input })).rejects.toMatchObject({ code: 3 })
    expect(speech.counters.charactersSynthesized).toBe(0)
  })

  it('fails where it was told to, and only there', async () => {
    speech.knobs.faults = [{ on: 'synthesize', nth: 1, does: 'fail', ...refusals.quota }]
    const failure = await ask('PCM', 8_000).catch(error => error)
    expect(failure).toMatchObject({ code: 8 })
    expect((await ask('PCM', 8_000)).length).toBeGreaterThan(8_000)
  })
})

describe('the server as a process of its own', () => {
  it('says its port, understands, and counts when it ends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-speech-'))
    const file = join(folder, 'phrases.json')
    await writeFile(file, JSON.stringify(phrases))
    const main = fileURLToPath(new URL('./google-speech/main.ts', import.meta.url))
    const child = spawn(process.execPath, [main, '--phrases', file], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      const { port } = JSON.parse((await lines.next()).value ?? '')
      const apart = new v2.SpeechClient({ ...local, port })
      const samples = sound('yes that is right')
      const content = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
      const [answer] = await apart.recognize({ recognizer, config: linear16, content })
      expect(answer.results?.[0]?.alternatives?.[0]?.transcript).toBe('yes that is right')
      await apart.close()
      child.kill('SIGTERM')
      const { counters } = JSON.parse((await lines.next()).value ?? '')
      expect(counters).toMatchObject({ recognizeRequests: 1, finals: 1 })
      expect(await once(child, 'exit')).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
      await rm(folder, { recursive: true })
    }
  })
})
