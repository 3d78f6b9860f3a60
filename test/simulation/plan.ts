// A simulated day as data: who calls, what they do and when, how everybody behaves whom the daemon depends on, and what breaks.
// All of it is JSON, so that a day that went wrong can be written down, made smaller and played again.

import type { Expectation } from '../../src/engine/engine.ts'

export interface Plan {
  /** For the luck that a real switch has. */
  seed: number
  callers: CallerPlan[]
  policy: PolicyPlan
  recording: 'none' | 'kept' | 'kept with consent'
  /** Where callers find people: at a named destination, on a ladder, where their dialplan says, or nowhere. */
  people: 'named' | 'ladder' | 'fallback' | 'none'
  transfers: TransfersPlan
  /** What recognizers make of the utterances of the day, in their order, again and again. */
  hearings: HearingPlan[]
  /** What becomes of the requests to synthesizers, in their order, again and again. */
  voices: VoicePlan[]
  wire: WirePlan
  happenings: Happening[]
  /** Who holds the listening socket while no daemon lives: connections wait in its backlog, or are refused. */
  manager: 'holds' | 'refuses'
}

export interface TransfersPlan {
  afterTalk: 'assistant' | 'end'
  takesNotes: boolean
  introduces: boolean
  /** Where a ladder ends that nobody of it has taken. */
  ladderEnds: 'queue' | 'assistant'
  music: 'stream' | 'ring-back' | 'missing'
  /** The way to mobiles. */
  trunk: 'up' | 'down' | 'unknown'
  agents: AgentsPlan[]
}

/** Who answers under a number, each time that it is dialled, in turn, again and again. */
export interface AgentsPlan {
  number: string
  turns: AgentPlan[]
}

export interface AgentPlan {
  /** Those of a user ring together; elsewhere there is only the first. None: nobody has registered. */
  phones: PhonePlan[]
}

export interface PhonePlan {
  /** Null: it never says so. */
  ringsAfterMs: number | null
  /** When the far end sends sound before anybody answers, if it does. */
  soundAfterMs: number | null
  does: 'answers' | 'refuses' | 'never answers'
  afterMs: number
  /** With which it refuses. */
  cause: string
  /** Once it is answered. */
  acts: AgentActPlan[]
}

export interface AgentActPlan {
  /** `joined`: from when they are in the room. */
  after: 'act' | 'joined'
  waitMs: number
  act:
    | { does: 'presses'; keys: string }
    | { does: 'speaks'; word: number }
    /** Talks on without a pause, as machines do. */
    | { does: 'drones' }
    | { does: 'holds' }
    | { does: 'unholds' }
    | { does: 'hangsUp' }
}

export interface PolicyPlan {
  bargeIn: boolean
  silenceLimit: number
  misheardLimit: number
  maxTurns: number
  maxMs: number
}

export interface CallerPlan {
  comesAtMs: number
  /** `guarded`: as shipped. `plain`: answer, socket, and the end. */
  dialplan: 'guarded' | 'plain'
  engine: 'scripted' | 'flow'
  /** An engine that throws when it is told of an interruption or of the end. */
  reports: 'taken' | 'throw'
  /** So often people send them back to the assistant. */
  sentBack: number
  /** By the dialplan's own way back, or by hand. */
  comesBackBy: 'return' | 'hand'
  /** So long they talk with an agent who does not leave, once they have done all else. */
  talksMs: number
  /** To the questions of this call, in their order, again and again. */
  answers: AnswerPlan[]
  acts: ActPlan[]
}

export interface ActPlan {
  /**
   * From the act before, or from the next beginning or end of something said after it, or the next time that somebody is
   * rung for them, has answered, talks with them or does not any more (at the latest 6 s later).
   */
  after: 'act' | 'speechBegins' | 'speechEnds' | 'rings' | 'answered' | 'together' | 'alone'
  waitMs: number
  act: Act
}

export type Act =
  | { does: 'speaks'; word: number }
  | { does: 'makesNoise' }
  | { does: 'presses'; keys: string; hastily: boolean }
  | { does: 'holds' }
  | { does: 'unholds' }
  | { does: 'fallsSilent' }
  | { does: 'hangsUp' }
  /** Not the caller's doing: what happens to their connection and their recording. */
  | { does: 'cutsWire'; midFrame: boolean }
  | { does: 'stallsWire'; ms: number }
  | { does: 'stallsRecordings'; ms: number }
  /** What somebody outside does with their call. */
  | { does: 'isTransferred'; to: string; announce: string | null }
  | { does: 'isToldSomething' }
  | { does: 'isHungUpOn' }

export interface AnswerPlan {
  /** `never`: nothing at all. `fails`: after what it says. `hangs`: it never says that this was all. */
  ends: 'well' | 'fails' | 'never' | 'hangs'
  /** Whether it stops when nobody wants to know any more. */
  heedsSignal: boolean
  firstMs: number
  gapMs: number
  lastMs: number
  directives: DirectivePlan[]
}

export type DirectivePlan =
  | { says: string; interruptible: boolean; language: string | null }
  | { plays: string; interruptible: boolean }
  | { language: string }
  | { digits: string }
  | { listens: Partial<Expectation> }
  | { transfers: string; announce: string | null }
  | { ends: string }

export type HearingPlan =
  | { hears: 'text'; text: string; afterMs: number }
  | { hears: 'nothing'; afterMs: number }
  | { hears: 'fault'; afterMs: number }
  /** Before the utterance is over. */
  | { hears: 'early fault'; afterMs: number }
  | { hears: 'never' }
  /** The second text after the first, and both although it was told to stop. */
  | { hears: 'twice'; text: string; afterMs: number }
  /** It reports a fault before it has returned. */
  | { hears: 'fault at once' }
  | { hears: 'throws' }

export type VoicePlan =
  | { speaks: 'well'; afterMs: number }
  | { speaks: 'fault'; afterMs: number }
  | { speaks: 'never' }
  /** It heeds no abort. */
  | { speaks: 'deaf'; afterMs: number }
  | { speaks: 'no sound'; afterMs: number }

export interface WirePlan {
  bytes: 'whole' | 'split' | 'glued'
  events: EventFaultPlan | null
  /** So long the switch takes for commands of these names. */
  slow: { commands: string[]; ms: number } | null
}

export interface EventFaultPlan {
  fate: 'delay' | 'repeat' | 'lose'
  names: string[]
  /** 0 to 1. */
  chance: number
  mostMs: number
  seed: number
}

export type Happening = { atMs: number } & (
  | { happens: 'kill'; backAfterMs: number | null; tornBytes: number }
  | { happens: 'suspend'; backAfterMs: number | null }
  | { happens: 'drain'; backAfterMs: number | null }
  | { happens: 'disk full'; ms: number }
  /** What is not read or written at once takes so long. */
  | { happens: 'disk slow'; ms: number; eachMs: number }
  | { happens: 'overload'; ms: number }
  | { happens: 'recordings refused'; ms: number }
  | { happens: 'wall jumps'; ms: number }
  | { happens: 'prompts vanish' }
  | { happens: 'recordings vanish' }
  /** The daemon's connection to the switch's event socket breaks, and none can be made for so long. */
  | { happens: 'control cut'; ms: number }
)

/** The kinds of faults that a plan may have, by the names of the command line. */
export const FAULTS = [
  'bytes',
  'events',
  'slow-switch',
  'wire',
  'recordings',
  'disk',
  'wall',
  'engine',
  'recognizer',
  'voice',
  'restarts',
  'suspend',
  'drain',
  'overload',
  'control',
] as const

export type FaultName = (typeof FAULTS)[number]

/** What the simulated daemons are configured with; the rest of the policy varies with the plan. */
export const FIXED_POLICY = {
  silenceMs: 3_000,
  endOfTurnMs: 700,
  maxUtteranceMs: 20_000,
  interDigitMs: 2_000,
  engineTimeoutMs: 4_000,
  recognitionTimeoutMs: 2_000,
} as const
