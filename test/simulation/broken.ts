// What must hold whatever happens, by name, and how it is told that something does not.

export const INVARIANTS = {
  'ends-once': 'each call ends exactly once in each life that had it',
  'caller-moves-on': 'every caller ends somewhere: hung up, with people, or the call over',
  'nothing-left': 'no call, recording, recognition, socket, timer or file is left behind',
  'one-playback': 'at most one playback a leg at a time',
  'silent-after-hang-up': 'nothing is played to a caller who is gone',
  'silent-while-held': 'nothing is played to a caller who holds us',
  yields: 'who speaks into words that may be interrupted hears no more of them',
  'no-long-silence': 'no caller is left in silence for longer than the policy allows',
  'no-stale-turn': 'no event of an old turn changes anything',
  'journal-in-order': 'journals are readable, in the order of events, their times never go back',
  'resumed-rightly': 'a call that comes back goes on where it was',
  'switch-content': 'the switch sees nothing that a real one would have to forgive',
  'no-fault-of-ours': 'no line of level error and no fault of ours that the plan does not explain',
  'no-stray-error': 'no exception that nobody catches, no rejection that nobody handles',
  secret: 'what is keyed in confidence is written nowhere',
  'phones-fall-silent': 'nobody is rung, or kept on the line, for a caller who is gone or needs nobody',
  'nobody-alone': 'nobody is alone in a room',
  'one-agent': 'no more than two are ever together',
  'music-while-waiting': 'who waits for somebody hears that they do',
  announced: 'what is announced is heard before anybody is met',
  'only-destinations': 'nothing is dialled that is no destination and fits no pattern',
  'talks-go-on': 'nothing but people ends a talk between people',
  'hear-each-other': 'who talks with somebody hears them',
  'one-outcome': 'each transfer has one outcome, told once',
  'transfer-in-order': 'each step of a transfer follows the one before it',
  deterministic: 'the same plan gives the same journals, byte for byte',
} as const

export type Invariant = keyof typeof INVARIANTS

export interface Broken {
  invariant: Invariant
  what: string
  /** On the day's clock. */
  atMs: number
}

/** The same breach again, with other numbers in it, is the same. */
export function kindOf({ invariant, what }: Broken): string {
  return `${invariant}: ${what.replace(/\d+(\.\d+)?/g, '#').slice(0, 120)}`
}

/** Collects breaches, each kind once. */
export class Breaches {
  readonly all: Broken[] = []
  readonly #kinds = new Set<string>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  add(invariant: Invariant, what: string): void {
    const broken = { invariant, what, atMs: this.#now() }
    const kind = kindOf(broken)
    if (this.#kinds.has(kind)) return
    this.#kinds.add(kind)
    this.all.push(broken)
  }
}
