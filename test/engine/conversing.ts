// What tests of engines share: a call, a talk with its conversation, and what it asked for.

import type { Conversation, Directive, EngineCall, EngineLink, Input } from '../../src/engine/engine.ts'

export const someCall: EngineCall = {
  id: 'call-1',
  from: '+4930123456',
  to: '1000',
  callerName: 'Jane',
  direction: 'inbound',
  profile: 'desk',
  language: 'en-GB',
  startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  context: { customer: 7 },
}

/** A new conversation, of which nothing is kept. */
export const unlinked: EngineLink = { session: null, keep: () => {} }

export const speech = (text: string): Extract<Input, { type: 'speech' }> => ({
  type: 'speech',
  text,
  confidence: 0.9,
  language: null,
  durationMs: 900,
  heard: null,
})

export const digits = (keyed: string): Input => ({ type: 'digits', digits: keyed, heard: null })

export async function collect(answer: AsyncIterable<Directive>): Promise<Directive[]> {
  const directives: Directive[] = []
  for await (const directive of answer) directives.push(directive)
  return directives
}

/** Asks in turn, one input after the other. */
export class Talk {
  readonly #conversation: Conversation
  #turn = 0

  constructor(conversation: Conversation) {
    this.#conversation = conversation
  }

  ask(input: Input, turn = this.#turn++): Promise<Directive[]> {
    return collect(this.#conversation.ask(input, turn, AbortSignal.any([])))
  }

  /** What the assistant says to a text or an input, and what it does then: `… [listen]`. */
  async hear(input: string | Input, turn?: number): Promise<string> {
    const directives = await this.ask(typeof input === 'string' ? speech(input) : input, turn)
    return directives.map(told).join('').trim()
  }
}

function told(directive: Directive): string {
  switch (directive.type) {
    case 'say':
      return directive.text
    case 'transfer':
      return `[transfer ${directive.to}]`
    case 'end':
      return `[end ${directive.reason}]`
    case 'play':
      return `[play ${directive.file}] `
    case 'language':
      return `[language ${directive.language}] `
    default:
      return `[${directive.type}]`
  }
}
