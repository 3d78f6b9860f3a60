// What will probably be said is made beforehand: the first sentences of an answer that nobody has asked for yet.

import type { Directive } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Cut } from '../speech/cutter.ts'
import { spokenAs } from './dialogue/answering.ts'
import type { Line } from './line.ts'
import { Script } from './script.ts'
import type { Prompts } from './speaker.ts'
import type { Rehearsal } from './turns.ts'

/** More than is heard before the rest can be made is wasted when the caller goes on. */
const SENTENCES_LIMIT = 2

export interface RehearsalOptions {
  cut: Cut
  prompts: Prompts
  clock: Clock
  /** In which the answer will be spoken, unless it says otherwise. */
  speech: { language: string; voice: string }
  signal: AbortSignal
  mark(mark: 'firstSentence' | 'firstAudio'): void
}

/** Cuts as the speaker will cut, so that what is made is what will be wanted. */
export class SpokenRehearsal implements Rehearsal {
  readonly #options: RehearsalOptions
  readonly #script: Script
  #speech: { language: string; voice: string }
  readonly #ready = Promise.withResolvers<void>()
  #made = 0

  constructor(options: RehearsalOptions) {
    const { cut, clock, speech, signal } = options
    this.#options = options
    this.#speech = speech
    this.#script = new Script({
      cut,
      clock,
      add: content => this.#make(content),
      expect: request => {
        options.prompts.get(request, signal).catch(() => {}) // who speaks it hears of it
      },
      onPause: () => {},
    })
    const aborted = () => {
      this.#script.drop()
      this.#ready.resolve()
    }
    signal.addEventListener('abort', aborted, { once: true })
  }

  get ready(): Promise<void> {
    return this.#ready.promise
  }

  take(directive: Directive): void {
    if (this.#options.signal.aborted || this.#made >= SENTENCES_LIMIT) return
    if (directive.type === 'language')
      this.#speech = { language: directive.language, voice: directive.voice ?? '' }
    if (directive.type !== 'say') return
    const { text, interruptible } = directive
    this.#script.take({ kind: 'text', text, ...spokenAs(directive, this.#speech), interruptible })
  }

  finish(): void {
    this.#script.flush()
    if (this.#made === 0) this.#ready.resolve()
  }

  #make(content: Line['content']): void {
    const { prompts, signal, mark } = this.#options
    if (content.kind === 'sound' || this.#made >= SENTENCES_LIMIT) return
    this.#made++
    mark('firstSentence')
    const made = prompts.get(content.request, signal).then(
      () => mark('firstAudio'),
      () => {
        // Whoever wants to speak it will ask again, and hear of it.
      },
    )
    void made.then(this.#ready.resolve)
  }
}
