// What the daemon of a day tells its operator: everything from a warning up, with the time of the day.

import type { Log } from '../../src/lib/log.ts'

export interface LogLine {
  atMs: number
  level: 'warn' | 'error'
  fields: object
  message: string
}

export function recordingLog(lines: LogLine[], now: () => number, common: object = {}): Log {
  const at = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ atMs: now(), level, fields: { ...common, ...fields }, message })
  return {
    debug: () => {},
    info: () => {},
    warn: at('warn'),
    error: at('error'),
    child: fields => recordingLog(lines, now, { ...common, ...fields }),
  }
}
