// Where a new recording begins within the end of the old one: both ran side by side for a moment, so that nothing is lost.

export interface OverlapBounds {
  /** Shorter matches are chance. */
  minSamples: number
  maxSamples: number
  /** The head of the new recording may differ so long: a fresh resampler in the switch has to settle first. */
  settlingSamples: number
}

/**
 * How many samples at the head of the new recording the old one has already had: the shortest stretch for which the old
 * end and the new head agree, `undefined` when there is none. In digital silence any answer is right, and the shortest
 * loses least.
 */
export function findOverlap(
  oldTail: Int16Array,
  newHead: Int16Array,
  bounds: OverlapBounds,
): number | undefined {
  const longest = Math.min(bounds.maxSamples, oldTail.length, newHead.length)
  for (let length = bounds.minSamples; length <= longest; length++) {
    if (agree(oldTail, newHead, length, bounds.settlingSamples)) return length
  }
  return undefined
}

// From the end on: there the sound is loudest when somebody begins to speak, so a mismatch shows early.
function agree(oldTail: Int16Array, newHead: Int16Array, length: number, settling: number): boolean {
  const shift = oldTail.length - length
  for (let i = length - 1; i >= settling; i--) {
    if (oldTail[shift + i] !== newHead[i]) return false
  }
  return true
}
