// The engine's side of a turn: it is asked, its directives become speech, and its last word says what follows.

import {
  type Directive,
  openExpectation,
  type TransferEnd,
  type TransferOutcome,
} from '../../engine/engine.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { HandOverReason } from '../ending.ts'
import { resolveDestination } from '../transfer/resolve.ts'
import type { Command, Piece, Question } from '../vocabulary.ts'
import { attention, enter, farewell, listenOpenly, say, toPeople } from './leaving.ts'
import {
  type Dialogue,
  type Interrupted,
  isConfidential,
  type Listening,
  type Next,
  type Phase,
  type Speaking,
  type Step,
  type Thinking,
} from './state.ts'
import { setOut, wayTo } from './way.ts'

/** Begins a turn. Whatever the engine was still saying to the turn before is withdrawn by asking again. */
export function ask(d: Dialogue, question: Question, atMs: number, next: Next = listenOpenly): Step {
  const { policy } = d.settings
  if (d.turn >= policy.maxTurns) return toPeople(d, { why: 'limit', limit: 'turns' }, atMs)
  const turn = question.type === 'start' ? 0 : d.turn + 1
  // It has been told when it answers.
  const untold = question.type === 'resumed' ? d.untold : null
  return [
    { ...d, turn, untold, phase: { is: 'thinking', about: question, fillers: 0, typed: '', next } },
    [{ type: 'ask', turn, question }, engineTimer(d, turn), ...fillerTimer(d, question, 0, turn)],
  ]
}

/** From which wait of the caller's to which the next filler is. Who is silent waits for nothing. */
export function fillerTimer(d: Dialogue, about: Question, fillers: number, turn = d.turn): Command[] {
  const { fillerMs, comfortMs } = d.settings.policy
  if (about.type === 'silence' || fillers >= FILLERS_LIMIT) return []
  const ms = fillers === 0 ? fillerMs : Math.max(1, comfortMs - fillerMs)
  return [{ type: 'startTimer', name: 'filler', turn, ms }]
}

const FILLERS_LIMIT = 2

/** The engine is slow: the caller hears that we are there. Never over what they say, or while they key a secret. */
export function fill(d: Dialogue, phase: Thinking): Step {
  const { filler, comfort } = d.settings.phrases
  const { about, fillers } = phase
  const text = fillers === 0 ? filler : comfort
  const later = fillerTimer(d, about, fillers + 1)
  const filled: Dialogue = { ...d, phase: { ...phase, fillers: fillers + 1 } }
  if (text === '' || d.caller !== 'silent' || isConfidential(phase)) return [filled, later]
  return [
    filled,
    [{ type: 'speak', turn: d.turn, piece: { kind: 'filler', text, ...d.settings.own } }, ...later],
  ]
}

export function engineTimer(d: Dialogue, turn = d.turn): Command {
  return { type: 'startTimer', name: 'engine', turn, ms: d.settings.policy.engineTimeoutMs }
}

type Answering = Thinking | Speaking

/** Whether the engine still has something to say to the running turn. */
export function isAnswering(phase: Phase): boolean {
  if (phase.is === 'interrupted') return isAnswering(phase.speech)
  if (phase.is === 'held') return isAnswering(phase.before)
  return phase.is === 'thinking' || (phase.is === 'speaking' && phase.answer === 'coming')
}

/** A directive to the running turn. An `end` or a `transfer` is its last word, whatever the engine adds. */
export function directiveGiven(d: Dialogue, directive: Directive, atMs: number): Step {
  const { phase } = d
  if (phase.is === 'interrupted') {
    const [answered, commands] = directiveGiven({ ...d, phase: phase.speech }, directive, atMs)
    if (answered.phase === phase.speech && commands.length === 0) return [{ ...answered, phase }, []]
    if (answered.phase.is !== 'speaking') return [answered, commands]
    // Words that come while the caller speaks wait in the hushed speaker, and nothing may close our ears just now.
    const speech = answered.phase
    // What they say is not recognized any more, so nobody can wait for it.
    if (isConfidential(speech)) {
      const [resumed, more] = resume(answered, { is: 'interrupted', speech })
      return [resumed, [...commands.filter(one => one.type !== 'deafen'), ...more]]
    }
    return [
      { ...answered, phase: { is: 'interrupted', speech } },
      commands.filter(one => one.type !== 'deafen'),
    ]
  }
  if (phase.is !== 'thinking' && phase.is !== 'speaking') return [d, []]
  if (!isAnswering(phase)) return [d, []]
  const [answered, commands] = obey({ ...d, untold: null }, phase, directive, atMs)
  // What makes no sound does not keep the caller from waiting.
  const more = isAudible(directive) && answered.turn === d.turn && isAnswering(answered.phase)
  return [answered, more ? [...commands, engineTimer(d)] : commands]
}

/** After so many interruptions without a word the rest of what is said is heard out. */
const DISTURBANCE_LIMIT = 3

/** It was no interruption, or its words were lost in a hold: the assistant goes on. A listener who says so may do it often. */
export function resume(d: Dialogue, interrupted: Interrupted, by: 'noise' | 'listener' = 'noise'): Step {
  const disturbed = interrupted.speech.disturbed + (by === 'noise' ? 1 : 0)
  // On a noisy line nothing would ever be said to its end.
  const interruptible = interrupted.speech.interruptible && disturbed < DISTURBANCE_LIMIT
  const speech: Speaking = { ...interrupted.speech, disturbed, interruptible }
  const timer = speech.answer === 'coming' ? [engineTimer(d)] : []
  return [
    { ...d, phase: speech },
    [...attention(speech.next), { type: 'resumeSpeech', turn: d.turn }, ...timer],
  ]
}

function isAudible(directive: Directive): boolean {
  return directive.type === 'play' || (directive.type === 'say' && directive.text.trim() !== '')
}

function obey(d: Dialogue, phase: Answering, directive: Directive, atMs: number): Step {
  switch (directive.type) {
    case 'say': {
      const { text, interruptible } = directive
      if (text === '') return [d, []]
      return speak(d, phase, { kind: 'text', text, ...spokenAs(directive, d.speech), interruptible })
    }
    case 'play':
      return speak(d, phase, { kind: 'sound', file: directive.file, interruptible: directive.interruptible })
    case 'listen': {
      const next: Next = { does: 'listen', expectation: directive.expectation }
      return [{ ...d, phase: { ...phase, next } }, phase.is === 'speaking' ? attention(next) : []]
    }
    case 'digits':
      return [d, [{ type: 'sendDigits', digits: directive.digits }]]
    case 'language':
      return [{ ...d, speech: { language: directive.language, voice: directive.voice ?? '' } }, []]
    case 'transfer':
      return transfer(d, phase, directive, atMs)
    case 'summary':
      return [d, [{ type: 'summarize', text: directive.text }]]
    case 'end':
      return lastWord(
        d,
        phase,
        { does: 'end', ending: { by: 'assistant', why: 'finished', reason: directive.reason } },
        atMs,
      )
    default:
      return unreachable(directive)
  }
}

/** A voice belongs to a language: who names another language and no voice has its default one. */
export function spokenAs(
  { language, voice }: Directive & { type: 'say' },
  speech: Dialogue['speech'],
): Dialogue['speech'] {
  return { language: language ?? speech.language, voice: voice ?? (language ? '' : speech.voice) }
}

export function speak(d: Dialogue, phase: Answering, piece: Exclude<Piece, { kind: 'filler' }>): Step {
  const unheard = phase.is === 'thinking' ? phase.about : null
  const spoken: Speaking =
    phase.is === 'speaking'
      ? { ...phase, interruptible: phase.interruptible && piece.interruptible }
      : {
          is: 'speaking',
          answer: 'coming',
          interruptible: piece.interruptible,
          unheard,
          disturbed: 0,
          typed: phase.typed,
          next: isConfidential(phase) && phase.next === listenOpenly ? secretUntilTold : phase.next,
        }
  const heed = phase.is === 'thinking' ? attention(spoken.next) : []
  return [{ ...d, phase: spoken }, [...heed, { type: 'speak', turn: d.turn, piece }]]
}

function lastWord(d: Dialogue, phase: Answering, next: Next, atMs: number): Step {
  const [finished, commands] = answerFinished({ ...d, phase: { ...phase, next } }, atMs)
  return [finished, [...attention(next), ...commands]]
}

function transfer(
  d: Dialogue,
  phase: Answering,
  { to: name, announce, brief, data }: Directive & { type: 'transfer' },
  atMs: number,
): Step {
  const { places, wallAtZeroMs, phrases, own } = d.settings
  const found = resolveDestination(name, { ...places, wallMs: wallAtZeroMs + atMs })
  if (found.is === 'closed')
    return tell(d, { to: name, outcome: 'unreachable', cause: 'closed now' }, 'engine', atMs)
  if (found.is === 'refused')
    return tell(d, { to: name, outcome: 'failed', cause: found.message }, 'engine', atMs)
  const next = wayTo(found.destination, { why: 'asked', how: 'engine' })
  const told = { brief: brief ?? null, data: data ?? null }
  // Who is fetched may take a while: nobody is sent into music without a word.
  const isWordless = !announce && phase.is === 'thinking' && next.does === 'bring'
  const piece: Exclude<Piece, { kind: 'filler' }> | null = announce
    ? { kind: 'phrase', text: announce, ...d.speech, interruptible: false }
    : isWordless && phrases.toPeople !== ''
      ? { kind: 'phrase', text: phrases.toPeople, ...own, interruptible: false }
      : null
  if (piece === null) {
    const [left, commands] = lastWord(d, phase, next, atMs)
    return [left, [...commands, ...setOut(next, told)]]
  }
  const [spoken, commands] = speak(d, phase, piece)
  const [announced, more] = lastWord(spoken, spoken.phase as Speaking, next, atMs)
  return [announced, [...commands, ...more, ...setOut(next, told)]]
}

/** The engine, asked about a secret, has begun to answer and has not said what it wants next: perhaps the same once more. */
const secretUntilTold: Next = { does: 'listen', expectation: { ...openExpectation, confidential: true } }

function completed(speech: Speaking): Speaking {
  const next = speech.next === secretUntilTold ? listenOpenly : speech.next
  return { ...speech, answer: 'complete', next }
}

/** Nothing was wanted next: the caller may interrupt the rest. */
function openedEars({ next }: Speaking): Command[] {
  return next === secretUntilTold ? attention(listenOpenly) : []
}

/** The engine has said all it has to say to this turn. */
export function answerFinished(d: Dialogue, atMs: number): Step {
  const { phase } = d
  if (!isAnswering(phase)) return [d, []]
  const told: Dialogue = { ...d, untold: null }
  switch (phase.is) {
    case 'speaking':
      return [
        { ...told, phase: completed(phase) },
        [...openedEars(phase), { type: 'finishSpeech', turn: d.turn }],
      ]
    case 'interrupted':
      return [
        { ...told, phase: { is: 'interrupted', speech: completed(phase.speech) } },
        [{ type: 'finishSpeech', turn: d.turn }],
      ]
    case 'thinking':
      return afterAnswer(told, phase.about, phase.next, atMs)
    default:
      return [d, []]
  }
}

/** All that the engine had to say has been heard. Where that was nothing the profile answers a silence and a failed transfer. */
export function afterAnswer(d: Dialogue, unheard: Question | null, next: Next, atMs: number): Step {
  if (next.does === 'listen' && unheard?.type === 'silence') return say(d, silencePhrase(d), next, atMs, true)
  const outcome = unheard && outcomeIn(unheard)
  if (next.does === 'listen' && outcome) return say(d, transferPhrase(d, outcome), next, atMs, true)
  return enter(d, next, atMs)
}

function outcomeIn(question: Question): TransferOutcome | undefined {
  if (question.type === 'transferEnded') return question.outcome
  return question.type === 'resumed' ? question.transfer?.outcome : undefined
}

type WantedBy = (HandOverReason & { why: 'asked' })['how']

/** An engine that insists on what cannot be done is of no use to the caller. */
const REFUSAL_LIMIT = 2

/** The engine is told what became of a transfer, and answers for those it asked for. A new process tells it of the call first. */
export function tell(d: Dialogue, end: TransferEnd, wanted: WantedBy, atMs: number): Step {
  const isFailure = end.outcome !== 'answered' && end.outcome !== 'withdrawn'
  const refusals = isFailure ? d.refusals + (wanted === 'engine' ? 1 : 0) : 0
  if (refusals > REFUSAL_LIMIT)
    return toPeople(d, { why: 'fault', fault: 'engine', message: end.cause }, atMs)
  const told: Dialogue = { ...d, refusals }
  if (d.untold)
    return ask(told, { type: 'resumed', history: d.untold, confidential: false, transfer: end }, atMs)
  return ask(told, { type: 'transferEnded', ...end }, atMs)
}

function transferPhrase({ settings: { phrases } }: Dialogue, outcome: TransferOutcome): string {
  if (outcome === 'answered') return ''
  return outcome === 'withdrawn' ? phrases.withdrawn : phrases.transferFailed
}

function silencePhrase(d: Dialogue): string {
  const { silence } = d.settings.phrases
  return silence[Math.min(d.silences, silence.length) - 1] ?? ''
}

/** The caller has said nothing for too long: the engine may find words, else the profile does, and at last we part. */
export function silenceLasted(d: Dialogue, { expectation }: Listening, atMs: number): Step {
  const { policy } = d.settings
  const silences = d.silences + 1
  if (silences > policy.silenceLimit) return farewell(d, { by: 'assistant', why: 'silence' }, atMs)
  const ms = expectation.timeoutMs ?? policy.silenceMs
  const again: Next = { does: 'listen', expectation }
  return ask({ ...d, silences }, { type: 'silence', count: silences, ms }, atMs, again)
}
