// The mind as a port: a call tells what happened, the engine answers with directives as they come to it.

/** What an engine may know of a call. Everything in it came from outside. */
export interface EngineCall {
  id: string
  from: string
  to: string
  callerName: string
  direction: 'inbound' | 'outbound'
  profile: string
  language: string
  /** Wall-clock milliseconds. */
  startedAtMs: number
  /** `parley_context`, parsed; null when there was none or it was no JSON. */
  context: unknown
}

/** What of the assistant's last words the caller heard. `ms` is playing time. */
export interface Heard {
  text: string
  ms: number
  complete: boolean
}

export interface HistoryEntry {
  who: 'caller' | 'assistant' | 'agent'
  text: string
  /** Wall-clock milliseconds. */
  atMs: number
}

export type TransferOutcome =
  | 'answered'
  | 'handed-over'
  | 'declined'
  | 'no-answer'
  | 'busy'
  | 'machine'
  | 'unreachable'
  | 'withdrawn'
  | 'caller-abandoned'
  | 'failed'

/** What became of a transfer. `cause`: the switch's word or a sentence of ours, '' where there is nothing to add. */
export interface TransferEnd {
  to: string
  outcome: TransferOutcome
  cause: string
}

/** What happened, and an answer is wanted. */
export type Input =
  | { type: 'start' }
  | {
      type: 'speech'
      text: string
      confidence: number | null
      language: string | null
      durationMs: number
      heard: Heard | null
    }
  | { type: 'digits'; digits: string; heard: Heard | null }
  /** The caller said nothing for `ms`, for the `count`th time in a row. An answer without words leaves it to the profile. */
  | { type: 'silence'; count: number; ms: number }
  | ({ type: 'transfer' } & TransferEnd)
  /** A new process goes on with the call. `transfer`: what became of the one that ran when the last one ended. */
  | { type: 'resume'; history: readonly HistoryEntry[]; transfer?: TransferEnd | null }

/** What happened, and no answer is wanted. */
export type Report =
  | { type: 'interrupted'; heard: Heard }
  /** An agent and the caller have talked; `transcript` is empty where nobody took notes. */
  | { type: 'talked'; to: string; durationMs: number; transcript: readonly HistoryEntry[] }
  | { type: 'ended'; by: string; reason: string; durationMs: number }

/** What the caller is expected to do next. */
export interface Expectation {
  /** `none`: the caller is not listened to until the assistant has said more. */
  expect: 'open' | 'digits' | 'yes-no' | 'number' | 'name' | 'none'
  /** Words and phrases that are likely. */
  hints: readonly string[]
  /** How many digits make an answer; null when unknown. */
  numDigits: number | null
  /** The key that ends the digits and is not one of them; null for none. */
  finishOnKey: string | null
  /** The only digit strings that mean anything; null when any may. */
  validDigits: readonly string[] | null
  /** How long a silence counts as no answer; null for the profile's. */
  timeoutMs: number | null
  /** How long a pause ends what the caller says; null for the profile's. */
  endOfTurnMs: number | null
  /**
   * What the caller keys is nobody's business but the engine's, such as the number of a card: it is neither written down nor
   * recorded, and nothing the caller says meanwhile is recognized.
   */
  confidential: boolean
}

export const openExpectation: Expectation = {
  expect: 'open',
  hints: [],
  numDigits: null,
  finishOnKey: null,
  validDigits: null,
  timeoutMs: null,
  endOfTurnMs: null,
  confidential: false,
}

/** What a conversation asks for. Texts of successive `say` are joined in order until something else comes. */
export type Directive =
  | { type: 'say'; text: string; interruptible: boolean; language: string | null; voice: string | null }
  /** A sound inside the configured sounds folder, by its name relative to it. */
  | { type: 'play'; file: string; interruptible: boolean }
  | { type: 'listen'; expectation: Expectation }
  /**
   * `brief`: what an agent should know before taking the call; without it, it is made from what was said. `data`: for the agent's
   * screen, as it is; without it, what the call brought.
   */
  | { type: 'transfer'; to: string; announce: string | null; brief?: string | null; data?: object }
  /** What the call was about, for whoever reads of it later (`parley_summary`). */
  | { type: 'summary'; text: string }
  | { type: 'digits'; digits: string }
  | { type: 'language'; language: string; voice: string | null }
  | { type: 'end'; reason: string }

/** `kind` as of SpeechFault; `nonsense`: an answer that is none; `refused`: it said so itself. */
export type EngineFaultKind = 'unreachable' | 'timeout' | 'refused' | 'nonsense'

export class EngineFault extends Error {
  override name = 'EngineFault'
  readonly engine: string
  readonly kind: EngineFaultKind
  constructor(engine: string, kind: EngineFaultKind, message: string, options?: { cause?: unknown }) {
    super(`${engine}: ${message}`, options)
    this.engine = engine
    this.kind = kind
  }
}

/** An answer to what the caller may have said. Nothing of it is true before `commit`. */
export interface Guess {
  /** As of `ask`. */
  directives: AsyncIterable<Directive>
  /** The caller has said just that: the answer is the answer. */
  commit(): void
}

/** One call's talk with an engine. One ask at a time: the next begins when the one before has ended or its signal was aborted. */
export interface Conversation {
  /** Yields directives as they come. Throws EngineFault, or the signal's reason when that was aborted. */
  ask(input: Input, turn: number, signal: AbortSignal): AsyncIterable<Directive>
  /**
   * Asks before it is certain that the caller has said this, and no more: nothing may happen outside, and an answer that is
   * not committed leaves no trace. Absent where an engine cannot be asked so, because it acts while it answers.
   */
  guess?(input: Input, turn: number, signal: AbortSignal): Guess
  /** The caller has begun to speak: soon there will be something to ask. Absent where nothing can be got ready. */
  warm?(): void
  /** Tells without waiting; a failure is the engine's own affair and only counted. */
  report(report: Report, turn: number): void
}

/** What outlives the process of a conversation that goes on in the next one. */
export interface EngineLink {
  /** What was kept last; null for a new conversation. */
  readonly session: object | null
  /** Keeps what the engine wants to have again, in place of what was kept before. It is written down as it is. */
  keep(session: object): void
}

export interface Engine {
  readonly name: string
  /** Begins a conversation, or goes on with it; nothing happens outside before the first ask. */
  open(call: EngineCall, link: EngineLink): Conversation
  close(): Promise<void>
}
