// A tone on the telephone, and how loud one is in what is heard.

import { encodeG711 } from '../../src/audio/g711.ts'

/** Samples of 20 ms. */
export const FRAME = 160
const LOUDNESS = 0.25

/** One tenth of a second or less, after which the tone begins again. */
export function framesOf(hz: number): Uint8Array[] {
  const frames: Uint8Array[] = []
  for (let at = 0; at < 5; at++)
    frames.push(
      encodeG711(
        Int16Array.from({ length: FRAME }, (_, i) =>
          Math.round(LOUDNESS * 32_767 * Math.sin((2 * Math.PI * hz * (at * FRAME + i)) / 8_000)),
        ),
        'mu-law',
      ),
    )
  return frames
}

/** Goertzel's. */
export function loudnessAt(samples: Int16Array, hz: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * hz) / 8_000)
  let [one, two] = [0, 0]
  for (const sample of samples) [one, two] = [sample / 32_768 + factor * one - two, one]
  return (2 * Math.sqrt(Math.max(0, one * one + two * two - factor * one * two))) / samples.length
}
