// Who has answered a call of ours: a person or a machine, and when a machine has finished its greeting.

import { openExpectation } from '../engine/engine.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Leg } from '../pbx/pbx.ts'
import type { CallListener } from './listener.ts'
import { MachineDetector } from './transfer/machine.ts'
import type { CallEvent } from './vocabulary.ts'

/** `nobody`: they have hung up; `unknown`: it was given up. */
export type AnsweredBy = 'person' | 'machine' | 'nobody' | 'unknown'

export interface AnsweredByOptions {
  leg: Leg
  listener(leg: Leg, post: (event: CallEvent) => void): CallListener
  /** BCP 47. */
  language: string
  clock: Clock
}

/** A pause this long, after a greeting, is where a message begins. */
const GREETING_OVER_MS = 1_200
/** No greeting is longer. */
const GREETING_LIMIT_MS = 40_000
/** What is still not known by then is a person: better to greet a machine than to keep a person waiting. */
const DECISION_LIMIT_MS = 6_000

/** Hears whoever has answered, from the moment they have, and leaves nothing behind once it is closed. */
export class Answerer {
  readonly #options: AnsweredByOptions
  readonly #detector: MachineDetector
  readonly #listener: CallListener
  readonly #decided = Promise.withResolvers<AnsweredBy>()
  #voiceEndedMs: number | undefined
  /** Nothing more is to be found out. */
  #isOver = false
  #look: Timer | undefined
  #limit: Timer
  #quiet: { timer: Timer | undefined; resolve(): void } | undefined

  constructor(options: AnsweredByOptions) {
    const { leg, clock, language, listener } = options
    this.#options = options
    this.#detector = new MachineDetector(clock.now(), language)
    this.#listener = listener(leg, event => this.#hear(event))
    this.#limit = clock.after(DECISION_LIMIT_MS, () => this.#decided.resolve('person'))
    leg.onEvent(event => {
      if (event.type !== 'hungUp' && event.type !== 'lost' && event.type !== 'moved') return
      this.#end('nobody')
    })
  }

  /** What is being waited for is not waited for any more. */
  giveUp(): void {
    this.#end('unknown')
  }

  /** Never rejects: who cannot be heard counts as a person. */
  async whoIsThere(): Promise<AnsweredBy> {
    try {
      await this.#listener.open()
      this.#listener.listen({ ...openExpectation, endOfTurnMs: 500 }, this.#options.language, 'caller')
      this.#judge()
    } catch {
      this.#decided.resolve('person')
    }
    const answeredBy = await this.#decided.promise
    this.#look?.cancel()
    this.#limit.cancel()
    return answeredBy
  }

  /** Resolves when the machine has finished, or has talked for too long. */
  async greetingOver(): Promise<void> {
    if (this.#isOver) return
    const { clock } = this.#options
    const over = Promise.withResolvers<void>()
    const limit = clock.after(GREETING_LIMIT_MS, over.resolve)
    this.#quiet = { timer: undefined, resolve: over.resolve }
    if (this.#voiceEndedMs !== undefined) this.#awaitQuiet()
    await over.promise
    limit.cancel()
    this.#quiet.timer?.cancel()
    this.#quiet = undefined
  }

  /** Resolves when nothing of it is left. Never rejects. */
  async close(): Promise<void> {
    this.#end('unknown')
    this.#limit.cancel()
    await this.#listener.close()
    this.#listener.dispose()
  }

  /** What has been decided stays so. */
  #end(answeredBy: AnsweredBy): void {
    this.#isOver = true
    this.#look?.cancel()
    this.#decided.resolve(answeredBy)
    this.#quiet?.resolve()
  }

  #hear(event: CallEvent): void {
    switch (event.type) {
      case 'callerSpoke':
        this.#voiceEndedMs = undefined
        this.#quiet?.timer?.cancel()
        this.#detector.take({ type: 'voiceStarted', atMs: event.atMs })
        return this.#judge()
      case 'callerPaused':
        this.#voiceEndedMs = event.atMs - event.silentMs
        this.#detector.take({ type: 'voiceEnded', atMs: this.#voiceEndedMs })
        this.#awaitQuiet()
        return this.#judge()
      case 'utteranceGuessed':
      case 'utteranceHeard':
        this.#detector.take({ type: 'words', text: event.utterance.text })
        return this.#judge()
      case 'earFailed':
        return this.#end('person')
      default:
        return
    }
  }

  #awaitQuiet(): void {
    const quiet = this.#quiet
    if (!quiet || this.#isOver || this.#voiceEndedMs === undefined) return
    const { clock } = this.#options
    quiet.timer?.cancel()
    quiet.timer = clock.after(Math.max(0, this.#voiceEndedMs + GREETING_OVER_MS - clock.now()), quiet.resolve)
  }

  #judge(): void {
    if (this.#isOver) return
    const { clock } = this.#options
    this.#look?.cancel()
    const judgement = this.#detector.judge(clock.now())
    if (judgement.is !== 'undecided') return this.#decided.resolve(judgement.is)
    this.#look = clock.after(Math.max(1, judgement.decideAtMs - clock.now()), () => this.#judge())
  }
}
