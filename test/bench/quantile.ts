// The figure below which a share of all figures lies.

/** NaN of nothing. `share`: 0.5 for the median, 1 for the worst. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
