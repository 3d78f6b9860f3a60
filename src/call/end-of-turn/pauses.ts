// How long this caller pauses without having finished, learned while they speak: a running mean and deviation, nothing else.

/** Shorter silences belong to the sounds of speech, not to the speaker: the stop before a "t", a breath. */
const SHORTEST_PAUSE_MS = 200
/** A longer one says something about what was asked, not about how the caller speaks. */
const LONGEST_PAUSE_MS = 3_000
/** Two pauses may be chance. */
const ENOUGH = 3
/** How much the latest pause counts, once there are enough: people tire, and get into their stride. */
const LATEST_SHARE = 1 / 6
/** So many mean deviations above the mean lie about nine of ten pauses. */
const DEVIATIONS = 1.6

export class InnerPauses {
  static readonly none = new InnerPauses(0, 0, 0)

  readonly count: number
  readonly meanMs: number
  readonly deviationMs: number

  private constructor(count: number, meanMs: number, deviationMs: number) {
    this.count = count
    this.meanMs = meanMs
    this.deviationMs = deviationMs
  }

  /** With one more pause after which the caller went on. */
  learn(pauseMs: number): InnerPauses {
    if (!(pauseMs >= SHORTEST_PAUSE_MS && pauseMs <= LONGEST_PAUSE_MS)) return this
    if (this.count === 0) return new InnerPauses(1, pauseMs, 0)
    const share = Math.max(LATEST_SHARE, 1 / (this.count + 1))
    const away = pauseMs - this.meanMs
    return new InnerPauses(
      this.count + 1,
      this.meanMs + share * away,
      this.deviationMs + share * (Math.abs(away) - this.deviationMs),
    )
  }

  /** About nine of ten of this caller's pauses are shorter; null while too few are known. */
  get mostlyBelowMs(): number | null {
    return this.count < ENOUGH ? null : Math.round(this.meanMs + DEVIATIONS * this.deviationMs)
  }
}
