// How somebody who is called behaves: when their phone rings, whether they answer, what they do then.

import type { Caller } from './person.ts'

/** Somebody who can be reached under a number. */
export interface PersonScript {
  answersAfterMs?: number
  leavesAfterMs?: number
  /** The cause with which the phone refuses a call, such as USER_BUSY or CALL_REJECTED. */
  refuses?: string
  /** Not given: at once. */
  refusesAfterMs?: number
  neverAnswers?: boolean
  /** When the phone says that it rings; not given: at once; null: it never says so. */
  ringsAfterMs?: number | null
  /** When the far end sends sound before it answers. */
  earlyMediaAfterMs?: number
  /** Who was transferred to this number is sent on so much later: a queue that gives up. */
  sendsOn?: { afterMs: number; to: string }
  /** Several phones of one user, each with its own ways; each of them rings for `user/…`. */
  phones?: readonly PersonScript[]
  /** A user whose phones are all switched off. */
  unregistered?: boolean
  /** What they do once they have answered. */
  onAnswer?: (person: Caller) => void
}

/** A machine answers: it speaks its greeting, gives a beep, and says no more. 16-bit samples at 8 kHz. */
export function answeringMachine(
  greeting: Int16Array,
  { answersAfterMs = 500, beepMs = 400 }: { answersAfterMs?: number; beepMs?: number } = {},
): PersonScript {
  const beep = Int16Array.from(
    { length: beepMs * 8 },
    (_, at) => 9_000 * Math.sin((2 * Math.PI * 1_000 * at) / 8_000),
  )
  return {
    answersAfterMs,
    onAnswer: person => {
      void person.says(greeting, { text: 'the greeting of a machine' })
      void person.says(beep, { text: 'a beep' })
    },
  }
}
