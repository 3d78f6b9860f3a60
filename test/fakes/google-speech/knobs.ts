// What can be set on the test server, what it counts, and the sentences with which Google refuses.

import type { protos as speechProtos } from '@google-cloud/speech'
import type { protos as synthesisProtos } from '@google-cloud/text-to-speech'
import type { Clock } from '../../../src/lib/clock.ts'

export type StreamingConfig = speechProtos.google.cloud.speech.v2.IStreamingRecognitionConfig
export type RecognizeRequest = speechProtos.google.cloud.speech.v2.IRecognizeRequest
export type SynthesizeRequest = synthesisProtos.google.cloud.texttospeech.v1.ISynthesizeSpeechRequest

/**
 * What a misbehaving service does, once, to the `nth` (from 1) stream or request of its kind since the start.
 */
export type Fault = { on: 'stream' | 'recognize' | 'synthesize'; nth: number } & (
  | { does: 'hang' }
  /** A stream fails when so much sound has come, everything else at once. */
  | { does: 'fail'; code: number; details: string; afterAudioMs?: number }
)

export interface Knobs {
  /** How far behind the sound an interim comes. */
  interimLagMs: number
  interimEveryMs: number
  /** From the end of the sound, or of a pause, to the final result. */
  finalDelayMs: number
  /** From the request to the answer of the unary `recognize`. */
  recognizeDelayMs: number
  synthesisDelayMs: number
  /** A pause in the stream this long makes what was said before final. */
  pauseMs: number
  /** A stream on which no request comes for so long is aborted. */
  maxIdleMs: number
  maxStreamMs: number
  faults: readonly Fault[]
}

export const defaultKnobs: Knobs = {
  interimLagMs: 0,
  interimEveryMs: 200,
  finalDelayMs: 0,
  recognizeDelayMs: 0,
  synthesisDelayMs: 0,
  pauseMs: 1_000,
  maxIdleMs: 10_000,
  maxStreamMs: 300_000,
  faults: [],
}

export type Request =
  | { type: 'stream'; recognizer: string; config: StreamingConfig }
  | { type: 'recognize'; recognizer: string; config: RecognizeRequest['config']; bytes: number }
  | { type: 'synthesize'; request: SynthesizeRequest }

export interface Counters {
  /** Of these, every stream is in one of the next three, or still open. */
  streamsOpened: number
  /** The client closed its half and had everything. */
  streamsEnded: number
  streamsCancelled: number
  /** We ended it, with an error. */
  streamsFailed: number
  recognizeRequests: number
  synthesisRequests: number
  interims: number
  finals: number
  audioSeconds: number
  charactersSynthesized: number
  /** Spent on recognizing, on the wall clock of one busy thread. */
  recognitionMs: number
  /** The latest requests as they came, the newest last. */
  requests: Request[]
}

export const zeroCounters = (): Counters => ({
  streamsOpened: 0,
  streamsEnded: 0,
  streamsCancelled: 0,
  streamsFailed: 0,
  recognizeRequests: 0,
  synthesisRequests: 0,
  interims: 0,
  finals: 0,
  audioSeconds: 0,
  charactersSynthesized: 0,
  recognitionMs: 0,
  requests: [],
})

/** A bench makes tens of thousands of requests; asserts look at the last few. */
const KEPT_REQUESTS = 1_000

export function note(counters: Counters, request: Request): void {
  counters.requests.push(request)
  if (counters.requests.length > KEPT_REQUESTS) counters.requests.shift()
}

/** An end of a call with an error, as gRPC wants to have it. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly code: number
  readonly details: string
  constructor({ code, details }: { code: number; details: string }) {
    super(details)
    this.code = code
    this.details = details
  }
}

/** What every part of the server needs. */
export interface Surroundings {
  clock: Clock
  knobs: Knobs
  counters: Counters
}

/** The code and the words that Google's service is known to use. */
export const refusals = {
  malordered: {
    code: 3,
    details: 'Malordered Data Received. Send exactly one config, followed by audio data.',
  },
  chunkTooLarge: (bytes: number) => ({
    code: 3,
    details: `Audio chunk can be of a maximum of 25600 bytes. Received audio of ${bytes} bytes instead.`,
  }),
  textTooLong: {
    code: 3,
    details: 'Either `input.text` or `input.ssml` is longer than the limit of 5000 bytes.',
  },
  invalid: (details: string) => ({ code: 3, details }),
  quota: { code: 8, details: 'Resource has been exhausted (e.g. check quota).' },
  noRequests: { code: 10, details: 'Stream timed out after receiving no more client requests.' },
  maxDuration: { code: 10, details: 'Max duration of 5 minutes reached for stream.' },
  unavailable: { code: 14, details: 'The service is currently unavailable.' },
} as const

/** The fault that is meant for this one, if any. */
export function faultFor(knobs: Knobs, on: Fault['on'], nth: number): Fault | undefined {
  return knobs.faults.find(fault => fault.on === on && fault.nth === nth)
}

/** As quick as good services are over the internet. */
export const referenceKnobs: Partial<Knobs> = {
  interimLagMs: 200,
  finalDelayMs: 150,
  synthesisDelayMs: 200,
  recognizeDelayMs: 400,
}
