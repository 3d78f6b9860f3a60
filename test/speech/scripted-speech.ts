// Providers that do what a test tells them, and remember what they were asked.

import { type FaultKind, SpeechFault } from '../../src/speech/fault.ts'
import type { Hearing, Recognition, RecognitionRequest, Recognizer } from '../../src/speech/recognizer.ts'
import type { SynthesisRequest, SynthesizedSpeech, Synthesizer } from '../../src/speech/synthesizer.ts'

export function faultOf(provider: string, kind: FaultKind = 'transient'): SpeechFault {
  return new SpeechFault(provider, kind, 'as the test says')
}

export interface Asked {
  request: SynthesisRequest
  signal: AbortSignal
  answer: (speech?: Partial<SynthesizedSpeech>) => void
  fail: (error: unknown) => void
}

/** Answers when the test says so; rejects by itself only when it is aborted. */
export class ScriptedSynthesizer implements Synthesizer {
  readonly name: string
  settings: string
  readonly asked: Asked[] = []
  /** Set: every request is answered at once, with so many samples, or with this error. */
  always: number | Error | undefined
  warmUpFault: SpeechFault | undefined

  constructor(name: string, always?: number | Error) {
    this.name = name
    this.settings = `settings of ${name}`
    this.always = always
  }

  get last(): Asked {
    const last = this.asked.at(-1)
    if (!last) throw new Error('nobody asked')
    return last
  }

  async warmUp(): Promise<void> {
    if (this.warmUpFault) throw this.warmUpFault
  }

  synthesize(request: SynthesisRequest, signal: AbortSignal): Promise<SynthesizedSpeech> {
    const speech = { samples: new Int16Array(800).fill(5), sampleRate: 8000 }
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      this.asked.push({ request, signal, answer: other => resolve({ ...speech, ...other }), fail: reject })
      if (typeof this.always === 'number')
        resolve({ ...speech, samples: new Int16Array(this.always).fill(5) })
      else if (this.always) reject(this.always)
    })
  }

  async close(): Promise<void> {}
}

export class ScriptedRecognition implements Recognition {
  readonly request: RecognitionRequest
  readonly hear: (hearing: Hearing) => void
  readonly written: number[] = []
  state: 'open' | 'finished' | 'cancelled' = 'open'

  constructor(request: RecognitionRequest, hear: (hearing: Hearing) => void) {
    this.request = request
    this.hear = hear
  }

  write(samples: Int16Array): void {
    this.written.push(samples[0] ?? Number.NaN)
  }

  finish(): void {
    this.state = 'finished'
  }

  cancel(): void {
    this.state = 'cancelled'
  }
}

export class ScriptedRecognizer implements Recognizer {
  readonly name: string
  readonly recognitions: ScriptedRecognition[] = []
  warmUpFault: SpeechFault | undefined

  constructor(name: string) {
    this.name = name
  }

  get last(): ScriptedRecognition {
    const last = this.recognitions.at(-1)
    if (!last) throw new Error('nobody asked')
    return last
  }

  async warmUp(): Promise<void> {
    if (this.warmUpFault) throw this.warmUpFault
  }

  recognize(request: RecognitionRequest, hear: (hearing: Hearing) => void): Recognition {
    const recognition = new ScriptedRecognition(request, hear)
    this.recognitions.push(recognition)
    return recognition
  }

  async close(): Promise<void> {}
}

export const finalHearing = (text: string): Hearing => ({
  type: 'final',
  text,
  confidence: null,
  language: null,
})
