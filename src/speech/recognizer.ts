// Recognition as a port: sound in, hearings out. One Recognition is one utterance of the caller.

import type { SpeechFault } from './fault.ts'

/** What a recognizer reports. After exactly one of final, nothing or failed no more comes. Texts cover the whole utterance. */
export type Hearing =
  | { type: 'started' }
  /** What it believes so far; `stability` 0–1 tells how unlikely it is to change. */
  | { type: 'partial'; text: string; stability: number }
  | { type: 'final'; text: string; confidence: number | null; language: string | null }
  | { type: 'nothing' }
  | { type: 'failed'; fault: SpeechFault }

export interface RecognitionRequest {
  /** BCP 47, e.g. `en-US`. */
  language: string
  /** Of the 16-bit mono samples that will be written. */
  sampleRate: number
  /** Words and phrases that are likely now. */
  hints: readonly string[]
  expect: 'open' | 'digits' | 'yes-no' | 'number' | 'name'
  /** All of the sound comes at once, as from a file: nobody wants to know what is believed meanwhile. */
  whole?: boolean
}

export interface Recognition {
  /** Hands over samples as they come. After `finish` or `cancel` they are dropped. */
  write(samples: Int16Array): void
  /** No more sound: the last hearing follows. */
  finish(): void
  /** Nobody wants to know any more: nothing is reported from now on. */
  cancel(): void
}

export interface Recognizer {
  readonly name: string
  /** Opens its connections before the first call needs them. Rejects with SpeechFault when it can never work as configured. */
  warmUp(): Promise<void>
  recognize(request: RecognitionRequest, hear: (hearing: Hearing) => void): Recognition
  close(): Promise<void>
}
