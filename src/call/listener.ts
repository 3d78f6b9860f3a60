// The assistant's hearing: cuts utterances out of the caller's sound, has each recognized while it is spoken, and reports of
// every one that it began, that it paused, and exactly one outcome.

import { Segmenter } from '../audio/utterance.ts'
import type { VoiceDetectors } from '../audio/voice-detector.ts'
import { type Expectation, openExpectation } from '../engine/engine.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { Recognizer } from '../speech/recognizer.ts'
import { EAR_SAMPLE_RATE, Ear, type EarOptions } from './ear.ts'
import { Hearkening, type Outcome } from './hearkening.ts'
import type { Policy } from './profile.ts'
import type { CallEvent } from './vocabulary.ts'

export interface ListenerOptions extends Omit<EarOptions, 'onSamples' | 'onFailed'> {
  detectors: VoiceDetectors
  recognizer: Recognizer
  policy: Policy
  /** Words that are always likely in this profile. */
  hints: readonly string[]
  language: string
  post(event: CallEvent): void
}

export class Listener {
  readonly #options: ListenerOptions
  readonly #detector: ReturnType<VoiceDetectors['open']>
  readonly #segmenter: Segmenter
  readonly #ear: Ear
  /** Utterances whose outcome is still to come; the last one may still be spoken. */
  readonly #pending = new Set<Hearkening>()
  #current: Hearkening | undefined
  #expectation: Expectation = openExpectation
  #language: string

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
      onSpeechStarted: ({ lookBack }) => this.#spoke(lookBack),
      onSpeech: samples => this.#current?.write(samples),
      onSpeechEnded: ({ durationMs }) => this.#paused(durationMs),
    })
    this.#segmenter.deafen(true)
    this.#ear = new Ear({
      ...options,
      onSamples: (samples, position) => this.#segmenter.push(samples, position),
      onFailed: message => options.post({ type: 'earFailed', message, atMs: options.clock.now() }),
    })
  }

  /** Opens the ear; nothing counts before `listen`. Rejects with PbxError. */
  open(): Promise<void> {
    return this.#ear.open()
  }

  /** What the caller says from now on counts, and this is expected of it. Also changes what is expected while listening. */
  listen(expectation: Expectation, language: string): void {
    this.#expectation = expectation
    this.#language = language
    this.#segmenter.setEndOfTurn(expectation.endOfTurnMs ?? this.#options.policy.endOfTurnMs)
    this.#segmenter.deafen(false)
  }

  /** Nothing counts any more, also what is being said. */
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

  /** Stops hearing and recording. It can be opened again. Never rejects. */
  async close(): Promise<void> {
    this.deafen()
    await this.#ear.close()
  }

  /** Frees what a closed listener still has. */
  dispose(): void {
    this.#detector.close()
  }

  #spoke(lookBack: Int16Array): void {
    const { recognizer, hints, clock, policy, post } = this.#options
    const { expect } = this.#expectation
    const hearkening: Hearkening = new Hearkening({
      recognizer,
      request: {
        language: this.#language,
        sampleRate: EAR_SAMPLE_RATE,
        hints: [...this.#expectation.hints, ...hints],
        expect: expect === 'none' ? 'open' : expect,
      },
      clock,
      limitMs: policy.recognitionTimeoutMs,
      onOutcome: outcome => {
        this.#pending.delete(hearkening)
        this.#report(outcome)
      },
    })
    this.#current = hearkening
    this.#pending.add(hearkening)
    hearkening.write(lookBack)
    post({ type: 'callerSpoke', atMs: clock.now() })
  }

  #paused(durationMs: number): void {
    const spoken = this.#current
    if (!spoken) return
    this.#current = undefined
    const { post, clock } = this.#options
    post({ type: 'callerPaused', atMs: clock.now() })
    spoken.finish(durationMs)
  }

  #report(outcome: Outcome): void {
    const { post, clock } = this.#options
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

  #forgetAll(): void {
    for (const hearkening of this.#pending) hearkening.cancel()
    this.#pending.clear()
    this.#current = undefined
  }
}
