// Who hears when the caller begins and how long they have been silent: frames of 20 ms, each judged by level, by the voice
// detector, for tones and for pitch, then weighed over time.

import { levelDbfs } from './levels.ts'
import { NoiseFloor } from './noise-floor.ts'
import { PitchDetector } from './pitch.ts'
import {
  type FrameVerdict,
  framesSinceStart,
  nextSpeechState,
  quiet,
  type SpeechState,
} from './speech-state.ts'
import { ToneDetector } from './tone.ts'
import type { VoiceDetector } from './voice-detector.ts'

export const FRAME_MS = 20

/** What is known after a frame. Positions count samples of the stream that is pushed. */
export type Activity =
  | { activity: 'quiet' }
  /** Speech has begun, at the first voiced sample `atSample`, some frames ago. */
  | { activity: 'started'; atSample: number }
  /** Still within what the caller says; `silentMs` since the last voice. */
  | { activity: 'speaking'; silentMs: number }

export interface VoiceActivityOptions {
  detector: VoiceDetector
  /** 8000 or 16000. */
  sampleRate: number
  /** For every 20 ms; `frame` is valid until the callback returns, `position` is that of its first sample. */
  onFrame(frame: Int16Array, position: number, activity: Activity): void
}

/** Speech stands out from the line's noise by at least so much. */
const ABOVE_FLOOR_DB = 6
/** Nobody speaks more quietly than this on a telephone; distant talk in the room does. */
const QUIETEST_SPEECH_DBFS = -50

const QUIET: Activity = { activity: 'quiet' }

export class VoiceActivity {
  readonly #judge: FrameJudge
  readonly #onFrame: VoiceActivityOptions['onFrame']
  readonly #carry: Int16Array
  #carried = 0
  #position = 0
  #speech: SpeechState = quiet

  constructor({ detector, sampleRate, onFrame }: VoiceActivityOptions) {
    const frameSamples = (sampleRate * FRAME_MS) / 1_000
    this.#judge = new FrameJudge(detector, sampleRate, frameSamples)
    this.#onFrame = onFrame
    this.#carry = new Int16Array(frameSamples)
  }

  /** Takes the samples that begin at `position`. After a jump of the position an unfinished frame is dropped. */
  push(samples: Int16Array, position: number): void {
    if (position !== this.#position + this.#carried) {
      this.#position = position
      this.#carried = 0
    }
    const frameSamples = this.#carry.length
    let at = 0
    while (at < samples.length) {
      if (this.#carried === 0 && samples.length - at >= frameSamples) {
        this.#take(samples.subarray(at, at + frameSamples))
        at += frameSamples
        continue
      }
      const some = samples.subarray(at, at + frameSamples - this.#carried)
      this.#carry.set(some, this.#carried)
      this.#carried += some.length
      at += some.length
      if (this.#carried < frameSamples) return
      this.#carried = 0
      this.#take(this.#carry)
    }
  }

  /** What was said is over or does not count: the next speech begins anew. */
  rest(): void {
    this.#speech = quiet
  }

  #take(frame: Int16Array): void {
    const position = this.#position
    this.#position += frame.length
    const before = this.#speech
    this.#speech = nextSpeechState(before, this.#judge.verdictOn(frame, before.state === 'quiet'))
    this.#onFrame(frame, position, activityOf(before, this.#speech, position, frame.length))
  }
}

function activityOf(before: SpeechState, now: SpeechState, position: number, frameSamples: number): Activity {
  if (now.state === 'quiet') return QUIET
  if (before.state === 'quiet') {
    const framesBack = framesSinceStart(now.votes)
    return { activity: 'started', atSample: Math.max(0, position - framesBack * frameSamples) }
  }
  return { activity: 'speaking', silentMs: now.silentFrames * FRAME_MS }
}

/** Above this the sound repeats itself as a voice does, even with noise as loud as the voice mixed in. */
const PITCH_LIKENESS = 0.45

/** Judges single frames: loud enough, like a voice, no tone, with a pitch. */
class FrameJudge {
  readonly #detector: VoiceDetector
  readonly #tones: ToneDetector
  readonly #pitch: PitchDetector
  readonly #floor = new NoiseFloor()

  constructor(detector: VoiceDetector, sampleRate: number, frameSamples: number) {
    this.#detector = detector
    this.#tones = new ToneDetector(sampleRate, frameSamples)
    this.#pitch = new PitchDetector(sampleRate, frameSamples)
  }

  /** Tones and pitch decide only whether speech begins: looking for them costs more than all the rest together. */
  verdictOn(frame: Int16Array, mayBegin: boolean): FrameVerdict {
    this.#pitch.push(frame)
    const level = levelDbfs(frame)
    const floor = this.#floor.update(level)
    // Asked for every frame, because it learns the line's noise from the quiet ones.
    const isVoice = this.#detector.isVoice(frame)
    if (!isVoice || level < Math.max(QUIETEST_SPEECH_DBFS, floor + ABOVE_FLOOR_DB)) return 'quiet'
    if (!mayBegin) return 'voiced'
    if (this.#tones.examine(frame)) return 'tone'
    return this.#pitch.periodicity() < PITCH_LIKENESS ? 'unvoiced' : 'voiced'
  }
}
