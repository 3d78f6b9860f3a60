// Everything that can happen to a call, and everything a call can ask for: two closed unions. Events are facts about the
// past and carry the time at which they happened; commands are wishes that the shell fulfils in order.

import type { Directive, Expectation, HistoryEntry, TransferEnd, TransferOutcome } from '../engine/engine.ts'
import type { Extension, HangUp } from '../pbx/pbx.ts'
import type { Ending } from './ending.ts'
import type { Destination } from './transfer/destination.ts'

/**
 * `silence`: the caller answers nothing. `digits`: no further digit comes. `filler`: the engine is slow. `engine`: nothing
 * comes from it. `call`: the call has lasted too long. `closing`: last words or the hang-up do not come to an end.
 */
export type TimerName = 'silence' | 'digits' | 'filler' | 'engine' | 'call' | 'closing'

/** What the caller said, once, as far as a recognizer understood it. */
export interface Utterance {
  text: string
  /** 0–1; null when the recognizer does not say. */
  confidence: number | null
  language: string | null
  durationMs: number
}

export type CallEvent = { atMs: number } /** The caller is answered and can be heard. */ & (
  | { type: 'opened' }
  | { type: 'openingFailed'; message: string }
  | { type: 'callerSpoke' }
  /** They may have finished, and what they said is probably this. */
  | { type: 'utteranceGuessed'; utterance: Utterance }
  /** They had not finished. */
  | { type: 'callerWentOn' }
  /**
   * A pause ended what the caller said; `utteranceHeard`, `nothingHeard` or `hearingFailed` follows, exactly one. `silentMs`
   * since their last sound.
   */
  | { type: 'callerPaused'; silentMs: number }
  /** `isEcho`: it is what they were hearing from us. */
  | { type: 'utteranceHeard'; utterance: Utterance; isEcho?: boolean }
  | { type: 'nothingHeard' }
  | { type: 'hearingFailed'; message: string }
  /** The caller cannot be heard at all any more. */
  | { type: 'earFailed'; message: string }
  | { type: 'digitPressed'; digit: string }
  | { type: 'held' }
  | { type: 'unheld' }
  | { type: 'directiveGiven'; turn: number; directive: Directive }
  | { type: 'answerFinished'; turn: number }
  | { type: 'engineFailed'; turn: number; message: string }
  /** The caller hears the first sound of this turn. */
  | { type: 'speechStarted'; turn: number }
  /** All that was said in this turn has been heard, and no more comes. */
  | { type: 'speechFinished'; turn: number }
  | { type: 'voiceFailed'; turn: number; message: string }
  | { type: 'timeUp'; name: TimerName; turn: number | null }
  /** The caller could not be handed over. */
  | { type: 'transferFailed'; message: string }
  /** Somebody is being brought: how far it is on which rung of the ladder, counted from 0. */
  | { type: 'transferProgressed'; state: 'dialling' | 'ringing' | 'briefing'; rung: number }
  /** An agent has taken the call and waits for the caller. */
  | { type: 'agentAccepted' }
  /** Both are in the room. */
  | { type: 'agentJoined' }
  /** No agent comes, or the one who was there has gone before they met. */
  | { type: 'transferEnded'; outcome: TransferOutcome; cause: string }
  /** They have talked, and the caller is with us again. */
  | { type: 'talkEnded' }
  /** Somebody outside wants the caller brought together with others, wants something said, or the call ended. */
  | { type: 'transferRequested'; to: Destination; announce: string | null }
  /** Somebody outside has taken the call already: they need nothing but the room. */
  | { type: 'takenOver'; to: Destination }
  | { type: 'sayingRequested'; text: string }
  | { type: 'hangUpRequested' }
  | { type: 'legMoved' }
  | { type: 'legHungUp'; hangUp: HangUp }
  | { type: 'legLost'; message: string }
  /** This process ends, and the call cannot go on in the next one. */
  | { type: 'shutdownBegun' }
  /** This process ends, and the call goes on in the next one. */
  | { type: 'suspended' }
  | { type: 'faulted'; message: string }
)

/** One thing to be spoken. Successive texts of the same voice are one text, cut into sentences as it grows. */
export type Piece =
  | { kind: 'text'; text: string; language: string; voice: string; interruptible: boolean }
  /** A text of ours, all there: no part of any other. */
  | { kind: 'phrase'; text: string; language: string; voice: string; interruptible: boolean }
  | { kind: 'sound'; file: string; interruptible: boolean }
  /** Says that we are there, and nothing else: no part of what is said. */
  | { kind: 'filler'; text: string; language: string; voice: string }

/** What the engine is asked about. What the caller heard of the last turn is added by whoever asks. */
export type Question =
  | { type: 'start' }
  | { type: 'speech'; utterance: Utterance }
  /** `confidential`: what the digits are is for the engine alone. */
  | { type: 'digits'; digits: string; confidential: boolean }
  | { type: 'silence'; count: number; ms: number }
  | ({ type: 'transferEnded' } & TransferEnd)
  /** The call has come to a new process. `confidential`: so is what the caller was keying. */
  | {
      type: 'resumed'
      history: readonly HistoryEntry[]
      confidential: boolean
      transfer: TransferEnd | null
    }

/** What the engine has agents told of a caller, see `Directive`; null where it says nothing. */
export interface Told {
  brief: string | null
  data: object | null
}

export type Command =
  | { type: 'ask'; turn: number; question: Question }
  /** This question may come next: its answer may be prepared, and nothing of it may be noticed. */
  | { type: 'guess'; turn: number; question: Question }
  | { type: 'dropGuess' }
  /** The answer to the running question is not wanted any more. */
  | { type: 'withdraw' }
  | { type: 'speak'; turn: number; piece: Piece }
  /** Nothing more will be spoken in this turn: `speechFinished` follows. */
  | { type: 'finishSpeech'; turn: number }
  /** Silent at once. What was not heard to its end is kept until the next question is asked. */
  | { type: 'hush' }
  /** Goes on where a hush stopped. */
  | { type: 'resumeSpeech'; turn: number }
  | { type: 'listen'; expectation: Expectation }
  | { type: 'deafen' }
  /** What the caller says and keys from here on is for the engine alone: nothing is recognized, and recordings hold silence. */
  | { type: 'mask' }
  | { type: 'unmask' }
  /** The caller knows, where they must, that they are recorded. */
  | { type: 'keepRecording' }
  | { type: 'sendDigits'; digits: string }
  /** Hands the caller over for good. */
  | { type: 'transfer'; to: Extension; name: string }
  /** Fetches somebody, beginning with this rung; the caller notices nothing of it. */
  | { type: 'bring'; to: Destination; rung: number; told: Told }
  /** Nobody is to be fetched any more. */
  | { type: 'withdrawTransfer' }
  /** The caller hears music until it is stopped. */
  | { type: 'playMusic' }
  | { type: 'stopMusic' }
  /** Brings the caller and the agent who waits together. */
  | { type: 'meet' }
  | { type: 'summarize'; text: string }
  | { type: 'hangUp'; cause: string }
  | { type: 'startTimer'; name: TimerName; turn: number | null; ms: number }
  | { type: 'stopTimer'; name: TimerName }
  /** The call is over for us. A leg that is still there is let go: its dialplan goes on. */
  | { type: 'close'; ending: Ending }
