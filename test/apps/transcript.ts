// A call printed as it happens: times on the left, then what the caller does, then what the assistant does.

import type { JournalEntry } from '../../src/call/journal.ts'

const TIME = 8
const GAP = 2
const WIDEST = 118
/** Narrower columns are no longer read, they are deciphered. */
const NARROWEST = 60

export class Transcript {
  readonly #print: (line: string) => void
  readonly #callerWidth: number
  readonly #assistantWidth: number

  constructor(print: (line: string) => void, width = process.stdout.columns ?? WIDEST) {
    const both = Math.max(NARROWEST, Math.min(width, WIDEST)) - TIME - 2 * GAP
    this.#print = print
    this.#callerWidth = Math.floor(both * 0.4)
    this.#assistantWidth = both - this.#callerWidth
  }

  heading(): void {
    this.#row('seconds', 'caller', 'assistant')
    this.#row('───────', '─'.repeat(this.#callerWidth), '─'.repeat(this.#assistantWidth))
  }

  caller(atMs: number, text: string): void {
    this.#row((atMs / 1_000).toFixed(2), text, '')
  }

  assistant(atMs: number, text: string): void {
    this.#row((atMs / 1_000).toFixed(2), '', text)
  }

  entry(entry: JournalEntry): void {
    const { atMs } = entry
    switch (entry.type) {
      case 'admitted':
        return this.caller(atMs, '(calls)')
      case 'callerSpoke':
        return this.caller(atMs, '…')
      case 'utteranceHeard':
        return this.caller(atMs, `“${(entry.utterance as { text: string }).text}”`)
      case 'nothingHeard':
        return this.caller(atMs, '(no words)')
      case 'digitPressed':
        return this.caller(atMs, `[${entry.digit}]`)
      case 'promptStarted':
        return this.assistant(atMs, String(entry.text))
      case 'hushed':
        return this.assistant(atMs, `   — interrupted after ${(Number(entry.afterMs) / 1_000).toFixed(1)} s`)
      case 'ended':
        return this.assistant(atMs, `(${wordsOf(entry.ending as object)})`)
    }
  }

  #row(at: string, caller: string, assistant: string): void {
    const left = wrap(caller, this.#callerWidth)
    const right = wrap(assistant, this.#assistantWidth)
    for (let i = 0; i < Math.max(left.length, right.length, 1); i++) {
      const cells = [
        (i === 0 ? at : '').padStart(TIME),
        (left[i] ?? '').padEnd(this.#callerWidth),
        right[i] ?? '',
      ]
      this.#print(cells.join(' '.repeat(GAP)).trimEnd())
    }
  }
}

/** The plain values of an ending, at any depth: "assistant, handed-over, 200, default, asked, key". */
export function wordsOf(ending: object): string {
  return Object.values(ending)
    .map(value => (typeof value === 'object' && value ? wordsOf(value) : String(value)))
    .join(', ')
}

/** Lines of at most `width` characters; a longer word is left whole. */
function wrap(text: string, width: number): string[] {
  const indent = text.slice(0, text.length - text.trimStart().length)
  const lines: string[] = []
  for (const word of text.trim().split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(indent + word)
  }
  return lines
}
