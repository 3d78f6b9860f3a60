// What a telephone line does to a voice: noise, G.711, silence before and after, an end cut off.

import { decodeG711, encodeG711 } from '../../../src/audio/g711.ts'

const PER_MS = 8

export const throughG711 = (samples: Int16Array) => decodeG711(encodeG711(samples, 'mu-law'), 'mu-law')

export function withSilence(samples: Int16Array, beforeMs: number, afterMs: number): Int16Array {
  const result = new Int16Array(samples.length + (beforeMs + afterMs) * PER_MS)
  result.set(samples, beforeMs * PER_MS)
  return result
}

export const withoutHead = (samples: Int16Array, ms: number) => samples.subarray(ms * PER_MS)

/** Takes `ms` of speech off the end; the silence that espeak leaves behind a phrase does not count. */
export function withoutTail(samples: Int16Array, ms: number): Int16Array {
  return samples.subarray(0, samples.findLastIndex(sample => Math.abs(sample) > 300) - ms * PER_MS)
}

/**
 * White noise, `snrDb` below the mean power of `speech` where that is not silent; the same for the same seed.
 */
export function withNoise(samples: Int16Array, snrDb: number, seed: number, speech = samples): Int16Array {
  const loud = speech.filter(sample => Math.abs(sample) > 50)
  const power = loud.reduce((sum, sample) => sum + sample * sample, 0) / loud.length
  const amplitude = Math.sqrt(power / 10 ** (snrDb / 10))
  const random = randomFrom(seed)
  return samples.map(sample => {
    const gauss = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return Math.max(-32_768, Math.min(32_767, Math.round(sample + amplitude * gauss)))
  })
}

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
