// Opening hours as an operator writes them: `Mon-Fri 09:00-17:00`. Whether it is open now is told elsewhere.

import type { Hours } from '../call/transfer/destination.ts'
import { text } from './rules.ts'
import { type Checked, item, list, section, setting } from './shape.ts'

type Opening = Hours['open'][number]

const DAYS: readonly string[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const OPENING = /^([a-z]{3})(?:-([a-z]{3}))? (\d{2}):(\d{2})-(\d{2}):(\d{2})$/i
const HOURS_A_DAY = 24

/** What is open by one entry, a day each; undefined when it is none. `Fri-Mon` is over the weekend. */
export function readOpening(written: string): Opening[] | undefined {
  const [, firstDay = '', lastDay = firstDay, ...times] = OPENING.exec(written) ?? []
  const first = DAYS.indexOf(firstDay.toLowerCase())
  const last = DAYS.indexOf(lastDay.toLowerCase())
  const [fromHour = '', fromMinutes = '', toHour = '', toMinutes = ''] = times
  const fromMinute = minuteOfDay(fromHour, fromMinutes)
  const toMinute = minuteOfDay(toHour, toMinutes)
  if (first < 0 || last < 0 || fromMinute === undefined || toMinute === undefined) return undefined
  if (toMinute <= fromMinute) return undefined
  const count = ((last - first + DAYS.length) % DAYS.length) + 1
  return Array.from({ length: count }, (_, index) => {
    return { day: (first + index) % DAYS.length, fromMinute, toMinute }
  })
}

function minuteOfDay(hour: string, minutes: string): number | undefined {
  const minute = Number(hour) * 60 + Number(minutes)
  return Number(minutes) < 60 && minute <= HOURS_A_DAY * 60 ? minute : undefined
}

/** `2026-12-25`, or `12-24` for every year: a day that there is. */
export function isHoliday(written: string): boolean {
  const [, year, month = '', day = ''] = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/.exec(written) ?? []
  // In a leap year there is every day that there is in any.
  const date = new Date(0)
  date.setUTCFullYear(Number(year ?? '2000'), Number(month) - 1, Number(day))
  return month !== '' && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
}

/** Also takes '', for none. */
export function isTimeZone(written: string): boolean {
  if (written === '') return true
  // Offsets such as +02:00 know no summer.
  if (!/^[A-Za-z]/.test(written)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: written })
    return true
  } catch {
    return false
  }
}

const timeZone = text('a time zone such as "Europe/Berlin"', { longest: 64, accepts: isTimeZone })
const opening = text('days and times such as "Mon-Fri 09:00-17:00", the end later and at most "24:00"', {
  longest: 32,
  accepts: written => readOpening(written) !== undefined,
})
const holiday = text('a day such as "2026-12-25", or "12-25" for every year', {
  longest: 10,
  accepts: isHoliday,
})

/** More entries than a year has days are a mistake. */
const ENTRIES = { least: 0, most: 400 }

export const hoursSection = section({
  timeZone: setting(timeZone, '', 'where these hours hold; needed where there are any'),
  open: list(item(opening), ENTRIES, [], 'when it is open; none: always, but on holidays'),
  holidays: list(item(holiday), ENTRIES, [], 'days on which it is closed'),
})

/** Null when it is always open. */
export function hoursFrom({ timeZone, open, holidays }: Checked<typeof hoursSection>): Hours | null {
  if (open.length === 0 && holidays.length === 0) return null
  return { timeZone, open: open.flatMap(written => readOpening(written) ?? []), holidays }
}
