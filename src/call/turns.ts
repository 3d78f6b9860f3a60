// The engine's side of a call: one question at a time, its answer turned into events of the turn that asked.

import type { Conversation, Directive, Heard, Input, Report } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { CallEvent, Question } from './vocabulary.ts'

export interface TurnsOptions {
  conversation: Conversation
  clock: Clock
  scope: Scope
  log: Log
  /** What the caller heard of our last words, once they have stopped; null when there was nothing to hear. */
  heard(): Promise<{ turn: number; heard: Heard } | null>
  post(event: CallEvent): void
}

export class Turns {
  readonly #options: TurnsOptions
  #asking: Scope | undefined
  /** The latest turn of whose interruption the engine knows. */
  #interruptedTurn = -1

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** Asks; the answer comes as events of `turn`. The answer to an earlier question is withdrawn. */
  ask(turn: number, question: Question): void {
    this.withdraw()
    const asking = this.#options.scope.child(`turn ${turn}`)
    this.#asking = asking
    void this.#run(turn, question, asking)
  }

  withdraw(): void {
    void this.#asking?.end({ why: 'superseded' })
    this.#asking = undefined
  }

  /** The call is over: the engine is told, and asked nothing more. A fault of its must not keep the call from ending. */
  close(report: Report, turn: number): void {
    this.withdraw()
    try {
      this.#options.conversation.report(report, turn)
    } catch (error) {
      this.#options.log.error({ error }, 'the engine could not be told of the end')
    }
  }

  #reportInterruption({ turn, heard }: { turn: number; heard: Heard }): void {
    if (heard.complete || turn === this.#interruptedTurn) return
    this.#interruptedTurn = turn
    this.#options.conversation.report({ type: 'interrupted', heard }, turn)
  }

  async #run(turn: number, question: Question, asking: Scope): Promise<void> {
    const { conversation, clock, post } = this.#options
    try {
      const speech = await this.#options.heard()
      if (asking.isOver) return
      if (speech) this.#reportInterruption(speech)
      const answer = conversation.ask(inputOf(question, speech?.heard ?? null), turn, asking.signal)
      for await (const directive of untilAborted(answer, asking.signal))
        post({ type: 'directiveGiven', turn, directive, atMs: clock.now() })
      if (!asking.isOver) post({ type: 'answerFinished', turn, atMs: clock.now() })
    } catch (error) {
      if (asking.isOver) return
      const message = error instanceof Error ? error.message : String(error)
      post({ type: 'engineFailed', turn, message, atMs: clock.now() })
    } finally {
      void asking.end({ why: 'done' })
    }
  }
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
    case 'transferFailed':
      return { type: 'transfer', to: question.to, outcome: 'failed', cause: question.message }
  }
}
