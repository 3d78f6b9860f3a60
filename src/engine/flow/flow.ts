// A flow ready to be walked: read from its text, checked, its phrases in comparable words and its
// defaults filled in.

import JSON5 from 'json5'
import type { Expectation } from '../engine.ts'
import { semanticFaults } from './check.ts'
import {
  type FlowDocument,
  flowDocument,
  type GlobalDocument,
  type OptionDocument,
  type RetryDocument,
  type SlotDocument,
  type SpokenDocument,
  type StateDocument,
  sentences,
  shortName,
  stateDocument,
} from './document.ts'
import type { Candidate } from './match.ts'
import type { SlotKind } from './slot.ts'
import { comparableWords, englishNumbers, type Vocabulary, vocabulary } from './words.ts'

/** A text with gaps, or a sound. */
export type Spoken = SpokenDocument[number]

/** A way on. */
export interface Option extends Candidate {
  digits: string | null
  to: { kind: 'state'; state: string } | { kind: 'repeat' }
}

/** For a caller not understood, or silent: so many times `say` and the question, then another state. */
export interface Retry {
  say: readonly Spoken[]
  times: number
  goto: string
}

export interface Slot {
  name: string
  value: SlotKind
  goto: string
}

export interface ListenState {
  kind: 'listen'
  ask: readonly Spoken[]
  /** Those of the state, then those that hold everywhere. */
  options: readonly Option[]
  slot: Slot | null
  otherwise: Retry
  /** Null leaves a silence to the profile. */
  silence: Retry | null
  expectation: Expectation
}

export type State = { say: readonly Spoken[]; interruptible: boolean } & (
  | ListenState
  | { kind: 'goto'; state: string }
  | {
      kind: 'transfer'
      to: string
      /** What an agent hears before taking the call; null: it is made from what was said. */
      brief: string | null
      failed: string
      withdrawn: string
      done: string | null
    }
  | { kind: 'end'; reason: string }
)

export interface Flow {
  language: string
  voice: string | null
  start: string
  /** Said before a conversation goes on in a new process. */
  resume: readonly Spoken[]
  /** Where a transfer that no state asked for goes on when it failed; null repeats the question. */
  transferFailed: string | null
  global: readonly Option[]
  states: ReadonlyMap<string, State>
  words: Vocabulary
}

/** Says everything that is wrong with a flow, a sentence each. */
export class FlowInvalid extends Error {
  override name = 'FlowInvalid'
  readonly faults: readonly string[]
  constructor(fileName: string, faults: readonly string[], options?: { cause?: unknown }) {
    const lines = faults.map(oneLine)
    super([`${fileName} is no valid flow:`, ...lines].join('\n  '), options)
    this.faults = lines
  }
}

/** Names in a document may be of any length and hold line breaks: a fault that quotes them is still a sentence. */
const LONGEST_FAULT = 500

function oneLine(fault: string): string {
  const half = LONGEST_FAULT / 2
  const short = fault.length > LONGEST_FAULT ? `${fault.slice(0, half)}…${fault.slice(-half)}` : fault
  return short.replace(/[\p{Cc}\u2028\u2029]/gu, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** A larger file is no flow that anybody wrote. */
const MAX_SOURCE = 1_048_576
/** Recognizers take some hundreds of hints and weigh each less, the more there are. */
const MAX_HINTS = 50

/** Reads the text of a flow. Throws FlowInvalid with every fault there is. */
export function parseFlow(source: string, fileName: string): Flow {
  if (source.length > MAX_SOURCE) throw new FlowInvalid(fileName, ['the flow: has more than 1 MiB.'])
  let value: unknown
  try {
    value = JSON5.parse(source)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.replace(/^JSON5: /, '') : String(cause)
    throw new FlowInvalid(fileName, [`the flow: is no JSON5: ${message}.`], { cause })
  }
  const { document, faults } = read(value)
  if (!document || faults.length > 0) throw new FlowInvalid(fileName, faults)
  return compile(document)
}

// States are read one by one: what is whole is checked for its meaning although something else is malformed.
function read(value: unknown): { document: FlowDocument | undefined; faults: string[] } {
  const root = flowDocument.safeParse(value, { reportInput: true })
  const faults = root.success ? [] : sentences(root.error, [])
  const states = new Map<string, StateDocument>()
  const given = rawStates(value)
  for (const [name, raw] of given) {
    const state = stateDocument.safeParse(raw, { reportInput: true })
    if (state.success) states.set(name, state.data)
    else faults.push(...sentences(state.error, ['states', name]))
  }
  const names = new Set(given.map(([name]) => name))
  const whole = faults.length === 0
  const document = root.success ? { ...root.data, states } : undefined
  faults.push(...semanticFaults(document ?? { states }, names, whole))
  return { document, faults }
}

function rawStates(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || !('states' in value)) return []
  const { states } = value
  if (typeof states !== 'object' || states === null || Array.isArray(states)) return []
  return Object.entries(states).map(([name, state]) => [shortName(name), state])
}

function compile(document: FlowDocument): Flow {
  const numbers = document.numberWords ? new Map(Object.entries(document.numberWords)) : englishNumbers
  const words = vocabulary(document.synonyms, numbers)
  const global = document.global.map(entry => option(entry, 'global', words))
  const states = new Map<string, State>()
  for (const [name, state] of document.states) states.set(name, compileState(state, document, global, words))
  return {
    language: document.language,
    voice: document.voice ?? null,
    start: document.start,
    resume: document.resume ?? [],
    transferFailed: document.transferFailed ?? null,
    global,
    states,
    words,
  }
}

function compileState(
  state: StateDocument,
  document: FlowDocument,
  global: readonly Option[],
  words: Vocabulary,
): State {
  const say = state.say ?? []
  const interruptible = state.interruptible ?? state.end === undefined
  if (state.end !== undefined) return { kind: 'end', say, interruptible, reason: state.end }
  if (state.goto !== undefined) return { kind: 'goto', say, interruptible, state: state.goto }
  if (state.transfer !== undefined) {
    const failed = required(state.transferFailed ?? document.transferFailed)
    const withdrawn = state.transferWithdrawn ?? failed
    return {
      kind: 'transfer',
      say,
      interruptible,
      to: state.transfer,
      brief: state.brief ?? null,
      failed,
      withdrawn,
      done: state.transferDone ?? null,
    }
  }
  const own = (state.on ?? []).map(entry => option(entry, entry.weak ? 'weak' : 'state', words))
  const slot = state.slot ? compileSlot(state.slot) : null
  const silence = state.silence ?? document.silence
  return {
    kind: 'listen',
    say,
    interruptible,
    ask: state.ask ?? [],
    options: [...own, ...global],
    slot,
    otherwise: retry(required(state.otherwise ?? document.otherwise)),
    silence: silence ? retry(silence) : null,
    expectation: expectation(state, slot, [...own, ...global]),
  }
}

function option(
  entry: OptionDocument | GlobalDocument,
  reach: Candidate['reach'],
  words: Vocabulary,
): Option {
  return {
    phrases: (entry.phrases ?? []).map(phrase => comparableWords(phrase, words)),
    target: entry.goto === undefined ? 'repeat' : `state ${entry.goto}`,
    reach,
    digits: entry.digits ?? null,
    to: entry.goto === undefined ? { kind: 'repeat' } : { kind: 'state', state: entry.goto },
  }
}

function retry({ say, times, goto }: RetryDocument): Retry {
  return { say: say ?? [], times, goto }
}

function compileSlot({ name, digits, pattern, goto }: SlotDocument): Slot {
  if (digits !== undefined) {
    const { from, to } = typeof digits === 'number' ? { from: digits, to: digits } : digits
    return { name, goto, value: { kind: 'digits', from, to } }
  }
  return { name, goto, value: pattern === undefined ? { kind: 'text' } : { kind: 'pattern', pattern } }
}

// What the caller may key follows from what the state can use, unless the author says otherwise.
function expectation(state: StateDocument, slot: Slot | null, options: readonly Option[]): Expectation {
  const listen = state.listen ?? {}
  const slotDigits = slot?.value.kind === 'digits' ? slot.value : null
  const keys = options.flatMap(({ digits }) => digits ?? [])
  const longest = slotDigits?.to ?? Math.max(0, ...keys.map(({ length }) => length))
  const hints = (state.on ?? []).flatMap(({ phrases }) => phrases ?? [])
  return {
    expect: listen.expect ?? (slotDigits ? 'digits' : 'open'),
    hints: listen.hints ?? [...new Set(hints)].slice(0, MAX_HINTS),
    numDigits: listen.numDigits ?? (longest > 0 ? longest : null),
    finishOnKey: listen.finishOnKey ?? (slotDigits ? '#' : null),
    validDigits: slot === null && keys.length > 0 ? [...new Set(keys)] : null,
    timeoutMs: listen.timeoutMs ?? null,
    endOfTurnMs: listen.endOfTurnMs ?? null,
    confidential: listen.confidential ?? false,
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a checked flow lacks what the check asks for')
  return value
}
