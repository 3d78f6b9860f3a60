// What a dialogue is at one moment: one phase that carries exactly its own data, and the little that outlives phases.

import {
  type Expectation,
  type HistoryEntry,
  openExpectation,
  type TransferOutcome,
} from '../../engine/engine.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { Extension } from '../../pbx/pbx.ts'
import type { Ending, HandOverReason } from '../ending.ts'
import type { Phrases, Policy, Profile } from '../profile.ts'
import type { Recollection } from '../recollection.ts'
import type { Destination } from '../transfer/destination.ts'
import type { Whereabouts } from '../transfer/resolve.ts'
import type { Command, Question, TimerName, Utterance } from '../vocabulary.ts'

/** What does not change while a call lasts. */
export interface DialogueSettings {
  policy: Policy
  /** See `Profile.turns`. */
  turns: Profile['turns']
  phrases: Phrases
  language: string
  voice: string
  /** Language and voice of the phrases: those of the profile, whatever is spoken otherwise. */
  own: { language: string; voice: string }
  peopleKey: string | null
  /** The key that ends the wait for an agent; null for none. */
  withdrawKey: string | null
  /** Where people are; null when the call knows of none. */
  people: Destination | null
  /** Where the caller may be sent. */
  places: Pick<Whereabouts, 'destinations' | 'allowed' | 'patterns' | 'ringMs'>
  /** Where the caller goes when people were to take over and nobody came: what the dialplan named (`parley_fallback`). */
  lastResort: Extension | null
  /** The wall clock when the clock of events stands at 0. */
  wallAtZeroMs: number
  /** Whether the call is recorded to be kept, and what the caller is told before; '' for nothing. */
  recording: { keep: boolean; consent: string }
}

/** What happens when everything said in a turn has been heard. */
export type Next =
  | { does: 'listen'; expectation: Expectation }
  | { does: 'transfer'; to: Extension; name: string; because: HandOverReason }
  | Bringing
  | { does: 'end'; ending: Ending }

/** Somebody is being fetched, while the caller hears our last words or music. */
export interface Bringing {
  does: 'bring'
  to: Destination
  because: HandOverReason
  /** `coming`, from this rung of the ladder on; `ready`: has taken the call and waits; or why nobody comes. */
  agent: { is: 'coming'; rung: number } | { is: 'ready' } | ({ is: 'not coming' } & NobodyComes)
  /** The caller can not be heard any more: why. */
  deaf: string | null
}

export interface NobodyComes {
  outcome: TransferOutcome
  cause: string
}

export interface Thinking {
  is: 'thinking'
  about: Question
  /** How many fillers the caller has heard instead of an answer. */
  fillers: number
  /** Digits pressed before it is known what they answer. */
  typed: string
  next: Next
}

export interface Speaking {
  is: 'speaking'
  /** Whether the engine has more to say. */
  answer: 'coming' | 'complete'
  /** False from the first piece on that must be heard out. */
  interruptible: boolean
  /** What this answers, as long as nothing of the answer was heard: the caller may still be going on. */
  unheard: Question | null
  /** How often noise has made it begin a sentence again. */
  disturbed: number
  /** Digits pressed while this must be heard out. */
  typed: string
  next: Next
}

export interface Listening {
  is: 'listening'
  expectation: Expectation
  digits: string
  /** What the caller said before going on, not yet answered. */
  carried: Utterance | null
  /** When a silence that has lasted since we began to listen is too long. */
  silentUntilMs: number
}

/** The caller spoke into our words and nobody knows yet whether they meant it. */
export interface Interrupted {
  is: 'interrupted'
  speech: Speaking
}

/** The caller is being answered. `past`: the call comes back to us. */
export interface Opening {
  is: 'opening'
  past: Past | null
}

/** The caller is told that they are recorded, before anything else. */
export interface Informing {
  is: 'informing'
}

/** The caller hears music. */
export interface Waiting {
  is: 'waiting'
  transfer: Bringing
}

export type Conversing = Informing | Thinking | Speaking | Interrupted | Listening

/** What a call that comes back brings with it. */
export type Past = Pick<Recollection, 'history' | 'isConfidential' | 'isKept' | 'speech' | 'turn' | 'way'> & {
  /** Since the call came first. */
  lastedMs: number
}

export type Phase =
  | Opening
  | Conversing
  /** The caller has put us on hold: nothing is counted and no timer runs. */
  | { is: 'held'; before: Opening | Conversing | Waiting }
  | Waiting
  /** Caller and agent are on their way into the room, and then talk there. */
  | { is: 'meeting'; transfer: Bringing }
  | { is: 'together'; transfer: Bringing }
  | { is: 'moving'; to: Extension; name: string; because: HandOverReason }
  | { is: 'closing'; ending: Ending }
  | { is: 'over'; ending: Ending }

export interface Dialogue {
  readonly settings: DialogueSettings
  /** The exchange we are in; 0 is the greeting. */
  readonly turn: number
  /** Language and voice of what follows. */
  readonly speech: { language: string; voice: string }
  /** What the caller does, whatever we do: `paused` means that a hearing is still to come. */
  readonly caller: 'silent' | 'talking' | 'paused'
  /** What was expected of the caller when we listened last. */
  readonly expected: Expectation
  /** Silences in a row. */
  readonly silences: number
  /** Utterances in a row that nobody could recognize. */
  readonly misheard: number
  /** Transfers in a row that the engine asked for and that did not come about. */
  readonly refusals: number
  /** What was said in the processes before, as long as the engine of this one has not heard of it. */
  readonly untold: readonly HistoryEntry[] | null
  readonly phase: Phase
}

export type Step = readonly [Dialogue, readonly Command[]]

export function newDialogue(settings: DialogueSettings, past: Past | null): Dialogue {
  return {
    settings,
    turn: past?.turn ?? 0,
    speech: past?.speech ?? { language: settings.language, voice: settings.voice },
    caller: 'silent',
    expected: openExpectation,
    silences: 0,
    misheard: 0,
    refusals: 0,
    untold: past?.history ?? null,
    phase: { is: 'opening', past },
  }
}

/** The timers that may run in a phase. Leaving it stops those that the next one does not have. */
export function timersOf(phase: Phase): TimerName[] {
  switch (phase.is) {
    case 'thinking':
      return ['engine', 'filler']
    case 'speaking':
      return phase.answer === 'coming' ? ['engine'] : []
    case 'interrupted':
      return timersOf(phase.speech)
    case 'listening':
      return phase.digits === '' ? ['silence'] : ['digits']
    case 'meeting':
    case 'moving':
    case 'closing':
      return ['closing']
    case 'opening':
    case 'informing':
    case 'held':
    case 'waiting':
    case 'together':
    case 'over':
      return []
    default:
      return unreachable(phase)
  }
}

/**
 * Whether what the caller keys now is for the engine alone: from the moment it is asked for until something else is. A key too
 * many, while the engine thinks about the answer, belongs to it.
 */
export function isConfidential(phase: Phase): boolean {
  switch (phase.is) {
    case 'thinking':
      return isConfidentialNext(phase.next) || isAboutSecrets(phase.about)
    case 'speaking':
      return isConfidentialNext(phase.next)
    case 'interrupted':
      return isConfidential(phase.speech)
    case 'listening':
      return phase.expectation.confidential
    case 'held':
      return isConfidential(phase.before)
    case 'opening':
      return phase.past?.isConfidential ?? false
    case 'informing':
    case 'waiting':
    case 'meeting':
    case 'together':
    case 'moving':
    case 'closing':
    case 'over':
      return false
    default:
      return unreachable(phase)
  }
}

function isAboutSecrets(question: Question): boolean {
  return (question.type === 'digits' || question.type === 'resumed') && question.confidential
}

function isConfidentialNext(next: Next): boolean {
  return next.does === 'listen' && next.expectation.confidential
}

/** The key that reaches people; null where there is none, or nobody to be reached: then it is a key like any other. */
export function peopleKeyOf({ settings }: Dialogue): string | null {
  return settings.people === null ? null : settings.peopleKey
}

export function isConversing(phase: Phase): phase is Conversing {
  return ['informing', 'thinking', 'speaking', 'interrupted', 'listening'].includes(phase.is)
}

/** The transfer that runs, whether or not the caller notices anything of it yet; null when none does. */
export function transferIn(phase: Phase): Bringing | null {
  switch (phase.is) {
    case 'speaking':
      return phase.next.does === 'bring' ? phase.next : null
    case 'interrupted':
      return transferIn(phase.speech)
    case 'held':
      return transferIn(phase.before)
    case 'waiting':
    case 'meeting':
    case 'together':
      return phase.transfer
    default:
      return null
  }
}

export function isWaiting(phase: Phase): boolean {
  return phase.is === 'waiting' || (phase.is === 'held' && phase.before.is === 'waiting')
}

export function isOpening(phase: Phase): boolean {
  return phase.is === 'opening' || (phase.is === 'held' && phase.before.is === 'opening')
}

/** A caller who holds us when they come to us holds us before anything has begun. */
export function mayBeHeld(phase: Phase): phase is Opening | Conversing | Waiting {
  return phase.is === 'opening' || phase.is === 'waiting' || isConversing(phase)
}

/** Whether keys are nobody's business but that of whom they are meant for: what a caller keys for an agent is not for us. */
export function isPrivate(phase: Phase): boolean {
  return isConfidential(phase) || phase.is === 'meeting' || phase.is === 'together'
}
