// How a stream of text becomes pieces to be spoken.

import { SentenceCutter, type SentenceCutterOptions } from './sentences.ts'

/** Takes a stream of text and gives pieces to be spoken. */
export interface Cutter {
  push(text: string): string[]
  /** Nothing has come for a moment. */
  pause(): string[]
  /** What `pause` would give: worth making before it is certain. */
  likely(): string | undefined
  /** The stream is over. */
  flush(): string[]
}

/** `nothing`: one piece, when all of it is there. */
export type Cut = 'sentences' | 'nothing'

export function cutterFor(cut: Cut, options: SentenceCutterOptions): Cutter {
  return cut === 'sentences' ? new SentenceCutter(options) : new WholeText()
}

/** The sentences of a text that is all there. */
export function sentencesOf(text: string): string[] {
  const cutter = new SentenceCutter()
  return [...cutter.push(text), ...cutter.flush()]
}

/** More than this in one request is more than providers take. */
const WHOLE_LIMIT = 3_000

/** Cuts nothing but what is too long for one request. */
class WholeText implements Cutter {
  #text = ''

  push(text: string): string[] {
    this.#text += text
    return []
  }

  pause(): string[] {
    return []
  }

  likely(): undefined {}

  flush(): string[] {
    const text = this.#text.replace(/\s+/g, ' ').trim()
    this.#text = ''
    if (text.length > WHOLE_LIMIT) return sentencesOf(text)
    return text === '' ? [] : [text]
  }
}
