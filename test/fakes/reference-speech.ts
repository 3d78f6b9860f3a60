// The reference recognizer and synthesizer: Google's protocol, so that the daemon speaks to them with Google's own clients, as
// quick as good services are over the internet, and so cheap that fifty calls leave the machine to what is measured.

import type { protos as speechProtos } from '@google-cloud/speech'
import type { grpc as Grpc } from 'google-gax'
import { grpc } from 'google-gax'
import { encodeWav } from '../../src/audio/wav.ts'
import { checkedDecoder, type Decoder } from './google-speech/decoding.ts'
import type { RecognizeRequest, SynthesizeRequest } from './google-speech/knobs.ts'
import { service } from './google-speech/server.ts'
import { duration } from './google-speech/streaming.ts'
import { type Phrases, ReferenceEar } from './reference-ear.ts'
import { type Asked, machineMs } from './reference-log.ts'

export interface SpeechPace {
  interimLagMs: number
  finalMs: number
  fileMs: number
  sentenceMs: number
}

type Response = speechProtos.google.cloud.speech.v2.IStreamingRecognizeResponse
interface Message {
  recognizer: string
  streamingRequest?: 'streamingConfig' | 'audio'
  streamingConfig?: speechProtos.google.cloud.speech.v2.IStreamingRecognitionConfig
  audio?: Buffer
}
type Call = Grpc.ServerDuplexStream<Message, Response>

/** A quick speaker: what is measured is when sentences begin, not how long they last. */
const MS_PER_CHARACTER = 30
const LONGEST_MS = 30_000
const RATE = 8_000
const HUM_HZ = 180
const HUM_PEAK = 6_000
const hum = Int16Array.from({ length: (LONGEST_MS * RATE) / 1_000 }, (_, at) => {
  const phase = (2 * Math.PI * HUM_HZ * at) / RATE
  return HUM_PEAK * (0.7 * Math.sin(phase + 1) + 0.3 * Math.sin(3 * phase))
})

export class ReferenceSpeech {
  readonly #server = new grpc.Server({ 'grpc.max_receive_message_length': 12 * 1_024 * 1_024 })
  readonly #phrases: Phrases
  readonly #pace: SpeechPace
  readonly #log: Asked[]
  #tags = 0

  constructor(phrases: Phrases, pace: SpeechPace, log: Asked[]) {
    this.#phrases = phrases
    this.#pace = pace
    this.#log = log
    this.#server.addService(service('@google-cloud/speech', 'google.cloud.speech.v2.Speech'), {
      StreamingRecognize: (call: Call) => this.#listen(call),
      Recognize: (call: Grpc.ServerUnaryCall<object, object>, reply: Grpc.sendUnaryData<object>) =>
        this.#recognize(call.request, reply),
    })
    this.#server.addService(
      service('@google-cloud/text-to-speech', 'google.cloud.texttospeech.v1.TextToSpeech'),
      {
        SynthesizeSpeech: (call: Grpc.ServerUnaryCall<object, object>, reply: Grpc.sendUnaryData<object>) =>
          this.#speak(call.request, reply),
      },
    )
  }

  /** Resolves to the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      const credentials = grpc.ServerCredentials.createInsecure()
      this.#server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
        error ? reject(error) : resolve(port),
      )
    })
  }

  close(): void {
    this.#server.forceShutdown()
  }

  #listen(call: Call): void {
    const ear = new ReferenceEar(this.#phrases)
    const tag = ++this.#tags
    let decoder: Decoder | undefined
    let over = false
    let begun = false
    /** Interims that come after the final text would contradict it. */
    let silent = false
    const write = (response: Response) => {
      if (!over && !silent) call.write(response)
    }
    call.on('cancelled', () => {
      over = true
    })
    call.on('error', () => {
      over = true
    })
    call.on('data', ({ recognizer, streamingConfig, audio }: Message) => {
      if (!decoder) {
        decoder = checkedDecoder(recognizer, streamingConfig?.config)
        return
      }
      const interims = ear.hear(decoder.decode(audio ?? Buffer.alloc(0)))
      if (ear.hasBegun && !begun) {
        begun = true
        const response: Response = {
          speechEventType: 'SPEECH_ACTIVITY_BEGIN',
          speechEventOffset: duration(ear.audioMs),
        }
        setTimeout(() => write(response), this.#pace.interimLagMs)
      }
      for (const interim of interims) {
        const response = interimOf(tagged(tag, interim), ear.audioMs)
        setTimeout(() => write(response), this.#pace.interimLagMs)
      }
    })
    call.on('end', () => {
      const soundEndedMs = machineMs()
      const text = ear.end()
      setTimeout(() => {
        if (over) return
        const toldMs = machineMs()
        this.#log.push({ what: 'recognized', tag, how: 'stream', soundEndedMs, toldMs, text })
        if (text !== '') write(finalOf(tagged(tag, text), ear.audioMs))
        silent = true
        call.end()
      }, this.#pace.finalMs)
    })
  }

  #recognize(request: RecognizeRequest, reply: Grpc.sendUnaryData<object>): void {
    const soundEndedMs = machineMs()
    const tag = ++this.#tags
    const ear = new ReferenceEar(this.#phrases)
    ear.hear(checkedDecoder(request.recognizer, request.config).decode(Buffer.from(request.content ?? [])))
    const text = ear.end()
    setTimeout(() => {
      const toldMs = machineMs()
      this.#log.push({ what: 'recognized', tag, how: 'file', soundEndedMs, toldMs, text })
      reply(null, text === '' ? { results: [] } : finalOf(tagged(tag, text), ear.audioMs))
    }, this.#pace.fileMs)
  }

  #speak(request: SynthesizeRequest, reply: Grpc.sendUnaryData<object>): void {
    const askedMs = machineMs()
    const text = request.input?.text ?? ''
    const sentences = Math.max(1, text.match(/[.!?](?=\s|$)/g)?.length ?? 1)
    const samples = hum.subarray(0, Math.min(LONGEST_MS, text.length * MS_PER_CHARACTER) * (RATE / 1_000))
    setTimeout(() => {
      this.#log.push({ what: 'voiced', text, askedMs, toldMs: machineMs() })
      reply(null, { audioContent: encodeWav(samples, RATE) })
    }, sentences * this.#pace.sentenceMs)
  }
}

/** A number no other utterance has, in front of the words: whoever is asked about them later knows which they were. */
function tagged(tag: number, text: string): string {
  return text === '' ? '' : `ticket ${tag}. ${text}`
}

function interimOf(transcript: string, atMs: number): Response {
  const alternatives = [{ transcript }]
  return {
    results: [
      {
        alternatives,
        isFinal: false,
        stability: 0.9,
        resultEndOffset: duration(atMs),
        languageCode: 'en-US',
      },
    ],
  }
}

function finalOf(transcript: string, atMs: number): Response {
  const alternatives = [{ transcript, confidence: 0.95 }]
  return {
    results: [{ alternatives, isFinal: true, resultEndOffset: duration(atMs), languageCode: 'en-US' }],
    metadata: { totalBilledDuration: duration(Math.ceil(atMs / 1_000) * 1_000) },
  }
}
