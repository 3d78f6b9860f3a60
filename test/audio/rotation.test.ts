// One recording is replaced by the next while somebody speaks: nothing lost, nothing doubled, nothing left behind.

import { beforeEach, describe, expect, test } from 'vitest'
import { RotationUnderway } from '../../src/audio/following.ts'
import {
  begin,
  bytesOf,
  clock,
  expectSpeech,
  FRAME,
  faults,
  files,
  listen,
  NEXT,
  PATH,
  prepare,
  speech,
  write,
} from './recorder.ts'

beforeEach(prepare)

describe('a replaced recording', () => {
  test.each([
    ['the usual 20 ms', 1],
    ['200 ms', 10],
    ['half a second', 25],
  ])('goes on in the next one without a sample lost or doubled when they overlap by %s', (_, frames) => {
    begin(PATH)
    const { following, heard, pieces } = listen(PATH)
    for (let frame = 0; frame < 100; frame++) {
      write(PATH, frame * FRAME, (frame + 1) * FRAME)
      clock.advance(20)
    }
    const rotation = following.continueWith(NEXT)
    begin(NEXT)
    for (let frame = 100; frame < 100 + frames; frame++) {
      write(PATH, frame * FRAME, (frame + 1) * FRAME)
      write(NEXT, frame * FRAME, (frame + 1) * FRAME)
      if (frame + 1 < 100 + frames) clock.advance(20)
    }
    rotation.oldStopped()
    expect(files.has(PATH)).toBe(false)
    for (let frame = 100 + frames; frame < 200; frame++) {
      write(NEXT, frame * FRAME, (frame + 1) * FRAME)
      clock.advance(20)
    }
    expectSpeech(heard, 0, 200 * FRAME)
    expect(contiguous(pieces)).toBe(true)
    expect(faults).toEqual([])
  })

  test('whose resampler has to settle first is joined all the same', () => {
    begin(PATH)
    write(PATH, 0, 50 * FRAME)
    const { following, heard } = listen(PATH)
    clock.advance(20)
    const rotation = following.continueWith(NEXT)
    begin(NEXT)
    const settling = speech.slice(49 * FRAME, 60 * FRAME)
    settling.fill(0, 0, 30)
    files.grow(NEXT, bytesOf(settling))
    rotation.oldStopped()
    clock.advance(20)
    expectSpeech(heard, 0, 60 * FRAME)
  })

  test('that did not overlap is taken whole, after a moment', () => {
    begin(PATH)
    write(PATH, 0, 50 * FRAME)
    const { following, heard } = listen(PATH)
    clock.advance(20)
    const rotation = following.continueWith(NEXT)
    rotation.oldStopped()
    begin(NEXT)
    for (let frame = 50; frame < 70; frame++) {
      write(NEXT, frame * FRAME, (frame + 1) * FRAME)
      clock.advance(20)
    }
    expectSpeech(heard, 0, 70 * FRAME)
  })

  test('in digital silence loses no more than the overlap can be', () => {
    begin(PATH)
    files.grow(PATH, new Uint8Array(100 * 320))
    const { following } = listen(PATH)
    clock.advance(20)
    const rotation = following.continueWith(NEXT)
    begin(NEXT)
    files.grow(NEXT, new Uint8Array(50 * 320))
    rotation.oldStopped()
    clock.advance(20)
    expect(following.position).toBeGreaterThanOrEqual(149 * FRAME)
    expect(following.position).toBeLessThanOrEqual(150 * FRAME)
  })

  test('whose end nobody reports is left when it has long been silent', () => {
    begin(PATH)
    write(PATH, 0, 50 * FRAME)
    const { following, heard, stalls } = listen(PATH)
    clock.advance(20)
    following.continueWith(NEXT)
    begin(NEXT)
    for (let frame = 49; frame < 150; frame++) {
      write(NEXT, frame * FRAME, (frame + 1) * FRAME)
      clock.advance(20)
    }
    expectSpeech(heard, 0, 150 * FRAME)
    expect(stalls).toEqual([])
    expect(files.has(PATH)).toBe(false)
  })

  test('cannot be replaced again before the change is through', () => {
    begin(PATH)
    const { following } = listen(PATH)
    following.continueWith(NEXT)
    expect(() => following.continueWith('/spool/ear-3.wav')).toThrow(RotationUnderway)
  })

  test('whose end is reported twice or after everything is over does no harm', () => {
    begin(PATH)
    const { following } = listen(PATH)
    const rotation = following.continueWith(NEXT)
    rotation.oldStopped()
    rotation.oldStopped()
    following.end()
    rotation.oldStopped()
    expect(faults).toEqual([])
    expect(files.openCount).toBe(0)
  })
})

function contiguous(pieces: { position: number; length: number }[]): boolean {
  let expected = 0
  return pieces.every(({ position, length }) => {
    const fits = position === expected
    expected += length
    return fits
  })
}
