// Google Speech-to-Text, API v2, streaming.

import type { protos, v2 } from '@google-cloud/speech'
import type { Clock } from '../../lib/clock.ts'
import type { Files } from '../../lib/files.ts'
import { SpeechFault } from '../fault.ts'
import type { Hearing, Recognition, RecognitionRequest, Recognizer } from '../recognizer.ts'
import { type GoogleAccess, resolveAccess } from './google-access.ts'
import { ClientPool } from './google-pool.ts'
import { GoogleRecognition, type RecognitionLimits } from './google-recognition.ts'
import type { StreamStart } from './google-stream.ts'
import { GoogleWholeRecognition } from './google-whole-recognition.ts'

export interface GoogleRecognizerOptions extends GoogleAccess {
  /** What this provider is called in logs and faults. */
  name: string
  /** `telephony` when absent: made for 8 kHz calls and available everywhere. */
  model?: string | undefined
  punctuation?: boolean | undefined
  /** How strongly hints are preferred, 0 to 20. */
  hintBoost?: number | undefined
  openTimeoutMs?: number | undefined
  finalTimeoutMs?: number | undefined
  /** Age at which a stream is replaced; Google ends it at 300 s. */
  rotateAfterMs?: number | undefined
  /** How much sound is sent at a time. */
  pieceMs?: number | undefined
  /** Streams that share one connection. */
  streamsPerConnection?: number | undefined
}

const DEFAULT_LIMITS: RecognitionLimits = {
  // Google may keep even its headers back until it understands a word, and noise has none.
  openTimeoutMs: 8_000,
  // Finals take 150 to 500 ms. Whoever waits for one must have time left to ask another provider.
  finalTimeoutMs: 1_500,
  // One minute before Google ends the stream.
  maxAgeMs: 240_000,
  // Google recommends 100 ms; with less, what it believes meanwhile comes sooner, and a write costs little.
  pieceMs: 40,
}
const DEFAULT_BOOST = 10
/** Google rejects a boost beyond this. */
const MOST_BOOST = 20
/** Google takes 1,200 phrases of 100 characters; each of them costs time at the start of every utterance. */
const MOST_HINTS = 200
const LONGEST_HINT = 100

type RecognitionConfig = protos.google.cloud.speech.v2.IRecognitionConfig

export class GoogleRecognizer implements Recognizer {
  readonly name: string
  readonly #options: GoogleRecognizerOptions
  readonly #limits: RecognitionLimits
  readonly #clock: Clock
  readonly #files: Files
  readonly #pool: ClientPool<v2.SpeechClient>
  readonly #open = new Set<GoogleRecognition | GoogleWholeRecognition>()
  #recognizerPath = ''

  constructor(options: GoogleRecognizerOptions, clock: Clock, files: Files) {
    this.name = options.name
    this.#options = options
    this.#clock = clock
    this.#files = files
    this.#limits = {
      openTimeoutMs: options.openTimeoutMs ?? DEFAULT_LIMITS.openTimeoutMs,
      finalTimeoutMs: options.finalTimeoutMs ?? DEFAULT_LIMITS.finalTimeoutMs,
      maxAgeMs: options.rotateAfterMs ?? DEFAULT_LIMITS.maxAgeMs,
      pieceMs: options.pieceMs ?? DEFAULT_LIMITS.pieceMs,
    }
    this.#pool = new ClientPool(this.name, () => this.#makeClient(), options.streamsPerConnection)
  }

  /**
   * Rejects with a permanent SpeechFault when it can never work, with a transient one when nobody answers
   * now.
   */
  warmUp(): Promise<void> {
    return this.#pool.warmUp(this.#clock)
  }

  recognize(request: RecognitionRequest, hear: (hearing: Hearing) => void): Recognition {
    const streamingConfig = streamingConfigFor(request, this.#options)
    const opening = this.#pool.lease().then(lease => {
      const start: StreamStart = { recognizer: this.#recognizerPath, streamingConfig }
      return { lease, start }
    })
    const way = request.whole ? GoogleWholeRecognition : GoogleRecognition
    const recognition: GoogleRecognition | GoogleWholeRecognition = new way({
      provider: this.name,
      clock: this.#clock,
      limits: this.#limits,
      sampleRate: request.sampleRate,
      opening,
      hear,
      onOver: () => this.#open.delete(recognition),
    })
    this.#open.add(recognition)
    return recognition
  }

  // A client that is closed leaves its streams open.
  async close(): Promise<void> {
    for (const recognition of [...this.#open]) recognition.abandon()
    await this.#pool.close()
  }

  async #makeClient(): Promise<v2.SpeechClient> {
    const { options, projectId } = await resolveAccess(this.name, 'speech', this.#options, this.#files)
    if (!projectId)
      throw new SpeechFault(this.name, 'permanent', 'neither the options nor the key file name a project')
    // `_` is the recognizer that exists without being set up.
    this.#recognizerPath = `projects/${projectId}/locations/${this.#options.location ?? 'global'}/recognizers/_`
    const { v2 } = await import('@google-cloud/speech')
    return new v2.SpeechClient(options)
  }
}

/**
 * Field names and enum values as in Google's protocol files: a misspelt one would be sent as "unspecified",
 * silently.
 */
export function streamingConfigFor(
  request: RecognitionRequest,
  options: Pick<GoogleRecognizerOptions, 'model' | 'punctuation' | 'hintBoost'>,
): StreamStart['streamingConfig'] {
  const config: RecognitionConfig = {
    explicitDecodingConfig: {
      encoding: 'LINEAR16',
      sampleRateHertz: request.sampleRate,
      audioChannelCount: 1,
    },
    languageCodes: [request.language],
    model: options.model ?? 'telephony',
    features: { enableAutomaticPunctuation: options.punctuation ?? true },
  }
  const phrases = hintPhrases(request.hints, options.hintBoost ?? DEFAULT_BOOST)
  if (phrases.length > 0) config.adaptation = { phraseSets: [{ inlinePhraseSet: { phrases } }] }
  return { config, streamingFeatures: { interimResults: true, enableVoiceActivityEvents: true } }
}

function hintPhrases(hints: readonly string[], boost: number): { value: string; boost: number }[] {
  const bounded = Math.min(Math.max(boost, 0), MOST_BOOST)
  const values = new Set(
    hints.map(hint => hint.trim()).filter(hint => hint !== '' && hint.length <= LONGEST_HINT),
  )
  return [...values].slice(0, MOST_HINTS).map(value => ({ value, boost: bounded }))
}
