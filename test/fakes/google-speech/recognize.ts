// Decides which words of the phrase book were said in a stretch of sound, from the sound alone. Words of
// which too little arrived are left out, and what fits no phrase well, or two equally well, is not recognized
// at all.

import { align, alignmentCost, type LogFrames, type Path } from './align.ts'
import { BANDS, Frames } from './features.ts'
import { loudness, type PhraseBook, type Template } from './phrase-book.ts'

export interface Recognized {
  text: string
  /** Mean difference per frame heard: 0 would be the template itself. */
  cost: number
}

/** A stretch of speech between silences, in frames. */
export interface Stretch {
  from: number
  to: number
}

/** Power per band that is there when nobody speaks. */
export type Floor = Float32Array

/**
 * Speech is what has this many times the power of the noise (4 dB): less would hear speech in noise itself.
 */
const SPEECH_TO_NOISE = 2.5
/** What lies 40 dB below the vowels is no more speech than noise is, however quiet the line. */
const LEAST_FLOOR = 1e-4
/** Power in a band of the noise that G.711 makes of silence, about -70 dBFS over all bands. */
const LEAST_POWER = 2e-7
/** Shorter stretches are clicks. */
const LEAST_STRETCH = 8
const LEAST_COVERAGE = 0.6
/** Nor may more than 40 ms of what can be heard of a word be missing: "lease" is not "please". */
const MOST_MISSING = 4
/** A template's frame laid on something this far away was not heard. */
const MATCHING_COST = 0.6
/**
 * Above this mean cost the phrase, or a word of it, is another one. Measured through G.711: the right words
 * cost at most 0.18 on a clean line and 0.33 at 5 dB; a wrong word costs 1.6 or more, and 0.7 or more at 10
 * dB. What differs in one sound only ("tales" for "sales") is closer than that, and passes.
 */
const MAX_COST = 0.42
const MAX_WORD_COST = 0.5
/** What is left of a word that was cut fits less well; above this it was never that word. */
const MAX_REST_COST = 1
/** A different text that costs less than this much more leaves the matter open. */
const LEAST_MARGIN = 0.06
/**
 * People say whole phrases: a piece out of one must fit so much better ("yes" against the "yet" at the end of
 * another).
 */
const FRAGMENT_COST = 0.1
/** A word's cost means nothing when only this few frames of it were heard. */
const LEAST_WORD_FRAMES = 7
/** How many phrases are compared closely after a coarse look at all of them. */
const SHORT_LIST = 5
/** A pause of this many frames may separate two phrases said one after the other. */
const PAUSE = 20

/**
 * The noise: the mean of the quietest frames. Of a stretch without any pause that is still far below its
 * vowels.
 */
export function measureFloor(frames: Frames, energies = frames.energies()): Floor {
  const order = [...energies.keys()].sort((a, b) => (energies[a] ?? 0) - (energies[b] ?? 0))
  const quiet = order.slice(0, Math.max(3, Math.ceil(order.length * 0.12)))
  const floor = new Float32Array(BANDS)
  for (const t of quiet)
    for (let band = 0; band < BANDS; band++)
      floor[band] = (floor[band] ?? 0) + (frames.powers[t * BANDS + band] ?? 0) / quiet.length
  const least = (LEAST_FLOOR * loudness(energies)) / BANDS
  return floor.map(power => Math.max(power, least, LEAST_POWER))
}

/** From the first to the last frame that stands out of the noise, if anything does. */
export function findSpeech(energies: Float32Array, floor: Floor): Stretch | undefined {
  const threshold = SPEECH_TO_NOISE * total(floor)
  const loud = (t: number) => (energies[t] ?? 0) > threshold
  const begins = (t: number, step: 1 | -1) => loud(t) && loud(t + step) && loud(t + 2 * step)
  let from = 0
  while (from < energies.length && !begins(from, 1)) from++
  let to = energies.length
  while (to > from && !begins(to - 1, -1)) to--
  return to - from >= LEAST_STRETCH ? { from, to } : undefined
}

/** `look` is `coarse` for a first impression at a quarter of the work: no word of it is checked. */
export function recognize(
  frames: Frames,
  floor: Floor,
  book: PhraseBook,
  look: 'coarse' | 'close' = 'close',
): Recognized | undefined {
  const energies = frames.energies()
  const speech = findSpeech(energies, floor)
  if (!speech) return undefined
  const inside = frames.slice(speech.from, speech.to)
  const whole = recognizeStretch(inside, energies.subarray(speech.from, speech.to), floor, book, look)
  if (whole) return whole
  const pause = longestPause(energies, floor, speech)
  if (!pause) return undefined
  const parts = [frames.slice(speech.from, pause.from), frames.slice(pause.to, speech.to)]
    .map(part => recognize(part, floor, book, look))
    .filter(part => part !== undefined)
  if (parts.length === 0) return undefined
  return { text: parts.map(part => part.text).join(' '), cost: Math.max(...parts.map(part => part.cost)) }
}

function recognizeStretch(
  frames: Frames,
  energies: Float32Array,
  floor: Floor,
  book: PhraseBook,
  look: 'coarse' | 'close',
): Recognized | undefined {
  const level = loudness(energies)
  const heard = logarithms(frames, 1, floor, 'contains the noise')
  const fittings = book
    .map(template => adapt(template, level, floor))
    .filter(fitting => fitting !== undefined)
  const coarse = logarithms(everySecond(frames), 1, floor, 'contains the noise')
  const ranked = fittings
    .map(fitting => {
      const template = logarithms(everySecond(fitting.frames), fitting.gain, floor, 'is clean')
      return { fitting, cost: alignmentCost(coarse, template) }
    })
    .filter(({ cost }) => Number.isFinite(cost))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, look === 'close' ? SHORT_LIST : 2)
  const readings = ranked
    .map(({ fitting }) => read(heard, fitting, floor))
    .filter(reading => reading !== undefined)
    .sort((a, b) => a.score - b.score)
  const best = readings[0]
  if (!best?.fits || best.words.length === 0) return undefined
  for (const rival of readings)
    if (rival.score - best.score < LEAST_MARGIN && contradicts(rival, best)) return undefined
  return { text: best.words.join(' '), cost: best.cost }
}

/** Neither of the two texts is a part of the other, letters and digits alone considered. */
function contradicts(a: Reading, b: Reading): boolean {
  if (a.words.length === 0 || b.words.length === 0) return false
  const [one, other] = [a, b].map(
    ({ words }) => ` ${words.map(word => word.toLowerCase().replace(/[^\p{L}\p{N}']/gu, '')).join(' ')} `,
  )
  return one !== undefined && other !== undefined && !one.includes(other) && !other.includes(one)
}

/** A template as it would look in this noise and at this loudness. */
interface Fitting {
  template: Template
  /** As loud as what was heard once multiplied by `gain`. */
  frames: Frames
  gain: number
  /** Its first frame's number in the whole template. */
  from: number
  audible: Uint8Array
}

function adapt(template: Template, level: number, floor: Floor): Fitting | undefined {
  const gain = level / template.level
  const noise = total(floor)
  const energies = template.energies.map(energy => energy * gain + noise)
  const speech = findSpeech(energies, floor)
  if (!speech) return undefined
  const audible = new Uint8Array(speech.to - speech.from)
  for (let j = 0; j < audible.length; j++)
    audible[j] = (energies[speech.from + j] ?? 0) > SPEECH_TO_NOISE * noise ? 1 : 0
  const frames = template.frames.slice(speech.from, speech.to)
  return { template, frames, gain, from: speech.from, audible }
}

interface Reading {
  words: string[]
  cost: number
  /** The cost with which it stands against other readings. */
  score: number
  /** Whether neither the whole nor any word of it costs too much. */
  fits: boolean
}

/** Lays what was heard along one template, and keeps the words that were covered. */
function read(heard: LogFrames, fitting: Fitting, floor: Floor): Reading | undefined {
  const { template, frames, gain } = fitting
  const path = align(heard, logarithms(frames, gain, floor, 'is clean'))
  if (!path) return undefined
  const cost = path.costs.reduce((sum, one) => sum + one, 0) / path.costs.length
  let fits = cost <= MAX_COST
  const tallies = tally(fitting, path)
  const words = template.words.filter((_, i) => {
    const word = tallies[i]
    if (!word || word.covered === 0) return false
    const missing = word.audible - word.covered
    const kept = word.covered >= LEAST_COVERAGE * word.audible && missing <= MOST_MISSING
    const limit = kept ? MAX_WORD_COST : MAX_REST_COST
    if (word.heard >= LEAST_WORD_FRAMES && word.cost > limit * word.heard) fits = false
    return kept
  })
  const whole = words.length === template.words.length
  return { words, cost, score: cost + (whole ? 0 : FRAGMENT_COST), fits }
}

/** What became of one word of a template, in frames. */
interface WordTally {
  /** Could be heard above the noise. */
  audible: number
  /** Of these, were there. */
  covered: number
  /** Frames heard that were laid on it, and their costs together. */
  heard: number
  cost: number
}

function tally({ template, from, audible }: Fitting, path: Path): WordTally[] {
  const tallies = template.words.map(() => ({ audible: 0, covered: 0, heard: 0, cost: 0 }))
  const wordAt = (j: number) => tallies[template.wordOfFrame[from + j] ?? 0]
  const first = path.frames[path.costs.findIndex(cost => cost < MATCHING_COST)] ?? 0
  const last = path.frames[path.costs.findLastIndex(cost => cost < MATCHING_COST)] ?? -1
  for (let j = 0; j < audible.length; j++) {
    const word = wordAt(j)
    if (!word || audible[j] === 0) continue
    word.audible++
    if (j >= first && j <= last) word.covered++
  }
  for (let t = 0; t < path.frames.length; t++) {
    const word = wordAt(path.frames[t] ?? 0)
    if (!word) continue
    word.heard++
    word.cost += path.costs[t] ?? 0
  }
  return tallies
}

function longestPause(energies: Float32Array, floor: Floor, speech: Stretch): Stretch | undefined {
  const threshold = SPEECH_TO_NOISE * total(floor)
  let longest: Stretch = { from: 0, to: 0 }
  let from = speech.from
  for (let t = speech.from; t < speech.to; t++) {
    if ((energies[t] ?? 0) > threshold) from = t + 1
    else if (t + 1 - from > longest.to - longest.from) longest = { from, to: t + 1 }
  }
  return longest.to - longest.from >= PAUSE ? longest : undefined
}

/**
 * What was heard has the noise in it already; a template gets it added, so that the two are alike where
 * nobody speaks.
 */
function logarithms(
  frames: Frames,
  gain: number,
  floor: Floor,
  state: 'contains the noise' | 'is clean',
): LogFrames {
  const logs = new Float32Array(frames.powers.length)
  for (let at = 0; at < logs.length; at += BANDS) {
    for (let band = 0; band < BANDS; band++) {
      const power = frames.powers[at + band] ?? 0
      const noise = floor[band] ?? 0
      logs[at + band] = Math.log(state === 'is clean' ? power * gain + noise : Math.max(power, noise))
    }
  }
  return logs
}

function everySecond(frames: Frames): Frames {
  const count = Math.ceil(frames.count / 2)
  const powers = new Float32Array(count * BANDS)
  for (let t = 0; t < count; t++)
    powers.set(frames.powers.subarray(2 * t * BANDS, (2 * t + 1) * BANDS), t * BANDS)
  return new Frames(powers)
}

function total(floor: Floor): number {
  let sum = 0
  for (const power of floor) sum += power
  return sum
}
