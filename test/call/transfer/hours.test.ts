// When a destination is there, by the clocks of its own zone, also on the days when these are changed.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Hours } from '../../../src/call/transfer/destination.ts'
import { isOpen } from '../../../src/call/transfer/hours.ts'

const week = (fromMinute: number, toMinute: number) =>
  [1, 2, 3, 4, 5].map(day => ({ day, fromMinute, toMinute }))
const office: Hours = { timeZone: 'Europe/Berlin', open: week(9 * 60, 17 * 60), holidays: [] }
const at = (iso: string): number => Date.parse(iso)

describe('opening hours', () => {
  test('are those of the zone, not ours', () => {
    expect(isOpen(office, at('2026-01-05T08:00:00Z'))).toBe(true) // Monday, 09:00
    expect(isOpen(office, at('2026-01-05T07:59:59.999Z'))).toBe(false)
    expect(isOpen(office, at('2026-01-05T15:59:59.999Z'))).toBe(true)
    expect(isOpen(office, at('2026-01-05T16:00:00Z'))).toBe(false)
    expect(isOpen({ ...office, timeZone: 'America/New_York' }, at('2026-01-05T08:00:00Z'))).toBe(false)
  })

  test('move with the clocks in summer', () => {
    expect(isOpen(office, at('2026-03-27T07:30:00Z'))).toBe(false) // Friday before, 08:30
    expect(isOpen(office, at('2026-03-30T07:30:00Z'))).toBe(true) // Monday after, 09:30
    expect(isOpen(office, at('2026-10-23T07:30:00Z'))).toBe(true)
    expect(isOpen(office, at('2026-10-26T07:30:00Z'))).toBe(false)
  })

  test('count an hour that comes twice twice, and one that never comes not at all', () => {
    const night: Hours = {
      timeZone: 'Europe/Berlin',
      open: [{ day: 0, fromMinute: 120, toMinute: 180 }],
      holidays: [],
    }
    const openMinutes = (day: string): number => {
      let count = 0
      for (let minute = -180; minute < 24 * 60; minute++)
        if (isOpen(night, at(`${day}T00:00:00Z`) + minute * 60_000)) count++
      return count
    }
    expect(openMinutes('2026-10-25')).toBe(120)
    expect(openMinutes('2026-03-29')).toBe(0)
    expect(openMinutes('2026-06-07')).toBe(60)
  })

  test('may go on until midnight, which is the day before', () => {
    const late: Hours = { timeZone: 'UTC', open: [{ day: 1, fromMinute: 0, toMinute: 1_440 }], holidays: [] }
    expect(isOpen(late, at('2026-01-05T00:00:00Z'))).toBe(true)
    expect(isOpen(late, at('2026-01-05T23:59:59Z'))).toBe(true)
    expect(isOpen(late, at('2026-01-06T00:00:00Z'))).toBe(false)
  })

  test('that nobody has set are always', () => {
    expect(isOpen(null, 0)).toBe(true)
  })
})

describe('holidays', () => {
  const hours: Hours = { ...office, holidays: ['2026-04-06', '12-25'] }

  test('are closed all day, once or every year, by the date of the zone', () => {
    expect(isOpen(hours, at('2026-04-06T10:00:00Z'))).toBe(false)
    expect(isOpen(hours, at('2026-04-07T10:00:00Z'))).toBe(true)
    expect(isOpen(hours, at('2026-12-25T10:00:00Z'))).toBe(false)
    expect(isOpen(hours, at('2028-12-25T10:00:00Z'))).toBe(false)
    const always: Hours = { ...hours, open: [] }
    expect(isOpen(always, at('2026-12-24T23:30:00Z'))).toBe(false) // 00:30 on the 25th there
    expect(isOpen(always, at('2026-12-25T23:30:00Z'))).toBe(true)
  })

  test('are all that closes what has no hours', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_102_444_800_000 }),
        fc.constantFrom('Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia', 'UTC'),
        (wallMs, timeZone) => {
          const date = new Intl.DateTimeFormat('sv-SE', { timeZone }).format(wallMs)
          expect(isOpen({ timeZone, open: [], holidays: [] }, wallMs)).toBe(true)
          expect(isOpen({ timeZone, open: [], holidays: [date] }, wallMs)).toBe(false)
          expect(isOpen({ timeZone, open: [], holidays: [date.slice(5)] }, wallMs)).toBe(false)
        },
      ),
    )
  })
})

test('the week is open exactly as long as its hours say, in every zone without a change of the clocks', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('Asia/Tokyo', 'Asia/Kolkata', 'America/Phoenix', 'UTC'),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 95 }),
      fc.integer({ min: 1, max: 96 }),
      (timeZone, day, from, length) => {
        const to = Math.min(96, from + length)
        const open = [{ day, fromMinute: from * 15, toMinute: to * 15 }]
        let count = 0
        for (let quarter = 0; quarter < 7 * 96; quarter++)
          if (isOpen({ timeZone, open, holidays: [] }, at('2026-02-02T00:00:00Z') + quarter * 900_000))
            count++
        expect(count).toBe(to - from)
      },
    ),
    { numRuns: 20 },
  )
})
