// What speech looks like to the test recognizer: the power in 18 mel bands, every 10 ms.

export const SAMPLE_RATE = 8_000
export const HOP_MS = 10
export const BANDS = 18

const HOP = (SAMPLE_RATE * HOP_MS) / 1_000
const WINDOW = 200
const FFT_SIZE = 256
const LOWEST_HZ = 100
const HIGHEST_HZ = 3_700

/** Frames that follow each other in time: `BANDS` powers each, of samples between -1 and 1. */
export class Frames {
  readonly powers: Float32Array
  readonly count: number

  constructor(powers: Float32Array) {
    this.powers = powers
    this.count = powers.length / BANDS
  }

  slice(from: number, to: number): Frames {
    return new Frames(this.powers.subarray(from * BANDS, to * BANDS))
  }

  /** The power of each frame, smoothed over its neighbours so that one odd frame decides nothing. */
  energies(): Float32Array {
    const { powers, count } = this
    const raw = new Float32Array(count)
    for (let t = 0, at = 0; t < count; t++) {
      let sum = 0
      for (let band = 0; band < BANDS; band++) sum += powers[at++] ?? 0
      raw[t] = sum
    }
    const smooth = new Float32Array(count)
    for (let t = 0; t < count; t++) {
      const here = raw[t] ?? 0
      smooth[t] = ((raw[t - 1] ?? here) + here + (raw[t + 1] ?? here)) / 3
    }
    return smooth
  }
}

/** Turns samples into frames as they arrive. */
export class Ear {
  #pending = new Int16Array(0)
  #powers = new Float32Array(BANDS * 256)
  #count = 0

  hear(samples: Int16Array): void {
    const all = new Int16Array(this.#pending.length + samples.length)
    all.set(this.#pending)
    all.set(samples, this.#pending.length)
    let at = 0
    for (; at + WINDOW <= all.length; at += HOP) this.#add(all, at)
    this.#pending = all.slice(at)
  }

  get frames(): Frames {
    return new Frames(this.#powers.subarray(0, this.#count * BANDS))
  }

  /** Forgets the first `count` frames. */
  forget(count: number): void {
    this.#powers.copyWithin(0, count * BANDS, this.#count * BANDS)
    this.#count -= count
  }

  #add(samples: Int16Array, at: number): void {
    if ((this.#count + 1) * BANDS > this.#powers.length) {
      const larger = new Float32Array(this.#powers.length * 2)
      larger.set(this.#powers)
      this.#powers = larger
    }
    spectrum(samples, at, this.#powers.subarray(this.#count * BANDS, (this.#count + 1) * BANDS))
    this.#count++
  }
}

export function framesOf(samples: Int16Array): Frames {
  const ear = new Ear()
  ear.hear(samples)
  return ear.frames
}

const mel = (hz: number) => 2_595 * Math.log10(1 + hz / 700)
const hz = (mels: number) => 700 * (10 ** (mels / 2_595) - 1)

/**
 * For each FFT bin the band below whose centre it lies, and the share of it which that band gets; the next
 * gets the rest.
 */
const bandOfBin = new Int8Array(FFT_SIZE / 2).fill(-2)
const shareOfBin = new Float32Array(FFT_SIZE / 2)
{
  const width = (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) / (BANDS + 1)
  for (let bin = 1; bin < FFT_SIZE / 2; bin++) {
    const position = (mel((bin * SAMPLE_RATE) / FFT_SIZE) - mel(LOWEST_HZ)) / width
    if (position < 0 || position >= BANDS + 1) continue
    bandOfBin[bin] = Math.floor(position) - 1
    shareOfBin[bin] = 1 - (position - Math.floor(position))
  }
  // A band narrower than a bin would get nothing: such a band borrows from the bin nearest to its centre.
  for (let band = 0; band < BANDS; band++) {
    if (bandOfBin.some((b, bin) => b === band || (b + 1 === band && (shareOfBin[bin] ?? 0) < 1))) continue
    const nearest = Math.round((hz(mel(LOWEST_HZ) + (band + 1) * width) * FFT_SIZE) / SAMPLE_RATE)
    bandOfBin[nearest] = band
  }
}

const windowOf = Float64Array.from(
  { length: WINDOW },
  (_, i) => (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (WINDOW - 1))) / (32_768 * Math.sqrt(WINDOW)),
)
const cosines = Float64Array.from({ length: FFT_SIZE / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / FFT_SIZE))
const sines = Float64Array.from({ length: FFT_SIZE / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / FFT_SIZE))
const reversed = Uint8Array.from({ length: FFT_SIZE }, (_, i) => {
  let result = 0
  for (let bit = 1, rest = i; bit < FFT_SIZE; bit <<= 1, rest >>= 1) result = (result << 1) | (rest & 1)
  return result
})
const real = new Float64Array(FFT_SIZE)
const imaginary = new Float64Array(FFT_SIZE)

function spectrum(samples: Int16Array, at: number, into: Float32Array): void {
  into.fill(0)
  real.fill(0)
  imaginary.fill(0)
  for (let i = 0; i < WINDOW; i++) real[reversed[i] ?? 0] = (samples[at + i] ?? 0) * (windowOf[i] ?? 0)
  transform()
  for (let bin = 1; bin < FFT_SIZE / 2; bin++) {
    const band = bandOfBin[bin] ?? -2
    if (band === -2) continue
    const re = real[bin] ?? 0
    const im = imaginary[bin] ?? 0
    const power = re * re + im * im
    const share = shareOfBin[bin] ?? 0
    if (band >= 0) into[band] = (into[band] ?? 0) + power * share
    if (band + 1 < BANDS) into[band + 1] = (into[band + 1] ?? 0) + power * (1 - share)
  }
}

/** The radix-2 Fourier transform of `real` and `imaginary`, in place. */
function transform(): void {
  for (let half = 1; half < FFT_SIZE; half *= 2) {
    const stride = FFT_SIZE / (2 * half)
    for (let start = 0; start < FFT_SIZE; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const low = start + k
        const high = low + half
        const c = cosines[k * stride] ?? 0
        const s = sines[k * stride] ?? 0
        const re = (real[high] ?? 0) * c - (imaginary[high] ?? 0) * s
        const im = (real[high] ?? 0) * s + (imaginary[high] ?? 0) * c
        real[high] = (real[low] ?? 0) - re
        imaginary[high] = (imaginary[low] ?? 0) - im
        real[low] = (real[low] ?? 0) + re
        imaginary[low] = (imaginary[low] ?? 0) + im
      }
    }
  }
}
