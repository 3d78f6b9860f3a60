// Changing the sample rate by a polyphase filter: one phase of a windowed sinc per output sample, streamed or in one go.
// Output sample 0 lies at input sample 0: the filter's delay is taken off, so positions and durations stay true.

export type SourceRate = 8_000 | 16_000 | 22_050 | 24_000 | 44_100 | 48_000
export type TargetRate = 8_000 | 16_000

/** A pair of rates for which no filter is made. */
export class UnsupportedRate extends Error {
  override name = 'UnsupportedRate'
  constructor(fromRate: number, toRate: number) {
    super(`sound at ${fromRate} samples a second cannot be brought to ${toRate}`)
  }
}

interface Filter {
  /** Output samples per `down` input samples. */
  up: number
  down: number
  taps: number
  /** `up` rows of `taps` coefficients, each row in the order of the input samples it is laid over. */
  rows: Float64Array
  /** Where the sinc has its middle, in steps of an `up`-th input sample. */
  middle: number
}

const SOURCE_RATES: readonly number[] = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]
const TARGET_RATES: readonly number[] = [8_000, 16_000]
/** Flat up to 3400 Hz of 8000, gone from 4600 Hz on; what folds back in between lies above 3400 Hz. */
const TRANSITION = 0.15
const ATTENUATION_DB = 70

const filters = new Map<string, Filter>()

/** The whole of a recording at another rate. */
export function resample(samples: Int16Array, fromRate: number, toRate: number): Int16Array {
  if (fromRate === toRate) return samples
  const resampler = new Resampler(fromRate, toRate)
  const head = resampler.push(samples)
  const tail = resampler.finish()
  const whole = new Int16Array(head.length + tail.length)
  whole.set(head)
  whole.set(tail, head.length)
  return whole
}

export class Resampler {
  readonly #filter: Filter
  /** Input that is still needed, in front of what comes next. */
  #held: Float64Array<ArrayBufferLike>
  /** Where the next output sample lies, from the beginning of `#held`, in steps of an `up`-th input sample. */
  #at: number
  #taken = 0
  #given = 0

  /** Throws `UnsupportedRate`. */
  constructor(fromRate: number, toRate: number) {
    this.#filter = filterFor(fromRate, toRate)
    const { up, taps, middle } = this.#filter
    this.#held = new Float64Array(taps - 1)
    this.#at = (taps - 1) * up + middle
  }

  /** The output samples that can be given now; they lag about 2 ms behind the input. */
  push(samples: Int16Array): Int16Array {
    this.#taken += samples.length
    return this.#run(Float64Array.from(samples))
  }

  /** The rest, after the last `push`. Makes the output exactly as long as the input lasted. */
  finish(): Int16Array {
    const { up, down, taps } = this.#filter
    const left = Math.round((this.#taken * up) / down) - this.#given
    return this.#run(new Float64Array(taps)).subarray(0, Math.max(0, left))
  }

  #run(fresh: Float64Array): Int16Array {
    const { up, down, taps, rows } = this.#filter
    const input = new Float64Array(this.#held.length + fresh.length)
    input.set(this.#held)
    input.set(fresh, this.#held.length)
    const end = input.length * up
    const output = new Int16Array(Math.max(0, Math.ceil((end - this.#at) / down)))
    let at = this.#at
    for (let i = 0; i < output.length; i++, at += down) {
      const newest = Math.floor(at / up)
      const first = newest - taps + 1
      const row = (at - newest * up) * taps
      let sum = 0
      for (let tap = 0; tap < taps; tap++) sum += (rows[row + tap] ?? 0) * (input[first + tap] ?? 0)
      output[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)))
    }
    const keepFrom = Math.min(input.length, Math.floor(at / up) - taps + 1)
    this.#held = input.slice(keepFrom)
    this.#at = at - keepFrom * up
    this.#given += output.length
    return output
  }
}

function filterFor(fromRate: number, toRate: number): Filter {
  if (!SOURCE_RATES.includes(fromRate) || !TARGET_RATES.includes(toRate))
    throw new UnsupportedRate(fromRate, toRate)
  const key = `${fromRate}-${toRate}`
  const known = filters.get(key)
  if (known) return known
  const filter = makeFilter(fromRate, toRate)
  filters.set(key, filter)
  return filter
}

function makeFilter(fromRate: number, toRate: number): Filter {
  const divisor = greatestCommonDivisor(fromRate, toRate)
  const up = toRate / divisor
  const down = fromRate / divisor
  const lowerRate = Math.min(fromRate, toRate)
  // Kaiser's estimate of the length for this attenuation and transition, in input samples.
  const width = (2 * Math.PI * TRANSITION * lowerRate) / fromRate
  const taps = Math.ceil((ATTENUATION_DB - 7.95) / (2.285 * width)) + 1
  const beta = 0.1102 * (ATTENUATION_DB - 8.7)
  const length = taps * up - ((taps * up + 1) % 2)
  const middle = (length - 1) / 2
  const cutOff = lowerRate / (2 * fromRate * up)
  const rows = new Float64Array(taps * up)
  for (let i = 0; i < length; i++) {
    const from = i - middle
    const sinc = from === 0 ? 2 * cutOff : Math.sin(2 * Math.PI * cutOff * from) / (Math.PI * from)
    const edge = from / (middle + 1)
    const window = bessel(beta * Math.sqrt(1 - edge * edge)) / bessel(beta)
    rows[(i % up) * taps + taps - 1 - Math.floor(i / up)] = sinc * window
  }
  for (let row = 0; row < up; row++) normalize(rows.subarray(row * taps, (row + 1) * taps))
  return { up, down, taps, rows, middle }
}

/** A constant input comes out as the same constant in every phase. */
function normalize(row: Float64Array): void {
  const sum = row.reduce((total, coefficient) => total + coefficient, 0)
  for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) / sum
}

/** The modified Bessel function of order zero, which Kaiser's window is made of. */
function bessel(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
