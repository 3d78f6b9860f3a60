// What was said in a call, as far as it is needed while the call lasts: the last of it, in order, without what is confidential.

import type { HistoryEntry } from '../engine/engine.ts'
import { beginning } from './line.ts'

/** A long talk between people; no more than that is kept in memory. */
const LIMIT = 200
/** A summary is read in a call detail record: what it was about is said at the beginning, what was agreed at the end. */
const BEGINNING = 250
const END = 350

export class Transcript {
  readonly #entries: HistoryEntry[] = []
  readonly #wallMs: () => number
  /** Since when people talk to each other, in wall-clock milliseconds: nobody is asked what to answer to that. */
  #talkSinceMs: number | null = null
  /** Something more was said between them. */
  onTalk: () => void = () => {}

  constructor(wallMs: () => number, before: readonly HistoryEntry[] = []) {
    this.#wallMs = wallMs
    this.#entries.push(...before.slice(-LIMIT))
  }

  get entries(): readonly HistoryEntry[] {
    return this.#entries
  }

  add(who: HistoryEntry['who'], text: string): void {
    if (text.trim() === '') return
    this.#entries.push({ who, text, atMs: this.#wallMs() })
    if (this.#entries.length > LIMIT) this.#entries.shift()
    if (this.#talkSinceMs !== null) this.onTalk()
  }

  /** What people have said to each other, briefly; '' when nothing was heard. */
  talkSummary(): string {
    const since = this.#talkSinceMs ?? Number.POSITIVE_INFINITY
    const said = this.#entries
      .filter(({ who, atMs }) => who !== 'assistant' && atMs >= since)
      .map(({ who, text }) => `${who === 'agent' ? 'Agent' : 'Caller'}: ${text}`)
      .join(' / ')
    const whole = said.replace(/[\p{Cc}$]/gu, ' ')
    if (whole.length <= BEGINNING + END) return whole
    return `${whole.slice(0, BEGINNING)} … ${whole.slice(-END)}`
  }

  /** The journal's entries tell who has said what; what is confidential is not in them. */
  take(note: { type: string; [field: string]: unknown }): void {
    if (note.type === 'asked' && isSpoken(note.question)) this.add('caller', note.question.utterance.text)
    if (note.type === 'agentJoined') this.#talkSinceMs = this.#wallMs()
    if (note.type === 'talkEnded') this.#talkSinceMs = null
    if (note.type === 'utteranceHeard' && this.#talkSinceMs !== null && isSpoken(note))
      this.add('caller', note.utterance.text)
    if (note.type === 'promptSpoken' && isHeard(note)) {
      const share = note.how === 'completed' ? 1 : note.heardMs / Math.max(1, note.ofMs)
      this.add('assistant', share === 1 ? note.text : beginning(note.text, share))
    }
  }
}

function isSpoken(what: unknown): what is { utterance: { text: string } } {
  return typeof what === 'object' && what !== null && 'utterance' in what
}

function isHeard(note: object): note is { text: string; how: string; heardMs: number; ofMs: number } {
  return 'text' in note && typeof note.text === 'string'
}
