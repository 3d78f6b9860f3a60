// The weighing of frames, as a table: V with a pitch, U without, . quiet, T tone.

import { expect, test } from 'vitest'
import {
  type FrameVerdict,
  framesSinceStart,
  nextSpeechState,
  quiet,
  type SpeechState,
} from '../../src/audio/speech-state.ts'

const VERDICTS: Record<string, FrameVerdict> = { V: 'voiced', U: 'unvoiced', '.': 'quiet', T: 'tone' }

function run(frames: string): SpeechState[] {
  let state = quiet
  return [...frames].map(letter => {
    state = nextSpeechState(state, VERDICTS[letter] ?? 'quiet')
    return state
  })
}

/** Where speech was known to begin, and where it had begun. */
function start(frames: string): { knownAt: number; beganAt: number } | undefined {
  const states = run(frames)
  const knownAt = states.findIndex(state => state.state === 'speaking')
  const known = states[knownAt]
  return known && { knownAt, beganAt: knownAt - framesSinceStart(known.votes) }
}

test.each([
  ['VVV', { knownAt: 2, beganAt: 0 }],
  ['..VVV', { knownAt: 4, beganAt: 2 }],
  ['UUV', { knownAt: 2, beganAt: 0 }],
  ['V.V.V', { knownAt: 4, beganAt: 0 }],
  ['VU..V', { knownAt: 4, beganAt: 0 }],
  ['V..V..VV', { knownAt: 7, beganAt: 3 }],
  ['UUUUUUUUV', { knownAt: 8, beganAt: 4 }],
  ['VV', undefined],
  ['V...V...V', undefined],
  ['VTVTV', undefined],
  ['VTTTTTV', undefined],
  ['VVTV', undefined],
  ['VTVVV', { knownAt: 4, beganAt: 2 }],
  ['U'.repeat(17), undefined],
  ['U'.repeat(18), { knownAt: 17, beganAt: 0 }],
  ['UUU.'.repeat(6), { knownAt: 22, beganAt: 0 }],
  ['UU..'.repeat(50), undefined],
  ['.'.repeat(100), undefined],
])('%s begins at %j', (frames, expected) => {
  expect(start(frames)).toEqual(expected)
})

test.each([
  ['VVV...', 3],
  ['VVV....V', 5],
  ['VVV....V...', 8],
  ['VVV....VV', 0],
  ['VVV....V.V', 0],
  ['VVV....V..V', 0],
  ['VVV....V...V', 9],
  ['VVV....U.U', 0],
  ['VVV....TTTT', 8],
])('after %s the pause is %i frames long', (frames, silentFrames) => {
  expect(run(frames).at(-1)).toMatchObject({ state: 'speaking', silentFrames })
})
