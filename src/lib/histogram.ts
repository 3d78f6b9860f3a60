// Many figures in little memory: how many fell into which range.

/** Upper bounds of the ranges; what is more falls into a last one without bound. */
const BOUNDS = [
  10, 20, 40, 60, 80, 100, 150, 200, 250, 300, 400, 500, 600, 700, 800, 900, 1_000, 1_100, 1_200,
]
const LATE_BOUNDS = [1_300, 1_500, 1_750, 2_000, 2_500, 3_000, 4_000, 5_000, 7_500, 10_000, 20_000]

export class Histogram {
  /** In milliseconds, ascending. */
  static readonly bounds: readonly number[] = [...BOUNDS, ...LATE_BOUNDS]
  /** One more than there are bounds. */
  readonly counts: number[] = Array.from({ length: Histogram.bounds.length + 1 }, () => 0)
  #count = 0
  #sum = 0

  get count(): number {
    return this.#count
  }

  get sum(): number {
    return this.#sum
  }

  add(value: number): void {
    const at = Histogram.bounds.findIndex(bound => value <= bound)
    const range = at === -1 ? Histogram.bounds.length : at
    this.counts[range] = (this.counts[range] ?? 0) + 1
    this.#count++
    this.#sum += value
  }

  /** The upper bound of the range in which the `share`th (0–1) of all lies; null when there is none, Infinity past the last. */
  quantile(share: number): number | null {
    if (this.#count === 0) return null
    let left = Math.max(1, Math.ceil(share * this.#count))
    for (const [at, count] of this.counts.entries()) {
      left -= count
      if (left <= 0) return Histogram.bounds[at] ?? Number.POSITIVE_INFINITY
    }
    return Number.POSITIVE_INFINITY
  }
}
