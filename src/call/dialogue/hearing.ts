// The caller's side: voice, words, noise and keys, and what each means in the phase it meets.

import { type Expectation, openExpectation } from '../../engine/engine.ts'
import { unreachable } from '../../lib/unreachable.ts'
import { isBackchannel } from '../backchannel.ts'
import { asksForPeople, collect, meantPeople, typeAhead } from '../digits.ts'
import type { Command, Utterance } from '../vocabulary.ts'
import { ask, engineTimer, fillerTimer, resume, silenceLasted } from './answering.ts'
import { awaitAgent, enter, isLeaving, listenFor, say, toPeople } from './leaving.ts'
import {
  type Conversing,
  type Dialogue,
  type Interrupted,
  isConfidential,
  isConversing,
  type Listening,
  type Opening,
  type Phase,
  peopleKeyOf,
  type Speaking,
  type Step,
  transferIn,
  type Waiting,
} from './state.ts'
import { hearAgain, heardWhileWaiting, pressedWhileWaiting } from './transferring.ts'

export function callerSpoke(d: Dialogue, atMs: number): Step {
  const { phase } = d
  if (phase.is === 'speaking' && mayInterrupt(d, phase) && phase.unheard?.type === 'speech')
    return takeBack(d, phase.unheard.utterance, atMs)
  if (phase.is === 'speaking' && mayInterrupt(d, phase))
    return [{ ...d, phase: { is: 'interrupted', speech: phase } }, [{ type: 'hush' }]]
  if (phase.is !== 'thinking') return [d, []]
  if (phase.about.type === 'speech') return takeBack(d, phase.about.utterance, atMs)
  // They speak at last, so the question about their silence has no point any more.
  return phase.about.type === 'silence' ? takeBack(d, null, atMs) : [d, []]
}

function mayInterrupt(d: Dialogue, speech: Speaking): boolean {
  return d.settings.policy.bargeIn && speech.interruptible && speech.next.does === 'listen'
}

/** The caller goes on before we have said a word: what they said first is joined to what they say now. */
function takeBack(d: Dialogue, carried: Utterance | null, atMs: number): Step {
  const turn = d.turn + 1
  const [listening, commands] = enter({ ...d, turn }, { does: 'listen', expectation: d.expected }, atMs)
  const phase = { ...(listening.phase as Listening), carried }
  return [{ ...listening, phase }, [{ type: 'hush' }, { type: 'withdraw' }, ...commands]]
}

/** Who has the floor, or is about to take it, may be about to leave it. */
export function utteranceGuessed(d: Dialogue, utterance: Utterance): Step {
  const { policy } = d.settings
  if (!policy.speculation || d.turn >= policy.maxTurns) return [d, []]
  const said = guessable(d, utterance)
  if (!said) return [d, []]
  return [d, [{ type: 'guess', turn: d.turn + 1, question: { type: 'speech', utterance: said } }]]
}

function guessable(d: Dialogue, utterance: Utterance): Utterance | undefined {
  const { phase } = d
  if (phase.is === 'listening') return phase.digits === '' ? join(phase.carried, utterance) : undefined
  if (phase.is !== 'interrupted' || isListening(d, utterance)) return undefined
  return utterance
}

export function utteranceHeard(d: Dialogue, utterance: Utterance, isEcho: boolean, atMs: number): Step {
  const { phase } = d
  switch (phase.is) {
    case 'listening': {
      const said = join(phase.carried, utterance)
      if (d.caller === 'talking') return [{ ...d, phase: { ...phase, carried: said } }, []]
      return heed(d, said, atMs)
    }
    case 'interrupted':
      return interruptedBy(d, phase, utterance, isEcho, atMs)
    case 'waiting':
      return heardWhileWaiting(d, utterance, atMs)
    case 'speaking':
      if (phase.next.does === 'bring') return heardWhileWaiting(d, utterance, atMs)
      return mayInterrupt(d, phase)
        ? heed(d, join(phase.unheard?.type === 'speech' ? phase.unheard.utterance : null, utterance), atMs)
        : [d, []]
    case 'thinking':
      if (phase.about.type === 'speech') return heed(d, join(phase.about.utterance, utterance), atMs)
      return phase.about.type === 'silence' ? heed(d, utterance, atMs) : [d, []]
    default:
      return [d, []]
  }
}

/** Not everything that is said into our words takes the floor. */
function interruptedBy(
  d: Dialogue,
  phase: Interrupted,
  utterance: Utterance,
  isEcho: boolean,
  atMs: number,
): Step {
  if (d.caller === 'talking') return heed(d, utterance, atMs)
  if (isEcho) return resume(d, phase)
  return isListening(d, utterance) ? resume(d, phase, 'listener') : heed(d, utterance, atMs)
}

function isListening(d: Dialogue, { text, language }: Utterance): boolean {
  return isBackchannel(text, language ?? d.speech.language)
}

function heed(d: Dialogue, utterance: Utterance, atMs: number): Step {
  const [asked, commands] = ask(heeded(d), { type: 'speech', utterance }, atMs)
  return [asked, [{ type: 'hush' }, ...commands]]
}

/** The caller did something that can be answered: what went wrong in a row before is forgotten. */
function heeded(d: Dialogue): Dialogue {
  return { ...d, silences: 0, misheard: 0, refusals: 0 }
}

function join(first: Utterance | null, second: Utterance): Utterance {
  if (first === null) return second
  return {
    text: `${first.text} ${second.text}`,
    confidence:
      first.confidence === null || second.confidence === null
        ? null
        : Math.min(first.confidence, second.confidence),
    language: second.language ?? first.language,
    durationMs: first.durationMs + second.durationMs,
  }
}

/** There was sound and no word in it. What it interrupted goes on. */
export function nothingHeard(d: Dialogue, atMs: number): Step {
  const { phase } = d
  if (d.caller === 'talking') return [d, []]
  if (phase.is === 'interrupted') return resume(d, phase)
  if (phase.is !== 'listening') return [d, hearAgain(d)]
  if (phase.carried) return heed(d, phase.carried, atMs)
  // Noise is no answer: the silence goes on from where it was.
  if (phase.digits === '' && atMs >= phase.silentUntilMs) return silenceLasted(d, phase, atMs)
  return [d, []]
}

/** Something was said and no recognizer could tell what: the caller is asked again, a few times, then meets people. */
export function hearingFailed(d: Dialogue, message: string, atMs: number): Step {
  const { phase } = d
  if (phase.is !== 'listening' && phase.is !== 'interrupted') return [d, hearAgain(d)]
  if (phase.is === 'listening' && phase.carried && d.caller !== 'talking') return heed(d, phase.carried, atMs)
  const misheard = d.misheard + 1
  if (misheard > d.settings.policy.misheardLimit)
    return toPeople(d, { why: 'fault', fault: 'recognizer', message }, atMs)
  const expectation = expectationOf(phase)
  return say({ ...d, misheard }, d.settings.phrases.pardon, { does: 'listen', expectation }, atMs, true)
}

function expectationOf(phase: Conversing): Expectation {
  switch (phase.is) {
    case 'listening':
      return phase.expectation
    case 'interrupted':
      return expectationOf(phase.speech)
    case 'informing':
      return openExpectation
    case 'thinking':
    case 'speaking':
      return phase.next.does === 'listen' ? phase.next.expectation : openExpectation
    default:
      return unreachable(phase)
  }
}

export function digitPressed(d: Dialogue, digit: string, atMs: number): Step {
  const { phase } = d
  const key = peopleKeyOf(d)
  switch (phase.is) {
    case 'opening':
    case 'informing':
      return digit === key ? askedForPeople(d, atMs) : [d, []]
    case 'thinking':
      if (asksForPeople(expectationOf(phase), phase.typed, digit, key)) return askedForPeople(d, atMs)
      return [{ ...d, phase: { ...phase, typed: typeAhead(phase.typed, digit) } }, []]
    case 'waiting':
      return pressedWhileWaiting(d, phase.transfer, digit, atMs)
    case 'listening':
    case 'interrupted':
    case 'speaking': {
      const transfer = transferIn(phase)
      if (transfer) return pressedWhileWaiting(d, transfer, digit, atMs)
      if (isLeaving(d)) return mayStillAsk(phase) && digit === key ? askedForPeople(d, atMs) : [d, []]
      const digits = phase.is === 'listening' ? phase.digits : phase.is === 'speaking' ? phase.typed : ''
      const expectation = expectationOf(phase)
      if (asksForPeople(expectation, digits, digit, key)) return askedForPeople(d, atMs)
      if (phase.is === 'speaking' && !phase.interruptible)
        return [{ ...d, phase: { ...phase, typed: typeAhead(digits, digit) } }, []]
      return collectDigit(d, expectation, digits, digit, atMs)
    }
    default:
      return [d, []]
  }
}

/** Digits pressed into words that had to be heard out count as pressed now. */
function typedAhead(d: Dialogue, typed: string, atMs: number): Step {
  let current: Dialogue = d
  const commands: Command[] = []
  for (const digit of typed) {
    const [after, more] = digitPressed(current, digit, atMs)
    current = after
    commands.push(...more)
  }
  return [current, commands]
}

function collectDigit(
  d: Dialogue,
  expectation: Expectation,
  before: string,
  digit: string,
  atMs: number,
): Step {
  const { is, digits } = collect(expectation, before, digit)
  const { policy } = d.settings
  if (is === 'complete') return digitsEntered(d, digits, expectation, atMs)
  const quiet: Command[] = d.phase.is === 'listening' ? [] : [{ type: 'hush' }, { type: 'withdraw' }]
  const silentUntilMs = atMs + policy.silenceMs
  return [
    { ...d, phase: { is: 'listening', expectation, digits, carried: null, silentUntilMs } },
    [...quiet, { type: 'startTimer', name: 'digits', turn: d.turn, ms: policy.interDigitMs }],
  ]
}

function digitsEntered(d: Dialogue, digits: string, { confidential }: Expectation, atMs: number): Step {
  const [asked, commands] = ask(heeded(d), { type: 'digits', digits, confidential }, atMs)
  return [asked, [{ type: 'hush' }, ...commands]]
}

/** No further digit came. */
export function digitsTimeUp(d: Dialogue, phase: Listening, atMs: number): Step {
  if (meantPeople(phase.expectation, phase.digits, peopleKeyOf(d))) return askedForPeople(d, atMs)
  return digitsEntered(d, phase.digits, phase.expectation, atMs)
}

/** A farewell may be answered by the wish for a person; a transfer is that already. */
function mayStillAsk(phase: Conversing): boolean {
  return phase.is === 'speaking' && phase.next.does === 'end'
}

function askedForPeople(d: Dialogue, atMs: number): Step {
  return toPeople(d, { why: 'asked', how: 'key' }, atMs)
}

/** The caller is back from a hold: timers run again, and what they were listening to goes on. The speaker resumes by itself. */
export function goOn(d: Dialogue, before: Opening | Conversing | Waiting, atMs: number): Step {
  switch (before.is) {
    case 'opening':
    case 'informing':
      return [{ ...d, phase: before }, []]
    case 'thinking':
      return [{ ...d, phase: before }, [engineTimer(d), ...fillerTimer(d, before.about, before.fillers)]]
    case 'speaking':
      return [{ ...d, phase: before }, before.answer === 'coming' ? [engineTimer(d)] : []]
    case 'interrupted':
      return resume(d, before)
    case 'waiting':
      return awaitAgent(d, before.transfer)
    case 'listening':
      return relisten(d, before, atMs)
  }
}

function relisten(d: Dialogue, before: Listening, atMs: number): Step {
  if (before.carried) return heed(d, before.carried, atMs)
  const ms = before.expectation.timeoutMs ?? d.settings.policy.silenceMs
  const timer: Command =
    before.digits === ''
      ? { type: 'startTimer', name: 'silence', turn: d.turn, ms }
      : { type: 'startTimer', name: 'digits', turn: d.turn, ms: d.settings.policy.interDigitMs }
  return [{ ...d, phase: { ...before, silentUntilMs: atMs + ms } }, [...listenFor(before.expectation), timer]]
}

/** Digits that were pressed before we listened count as pressed when we do. */
export function withTypedDigits(before: Phase, [d, commands]: Step, atMs: number): Step {
  // What was keyed in confidence answers nothing else.
  if (isConfidential(before) && !isConfidential(d.phase))
    return [{ ...d, phase: withoutTyped(d.phase) }, commands]
  if (before.is !== 'thinking' && before.is !== 'speaking') return [d, commands]
  if (d.phase.is !== 'listening' || d.phase.digits !== '') return [d, commands]
  const [typed, more] = typedAhead(d, before.typed, atMs)
  return [typed, [...commands, ...more]]
}

function withoutTyped(phase: Phase): Phase {
  if (phase.is === 'thinking' || phase.is === 'speaking') return { ...phase, typed: '' }
  if (phase.is === 'interrupted') return { ...phase, speech: { ...phase.speech, typed: '' } }
  if (phase.is !== 'held') return phase
  const before = withoutTyped(phase.before)
  return isConversing(before) ? { ...phase, before } : phase
}
