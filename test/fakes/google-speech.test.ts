// The local speech server as the real Google client package sees it: streams.

import { once } from 'node:events'
import { type protos, v2 } from '@google-cloud/speech'
import { grpc } from 'google-gax'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeG711 } from '../../src/audio/g711.ts'
import { refusals } from './google-speech/knobs.ts'
import { throughG711, withSilence } from './google-speech/phone-line.ts'
import { type GoogleSpeech, startGoogleSpeech } from './google-speech/server.ts'
import { Voice } from './voice.ts'

type Response = protos.google.cloud.speech.v2.IStreamingRecognizeResponse
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

beforeAll(async () => {
  voice = await Voice.load()
  caller = await Voice.load()
})

beforeEach(async () => {
  speech = await startGoogleSpeech({ phrases, voice })
  client = new v2.SpeechClient({ ...local, port: speech.port })
  await client.initialize()
})

afterEach(async () => {
  await client.close()
  speech.close()
})

/** A stream of the real client, with all that came back from it. */
class Stream {
  readonly #call = client._streamingRecognize()
  readonly responses: Response[] = []
  /** How it ended: with nothing, or with an error. */
  readonly over: Promise<{ code?: number; details?: string }>

  constructor(first: object | undefined = { recognizer, streamingConfig: { config: linear16 } }) {
    this.#call.on('data', (response: Response) => this.responses.push(response))
    this.over = new Promise(resolve => {
      this.#call.on('end', () => resolve({}))
      this.#call.on('error', resolve)
    })
    if (first) this.#call.write(first)
  }

  write(message: object): this {
    this.#call.write(message)
    return this
  }

  /** In pieces of 100 ms. */
  speak(samples: Int16Array): this {
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
    for (let at = 0; at < bytes.length; at += 1_600) this.write({ audio: bytes.subarray(at, at + 1_600) })
    return this
  }

  end(): this {
    this.#call.end()
    return this
  }

  cancel(): void {
    this.#call.cancel()
  }

  next(): Promise<unknown> {
    return once(this.#call, 'data')
  }

  get finals(): string[] {
    return this.responses
      .flatMap(({ results }) => results ?? [])
      .filter(result => result.isFinal)
      .map(result => result.alternatives?.[0]?.transcript ?? '')
  }
}

const sound = (text: string, afterMs = 300) => throughG711(withSilence(caller.sayAt8k(text), 300, afterMs))

describe('streaming recognition', () => {
  it('answers with what was said after the half-close', async () => {
    const stream = new Stream().speak(sound('what are your opening hours')).end()
    expect(await stream.over).toEqual({})
    expect(stream.finals).toEqual(['what are your opening hours'])
    const final = stream.responses.at(-1)
    expect(final?.results?.[0]?.languageCode).toBe('en-US')
    expect(final?.results?.[0]?.alternatives?.[0]?.confidence).toBeGreaterThan(0.5)
    expect(Number(final?.metadata?.totalBilledDuration?.seconds)).toBeGreaterThanOrEqual(2)
  })

  it('gives one final for each pause in a long stream, while the stream goes on', async () => {
    const stream = new Stream().speak(sound('yes that is right', 1_300))
    await stream.next()
    expect(stream.finals).toEqual(['yes that is right'])
    stream.speak(sound('could you repeat that please')).end()
    await stream.over
    expect(stream.finals).toEqual(['yes that is right', 'could you repeat that please'])
  })

  it('gives interims and voice activity only to those who ask', async () => {
    const streamingFeatures = { interimResults: true, enableVoiceActivityEvents: true }
    const asked = new Stream({ recognizer, streamingConfig: { config: linear16, streamingFeatures } })
    await asked.speak(sound('what are your opening hours')).end().over
    const interims = asked.responses.filter(({ results }) => results?.[0]?.isFinal === false)
    expect(interims.length).toBeGreaterThan(1)
    for (const { results } of interims) {
      const text = results?.map(result => result.alternatives?.[0]?.transcript ?? '').join('') ?? ''
      expect('what are your opening hours'.startsWith(text)).toBe(true)
    }
    const events = asked.responses.map(({ speechEventType }) => speechEventType)
    expect(events[0]).toBe('SPEECH_ACTIVITY_BEGIN')
    expect(events.at(-1)).toBe('SPEECH_ACTIVITY_END')

    const unasked = await finished(new Stream().speak(sound('what are your opening hours')))
    expect(unasked.responses.length).toBe(1)
  })

  it('answers nothing at all to what it does not know', async () => {
    const stream = await finished(new Stream().speak(sound('elephants never forget anything')))
    expect(stream.responses).toEqual([])
    expect(speech.counters).toMatchObject({ streamsEnded: 1, finals: 0 })
  })

  it.each(['MULAW', 'ALAW'] as const)('understands %s', async encoding => {
    const config = { ...linear16, explicitDecodingConfig: { encoding, sampleRateHertz: 8_000 } }
    const stream = new Stream({ recognizer, streamingConfig: { config } })
    const codes = encodeG711(sound('yes that is right'), encoding === 'MULAW' ? 'mu-law' : 'a-law')
    await finished(stream.write({ audio: codes }))
    expect(stream.finals).toEqual(['yes that is right'])
  })

  it('keeps apart what is said on streams that run at once', async () => {
    const streams = phrases.map(text => new Stream().speak(sound(text)).end())
    await Promise.all(streams.map(stream => stream.over))
    expect(streams.map(stream => stream.finals)).toEqual(phrases.map(text => [text]))
  })

  const streamingConfig = { config: linear16 }
  it.each([
    ['sound before the config', { recognizer, audio: Buffer.alloc(160) }, refusals.malordered.details],
    ['no recognizer', { streamingConfig }, /recognizer/],
    ['a recognizer without a place', { recognizer: 'mine', streamingConfig }, /recognizer/],
    [
      'no decoding',
      { recognizer, streamingConfig: { config: { languageCodes: ['en-US'], model: 'telephony' } } },
      /explicit_decoding_config/,
    ],
    [
      'a misspelt encoding',
      {
        recognizer,
        streamingConfig: {
          config: { ...linear16, explicitDecodingConfig: { encoding: 'PCM', sampleRateHertz: 8_000 } },
        },
      },
      /encoding/,
    ],
  ])('refuses %s', async (_, first, details) => {
    const over = await new Stream(first).over
    expect(over).toMatchObject({ code: 3, details: expect.stringMatching(details) })
    expect(speech.counters.streamsFailed).toBe(1)
  })

  it('refuses a second config and too large a piece', async () => {
    const twice = new Stream().write({ recognizer, streamingConfig })
    expect(await twice.over).toMatchObject(refusals.malordered)
    const large = new Stream().write({ audio: Buffer.alloc(25_601) })
    expect(await large.over).toMatchObject({
      code: 3,
      details: 'Audio chunk can be of a maximum of 25600 bytes. Received audio of 25601 bytes instead.',
    })
    const largest = new Stream().write({ audio: Buffer.alloc(25_600) }).end()
    expect(await largest.over).toEqual({})
  })

  it('ends a stream on which nothing more comes', async () => {
    speech.knobs.maxIdleMs = 50
    expect(await new Stream().over).toMatchObject({
      code: 10,
      details: 'Stream timed out after receiving no more client requests.',
    })
  })

  it('ends a stream that lasts too long', async () => {
    speech.knobs.maxStreamMs = 50
    expect(await new Stream().over).toMatchObject(refusals.maxDuration)
  })

  it('fails where it was told to, and only there', async () => {
    speech.knobs.faults = [{ on: 'stream', nth: 2, does: 'fail', afterAudioMs: 500, ...refusals.quota }]
    const [first, second, third] = ['a', 'b', 'c'].map(() =>
      new Stream().speak(sound('yes that is right')).end(),
    )
    expect(await first?.over).toEqual({})
    expect(await second?.over).toMatchObject(refusals.quota)
    expect(await third?.over).toEqual({})
    expect(speech.counters).toMatchObject({ streamsOpened: 3, streamsEnded: 2, streamsFailed: 1, finals: 2 })
  })

  it('hangs where it was told to until it is cancelled, which it counts', async () => {
    speech.knobs.faults = [{ on: 'stream', nth: 1, does: 'hang' }]
    const hanging = new Stream().speak(sound('yes that is right')).end()
    const other = await finished(new Stream().speak(sound('yes that is right')))
    expect(other.finals).toEqual(['yes that is right'])
    expect(hanging.responses).toEqual([])
    hanging.cancel()
    expect(await hanging.over).toMatchObject({ code: 1 })
    await expect.poll(() => speech.counters.streamsCancelled).toBe(1)
    expect(speech.counters).toMatchObject({ streamsOpened: 2, streamsEnded: 1 })
  })

  it('holds results back as long as it was told to, in order', async () => {
    Object.assign(speech.knobs, { interimLagMs: 60, finalDelayMs: 20 })
    const streamingFeatures = { interimResults: true }
    const stream = new Stream({ recognizer, streamingConfig: { config: linear16, streamingFeatures } })
    await stream.speak(sound('yes that is right')).end().over
    const kinds = stream.responses.map(({ results }) => results?.[0]?.isFinal)
    expect(kinds.indexOf(true)).toBe(kinds.length - 1)
    expect(kinds.length).toBeGreaterThan(1)
  })

  it('remembers configs and counts seconds of sound', async () => {
    await finished(new Stream().speak(new Int16Array(20_000)))
    expect(speech.counters.audioSeconds).toBeCloseTo(2.5)
    expect(speech.counters.requests).toMatchObject([
      { type: 'stream', recognizer, config: { config: { model: 'telephony', languageCodes: ['en-US'] } } },
    ])
  })
})

async function finished(stream: Stream): Promise<Stream> {
  expect(await stream.end().over).toEqual({})
  return stream
}
