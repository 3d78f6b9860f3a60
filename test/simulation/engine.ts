// The engines of a simulated day: one that answers as the plan says, whoever asks and in whichever life, and the text of a small
// flow for the real flow engine.

import type { Conversation, Directive, Engine, EngineCall, EngineLink } from '../../src/engine/engine.ts'
import { openExpectation } from '../../src/engine/engine.ts'
import { type Clock, sleep } from '../../src/lib/clock.ts'
import type { AnswerPlan, CallerPlan, DirectivePlan } from './plan.ts'
import { inTurn } from './providers.ts'

const SILENT_ANSWER: AnswerPlan = {
  ends: 'well',
  heedsSignal: true,
  firstMs: 0,
  gapMs: 0,
  lastMs: 0,
  directives: [],
}

interface Mind {
  plan: CallerPlan
  next: () => AnswerPlan
  /** How often it was asked: what the engine has the daemon keep. */
  asked: number
}

/** The mind outlives the daemon, as one behind HTTP does: what it says next does not begin anew with a restart. */
export class Minds {
  readonly #byCall = new Map<string, Mind>()

  add(callId: string, plan: CallerPlan): void {
    this.#byCall.set(callId, { plan, next: inTurn(plan.answers, SILENT_ANSWER), asked: 0 })
  }

  of(callId: string): Mind | undefined {
    return this.#byCall.get(callId)
  }
}

/** An engine was given something else than what it had the daemon keep. */
export type OnWrongSession = (what: string) => void

export class PlannedEngine implements Engine {
  readonly name = 'scripted'
  readonly #clock: Clock
  readonly #minds: Minds
  readonly #onWrongSession: OnWrongSession

  constructor(clock: Clock, minds: Minds, onWrongSession: OnWrongSession) {
    this.#clock = clock
    this.#minds = minds
    this.#onWrongSession = onWrongSession
  }

  open(call: EngineCall, { session, keep }: EngineLink): Conversation {
    const mind = this.#minds.of(call.id)
    const { asked } = (session ?? {}) as { asked?: number }
    if (session !== null && asked !== mind?.asked)
      this.#onWrongSession(`asked: ${asked} instead of ${mind?.asked}`)
    return {
      ask: (_input, _turn, signal) => {
        if (mind) keep({ asked: ++mind.asked })
        return this.#answer(call.id, signal)
      },
      report: () => {
        if (mind?.plan.reports === 'throw') throw new Error('an engine that takes no reports')
      },
    }
  }

  async *#answer(callId: string, signal: AbortSignal): AsyncGenerator<Directive> {
    const plan = this.#minds.of(callId)?.next() ?? SILENT_ANSWER
    // Who heeds no signal goes on saying what nobody wants to hear.
    const mine = plan.heedsSignal ? signal : new AbortController().signal
    const pause = async (ms: number) => {
      if (ms > 0) await sleep(this.#clock, ms, mine)
    }
    await pause(plan.firstMs)
    if (plan.ends === 'never') await untilAborted(mine)
    for (const directive of plan.directives) {
      await pause(plan.gapMs)
      yield directiveOf(directive)
    }
    if (plan.ends === 'fails') throw new Error('an engine that broke')
    if (plan.ends === 'hangs') await untilAborted(mine)
    await pause(plan.lastMs)
  }

  async close(): Promise<void> {}
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function directiveOf(plan: DirectivePlan): Directive {
  if ('says' in plan) {
    const { says: text, interruptible, language } = plan
    return { type: 'say', text, interruptible, language, voice: null }
  }
  if ('plays' in plan) return { type: 'play', file: plan.plays, interruptible: plan.interruptible }
  if ('language' in plan) return { type: 'language', language: plan.language, voice: null }
  if ('digits' in plan) return { type: 'digits', digits: plan.digits }
  if ('listens' in plan) return { type: 'listen', expectation: { ...openExpectation, ...plan.listens } }
  if ('transfers' in plan) return { type: 'transfer', to: plan.transfers, announce: plan.announce }
  return { type: 'end', reason: plan.ends }
}

/** A reception in five states, for the words that callers have here. */
export const FLOW = JSON.stringify({
  language: 'en-US',
  start: 'greeting',
  global: [{ phrases: ['operator'], digits: '9', goto: 'people' }],
  otherwise: { say: ['Pardon me.'], times: 2, goto: 'people' },
  transferFailed: 'greeting',
  resume: 'Sorry about the pause.',
  states: {
    greeting: {
      say: 'Hello, this is the reception.',
      ask: 'Sales, or an order?',
      on: [
        { phrases: ['sales'], digits: '1', goto: 'sales' },
        { phrases: ['yes', 'hello'], digits: '5', goto: 'order' },
        { phrases: ['no'], digits: '#', goto: 'bye' },
      ],
    },
    order: {
      ask: 'Shall I repeat that?',
      on: [
        { phrases: ['yes'], goto: 'greeting' },
        { phrases: ['no'], goto: 'bye' },
      ],
    },
    sales: { say: 'I connect you.', transfer: 'sales' },
    people: { say: 'I get somebody.', transfer: 'people' },
    bye: { say: 'Goodbye, and thank you.', end: 'done' },
  },
})
