// The filters measured by sines: what passes, what folds back, where in time it comes out.

import { describe, expect, test } from 'vitest'
import { Resampler, resample, UnsupportedRate } from '../../src/audio/resample.ts'
import { noise, tone } from './signals.ts'

const AMPLITUDE = 16_000

/** Amplitude of one frequency in the middle of the samples. */
function amplitudeAt(samples: Int16Array, hz: number, sampleRate: number): number {
  const from = Math.floor(samples.length / 4)
  const length = Math.floor(samples.length / 2)
  let real = 0
  let imaginary = 0
  let weights = 0
  for (let i = 0; i < length; i++) {
    const weight = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length)
    const angle = (2 * Math.PI * hz * (from + i)) / sampleRate
    real += weight * (samples[from + i] ?? 0) * Math.cos(angle)
    imaginary += weight * (samples[from + i] ?? 0) * Math.sin(angle)
    weights += weight
  }
  return (2 * Math.hypot(real, imaginary)) / weights
}

function gainDb(fromRate: number, toRate: number, hz: number): number {
  const output = resample(tone([hz], 500, AMPLITUDE, fromRate), fromRate, toRate)
  return 20 * Math.log10(amplitudeAt(output, hz, toRate) / AMPLITUDE)
}

/** The loudest the whole output gets for a sine that must not come through, in dB of that sine. */
function leakDb(fromRate: number, toRate: number, hz: number): number {
  const output = resample(tone([hz], 500, AMPLITUDE, fromRate), fromRate, toRate)
  const middle = output.subarray(output.length / 4, (3 * output.length) / 4)
  const peak = middle.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0)
  return 20 * Math.log10(Math.max(peak, 0.5) / AMPLITUDE)
}

const pairs: [number, number][] = [
  [16_000, 8_000],
  [22_050, 8_000],
  [24_000, 8_000],
  [44_100, 8_000],
  [48_000, 8_000],
  [8_000, 16_000],
  [22_050, 16_000],
  [24_000, 16_000],
  [44_100, 16_000],
  [48_000, 16_000],
]

describe.each(pairs)('%i to %i', (fromRate, toRate) => {
  const edge = 0.425 * Math.min(fromRate, toRate)

  test('is flat within 0.1 dB up to the edge of the pass-band', () => {
    for (const share of [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) {
      expect(Math.abs(gainDb(fromRate, toRate, Math.round(edge * share)))).toBeLessThan(0.1)
    }
  })

  test('keeps a duration and the place of a click', () => {
    const input = new Int16Array(fromRate)
    const at = Math.round(0.4 * fromRate)
    input[at] = 30_000
    const output = resample(input, fromRate, toRate)
    expect(output.length).toBe(toRate)
    const peak = output.reduce((best, sample, i) => (sample > (output[best] ?? 0) ? i : best), 0)
    expect(Math.abs(peak / toRate - at / fromRate)).toBeLessThan(0.6 / toRate)
  })

  test('gives the same however the input is cut', () => {
    const input = noise(-12, 400, 5, fromRate)
    const whole = resample(input, fromRate, toRate)
    const resampler = new Resampler(fromRate, toRate)
    const pieces: number[] = []
    for (let at = 0, size = 1; at < input.length; at += size, size = (size * 7 + 3) % 701) {
      pieces.push(...resampler.push(input.subarray(at, at + size)))
    }
    pieces.push(...resampler.finish())
    expect(Int16Array.from(pieces)).toEqual(whole)
  })

  test('keeps a constant exactly', () => {
    const output = resample(new Int16Array(fromRate).fill(12_345), fromRate, toRate)
    const middle = output.subarray(output.length / 4, output.length / 2)
    expect([...new Set(middle)]).toEqual([12_345])
  })
})

describe.each(pairs.filter(([fromRate, toRate]) => fromRate > toRate))(
  '%i down to %i',
  (fromRate, toRate) => {
    test('lets nothing fold back into the pass-band, by 65 dB', () => {
      const stopsAt = toRate - 0.425 * toRate
      for (const hz of [stopsAt * 1.01, (stopsAt + fromRate / 2) / 2, 0.49 * fromRate]) {
        expect(leakDb(fromRate, toRate, Math.round(hz))).toBeLessThan(-65)
      }
    })
  },
)

test('8000 up to 16000 leaves no mirror image, by 65 dB', () => {
  const output = resample(tone([3_000], 500, AMPLITUDE, 8_000), 8_000, 16_000)
  expect(20 * Math.log10(amplitudeAt(output, 5_000, 16_000) / AMPLITUDE)).toBeLessThan(-65)
})

test('full scale does not wrap around', () => {
  const square = Int16Array.from({ length: 2_400 }, (_, i) =>
    Math.floor(i / 40) % 2 === 0 ? 32_767 : -32_768,
  )
  const output = resample(square, 24_000, 8_000)
  for (let i = 10; i < output.length - 10; i++) {
    const inLevel = Math.floor((i * 3) / 40) % 2 === 0
    const farFromEdge = (i * 3) % 40 > 10 && (i * 3) % 40 < 30
    if (farFromEdge) expect((output[i] ?? 0) > 0).toBe(inLevel)
  }
})

test('the same rate is the same sound', () => {
  const input = noise(-20, 100, 1)
  expect(resample(input, 8_000, 8_000)).toBe(input)
})

test('a rate nobody named is refused', () => {
  expect(() => resample(new Int16Array(10), 11_025, 8_000)).toThrow(UnsupportedRate)
  expect(() => resample(new Int16Array(10), 8_000, 44_100)).toThrow(UnsupportedRate)
})
