// One utterance at Google. It may take several streams, because Google ends a stream after five minutes or
// ten seconds without sound; whoever listens here does not notice.

import type { v2 } from '@google-cloud/speech'
import type { Clock, Timer } from '../../lib/clock.ts'
import { unreachable } from '../../lib/unreachable.ts'
import { SpeechFault } from '../fault.ts'
import type { Hearing, Recognition } from '../recognizer.ts'
import { AudioPieces, UnsettledAudio } from './google-audio.ts'
import { googleFault, isStreamExpiry } from './google-fault.ts'
import type { Lease } from './google-pool.ts'
import {
  SpeechStream,
  type StreamEvent,
  type StreamLimits,
  type StreamResponse,
  type StreamStart,
} from './google-stream.ts'
import { GoogleTranscript } from './google-transcript.ts'

export interface RecognitionLimits extends StreamLimits {
  finalTimeoutMs: number
  /** How much sound is sent at a time. */
  pieceMs: number
}

export interface RecognitionParts {
  provider: string
  clock: Clock
  limits: RecognitionLimits
  sampleRate: number
  /** A client of the pool and the first message for it. */
  opening: Promise<{ lease: Lease<v2.SpeechClient>; start: StreamStart }>
  hear: (hearing: Hearing) => void
  /** It is over, however it ended. */
  onOver: () => void
}

/** Streams in a row that ended without a word: the peer does not work, whatever it says. */
const MOST_BARREN_STREAMS = 3

export class GoogleRecognition implements Recognition {
  readonly #parts: RecognitionParts
  readonly #transcript = new GoogleTranscript()
  readonly #pieces: AudioPieces
  readonly #unsettled: UnsettledAudio
  #phase: 'hearing' | 'finishing' | 'over' = 'hearing'
  #opened: { lease: Lease<v2.SpeechClient>; start: StreamStart } | undefined
  #stream: SpeechStream | undefined
  #finalTimer: Timer | undefined
  #barrenStreams = 0
  #gotSound = false
  #toldStart = false
  #toldText = ''
  #toldStability = -1

  constructor(parts: RecognitionParts) {
    this.#parts = parts
    this.#pieces = new AudioPieces(parts.sampleRate, parts.limits.pieceMs, piece => this.#send(piece))
    this.#unsettled = new UnsettledAudio(parts.sampleRate)
    parts.opening.then(
      opened => this.#begin(opened),
      error => this.#fail(error),
    )
  }

  write(samples: Int16Array): void {
    if (this.#phase === 'hearing') this.#pieces.write(samples)
  }

  finish(): void {
    if (this.#phase !== 'hearing') return
    this.#pieces.flush()
    this.#phase = 'finishing'
    const { clock, limits } = this.#parts
    this.#finalTimer = clock.after(limits.finalTimeoutMs, () => this.#giveUpOnFinal())
    if (!this.#gotSound) queueMicrotask(() => this.#conclude())
    else if (this.#stream) this.#stream.end()
    else if (this.#opened) this.#openOrConclude()
  }

  cancel(): void {
    this.#leave()
  }

  /** The provider goes away: whoever listens is told. */
  abandon(): void {
    this.#fail(this.#fault('it was closed'))
  }

  #begin(opened: { lease: Lease<v2.SpeechClient>; start: StreamStart }): void {
    if (this.#phase === 'over') return opened.lease.release()
    this.#opened = opened
    this.#openStream(opened)
  }

  #send(piece: Buffer): void {
    this.#gotSound = true
    this.#unsettled.add(piece)
    if (this.#stream) this.#stream.write(piece)
    else if (this.#opened) this.#openStream(this.#opened)
  }

  #openStream({ lease, start }: { lease: Lease<v2.SpeechClient>; start: StreamStart }): void {
    const { clock, limits } = this.#parts
    const stream = new SpeechStream(lease.client, start, clock, limits, event => this.#on(event))
    this.#stream = stream
    this.#unsettled.startOver()
    for (const piece of this.#unsettled.pieces) stream.write(piece)
    if (this.#phase === 'finishing') stream.end()
  }

  #openOrConclude(): void {
    if (this.#opened && this.#unsettled.pieces.length > 0) this.#openStream(this.#opened)
    else queueMicrotask(() => this.#conclude())
  }

  #on(event: StreamEvent): void {
    switch (event.type) {
      case 'response':
        return this.#take(event.response)
      case 'ended':
        return this.#streamEnded()
      case 'failed':
        return isStreamExpiry(event.error) ? this.#streamExpired() : this.#fail(event.error)
      case 'unanswered':
        this.#opened?.lease.discard()
        return this.#fail(this.#fault('it did not answer in time'))
      case 'aged':
        return this.#rotate()
      default:
        return unreachable(event)
    }
  }

  #take(response: StreamResponse): void {
    const results = response.results ?? []
    if (results.length > 0) {
      this.#transcript.add(results)
      const settled = results.findLast(result => result.isFinal)
      if (settled) this.#unsettled.settleTo(millisecondsOf(settled.resultEndOffset))
      if (this.#transcript.text !== '') this.#barrenStreams = 0
    }
    this.#tell(response.speechEventType === 'SPEECH_ACTIVITY_BEGIN')
  }

  #tell(speechBegan: boolean): void {
    const { hear } = this.#parts
    const { text, stability } = this.#transcript
    if (!this.#toldStart && (speechBegan || text !== '')) {
      this.#toldStart = true
      hear({ type: 'started' })
    }
    if (text === '' || (text === this.#toldText && stability === this.#toldStability)) return
    if (this.#phase === 'over') return // told of the start, the listener cancelled
    this.#toldText = text
    this.#toldStability = stability
    hear({ type: 'partial', text, stability })
  }

  // Google closes a stream in good order when it believes that the utterance is over, whether or not we do.
  #streamEnded(): void {
    this.#stream = undefined
    this.#transcript.settleOpen()
    this.#unsettled.clear()
    if (this.#phase === 'finishing') this.#conclude()
    else this.#countBarren()
  }

  // The next sound opens a new one: after a silence there may be none for a long time.
  #streamExpired(): void {
    this.#stream = undefined
    this.#prepareReplay()
    this.#countBarren()
    if (this.#phase === 'finishing') this.#openOrConclude()
  }

  #rotate(): void {
    if (this.#phase !== 'hearing') return
    this.#stream?.cancel()
    this.#stream = undefined
    this.#prepareReplay()
  }

  // What is shown stays shown: the first interim of the new stream takes its place.
  #prepareReplay(): void {
    if (this.#unsettled.isWhole) return
    this.#transcript.settleOpen()
    this.#unsettled.clear()
  }

  #countBarren(): void {
    this.#barrenStreams++
    if (this.#barrenStreams > MOST_BARREN_STREAMS)
      this.#fail(this.#fault('it ends every stream without a word'))
  }

  // Somebody waits for an answer: what was understood so far serves better than a failure.
  #giveUpOnFinal(): void {
    this.#opened?.lease.discard()
    if (this.#transcript.text !== '') this.#conclude()
    else this.#fail(this.#fault('the last result did not come in time'))
  }

  #conclude(): void {
    this.#transcript.settleOpen()
    const { text, confidence, language } = this.#transcript
    this.#end(text === '' ? { type: 'nothing' } : { type: 'final', text, confidence, language })
  }

  #fail(error: unknown): void {
    this.#end({ type: 'failed', fault: googleFault(this.#parts.provider, error) })
  }

  #fault(message: string): SpeechFault {
    return new SpeechFault(this.#parts.provider, 'transient', message)
  }

  #end(hearing: Hearing): void {
    if (this.#phase === 'over') return
    this.#leave()
    this.#parts.hear(hearing)
  }

  #leave(): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#finalTimer?.cancel()
    this.#stream?.cancel()
    this.#stream = undefined
    this.#opened?.lease.release()
    this.#parts.onOver()
  }
}

function millisecondsOf(
  duration: { seconds?: unknown; nanos?: number | null } | null | undefined,
): number | undefined {
  if (!duration) return undefined
  return Number(duration.seconds ?? 0) * 1000 + (duration.nanos ?? 0) / 1e6
}
