// Our own words, and the ways out of a conversation: to people, to a good-bye, to the end.

import { type Expectation, openExpectation } from '../../engine/engine.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { HangUp } from '../../pbx/pbx.ts'
import type { Ending, HandOverReason } from '../ending.ts'
import type { Command, Piece } from '../vocabulary.ts'
import type { Dialogue, Next, Speaking, Step } from './state.ts'

/** A hang-up or a blind transfer takes milliseconds; after this it will not come. */
const CLOSING_LIMIT_MS = 5_000

/** Speaks a phrase of ours as a turn of its own, then goes on with `next`. A turn of the engine that was running is over. */
export function say(d: Dialogue, text: string, next: Next, atMs: number, interruptible: boolean): Step {
  const turn = d.turn + 1
  const spoken: Dialogue = { ...d, turn }
  const withdrawn: Command = { type: 'withdraw' }
  // Who holds us hears no words, and may hold us for ever.
  if (text === '' || (d.phase.is === 'held' && next.does !== 'listen')) {
    const [entered, commands] = enter(spoken, next, atMs)
    return [entered, [withdrawn, { type: 'hush' }, ...commands]]
  }
  const piece: Piece = { kind: 'phrase', text, ...d.settings.own, interruptible }
  return [
    {
      ...spoken,
      phase: {
        is: 'speaking',
        answer: 'complete',
        interruptible,
        unheard: null,
        disturbed: 0,
        typed: '',
        next,
      },
    },
    [withdrawn, ...attention(next), { type: 'speak', turn, piece }, { type: 'finishSpeech', turn }],
  ]
}

/** Who is about to leave the conversation is not listened to; everybody else is, also while we speak. */
export function attention(next: Next): Command[] {
  return next.does === 'listen' ? listenFor(next.expectation) : [{ type: 'deafen' }]
}

export function listenFor(expectation: Expectation): Command[] {
  const isHeard = expectation.expect !== 'none' && !expectation.confidential
  return isHeard ? [{ type: 'listen', expectation }] : [{ type: 'deafen' }]
}

/** What was said has been heard: goes on to what follows it. */
export function enter(d: Dialogue, next: Next, atMs: number): Step {
  switch (next.does) {
    case 'listen':
      return listen(d, next.expectation, atMs)
    case 'transfer':
      return move(d, next)
    case 'end':
      return close(d, next.ending)
    default:
      return unreachable(next)
  }
}

export function listen(d: Dialogue, expectation: Expectation, atMs: number): Step {
  const ms = expectation.timeoutMs ?? d.settings.policy.silenceMs
  return [
    {
      ...d,
      // Whoever speaks again answers something that may be heard.
      expected: expectation.confidential ? openExpectation : expectation,
      phase: { is: 'listening', expectation, digits: '', carried: null, silentUntilMs: atMs + ms },
    },
    [...listenFor(expectation), { type: 'startTimer', name: 'silence', turn: d.turn, ms }],
  ]
}

function move(d: Dialogue, { to, name, because }: Next & { does: 'transfer' }): Step {
  return [
    { ...d, phase: { is: 'moving', to, name, because } },
    [
      { type: 'transfer', to },
      { type: 'startTimer', name: 'closing', turn: d.turn, ms: CLOSING_LIMIT_MS },
    ],
  ]
}

/** Ends the call from our side. After a fault the leg is let go instead, so that its dialplan can still help the caller. */
function close(d: Dialogue, ending: Ending): Step {
  if (ending.by === 'us') return over(d, ending)
  return [
    { ...d, phase: { is: 'closing', ending } },
    [
      { type: 'hangUp', cause: 'NORMAL_CLEARING' },
      { type: 'startTimer', name: 'closing', turn: d.turn, ms: CLOSING_LIMIT_MS },
    ],
  ]
}

export function over(d: Dialogue, ending: Ending): Step {
  return [{ ...d, phase: { is: 'over', ending } }, [{ type: 'close', ending }]]
}

export type WayOut = Exclude<Next, { does: 'listen' }>

/** Where the caller is on the way to, once nothing but the end of the call can follow; null while they are in conversation. */
export function wayOut({ phase }: Dialogue): WayOut | null {
  switch (phase.is) {
    case 'held':
      return phase.before.is === 'speaking' ? wayOutOf(phase.before) : null
    case 'speaking':
      return wayOutOf(phase)
    case 'moving':
      return { does: 'transfer', to: phase.to, name: phase.name, because: phase.because }
    case 'closing':
      return { does: 'end', ending: phase.ending }
    default:
      return null
  }
}

function wayOutOf({ answer, next }: Speaking): WayOut | null {
  return answer === 'complete' && next.does !== 'listen' ? next : null
}

export function isSameWay(one: WayOut | null, other: WayOut | null): boolean {
  if (one === null || other === null) return one === other
  if (one.does === 'end') return other.does === 'end' && one.ending === other.ending
  return other.does === 'transfer' && one.to === other.to && one.because === other.because
}

/** Whether the caller is on the way out already, so that nothing may send them another way. */
export function isLeaving(d: Dialogue): boolean {
  return d.phase.is === 'over' || wayOut(d) !== null
}

/** Sends the caller to people with a word of explanation; where there are none, ends the call with one. */
export function toPeople(d: Dialogue, because: HandOverReason, atMs: number): Step {
  if (isLeaving(d) && because.why !== 'asked') return leaveNow(d, atMs)
  const { people, phrases } = d.settings
  if (people === null)
    return say(d, lastWords(d, because), { does: 'end', ending: endingFor(because) }, atMs, false)
  const text = because.why === 'asked' ? phrases.toPeople : phrases.apology
  return say(d, text, { does: 'transfer', to: people, name: 'people', because }, atMs, false)
}

/** Who is on the way out is not sent another way; who holds us meanwhile goes it without the words they cannot hear. */
function leaveNow(d: Dialogue, atMs: number): Step {
  const before = d.phase.is === 'held' ? d.phase.before : undefined
  return before?.is === 'speaking' ? enter(d, before.next, atMs) : [d, []]
}

export function farewell(d: Dialogue, ending: Ending, atMs: number): Step {
  return say(d, d.settings.phrases.goodbye, { does: 'end', ending }, atMs, false)
}

function lastWords(d: Dialogue, because: HandOverReason): string {
  const { apology, goodbye } = d.settings.phrases
  return because.why === 'fault' || because.why === 'shutdown' ? apology : goodbye
}

/** The ending of a call that should have gone to people and could not. */
export function endingFor(because: HandOverReason): Ending {
  switch (because.why) {
    case 'asked':
      return { by: 'us', why: 'fault', fault: 'switch', message: 'no way to people' }
    case 'limit':
      return { by: 'assistant', why: because.limit === 'turns' ? 'too-many-turns' : 'too-long' }
    case 'shutdown':
      return { by: 'us', why: 'shutdown' }
    case 'fault':
      return { by: 'us', why: 'fault', fault: because.fault, message: because.message }
    default:
      return unreachable(because)
  }
}

export function hungUp(hangUp: HangUp): Ending {
  return { by: hangUp.by === 'caller' ? 'caller' : 'switch', why: 'hung-up', cause: hangUp.cause }
}

export const listenOpenly: Next = { does: 'listen', expectation: openExpectation }
