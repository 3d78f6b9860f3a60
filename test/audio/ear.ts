// An ear on a telephone line, with all that it reports, and somebody to speak: what the tests of hearing share.

import {
  Segmenter,
  type SegmenterOptions,
  type SpeechEnd,
  type SpeechStart,
} from '../../src/audio/utterance.ts'
import { VoiceDetectors } from '../../src/audio/voice-detector.ts'
import { Voice } from '../fakes/voice.ts'
import { atLevel } from './signals.ts'

export const RATE = 8_000
const voice = await Voice.load()
export const detectors = await VoiceDetectors.load()

export interface Ear {
  segmenter: Segmenter
  starts: (SpeechStart & { knownAt: number })[]
  ends: (SpeechEnd & { knownAt: number })[]
  /** What each utterance was given, look-back included. */
  given: number[][]
  hear(samples: Int16Array, pieceSamples?: number): void
}

export function openEar(options: Partial<SegmenterOptions> = {}): Ear {
  let position = 0
  const starts: Ear['starts'] = []
  const ends: Ear['ends'] = []
  const given: number[][] = []
  const segmenter = new Segmenter({
    detector: detectors.open(RATE),
    sampleRate: RATE,
    endOfTurnMs: 700,
    maxUtteranceMs: 60_000,
    onSpeechStarted(start) {
      starts.push({ ...start, knownAt: position })
      given.push([...start.lookBack])
    },
    onSpeech: samples => given.at(-1)?.push(...samples),
    onSpeechEnded: end => ends.push({ ...end, knownAt: position }),
    ...options,
  })
  const hear = (samples: Int16Array, pieceSamples = 160) => {
    for (let at = 0; at < samples.length; at += pieceSamples) {
      const piece = samples.subarray(at, at + pieceSamples)
      const from = position
      position += piece.length
      segmenter.push(piece, from)
    }
  }
  return { segmenter, starts, ends, given, hear }
}

/** The first and the last sample that is louder than a fiftieth of the loudest. */
export function bounds(samples: Int16Array): { first: number; last: number } {
  const loudest = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
  const isLoud = (sample: number) => Math.abs(sample) > loudest / 50
  return { first: samples.findIndex(isLoud), last: samples.findLastIndex(isLoud) }
}

export function say(text: string, name = 'en-us+f3'): Int16Array {
  return atLevel(voice.sayAt8k(text, { voice: name }), -24)
}
