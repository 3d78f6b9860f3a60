// What is to be said, cut into what can be spoken: while the engine still speaks, and also when it falls silent in the middle.

import type { Clock, Timer } from '../lib/clock.ts'
import { type Cut, type Cutter, cutterFor, sentencesOf } from '../speech/cutter.ts'
import type { SynthesisRequest } from '../speech/synthesizer.ts'
import type { Line } from './line.ts'
import type { Piece } from './vocabulary.ts'

/** An engine that goes on in the middle of a sentence goes on sooner: tokens come every 20 to 50 ms. */
export const PAUSE_MS = 200

export interface ScriptOptions {
  cut: Cut
  clock: Clock
  add(content: Line['content']): void
  /** The first piece of all will probably be this. */
  expect(request: SynthesisRequest): void
  /** Something was added because nothing came for a moment. */
  onPause(): void
}

export class Script {
  readonly #options: ScriptOptions
  #cutting: { cutter: Cutter; language: string; voice: string } | undefined
  /** Runs while the engine may still be in the middle of a sentence. */
  #pause: Timer | undefined
  #isEmpty = true
  #expected: string | undefined

  constructor(options: ScriptOptions) {
    this.#options = options
  }

  take(piece: Piece): void {
    if (piece.kind === 'text') return this.#takeText(piece)
    this.flush()
    if (piece.kind === 'sound') return this.#add(piece)
    const { text, language, voice } = piece
    const kind = piece.kind === 'filler' ? 'filler' : 'text'
    for (const sentence of sentencesOf(text))
      this.#add({ kind, request: { text: sentence, language, voice } })
  }

  /** Nothing more comes of the text that was begun. */
  flush(): void {
    this.#pause?.cancel()
    const cutting = this.#cutting
    this.#cutting = undefined
    if (cutting) this.#addAll(cutting.cutter.flush(), cutting)
  }

  /** What was begun is not wanted, and something else begins. */
  drop(): void {
    this.#pause?.cancel()
    this.#cutting = undefined
    this.#isEmpty = true
    this.#expected = undefined
  }

  /** Making the first piece does not wait for the word after it, which only says that it was one. */
  #expect({ cutter, language, voice }: { cutter: Cutter; language: string; voice: string }): void {
    const text = cutter.likely()
    if (text === undefined || text === this.#expected) return
    this.#expected = text
    this.#options.expect({ text, language, voice })
  }

  #takeText({ text, language, voice }: Piece & { kind: 'text' }): void {
    if (this.#cutting && (this.#cutting.language !== language || this.#cutting.voice !== voice)) this.flush()
    const cutting = this.#cutting ?? { cutter: this.#newCutter(language), language, voice }
    this.#cutting = cutting
    this.#addAll(cutting.cutter.push(text), cutting)
    if (this.#isEmpty) this.#expect(cutting)
    this.#pause?.cancel()
    this.#pause = this.#options.clock.after(PAUSE_MS, () => {
      this.#addAll(cutting.cutter.pause(), cutting)
      this.#options.onPause()
    })
  }

  /** Of an answer a first clause is enough to begin with. */
  #newCutter(language: string): Cutter {
    return cutterFor(this.#options.cut, { first: this.#isEmpty ? 'clause' : 'sentence', language })
  }

  #addAll(texts: readonly string[], { language, voice }: { language: string; voice: string }): void {
    for (const text of texts) this.#add({ kind: 'text', request: { text, language, voice } })
  }

  #add(content: Line['content']): void {
    this.#isEmpty = false
    this.#options.add(content)
  }
}
