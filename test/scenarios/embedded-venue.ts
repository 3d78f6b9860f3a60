// The embedded switch on a manual clock, in this process: a ten-minute call takes milliseconds. The recognizer really listens; the
// assistant hums instead of speaking.

import type { JournalEntry } from '../../src/call/journal.ts'
import type { PhraseBook } from '../fakes/google-speech/phrase-book.ts'
import { ListeningRecognizer } from '../fakes/listening-recognizer.ts'
import { Desk } from '../harness.ts'
import type { Assistant, Dialling, Phone, Trouble, Venue } from './venue.ts'

export class EmbeddedVenue implements Venue {
  readonly name = 'embedded'
  readonly #book: PhraseBook
  #desk: Desk | undefined

  constructor(book: PhraseBook) {
    this.#book = book
  }

  /** One call per venue: its time is the call's own. */
  async call(assistant: Assistant, dialling: Dialling): Promise<Phone> {
    const { profile, trouble = {} } = assistant
    const desk = new Desk({
      profile: { ...profile, engine: 'scripted' },
      policy: profile.policy,
      ...(!trouble.recognizer && { recognizer: clock => new ListeningRecognizer(this.#book, clock) }),
      pbx: {
        codec: 'mu-law',
        ...(trouble.recording && { faults: { unwritable: () => true } }),
      },
    })
    desk.engine.answer = (input, _turn, signal) => assistant.answer(input, signal)
    giveTrouble(desk, trouble)
    this.#desk = desk
    return desk.call(dialling)
  }

  journal(id: string): JournalEntry[] {
    return this.#mustBeOpen().journal({ id })
  }

  passing<T>(work: Promise<T>): Promise<T> {
    return this.#mustBeOpen().passing(work)
  }

  pass(ms: number): Promise<void> {
    return this.#mustBeOpen().clock.advanceAsync(ms)
  }

  /** What the call has left behind. */
  leftovers(): Promise<string[]> {
    return this.#mustBeOpen().leftovers()
  }

  #mustBeOpen(): Desk {
    if (!this.#desk) throw new Error('nobody has called yet')
    return this.#desk
  }
}

const MANY = 20

function giveTrouble(desk: Desk, { recognizer, voice }: Trouble): void {
  if (voice === 'fails') desk.prompts.fails = () => true
  if (recognizer === undefined) return
  const script = recognizer === 'fails' ? ({ fails: true } as const) : ({ never: true } as const)
  desk.recognizer.willHear(...Array.from({ length: MANY }, () => script))
}
