// Tones that are not speech: keys (DTMF) and the signals of the network, told from single 20 ms frames.

export type Tone = { tone: 'key'; key: string } | { tone: 'progress'; hz: readonly number[] }

const ROWS_HZ = [697, 770, 852, 941]
const COLUMNS_HZ = [1_209, 1_336, 1_477, 1_633]
const KEYS = ['123A', '456B', '789C', '*0#D']
/** So much of a frame's energy lies in the two frequencies of a key, allowing for the 1.5 % by which a phone may be off. */
const KEY_SHARE = 0.55
/** One frequency of a key may be so much stronger than the other: 10 dB. */
const MAX_TWIST = 10

/** Ringing, busy and dial tones of North America, Europe and Britain, and what fax machines and announcements begin with. */
const PROGRESS_HZ = [
  [425],
  [440, 480],
  [480, 620],
  [350, 440],
  [400, 450],
  [1_100],
  [2_100],
  [950],
  [1_400],
  [1_800],
]
/** A frame of speech never lies so completely in one or two fixed frequencies for two frames on end. */
const PROGRESS_SHARE = 0.93

interface ProgressTone {
  tone: Tone
  /** An orthonormal base of all the waves these frequencies can make in one frame, whatever their phase and strength. */
  base: Float64Array[]
}

export class ToneDetector {
  readonly #rows: number[]
  readonly #columns: number[]
  readonly #progress: ProgressTone[]
  #lastProgress: ProgressTone | undefined

  /** For frames of `frameSamples`, 20 ms of them. */
  constructor(sampleRate: number, frameSamples: number) {
    this.#rows = ROWS_HZ.map(hz => goertzelCoefficient(hz, sampleRate))
    this.#columns = COLUMNS_HZ.map(hz => goertzelCoefficient(hz, sampleRate))
    this.#progress = progressTonesFor(sampleRate, frameSamples)
  }

  /** The tone that fills this frame. A signal of the network is told from its second full frame on. */
  examine(frame: Int16Array): Tone | undefined {
    let energy = 0
    for (let i = 0; i < frame.length; i++) energy += (frame[i] ?? 0) ** 2
    if (energy === 0) return this.#forget()
    return this.#keyIn(frame, energy) ?? this.#progressIn(frame, energy)
  }

  #forget(): undefined {
    this.#lastProgress = undefined
  }

  #keyIn(frame: Int16Array, energy: number): Tone | undefined {
    const row = strongest(frame, this.#rows)
    const column = strongest(frame, this.#columns)
    const share = (2 * (row.power + column.power)) / (frame.length * energy)
    if (share < KEY_SHARE) return undefined
    if (row.power > MAX_TWIST * column.power || column.power > MAX_TWIST * row.power) return undefined
    return { tone: 'key', key: KEYS[row.index]?.[column.index] ?? '' }
  }

  #progressIn(frame: Int16Array, energy: number): Tone | undefined {
    const found = this.#progress.find(({ base }) => shareOf(frame, base, energy) >= PROGRESS_SHARE)
    const isSteady = found !== undefined && found === this.#lastProgress
    this.#lastProgress = found
    return isSteady ? found.tone : undefined
  }
}

function goertzelCoefficient(hz: number, sampleRate: number): number {
  return 2 * Math.cos((2 * Math.PI * hz) / sampleRate)
}

function strongest(frame: Int16Array, coefficients: number[]): { index: number; power: number } {
  const best = { index: 0, power: -1 }
  for (const [index, coefficient] of coefficients.entries()) {
    const power = goertzelPower(frame, coefficient)
    if (power <= best.power) continue
    best.index = index
    best.power = power
  }
  return best
}

function goertzelPower(frame: Int16Array, coefficient: number): number {
  let last = 0
  let beforeLast = 0
  for (let i = 0; i < frame.length; i++) {
    const now = (frame[i] ?? 0) + coefficient * last - beforeLast
    beforeLast = last
    last = now
  }
  return last * last + beforeLast * beforeLast - coefficient * last * beforeLast
}

function shareOf(frame: Int16Array, base: Float64Array[], energy: number): number {
  let captured = 0
  for (const wave of base) {
    let product = 0
    for (let i = 0; i < frame.length; i++) product += (frame[i] ?? 0) * (wave[i] ?? 0)
    captured += product * product
  }
  return captured / energy
}

const progressTones = new Map<string, ProgressTone[]>()

function progressTonesFor(sampleRate: number, frameSamples: number): ProgressTone[] {
  const key = `${sampleRate}/${frameSamples}`
  const known = progressTones.get(key)
  if (known) return known
  const made = PROGRESS_HZ.map(
    (hz): ProgressTone => ({ tone: { tone: 'progress', hz }, base: baseFor(hz, sampleRate, frameSamples) }),
  )
  progressTones.set(key, made)
  return made
}

// Gram and Schmidt: each wave less what the ones before it already cover.
function baseFor(frequenciesHz: readonly number[], sampleRate: number, frameSamples: number): Float64Array[] {
  const base: Float64Array[] = []
  for (const hz of frequenciesHz) {
    const step = (2 * Math.PI * hz) / sampleRate
    for (const wave of [Math.sin, Math.cos]) {
      const fresh = Float64Array.from({ length: frameSamples }, (_, i) => wave(step * i))
      for (const covered of base) {
        const share = dot(fresh, covered)
        for (let i = 0; i < frameSamples; i++) fresh[i] = (fresh[i] ?? 0) - share * (covered[i] ?? 0)
      }
      const length = Math.sqrt(dot(fresh, fresh))
      base.push(fresh.map(value => value / length))
    }
  }
  return base
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
