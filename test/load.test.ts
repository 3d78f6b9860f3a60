// When the process says that it has no time for another call, and when it stops saying so.

import { beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../src/lib/clock.ts'
import { Load } from '../src/load.ts'
import { ManualClock } from './fakes/manual-clock.ts'
import { type LogLine, recordingLog } from './harness.ts'

/** A manual clock in a process that may be busy: time passes, and no timer fires. */
class BusyClock implements Clock {
  readonly manual = new ManualClock()
  #busyMs = 0

  now(): number {
    return this.manual.now() + this.#busyMs
  }

  wallMs(): number {
    return this.manual.wallMs() + this.#busyMs
  }

  after(ms: number, run: () => void) {
    return this.manual.after(ms, run)
  }

  every(ms: number, run: () => void) {
    return this.manual.every(ms, run)
  }

  isBusyFor(ms: number): void {
    this.#busyMs += ms
  }
}

let clock: BusyClock
let earLagMs: number
let lines: LogLine[]
let load: Load

beforeEach(() => {
  clock = new BusyClock()
  earLagMs = 0
  lines = []
  load = new Load({
    clock,
    log: recordingLog(lines),
    maxLoopDelayMs: 100,
    maxEarLagMs: 300,
    earLagMs: () => earLagMs,
  })
})

/** Whatever takes `ms` each time, four times a second. */
function passesWithPiecesOf(ms: number, seconds: number): void {
  for (let piece = 0; piece < seconds * 4; piece++) {
    clock.isBusyFor(ms)
    clock.manual.advance(250 - ms)
  }
}

test('a process in time takes calls', () => {
  clock.manual.advance(60_000)
  expect(load.overload()).toBeNull()
  expect(lines).toEqual([])
})

describe('the event loop', () => {
  test('may be late up to the limit', () => {
    passesWithPiecesOf(100, 10)
    expect(load.overload()).toBeNull()
  })

  test('that was late by more is told with how late it was, and that is still known a second later', () => {
    clock.isBusyFor(151)
    clock.manual.advance(50)
    expect(load.overload()).toBe('the process was kept waiting for 151 ms, more than 100')
    clock.manual.advance(1_000)
    expect(load.overload()).toBe('the process was kept waiting for 151 ms, more than 100')
  })

  test('is known to be late before the next pulse: a caller who waited all that time may be asked about first', () => {
    clock.manual.advance(1_000)
    clock.isBusyFor(500)
    expect(load.overload()).toMatch(/kept waiting for 450 ms/)
  })
})

describe('the ear', () => {
  test('may be late up to the limit', () => {
    earLagMs = 300
    clock.manual.advance(5_000)
    expect(load.overload()).toBeNull()
  })

  test('that is later is told with how late it is', () => {
    earLagMs = 301.4
    expect(load.overload()).toBe('callers are heard 301 ms late, more than 300')
  })
})

describe('the end of an overload', () => {
  test('comes after two seconds of calm, and not before', () => {
    clock.isBusyFor(150)
    clock.manual.advance(50)
    clock.manual.advance(1_950)
    expect(load.overload()).not.toBeNull()
    clock.manual.advance(50)
    expect(load.overload()).toBeNull()
  })

  test.each([
    ['the event loop', () => passesWithPiecesOf(90, 10)],
    [
      'the ear',
      () => {
        earLagMs = 250
        clock.manual.advance(10_000)
      },
    ],
  ])('does not come while %s is only just below its limit', (_, strain) => {
    clock.isBusyFor(150)
    clock.manual.advance(50)
    strain()
    expect(load.overload()).not.toBeNull()
    earLagMs = 0
    clock.manual.advance(2_050)
    expect(load.overload()).toBeNull()
  })

  test('is not told again and again when a value goes up and down', () => {
    for (let hiccup = 0; hiccup < 60; hiccup++) {
      clock.isBusyFor(hiccup % 2 === 0 ? 150 : 60)
      clock.manual.advance(750)
    }
    clock.manual.advance(3_000)
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'overloaded: new calls go to people'],
      ['info', 'new calls are taken again'],
    ])
  })
})

test('nothing is watched after the end', () => {
  load.end()
  expect(clock.manual.pending).toBe(0)
})
