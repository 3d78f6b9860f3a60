// Synthesis as a port: a sentence in, samples out.

export interface SynthesisRequest {
  text: string
  /** BCP 47, e.g. `en-US`. */
  language: string
  /** The provider's own name of a voice; '' for its default in that language. */
  voice: string
}

export interface SynthesizedSpeech {
  /** 16-bit mono. */
  samples: Int16Array
  sampleRate: number
  /** The `settings` of who made it, where the one that was asked may have asked another. */
  settings?: string
}

export interface Synthesizer {
  readonly name: string
  /** Everything beside the request that changes how it sounds (provider, model, rate, speed, pitch), as one stable string. */
  readonly settings: string
  /** Opens its connections before the first call needs them. Rejects with SpeechFault when it can never work as configured. */
  warmUp(): Promise<void>
  /** Rejects with SpeechFault; with the signal's reason when that was aborted. */
  synthesize(request: SynthesisRequest, signal: AbortSignal): Promise<SynthesizedSpeech>
  close(): Promise<void>
}
