// Where a caller is going, as the journal has it: a process that takes the call over sends them on.

import type { HandOverReason } from '../ending.ts'
import { type WayOut, wayOut } from './leaving.ts'
import { type Dialogue, transferIn } from './state.ts'

type Course =
  | WayOut
  /** Somebody of this destination is being fetched. */
  | { does: 'bring'; name: string; because: HandOverReason }
  /** The caller is with somebody of this destination. */
  | { does: 'talk'; name: string; because: HandOverReason }

/** Null while they are in conversation with us. */
export function courseOf(d: Dialogue): Course | null {
  const transfer = transferIn(d.phase)
  if (!transfer) return wayOut(d)
  const { name } = transfer.to
  if (d.phase.is === 'together') return { does: 'talk', name, because: transfer.because }
  return { does: 'bring', name, because: transfer.because }
}

export function isSameCourse(one: Course | null, other: Course | null): boolean {
  if (one === null || other === null) return one === other
  switch (one.does) {
    case 'end':
      return other.does === 'end' && one.ending === other.ending
    case 'transfer':
      return other.does === 'transfer' && one.to === other.to && one.because === other.because
    case 'bring':
      return other.does === 'bring' && one.name === other.name && one.because === other.because
    case 'talk':
      return other.does === 'talk' && one.name === other.name
  }
}
