// Our own words, and the ways out of a conversation: to people, to a good-bye, to the end.

import { type Expectation, openExpectation } from '../../engine/engine.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { Extension, HangUp } from '../../pbx/pbx.ts'
import type { Ending, HandOverReason } from '../ending.ts'
import type { Command, Piece } from '../vocabulary.ts'
import type { Bringing, Dialogue, Next, Speaking, Step } from './state.ts'
import { setOut, wayTo } from './way.ts'

/** A hang-up or a blind transfer takes milliseconds; after this it will not come. */
const CLOSING_LIMIT_MS = 5_000

/** Speaks a phrase of ours as a turn of its own, then goes on with `next`. A turn of the engine that was running is over. */
export function say(d: Dialogue, text: string, next: Next, atMs: number, interruptible: boolean): Step {
  const turn = d.turn + 1
  const spoken: Dialogue = { ...d, turn }
  const withdrawn: Command = { type: 'withdraw' }
  // Who holds us hears no words, and may hold us for ever.
  const isUnheard = d.phase.is === 'held' && next.does !== 'listen'
  // Music begins when what was only hushed is gone for good, which the end of a turn sees to, be it empty.
  if (isUnheard || (text === '' && next.does !== 'bring')) {
    const [entered, commands] = enterUnheard(spoken, next, atMs)
    return [entered, [withdrawn, { type: 'hush' }, ...commands]]
  }
  const piece: Piece = { kind: 'phrase', text, ...d.settings.own, interruptible }
  const words: Command[] = text === '' ? [] : [{ type: 'speak', turn, piece }]
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
    [withdrawn, ...attention(next), ...words, { type: 'finishSpeech', turn }],
  ]
}

/** Who holds us waits for an agent without hearing the music, and meets them when they are back. */
export function enterUnheard(d: Dialogue, next: Next, atMs: number): Step {
  if (d.phase.is !== 'held' || next.does !== 'bring') return enter(d, next, atMs)
  return [{ ...d, phase: { is: 'held', before: { is: 'waiting', transfer: next } } }, []]
}

/** Who is about to leave the conversation is not listened to; everybody else is, also while we speak. */
export function attention(next: Next): Command[] {
  if (next.does === 'listen') return listenFor(next.expectation)
  // They may not want to wait for whoever is fetched.
  return next.does === 'bring' ? listenFor(openExpectation) : [{ type: 'deafen' }]
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
    case 'bring':
      return awaitAgent(d, next)
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

/** The switch says long before that the room did not come about: one that says nothing is not waited for any longer. */
const MEETING_LIMIT_MS = 20_000

/** All our words have been heard: the caller waits, or meets whoever is there already. */
export function awaitAgent(d: Dialogue, transfer: Bringing): Step {
  if (transfer.agent.is === 'ready') return meet(d, transfer)
  return [{ ...d, phase: { is: 'waiting', transfer } }, listenFor(openExpectation)]
}

export function meet(d: Dialogue, transfer: Bringing): Step {
  // Our ears are closed now and opened anew afterwards, unless they stay with the two.
  const deaf = transfer.to.takesNotes ? transfer.deaf : null
  return [
    { ...d, phase: { is: 'meeting', transfer: { ...transfer, deaf } } },
    [
      { type: 'deafen' },
      { type: 'meet' },
      { type: 'startTimer', name: 'closing', turn: d.turn, ms: MEETING_LIMIT_MS },
    ],
  ]
}

function move(d: Dialogue, { to, name, because }: Next & { does: 'transfer' }): Step {
  return [
    { ...d, phase: { is: 'moving', to, name, because } },
    [
      { type: 'transfer', to, name },
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

export type WayOut = Exclude<Next, { does: 'listen' | 'bring' }>

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
  return answer === 'complete' && next.does !== 'listen' && next.does !== 'bring' ? next : null
}

/** Whether the caller is on the way out already, so that nothing may send them another way. */
export function isLeaving(d: Dialogue): boolean {
  return d.phase.is === 'over' || wayOut(d) !== null
}

/** Sends the caller to people with a word of explanation; where there are none, ends the call with one. */
export function toPeople(d: Dialogue, because: HandOverReason, atMs: number): Step {
  if (isLeaving(d) && because.why !== 'asked') return leaveNow(d, atMs)
  const { phrases } = d.settings
  const next = wayToPeople(d, because)
  if (next === null)
    return say(d, lastWords(d, because), { does: 'end', ending: endingFor(because) }, atMs, false)
  const text = because.why === 'asked' ? phrases.toPeople : phrases.apology
  const [spoken, commands] = say(d, text, next, atMs, false)
  return [spoken, [...commands, ...setOut(next)]]
}

/** A process that ends fetches nobody any more; nor does who holds us come back to wait for people they did not ask for. */
function wayToPeople(d: Dialogue, because: HandOverReason): ReturnType<typeof wayTo> | null {
  const { people } = d.settings
  if (people === null) return null
  const isLate = because.why === 'shutdown' || (because.why !== 'asked' && d.phase.is === 'held')
  if (!isLate || people.ladder.length === 0) return wayTo(people, because)
  const to = straightWay(d)
  return to && { does: 'transfer', to, name: people.name, because }
}

/** Where people are reached without being fetched. */
function straightWay({ settings: { people, lastResort } }: Dialogue): Extension | null {
  return people?.handOver ?? lastResort
}

/** This process ends. Who talks to people, or is on the way into their room, is let go. */
export function shutDown(d: Dialogue, atMs: number): Step {
  if (d.phase.is === 'meeting' || d.phase.is === 'together') return over(d, { by: 'us', why: 'shutdown' })
  return toPeople(d, { why: 'shutdown' }, atMs)
}

/** Our own bug: no word can be trusted any more, so the caller goes to people at once. */
export function faulted(d: Dialogue, message: string): Step {
  const ending: Ending = { by: 'us', why: 'fault', fault: 'parley', message }
  const to = straightWay(d)
  const isElsewhere = ['moving', 'closing', 'meeting', 'together'].includes(d.phase.is)
  if (to === null || isElsewhere) return over(d, ending)
  return move(d, {
    does: 'transfer',
    to,
    name: 'people',
    because: { why: 'fault', fault: 'parley', message },
  })
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
