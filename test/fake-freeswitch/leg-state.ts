// How far a leg is, from ringing to its end, and who ended it.

import type { ChannelMoment } from './event-headers.ts'

export type HungUpBy = 'caller' | 'assistant' | 'person' | 'switch'

/** Life of the leg itself, whatever the dialplan does with it. */
export type LegState =
  | { state: 'ringing' }
  /** Not answered, and its sound comes already. */
  | { state: 'early' }
  | { state: 'answered' }
  | { state: 'ending'; cause: string; by: HungUpBy }
  | { state: 'over'; cause: string; by: HungUpBy }

export function answerStateOf({ state }: LegState): ChannelMoment['answerState'] {
  return state === 'answered' || state === 'early' ? state : 'ringing'
}
