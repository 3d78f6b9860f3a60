// The engine's side of a call: one question at a time, its answer turned into events of the turn that asked.

import type { Conversation, Heard, Input } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Scope } from '../lib/scope.ts'
import type { CallEvent, Question } from './vocabulary.ts'

export interface TurnsOptions {
  conversation: Conversation
  clock: Clock
  scope: Scope
  /** What the caller heard of our last words, once they have stopped; null when there was nothing to hear. */
  heard(): Promise<Heard | null>
  post(event: CallEvent): void
}

export class Turns {
  readonly #options: TurnsOptions
  #asking: Scope | undefined
  /** One ask at a time: the next begins when the one before has let go. */
  #before: Promise<void> = Promise.resolve()

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** Asks; the answer comes as events of `turn`. The answer to an earlier question is withdrawn. */
  ask(turn: number, question: Question): void {
    this.withdraw()
    const asking = this.#options.scope.child(`turn ${turn}`)
    this.#asking = asking
    this.#before = this.#before.then(() => this.#run(turn, question, asking))
  }

  withdraw(): void {
    void this.#asking?.end({ why: 'superseded' })
    this.#asking = undefined
  }

  async #run(turn: number, question: Question, asking: Scope): Promise<void> {
    const { conversation, clock, post } = this.#options
    try {
      const heard = await this.#options.heard()
      if (asking.isOver) return
      if (heard && !heard.complete) conversation.report({ type: 'interrupted', heard }, turn)
      for await (const directive of conversation.ask(inputOf(question, heard), turn, asking.signal)) {
        if (asking.isOver) return
        post({ type: 'directiveGiven', turn, directive, atMs: clock.now() })
      }
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
