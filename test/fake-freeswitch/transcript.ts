// The readable record of a call, both sides with times: what a test prints when it fails and a telephone in
// the terminal shows.

export interface TranscriptLine {
  /** Milliseconds since the call began. */
  atMs: number
  who: 'caller' | 'assistant' | 'switch'
  what: string
}

export class Transcript {
  readonly lines: TranscriptLine[] = []

  add(atMs: number, who: TranscriptLine['who'], what: string): void {
    this.lines.push({ atMs, who, what })
  }

  /** One line each: seconds, who, what. */
  print(): string {
    return this.lines
      .map(({ atMs, who, what }) => `${(atMs / 1_000).toFixed(2).padStart(8)}  ${who.padEnd(9)}  ${what}`)
      .join('\n')
  }
}
