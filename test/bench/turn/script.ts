// What the callers say and when: sound made beforehand, with a last sample that is known.

import type { Voice } from '../../fakes/voice.ts'

export interface Utterance {
  text: string
  /** From the first sound to the last: nothing silent at either end. */
  samples: Int16Array
  words: { text: string; startMs: number; endMs: number }[]
  /** The pause within it; 0 for none. */
  pauseMs: number
}

export interface Step {
  utterance: Utterance
  /** Spoken into the assistant's words, so long after they began; else into the silence after them. */
  intoWordsMs?: number
}

const PLAIN = [
  'what are your opening hours',
  'my order has not arrived yet',
  'could you repeat that please',
  'I would like to speak to sales please',
]
/** Two parts with a pause between them that is no end. */
const PAUSED: readonly (readonly [string, number, string])[] = [
  ['I am calling about the order', 400, 'that I made last week'],
  ['my number is four two and', 850, 'seven one five'],
  ['could you please tell me', 600, 'when it will be here'],
]
const INTERRUPTION = 'wait I have another question'
const INTO_WORDS_MS = 900

const RATE_PER_MS = 8
/** As in the analysis: the sound of an utterance begins and ends where this is passed. */
const AUDIBLE = 200
const STEP = 5 * RATE_PER_MS

export interface Script {
  /** The steps of the nth caller. */
  stepsOf(caller: number): Step[]
  /** All that can come between two silences: the recognizer may hear either part of an utterance by itself. */
  phrases: Utterance[]
  utterances: Utterance[]
}

export function writeScript(voice: Voice): Script {
  const say = (text: string) => spoken(voice, text)
  const plain = PLAIN.map(say)
  const interruption = say(INTERRUPTION)
  const parts = PAUSED.map(([before, pauseMs, after]) => ({
    before: say(before),
    pauseMs,
    after: say(after),
  }))
  const paused = parts.map(({ before, pauseMs, after }) => joined(before, pauseMs, after))
  const pick = (list: readonly Utterance[], at: number) => {
    const one = list[at % list.length]
    if (!one) throw new Error('there is nothing to say')
    return one
  }
  return {
    stepsOf: caller => [
      { utterance: pick(plain, caller) },
      { utterance: pick(paused, caller) },
      { utterance: pick(plain, caller + 1) },
      { utterance: interruption, intoWordsMs: INTO_WORDS_MS },
      { utterance: pick(paused, caller + 1) },
      { utterance: pick(plain, caller + 2) },
    ],
    phrases: [...plain, interruption, ...paused, ...parts.map(({ after }) => after)],
    utterances: [...plain, interruption, ...paused],
  }
}

function spoken(voice: Voice, text: string): Utterance {
  const whole = voice.sayAt8k(text)
  const audible = (at: number) => {
    let sum = 0
    for (let n = at; n < at + STEP; n++) sum += (whole[n] ?? 0) ** 2
    return sum >= AUDIBLE * AUDIBLE * STEP
  }
  let from = 0
  while (from + STEP < whole.length && !audible(from)) from += STEP
  let to = whole.length - STEP
  while (to > from && !audible(to)) to -= STEP
  const samples = whole.slice(from, to + STEP)
  const lengthMs = samples.length / RATE_PER_MS
  const words = voice.say(text).words.map(word => ({
    text: word.text,
    startMs: word.startMs - from / RATE_PER_MS,
    endMs: Math.min(word.endMs - from / RATE_PER_MS, lengthMs),
  }))
  return { text, samples, words, pauseMs: 0 }
}

function joined(before: Utterance, pauseMs: number, after: Utterance): Utterance {
  const samples = new Int16Array(before.samples.length + pauseMs * RATE_PER_MS + after.samples.length)
  samples.set(before.samples)
  samples.set(after.samples, samples.length - after.samples.length)
  const shiftMs = (samples.length - after.samples.length) / RATE_PER_MS
  const later = after.words.map(({ text, startMs, endMs }) => ({
    text,
    startMs: startMs + shiftMs,
    endMs: endMs + shiftMs,
  }))
  return { text: `${before.text} ${after.text}`, samples, words: [...before.words, ...later], pauseMs }
}
