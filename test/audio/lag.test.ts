// How late callers are heard, as the recordings tell: whoever is late, we or the switch.

import { beforeEach, expect, test } from 'vitest'
import { begin, clock, FRAME, followers, listen, NEXT, PATH, prepare, write } from './recorder.ts'

beforeEach(prepare)

/** The switch writes so many frames at a time for two seconds, into all of these. */
function writesInBursts(paths: readonly string[], frames: number, forMs = 2_000): void {
  for (let ms = 0; ms < forMs; ms += frames * 20) {
    for (const path of paths) write(path, 0, frames * FRAME)
    clock.advance(frames * 20)
  }
}

test('a recording that is read frame by frame has no lag', () => {
  begin(PATH)
  listen(PATH)
  writesInBursts([PATH], 1)
  expect(followers.lagMs).toBeCloseTo(0)
})

test('sound that is found half a second at a time is late by what it had to wait', () => {
  begin(PATH)
  listen(PATH)
  writesInBursts([PATH], 25)
  expect(followers.lagMs).toBeCloseTo(480)
})

test('the half second that is written at once when a recording begins tells nothing', () => {
  begin(PATH)
  listen(PATH)
  clock.advance(500)
  write(PATH, 0, 25 * FRAME)
  writesInBursts([PATH], 1, 1_500)
  expect(followers.lagMs).toBeCloseTo(0)
})

test('nor does the one after a hold', () => {
  begin(PATH)
  const { following } = listen(PATH)
  writesInBursts([PATH], 1, 1_500)
  following.hold()
  clock.advance(3_000)
  following.unhold()
  write(PATH, 0, 25 * FRAME)
  writesInBursts([PATH], 1, 1_500)
  expect(followers.lagMs).toBeCloseTo(0)
})

test('one burst of one recording among ten is hardly any lag', () => {
  const others = Array.from({ length: 9 }, (_, at) => `/spool/other-${at}.wav`)
  for (const path of [PATH, ...others]) {
    begin(path)
    listen(path)
  }
  writesInBursts([PATH, ...others], 1, 1_500)
  writesInBursts(others, 1, 500)
  write(PATH, 0, 25 * FRAME)
  writesInBursts(others, 1, 500)
  expect(followers.lagMs).toBeGreaterThan(10)
  expect(followers.lagMs).toBeLessThan(100)
})

test('a lag is forgotten within seconds, and at once when nobody is heard any more', () => {
  begin(PATH)
  const { following } = listen(PATH)
  writesInBursts([PATH], 25)
  writesInBursts([PATH], 1)
  expect(followers.lagMs).toBeLessThan(300)
  writesInBursts([PATH], 1, 4_000)
  expect(followers.lagMs).toBeLessThan(50)
  writesInBursts([PATH], 25)
  following.end()
  expect(followers.lagMs).toBeCloseTo(0)
  begin(NEXT)
  listen(NEXT)
  writesInBursts([NEXT], 1, 100)
  expect(followers.lagMs).toBeCloseTo(0)
})
