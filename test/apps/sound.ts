// What can be measured on the two sides of a recorded call: who spoke when, how long an answer took, how fast an interrupted
// assistant was silent.

/** A stretch of sound, in milliseconds since the beginning. */
export interface Stretch {
  fromMs: number
  toMs: number
}

const RATE = 8_000
const FRAME_MS = 10
/** Well above the noise of G.711, well below the quietest vowel. */
const AUDIBLE = 200

/** The stretches of sound; a pause shorter than `joinMs` does not end one. */
export function soundIn(samples: Int16Array, joinMs = 350): Stretch[] {
  const frame = (RATE * FRAME_MS) / 1_000
  const stretches: Stretch[] = []
  for (let at = 0; at + frame <= samples.length; at += frame) {
    if (!isAudible(samples.subarray(at, at + frame))) continue
    const fromMs = (at * 1_000) / RATE
    const last = stretches.at(-1)
    if (last && fromMs - last.toMs < joinMs) last.toMs = fromMs + FRAME_MS
    else stretches.push({ fromMs, toMs: fromMs + FRAME_MS })
  }
  return stretches
}

function isAudible(frame: Int16Array): boolean {
  let sum = 0
  for (const sample of frame) sum += sample * sample
  return Math.sqrt(sum / frame.length) >= AUDIBLE
}

/** From the caller's last sound to the assistant's first, for each answer that did not begin before the caller had ended. */
export function responseTimesMs(caller: Stretch[], assistant: Stretch[]): number[] {
  return caller.flatMap(({ toMs }, at) => {
    const untilMs = caller[at + 1]?.fromMs ?? Number.POSITIVE_INFINITY
    const answer = assistant.find(({ fromMs }) => fromMs >= toMs && fromMs < untilMs)
    return answer ? [answer.fromMs - toMs] : []
  })
}

/** For each time the caller spoke into the assistant's words: how long the assistant went on. */
export function bargeInTimesMs(caller: Stretch[], assistant: Stretch[]): number[] {
  return caller.flatMap(({ fromMs }) => {
    const spokenInto = assistant.find(one => one.fromMs < fromMs && one.toMs > fromMs)
    return spokenInto ? [spokenInto.toMs - fromMs] : []
  })
}
