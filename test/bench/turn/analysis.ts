// What the two sides of a recorded call say about its turns: by energy alone, in steps of 5 ms. No mark of the daemon's goes in.

/** Milliseconds since the recording began. */
export interface Stretch {
  fromMs: number
  toMs: number
}

/** One thing the caller said, and what the assistant did about it. */
export interface TurnHeard {
  said: Stretch
  /** The caller's last sound to the assistant's first; undefined when none came before the caller spoke again. */
  answerMs: number | undefined
  /** The assistant began to speak before the caller had finished. */
  cutOff: boolean
  /** The caller's first sound to the assistant's last, when the caller spoke into its words. */
  silentAfterMs: number | undefined
  /** Pauses within the answer. */
  gapsMs: number[]
}

const RATE_PER_MS = 8
const STEP_MS = 5
const STEP = STEP_MS * RATE_PER_MS
/** RMS of 16-bit samples: well above the noise of G.711, below the quietest vowel. */
const AUDIBLE = 200
/** Between two pulses of a low voice. */
const SAME_SOUND_MS = 15
/** A click is no voice. */
const SHORTEST_MS = 20
/** Inside one utterance; longer than any pause the callers make, shorter than any answer with the one before it. */
export const UTTERANCE_JOIN_MS = 950
/** Between sentences of an answer; a silence that lasts is the end of it. */
const ANSWER_JOIN_MS = 200

/** Stretches of sound; a pause shorter than `joinMs` does not end one. */
export function stretchesOf(samples: Int16Array, joinMs: number): Stretch[] {
  const loud: Stretch[] = []
  for (let at = 0; at + STEP <= samples.length; at += STEP) {
    if (!isAudible(samples, at)) continue
    const fromMs = at / RATE_PER_MS
    const last = loud.at(-1)
    if (last && fromMs - last.toMs < SAME_SOUND_MS) last.toMs = fromMs + STEP_MS
    else loud.push({ fromMs, toMs: fromMs + STEP_MS })
  }
  const joined: Stretch[] = []
  for (const { fromMs, toMs } of loud) {
    if (toMs - fromMs < SHORTEST_MS) continue
    const last = joined.at(-1)
    if (last && fromMs - last.toMs < joinMs) last.toMs = toMs
    else joined.push({ fromMs, toMs })
  }
  return joined
}

/** Everything the caller said, in order. */
export function turnsHeard(said: Int16Array, heard: Int16Array): TurnHeard[] {
  const utterances = stretchesOf(said, UTTERANCE_JOIN_MS)
  const sounds = stretchesOf(heard, 0)
  const speeches = stretchesOf(heard, ANSWER_JOIN_MS)
  return utterances.map((one, nth) => {
    const nextMs = utterances[nth + 1]?.fromMs ?? Number.POSITIVE_INFINITY
    const spokenInto = speeches.find(({ fromMs, toMs }) => fromMs < one.fromMs && toMs > one.fromMs)
    const answer = sounds.find(({ fromMs }) => fromMs >= one.toMs && fromMs < nextMs)
    const speech =
      answer && speeches.find(({ fromMs, toMs }) => fromMs <= answer.fromMs && toMs >= answer.toMs)
    const silentFromMs = spokenInto?.toMs ?? one.fromMs
    return {
      said: one,
      answerMs: answer && answer.fromMs - one.toMs,
      cutOff: sounds.some(({ fromMs }) => fromMs > silentFromMs && fromMs < one.toMs),
      silentAfterMs: spokenInto && spokenInto.toMs - one.fromMs,
      gapsMs: speech ? gapsIn(sounds, speech, nextMs) : [],
    }
  })
}

function gapsIn(sounds: readonly Stretch[], speech: Stretch, untilMs: number): number[] {
  const inside = sounds.filter(
    ({ fromMs, toMs }) => fromMs >= speech.fromMs && toMs <= speech.toMs && fromMs < untilMs,
  )
  return inside.slice(1).map(({ fromMs }, at) => fromMs - (inside[at]?.toMs ?? fromMs))
}

function isAudible(samples: Int16Array, from: number): boolean {
  let sum = 0
  for (let at = from; at < from + STEP; at++) sum += (samples[at] ?? 0) ** 2
  return sum >= AUDIBLE * AUDIBLE * STEP
}
