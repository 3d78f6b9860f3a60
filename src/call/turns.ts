// The engine's side of a call: one question at a time, its answer turned into events of the turn that asked. A question that will
// probably be asked may be asked beforehand; its answer is kept back until it is.

import type { Conversation, Directive, Heard, Input, Report } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { messageOf } from '../lib/message-of.ts'
import type { Scope } from '../lib/scope.ts'
import type { Marks } from './marks.ts'
import type { CallEvent, Question } from './vocabulary.ts'
import { sameWords } from './words.ts'

export interface TurnsOptions {
  conversation: Conversation
  clock: Clock
  scope: Scope
  log: Log
  /** What the caller heard of our last words, once they have stopped; null when there was nothing to hear. */
  heard(): Promise<{ turn: number; heard: Heard } | null>
  /** The same while they are still only silenced, as far as it can be told. */
  heardSoFar(): Heard | null
  /** What may soon be said: it may be made beforehand, as long as the signal is not aborted. */
  rehearse(turn: number, signal: AbortSignal): Rehearsal
  marks: Marks
  post(event: CallEvent): void
}

export interface Rehearsal {
  /** Resolves when the beginning can be heard without a wait, or nothing is to be made. */
  readonly ready: Promise<void>
  take(directive: Directive): void
  finish(): void
}

/** What an answer consists of, in its order. */
type Part = { is: 'directive'; directive: Directive } | { is: 'end' } | { is: 'fault'; message: string }

interface Prepared {
  turn: number
  question: Question
  scope: Scope
  /** What has come so far, until somebody wants it. */
  readonly parts: Part[]
  wanted: ((part: Part) => void) | undefined
  commit: (() => void) | undefined
}

export class Turns {
  /** What became of the answers to what the caller had probably said. */
  readonly guesses = { hits: 0, misses: 0 }
  readonly #options: TurnsOptions
  #asking: Scope | undefined
  #prepared: Prepared | undefined
  /** The latest turn of whose interruption the engine knows. */
  #interruptedTurn = -1

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** Asks; the answer comes as events of `turn`. The answer to an earlier question is withdrawn. */
  ask(turn: number, question: Question): void {
    const prepared = this.#takePrepared(turn, question)
    this.withdraw()
    this.#options.marks.asked(turn, prepared !== undefined, this.#options.clock.now())
    if (prepared) return void this.#adopt(prepared)
    const asking = this.#options.scope.child(`turn ${turn}`)
    this.#asking = asking
    void this.#run(turn, question, asking)
  }

  /**
   * Prepares the answer to a question that may be asked next; to no more than one. Resolves when its beginning can be heard, when
   * nothing comes of it, and at once when this engine cannot be asked so.
   */
  async guess(turn: number, question: Question): Promise<void> {
    const { conversation, scope } = this.#options
    if (!conversation.guess || isSame(this.#prepared, turn, question)) return
    this.dropGuess()
    const preparing = scope.child(`guess of turn ${turn}`)
    const prepared: Prepared = {
      turn,
      question,
      scope: preparing,
      parts: [],
      wanted: undefined,
      commit: undefined,
    }
    this.#prepared = prepared
    this.#options.marks.guess(this.#options.clock.now())
    const rehearsal = this.#options.rehearse(turn, preparing.signal)
    void this.#prepare(prepared, rehearsal)
    await rehearsal.ready
  }

  dropGuess(): void {
    if (!this.#prepared) return
    if (this.#prepared.question.type === 'speech') this.guesses.misses++
    void this.#prepared.scope.end({ why: 'superseded' })
    this.#prepared = undefined
  }

  withdraw(): void {
    void this.#asking?.end({ why: 'superseded' })
    this.#asking = undefined
    this.dropGuess()
  }

  /** A fault of the engine's must not disturb the call. */
  tell(report: Report, turn: number): void {
    try {
      this.#options.conversation.report(report, turn)
    } catch (error) {
      this.#options.log.error({ error, report: report.type }, 'the engine could not be told')
    }
  }

  /** The call is over: the engine is told, and asked nothing more. */
  close(report: Report, turn: number): void {
    this.withdraw()
    this.tell(report, turn)
  }

  #reportInterruption({ turn, heard }: { turn: number; heard: Heard }): void {
    if (heard.complete || turn === this.#interruptedTurn) return
    this.#interruptedTurn = turn
    this.#options.conversation.report({ type: 'interrupted', heard }, turn)
  }

  async #run(turn: number, question: Question, asking: Scope): Promise<void> {
    const { conversation } = this.#options
    const give = (part: Part) => this.#give(turn, part)
    await this.#answer(turn, asking, give, async () => {
      const speech = await this.#options.heard()
      if (asking.isOver) return undefined
      if (speech) this.#reportInterruption(speech)
      return conversation.ask(inputOf(question, speech?.heard ?? null), turn, asking.signal)
    })
  }

  /** Gives the parts of an answer in order, and after exactly one of end and fault no more. */
  async #answer(
    turn: number,
    asking: Scope,
    give: (part: Part) => void,
    ask: () => Promise<AsyncIterable<Directive> | undefined>,
  ): Promise<void> {
    try {
      const answer = await ask()
      if (!answer) return
      for await (const directive of untilAborted(answer, asking.signal)) {
        this.#options.marks.mark('firstToken', turn, this.#options.clock.now())
        give({ is: 'directive', directive })
      }
      if (!asking.isOver) give({ is: 'end' })
    } catch (error) {
      if (!asking.isOver) give({ is: 'fault', message: messageOf(error) })
    } finally {
      void asking.end({ why: 'done' })
    }
  }

  #give(turn: number, part: Part): void {
    const { post, clock } = this.#options
    const atMs = clock.now()
    switch (part.is) {
      case 'directive':
        return post({ type: 'directiveGiven', turn, directive: part.directive, atMs })
      case 'end':
        return post({ type: 'answerFinished', turn, atMs })
      case 'fault':
        return post({ type: 'engineFailed', turn, message: part.message, atMs })
    }
  }

  async #prepare(prepared: Prepared, rehearsal: Rehearsal): Promise<void> {
    const { turn, question, scope, parts } = prepared
    const give = (part: Part) => {
      if (part.is === 'directive') rehearsal.take(part.directive)
      else rehearsal.finish()
      if (prepared.wanted) prepared.wanted(part)
      else parts.push(part)
    }
    const answering = scope.child('answer')
    const input = inputOf(question, this.#options.heardSoFar())
    await this.#answer(turn, answering, give, async () => {
      const guess = this.#options.conversation.guess?.(input, turn, answering.signal)
      prepared.commit = () => guess?.commit()
      return guess?.directives
    })
  }

  #takePrepared(turn: number, question: Question): Prepared | undefined {
    const prepared = this.#prepared
    // What failed beforehand may succeed now.
    if (!isSame(prepared, turn, question) || prepared.parts.some(({ is }) => is === 'fault')) return undefined
    this.#prepared = undefined
    if (question.type === 'speech') this.guesses.hits++
    return prepared
  }

  /** What we were saying stops first, as with any question. */
  async #adopt(prepared: Prepared): Promise<void> {
    const { turn, scope, parts } = prepared
    this.#asking = scope
    try {
      prepared.commit?.()
      const speech = await this.#options.heard()
      if (scope.isOver) return
      if (speech) this.#reportInterruption(speech)
    } catch (error) {
      void scope.end({ why: 'fault', cause: error })
      return this.#give(turn, { is: 'fault', message: messageOf(error) })
    }
    prepared.wanted = part => this.#give(turn, part)
    for (const part of parts.splice(0)) this.#give(turn, part)
  }
}

function isSame(prepared: Prepared | undefined, turn: number, question: Question): prepared is Prepared {
  if (prepared?.turn !== turn || prepared.question.type !== question.type) return false
  if (prepared.question.type !== 'speech' || question.type !== 'speech') return question.type === 'start'
  return sameWords(prepared.question.utterance.text, question.utterance.text)
}

/** What comes until the signal is aborted, also from an engine that does not heed it. */
async function* untilAborted(
  answer: AsyncIterable<Directive>,
  signal: AbortSignal,
): AsyncGenerator<Directive> {
  const aborted = Promise.withResolvers<IteratorResult<Directive>>()
  const onAbort = () => aborted.resolve({ done: true, value: undefined })
  signal.addEventListener('abort', onAbort, { once: true })
  const directives = answer[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = directives.next()
      const { done, value } = await Promise.race([next, aborted.promise])
      if (signal.aborted) next.catch(() => {}) // how it takes the abort is its own affair
      if (done || signal.aborted) return
      yield value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    // Not awaited: who does not heed the signal may not heed this either.
    directives.return?.().catch(() => {})
  }
}

function inputOf(question: Question, heard: Heard | null): Input {
  switch (question.type) {
    case 'start':
    case 'silence':
      return question
    case 'digits':
      return { type: 'digits', digits: question.digits, heard }
    case 'speech':
      return { type: 'speech', ...question.utterance, heard }
    case 'resumed':
      return { type: 'resume', history: question.history, transfer: question.transfer }
    case 'transferEnded':
      return { type: 'transfer', to: question.to, outcome: question.outcome, cause: question.cause }
  }
}
