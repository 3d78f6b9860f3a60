// Google Text-to-Speech, one request per sentence.

import type { TextToSpeechClient } from '@google-cloud/text-to-speech'
import type { CallOptions } from 'google-gax'
import { decodeWav, toMono } from '../../audio/wav.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Files } from '../../lib/files.ts'
import { SpeechFault } from '../fault.ts'
import type { SynthesisRequest, SynthesizedSpeech, Synthesizer } from '../synthesizer.ts'
import { type GoogleAccess, resolveAccess } from './google-access.ts'
import { googleFault } from './google-fault.ts'
import { ClientPool } from './google-pool.ts'

export interface GoogleSynthesizerOptions extends GoogleAccess {
  /** What this provider is called in logs and faults. */
  name: string
  /**
   * For requests that name no voice, where its language is theirs; Google's default of the language when
   * absent.
   */
  voice?: string | undefined
  /** 8000 when absent: Google resamples better than anybody after it. */
  sampleRate?: number | undefined
  /** 0.25 to 2; 1 when absent. */
  speakingRate?: number | undefined
  /** Semitones, -20 to 20; 0 when absent. */
  pitch?: number | undefined
  /** e.g. `telephony-class-application`. */
  effectsProfile?: readonly string[] | undefined
  timeoutMs?: number | undefined
}

/** A sentence takes 200 to 500 ms; while a provider hangs the caller hears nothing for so long. */
const DEFAULT_TIMEOUT_MS = 3_000
/** Google's limit of `input`, in bytes and not in characters. */
const MOST_INPUT_BYTES = 5_000

export class GoogleSynthesizer implements Synthesizer {
  readonly name: string
  readonly settings: string
  readonly #options: GoogleSynthesizerOptions
  readonly #clock: Clock
  readonly #files: Files
  readonly #pool: ClientPool<TextToSpeechClient>

  constructor(options: GoogleSynthesizerOptions, clock: Clock, files: Files) {
    this.name = options.name
    this.#options = options
    this.#clock = clock
    this.#files = files
    const { voice = '', sampleRate = 8000, speakingRate = 1, pitch = 0, effectsProfile = [] } = options
    this.settings = JSON.stringify(['google', voice, sampleRate, speakingRate, pitch, effectsProfile])
    this.#pool = new ClientPool(this.name, () => this.#makeClient())
  }

  /**
   * Rejects with a permanent SpeechFault when it can never work, with a transient one when nobody answers
   * now.
   */
  warmUp(): Promise<void> {
    return this.#pool.warmUp(this.#clock)
  }

  async synthesize(request: SynthesisRequest, signal: AbortSignal): Promise<SynthesizedSpeech> {
    signal.throwIfAborted()
    if (Buffer.byteLength(request.text) > MOST_INPUT_BYTES) {
      throw new SpeechFault(
        this.name,
        'permanent',
        `a text of more than ${MOST_INPUT_BYTES} bytes cannot be spoken`,
      )
    }
    const lease = await this.#pool.lease()
    try {
      signal.throwIfAborted()
      return this.#decode(await this.#ask(lease.client, request, signal))
    } catch (error) {
      // The library reports our own abort as the peer's code 1.
      signal.throwIfAborted()
      const fault = googleFault(this.name, error)
      if (codeOf(error) === DEADLINE_EXCEEDED) lease.discard()
      throw fault
    } finally {
      lease.release()
    }
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  async #ask(client: TextToSpeechClient, request: SynthesisRequest, signal: AbortSignal): Promise<Buffer> {
    const { sampleRate = 8000, speakingRate = 1, pitch = 0, effectsProfile = [] } = this.#options
    // Whether to try again is decided where other providers are known.
    const callOptions = {
      timeout: this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      retry: { retryCodes: [] },
      signal,
    }
    const [response] = await client.synthesizeSpeech(
      {
        input: { text: request.text },
        voice: voiceFor(request, this.#options.voice ?? ''),
        audioConfig: {
          audioEncoding: 'LINEAR16',
          sampleRateHertz: sampleRate,
          speakingRate,
          pitch,
          effectsProfileId: [...effectsProfile],
        },
      },
      callOptions as CallOptions,
    )
    return Buffer.from(response.audioContent as Uint8Array)
  }

  // LINEAR16 comes as a WAV file, whose header need not have 44 bytes.
  #decode(content: Buffer): SynthesizedSpeech {
    try {
      const wav = decodeWav(content)
      return { samples: toMono(wav), sampleRate: wav.sampleRate }
    } catch (cause) {
      throw new SpeechFault(this.name, 'transient', 'it answered with something that is not a WAV file', {
        cause,
      })
    }
  }

  async #makeClient(): Promise<TextToSpeechClient> {
    const { options } = await resolveAccess(this.name, 'texttospeech', this.#options, this.#files)
    const { TextToSpeechClient } = await import('@google-cloud/text-to-speech')
    return new TextToSpeechClient(options)
  }
}

const DEADLINE_EXCEEDED = 4

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code
}

/** Google refuses a voice together with another language than its own, which its name begins with. */
function voiceFor(request: SynthesisRequest, defaultVoice: string): { languageCode: string; name?: string } {
  const usesDefault = request.voice === '' && localeOf(defaultVoice) === request.language
  const name = usesDefault ? defaultVoice : request.voice
  if (name === '') return { languageCode: request.language }
  return { languageCode: localeOf(name) ?? request.language, name }
}

function localeOf(voice: string): string | undefined {
  return /^[a-z]{2,3}-[A-Z]{2}(?=-)/.exec(voice)?.[0]
}
