// A turn of the corpus as sound: each part spoken by itself, the pauses between them as long as they are marked, on a line with
// a little noise.

import { bounds } from '../audio/ear.ts'
import { atLevel, joined, mixed, noise, silence, throughMuLaw } from '../audio/signals.ts'
import type { Voice } from '../fakes/voice.ts'
import type { Caller, Turn } from './turn-corpus.ts'

export const RATE = 8_000
const LEAD_MS = 500
/** Longer than any wait for the end of a turn. */
const TAIL_MS = 2_500
const LEVEL_DBFS = -24
const NOISE_DBFS = -62

export interface TimedWord {
  text: string
  startMs: number
  endMs: number
  /** Whether a marked pause follows, or the end. */
  isLastOfPart: boolean
}

export interface SpokenTurn {
  samples: Int16Array
  words: readonly TimedWord[]
  /** After its last sound. */
  endMs: number
}

export function speakTurn(voice: Voice, caller: Caller, turn: Turn, seed: number): SpokenTurn {
  const sounds: Int16Array[] = [silence(LEAD_MS)]
  const words: TimedWord[] = []
  let atMs = LEAD_MS
  for (const [index, part] of turn.text.split('|').entries()) {
    if (index % 2 === 1) {
      sounds.push(silence(Number(part)))
      atMs += Number(part)
      continue
    }
    const options = { voice: caller.voice, speed: caller.speed }
    const whole = voice.sayAt8k(part.trim(), options)
    const { first, last } = bounds(whole)
    const spoken = voice.say(part.trim(), options).words
    const partMs = ((last + 1 - first) * 1_000) / RATE
    const inPart = (ms: number) => atMs + Math.min(partMs, Math.max(0, ms - (first * 1_000) / RATE))
    for (const [at, { text, startMs, endMs }] of spoken.entries()) {
      const isLastOfPart = at === spoken.length - 1
      words.push({ text, startMs: inPart(startMs), endMs: inPart(endMs), isLastOfPart })
    }
    sounds.push(atLevel(whole.slice(first, last + 1), LEVEL_DBFS))
    atMs += partMs
  }
  const clean = joined(...sounds, silence(TAIL_MS))
  const samples = throughMuLaw(mixed(clean, noise(NOISE_DBFS, (clean.length * 1_000) / RATE, seed + 1)))
  return { samples, words, endMs: atMs }
}
