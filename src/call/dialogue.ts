// The dialogue: who has the floor, and what follows from what. A pure function of state and event, without clock, socket or
// promise; time comes with the events, waiting is a command and an event.
//
//   opening ──opened──▶ thinking(start)                  opening ──opened──▶ informing ──consent heard──▶ thinking(start)
//   opening ──opened, come back──▶ speaking(bridge), the engine is asked to go on; or the way out that the caller was on
//
//   thinking ──something to say──▶ speaking ──all heard──▶ listening ──utterance, digits, silence──▶ thinking
//      │ ▲ caller goes on: both       │   ▲                    ▲
//      │ └──────── listening ◀────────┘   │ only noise         │
//      │                       barge-in ▼ │                    │
//      │                            interrupted ──words──▶ thinking
//      └──nothing to say────────────────────────────────────────┘
//
//   speaking ──all heard, a transfer follows──▶ moving ──legMoved──▶ over          moving ──transferFailed──▶ thinking, or over
//   speaking ──all heard, an agent is fetched─▶ waiting ──accepted──▶ meeting ──joined──▶ together
//   waiting, meeting ──nobody comes, or never mind──▶ thinking, or moving      together ──talk over──▶ thinking, or closing
//   speaking ──all heard, the end follows─────▶ closing ──hung up──▶ over
//   any ──held──▶ held ──unheld──▶ the same again: timers stand still, nothing is counted
//   any ──key for people, a fault, a limit────▶ speaking(apology) ──▶ moving, or over when there are no people
//   any ──legHungUp, legLost──▶ over
//
//   While what the caller keys is confidential (isConfidential), in whichever phase, everything is masked and nobody is heard.

import { unreachable } from '../lib/unreachable.ts'
import {
  afterAnswer,
  answerFinished,
  directiveGiven,
  engineTimer,
  fill,
  isAnswering,
  resume,
  silenceLasted,
} from './dialogue/answering.ts'
import { begin, greet } from './dialogue/beginning.ts'
import {
  callerSpoke,
  digitPressed,
  digitsTimeUp,
  goOn,
  hearingFailed,
  nothingHeard,
  utteranceGuessed,
  utteranceHeard,
  withTypedDigits,
} from './dialogue/hearing.ts'
import {
  enter,
  enterUnheard,
  faulted,
  hungUp,
  isLeaving,
  over,
  shutDown,
  toPeople,
} from './dialogue/leaving.ts'
import {
  type Dialogue,
  isConfidential,
  isOpening,
  mayBeHeld,
  type Speaking,
  type Step,
  timersOf,
  transferIn,
} from './dialogue/state.ts'
import {
  beginOfWait,
  earFailed,
  endOfTransfer,
  legMoved,
  meetingFailed,
  tooLong,
  transferFailed,
  transferring,
  withoutAgent,
} from './dialogue/transferring.ts'
import { isFinal } from './ending.ts'
import type { CallEvent, Command, TimerName } from './vocabulary.ts'

/** What follows from an event. An event of a turn that is over changes nothing; so does one that the phase has no row for. */
export function step(dialogue: Dialogue, event: CallEvent): Step {
  if (dialogue.phase.is === 'over') return [dialogue, []]
  if ('turn' in event && event.turn !== null && event.turn !== dialogue.turn) return [dialogue, []]
  const wasConfidential = isConfidential(dialogue.phase)
  if (wasConfidential && isHearing(event)) return [dialogue, []]
  const taken = take({ ...dialogue, caller: callerAfter(dialogue.caller, event) }, event)
  const [next, commands] = withTypedDigits(dialogue.phase, withoutAgent(taken, event.atMs), event.atMs)
  const kept = timersOf(next.phase)
  const stopped = timersOf(dialogue.phase).filter(name => !kept.includes(name))
  // Whoever is not listened to does nothing that could still be heard.
  const isSecret = isConfidential(next.phase) || (wasConfidential && mayComeBack(next))
  const deafened = isSecret || commands.some(({ type }) => type === 'deafen' || type === 'transfer')
  return [
    deafened ? { ...next, caller: 'silent' } : next,
    [
      ...maskOf(wasConfidential, isSecret),
      ...endOfTransfer(dialogue.phase, next.phase, event),
      ...stopped.map(name => ({ type: 'stopTimer' as const, name })),
      ...commands.filter(mayRunIn(kept)),
      ...beginOfWait(dialogue.phase, next.phase),
    ],
  ]
}

/** What is confidential stays so while nobody has the call: the next process goes on with it. */
function mayComeBack({ phase }: Dialogue): boolean {
  return phase.is === 'over' && !isFinal(phase.ending)
}

function maskOf(was: boolean, is: boolean): Command[] {
  if (was === is) return []
  return [{ type: is ? 'mask' : 'unmask' }]
}

/** What was heard, or is still being recognized, when nobody may be heard any more counts for nothing. */
function isHearing({ type }: CallEvent): boolean {
  return HEARINGS.has(type)
}

const HEARINGS: ReadonlySet<CallEvent['type']> = new Set<CallEvent['type']>([
  'callerSpoke',
  'callerPaused',
  'callerWentOn',
  'utteranceGuessed',
  'utteranceHeard',
  'nothingHeard',
  'hearingFailed',
])

/** A phase that was passed through has left no timer behind. */
function mayRunIn(kept: readonly TimerName[]): (command: Command) => boolean {
  return command => command.type !== 'startTimer' || command.name === 'call' || kept.includes(command.name)
}

function callerAfter(before: Dialogue['caller'], event: CallEvent): Dialogue['caller'] {
  switch (event.type) {
    case 'callerSpoke':
      return 'talking'
    case 'callerPaused':
      return 'paused'
    case 'utteranceHeard':
    case 'nothingHeard':
    case 'hearingFailed':
      // A hearing of what was said before the caller went on.
      return before === 'talking' ? 'talking' : 'silent'
    case 'held':
      return 'silent'
    default:
      return before
  }
}

function take(d: Dialogue, event: CallEvent): Step {
  const { atMs } = event
  switch (event.type) {
    case 'opened':
      return alsoWhileHeld(d, inner => begin(inner, atMs))
    case 'openingFailed':
      if (!isOpening(d.phase)) return [d, []]
      return toPeople(d, { why: 'fault', fault: 'switch', message: event.message }, atMs)
    case 'callerSpoke':
      return callerSpoke(d, atMs)
    case 'callerPaused':
      return [d, []]
    case 'utteranceGuessed':
      return utteranceGuessed(d, event.utterance)
    case 'callerWentOn':
      return [d, [{ type: 'dropGuess' }]]
    case 'utteranceHeard':
      return utteranceHeard(d, event.utterance, event.isEcho === true, atMs)
    case 'nothingHeard':
      return nothingHeard(d, atMs)
    case 'hearingFailed':
      return hearingFailed(d, event.message, atMs)
    case 'earFailed':
      return earFailed(d, event.message, atMs)
    case 'digitPressed':
      return digitPressed(d, event.digit, atMs)
    case 'held':
      if (d.phase.is === 'speaking' && isLeaving(d)) return leaveInstead(d, d.phase, atMs)
      return mayBeHeld(d.phase) ? [{ ...d, phase: { is: 'held', before: d.phase } }, []] : [d, []]
    case 'unheld':
      return d.phase.is === 'held' ? goOn(d, d.phase.before, atMs) : [d, []]
    case 'directiveGiven':
      return alsoWhileHeld(d, inner => directiveGiven(inner, event.directive, atMs))
    case 'answerFinished':
      return alsoWhileHeld(d, inner => answerFinished(inner, atMs))
    case 'engineFailed':
      if (!isAnswering(d.phase)) return [d, []]
      return toPeople(d, { why: 'fault', fault: 'engine', message: event.message }, atMs)
    case 'speechStarted':
      return alsoWhileHeld(d, speechStarted)
    case 'speechFinished':
      return speechFinished(d, atMs)
    case 'voiceFailed':
      return voiceFailed(d, event.message, atMs)
    case 'timeUp':
      return timeUp(d, event.name, atMs)
    case 'transferFailed':
      return transferFailed(d, event.message, atMs)
    case 'transferProgressed':
    case 'agentAccepted':
    case 'agentJoined':
    case 'transferEnded':
    case 'talkEnded':
    case 'transferRequested':
    case 'takenOver':
    case 'sayingRequested':
    case 'hangUpRequested':
      return transferring(d, event)
    case 'legMoved':
      return legMoved(d)
    case 'legHungUp':
      // Who hangs up into the last words was quicker than we were.
      return over(
        d,
        d.phase.is === 'closing' && event.hangUp.by === 'us' ? d.phase.ending : hungUp(event.hangUp),
      )
    case 'legLost':
      return over(d, { by: 'switch', why: 'lost', message: event.message })
    case 'shutdownBegun':
      return shutDown(d, atMs)
    case 'suspended':
      return over(d, { by: 'us', why: 'suspended' })
    case 'faulted':
      return faulted(d, event.message)
    default:
      return unreachable(event)
  }
}

/** The engine does not know that the caller holds us: what it says is kept, but no timer begins to run. */
function alsoWhileHeld(d: Dialogue, take: (inner: Dialogue) => Step): Step {
  if (d.phase.is !== 'held') return take(d)
  const [after, commands] = take({ ...d, phase: d.phase.before })
  if (after.phase === d.phase.before && commands.length === 0) return [d, []]
  if (!mayBeHeld(after.phase)) return [after, commands]
  return [
    { ...after, phase: { is: 'held', before: after.phase } },
    commands.filter(command => command.type !== 'startTimer' || command.name === 'call'),
  ]
}

function speechStarted(d: Dialogue): Step {
  const { phase } = d
  if (phase.is === 'interrupted' && phase.speech.unheard)
    return [{ ...d, phase: { ...phase, speech: { ...phase.speech, unheard: null } } }, []]
  if (phase.is !== 'speaking' || phase.unheard === null) return [d, []]
  return [{ ...d, phase: { ...phase, unheard: null } }, []]
}

function speechFinished(d: Dialogue, atMs: number): Step {
  if (d.phase.is === 'informing') return greet(d, true, atMs)
  // The last word may have been out already when the caller spoke: then there is nothing left to interrupt.
  const speech = d.phase.is === 'interrupted' ? d.phase.speech : d.phase
  if (speech.is !== 'speaking' || speech.answer === 'coming') return [d, []]
  return afterAnswer(d, speech.unheard, speech.next, atMs)
}

function voiceFailed(d: Dialogue, message: string, atMs: number): Step {
  const phase = d.phase.is === 'held' ? d.phase.before : d.phase
  // Who was not told is not recorded.
  if (phase.is === 'informing') return alsoWhileHeld(d, inner => greet(inner, false, atMs))
  if (phase.is !== 'speaking' && phase.is !== 'interrupted') return [d, []]
  // The last words could not be said, but the way out is still open.
  if (phase.is === 'speaking' && isLeaving(d)) return enter(d, phase.next, atMs)
  if (transferIn(phase)) {
    // What else there is to be said is still hushed.
    if (phase.is === 'interrupted') return alsoWhileHeld(d, inner => resume(inner, phase))
    return enterUnheard(d, phase.next, atMs)
  }
  return toPeople(d, { why: 'fault', fault: 'voice', message }, atMs)
}

function timeUp(d: Dialogue, name: TimerName, atMs: number): Step {
  const { phase } = d
  switch (name) {
    case 'silence':
      return isSilent(d) && phase.is === 'listening' ? silenceLasted(d, phase, atMs) : [d, []]
    case 'digits':
      return phase.is === 'listening' && phase.digits !== '' ? digitsTimeUp(d, phase, atMs) : [d, []]
    case 'filler':
      return phase.is === 'thinking' ? fill(d, phase) : [d, []]
    case 'engine':
      // While the caller talks nobody misses the engine; they will be answered, or asked again.
      if (phase.is === 'interrupted') return [d, isAnswering(phase) ? [engineTimer(d)] : []]
      if (!isAnswering(phase)) return [d, []]
      return toPeople(
        d,
        { why: 'fault', fault: 'engine', message: 'nothing came from the engine in time' },
        atMs,
      )
    case 'call':
      return tooLong(d, atMs)
    case 'closing':
      if (phase.is === 'closing') return over(d, phase.ending)
      if (phase.is === 'meeting') return meetingFailed(d, atMs)
      return transferFailed(d, 'the switch did not move the caller in time', atMs)
    default:
      return unreachable(name)
  }
}

/** Who holds us in the middle of our last words would never hear their end. */
function leaveInstead(d: Dialogue, { next }: Speaking, atMs: number): Step {
  const [left, commands] = enter(d, next, atMs)
  return [left, [{ type: 'hush' }, ...commands]]
}

/** Neither voice nor keys. */
function isSilent(d: Dialogue): boolean {
  return d.phase.is === 'listening' && d.phase.digits === '' && d.caller === 'silent'
}
