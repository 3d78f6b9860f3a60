// Sound made by rule, for tests of what hears: tones, noise from a seed, clicks, mixtures, and the level of each.

import { decodeG711, encodeG711 } from '../../src/audio/g711.ts'

export function silence(ms: number, sampleRate = 8_000): Int16Array {
  return new Int16Array((ms * sampleRate) / 1_000)
}

/** Several frequencies at once, each with the same amplitude. */
export function tone(hz: readonly number[], ms: number, amplitude = 6_000, sampleRate = 8_000): Int16Array {
  return Int16Array.from({ length: (ms * sampleRate) / 1_000 }, (_, i) => {
    let sum = 0
    for (const frequency of hz) sum += amplitude * Math.sin((2 * Math.PI * frequency * i) / sampleRate)
    return Math.round(sum)
  })
}

/** White noise of this level, the same for the same seed. */
export function noise(dbfs: number, ms: number, seed: number, sampleRate = 8_000): Int16Array {
  const random = randomSource(seed)
  // Uniform noise of amplitude a has the power a²/3.
  const amplitude = 32_768 * 10 ** (dbfs / 20) * Math.sqrt(3)
  return Int16Array.from({ length: (ms * sampleRate) / 1_000 }, () =>
    Math.round(amplitude * (2 * random() - 1)),
  )
}

export function randomSource(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function joined(...parts: Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function mixed(a: Int16Array, b: Int16Array): Int16Array {
  return Int16Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    Math.max(-32_768, Math.min(32_767, (a[i] ?? 0) + (b[i] ?? 0))),
  )
}

/** The same sound with its active parts (above a 60 dB floor) at this level. */
export function atLevel(samples: Int16Array, dbfs: number): Int16Array {
  let sum = 0
  let count = 0
  for (const sample of samples) {
    if (Math.abs(sample) < 33) continue
    sum += sample * sample
    count++
  }
  const gain = count === 0 ? 1 : (32_768 * 10 ** (dbfs / 20)) / Math.sqrt(sum / count)
  return samples.map(sample => Math.max(-32_768, Math.min(32_767, Math.round(sample * gain))))
}

/** As it sounds after a telephone line. */
export function throughMuLaw(samples: Int16Array): Int16Array {
  return decodeG711(encodeG711(samples, 'mu-law'), 'mu-law')
}
