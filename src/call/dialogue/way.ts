// How a caller gets to a destination, and what begins while they still hear our last words.

import type { HandOverReason } from '../ending.ts'
import type { Destination } from '../transfer/destination.ts'
import type { Command, Told } from '../vocabulary.ts'
import type { Next } from './state.ts'

/** How a caller gets to a destination: whoever is on its ladder is fetched; without one they are handed over. */
export function wayTo(
  to: Destination,
  because: HandOverReason,
  rung = 0,
): Exclude<Next, { does: 'listen' | 'end' }> {
  if (to.ladder.length === 0 && to.handOver)
    return { does: 'transfer', to: to.handOver, name: to.name, because }
  return { does: 'bring', to, because, agent: { is: 'coming', rung }, deaf: null }
}

/** What begins while the announcement is still spoken. */
export function setOut(next: Next, told: Told = { brief: null, data: null }): Command[] {
  if (next.does !== 'bring' || next.agent.is !== 'coming') return []
  return [{ type: 'bring', to: next.to, rung: next.agent.rung, told }]
}
