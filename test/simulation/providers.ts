// Recognizers and synthesizers at their ports, behaving as the plan says.

import type { Clock } from '../../src/lib/clock.ts'
import { unreachable } from '../../src/lib/unreachable.ts'
import { SpeechFault } from '../../src/speech/fault.ts'
import type { Hearing, Recognition, RecognitionRequest, Recognizer } from '../../src/speech/recognizer.ts'
import type { SynthesisRequest, SynthesizedSpeech, Synthesizer } from '../../src/speech/synthesizer.ts'
import type { HearingPlan, VoicePlan } from './plan.ts'
import { humOf } from './sounds.ts'

/** The elements one after the other, and again from the first. */
export function inTurn<T>(all: readonly T[], otherwise: T): () => T {
  let next = 0
  return () => all[next++ % Math.max(1, all.length)] ?? otherwise
}

export class PlannedRecognizer implements Recognizer {
  readonly name: string
  /** Recognitions that have neither come to their end nor been cancelled. */
  open = 0
  readonly #clock: Clock
  readonly #next: () => HearingPlan

  constructor(name: string, clock: Clock, next: () => HearingPlan) {
    this.name = name
    this.#clock = clock
    this.#next = next
  }

  recognize(_request: RecognitionRequest, hear: (hearing: Hearing) => void): Recognition {
    const plan = this.#next()
    if (plan.hears === 'throws') throw new Error('a recognizer that is out of its mind')
    this.open++
    let isOpen = true
    const end = (hearing?: Hearing) => {
      if (!isOpen) return
      isOpen = false
      this.open--
      if (hearing) hear(hearing)
    }
    if (plan.hears === 'fault at once') end(this.#fault())
    if (plan.hears === 'early fault') this.#clock.after(plan.afterMs, () => end(this.#fault()))
    let heard = false
    return {
      write: () => {
        if (heard || !isOpen) return
        heard = true
        hear({ type: 'started' })
      },
      finish: () => this.#finish(plan, end, hear),
      cancel: () => end(),
    }
  }

  #finish(plan: HearingPlan, end: (hearing?: Hearing) => void, hear: (hearing: Hearing) => void): void {
    switch (plan.hears) {
      case 'text':
        return void this.#clock.after(plan.afterMs, () => end(textOf(plan.text)))
      case 'nothing':
        return void this.#clock.after(plan.afterMs, () => end({ type: 'nothing' }))
      case 'fault':
        return void this.#clock.after(plan.afterMs, () => end(this.#fault()))
      case 'twice':
        this.#clock.after(plan.afterMs, () => {
          end(textOf(plan.text))
          hear(textOf(plan.text))
        })
        return void this.#clock.after(plan.afterMs + 400, () => hear(textOf('late')))
      case 'early fault':
      case 'fault at once':
      case 'throws':
      case 'never':
        return
      default:
        return unreachable(plan)
    }
  }

  #fault(): Hearing {
    return { type: 'failed', fault: new SpeechFault(this.name, 'transient', 'it broke') }
  }

  async warmUp(): Promise<void> {}
  async close(): Promise<void> {}
}

function textOf(text: string): Hearing {
  return { type: 'final', text, confidence: 0.9, language: null }
}

export class PlannedSynthesizer implements Synthesizer {
  readonly name: string
  readonly settings: string
  readonly #clock: Clock
  readonly #next: () => VoicePlan

  constructor(name: string, clock: Clock, next: () => VoicePlan) {
    this.name = name
    this.settings = name
    this.#clock = clock
    this.#next = next
  }

  synthesize({ text }: SynthesisRequest, signal: AbortSignal): Promise<SynthesizedSpeech> {
    const plan = this.#next()
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const leave = () => {
        timer?.cancel()
        reject(signal.reason)
      }
      const timer = this.#answer(plan, () => {
        signal.removeEventListener('abort', leave)
        if (plan.speaks === 'fault') return reject(new SpeechFault(this.name, 'transient', 'no voice'))
        const samples = plan.speaks === 'no sound' ? new Int16Array(0) : humOf(text)
        resolve({ samples, sampleRate: 8_000 })
      })
      if (plan.speaks !== 'deaf') signal.addEventListener('abort', leave, { once: true })
    })
  }

  #answer(plan: VoicePlan, run: () => void) {
    return plan.speaks === 'never' ? undefined : this.#clock.after(plan.afterMs, run)
  }

  async warmUp(): Promise<void> {}
  async close(): Promise<void> {}
}
