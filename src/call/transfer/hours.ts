// Whether a destination is there at a moment of wall-clock time, as the clocks on its own walls show it.

import type { Hours } from './destination.ts'

interface LocalTime {
  /** 0 is Sunday. */
  day: number
  minute: number
  /** `YYYY-MM-DD`. */
  date: string
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Making one takes a hundred times as long as using it. As many as there are zones in the configuration. */
const formats = new Map<string, Intl.DateTimeFormat>()

/** Throws RangeError when there is no such time zone, or `wallMs` is no time. */
export function isOpen(hours: Hours | null, wallMs: number): boolean {
  if (hours === null) return true
  const { day, minute, date } = localTime(hours.timeZone, wallMs)
  if (hours.holidays.includes(date) || hours.holidays.includes(date.slice('YYYY-'.length))) return false
  if (hours.open.length === 0) return true
  return hours.open.some(one => one.day === day && minute >= one.fromMinute && minute < one.toMinute)
}

function localTime(timeZone: string, wallMs: number): LocalTime {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of formatFor(timeZone).formatToParts(wallMs)) parts[type] = value
  const { weekday = '', year = '', month = '', day = '', hour = '', minute = '' } = parts
  return {
    day: DAYS.indexOf(weekday),
    minute: Number(hour) * 60 + Number(minute),
    date: `${year.padStart(4, '0')}-${month}-${day}`,
  }
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  formats.set(timeZone, format)
  return format
}
