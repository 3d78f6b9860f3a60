// A recognizer that costs almost nothing: it tells phrases apart by how loud they are from moment to moment. Enough for callers
// whose words are files, and light enough to listen to fifty of them beside what is measured.

/** A phrase as it sounds, 16-bit at 8 kHz, and where its words begin in it. */
export interface Phrase {
  samples: Int16Array
  words: readonly { text: string; startMs: number; endMs: number }[]
}

const RATE_PER_MS = 8
export const LOOK_MS = 100
const STEP_MS = 20
const STEP_SAMPLES = STEP_MS * RATE_PER_MS
/** RMS of 16-bit samples: above the noise of G.711, below a quiet vowel. */
const AUDIBLE = 200
/** A word fades; so much of it, at its end or at its beginning, is not enough to tell by. */
const LATE_MS = 60
/** How far, in steps, the beginning that was found may be from the true one. */
const SLACK = 6
/** Of loudness in nepers, on average: a phrase that is further away was not said. */
const FURTHEST = 1.2

/** The loudness of each step of 20 ms, as a logarithm. */
type Loudness = Float32Array

interface Template {
  words: Phrase['words']
  loudness: Loudness
}

export type Phrases = readonly Template[]

export function templatesOf(phrases: readonly Phrase[]): Phrases {
  return phrases.map(({ samples, words }) => ({ words, loudness: loudnessOf(samples) }))
}

/** One utterance, while it comes. */
export class ReferenceEar {
  readonly #phrases: Phrases
  readonly #rest = new Int16Array(STEP_SAMPLES)
  #restLength = 0
  #steps: number[] = []
  #onset: number | undefined
  /** The step after the last that was loud: what is said has come so far. */
  #end = 0
  #audioMs = 0
  #nextLookMs = LOOK_MS
  #text = ''

  constructor(phrases: Phrases) {
    this.#phrases = phrases
  }

  /** What is said has begun. */
  get hasBegun(): boolean {
    return this.#onset !== undefined
  }

  /** Sound that has come. */
  get audioMs(): number {
    return this.#audioMs
  }

  /** Yields what was said so far whenever there is more of it, looked at every 100 ms of sound. */
  hear(samples: Int16Array): string[] {
    const interims: string[] = []
    for (const sample of samples) {
      this.#rest[this.#restLength++] = sample
      if (this.#restLength < STEP_SAMPLES) continue
      this.#step()
      if (this.#audioMs < this.#nextLookMs) continue
      this.#nextLookMs += LOOK_MS
      const text = this.#look('said')
      if (text === this.#text) continue
      this.#text = text
      interims.push(text)
    }
    return interims
  }

  /** What was said until now, words that were begun included. */
  end(): string {
    return this.#look('begun')
  }

  #step(): void {
    this.#restLength = 0
    const loud = loudness(this.#rest, 0)
    if (this.#onset === undefined && loud > Math.log(AUDIBLE)) this.#onset = this.#steps.length
    this.#steps.push(loud)
    if (loud > Math.log(AUDIBLE)) this.#end = this.#steps.length
    this.#audioMs += STEP_MS
  }

  #look(which: 'said' | 'begun'): string {
    const onset = this.#onset
    if (onset === undefined) return ''
    let best: { cost: number; words: Phrase['words']; saidMs: number } | undefined
    for (const { words, loudness } of this.#phrases)
      for (let shift = -SLACK; shift <= SLACK; shift++) {
        const cost = this.#cost(loudness, onset, shift)
        if (cost < (best?.cost ?? FURTHEST))
          best = { cost, words, saidMs: (this.#end - onset + shift) * STEP_MS }
      }
    if (!best) return ''
    const { words, saidMs } = best
    const heard = words.filter(
      ({ startMs, endMs }) => (which === 'said' ? endMs - LATE_MS : startMs + LATE_MS) <= saidMs,
    )
    return heard.map(({ text }) => text).join(' ')
  }

  /** How far on average what came from `onset` on is from the template, which begins there, or `shift` steps into it. */
  #cost(template: Loudness, onset: number, shift: number): number {
    let sum = 0
    let count = 0
    for (let at = onset; at < this.#end; at++) {
      const expected = template[at - onset + shift] ?? SILENT
      sum += Math.abs((this.#steps[at] ?? SILENT) - expected)
      count++
    }
    return count === 0 ? Number.POSITIVE_INFINITY : sum / count
  }
}

/** Anything below is silence, whatever a line adds to it. */
const SILENT = Math.log(AUDIBLE / 4)

function loudnessOf(samples: Int16Array): Loudness {
  const onset = samples.findIndex(sample => Math.abs(sample) > AUDIBLE)
  const steps = Math.floor((samples.length - onset) / STEP_SAMPLES)
  return Float32Array.from({ length: steps }, (_, at) => loudness(samples, onset + at * STEP_SAMPLES))
}

function loudness(samples: Int16Array, from: number): number {
  let sum = 0
  for (let at = from; at < from + STEP_SAMPLES; at++) sum += (samples[at] ?? 0) ** 2
  return Math.max(SILENT, Math.log(Math.sqrt(sum / STEP_SAMPLES) + 1))
}
