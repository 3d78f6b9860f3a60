// Cuts what the caller says out of the stream: with 300 ms from before the first voice, so that no consonant is lost, live
// while they speak, and over when the pause is long enough. How long that is may change while one waits.

import { unreachable } from '../lib/unreachable.ts'
import { MAX_FRAMES_TO_START } from './speech-state.ts'
import { type Activity, FRAME_MS, VoiceActivity } from './voice-activity.ts'
import type { VoiceDetector } from './voice-detector.ts'

export interface SpeechStart {
  /** The first voiced sample. */
  atSample: number
  /** Everything from up to 300 ms before that until now. The receiver may keep it. */
  lookBack: Int16Array
}

export interface SpeechEnd {
  /** Just after the last voiced sample; when it was too long, where it was cut. */
  atSample: number
  /** From the first to the last voice. */
  durationMs: number
  /** Since the last voice. */
  silentMs: number
  reason: 'pause' | 'tooLong'
}

export interface SegmenterOptions {
  detector: VoiceDetector
  /** 8000 or 16000. */
  sampleRate: number
  /** So long a pause ends what the caller says. */
  endOfTurnMs: number
  maxUtteranceMs: number
  onSpeechStarted(start: SpeechStart): void
  /** What follows the look-back, 20 ms at a time, pauses included. The receiver may keep it. */
  onSpeech(samples: Int16Array): void
  onSpeechEnded(end: SpeechEnd): void
}

type State =
  | { state: 'waiting' }
  | { state: 'speaking'; fromSample: number; silentMs: number }
  /** Nothing counts. */
  | { state: 'deaf' }

const LOOK_BACK_MS = 300

export class Segmenter {
  readonly #options: SegmenterOptions
  readonly #activity: VoiceActivity
  readonly #recent: RecentSamples
  #endOfTurnMs: number
  #state: State = { state: 'waiting' }
  /** Sound before this has been given away already. */
  #givenUpTo = 0

  constructor(options: SegmenterOptions) {
    this.#options = options
    this.#endOfTurnMs = options.endOfTurnMs
    this.#activity = new VoiceActivity({
      detector: options.detector,
      sampleRate: options.sampleRate,
      onFrame: (frame, position, activity) => this.#take(frame, position, activity),
    })
    this.#recent = new RecentSamples(this.#samplesIn(LOOK_BACK_MS + MAX_FRAMES_TO_START * FRAME_MS))
  }

  get isSpeaking(): boolean {
    return this.#state.state === 'speaking'
  }

  /** Since the last voice of what is being said; 0 while nobody speaks. */
  get silentMs(): number {
    return this.#state.state === 'speaking' ? this.#state.silentMs : 0
  }

  /** Takes the samples that begin at `position` of the caller's stream; they are copied where they are kept. */
  push(samples: Int16Array, position: number): void {
    this.#activity.push(samples, position)
  }

  /** Counts from the next frame on, also for a pause that has begun. */
  setEndOfTurn(ms: number): void {
    this.#endOfTurnMs = ms
  }

  /** While deaf nothing counts; what was being said is abandoned. */
  deafen(deaf: boolean): void {
    if (deaf === (this.#state.state === 'deaf')) return
    this.#rest(deaf ? { state: 'deaf' } : { state: 'waiting' })
  }

  /** What is being said does not count, without any report; who goes on speaking begins a new utterance. */
  abandon(): void {
    if (this.#state.state === 'speaking') this.#rest({ state: 'waiting' })
  }

  #take(frame: Int16Array, position: number, activity: Activity): void {
    this.#recent.push(frame, position)
    if (this.#state.state === 'deaf') return
    switch (activity.activity) {
      case 'quiet':
        break
      case 'started':
        this.#start(activity.atSample)
        break
      case 'speaking':
        this.#goOn(frame, position + frame.length, activity.silentMs)
        break
      default:
        unreachable(activity)
    }
  }

  #start(atSample: number): void {
    const fromSample = Math.max(this.#givenUpTo, atSample - this.#samplesIn(LOOK_BACK_MS))
    this.#state = { state: 'speaking', fromSample: atSample, silentMs: 0 }
    this.#givenUpTo = this.#recent.end
    this.#options.onSpeechStarted({ atSample, lookBack: this.#recent.from(fromSample) })
  }

  #goOn(frame: Int16Array, end: number, silentMs: number): void {
    if (this.#state.state !== 'speaking') return
    const { fromSample } = this.#state
    this.#state.silentMs = silentMs
    this.#givenUpTo = end
    this.#options.onSpeech(frame.slice())
    // The receiver may have abandoned it just now; the compiler takes the state for unchanged.
    if ((this.#state as State).state !== 'speaking') return
    if (silentMs >= this.#endOfTurnMs) {
      this.#finish({ fromSample, atSample: end - this.#samplesIn(silentMs), silentMs, reason: 'pause' })
    } else if (this.#msIn(end - fromSample) >= this.#options.maxUtteranceMs) {
      this.#finish({ fromSample, atSample: end, silentMs, reason: 'tooLong' })
    }
  }

  #finish({ fromSample, ...end }: Omit<SpeechEnd, 'durationMs'> & { fromSample: number }): void {
    this.#rest({ state: 'waiting' })
    this.#options.onSpeechEnded({ ...end, durationMs: this.#msIn(end.atSample - fromSample) })
  }

  #rest(state: State): void {
    this.#state = state
    this.#activity.rest()
  }

  #samplesIn(ms: number): number {
    return (this.#options.sampleRate * ms) / 1_000
  }

  #msIn(samples: number): number {
    return (samples * 1_000) / this.#options.sampleRate
  }
}

/** The last samples of a stream. */
class RecentSamples {
  readonly #ring: Int16Array
  #end = 0
  #held = 0

  constructor(capacity: number) {
    this.#ring = new Int16Array(capacity)
  }

  /** The position after the newest sample. */
  get end(): number {
    return this.#end
  }

  push(samples: Int16Array, position: number): void {
    // After a jump what is older does not join on.
    this.#held =
      position === this.#end ? Math.min(this.#ring.length, this.#held + samples.length) : samples.length
    this.#end = position + samples.length
    const at = position % this.#ring.length
    const untilEdge = samples.subarray(0, this.#ring.length - at)
    this.#ring.set(untilEdge, at)
    this.#ring.set(samples.subarray(untilEdge.length), 0)
  }

  /** A copy of what is held from `position` on. */
  from(position: number): Int16Array {
    const from = Math.max(position, this.#end - this.#held)
    const copy = new Int16Array(Math.max(0, this.#end - from))
    const at = from % this.#ring.length
    const untilEdge = this.#ring.subarray(at, Math.min(this.#ring.length, at + copy.length))
    copy.set(untilEdge)
    copy.set(this.#ring.subarray(0, copy.length - untilEdge.length), untilEdge.length)
    return copy
  }
}
