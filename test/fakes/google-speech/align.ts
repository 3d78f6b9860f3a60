// Dynamic time warping: lays what was heard along a template at the least cost. All that was heard must be
// explained, but the template is free at both ends, so that the beginning of a phrase is as good a match as
// the whole.

import { BANDS } from './features.ts'

/** Logarithms of band powers, frame after frame. */
export type LogFrames = Float32Array

export interface Path {
  /** For each frame heard, the template's frame it was laid on. */
  frames: Int32Array
  /** For each frame heard, how far it was from that frame. */
  costs: Float32Array
}

/** Lingering on a template's frame, or leaving one out, is a little dearer than going along. */
const UNEVEN_COST = 0.12

/**
 * Ways that have cost more than so much by frame `t` are not followed: too much for a match, with some credit
 * for a bad beginning. Most comparisons are never made.
 */
const HOPELESS_COST = 0.5
const CREDIT = 30

/**
 * The least mean cost per frame heard, without saying how: cheaper than `align`. Infinite when there is no
 * hope.
 */
export function alignmentCost(heard: LogFrames, template: LogFrames): number {
  let least = Number.POSITIVE_INFINITY
  for (const cost of sweep(heard, template)) if (cost < least) least = cost
  return least / (heard.length / BANDS)
}

/** `undefined` when there is no hope. */
export function align(heard: LogFrames, template: LogFrames): Path | undefined {
  const length = template.length / BANDS
  const count = heard.length / BANDS
  const steps = new Uint8Array(count * length)
  const costs = sweep(heard, template, steps)
  let j = 0
  for (let k = 1; k < costs.length; k++) if ((costs[k] ?? 0) < (costs[j] ?? 0)) j = k
  if (!Number.isFinite(costs[j])) return undefined
  const path = { frames: new Int32Array(count), costs: new Float32Array(count) }
  for (let t = count - 1; t >= 0; t--) {
    path.frames[t] = j
    path.costs[t] = distance(heard, t, template, j)
    j -= steps[t * length + j] ?? 0
  }
  return path
}

/**
 * What it costs at least to end on each of the template's frames; notes in `steps` how far each step went.
 */
function sweep(heard: LogFrames, template: LogFrames, steps?: Uint8Array): Float32Array {
  const length = template.length / BANDS
  const count = heard.length / BANDS
  // Two places in front spare the inner loop the question whether there is a frame to come from.
  let before = new Float32Array(length + 2)
  let now = new Float32Array(length + 2)
  now[0] = now[1] = before[0] = before[1] = Number.POSITIVE_INFINITY
  for (let t = 0; t < count; t++) {
    const limit = CREDIT + HOPELESS_COST * t
    let alive = false
    for (let j = 0; j < length; j++) {
      let from = 0
      let step = 1
      if (t > 0) {
        from = before[j + 1] ?? 0
        const linger = (before[j + 2] ?? 0) + UNEVEN_COST
        const leap = (before[j] ?? 0) + UNEVEN_COST
        if (linger < from) {
          from = linger
          step = 0
        }
        if (leap < from) {
          from = leap
          step = 2
        }
      }
      if (from > limit) {
        now[j + 2] = Number.POSITIVE_INFINITY
        continue
      }
      if (steps) steps[t * length + j] = step
      now[j + 2] = from + distance(heard, t, template, j)
      alive = true
    }
    if (!alive) return now.subarray(2)
    const swap = before
    before = now
    now = swap
  }
  return before.subarray(2)
}

/** The mean difference of the bands' logarithms. */
function distance(heard: LogFrames, t: number, template: LogFrames, j: number): number {
  let sum = 0
  let a = t * BANDS
  let b = j * BANDS
  for (let band = 0; band < BANDS; band++) sum += Math.abs((heard[a++] ?? 0) - (template[b++] ?? 0))
  return sum / BANDS
}
