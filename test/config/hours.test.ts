// Opening hours as they are written, and what they become.

import { describe, expect, it } from 'vitest'
import { isHoliday, isTimeZone, readOpening } from '../../src/config/hours.ts'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

describe('an entry of opening hours', () => {
  it.each([
    ['Mon 09:00-17:00', 'Mon', 540, 1020],
    ['mon-FRI 08:30-12:00', 'Mon Tue Wed Thu Fri', 510, 720],
    ['Sat-Sun 00:00-24:00', 'Sat Sun', 0, 1440],
    ['Fri-Mon 10:00-10:01', 'Fri Sat Sun Mon', 600, 601],
    ['Sun-Sat 23:59-24:00', 'Sun Mon Tue Wed Thu Fri Sat', 1439, 1440],
  ])('is one opening a day: %s', (written, days, fromMinute, toMinute) => {
    const expected = days.split(' ').map(day => ({ day: DAYS.indexOf(day), fromMinute, toMinute }))
    expect(readOpening(written)).toEqual(expected)
  })

  it.each([
    '',
    'Mon',
    '09:00-17:00',
    'Mon 9:00-17:00',
    'Mon 09:00 - 17:00',
    'Mon  09:00-17:00',
    'Mon 09:00-17:00 ',
    'Monday 09:00-17:00',
    'Mo-Fr 09:00-17:00',
    'Mon,Tue 09:00-17:00',
    'Mon-Tue-Wed 09:00-17:00',
    'Mon 09:60-17:00',
    'Mon 09:00-24:01',
    'Mon 09:00-25:00',
    'Mon 17:00-09:00',
    'Mon 09:00-09:00',
    'Mon 09:00-17:00\nTue 09:00-17:00',
  ])('is nothing else: %j', written => {
    expect(readOpening(written)).toBeUndefined()
  })
})

describe('a holiday', () => {
  it.each(['2026-12-25', '12-24', '02-29', '2028-02-29', '01-01'])('is a day: %s', written => {
    expect(isHoliday(written)).toBe(true)
  })

  it.each([
    '',
    '2026-02-29',
    '02-30',
    '13-01',
    '00-10',
    '10-00',
    '1-1',
    '25.12.',
    '26-12-25',
    '2026-12-25T00',
  ])('is no other: %j', written => {
    expect(isHoliday(written)).toBe(false)
  })
})

describe('a time zone', () => {
  it.each(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', ''])(
    'is one of the IANA: %j',
    written => {
      expect(isTimeZone(written)).toBe(true)
    },
  )

  it.each(['Europe/Berlim', 'Berlin', '+02:00', ' UTC', 'x'])('is no other: %j', written => {
    expect(isTimeZone(written)).toBe(false)
  })
})
