// The talk with an agent who has just answered: a person or a machine, who calls and why, will you take the call. Straight
// through, and over as soon as it is decided by a key, a word, a hang-up, or by whoever does not need the agent any more.

import type { Clock } from '../../lib/clock.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { Leg, LegEvent } from '../../pbx/pbx.ts'
import { sentencesOf } from '../../speech/cutter.ts'
import type { Prompt } from '../line.ts'
import type { CallListener } from '../listener.ts'
import type { Phrases } from '../profile.ts'
import type { Prompts } from '../speaker.ts'
import type { CallEvent } from '../vocabulary.ts'
import { acceptanceOf, type Decision } from './acceptance.ts'
import { AgentEars } from './agent-ears.ts'
import type { Rung } from './destination.ts'

export type Interview =
  | { is: 'accepted' }
  | { is: 'declined' }
  | { is: 'machine' }
  /** Somebody is there, and has not said what was to be said. */
  | { is: 'not-accepted' }
  /** The signal was aborted. */
  | { is: 'withdrawn' }
  /** They have hung up (the switch's cause), or nobody knows what became of the leg. */
  | { is: 'gone'; cause: string }

export type InterviewState = 'detecting' | 'briefing' | 'asking'

export interface InterviewOptions {
  /** The interview hears its events until it is over, and is replaced by whoever asks for them after it. */
  leg: Leg
  rung: Pick<Rung, 'acceptance' | 'machines'>
  isWarm: boolean
  /** What is said of the caller where `isWarm`; '' for nothing. */
  brief: string
  prompts: Prompts
  listener(leg: Leg, post: (event: CallEvent) => void): CallListener
  phrases: Pick<Phrases, 'acceptByKey' | 'acceptByWord' | 'connecting'>
  /** BCP 47. */
  language: string
  voice: string
  clock: Clock
  signal: AbortSignal
  onState?(state: InterviewState): void
}

/** Whatever happens, the caller does not wait longer than this for somebody who has answered. */
const INTERVIEW_LIMIT_MS = 90_000
const QUESTIONS = 2
/** So long after the question nobody will answer it. */
const ANSWER_MS = 6_000
/** What they are saying when the time is up may still be an answer. */
const LAST_WORDS_MS = 3_000
/** A sentence takes half a second, with all providers failing one after the other perhaps ten. */
const MAKING_LIMIT_MS = 12_000
/** A playback begins this much late at the most. */
const PLAYBACK_GRACE_MS = 5_000
/** An agent who holds us longer has something better to do. */
const HOLD_LIMIT_MS = 20_000
/** The switch needs some 20 ms to fall silent and to end a recording. */
const LEAVING_LIMIT_MS = 2_000

/** Nothing of it is left when it resolves, but the words that tell an agent that they are put through. */
export function interview(options: InterviewOptions): Promise<Interview> {
  return new Talk(options).run()
}

type Making = Promise<Prompt | undefined>

class Talk {
  readonly #options: InterviewOptions
  readonly #ears: AgentEars
  /** Ends the making of what will not be said any more. */
  readonly #over = new AbortController()
  readonly #decision = Promise.withResolvers<void>()
  #decided: Interview | undefined
  /** Once it is all made. */
  #connecting: readonly Prompt[] = []
  #playing = 0
  /** Set while they hold us. */
  #hold: PromiseWithResolvers<void> | undefined
  #holds = 0

  constructor(options: InterviewOptions) {
    this.#options = options
    this.#ears = new AgentEars({
      ...options,
      hearsWords: options.rung.acceptance === 'word',
      findsMachines: options.rung.machines,
      onDecision: decision => this.#decide(resultOf(decision)),
      onMachine: () => this.#decide({ is: 'machine' }),
    })
  }

  async run(): Promise<Interview> {
    const { leg, clock, signal } = this.#options
    const withdraw = () => this.#decide({ is: 'withdrawn' })
    signal.addEventListener('abort', withdraw, { once: true })
    if (signal.aborted) withdraw()
    const limit = clock.after(INTERVIEW_LIMIT_MS, () => this.#decide({ is: 'not-accepted' }))
    leg.onEvent(event => this.#take(event))
    try {
      await this.#converse()
    } finally {
      limit.cancel()
      await this.#leave()
      signal.removeEventListener('abort', withdraw)
    }
    if (this.#decided?.is === 'accepted') this.#sayConnecting()
    return this.#decided ?? { is: 'not-accepted' }
  }

  async #converse(): Promise<void> {
    const { rung, isWarm, phrases, brief, onState } = this.#options
    if (this.#decided) return
    const question = rung.acceptance === 'word' ? phrases.acceptByWord : phrases.acceptByKey
    // Made while it is still found out who has answered.
    const briefing = isWarm ? this.#make(brief) : []
    if (rung.acceptance !== 'answer') this.#make(question)
    void Promise.all(this.#make(phrases.connecting)).then(made => {
      this.#connecting = made.filter(prompt => prompt !== undefined)
    })
    this.#ears.open()
    if (rung.machines) {
      onState?.('detecting')
      await this.#until(Number.POSITIVE_INFINITY, this.#ears.personFound)
    }
    if (isWarm && !this.#decided) {
      onState?.('briefing')
      await this.#speak(briefing, brief)
    }
    if (rung.acceptance === 'answer') return this.#decide({ is: 'accepted' })
    await this.#ask(question)
    this.#decide({ is: 'not-accepted' })
  }

  async #ask(question: string): Promise<void> {
    if (!this.#decided) this.#options.onState?.('asking')
    for (let asked = 0; asked < QUESTIONS && !this.#decided; ) {
      const holds = this.#holds
      await this.#speak(this.#make(question), question)
      await this.#until(ANSWER_MS)
      if (holds === this.#holds) asked++
    }
    if (this.#ears.isSpokenTo) await this.#until(LAST_WORDS_MS)
  }

  /** Until all of it has been heard, or it does not matter any more. What a hold cut off is said again. */
  async #speak(makings: readonly Making[], text: string): Promise<void> {
    for (let holds = -1; holds !== this.#holds && !this.#decided; ) {
      await this.#unheld()
      holds = this.#holds
      this.#ears.weSay(text)
      await this.#playAll(makings)
      this.#ears.weWait()
    }
  }

  /** At most two at a time on the switch: there is no gap between them, and not much to throw away. */
  async #playAll(makings: readonly Making[]): Promise<void> {
    let before: Promise<void> | undefined
    for (const making of makings) {
      const prompt = await this.#until(MAKING_LIMIT_MS, making)
      if (this.#decided) return
      if (!prompt) continue // no voice can speak it: the keys still work
      const playing = this.#play(prompt)
      if (before) await before
      before = playing
    }
    await before
  }

  async #play(prompt: Prompt): Promise<void> {
    const { leg, prompts } = this.#options
    const { ended } = leg.play(prompt.path, prompt.durationMs)
    this.#playing++
    const over = ended.then(end => {
      this.#playing--
      // What cannot be removed is overwritten when it is made anew.
      if (end.how === 'failed' && !this.#decided) prompts.forget(prompt).catch(() => {})
    })
    // One may wait behind another before it begins.
    await this.#until(2 * (prompt.durationMs + PLAYBACK_GRACE_MS), over)
  }

  async #unheld(): Promise<void> {
    if (!this.#hold) return
    await this.#until(HOLD_LIMIT_MS, this.#hold.promise)
    if (this.#hold) this.#decide({ is: 'not-accepted' })
  }

  #make(text: string): Making[] {
    const { prompts, language, voice } = this.#options
    return sentencesOf(text).map(sentence =>
      // Undefined for what nobody can speak.
      prompts.get({ text: sentence, language, voice }, this.#over.signal).catch(() => undefined),
    )
  }

  #take(event: LegEvent): void {
    switch (event.type) {
      case 'digitPressed': {
        const decision = acceptanceOf(event.digit)
        if (decision) this.#decide(resultOf(decision))
        return
      }
      case 'held':
        this.#holds++
        this.#hold ??= Promise.withResolvers()
        return this.#ears.hold()
      case 'unheld':
        this.#hold?.resolve()
        this.#hold = undefined
        return this.#ears.unhold()
      case 'hungUp':
        return this.#decide({ is: 'gone', cause: event.hangUp.cause })
      case 'moved':
        return this.#decide({ is: 'gone', cause: 'the leg has been moved' })
      case 'lost':
        return this.#decide({ is: 'gone', cause: event.error.message })
      default:
        return unreachable(event)
    }
  }

  /** The first counts; but who has gone meanwhile has not accepted, and who is not needed any more neither. */
  #decide(interview: Interview): void {
    const { is } = this.#decided ?? { is: undefined }
    const isStronger = interview.is === 'gone' || (interview.is === 'withdrawn' && is !== 'gone')
    if (is === undefined || (isStronger && is !== interview.is)) this.#decided = interview
    this.#decision.resolve()
  }

  /** Waits for `work`, but not after `ms`, and not when it is decided: then it gives undefined. */
  async #until<T>(ms: number, work?: Promise<T>): Promise<T | undefined> {
    if (this.#decided) return undefined
    const never = Promise.withResolvers<undefined>()
    const timer = Number.isFinite(ms)
      ? this.#options.clock.after(ms, () => never.resolve(undefined))
      : undefined
    const decision = this.#decision.promise.then(() => undefined)
    try {
      return await Promise.race([decision, never.promise, ...(work ? [work] : [])])
    } finally {
      timer?.cancel()
    }
  }

  async #leave(): Promise<void> {
    const { leg, clock } = this.#options
    this.#over.abort()
    const hush = this.#playing > 0 && this.#decided?.is !== 'gone' ? leg.hush() : undefined
    const silent = hush?.catch(() => {}) // the leg is gone, and says so itself
    const time = Promise.withResolvers<void>()
    const timer = clock.after(LEAVING_LIMIT_MS, time.resolve)
    await Promise.race([Promise.all([silent, this.#ears.close()]), time.promise])
    timer.cancel()
  }

  /** Only if it is there already: two people wait. */
  #sayConnecting(): void {
    const { leg } = this.#options
    for (const { path, durationMs } of this.#connecting) leg.play(path, durationMs)
  }
}

function resultOf(decision: Decision): Interview {
  return { is: decision === 'accept' ? 'accepted' : 'declined' }
}
