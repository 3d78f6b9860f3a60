// How long a pause ends what the caller says: shorter when it reads as finished, longer when it does not, and longer for those
// who speak slowly. Pure; it costs a few microseconds, so it may be asked at every interim text.

import type { Expectation } from '../engine/engine.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { InnerPauses } from './end-of-turn/pauses.ts'
import { type Reading, reading } from './end-of-turn/reading.ts'

export interface PauseBounds {
  /** No pause shorter than this ends a turn: recognizers are 200 to 300 ms behind the voice. */
  minMs: number
  maxMs: number
  /** When nothing is known. */
  usualMs: number
}

export interface SaidSoFar {
  expectation: Pick<Expectation, 'expect' | 'numDigits' | 'validDigits' | 'endOfTurnMs'>
  /** The latest interim text of the utterance; null or '' when there is none yet. */
  text: string | null
  /**
   * How long the caller had been silent when this text came for the first time; 0 when they were speaking, or have spoken
   * since. A text of which no word can be missing has come in the pause itself: only such a text makes the wait short.
   */
  textAtSilentMs: number
  /** BCP 47. Without word lists for it, punctuation, digits and pauses decide. */
  language: string
  pauses: InnerPauses
  bounds: PauseBounds
}

/** `complete`: said to the end, certainly or by all appearance. `expected`: what was asked for takes its time. */
export type EndOfTurnReason =
  | 'complete'
  | 'likely'
  | 'usual'
  | 'slow-speaker'
  | 'expected'
  | 'hint'
  | 'number-half-said'
  | 'spelling'
  | 'unfinished'

export interface EndOfTurn {
  ms: number
  reason: EndOfTurnReason
}

/** The last voice is noticed some frames late, and stops inside words are shorter than this. */
const IN_THE_PAUSE_MS = 60
/** Where between the shortest and the usual wait, and where between the usual and the longest, 0 to 1. */
const COMPLETE_SHARE = 0.25
const LIKELY_SHARE = 0.6
const GOING_ON_SHARE = 0.5

interface Waits {
  base: EndOfTurn
  /** While more may well come. */
  goingOnMs: number
  minMs: number
  maxMs: number
  /** The engine has said how long: only certainty shortens that. */
  isHinted: boolean
}

/**
 * The pause that ends the turn, counted from the last voice.
 *
 * Ask when listening begins (`text: null`), at every interim text that differs from the one before, and when the caller speaks
 * on after a pause (`textAtSilentMs: 0`, the pause learned); give each answer to `Segmenter.setEndOfTurn` when it differs. It
 * counts from the next frame on, also within a pause: a text that comes 250 ms into it may end the turn 50 ms later
 * or give it another second, and one that comes later than the wait it asks for ends the turn at once. What came
 * before the pause is taken for stale: it can make the wait longer but not shorter than usual, so with a recognizer that
 * is slow or reports nothing a turn ends no sooner than it would without one. Where the turn ended too early and the caller
 * went on, the gap between the two utterances is a pause of theirs and should be learned as well; without that only pauses
 * are seen that were short enough.
 */
export function endOfTurn(said: SaidSoFar): EndOfTurn {
  const waits = waitsOf(said)
  const text = said.text?.trim() ?? ''
  if (text === '') return waits.base
  const read = reading(text, said.language, said.expectation)
  const { ms, reason } = waitFor(read, waits, said.textAtSilentMs >= IN_THE_PAUSE_MS)
  return { ms: Math.round(ms), reason }
}

function waitsOf({ expectation, bounds, pauses }: SaidSoFar): Waits {
  const { minMs, maxMs, usualMs } = bounds
  const { endOfTurnMs, expect, numDigits } = expectation
  if (endOfTurnMs !== null) {
    const longestMs = Math.max(maxMs, endOfTurnMs)
    return {
      base: { ms: endOfTurnMs, reason: 'hint' },
      goingOnMs: between(endOfTurnMs, longestMs, GOING_ON_SHARE),
      minMs: Math.min(minMs, endOfTurnMs),
      maxMs: longestMs,
      isHinted: true,
    }
  }
  const paceMs = Math.min(maxMs, pauses.mostlyBelowMs ?? 0)
  const base: EndOfTurn =
    paceMs > usualMs ? { ms: paceMs, reason: 'slow-speaker' } : { ms: usualMs, reason: 'usual' }
  const goingOnMs = Math.round(between(base.ms, maxMs, GOING_ON_SHARE))
  // Nobody reads out a number without a pause between its groups.
  const isReadOut = expect === 'digits' && numDigits === null
  return {
    base: isReadOut ? { ms: goingOnMs, reason: 'expected' } : base,
    goingOnMs,
    minMs,
    maxMs,
    isHinted: false,
  }
}

function waitFor(read: Reading, waits: Waits, isCurrent: boolean): EndOfTurn {
  const { base, goingOnMs, minMs, maxMs, isHinted } = waits
  switch (read.completeness) {
    case 'answered':
      return isCurrent ? { ms: minMs, reason: 'complete' } : base
    case 'complete':
      return isCurrent && !isHinted
        ? { ms: between(minMs, base.ms, COMPLETE_SHARE), reason: 'complete' }
        : base
    case 'likely':
      return isCurrent && !isHinted ? { ms: between(minMs, base.ms, LIKELY_SHARE), reason: 'likely' } : base
    case 'unclear':
      return base
    case 'going on':
      return { ms: goingOnMs, reason: reasonOf(read) }
    case 'unfinished':
      return { ms: maxMs, reason: reasonOf(read) }
    default:
      return unreachable(read.completeness)
  }
}

function reasonOf({ of }: Reading): EndOfTurnReason {
  switch (of) {
    case 'words':
      return 'unfinished'
    case 'number':
      return 'number-half-said'
    case 'spelling':
      return 'spelling'
    default:
      return unreachable(of)
  }
}

function between(fromMs: number, toMs: number, share: number): number {
  return fromMs + share * (toMs - fromMs)
}
