// Sleeping by a clock, and the manual clock itself: everything else that is tested leans on it.

import { describe, expect, test } from 'vitest'
import { sleep, systemClock } from '../../src/lib/clock.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

describe('sleep', () => {
  test('resolves when the time has passed and leaves no listener and no timer', async () => {
    const clock = new ManualClock()
    const controller = new AbortController()
    let awake = false
    const sleeping = sleep(clock, 500, controller.signal).then(() => {
      awake = true
    })
    await clock.advanceAsync(499)
    expect(awake).toBe(false)
    await clock.advanceAsync(1)
    await sleeping
    expect(awake).toBe(true)
    expect(clock.pending).toBe(0)
    controller.abort(new Error('too late'))
  })

  test('rejects with the reason of the signal and cancels its timer', async () => {
    const clock = new ManualClock()
    const controller = new AbortController()
    const reason = new Error('hung up')
    const sleeping = sleep(clock, 500, controller.signal)
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    expect(clock.pending).toBe(0)
  })

  test('rejects at once, without a timer, when the signal is already aborted', async () => {
    const clock = new ManualClock()
    const reason = new Error('gone')
    await expect(sleep(clock, 500, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(clock.pending).toBe(0)
  })
})

test('the system clock fires once and repeatedly, and a cancelled timer does not fire', async () => {
  const fired: string[] = []
  await new Promise<void>(resolve => {
    const cancelled = systemClock.after(1, () => fired.push('cancelled'))
    cancelled.cancel()
    const repeating = systemClock.every(1, () => {
      fired.push('tick')
      if (fired.length < 3) return
      repeating.cancel()
      systemClock.after(5, resolve)
    })
  })
  expect(fired).toEqual(['tick', 'tick', 'tick'])
})

describe('the manual clock', () => {
  test('runs timers by time, then by the order of their making, and shows each its own time', () => {
    const clock = new ManualClock()
    const log: [string, number][] = []
    const note = (name: string) => () => log.push([name, clock.now()])
    clock.after(30, note('c'))
    clock.after(10, note('a'))
    clock.after(30, note('d'))
    clock.after(20, note('b'))
    clock.advance(29)
    expect(log.map(([name]) => name)).toEqual(['a', 'b'])
    clock.advance(1)
    expect(log).toEqual([
      ['a', 10],
      ['b', 20],
      ['c', 30],
      ['d', 30],
    ])
    expect(clock.now()).toBe(30)
  })

  test('runs what a timer schedules when it falls due within the same advance', () => {
    const clock = new ManualClock()
    const at: number[] = []
    clock.after(10, () => clock.after(5, () => at.push(clock.now())))
    clock.after(12, () => at.push(clock.now()))
    clock.advance(20)
    expect(at).toEqual([12, 15])
  })

  test('repeats until cancelled, also from within', () => {
    const clock = new ManualClock()
    const at: number[] = []
    const timer = clock.every(20, () => {
      at.push(clock.now())
      if (at.length === 3) timer.cancel()
    })
    clock.advance(1_000)
    expect(at).toEqual([20, 40, 60])
    expect(clock.pending).toBe(0)
  })

  test('keeps its order with thousands of timers and cancellations', () => {
    const clock = new ManualClock()
    const at: number[] = []
    let seed = 1
    for (let i = 0; i < 5_000; i++) {
      seed = (seed * 48_271) % 2_147_483_647
      const timer = clock.after(1 + (seed % 1_000), () => at.push(clock.now()))
      if (i % 3 === 0) timer.cancel()
    }
    clock.advance(1_001)
    expect(at.length).toBe(5_000 - 1_667)
    expect(at).toEqual(at.toSorted((a, b) => a - b))
  })

  test('lets promises come to rest between timers when asked to', async () => {
    const clock = new ManualClock()
    const log: string[] = []
    clock.after(10, () => {
      log.push('timer 1')
      void Promise.resolve()
        .then(() => {})
        .then(() => log.push('promise'))
      setImmediate(() => log.push('immediate'))
    })
    clock.after(20, () => log.push('timer 2'))
    await clock.advanceAsync(20)
    expect(log).toEqual(['timer 1', 'promise', 'immediate', 'timer 2'])
  })

  test('moves the wall clock along, and a jump of it leaves timers alone', () => {
    const clock = new ManualClock({ wallStartMs: 1_000_000 })
    let fired = false
    clock.after(100, () => {
      fired = true
    })
    clock.jumpWall(3_600_000)
    clock.advance(99)
    expect(fired).toBe(false)
    expect(clock.wallMs()).toBe(1_000_000 + 3_600_000 + 99)
  })
})
