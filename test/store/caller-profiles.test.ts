// Caller profiles: kept for their time, not longer, not more than so many, and told of.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CallerProfiles } from '../../src/store/caller-profiles.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

function open() {
  const clock = new ManualClock()
  const changes: string[] = []
  const profiles = new CallerProfiles({ clock, onChange: extension => void changes.push(extension) })
  const put = (extension: string, ttlMs: number, reason = '') =>
    profiles.put(
      {
        extension,
        callId: null,
        caller: { number: '', name: '' },
        reason,
        destination: '',
        data: null,
        transcript: [],
      },
      ttlMs,
    )
  return { clock, changes, profiles, put }
}

test('one is there until its time is over, and each change is told', () => {
  const { clock, changes, profiles, put } = open()
  put('1', 1_000)
  clock.advance(999)
  expect(profiles.get('1')?.extension).toBe('1')
  expect(changes).toEqual(['1'])
  clock.advance(1)
  expect(profiles.get('1')).toBeUndefined()
  expect(profiles.size).toBe(0)
  expect(changes).toEqual(['1', '1'])
  expect(clock.pending).toBe(0)
})

test('putting again replaces it and begins its time anew', () => {
  const { clock, profiles, put } = open()
  put('1', 1_000, 'before')
  clock.advance(900)
  const kept = put('1', 1_000, 'after')
  expect(kept).toMatchObject({ updatedAtMs: clock.wallMs(), expiresAtMs: clock.wallMs() + 1_000 })
  clock.advance(999)
  expect(profiles.get('1')?.reason).toBe('after')
  clock.advance(1)
  expect(profiles.size).toBe(0)
})

test('a shorter time put later is over first', () => {
  const { clock, profiles, put } = open()
  put('long', 10_000)
  put('short', 1_000)
  expect(clock.pending).toBe(1)
  clock.advance(1_000)
  expect(profiles.size).toBe(1)
  expect(profiles.get('long')).toBeDefined()
})

test('a wall clock that is set changes nothing', () => {
  const { clock, profiles, put } = open()
  put('1', 1_000)
  clock.jumpWall(10_000_000)
  expect(profiles.get('1')).toBeDefined()
  clock.jumpWall(-20_000_000)
  clock.advance(1_000)
  expect(profiles.get('1')).toBeUndefined()
})

test('one that is removed is gone, told once, and leaves no timer', () => {
  const { clock, changes, profiles, put } = open()
  put('1', 1_000)
  expect(profiles.remove('1')).toBe(true)
  expect(profiles.remove('1')).toBe(false)
  expect(changes).toEqual(['1', '1'])
  expect(clock.pending).toBe(0)
})

test('beyond ten thousand the oldest goes, and is told', () => {
  const { changes, profiles, put } = open()
  for (let i = 0; i < 10_000; i++) put(`${i}`, 60_000)
  put('0', 60_000) // the oldest is now 1
  put('new', 60_000)
  expect(profiles.size).toBe(10_000)
  expect(profiles.get('1')).toBeUndefined()
  expect(profiles.get('0')).toBeDefined()
  expect(changes.at(-1)).toBe('1')
})

test('closing forgets all, silently', () => {
  const { clock, changes, profiles, put } = open()
  put('1', 1_000)
  profiles.close()
  expect(profiles.size).toBe(0)
  expect(clock.pending).toBe(0)
  expect(changes).toEqual(['1'])
})

describe('whatever is done in whatever order', () => {
  const extension = fc.constantFrom('a', 'b', 'c')
  const action = fc.oneof(
    fc.record({ type: fc.constant('put' as const), extension, ms: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ type: fc.constant('remove' as const), extension }),
    fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 30 }) }),
  )

  test('exactly the living are there, each end is told, and one timer is enough', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), actions => {
        const { clock, changes, profiles, put } = open()
        const model = new Map<string, number>()
        let told = 0
        for (const one of actions) {
          if (one.type === 'put') {
            put(one.extension, one.ms)
            model.set(one.extension, clock.now() + one.ms)
            told++
          } else if (one.type === 'remove') {
            expect(profiles.remove(one.extension)).toBe(model.delete(one.extension))
            told = changes.length
          } else clock.advance(one.ms)
          for (const [key, untilMs] of model)
            if (untilMs <= clock.now()) {
              model.delete(key)
              told++
            }
          expect(profiles.size).toBe(model.size)
          for (const key of model.keys()) expect(profiles.get(key)).toBeDefined()
          expect(changes).toHaveLength(told)
          expect(clock.pending).toBe(model.size > 0 ? 1 : clock.pending)
          expect(clock.pending).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})
