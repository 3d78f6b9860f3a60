// From Google's results to one text per utterance: settled segments, then what is still open.

/** The part of a v2 StreamingRecognitionResult that is looked at. */
export interface GoogleResult {
  alternatives?: readonly { transcript?: string | null; confidence?: number | null }[] | null
  isFinal?: boolean | null
  stability?: number | null
  languageCode?: string | null
}

/** An utterance is bounded by its length in time; this holds off a peer that sends text without end. */
const LONGEST_TEXT = 20_000

export class GoogleTranscript {
  #settled = ''
  #open = ''
  #stability = 1
  #lowest: number | null = null
  #language: string | null = null
  #isCertain = true

  /** Settled segments and the open rest, as one text. */
  get text(): string {
    return joined(this.#settled, this.#open)
  }

  /** How unlikely the text is to change: the lowest of its open parts, 1 when all is settled. */
  get stability(): number {
    return this.#stability
  }

  /** The lowest of the settled segments; null when one had none, or when open text was taken for settled. */
  get confidence(): number | null {
    return this.#isCertain ? this.#lowest : null
  }

  get language(): string | null {
    return this.#language
  }

  /**
   * Takes the results of one response: at most one final first, then interims that replace all interims
   * before. Their transcripts are pieces of one text and carry their own spaces.
   */
  add(results: readonly GoogleResult[]): void {
    let open = ''
    let stability = 1
    for (const result of results) {
      const best = result.alternatives?.[0]
      const piece = best?.transcript ?? ''
      if (result.languageCode) this.#language = result.languageCode
      if (result.isFinal) this.#settle(piece, best?.confidence ?? 0)
      else if (piece !== '') {
        open += piece
        stability = Math.min(stability, result.stability ?? 0)
      }
    }
    this.#open = open.slice(0, LONGEST_TEXT)
    this.#stability = stability
  }

  /** No final will come for the open text any more: it is what was said, as far as anybody knows. */
  settleOpen(): void {
    if (this.#open.trim() === '') return
    this.#settled = joined(this.#settled, this.#open)
    this.#isCertain = false
    this.dropOpen()
  }

  /** The sound of the open text will be heard once more. */
  dropOpen(): void {
    this.#open = ''
    this.#stability = 1
  }

  #settle(piece: string, confidence: number): void {
    if (piece.trim() === '') return
    this.#settled = joined(this.#settled, piece)
    // Google's 0 means "not set".
    if (confidence <= 0) this.#isCertain = false
    else this.#lowest = Math.min(this.#lowest ?? 1, confidence)
  }
}

const WRITES_WITHOUT_SPACES =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\u3000-\u303f\uff00-\uffef]/u

function joined(before: string, after: string): string {
  const [left, right] = [before.trim(), after.trim()]
  const needsSpace = left !== '' && right !== '' && !isSpaceless(left.slice(-1), right.slice(0, 1))
  return `${left}${needsSpace ? ' ' : ''}${right}`.replace(/\s+/g, ' ').slice(0, LONGEST_TEXT)
}

function isSpaceless(left: string, right: string): boolean {
  return WRITES_WITHOUT_SPACES.test(left) && WRITES_WITHOUT_SPACES.test(right)
}
