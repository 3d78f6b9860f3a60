// The classic way to hear, for hosts that want nothing else: the switch records until the caller is silent, and what it has
// recorded is recognized whole. Nobody is heard while we speak.

import { decodeWav, toMono } from '../audio/wav.ts'
import { type Expectation, openExpectation } from '../engine/engine.ts'
import type { Timer } from '../lib/clock.ts'
import { messageOf } from '../lib/message-of.ts'
import type { Recording } from '../pbx/pbx.ts'
import { Hearkening } from './hearkening.ts'
import { type CallListener, type ListenerOptions, recognitionRequest, reportOutcome } from './listener.ts'
import { EAR_SAMPLE_RATE, Spool } from './spool.ts'

/** A silence of this length ends what the caller says. */
const FINAL_SILENCE_MS = 1_000
/** Before the dialogue's own patience is over the switch has told whether somebody speaks. */
const BEFORE_SILENCE_MS = 600
const LEAST_SILENCE_MS = 400
/** After the switch should have ended a recording, or written something into it. */
const GRACE_MS = 200
/** A WAV file without sound is not longer than this. */
const HEADER_BYTES = 44
/** FreeSWITCH's word for a disk that takes no more. */
const CANNOT_WRITE = 'uri-failure'

type State =
  | { is: 'resting' }
  | { is: 'starting' }
  /** `until`: what is going to end it, the caller's silence or our patience. */
  | { is: 'recording'; recording: Recording; until: 'silence' | 'limit'; timers: Timer[] }
  | { is: 'recognizing'; hearkening: Hearkening }

export class ClassicListener implements CallListener {
  readonly #options: ListenerOptions
  readonly #spool: Spool
  #state: State = { is: 'resting' }
  #expectation: Expectation = openExpectation
  #language: string

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#spool = new Spool(options)
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
    const silenceMs = this.#expectation.timeoutMs ?? this.#options.policy.silenceMs
    const initialMs = Math.max(LEAST_SILENCE_MS, silenceMs - BEFORE_SILENCE_MS)
    const starting: State = { is: 'starting' }
    this.#state = starting
    try {
      const recording = await this.#spool.record({ initialMs, finalMs: FINAL_SILENCE_MS })
      if (this.#state !== starting) return await this.#spool.abandon(recording)
      this.#watch(recording, initialMs)
    } catch (error) {
      if (this.#state === starting) this.#fail(messageOf(error))
    }
  }

  #watch(recording: Recording, initialMs: number): void {
    const { clock, policy } = this.#options
    const state: State & { is: 'recording' } = { is: 'recording', recording, until: 'silence', timers: [] }
    this.#state = state
    state.timers.push(
      clock.after(initialMs + GRACE_MS, () => this.#mustBeSpeech(recording)),
      clock.after(policy.maxUtteranceMs, () => {
        state.until = 'limit'
        recording.stop().catch((error: unknown) => this.#fail(messageOf(error)))
      }),
      clock.after(policy.maxUtteranceMs + FINAL_SILENCE_MS, () => this.#fail('the recording does not end')),
    )
    void recording.stopped.then(({ cause }) => {
      if (this.#state === state) void this.#stopped(state, cause)
    })
  }

  /** A recording that has not ended by now has a voice in it, unless nothing can be written. */
  #mustBeSpeech({ path }: Recording): void {
    const { files, clock, post } = this.#options
    try {
      const file = files.openToRead(path)
      const bytes = file.size()
      file.close()
      if (bytes <= HEADER_BYTES) return this.#fail('the recording does not grow')
    } catch (error) {
      return this.#fail(messageOf(error))
    }
    post({ type: 'callerSpoke', atMs: clock.now() })
  }

  async #stopped({ recording, until, timers }: State & { is: 'recording' }, cause: string): Promise<void> {
    const { clock, post } = this.#options
    if (cause === CANNOT_WRITE) return this.#fail('the recording broke off')
    for (const timer of timers) timer.cancel()
    if (cause !== 'success-silence' && until === 'silence') {
      this.#state = { is: 'resting' }
      return this.#spool.discard(recording.path)
    }
    const hearkening = this.#hearken()
    this.#state = { is: 'recognizing', hearkening }
    post({ type: 'callerSpoke', atMs: clock.now() })
    post({ type: 'callerPaused', silentMs: until === 'silence' ? FINAL_SILENCE_MS : 0, atMs: clock.now() })
    await this.#recognize(recording, hearkening)
  }

  async #recognize({ path }: Recording, hearkening: Hearkening): Promise<void> {
    try {
      const sound = toMono(decodeWav(await this.#options.files.readFile(path)))
      hearkening.write(sound)
      hearkening.finish((sound.length * 1_000) / EAR_SAMPLE_RATE)
    } catch (error) {
      hearkening.fail(messageOf(error))
    } finally {
      this.#spool.discard(path)
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
      onOutcome: outcome => {
        this.#state = { is: 'resting' }
        reportOutcome(this.#options, outcome)
      },
    })
  }

  /** The caller cannot be heard at all any more. */
  #fail(message: string): void {
    const { post, clock } = this.#options
    void this.#rest()
    post({ type: 'earFailed', message, atMs: clock.now() })
  }

  async #rest(): Promise<void> {
    const state = this.#state
    this.#state = { is: 'resting' }
    if (state.is === 'recognizing') state.hearkening.cancel()
    if (state.is !== 'recording') return
    for (const timer of state.timers) timer.cancel()
    await this.#spool.abandon(state.recording)
  }
}
