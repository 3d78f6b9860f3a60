// What is heard in a simulated day, made by rule so that it is the same in every process: callers whose voice the daemon's
// ears take for one, noise that they do not, and the hum of the assistant.

import { randomSource } from '../audio/signals.ts'

const RATE = 8_000

/** A vowel after the other: harmonics of a voice that rises and falls, in syllables of 160 ms with a breath between them. */
function babble(ms: number, seed: number): Int16Array {
  const random = randomSource(seed)
  const samples = new Int16Array((ms * RATE) / 1_000)
  const base = 120 + 60 * random()
  let phase = 0
  for (let at = 0; at < samples.length; at++) {
    const second = at / RATE
    const hz = base + 18 * Math.sin(2 * Math.PI * 2.3 * second)
    phase += (2 * Math.PI * hz) / RATE
    const syllable = (second % 0.2) / 0.16
    const loudness = syllable >= 1 ? 0 : Math.sin(Math.PI * syllable) ** 0.5
    let sum = 0
    for (let harmonic = 1; harmonic <= 14; harmonic++) {
      const formant =
        1 / (1 + ((harmonic * hz - 600) / 350) ** 2) + 0.5 / (1 + ((harmonic * hz - 1_400) / 300) ** 2)
      sum += (formant + 0.05) * Math.sin(harmonic * phase)
    }
    samples[at] = Math.round(5_500 * loudness * sum)
  }
  return samples
}

function hiss(ms: number): Int16Array {
  const random = randomSource(7)
  return Int16Array.from({ length: (ms * RATE) / 1_000 }, () => Math.round(4_000 * (2 * random() - 1)))
}

/** What a caller can say: a word, a few of them, a whole sentence. */
export const WORDS: readonly Int16Array[] = [babble(400, 1), babble(900, 2), babble(2_000, 3)]
export const NOISE = hiss(600)
/** A greeting without a pause, as machines have it. */
export const DRONE = babble(7_000, 4)

/** Any length of it: every prompt is a piece of this. */
const HUM = Int16Array.from({ length: 20 * RATE }, (_, at) => {
  return Math.round(8_000 * Math.sin((2 * Math.PI * 300 * at) / RATE))
})
const MS_PER_LETTER = 45

/** A hum as long as the text would take to say. */
export function humOf(text: string): Int16Array {
  return HUM.subarray(0, Math.min(HUM.length, (Math.max(1, text.length) * MS_PER_LETTER * RATE) / 1_000))
}
