// What a call tells its journal, and what of it may be written down.

import type { HistoryEntry } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Journal } from './journal.ts'
import { Transcript } from './transcript.ts'
import type { CallEvent, Question } from './vocabulary.ts'

export type Note = { type: string; [field: string]: unknown }

export class Notes {
  readonly #parts: { journal: Journal; clock: Clock; log: Log }
  readonly #startedMs: number
  readonly transcript: Transcript

  /** `startedMs`: when the call began, on the clock's line. */
  constructor(
    parts: { journal: Journal; clock: Clock; log: Log; past?: { history: readonly HistoryEntry[] } | null },
    startedMs: number,
  ) {
    this.#parts = parts
    this.#startedMs = startedMs
    this.transcript = new Transcript(() => parts.clock.wallMs(), parts.past?.history)
  }

  write(entry: Note, atMs = this.#parts.clock.now()): void {
    this.transcript.take(entry)
    const sinceStart = Math.round((atMs - this.#startedMs) * 10) / 10
    this.#parts.journal.write({ ...entry, atMs: sinceStart, wallMs: this.#parts.clock.wallMs() })
    this.#parts.log.debug({ atMs: sinceStart, entry: entry.type }, 'journal')
  }

  /** A sound of the operator's is missing or cannot be played: the rest goes on without it. */
  skipped(turn: number, error: unknown): void {
    this.write({ type: 'soundSkipped', turn })
    this.#parts.log.warn({ error, turn }, 'a sound could not be played and was left out')
  }
}

/** What the caller keys in confidence, as the journal may have it. */
export function withoutKey(event: CallEvent): Note {
  if (event.type === 'digitPressed') return { type: event.type, confidential: true }
  return withoutSecrets(event)
}

/** The digits that a confidential question accepts are as secret as those that are keyed. */
export function withoutSecrets(event: CallEvent): Note {
  const { atMs: _, ...facts } = event
  if (event.type !== 'directiveGiven' || event.directive.type !== 'listen') return facts
  const { expectation } = event.directive
  if (!expectation.confidential) return facts
  return { ...facts, directive: { ...event.directive, expectation: { ...expectation, validDigits: null } } }
}

/** The question as it may be written down. */
export function writable(question: Question): object {
  // What was said is in the journal already.
  if (question.type === 'resumed') return { type: question.type }
  return question.type === 'digits' && question.confidential ? { ...question, digits: null } : question
}
