// How a call is taken: it is answered when there is something to say, and then it can be heard.

import { type Clock, inTime } from '../lib/clock.ts'
import type { Scope } from '../lib/scope.ts'
import type { Leg } from '../pbx/pbx.ts'
import type { DialogueSettings, Past } from './dialogue/state.ts'
import type { CallListener } from './listener.ts'
import type { Turns } from './turns.ts'

/** Answering and opening the ear takes milliseconds; a switch that needs longer will not do it. */
const OPENING_LIMIT_MS = 10_000
/** Somebody who lets it ring longer than this is not there. */
const RINGING_LIMIT_MS = 3_000

export interface OpeningParts {
  leg: Leg
  clock: Clock
  settings: DialogueSettings
  past: Past | null
  scope: Scope
  turns: Turns
  listener: CallListener
}

/** Resolves when the caller is answered and can be heard. Rejects when that does not come about in time. */
export async function open(parts: OpeningParts): Promise<void> {
  const opening = parts.scope.child('opening').endsAfter(OPENING_LIMIT_MS)
  const tooLate = new Promise<never>((_, reject) => {
    opening.signal.addEventListener('abort', () => reject(opening.signal.reason), { once: true })
  })
  try {
    const answered = greetingMade(parts).then(() => parts.leg.answer())
    await Promise.race([answered.then(() => parts.listener.open()), tooLate])
  } finally {
    tooLate.catch(() => {
      // Ending the scope below rejects it when nobody waits any more.
    })
    void opening.end({ why: 'done' })
  }
}

/** Who is not answered yet hears it ring, which is better than silence: the greeting is made first. */
async function greetingMade({ leg, clock, past, settings, turns }: OpeningParts): Promise<void> {
  if (past !== null && past.way.to !== 'beginning') return
  const made = turns.guess(0, { type: 'start' })
  if (leg.facts.answered || (settings.recording.keep && settings.recording.consent !== '')) return
  await inTime(clock, RINGING_LIMIT_MS, made).catch(() => {}) // then they hear fillers
}
