// The classic way to hear, for hosts that want nothing else: the switch records until the caller is silent, and what it has
// recorded is recognized whole. Nobody is heard while we speak.

import { decodeWav, toMono } from '../audio/wav.ts'
import { type Expectation, openExpectation } from '../engine/engine.ts'
import type { Timer } from '../lib/clock.ts'
import { messageOf } from '../lib/message-of.ts'
import type { Recording } from '../pbx/pbx.ts'
import { EAR_SAMPLE_RATE } from './ear.ts'
import { Hearkening, type Outcome } from './hearkening.ts'
import { type CallListener, type ListenerOptions, recognitionRequest, reportOutcome } from './listener.ts'

/** A silence of this length ends what the caller says. */
const FINAL_SILENCE_MS = 1_000
/** Before the dialogue's own patience is over the switch has told whether somebody speaks. */
const BEFORE_SILENCE_MS = 600
const LEAST_SILENCE_MS = 400
/** After the switch should have ended a recording in which nobody speaks. */
const GRACE_MS = 200

type State =
  | { is: 'resting' }
  | { is: 'recording'; begunMs: number; recording: Recording | undefined; speaks: Timer | undefined }
  | { is: 'recognizing'; hearkening: Hearkening }

export class ClassicListener implements CallListener {
  readonly #options: ListenerOptions
  #state: State = { is: 'resting' }
  #expectation: Expectation = openExpectation
  #language: string

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#language = options.language
  }

  async open(): Promise<void> {}

  listen(expectation: Expectation, language: string, floor: 'caller' | 'assistant'): void {
    this.#expectation = expectation
    this.#language = language
    if (floor === 'caller' && this.#state.is === 'resting') void this.#record()
  }

  deafen(): void {
    void this.#rest()
  }

  hold(): void {
    void this.#rest()
  }

  unhold(): void {}

  close(): Promise<void> {
    return this.#rest()
  }

  dispose(): void {}

  async #record(): Promise<void> {
    const { leg, folder, ids, clock, policy, post } = this.#options
    const path = `${folder}/${ids.next()}.wav`
    const silenceMs = this.#expectation.timeoutMs ?? policy.silenceMs
    const initialMs = Math.max(LEAST_SILENCE_MS, silenceMs - BEFORE_SILENCE_MS)
    const state: State = { is: 'recording', begunMs: clock.now(), recording: undefined, speaks: undefined }
    this.#state = state
    try {
      const recording = await leg.record(path, EAR_SAMPLE_RATE, { initialMs, finalMs: FINAL_SILENCE_MS })
      if (this.#state !== state) return await this.#abandon(recording)
      state.recording = recording
      // A recording that has not ended by then has a voice in it.
      state.speaks = clock.after(initialMs + GRACE_MS, () => post({ type: 'callerSpoke', atMs: clock.now() }))
      void recording.stopped.then(({ cause }) => this.#stopped(state, recording, cause))
    } catch (error) {
      if (this.#state !== state) return
      this.#state = { is: 'resting' }
      post({ type: 'earFailed', message: messageOf(error), atMs: clock.now() })
    }
  }

  async #stopped(state: State & { is: 'recording' }, recording: Recording, cause: string): Promise<void> {
    if (this.#state !== state) return
    const { files, clock, post } = this.#options
    state.speaks?.cancel()
    if (cause !== 'success-silence') {
      this.#state = { is: 'resting' }
      this.#discard(recording.path)
      return
    }
    const hearkening = this.#hearken()
    this.#state = { is: 'recognizing', hearkening }
    post({ type: 'callerSpoke', atMs: clock.now() })
    post({ type: 'callerPaused', silentMs: FINAL_SILENCE_MS, atMs: clock.now() })
    try {
      const sound = toMono(decodeWav(await files.readFile(recording.path)))
      hearkening.write(sound)
      hearkening.finish((sound.length * 1_000) / EAR_SAMPLE_RATE)
    } catch (error) {
      hearkening.cancel()
      this.#conclude({ is: 'failed', message: messageOf(error) })
    } finally {
      this.#discard(recording.path)
    }
  }

  #hearken(): Hearkening {
    const { recognizer, clock, policy } = this.#options
    return new Hearkening({
      recognizer,
      request: { ...recognitionRequest(this.#options, this.#expectation, this.#language), whole: true },
      clock,
      limitMs: policy.recognitionTimeoutMs,
      onPartial: () => {},
      onOutcome: outcome => this.#conclude(outcome),
    })
  }

  #conclude(outcome: Outcome): void {
    this.#state = { is: 'resting' }
    reportOutcome(this.#options, outcome)
  }

  async #rest(): Promise<void> {
    const state = this.#state
    this.#state = { is: 'resting' }
    if (state.is === 'recognizing') state.hearkening.cancel()
    if (state.is !== 'recording') return
    state.speaks?.cancel()
    if (state.recording) await this.#abandon(state.recording)
  }

  /** Never rejects. */
  async #abandon(recording: Recording): Promise<void> {
    const { log } = this.#options
    await recording.stop().catch((error: unknown) => log.warn({ error }, 'a recording could not be stopped'))
    this.#discard(recording.path)
  }

  #discard(path: string): void {
    const { files, log } = this.#options
    try {
      files.remove(path)
    } catch (error) {
      log.warn({ error, path }, 'a recording could not be deleted')
    }
  }
}
