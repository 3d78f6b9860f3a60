// Where a scenario takes place: the embedded switch on a manual clock, the same over TCP with the real daemon, or a real
// FreeSWITCH. A scenario knows only this.

import type { JournalEntry } from '../../src/call/journal.ts'
import type { Profile } from '../../src/call/profile.ts'
import type { Directive, Input } from '../../src/engine/engine.ts'

/** A person with a telephone. Times are milliseconds since they dialled. */
export interface Phone {
  /** The id of their call, as the daemon sees it. */
  readonly id: string
  readonly ms: number
  /** Speaks 16-bit samples at 8 kHz. Resolves when the last is spoken, or the call is over. */
  says(samples: Int16Array, options?: { afterMs?: number; text?: string }): Promise<void>
  /** Digits, `*`, `#`; `w` is half a second of nothing. Resolves when the last one is pressed. */
  presses(digits: string, options?: { afterMs?: number }): Promise<void>
  holds(): void
  unholds(): void
  hangsUp(): void
  /** Resolves when something audible reaches the ear, at once if it does already. Rejects when that takes too long. */
  hearsSpeech(options?: { withinMs?: number }): Promise<unknown>
  /** Resolves when nothing audible has reached the ear for `ms`. */
  hearsSilence(options: { ms: number; withinMs?: number }): Promise<unknown>
  /** Resolves when the switch has sent them to people, under whichever number. */
  isSentToPeople(options?: { withinMs?: number }): Promise<{ number: string; atMs: number }>
  callIsOver(options?: { withinMs?: number }): Promise<{ atMs: number }>
  /** Any condition, looked at about every 20 ms. Rejects with a record of the call when it does not hold in time. */
  until(holds: () => boolean, options?: { withinMs?: number; what?: string }): Promise<void>
}

/** A call as somebody dials it. */
export interface Dialling {
  from?: string
  callerName?: string
  /** A name in the bytes of the SIP header, e.g. Latin-1. */
  callerNameBytes?: Uint8Array
  variables?: Readonly<Record<string, string>>
}

/** What a scenario needs of the assistant. */
export interface Assistant {
  profile: Profile
  /** Answers like an engine would; may wait, throw, or never end. `signal` aborts when nobody wants the answer any more. */
  answer: (input: Input, signal: AbortSignal) => AsyncIterable<Directive> | Iterable<Directive>
  /** What the providers of speech do wrong. Only the embedded venue can have it. */
  trouble?: Trouble
}

export interface Trouble {
  recognizer?: 'fails' | 'is silent'
  voice?: 'fails'
  recording?: 'cannot be written'
}

export interface Venue {
  readonly name: 'embedded' | 'daemon' | 'freeswitch'
  /** Somebody calls the assistant. Resolves when the daemon has the call, or the dialplan went on without it. */
  call(assistant: Assistant, dialling: Dialling): Promise<Phone>
  /** What the daemon has written about a call so far. */
  journal(id: string): JournalEntry[]
  /** Waits for `work`; where time is the test's own, lets it pass. */
  passing<T>(work: Promise<T>): Promise<T>
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>
}
