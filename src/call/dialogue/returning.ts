// A call comes back from a process that has ended: the caller goes on to where they were going.

import { unreachable } from '../../lib/unreachable.ts'
import type { HandOverReason } from '../ending.ts'
import type { Destination } from '../transfer/destination.ts'
import { resolveDestination } from '../transfer/resolve.ts'
import { ask, speak } from './answering.ts'
import { farewell, say, toPeople } from './leaving.ts'
import type { Dialogue, Past, Step } from './state.ts'
import { afterTalk } from './transferring.ts'
import { setOut, wayTo } from './way.ts'

/** The caller is answered and can be heard again. For a call that had not begun, see `begin`. */
export function comeBack(d: Dialogue, past: Past, atMs: number): Step {
  const { way } = past
  switch (way.to) {
    case 'beginning':
    case 'conversation':
      return goOnTalking(d, past, atMs)
    case 'people':
      return toPeople(d, way.because, atMs)
    case 'destination': {
      const { destination, name, because } = way
      return say(d, wordsFor(d, because), { does: 'transfer', to: destination, name, because }, atMs, false)
    }
    case 'agent':
      return bringAgain(d, past, way, atMs)
    case 'assistant': {
      const transfer = { to: way.from, outcome: 'no-answer', cause: way.cause } as const
      return ask(d, { type: 'resumed', history: past.history, confidential: false, transfer }, atMs)
    }
    case 'talk':
      return afterTheTalk(d, way, atMs)
    case 'end':
      return farewell(d, way.ending, atMs)
    default:
      return unreachable(way)
  }
}

/**
 * A word of ours bridges the time that the engine needs to find its way back. Nothing the caller says meanwhile may take its
 * question away: without it the engine would know nothing of the call.
 */
function goOnTalking(d: Dialogue, { history, isConfidential }: Past, atMs: number): Step {
  const text = d.settings.phrases.resumed
  const question = { type: 'resumed', history, confidential: isConfidential, transfer: null } as const
  const [asked, commands] = ask(d, question, atMs)
  // While the caller may be keying a secret, words of ours would end the time in which keys are not written down.
  if (asked.phase.is !== 'thinking' || text === '' || isConfidential) return [asked, commands]
  const piece = { kind: 'phrase', text, ...d.settings.own, interruptible: false } as const
  const [bridged, more] = speak(asked, asked.phase, piece)
  return [bridged, [...commands, ...more]]
}

function wordsFor({ settings: { phrases } }: Dialogue, because: HandOverReason): string {
  return because.why === 'asked' ? phrases.toPeople : phrases.apology
}

/** Whoever rang has been called off, or rings for nobody: they are fetched once more, from the rung that was reached. */
function bringAgain(
  d: Dialogue,
  past: Past,
  { name, because, rung }: Past['way'] & { to: 'agent' },
  atMs: number,
): Step {
  const destination = destinationOf(d, name)
  if (!destination) return goOnTalking(d, past, atMs)
  const last = Math.max(0, destination.ladder.length - 1)
  const next = wayTo(destination, because, Math.max(0, Math.min(Math.trunc(rung), last)))
  const [spoken, commands] = say(d, wordsFor(d, because), next, atMs, false)
  return [spoken, [...commands, ...setOut(next)]]
}

/** The caller has talked to an agent whose leaving nobody of us has seen. */
function afterTheTalk(d: Dialogue, { name, isAsked }: Past['way'] & { to: 'talk' }, atMs: number): Step {
  // Who has taken the call over is no destination, and where it goes on from there nobody knows.
  const destination = isAsked ? destinationOf(d, name) : null
  return afterTalk(d, destination ?? { name, afterTalk: 'end' }, atMs)
}

/** People by that name are those of the call where no destination is called so. */
function destinationOf({ settings }: Dialogue, name: string): Destination | null {
  const { destinations } = settings.places
  if (settings.people?.name === name) return settings.people
  if (Object.hasOwn(destinations, name)) return destinations[name] ?? null
  // A number that was let through by a pattern is let through again, or not any more.
  const found = resolveDestination(name, { ...settings.places, wallMs: 0 })
  return found.is === 'found' ? found.destination : null
}
