// A call's journal, read while the daemon writes it.

import { readFileSync } from 'node:fs'
import { type JournalEntry, readJournal } from '../../src/call/journal.ts'
import { systemClock, type Timer } from '../../src/lib/clock.ts'

const LOOK_EVERY_MS = 20

export class LiveJournal {
  readonly entries: JournalEntry[] = []
  readonly #path: string
  readonly #onEntry: (entry: JournalEntry) => void
  readonly #looking: Timer
  readonly #ended = Promise.withResolvers<void>()

  constructor(path: string, onEntry: (entry: JournalEntry) => void = () => {}) {
    this.#path = path
    this.#onEntry = onEntry
    this.#looking = systemClock.every(LOOK_EVERY_MS, () => this.#look())
  }

  /** Resolves when the daemon has written how the call ended. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** The assistant's sentences that the caller has begun to hear, in order. */
  get spoken(): string[] {
    return this.entries.flatMap(({ type, text }) => (type === 'promptStarted' ? [String(text)] : []))
  }

  /** What the caller was understood to say, in order. */
  get understood(): string[] {
    return this.entries.flatMap(({ type, utterance }) =>
      type === 'utteranceHeard' ? [(utterance as { text: string }).text] : [],
    )
  }

  close(): void {
    this.#looking.cancel()
  }

  #look(): void {
    let content: Buffer
    try {
      content = readFileSync(this.#path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return // the daemon has not had the call yet
      throw error
    }
    for (const entry of readJournal(content).entries.slice(this.entries.length)) {
      this.entries.push(entry)
      this.#onEntry(entry)
      if (entry.type === 'ended') this.#ended.resolve()
    }
  }
}
