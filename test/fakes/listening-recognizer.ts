// A recognizer at the port that really listens: the ear of the local Google server, without the server, so that it works on a
// manual clock. Its words come from the samples it is given and from nothing else.

import type { Clock } from '../../src/lib/clock.ts'
import type { Hearing, Recognition, RecognitionRequest, Recognizer } from '../../src/speech/recognizer.ts'
import { Listener } from './google-speech/listener.ts'
import type { PhraseBook } from './google-speech/phrase-book.ts'

/** From the end of the sound to the final text. */
const FINAL_DELAY_MS = 150

export class ListeningRecognizer implements Recognizer {
  readonly name = 'listening'
  readonly #book: PhraseBook
  readonly #clock: Clock
  /** What a test does to the sound of an utterance on its way. */
  readonly #onTheWay: (samples: Int16Array) => Int16Array

  constructor(book: PhraseBook, clock: Clock, onTheWay = (samples: Int16Array) => samples) {
    this.#book = book
    this.#clock = clock
    this.#onTheWay = onTheWay
  }

  recognize(_request: RecognitionRequest, hear: (hearing: Hearing) => void): Recognition {
    const pieces: Int16Array[] = []
    let wanted = true
    return {
      write: samples => void pieces.push(samples.slice()),
      finish: () => {
        this.#clock.after(FINAL_DELAY_MS, () => {
          if (wanted) hear(this.#understand(concat(pieces)))
        })
      },
      cancel: () => {
        wanted = false
      },
    }
  }

  #understand(samples: Int16Array): Hearing {
    const listener = new Listener(this.#book, { interimEveryMs: undefined, pauseMs: 5_000 })
    const heard = [...listener.hear(this.#onTheWay(samples)), ...listener.end()]
    const texts = heard.flatMap(one => (one.type === 'final' ? [one.text] : []))
    if (texts.length === 0) return { type: 'nothing' }
    return { type: 'final', text: texts.join(' '), confidence: 0.9, language: null }
  }

  async warmUp(): Promise<void> {}
  async close(): Promise<void> {}
}

function concat(pieces: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
