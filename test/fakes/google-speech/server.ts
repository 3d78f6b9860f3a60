// Google's two speech services on a local port, in their own protocol: the real client packages cannot tell
// the difference. It understands only its phrase book, but that by listening: no transcript travels beside
// the sound.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fromJSON } from '@grpc/proto-loader'
import { grpc } from 'google-gax'
import { type Clock, systemClock } from '../../../src/lib/clock.ts'
import type { Voice, VoiceOptions } from '../voice.ts'
import { type Counters, defaultKnobs, type Knobs, type Surroundings, zeroCounters } from './knobs.ts'
import { makePhraseBook } from './phrase-book.ts'
import { type StreamingCall, StreamingSession } from './streaming.ts'
import { answerRecognize, answerSynthesize } from './unary.ts'

export interface GoogleSpeechOptions extends Partial<Knobs> {
  /** All that callers may say. */
  phrases: readonly string[]
  /** Speaks for the assistant, and shows the recognizer how the phrases sound. */
  voice: Voice
  /**
   * The voices callers speak with: one of another pitch is not understood, not even the assistant's own echo.
   */
  callers?: readonly VoiceOptions[]
  /** 0 for any free one. */
  port?: number
  clock?: Clock
  /** More streams than this on one connection wait silently, as they do at Google's door. */
  maxStreamsPerConnection?: number
}

export interface GoogleSpeech {
  port: number
  counters: Counters
  /** May be changed at any time; what is under way keeps to it from its next step on. */
  knobs: Knobs
  /** From now on callers may say this too. Takes about 30 ms of CPU. */
  learn(phrase: string): void
  close(): void
}

/** The unary Recognize takes 10 MB of sound. */
const MAX_MESSAGE_BYTES = 12 * 1_024 * 1_024

export async function startGoogleSpeech(options: GoogleSpeechOptions): Promise<GoogleSpeech> {
  const {
    phrases,
    voice,
    callers,
    port = 0,
    clock = systemClock,
    maxStreamsPerConnection = 100,
    ...set
  } = options
  const book = [...makePhraseBook(phrases, voice, callers)]
  const counters = zeroCounters()
  const knobs = { ...defaultKnobs, ...set }
  const surroundings: Surroundings = { clock, knobs, counters }
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_concurrent_streams': maxStreamsPerConnection,
  })
  server.addService(service('@google-cloud/speech', 'google.cloud.speech.v2.Speech'), {
    StreamingRecognize: (call: StreamingCall) => {
      new StreamingSession(call, book, surroundings)
    },
    Recognize: (call, reply) => answerRecognize(call.request, book, surroundings, reply),
  } satisfies Handlers)
  server.addService(service('@google-cloud/text-to-speech', 'google.cloud.texttospeech.v1.TextToSpeech'), {
    SynthesizeSpeech: (call, reply) => answerSynthesize(call.request, voice, surroundings, reply),
  } satisfies Handlers)
  const bound = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure()
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, free) =>
      error ? reject(error) : resolve(free),
    )
  })
  const learn = (phrase: string) => {
    if (book.every(({ text }) => text !== phrase)) book.push(...makePhraseBook([phrase], voice, callers))
  }
  return { port: bound, counters, knobs, learn, close: () => server.forceShutdown() }
}

interface Handlers {
  [method: string]: grpc.handleUnaryCall<object, object> | ((call: StreamingCall) => void)
}

/** What the client package itself carries about the protocol. */
export function service(packageName: string, name: string): grpc.ServiceDefinition {
  const path = createRequire(import.meta.url).resolve(`${packageName}/build/protos/protos.json`)
  const definition = fromJSON(JSON.parse(readFileSync(path, 'utf8')), {
    keepCase: false,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  })
  return definition[name] as grpc.ServiceDefinition
}
