// The engine that needs nothing but a file: a flow, walked by what the caller says and keys. The offline
// default.

import { unreachable } from '../../lib/unreachable.ts'
import type {
  Conversation,
  Directive,
  Engine,
  EngineCall,
  Guess,
  HistoryEntry,
  Input,
  TransferEnd,
} from '../engine.ts'
import { type Flow, parseFlow } from './flow.ts'
import {
  again,
  type CallerInput,
  callerDid,
  callerWasSilent,
  enter,
  type Position,
  type Step,
  speak,
  transferEnded,
} from './walk.ts'

export interface FlowEngineOptions {
  name: string
  /** The text of a flow, JSON5. */
  source: string
  /** How the flow is called in messages. */
  fileName: string
}

/** Throws FlowInvalid, which lists every fault of the flow. */
export function createFlowEngine({ name, source, fileName }: FlowEngineOptions): Engine {
  const flow = parseFlow(source, fileName)
  return {
    name,
    open: call => new FlowConversation(flow, call),
    close: () => Promise.resolve(),
  }
}

const noSlots: ReadonlyMap<string, string> = new Map()

/** The last answer to something the caller did, and where the conversation stood before it. */
interface Answered {
  turn: number
  input: CallerInput['type']
  before: Position
}

class FlowConversation implements Conversation {
  readonly #flow: Flow
  readonly #call: EngineCall
  #position: Position
  #answered: Answered | undefined

  constructor(flow: Flow, call: EngineCall) {
    this.#flow = flow
    this.#call = call
    this.#position = { state: flow.start, slots: noSlots, misses: 0, silences: 0 }
  }

  ask(input: Input, turn: number, signal: AbortSignal): AsyncIterable<Directive> {
    const { directives, commit } = this.guess(input, turn, signal)
    if (!signal.aborted) commit()
    return directives
  }

  /** A flow acts on nothing but its own position. */
  guess(input: Input, turn: number, signal: AbortSignal): Guess {
    const { position, directives, answered } = this.#step(input, turn)
    return {
      directives: oneByOne(directives, signal),
      commit: () => {
        this.#position = position
        this.#answered = answered
      },
    }
  }

  /** What the caller heard comes with the next input; an end needs nothing. */
  report(): void {}

  #step(input: Input, turn: number): Step & { answered: Answered | undefined } {
    const flow = this.#flow
    switch (input.type) {
      case 'start': {
        const step = enter(flow, flow.start, noSlots)
        return { ...step, directives: [...this.#language(), ...step.directives], answered: this.#answered }
      }
      case 'speech':
      case 'digits': {
        const before = this.#replaces(input, turn) && this.#answered ? this.#answered.before : this.#position
        return { ...callerDid(flow, before, input), answered: { turn, input: input.type, before } }
      }
      case 'silence':
        return { ...callerWasSilent(flow, this.#position), answered: undefined }
      case 'transfer':
        return { ...transferEnded(flow, this.#position, input.outcome), answered: undefined }
      case 'resume':
        return { ...this.#resume(input.history, input.transfer ?? null), answered: undefined }
      default:
        return unreachable(input)
    }
  }

  // Who goes on talking before hearing anything of the answer has not been answered: the same turn is asked
  // again, or the input says that nothing was heard. Then the flow must not have moved. Keys are different:
  // who knows the menu keys ahead.
  #replaces(input: Extract<Input, { type: 'speech' | 'digits' }>, turn: number): boolean {
    const last = this.#answered
    if (!last) return false
    if (last.turn === turn) return true
    const { heard } = input
    const unheard = heard !== null && !heard.complete && heard.ms === 0 && heard.text === ''
    return unheard && input.type === 'speech' && last.input === 'speech'
  }

  // Texts do not tell the state, but the caller's inputs led to it once and lead to it again.
  #resume(history: readonly HistoryEntry[], transfer: TransferEnd | null): Step {
    const flow = this.#flow
    let step = enter(flow, flow.start, noSlots)
    for (const { who, text } of history) {
      if (who !== 'caller') continue
      const isTransferring = flow.states.get(step.position.state)?.kind === 'transfer'
      // Whoever talks to us again was not reached by an agent.
      if (isTransferring) step = transferEnded(flow, step.position, 'failed')
      step = callerDid(flow, step.position, callerInput(text))
    }
    // The last thing the caller said has no answer yet: that answer. Otherwise the question again.
    const isOpen = history.at(-1)?.who === 'caller' || history.length === 0
    const { position, directives } = transfer
      ? transferEnded(flow, step.position, transfer.outcome)
      : isOpen
        ? step
        : again(flow, step.position)
    return {
      position,
      directives: [...this.#language(), ...speak(flow.resume, noSlots, true), ...directives],
    }
  }

  #language(): Directive[] {
    const { language, voice } = this.#flow
    if (voice === null && language.toLowerCase() === this.#call.language.toLowerCase()) return []
    return [{ type: 'language', language, voice }]
  }
}

async function* oneByOne(directives: readonly Directive[], signal: AbortSignal): AsyncGenerator<Directive> {
  signal.throwIfAborted()
  for (const directive of directives) {
    yield directive
    signal.throwIfAborted()
  }
}

function callerInput(text: string): CallerInput {
  return /^[0-9*#]+$/.test(text) ? { type: 'digits', digits: text } : { type: 'speech', text }
}
