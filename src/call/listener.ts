// The assistant's hearing: cuts utterances out of the caller's sound, has each recognized while it is spoken, and reports of
// every one that it began, that it paused, and exactly one outcome.

import { Segmenter, type SpeechEnd } from '../audio/utterance.ts'
import type { VoiceDetectors } from '../audio/voice-detector.ts'
import { type Expectation, openExpectation } from '../engine/engine.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { RecognitionRequest, Recognizer } from '../speech/recognizer.ts'
import { Ear, type EarOptions } from './ear.ts'
import { InnerPauses } from './end-of-turn/pauses.ts'
import { endOfTurn } from './end-of-turn.ts'
import { Guesswork } from './guesswork.ts'
import { Hearkening, type Outcome } from './hearkening.ts'
import type { Policy } from './profile.ts'
import { EAR_SAMPLE_RATE } from './spool.ts'
import type { CallEvent, Utterance } from './vocabulary.ts'

export interface ListenerOptions extends Omit<EarOptions, 'onSamples' | 'onFailed'> {
  detectors: VoiceDetectors
  recognizer: Recognizer
  policy: Policy
  /** Words that are always likely in this profile. */
  hints: readonly string[]
  language: string
  post(event: CallEvent): void
}

/** A call's ears, whichever way they hear. */
export interface CallListener {
  /** Opens the ear; nothing counts before `listen`. Rejects with PbxError. */
  open(): Promise<void>
  /**
   * What the caller says from now on counts, and this is expected of it. Also changes what is expected while listening. `floor`:
   * whose turn it is to speak; who has the assistant's floor interrupts.
   */
  listen(expectation: Expectation, language: string, floor: 'caller' | 'assistant'): void
  /** Nothing counts any more, also what is being said. */
  deafen(): void
  hold(): void
  unhold(): void
  /** Stops hearing and recording. It can be opened again. Never rejects. */
  close(): Promise<void>
  /** Frees what a closed listener still has. */
  dispose(): void
}

const NOTHING_SAID = { text: null, textAtSilentMs: 0 }

export class Listener implements CallListener {
  readonly #options: ListenerOptions
  readonly #detector: ReturnType<VoiceDetectors['open']>
  readonly #segmenter: Segmenter
  readonly #ear: Ear
  /** Utterances whose outcome is still to come; the last one may still be spoken. */
  readonly #pending = new Set<Hearkening>()
  #current: { hearkening: Hearkening; guesswork: Guesswork } | undefined
  #expectation: Expectation = openExpectation
  #language: string
  #pauses = InnerPauses.none
  /** Of the utterance that is being spoken, as far as it is known. */
  #said: { text: string | null; textAtSilentMs: number } = NOTHING_SAID
  #silentMs = 0
  /** Where the last utterance ended, in samples, as long as it may have been cut off. */
  #endedAtSample: number | undefined

  constructor(options: ListenerOptions) {
    const { detectors, policy } = options
    this.#options = options
    this.#language = options.language
    this.#detector = detectors.open(EAR_SAMPLE_RATE)
    this.#segmenter = new Segmenter({
      detector: this.#detector,
      sampleRate: EAR_SAMPLE_RATE,
      endOfTurnMs: policy.endOfTurnMs,
      maxUtteranceMs: policy.maxUtteranceMs,
      onSpeechStarted: ({ lookBack, atSample }) => this.#spoke(lookBack, atSample),
      onSpeech: samples => this.#goesOn(samples),
      onSpeechEnded: end => this.#paused(end),
    })
    this.#segmenter.deafen(true)
    this.#ear = new Ear({
      ...options,
      onSamples: (samples, position) => this.#segmenter.push(samples, position),
      onFailed: message => options.post({ type: 'earFailed', message, atMs: options.clock.now() }),
    })
  }

  open(): Promise<void> {
    return this.#ear.open()
  }

  listen(expectation: Expectation, language: string, floor: 'caller' | 'assistant'): void {
    this.#expectation = expectation
    this.#language = language
    // Who speaks after us has not gone on.
    if (floor === 'assistant') this.#endedAtSample = undefined
    this.#setEndOfTurn()
    this.#segmenter.deafen(false)
  }

  deafen(): void {
    this.#segmenter.deafen(true)
    this.#forgetAll()
  }

  hold(): void {
    this.#ear.hold()
    this.#segmenter.abandon()
    this.#forgetAll()
  }

  unhold(): void {
    this.#ear.unhold()
  }

  async close(): Promise<void> {
    this.deafen()
    await this.#ear.close()
  }

  dispose(): void {
    this.#detector.close()
  }

  #spoke(lookBack: Int16Array, atSample: number): void {
    // Who goes on so soon had not finished.
    if (this.#endedAtSample !== undefined)
      this.#pauses = this.#pauses.learn(((atSample - this.#endedAtSample) * 1_000) / EAR_SAMPLE_RATE)
    this.#endedAtSample = undefined
    this.#said = NOTHING_SAID
    this.#silentMs = 0
    this.#setEndOfTurn()
    const { recognizer, clock, policy, post } = this.#options
    const beganMs = clock.now()
    const guesswork = new Guesswork({
      onGuess: text =>
        post({
          type: 'utteranceGuessed',
          utterance: guessed(text, clock.now() - beganMs),
          atMs: clock.now(),
        }),
      onWentOn: () => post({ type: 'callerWentOn', atMs: clock.now() }),
    })
    const hearkening: Hearkening = new Hearkening({
      recognizer,
      request: recognitionRequest(this.#options, this.#expectation, this.#language),
      clock,
      limitMs: policy.recognitionTimeoutMs,
      onPartial: text => this.#believes(guesswork, text),
      onOutcome: outcome => {
        this.#pending.delete(hearkening)
        reportOutcome(this.#options, outcome)
      },
    })
    this.#current = { hearkening, guesswork }
    this.#pending.add(hearkening)
    hearkening.write(lookBack)
    post({ type: 'callerSpoke', atMs: clock.now() })
  }

  #goesOn(samples: Int16Array): void {
    this.#current?.hearkening.write(samples)
    const { silentMs } = this.#segmenter
    if (silentMs === 0 && this.#silentMs > 0) this.#spokeOn(this.#silentMs)
    this.#silentMs = silentMs
    this.#current?.guesswork.pass(silentMs)
  }

  #believes(guesswork: Guesswork, text: string): void {
    const { silentMs } = this.#segmenter
    if (text !== this.#said.text) {
      this.#said = { text, textAtSilentMs: silentMs }
      this.#setEndOfTurn()
    }
    guesswork.believe(text, silentMs)
  }

  /** A pause in which they had not finished tells how they speak. */
  #spokeOn(pauseMs: number): void {
    this.#pauses = this.#pauses.learn(pauseMs)
    this.#said = { ...this.#said, textAtSilentMs: 0 }
    this.#setEndOfTurn()
  }

  #setEndOfTurn(): void {
    const { endOfTurnMs, endOfTurnMinMs, endOfTurnMaxMs } = this.#options.policy
    const { ms } = endOfTurn({
      expectation: this.#expectation,
      ...this.#said,
      language: this.#language,
      pauses: this.#pauses,
      bounds: { usualMs: endOfTurnMs, minMs: endOfTurnMinMs, maxMs: endOfTurnMaxMs },
    })
    this.#segmenter.setEndOfTurn(ms)
  }

  #paused({ durationMs, silentMs, atSample }: SpeechEnd): void {
    const spoken = this.#current
    this.#endedAtSample = atSample
    if (!spoken) return
    this.#current = undefined
    const { post, clock } = this.#options
    post({ type: 'callerPaused', silentMs, atMs: clock.now() })
    spoken.hearkening.finish(durationMs)
  }

  #forgetAll(): void {
    for (const hearkening of this.#pending) hearkening.cancel()
    this.#pending.clear()
    this.#current = undefined
  }
}

/** Of what is only believed nobody knows how sure they may be. */
function guessed(text: string, durationMs: number): Utterance {
  return { text, confidence: null, language: null, durationMs: Math.round(durationMs) }
}

export function recognitionRequest(
  { hints }: ListenerOptions,
  expectation: Expectation,
  language: string,
): RecognitionRequest {
  const { expect } = expectation
  return {
    language,
    sampleRate: EAR_SAMPLE_RATE,
    hints: [...expectation.hints, ...hints],
    expect: expect === 'none' ? 'open' : expect,
  }
}

export function reportOutcome({ post, clock }: ListenerOptions, outcome: Outcome): void {
  const atMs = clock.now()
  switch (outcome.is) {
    case 'words':
      return post({ type: 'utteranceHeard', utterance: outcome.utterance, atMs })
    case 'nothing':
      return post({ type: 'nothingHeard', atMs })
    case 'failed':
      return post({ type: 'hearingFailed', message: outcome.message, atMs })
    default:
      return unreachable(outcome)
  }
}
