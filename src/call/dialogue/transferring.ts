// A transfer as the caller meets it: somebody is fetched while they hear our last words, then music; the two meet, and talk; or
// nobody comes, and the assistant has the caller again. What happens on the agents' side is `../transfer/`.

import { openExpectation } from '../../engine/engine.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { HandOverReason } from '../ending.ts'
import type { Destination } from '../transfer/destination.ts'
import { isWithdrawal } from '../transfer/withdrawal.ts'
import type { CallEvent, Command, Piece, Utterance } from '../vocabulary.ts'
import { resume, tell } from './answering.ts'
import {
  endingFor,
  enter,
  enterUnheard,
  isLeaving,
  listenFor,
  listenOpenly,
  meet,
  over,
  say,
  toPeople,
} from './leaving.ts'
import {
  type Bringing,
  type Dialogue,
  isWaiting,
  mayBeHeld,
  type NobodyComes,
  type Phase,
  peopleKeyOf,
  type Step,
  transferIn,
} from './state.ts'
import { setOut, wayTo } from './way.ts'

type TransferEvent = Extract<
  CallEvent,
  {
    type:
      | 'transferProgressed'
      | 'agentAccepted'
      | 'agentJoined'
      | 'transferEnded'
      | 'talkEnded'
      | 'transferRequested'
      | 'takenOver'
      | 'sayingRequested'
      | 'hangUpRequested'
  }
>

export function transferring(d: Dialogue, event: TransferEvent): Step {
  const { atMs } = event
  switch (event.type) {
    case 'transferProgressed':
      return progressed(d, event.rung)
    case 'agentAccepted':
      return agentAccepted(d)
    case 'agentJoined':
      return agentJoined(d)
    case 'transferEnded':
      return transferEnded(d, event, atMs)
    case 'talkEnded':
      return talkEnded(d, atMs)
    case 'transferRequested':
      return transferRequested(d, event.to, event.announce, atMs)
    case 'takenOver':
      return takenOver(d, event.to, atMs)
    case 'sayingRequested':
      return sayingRequested(d, event.text, atMs)
    case 'hangUpRequested':
      if (isGoing(d)) return [d, []]
      return enter(d, { does: 'end', ending: { by: 'operator', why: 'ended' } }, atMs)
    default:
      return unreachable(event)
  }
}

/** The switch has been told to part us from the caller. */
function isGoing({ phase }: Dialogue): boolean {
  return phase.is === 'moving' || phase.is === 'closing'
}

/** Who stops waiting hears no more music. Who is fetched for nobody is called off; the end of a call does so by itself. */
export function endOfTransfer(before: Phase, after: Phase, { type }: CallEvent): Command[] {
  const isOff = type === 'transferEnded' || after.is === 'over' || before.is === 'together'
  const commands: Command[] = []
  if (isWaiting(before) && !isWaiting(after)) commands.push({ type: 'stopMusic' })
  if (!isOff && isFetching(before) && !isFetching(after)) commands.push({ type: 'withdrawTransfer' })
  return commands
}

function isFetching(phase: Phase): boolean {
  const transfer = transferIn(phase)
  return transfer !== null && transfer.agent.is !== 'not coming'
}

export function beginOfWait(before: Phase, after: Phase): Command[] {
  return isWaiting(after) && !isWaiting(before) ? [{ type: 'playMusic' }] : []
}

/** Nobody comes to a caller who waits: it was known before they did, or is now. */
export function withoutAgent([d, commands]: Step, atMs: number): Step {
  if (d.phase.is !== 'waiting') return [d, commands]
  const { transfer } = d.phase
  if (transfer.agent.is !== 'not coming') return [d, commands]
  const [left, more] = nobodyCame(d, transfer, transfer.agent, atMs)
  return [left, [...commands, ...more]]
}

/** An agent has taken the call. Our last words are heard to their end; who holds us meets them afterwards. */
function agentAccepted(d: Dialogue): Step {
  const transfer = transferIn(d.phase)
  if (transfer?.agent.is !== 'coming') return [d, []]
  const ready: Bringing = { ...transfer, agent: { is: 'ready' } }
  return d.phase.is === 'waiting' ? meet(d, ready) : [withTransfer(d, ready), []]
}

function agentJoined(d: Dialogue): Step {
  if (d.phase.is !== 'meeting') return [d, []]
  return [{ ...d, phase: { is: 'together', transfer: d.phase.transfer } }, []]
}

/** Nobody comes: the caller hears of it when they have heard our last words. */
function transferEnded(d: Dialogue, end: NobodyComes, atMs: number): Step {
  const transfer = transferIn(d.phase)
  if (!transfer) return [d, []]
  const { is } = d.phase
  if (is === 'waiting' || is === 'meeting' || is === 'together') return nobodyCame(d, transfer, end, atMs)
  if (transfer.agent.is === 'not coming') return [d, []]
  return [withTransfer(d, { ...transfer, agent: { is: 'not coming', ...end } }), []]
}

/** The room did not come about. */
export function meetingFailed(d: Dialogue, atMs: number): Step {
  return transferEnded(d, { outcome: 'failed', cause: 'the two did not meet in time' }, atMs)
}

function nobodyCame(d: Dialogue, transfer: Bringing, { outcome, cause }: NobodyComes, atMs: number): Step {
  const { to, because, deaf } = transfer
  const { handOver, name } = to
  if (handOver && outcome !== 'withdrawn')
    return say(d, d.settings.phrases.toPeople, { does: 'transfer', to: handOver, name, because }, atMs, false)
  if (because.why !== 'asked') return withoutPeople(d, because, atMs)
  if (deaf !== null) return toPeople(d, { why: 'fault', fault: 'ear', message: deaf }, atMs)
  return tell(d, { to: name, outcome, cause }, because.how, atMs)
}

/** People were to take over where we could not go on, and none came. */
function withoutPeople(d: Dialogue, because: HandOverReason, atMs: number): Step {
  const { lastResort, phrases } = d.settings
  if (lastResort)
    return say(
      d,
      phrases.toPeople,
      { does: 'transfer', to: lastResort, name: 'people', because },
      atMs,
      false,
    )
  return say(d, phrases.transferFailed, { does: 'end', ending: endingFor(because) }, atMs, false)
}

/** "Never mind": until they meet. Whoever is on the way is called off, and who has taken the call too. */
function withdraw(d: Dialogue, atMs: number): Step {
  if (d.phase.is === 'meeting' || d.phase.is === 'together') return [d, []]
  return transferEnded(d, { outcome: 'withdrawn', cause: 'the caller' }, atMs)
}

/** Ears of the classic way hear one thing at a time. */
export function hearAgain(d: Dialogue): Command[] {
  return d.settings.turns === 'classic' && isWaiting(d.phase) ? listenFor(openExpectation) : []
}

/** The caller speaks while somebody is fetched: only that they do not want to wait means anything. */
export function heardWhileWaiting(d: Dialogue, { text, language }: Utterance, atMs: number): Step {
  if (isWithdrawal(text, language ?? d.speech.language)) return withdraw(d, atMs)
  return [d, hearAgain(d)]
}

export function pressedWhileWaiting(d: Dialogue, transfer: Bringing, digit: string, atMs: number): Step {
  if (digit === d.settings.withdrawKey) return withdraw(d, atMs)
  const isOnTheWay = transfer.to === d.settings.people && transfer.agent.is !== 'not coming'
  if (digit === peopleKeyOf(d) && !isOnTheWay) return toPeople(d, { why: 'asked', how: 'key' }, atMs)
  return [d, []]
}

/** The two have talked, and the caller is with us again. */
function talkEnded(d: Dialogue, atMs: number): Step {
  if (d.phase.is !== 'together') return [d, []]
  const { to, because, deaf } = d.phase.transfer
  // Where we could not go on, nobody waits for them.
  if (because.why !== 'asked') return afterTalk(d, { ...to, afterTalk: 'end' }, atMs)
  if (deaf !== null && to.afterTalk === 'assistant')
    return toPeople(d, { why: 'fault', fault: 'ear', message: deaf }, atMs)
  return afterTalk(d, to, atMs)
}

export function afterTalk(
  d: Dialogue,
  { name, afterTalk }: Pick<Destination, 'name' | 'afterTalk'>,
  atMs: number,
): Step {
  if (afterTalk === 'assistant') return tell(d, { to: name, outcome: 'answered', cause: '' }, 'engine', atMs)
  return enter(d, { does: 'end', ending: { by: 'agent', why: 'talked', to: name } }, atMs)
}

/** Somebody outside sends the caller on: what the assistant was about to say is dropped. One way at a time. */
function transferRequested(d: Dialogue, to: Destination, announce: string | null, atMs: number): Step {
  if (transferIn(d.phase) || isLeaving(d)) return [d, []]
  const next = wayTo(to, { why: 'asked', how: 'operator' })
  const [spoken, commands] = say(d, announce ?? d.settings.phrases.toPeople, next, atMs, false)
  return [spoken, [...commands, ...setOut(next)]]
}

/** Somebody outside has the assistant say something, between what it says itself. */
function sayingRequested(d: Dialogue, text: string, atMs: number): Step {
  const { phase } = d
  const piece: Piece = { kind: 'phrase', text, ...d.settings.own, interruptible: true }
  switch (phase.is) {
    case 'speaking':
      return isLeaving(d) ? [d, []] : [d, [{ type: 'speak', turn: d.turn, piece }]]
    case 'listening': {
      // Who has not finished what they say is not interrupted.
      if (phase.carried) return [d, []]
      const [spoken, commands] = say(d, text, { does: 'listen', expectation: phase.expectation }, atMs, true)
      if (spoken.phase.is !== 'speaking') return [spoken, commands]
      return [{ ...spoken, phase: { ...spoken.phase, typed: phase.digits } }, commands]
    }
    default:
      return [d, []]
  }
}

/** Somebody outside is there already and takes the caller, from us or from an agent. */
function takenOver(d: Dialogue, to: Destination, atMs: number): Step {
  if (isGoing(d)) return [d, [{ type: 'withdrawTransfer' }]]
  const because: HandOverReason = { why: 'asked', how: 'operator' }
  const deaf = transferIn(d.phase)?.deaf ?? null
  const [met, commands] = enterUnheard(d, { does: 'bring', to, because, agent: { is: 'ready' }, deaf }, atMs)
  return [met, [{ type: 'withdraw' }, { type: 'hush' }, ...commands]]
}

/** Who is fetched does not need our ears; whoever goes on with us later does. */
export function earFailed(d: Dialogue, message: string, atMs: number): Step {
  const transfer = transferIn(d.phase)
  if (!transfer) return toPeople(d, { why: 'fault', fault: 'ear', message }, atMs)
  const deafened = withTransfer(d, { ...transfer, deaf: message })
  // Nobody will tell what it was that interrupted us.
  return deafened.phase.is === 'interrupted' ? resume(deafened, deafened.phase) : [deafened, []]
}

/** How soon after a talk a call that has lasted too long is ended. */
const TALK_LOOK_MS = 30_000

/** Who is with people, or on the way to them, stays as long as they like. */
export function tooLong(d: Dialogue, atMs: number): Step {
  if (isFetching(d.phase)) return [d, [{ type: 'startTimer', name: 'call', turn: null, ms: TALK_LOOK_MS }]]
  return toPeople(d, { why: 'limit', limit: 'length' }, atMs)
}

/** The same phase with another state of its transfer. */
function withTransfer(d: Dialogue, transfer: Bringing): Dialogue {
  const { phase } = d
  switch (phase.is) {
    case 'speaking':
      return { ...d, phase: { ...phase, next: transfer } }
    case 'interrupted':
      return { ...d, phase: { ...phase, speech: { ...phase.speech, next: transfer } } }
    case 'waiting':
    case 'meeting':
    case 'together':
      return { ...d, phase: { ...phase, transfer } }
    case 'held': {
      const before = withTransfer({ ...d, phase: phase.before }, transfer).phase
      return mayBeHeld(before) ? { ...d, phase: { is: 'held', before } } : d
    }
    default:
      return d
  }
}

function progressed(d: Dialogue, rung: number): Step {
  const transfer = transferIn(d.phase)
  if (transfer?.agent.is !== 'coming' || transfer.agent.rung === rung) return [d, []]
  return [withTransfer(d, { ...transfer, agent: { is: 'coming', rung } }), []]
}

/** The caller could not be handed over. */
export function transferFailed(d: Dialogue, message: string, atMs: number): Step {
  if (d.phase.is !== 'moving') return [d, []]
  const { because, name } = d.phase
  if (because.why !== 'asked') return over(d, endingFor(because))
  // They are not on the way out any more: who cannot go on with us may be sent to people.
  const [back] = enter(d, listenOpenly, atMs)
  // An engine that has not heard of the call yet is told of it now.
  if (because.how === 'engine' || d.untold)
    return tell(back, { to: name, outcome: 'failed', cause: message }, because.how, atMs)
  return say(d, d.settings.phrases.transferFailed, listenOpenly, atMs, true)
}

/** The caller has left us for another place on the switch. */
export function legMoved(d: Dialogue): Step {
  if (d.phase.is !== 'moving') return over(d, { by: 'switch', why: 'taken' })
  const { to, because } = d.phase
  return over(d, { by: 'assistant', why: 'handed-over', to, because })
}
