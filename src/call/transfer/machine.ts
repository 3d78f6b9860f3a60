// Whether a person has answered, or a machine: from when the other side speaks and waits, and from words where there are any.
// Who picks up a phone says something short and waits for an answer; a machine goes on. Pure: times come with the evidence.

import { unreachable } from '../../lib/unreachable.ts'
import { isMailboxTalk } from './mailbox-talk.ts'

export type Evidence =
  | { type: 'voiceStarted'; atMs: number }
  /** `atMs`: of the last sound, which may be known later than it was. */
  | { type: 'voiceEnded'; atMs: number }
  | { type: 'words'; text: string }
  /** A beep, or a signal of the network. */
  | { type: 'tone' }

export type Judgement =
  | { is: 'person'; because: 'silence' | 'short' | 'waits' }
  | { is: 'machine'; because: 'words' | 'tone' | 'long' }
  /** Without further evidence there is more to tell at `decideAtMs`. */
  | { is: 'undecided'; decideAtMs: number }

/** Who has said nothing for so long waits for us to begin. */
const SILENT_MS = 2_000
/** "Hello?", "Miller.", "Sales, Anna speaking." */
const SHORT_MS = 1_800
/** After something short, so long a silence means that we are to speak; machines make such pauses only after a longer text. */
const WAIT_MS = 600
const WAIT_AFTER_LONGER_MS = 1_000
/** Few people greet longer without waiting. A pause is told to us 500 ms late at the most: it is 3 s of speech. */
const LONG_MS = 3_500

type Hearing =
  | { is: 'nothing' }
  /** Since `sinceMs` they have not waited for an answer. */
  | { is: 'voice'; sinceMs: number }
  | { is: 'pause'; sinceMs: number; endedMs: number }

export class MachineDetector {
  readonly #answeredMs: number
  readonly #language: string
  #hearing: Hearing = { is: 'nothing' }
  #judgement: Judgement | undefined

  constructor(answeredMs: number, language: string) {
    this.#answeredMs = answeredMs
    this.#language = language
  }

  take(evidence: Evidence): void {
    if (this.#judgement) return
    const hearing = this.#hearing
    switch (evidence.type) {
      case 'voiceStarted':
        // Whether they had waited long enough before has to be asked with the time at which they went on.
        this.judge(evidence.atMs)
        if (hearing.is === 'nothing') this.#hearing = { is: 'voice', sinceMs: evidence.atMs }
        else if (hearing.is === 'pause') this.#hearing = { is: 'voice', sinceMs: hearing.sinceMs }
        return
      case 'voiceEnded':
        if (hearing.is === 'voice') this.#hearing = { ...hearing, is: 'pause', endedMs: evidence.atMs }
        return
      case 'words':
        if (isMailboxTalk(evidence.text, this.#language))
          this.#judgement = { is: 'machine', because: 'words' }
        return
      case 'tone':
        this.#judgement = { is: 'machine', because: 'tone' }
        return
      default:
        return unreachable(evidence)
    }
  }

  /** What can be told at `nowMs`; once it is person or machine it stays so. */
  judge(nowMs: number): Judgement {
    if (this.#judgement) return this.#judgement
    const judgement = this.#judgeHearing(nowMs)
    if (judgement.is !== 'undecided') this.#judgement = judgement
    return judgement
  }

  #judgeHearing(nowMs: number): Judgement {
    const hearing = this.#hearing
    if (hearing.is === 'nothing')
      return decidedAt(this.#answeredMs + SILENT_MS, nowMs, { is: 'person', because: 'silence' })
    if (hearing.is === 'voice')
      return decidedAt(hearing.sinceMs + LONG_MS, nowMs, { is: 'machine', because: 'long' })
    const { sinceMs, endedMs } = hearing
    // Told only now, or in several sentences with too little between them.
    if (endedMs - sinceMs >= LONG_MS) return { is: 'machine', because: 'long' }
    return endedMs - sinceMs < SHORT_MS
      ? decidedAt(endedMs + WAIT_MS, nowMs, { is: 'person', because: 'short' })
      : decidedAt(endedMs + WAIT_AFTER_LONGER_MS, nowMs, { is: 'person', because: 'waits' })
  }
}

function decidedAt(atMs: number, nowMs: number, judgement: Judgement): Judgement {
  return nowMs >= atMs ? judgement : { is: 'undecided', decideAtMs: atMs }
}
