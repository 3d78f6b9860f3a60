// The end of a process that is followed by another one: what callers hear is finished, and they are let go so that nobody hears
// nothing for long. Who has the floor keeps it for as long as others are waited for.

import type { Clock } from '../lib/clock.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { Dialogue } from './dialogue/state.ts'

/** How long a sentence may take to its end. */
const LAST_SENTENCE_MS = 2_000
/**
 * Who waits for us hears nothing until they are let go, then the dialplan's "one moment" of a second, then nothing until the next
 * process has them: let go at once they would wait longer behind it, let go with the last one longer before it.
 */
const WAITING_MS = 1_000

/** `busy`: something is being said that should be finished; `waiting`: the caller waits for us; `free`: they have the floor. */
export type Standing = 'busy' | 'waiting' | 'free'

export interface Suspendable {
  readonly standing: Standing
  readonly ended: Promise<unknown>
  /** Begins to finish. `changed` is called whenever `standing` may be another. */
  suspend(changed: () => void): void
  leave(): void
}

/** A call in a process that is going to end. */
export interface Suspension {
  /** The one that the caller hears. */
  sentence: 'running' | 'over'
  /** Tells that `standing` may be another. */
  changed(): void
}

/** Resolves when all are gone. */
export async function suspendAll(all: readonly Suspendable[], clock: Clock): Promise<void> {
  const present = new Set(all)
  const ready = Promise.withResolvers<void>()
  let mayLeaveEarly = false
  const look = () => {
    for (const one of present) if (mayLeaveEarly && one.standing === 'waiting') one.leave()
    if ([...present].every(({ standing }) => standing !== 'busy')) ready.resolve()
  }
  for (const one of all) {
    void one.ended.then(() => {
      present.delete(one)
      look()
    })
    one.suspend(look)
  }
  look()
  const early = clock.after(WAITING_MS, () => {
    mayLeaveEarly = true
    look()
  })
  const limit = clock.after(LAST_SENTENCE_MS, ready.resolve)
  await ready.promise
  early.cancel()
  limit.cancel()
  for (const one of present) one.leave()
  await Promise.all(all.map(({ ended }) => ended))
}

/** How a call stands while nothing new is said to it. */
export function standingOf({ phase, caller }: Dialogue, sentence: 'running' | 'over'): Standing {
  if (sentence === 'running') return 'busy'
  switch (phase.is) {
    case 'opening':
    case 'informing':
    case 'thinking':
    case 'speaking':
    case 'held':
    case 'waiting':
      return 'waiting'
    case 'together':
      return 'free'
    case 'listening':
      return caller === 'silent' ? 'free' : 'busy'
    case 'interrupted':
    case 'meeting':
    case 'moving':
    case 'closing':
    case 'over':
      return 'busy'
    default:
      return unreachable(phase)
  }
}
