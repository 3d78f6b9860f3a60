// One utterance of the caller on its way to words: sound goes to the recognizer while it is spoken, and after its end exactly
// one outcome comes back, whatever the recognizer does.

import type { Clock, Timer } from '../lib/clock.ts'
import { unreachable } from '../lib/unreachable.ts'
import { SpeechFault } from '../speech/fault.ts'
import type { Hearing, Recognition, RecognitionRequest, Recognizer } from '../speech/recognizer.ts'
import type { Utterance } from './vocabulary.ts'

export type Outcome =
  | { is: 'words'; utterance: Utterance }
  | { is: 'nothing' }
  | { is: 'failed'; message: string }

export interface HearkeningOptions {
  recognizer: Recognizer
  request: RecognitionRequest
  clock: Clock
  /** Words that have not come so long after the end of the sound will not come. */
  limitMs: number
  /** What it believes to have heard so far, all of it. */
  onPartial(text: string): void
  onOutcome(outcome: Outcome): void
}

type LastHearing = Hearing & { type: 'final' | 'nothing' | 'failed' }

type State =
  /** Being spoken. A recognizer that gives up early is remembered until the caller pauses. */
  | { is: 'spoken'; early: LastHearing | null }
  | { is: 'awaited'; durationMs: number; limit: Timer }
  | { is: 'over' }

export class Hearkening {
  readonly #options: HearkeningOptions
  readonly #recognition: Recognition | undefined
  #state: State = { is: 'spoken', early: null }

  constructor(options: HearkeningOptions) {
    this.#options = options
    const { recognizer, request } = options
    try {
      this.#recognition = recognizer.recognize(request, hearing => this.#hear(hearing))
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      this.#hear({ type: 'failed', fault: new SpeechFault(recognizer.name, 'transient', message, { cause }) })
    }
  }

  write(samples: Int16Array): void {
    if (this.#state.is === 'spoken' && this.#state.early === null) this.#recognition?.write(samples)
  }

  /** The caller has paused for long enough: the outcome follows. */
  finish(durationMs: number): void {
    if (this.#state.is !== 'spoken') return
    const { early } = this.#state
    const { clock, limitMs } = this.#options
    const limit = clock.after(limitMs, () => {
      this.#recognition?.cancel()
      this.#conclude({ is: 'failed', message: 'no final text came in time' })
    })
    this.#state = { is: 'awaited', durationMs, limit }
    if (early) this.#hear(early)
    else this.#recognition?.finish()
  }

  /** There is no sound to be recognized, although there should be. Does nothing when nobody wants to know any more. */
  fail(message: string): void {
    if (this.#state.is === 'over') return
    this.#recognition?.cancel()
    this.#conclude({ is: 'failed', message })
  }

  /** Nobody wants to know any more: no outcome comes. */
  cancel(): void {
    if (this.#state.is === 'over') return
    if (this.#state.is === 'awaited') this.#state.limit.cancel()
    this.#state = { is: 'over' }
    this.#recognition?.cancel()
  }

  #hear(hearing: Hearing): void {
    if (hearing.type === 'started') return
    if (hearing.type === 'partial') {
      if (this.#state.is === 'spoken') this.#options.onPartial(hearing.text.trim())
      return
    }
    switch (this.#state.is) {
      case 'spoken':
        this.#state.early ??= hearing
        if (hearing.type === 'final') this.#options.onPartial(hearing.text.trim())
        return
      case 'awaited':
        return this.#conclude(outcomeOf(hearing, this.#state.durationMs))
      case 'over':
        return
      default:
        return unreachable(this.#state)
    }
  }

  #conclude(outcome: Outcome): void {
    if (this.#state.is === 'awaited') this.#state.limit.cancel()
    this.#state = { is: 'over' }
    this.#options.onOutcome(outcome)
  }
}

function outcomeOf(hearing: LastHearing, durationMs: number): Outcome {
  switch (hearing.type) {
    case 'final': {
      const text = hearing.text.trim()
      if (text === '') return { is: 'nothing' }
      const { confidence, language } = hearing
      return { is: 'words', utterance: { text, confidence, language, durationMs } }
    }
    case 'nothing':
      return { is: 'nothing' }
    case 'failed':
      return { is: 'failed', message: hearing.fault.message }
    default:
      return unreachable(hearing)
  }
}
