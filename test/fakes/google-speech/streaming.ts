// One StreamingRecognize call: config first, then sound; interims while it comes, finals at pauses and at the
// end.
//
//   waiting ──config──▶ listening ──half-close──▶ finishing ──last result──▶ over
//      └───────────────────┴── cancel, error, time-out ─────────────────────▶ over

import type { protos } from '@google-cloud/speech'
import type { grpc } from 'google-gax'
import type { Timer } from '../../../src/lib/clock.ts'
import { unreachable } from '../../../src/lib/unreachable.ts'
import { checkedDecoder, type Decoder } from './decoding.ts'
import { type Fault, faultFor, note, Refusal, refusals, type Surroundings } from './knobs.ts'
import { type Heard, Listener } from './listener.ts'
import type { PhraseBook } from './phrase-book.ts'

type Response = protos.google.cloud.speech.v2.IStreamingRecognizeResponse

/** As the protocol loader gives it: `streamingRequest` names the field that was sent. */
interface Message {
  recognizer: string
  streamingRequest?: 'streamingConfig' | 'audio'
  streamingConfig?: protos.google.cloud.speech.v2.IStreamingRecognitionConfig
  audio?: Buffer
}

export type StreamingCall = grpc.ServerDuplexStream<Message, Response>

type State =
  | { at: 'waiting' }
  | { at: 'listening'; listener: Listener; decoder: Decoder; events: boolean; language: string }
  | { at: 'finishing' }
  | { at: 'over' }

const MAX_CHUNK_BYTES = 25_600

export class StreamingSession {
  readonly #call: StreamingCall
  readonly #book: PhraseBook
  readonly #with: Surroundings
  readonly #fault: Fault | undefined
  readonly #timers = new Set<Timer>()
  #state: State = { at: 'waiting' }
  #idle: Timer | undefined
  #audioMs = 0
  /** Results leave in order: none before this time. */
  #notBeforeMs = 0
  readonly #heldBack: (() => void)[] = []

  constructor(call: StreamingCall, book: PhraseBook, surroundings: Surroundings) {
    this.#call = call
    this.#book = book
    this.#with = surroundings
    const { knobs, counters } = surroundings
    this.#fault = faultFor(knobs, 'stream', ++counters.streamsOpened)
    call.on('data', (message: Message) => this.#guarded(() => this.#take(message)))
    call.on('end', () => this.#guarded(() => this.#finish()))
    call.on('cancelled', () => {
      if (this.#state.at === 'over') return // gRPC says so after a normal end too
      counters.streamsCancelled++
      this.#leave()
    })
    if (this.#fault?.does === 'hang') return
    this.#after(knobs.maxStreamMs, () => this.#fail(refusals.maxDuration))
    this.#stayAlive()
  }

  #guarded(run: () => void): void {
    if (this.#fault?.does === 'hang') return
    try {
      run()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#fail(error)
    }
  }

  #take(message: Message): void {
    this.#stayAlive()
    const state = this.#state
    switch (state.at) {
      case 'waiting':
        this.#begin(message)
        break
      case 'listening': {
        if (message.streamingRequest !== 'audio') throw new Refusal(refusals.malordered)
        this.#listen(state, message.audio ?? Buffer.alloc(0))
        break
      }
      case 'finishing':
      case 'over':
        break
      default:
        unreachable(state)
    }
  }

  #begin({ recognizer, streamingRequest, streamingConfig }: Message): void {
    const { knobs, counters } = this.#with
    if (streamingRequest !== 'streamingConfig' || !streamingConfig) throw new Refusal(refusals.malordered)
    note(counters, { type: 'stream', recognizer, config: streamingConfig })
    const decoder = checkedDecoder(recognizer, streamingConfig.config)
    const features = streamingConfig.streamingFeatures
    const interimEveryMs = features?.interimResults ? knobs.interimEveryMs : undefined
    this.#state = {
      at: 'listening',
      listener: new Listener(this.#book, { interimEveryMs, pauseMs: knobs.pauseMs }),
      decoder,
      events: features?.enableVoiceActivityEvents ?? false,
      language: streamingConfig.config?.languageCodes?.[0] ?? '',
    }
    this.#failIfDue()
  }

  #listen({ listener, decoder, events, language }: State & { at: 'listening' }, audio: Buffer): void {
    const { counters } = this.#with
    if (audio.length > MAX_CHUNK_BYTES) throw new Refusal(refusals.chunkTooLarge(audio.length))
    const seconds = decoder.seconds(audio)
    counters.audioSeconds += seconds
    this.#audioMs += seconds * 1_000
    this.#failIfDue()
    const startedMs = performance.now()
    const heard = listener.hear(decoder.decode(audio))
    counters.recognitionMs += performance.now() - startedMs
    this.#report(heard, events, language)
  }

  #failIfDue(): void {
    if (this.#fault?.does !== 'fail' || this.#audioMs < (this.#fault.afterAudioMs ?? 0)) return
    throw new Refusal(this.#fault)
  }

  #finish(): void {
    const state = this.#state
    if (state.at === 'over') return
    if (state.at !== 'listening') throw new Refusal(refusals.malordered)
    const { counters, knobs } = this.#with
    const startedMs = performance.now()
    const heard = state.listener.end()
    counters.recognitionMs += performance.now() - startedMs
    this.#report(heard, state.events, state.language)
    this.#state = { at: 'finishing' }
    this.#idle?.cancel()
    this.#inOrder(knobs.finalDelayMs, () => {
      counters.streamsEnded++
      this.#leave()
      this.#call.end()
    })
  }

  #report(heard: readonly Heard[], events: boolean, language: string): void {
    const { knobs, counters } = this.#with
    for (const one of heard) {
      switch (one.type) {
        case 'speechBegan':
          if (events) this.#send(knobs.interimLagMs, activity('SPEECH_ACTIVITY_BEGIN', one.atMs))
          break
        case 'speechEnded':
          if (events) this.#send(knobs.finalDelayMs, activity('SPEECH_ACTIVITY_END', one.atMs))
          break
        case 'interim':
          counters.interims++
          this.#send(knobs.interimLagMs, interim(one, language))
          break
        case 'final':
          counters.finals++
          this.#send(knobs.finalDelayMs, final(one, language, this.#audioMs))
          break
        default:
          unreachable(one)
      }
    }
  }

  #send(delayMs: number, response: Response): void {
    this.#inOrder(delayMs, () => this.#call.write(response))
  }

  #inOrder(delayMs: number, run: () => void): void {
    const { clock } = this.#with
    this.#notBeforeMs = Math.max(this.#notBeforeMs, clock.now() + delayMs)
    const waitMs = this.#notBeforeMs - clock.now()
    if (waitMs <= 0 && this.#heldBack.length === 0) return run()
    this.#heldBack.push(run)
    // Timers of a busy process may fire in another order: whichever does lets the first go.
    this.#after(waitMs, () => this.#heldBack.shift()?.())
  }

  #after(ms: number, run: () => void): Timer {
    const timer = this.#with.clock.after(ms, () => {
      this.#timers.delete(timer)
      run()
    })
    this.#timers.add(timer)
    return timer
  }

  #stayAlive(): void {
    if (this.#idle) {
      this.#idle.cancel()
      this.#timers.delete(this.#idle)
    }
    if (this.#state.at === 'over') return
    this.#idle = this.#after(this.#with.knobs.maxIdleMs, () => this.#fail(refusals.noRequests))
  }

  #fail(refusal: { code: number; details: string }): void {
    if (this.#state.at === 'over') return
    this.#with.counters.streamsFailed++
    this.#leave()
    this.#call.emit('error', refusal instanceof Refusal ? refusal : new Refusal(refusal))
  }

  #leave(): void {
    this.#state = { at: 'over' }
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#heldBack.length = 0
  }
}

function interim({ text, settled, atMs }: Heard & { type: 'interim' }, languageCode: string): Response {
  // Google cuts an interim where it begins to guess; the second part then starts with a space.
  const parts = [
    { transcript: settled, stability: 0.9 },
    { transcript: text.slice(settled.length), stability: 0.01 },
  ]
  const results = parts
    .filter(part => part.transcript !== '')
    .map(({ transcript, stability }) => ({
      alternatives: [{ transcript }],
      isFinal: false,
      stability,
      resultEndOffset: duration(atMs),
      languageCode,
    }))
  return { results }
}

function final(
  { text, confidence, atMs }: Heard & { type: 'final' },
  languageCode: string,
  billedMs: number,
): Response {
  const alternatives = [{ transcript: text, confidence }]
  return {
    results: [{ alternatives, isFinal: true, resultEndOffset: duration(atMs), languageCode }],
    metadata: { totalBilledDuration: duration(Math.ceil(billedMs / 1_000) * 1_000) },
  }
}

function activity(speechEventType: 'SPEECH_ACTIVITY_BEGIN' | 'SPEECH_ACTIVITY_END', atMs: number): Response {
  return { speechEventType, speechEventOffset: duration(atMs) }
}

export function duration(ms: number): { seconds: number; nanos: number } {
  return { seconds: Math.floor(ms / 1_000), nanos: Math.round((ms % 1_000) * 1e6) }
}
