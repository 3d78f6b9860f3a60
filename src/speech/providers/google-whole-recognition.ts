// Recognition of an utterance that is there as a whole, such as a file: one request, one answer.

import type { v2 } from '@google-cloud/speech'
import type { CallOptions } from 'google-gax'
import type { Recognition } from '../recognizer.ts'
import { googleFault } from './google-fault.ts'
import type { RecognitionParts } from './google-recognition.ts'
import { GoogleTranscript } from './google-transcript.ts'

/** Google takes one minute in a request of this kind. */
const LONGEST_MS = 59_000
/** Without interims to fall back on it is waited for longer than for the last word of a stream. */
const ANSWER_LIMIT_MS = 8_000

type Sound = { content: Uint8Array }

export class GoogleWholeRecognition implements Recognition {
  readonly #parts: RecognitionParts
  readonly #pieces: Buffer[] = []
  readonly #asking = new AbortController()
  #bytesLeft: number
  #phase: 'hearing' | 'finishing' | 'over' = 'hearing'

  constructor(parts: RecognitionParts) {
    this.#parts = parts
    this.#bytesLeft = (parts.sampleRate * 2 * LONGEST_MS) / 1_000
  }

  write(samples: Int16Array): void {
    if (this.#phase !== 'hearing') return
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
    this.#pieces.push(Buffer.from(bytes.subarray(0, this.#bytesLeft)))
    this.#bytesLeft -= Math.min(this.#bytesLeft, bytes.length)
  }

  finish(): void {
    if (this.#phase !== 'hearing') return
    this.#phase = 'finishing'
    void this.#ask({ content: Buffer.concat(this.#pieces.splice(0)) })
  }

  cancel(): void {
    this.#leave()
  }

  /** The provider goes away: whoever listens is told. */
  abandon(): void {
    this.#fail(new Error('it was closed'))
  }

  async #ask(sound: Sound): Promise<void> {
    const { opening, hear } = this.#parts
    try {
      const { lease, start } = await opening
      try {
        const transcript = await this.#answer(lease.client, start, sound)
        if (this.#isOver) return
        this.#leave()
        const { text, confidence, language } = transcript
        hear(text === '' ? { type: 'nothing' } : { type: 'final', text, confidence, language })
      } finally {
        lease.release()
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  async #answer(
    client: v2.SpeechClient,
    { recognizer, streamingConfig }: Awaited<RecognitionParts['opening']>['start'],
    { content }: Sound,
  ): Promise<GoogleTranscript> {
    // Whether to try again is decided where other providers are known.
    const options = { timeout: ANSWER_LIMIT_MS, retry: { retryCodes: [] }, signal: this.#asking.signal }
    const request = { recognizer, config: streamingConfig.config ?? null, content }
    const [response] = await client.recognize(request, options as CallOptions)
    const transcript = new GoogleTranscript()
    transcript.add((response.results ?? []).map(result => ({ ...result, isFinal: true })))
    return transcript
  }

  get #isOver(): boolean {
    return this.#phase === 'over'
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    this.#leave()
    this.#parts.hear({ type: 'failed', fault: googleFault(this.#parts.provider, error) })
  }

  #leave(): void {
    if (this.#isOver) return
    // Else `#ask` has it, and hears of what is wrong with it.
    if (this.#phase === 'hearing') this.#parts.opening.then(({ lease }) => lease.release()).catch(() => {})
    this.#phase = 'over'
    this.#asking.abort()
    this.#parts.onOver()
  }
}
