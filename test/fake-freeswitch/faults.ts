// What goes wrong on purpose between switch and daemon, the same again for the same seed.

import type { SwitchEvent } from './event-headers.ts'
import type { Random } from './seeded.ts'

export type EventFate = 'pass' | 'drop' | 'repeat' | { delayMs: number }

export interface Faults {
  /** Every write is cut into pieces of 1 to 60 bytes, each written apart. */
  splitBytes?: boolean
  /** Everything written within 20 ms leaves in one piece. */
  glueBytes?: boolean
  /** What becomes of an event before it is written. Later events may overtake one that is delayed. */
  event?: (event: SwitchEvent) => EventFate
  /** How long the switch takes to answer an api command. */
  slow?: (line: string) => number
  /** Recordings whose files cannot be made: `uuid_record` refuses. */
  unwritable?: (path: string) => boolean
  /** Recordings on a full disk: they begin like any other, and never grow. */
  full?: (path: string) => boolean
}

const LARGEST_PIECE_BYTES = 60

export function split(data: Buffer, random: Random): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < data.length; ) {
    const end = at + 1 + Math.floor(random() * LARGEST_PIECE_BYTES)
    pieces.push(data.subarray(at, end))
    at = end
  }
  return pieces
}
