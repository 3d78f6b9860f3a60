// A call comes back from a process that has ended: the caller goes on to where they were going.

import { unreachable } from '../../lib/unreachable.ts'
import type { HandOverReason } from '../ending.ts'
import { ask, speak } from './answering.ts'
import { farewell, say, toPeople } from './leaving.ts'
import type { Dialogue, Past, Step } from './state.ts'

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
  const [asked, commands] = ask(d, { type: 'resumed', history, confidential: isConfidential }, atMs)
  // While the caller may be keying a secret, words of ours would end the time in which keys are not written down.
  if (asked.phase.is !== 'thinking' || text === '' || isConfidential) return [asked, commands]
  const piece = { kind: 'phrase', text, ...d.settings.own, interruptible: false } as const
  const [bridged, more] = speak(asked, asked.phase, piece)
  return [bridged, [...commands, ...more]]
}

function wordsFor({ settings: { phrases } }: Dialogue, because: HandOverReason): string {
  return because.why === 'asked' ? phrases.toPeople : phrases.apology
}
