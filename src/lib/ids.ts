// Identifiers as something one is given, so that a seeded run names everything the same way twice.

import { randomUUID } from 'node:crypto'

export interface Ids {
  /** A new identifier, unique among all that this source made: letters, digits and dashes, at most 36 characters. */
  next(): string
}

export const randomIds: Ids = { next: () => randomUUID() }
