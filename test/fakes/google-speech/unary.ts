// The two calls with one answer: Recognize takes a whole utterance, SynthesizeSpeech gives one.

import type { protos } from '@google-cloud/text-to-speech'
import type { grpc } from 'google-gax'
import { encodeG711, type Law } from '../../../src/audio/g711.ts'
import { resample } from '../../../src/audio/resample.ts'
import { encodeWav } from '../../../src/audio/wav.ts'
import { assistantVoice, type Voice } from '../voice.ts'
import { checkedDecoder } from './decoding.ts'
import {
  faultFor,
  note,
  type RecognizeRequest,
  Refusal,
  refusals,
  type Surroundings,
  type SynthesizeRequest,
} from './knobs.ts'
import { Listener } from './listener.ts'
import type { PhraseBook } from './phrase-book.ts'
import { duration } from './streaming.ts'

const MAX_RECOGNIZE_BYTES = 10 * 1_024 * 1_024
const MAX_RECOGNIZE_SECONDS = 60
const MAX_TEXT_BYTES = 5_000
const SYNTHESIS_RATES: readonly number[] = [8_000, 16_000, 22_050]

type Encoding = keyof typeof protos.google.cloud.texttospeech.v1.AudioEncoding
type Reply<T> = grpc.sendUnaryData<T>

/** Answers after a while, or with an error, or never: whatever the knobs say. */
function answer<T>(
  { clock, knobs }: Surroundings,
  on: 'recognize' | 'synthesize',
  nth: number,
  delayMs: number,
  work: () => T,
  reply: Reply<T>,
): void {
  const fault = faultFor(knobs, on, nth)
  if (fault?.does === 'hang') return
  try {
    if (fault) throw new Refusal(fault)
    const result = work()
    if (delayMs > 0) clock.after(delayMs, () => reply(null, result))
    else reply(null, result)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    reply(error)
  }
}

export function answerRecognize(
  request: RecognizeRequest,
  book: PhraseBook,
  surroundings: Surroundings,
  reply: Reply<object>,
): void {
  const { counters, knobs } = surroundings
  const nth = ++counters.recognizeRequests
  const work = () => {
    const content = Buffer.from(request.content ?? [])
    const recognizer = request.recognizer ?? ''
    note(counters, { type: 'recognize', recognizer, config: request.config, bytes: content.length })
    const decoder = checkedDecoder(recognizer, request.config)
    const seconds = decoder.seconds(content)
    if (content.length > MAX_RECOGNIZE_BYTES || seconds > MAX_RECOGNIZE_SECONDS)
      throw new Refusal(refusals.invalid('Audio can be of a maximum of 60 seconds.'))
    counters.audioSeconds += seconds
    const startedMs = performance.now()
    const listener = new Listener(book, { interimEveryMs: undefined, pauseMs: knobs.pauseMs })
    const heard = [...listener.hear(decoder.decode(content)), ...listener.end()]
    counters.recognitionMs += performance.now() - startedMs
    const finals = heard.filter(one => one.type === 'final')
    counters.finals += finals.length
    const results = finals.map(({ text, confidence, atMs }) => ({
      alternatives: [{ transcript: text, confidence }],
      resultEndOffset: duration(atMs),
      languageCode: request.config?.languageCodes?.[0] ?? '',
    }))
    return { results, metadata: { totalBilledDuration: duration(Math.ceil(seconds) * 1_000) } }
  }
  answer(surroundings, 'recognize', nth, knobs.recognizeDelayMs, work, reply)
}

export function answerSynthesize(
  request: SynthesizeRequest,
  voice: Voice,
  surroundings: Surroundings,
  reply: Reply<{ audioContent: Buffer }>,
): void {
  const { counters, knobs } = surroundings
  const nth = ++counters.synthesisRequests
  const work = () => {
    note(counters, { type: 'synthesize', request })
    const text = request.input?.text || (request.input?.ssml ?? '').replace(/<[^>]*>/g, ' ').trim()
    if (Buffer.byteLength(request.input?.ssml || text) > MAX_TEXT_BYTES)
      throw new Refusal(refusals.textTooLong)
    if (text === '') throw new Refusal(refusals.invalid('Request contains an invalid argument: no input.'))
    if (!request.voice?.languageCode)
      throw new Refusal(refusals.invalid('Request contains an invalid argument: no voice.language_code.'))
    const { speakingRate, sampleRateHertz, audioEncoding } = request.audioConfig ?? {}
    const spoken = voice.say(text, {
      ...assistantVoice,
      speed: Math.round(assistantVoice.speed * (speakingRate || 1)),
    })
    const rate = sampleRateHertz || spoken.sampleRate
    if (!SYNTHESIS_RATES.includes(rate))
      throw new Refusal(refusals.invalid(`This test server does not speak at ${rate} Hz.`))
    counters.charactersSynthesized += text.length
    const samples = resample(spoken.samples, spoken.sampleRate, rate)
    // The protocol loader gives enumerations by name.
    return { audioContent: encode(samples, rate, String(audioEncoding) as Encoding) }
  }
  answer(surroundings, 'synthesize', nth, knobs.synthesisDelayMs, work, reply)
}

function encode(samples: Int16Array, rate: number, encoding: Encoding): Buffer {
  switch (encoding) {
    case 'LINEAR16':
      return encodeWav(samples, rate)
    case 'PCM':
      return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
    case 'MULAW':
      return g711Wav(samples, rate, 'mu-law')
    case 'ALAW':
      return g711Wav(samples, rate, 'a-law')
    default:
      throw new Refusal(refusals.invalid(`This test server does not speak ${encoding}.`))
  }
}

function g711Wav(samples: Int16Array, rate: number, law: Law): Buffer {
  const codes = encodeG711(samples, law)
  const header = Buffer.alloc(58)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(50 + codes.length, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(18, 16)
  header.writeUInt16LE(law === 'mu-law' ? 7 : 6, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('fact', 38, 'latin1')
  header.writeUInt32LE(4, 42)
  header.writeUInt32LE(codes.length, 46)
  header.write('data', 50, 'latin1')
  header.writeUInt32LE(codes.length, 54)
  return Buffer.concat([header, codes])
}
