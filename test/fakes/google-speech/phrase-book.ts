// All that the test recognizer can understand: phrases, and how they look when the callers' voices say them.

import { callerVoice, type Voice, type VoiceOptions } from '../voice.ts'
import { type Frames, framesOf, HOP_MS, SAMPLE_RATE } from './features.ts'

/** One phrase as one voice says it. */
export interface Template {
  text: string
  words: string[]
  frames: Frames
  /** For each frame, which of the words it belongs to. */
  wordOfFrame: Uint16Array
  energies: Float32Array
  /** How loud its loud parts are, as `loudness` measures them. */
  level: number
}

export type PhraseBook = readonly Template[]

/** Around each template, so that it rises out of silence as what is heard does. */
const SILENCE_MS = 60

/** Each phrase once per voice. Takes about 30 ms of CPU for each. */
export function makePhraseBook(
  phrases: readonly string[],
  voice: Voice,
  voices: readonly VoiceOptions[] = [callerVoice],
): PhraseBook {
  return [...new Set(phrases)].flatMap(text => voices.map(options => makeTemplate(text, voice, options)))
}

function makeTemplate(text: string, voice: Voice, options: VoiceOptions): Template {
  const spoken = voice.say(text, options).words
  const samples = voice.sayAt8k(text, options)
  const between = new Int16Array(samples.length + 2 * SILENCE_MS * (SAMPLE_RATE / 1_000))
  between.set(samples, SILENCE_MS * (SAMPLE_RATE / 1_000))
  const frames = framesOf(between)
  const wordOfFrame = new Uint16Array(frames.count)
  for (let t = 0, word = 0; t < frames.count; t++) {
    while (word + 1 < spoken.length && (spoken[word + 1]?.startMs ?? 0) + SILENCE_MS <= (t + 1) * HOP_MS)
      word++
    wordOfFrame[t] = word
  }
  const energies = frames.energies()
  return {
    text,
    words: spoken.map(word => word.text),
    frames,
    wordOfFrame,
    energies,
    level: loudness(energies),
  }
}

/** The level of the vowels: nine tenths of the frames are quieter. */
export function loudness(energies: Float32Array): number {
  return energies.toSorted()[Math.floor(energies.length * 0.9)] ?? 0
}
