// The sounds that the switch makes itself: tones by description, and the music of its local streams. They are
// made so that a test can tell them from every voice and prompt.

import { FRAME_SAMPLES, LINE_RATE } from './wav.ts'

export interface MadeSound {
  /** Whole frames. */
  samples: Int16Array
  /** How often it is played; for ever: infinity. */
  loops: number
}

const LOUDNESS = 6_000
const MUSIC_HZ = [523, 659, 784, 659] as const
const NOTE_MS = 250

/** `tone_stream://[v=…;]%(on,off,hz[,hz…])…[;loops=n]`: `loops=-1` never ends. */
export function toneOf(path: string): MadeSound {
  const script = path.slice('tone_stream://'.length)
  const pieces: Int16Array[] = []
  for (const [, inside = ''] of script.matchAll(/%\(([^)]*)\)/g)) {
    const [onMs = 0, offMs = 0, ...hz] = inside.split(',').map(Number)
    pieces.push(chord(onMs, hz), new Int16Array(samplesOf(offMs)))
  }
  const loops = Number(/;loops=(-?\d+)/.exec(script)?.[1] ?? 1)
  const samples = joined(pieces.length > 0 ? pieces : [chord(1_000, [440])])
  return { samples, loops: loops < 0 ? Number.POSITIVE_INFINITY : Math.max(1, loops) }
}

/** What `local_stream://…` plays, without end. */
export function musicOf(): MadeSound {
  return { samples: MUSIC, loops: Number.POSITIVE_INFINITY }
}

const MUSIC = joined(MUSIC_HZ.map(hz => chord(NOTE_MS, [hz])))

function chord(ms: number, hz: readonly number[]): Int16Array {
  const loudness = LOUDNESS / Math.max(1, hz.length)
  return Int16Array.from({ length: samplesOf(ms) }, (_, at) =>
    hz.reduce((sum, one) => sum + loudness * Math.sin((2 * Math.PI * one * at) / LINE_RATE), 0),
  )
}

function samplesOf(ms: number): number {
  return Math.max(0, Math.round((ms * LINE_RATE) / 1_000))
}

function joined(pieces: readonly Int16Array[]): Int16Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const sound = new Int16Array(Math.max(1, Math.ceil(length / FRAME_SAMPLES)) * FRAME_SAMPLES)
  let at = 0
  for (const piece of pieces) {
    sound.set(piece, at)
    at += piece.length
  }
  return sound
}
