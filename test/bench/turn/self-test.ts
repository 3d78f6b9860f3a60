// Whether the measurement can be trusted: calls made of known sounds at known moments, measured like real ones.

import { decodeG711, encodeG711 } from '../../../src/audio/g711.ts'
import { turnsHeard } from './analysis.ts'
import type { Utterance } from './script.ts'

const RATE_PER_MS = 8
const TRIALS = 40
/** Of the measurement against the truth. */
export const LARGEST_ERROR_MS = 10
/** Of a noisy line, and below what counts as a sound. */
const NOISE_PEAK = 60

interface Truth {
  answerMs: number
  bargeInMs: number
  gapMs: number
}

/** The largest error of any figure. Throws when it is too large to measure anything, or a turn was not found. */
export function selfTest(utterances: readonly Utterance[], say: (text: string) => void): number {
  let worst = 0
  for (let trial = 0; trial < TRIALS; trial++) {
    const utterance = utterances[trial % utterances.length]
    const interruption = utterances[(trial + 3) % utterances.length]
    if (!utterance || !interruption) throw new Error('there is nothing to say')
    const truth = { answerMs: 300 + trial * 37.125, bargeInMs: 60 + trial * 7.375, gapMs: 30 + trial }
    const { said, heard } = madeCall(utterance.samples, interruption.samples, truth)
    const [first, second] = turnsHeard(said, heard)
    const errors = [
      (first?.answerMs ?? Number.NaN) - truth.answerMs,
      (first?.gapsMs[0] ?? Number.NaN) - truth.gapMs,
      (second?.silentAfterMs ?? Number.NaN) - truth.bargeInMs,
      first?.cutOff || second?.cutOff ? Number.NaN : 0,
    ]
    for (const error of errors) {
      if (!(Math.abs(error) <= LARGEST_ERROR_MS))
        throw new Error(`the measurement errs: ${errors.join(', ')} ms in trial ${trial}`)
      worst = Math.max(worst, Math.abs(error))
    }
  }
  say(
    `self-test of the measurement: ${TRIALS} made calls, largest error ${worst.toFixed(1)} ms (allowed ${LARGEST_ERROR_MS})`,
  )
  return worst
}

/** Utterance, answer of two sentences, and an interruption of the second, which falls silent then. */
function madeCall(
  utterance: Int16Array,
  interruption: Int16Array,
  { answerMs, bargeInMs, gapMs }: Truth,
): { said: Int16Array; heard: Int16Array } {
  const first = hum(1_000)
  const saidAt = 1_234.5
  const answerAt = saidAt + utterance.length / RATE_PER_MS + answerMs
  const secondAt = answerAt + 1_000 + gapMs
  const interruptedAt = secondAt + 700
  const second = hum(700 + bargeInMs)
  const length = Math.ceil((interruptedAt + 6_000) * RATE_PER_MS)
  const said = noise(length)
  const heard = noise(length)
  put(said, utterance, saidAt)
  put(said, interruption, interruptedAt)
  put(heard, first, answerAt)
  put(heard, second, secondAt)
  return { said: throughLine(said), heard: throughLine(heard) }
}

function put(track: Int16Array, sound: Int16Array, atMs: number): void {
  const at = Math.round(atMs * RATE_PER_MS)
  for (let n = 0; n < sound.length; n++) track[at + n] = (track[at + n] ?? 0) + (sound[n] ?? 0)
}

function hum(ms: number): Int16Array {
  return Int16Array.from({ length: Math.round(ms * RATE_PER_MS) }, (_, n) => 6_000 * Math.sin(n * 0.14 + 1))
}

/** The same each time. */
function noise(samples: number): Int16Array {
  let state = 1
  return Int16Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return Math.round(((state >> 8) / 0x7f_ffff - 0.5) * 2 * NOISE_PEAK)
  })
}

function throughLine(samples: Int16Array): Int16Array {
  return decodeG711(encodeG711(samples, 'mu-law'), 'mu-law')
}
