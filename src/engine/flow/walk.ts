// The walk through a flow: pure functions from where the conversation stands and what the caller did
// to where it stands after it, and to what is to be done.

import { unreachable } from '../../lib/unreachable.ts'
import type { Directive, TransferOutcome } from '../engine.ts'
import type { Flow, ListenState, Option, Retry, Spoken, State } from './flow.ts'
import { match } from './match.ts'
import { slotFromKeys, slotFromSpeech } from './slot.ts'
import { fillTemplate, inSentences } from './template.ts'
import { comparableWords } from './words.ts'

export interface Position {
  state: string
  slots: ReadonlyMap<string, string>
  /** How often in this state the caller was not understood. */
  misses: number
  /** How often in a row the caller said nothing in this state. */
  silences: number
}

export interface Step {
  position: Position
  directives: readonly Directive[]
}

/** What a caller did. */
export type CallerInput = { type: 'speech'; text: string } | { type: 'digits'; digits: string }

/** Enters a state: its words, then what it does, through states that only lead on. */
export function enter(flow: Flow, name: string, slots: Position['slots']): Step {
  const directives: Directive[] = []
  let at = name
  let state = stateOf(flow, at)
  while (state.kind === 'goto') {
    directives.push(...speak(state.say, slots, state.interruptible))
    at = state.state
    state = stateOf(flow, at)
  }
  const position = { state: at, slots, misses: 0, silences: 0 }
  const words = state.kind === 'listen' ? [...state.say, ...state.ask] : state.say
  directives.push(...speak(words, slots, state.interruptible), action(state))
  return { position, directives }
}

/** Where the conversation stands, once more: the question again, or the last words. */
export function again(flow: Flow, position: Position): Step {
  const state = stateOf(flow, position.state)
  return state.kind === 'listen' ? repeat(state, [], position) : enter(flow, position.state, position.slots)
}

export function callerDid(flow: Flow, before: Position, input: CallerInput): Step {
  const position = { ...before, silences: 0 }
  const state = stateOf(flow, position.state)
  const way = wayOn(flow, state, input)
  switch (way.kind) {
    case 'option':
      return way.option.to.kind === 'state'
        ? enter(flow, way.option.to.state, position.slots)
        : again(flow, position)
    case 'slot':
      return enter(flow, way.goto, new Map([...position.slots, [way.name, way.value]]))
    case 'none':
      if (state.kind === 'listen') return miss(flow, state, position)
      // While people are being brought or the goodbye is spoken, nothing more is asked.
      return { position, directives: state.kind === 'end' ? [action(state)] : [] }
    default:
      return unreachable(way)
  }
}

export function callerWasSilent(flow: Flow, before: Position): Step {
  const state = stateOf(flow, before.state)
  if (state.kind !== 'listen')
    return { position: before, directives: state.kind === 'end' ? [action(state)] : [] }
  const position = { ...before, silences: before.silences + 1 }
  if (!state.silence) return { position, directives: [action(state)] }
  if (position.silences > state.silence.times) return enter(flow, state.silence.goto, position.slots)
  return repeat(state, nth(state.silence, position.silences), position)
}

export function transferEnded(flow: Flow, position: Position, outcome: TransferOutcome): Step {
  const state = stateOf(flow, position.state)
  const go = (name: string | null) =>
    name === null ? again(flow, position) : enter(flow, name, position.slots)
  switch (outcome) {
    case 'answered':
    case 'handed-over':
      if (state.kind === 'transfer' && state.done !== null) return go(state.done)
      return { position, directives: [{ type: 'end', reason: 'transferred' }] }
    case 'caller-abandoned':
      return { position, directives: [] }
    case 'withdrawn':
      return go(state.kind === 'transfer' ? state.withdrawn : null)
    case 'declined':
    case 'no-answer':
    case 'busy':
    case 'machine':
    case 'unreachable':
    case 'failed':
      return go(state.kind === 'transfer' ? state.failed : flow.transferFailed)
    default:
      return unreachable(outcome)
  }
}

/** A text as directives: one `say` a sentence, sounds where they stand. */
export function speak(
  spoken: readonly Spoken[],
  slots: ReadonlyMap<string, string>,
  interruptible: boolean,
): Directive[] {
  const directives: Directive[] = []
  for (const piece of spoken) {
    if (typeof piece !== 'string') {
      directives.push({ type: 'play', file: piece.play, interruptible })
      continue
    }
    // The space keeps texts apart that are joined before they are spoken.
    for (const text of inSentences(`${fillTemplate(piece, slots).trim()} `)) {
      directives.push({ type: 'say', text, interruptible, language: null, voice: null })
    }
  }
  return directives
}

type Way =
  | { kind: 'option'; option: Option }
  | { kind: 'slot'; name: string; value: string; goto: string }
  | { kind: 'none' }

function wayOn(flow: Flow, state: State, input: CallerInput): Way {
  const options = state.kind === 'listen' ? state.options : flow.global
  const slot = state.kind === 'listen' ? state.slot : null
  if (input.type === 'digits') {
    const option = options.find(({ digits }) => digits === input.digits)
    if (option) return { kind: 'option', option }
    const value = slot ? slotFromKeys(input.digits, slot.value) : undefined
    return slot && value !== undefined
      ? { kind: 'slot', name: slot.name, value, goto: slot.goto }
      : { kind: 'none' }
  }
  const value = slot ? slotFromSpeech(input.text, slot.value, flow.words.numbers) : undefined
  const filled: Way =
    slot && value !== undefined ? { kind: 'slot', name: slot.name, value, goto: slot.goto } : { kind: 'none' }
  if (filled.kind === 'slot' && slot?.value.kind !== 'text') return filled
  const said = comparableWords(input.text, flow.words)
  const named = slot || said.length !== 1 ? undefined : options.find(({ digits }) => digits === said[0])
  // Who hears of key 1 may say "one".
  if (named) return { kind: 'option', option: named }
  const found = match(said, options)
  if (found.kind !== 'one') return filled
  // Free text may well contain a phrase: it only leads on where it is most of what was said.
  if (filled.kind === 'slot' && found.words * 2 < said.length) return filled
  return { kind: 'option', option: found.candidate }
}

function miss(flow: Flow, state: State & ListenState, before: Position): Step {
  const position = { ...before, misses: before.misses + 1 }
  if (position.misses > state.otherwise.times) return enter(flow, state.otherwise.goto, position.slots)
  return repeat(state, nth(state.otherwise, position.misses), position)
}

/** The words for the nth time; the last ones stay. */
function nth({ say }: Retry, n: number): readonly Spoken[] {
  const words = say[Math.min(n, say.length) - 1]
  return words === undefined ? [] : [words]
}

function repeat(state: State & ListenState, first: readonly Spoken[], position: Position): Step {
  const question = state.ask.length > 0 ? state.ask : state.say
  const directives = [...speak([...first, ...question], position.slots, state.interruptible), action(state)]
  return { position, directives }
}

function action(state: Exclude<State, { kind: 'goto' }>): Directive {
  switch (state.kind) {
    case 'listen':
      return { type: 'listen', expectation: state.expectation }
    case 'transfer':
      return { type: 'transfer', to: state.to, announce: null, brief: state.brief }
    case 'end':
      return { type: 'end', reason: state.reason }
    default:
      return unreachable(state)
  }
}

function stateOf(flow: Flow, name: string): State {
  const state = flow.states.get(name)
  if (!state) throw new Error(`a checked flow has no state ${name}`)
  return state
}
