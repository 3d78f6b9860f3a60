// A voice without a cloud: espeak-ng as WebAssembly, for whoever has to speak in the demo and in tests. The
// engine is GPL-3.0 and a development dependency: nothing under src may import this file.

import load, { type EspeakEvent, type EspeakWorker } from '@echogarden/espeak-ng-emscripten'
import { resample } from '../../src/audio/resample.ts'

export interface VoiceOptions {
  /** An espeak voice, with a variant after the plus sign. */
  voice?: 'en-us' | 'en-us+f3' | 'en-us+m3' | (string & {})
  /** Words per minute, 80 to 450. */
  speed?: number
  /** 0 (low) to 99 (high). */
  pitch?: number
}

/** Where a word of the text lies in the sound. */
export interface SpokenWord {
  text: string
  startMs: number
  endMs: number
}

export interface Spoken {
  samples: Int16Array
  sampleRate: number
  words: SpokenWord[]
}

/** A woman's voice and a man's: a test that confuses who speaks can be heard to do so, and measured. */
export const callerVoice: Required<VoiceOptions> = { voice: 'en-us+f3', speed: 165, pitch: 60 }
export const assistantVoice: Required<VoiceOptions> = { voice: 'en-us+m3', speed: 165, pitch: 35 }

/** A text longer than this is a mistake in a test: espeak would hold the process for seconds. */
const MAX_TEXT_LENGTH = 5_000

/** About 10 MB of speech. The oldest goes first. */
const CACHED_PHRASES = 200

/**
 * Speaks without awaiting anything, so calls cannot overlap in the engine, which is not re-entrant. The first
 * time a phrase takes about 20 ms of CPU, after that it comes from memory: treat what you are given as read-
 * only.
 */
export class Voice {
  readonly #engine: EspeakWorker
  readonly #spoken = new Map<string, Spoken>()
  readonly #at8k = new WeakMap<Spoken, Int16Array>()

  private constructor(engine: EspeakWorker) {
    this.#engine = engine
  }

  static async load(): Promise<Voice> {
    const espeak = await load()
    return new Voice(new espeak.eSpeakNGWorker())
  }

  /**
   * Speech at espeak's own 22,050 Hz. Two voices that never met differ a little in what they say: espeak has
   * a jitter.
   */
  say(text: string, options: VoiceOptions = {}): Spoken {
    const { voice, speed, pitch } = { ...callerVoice, ...options }
    const key = `${voice}|${speed}|${pitch}|${text}`
    const known = this.#spoken.get(key)
    if (known) return known
    const spoken = this.#synthesize(text, { voice, speed, pitch })
    this.#spoken.set(key, spoken)
    const oldest = this.#spoken.keys().next()
    if (this.#spoken.size > CACHED_PHRASES && !oldest.done) this.#spoken.delete(oldest.value)
    return spoken
  }

  /** The same as a telephone carries it: 8,000 Hz. */
  sayAt8k(text: string, options: VoiceOptions = {}): Int16Array {
    const spoken = this.say(text, options)
    let samples = this.#at8k.get(spoken)
    if (!samples) {
      samples = resample(spoken.samples, spoken.sampleRate, 8_000)
      this.#at8k.set(spoken, samples)
    }
    return samples
  }

  #synthesize(text: string, { voice, speed, pitch }: Required<VoiceOptions>): Spoken {
    if (text.length > MAX_TEXT_LENGTH) throw new RangeError(`a text of ${text.length} characters`)
    // espeak answers 0 for a voice it knows, and else goes on with the voice before.
    if (this.#engine.set_voice(voice) !== 0) throw new RangeError(`espeak has no voice "${voice}"`)
    this.#engine.set_rate(speed)
    this.#engine.set_pitch(pitch)
    const pieces: Int16Array[] = []
    const events: EspeakEvent[] = []
    // Angle brackets would be taken for markup. Replaced one for one, so that text positions stay true.
    this.#engine.synthesize(text.replace(/[<>]/g, ' '), (samples, heard) => {
      if (samples.length > 0) pieces.push(Int16Array.from(samples))
      events.push(...heard)
      return false
    })
    const samples = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
    let at = 0
    for (const piece of pieces) {
      samples.set(piece, at)
      at += piece.length
    }
    const sampleRate = this.#engine.get_samplerate()
    return { samples, sampleRate, words: words(text, events, (samples.length * 1_000) / sampleRate) }
  }
}

/**
 * espeak tells where in the text each spoken word began. It may cut one written word in several ("42") or
 * draw several into one ("of the"): the first event inside a written word counts, and a word without any
 * takes its share of the one before.
 */
function words(text: string, events: readonly EspeakEvent[], wholeMs: number): SpokenWord[] {
  const written = [...text.matchAll(/\S*[\p{L}\p{N}]\S*/gu)].map(match => ({
    text: match[0],
    at: match.index,
  }))
  const starts: (number | undefined)[] = written.map(({ text: word, at }) => {
    const inside = events.filter(event => {
      const position = event.text_position - 1
      return event.type === 'word' && position >= at && position < at + word.length
    })
    return inside.length > 0 ? Math.min(...inside.map(event => event.audio_position)) : undefined
  })
  if (starts.length > 0) starts[0] ??= 0
  const result: SpokenWord[] = []
  for (let first = 0; first < written.length; ) {
    let next = first + 1
    while (next < written.length && starts[next] === undefined) next++
    const startMs = starts[first] ?? 0
    const endMs = starts[next] ?? wholeMs
    const share = (endMs - startMs) / (next - first)
    for (let i = first; i < next; i++) {
      const from = startMs + (i - first) * share
      result.push({ text: written[i]?.text ?? '', startMs: from, endMs: from + share })
    }
    first = next
  }
  return result
}
