// The process's log: JSON lines on standard output for the journal of the system, or readable lines for a terminal.

import { type DestinationStream, pino } from 'pino'
import type { Log } from './lib/log.ts'

export interface LogOptions {
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Lines for people in place of JSON. */
  pretty: boolean
}

/** Fields that tell who called or what was said, should one ever come here: they are for the journal of the call alone. */
const PERSONAL = [
  'from',
  'to',
  'callerName',
  'text',
  'digits',
  '*.text',
  '*.digits',
  'facts',
  '*.facts',
  'utterance',
  '*.number',
  '*.*.number',
]

export function createLog({ level, pretty }: LogOptions): Log {
  const options = {
    level,
    base: null,
    serializers: {
      error: (error: unknown) => describeError(error),
      err: (error: unknown) => describeError(error),
    },
    redact: { paths: PERSONAL, censor: '[personal]' },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  }
  return pretty ? pino(options, readableLines(process.stdout)) : pino(options)
}

/** `12:03:44.120 info  call ended {"call":"…"}` */
function readableLines(out: { write(line: string): unknown }): DestinationStream {
  return {
    write(json) {
      const { time, level, msg, error, err, ...fields } = JSON.parse(json)
      const trouble = error ?? err
      const details = trouble ? `\n    ${trouble.stack ?? sentence(trouble)}` : ''
      const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : ''
      out.write(`${time.slice(11, 23)} ${level.padEnd(5)} ${msg}${rest}${details}\n`)
    },
  }
}

interface ErrorLine {
  name: string
  message: string
  /** Only where the fault may be ours: what others do wrong is told by its message. */
  stack?: string | undefined
  cause?: ErrorLine
}

const OURS_TO_EXPLAIN = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'AssertionError',
])

function describeError(error: unknown, isExplained = false): ErrorLine {
  if (!(error instanceof Error)) return { name: 'thrown', message: String(error) }
  const { name, message, stack, cause } = error
  const isExpected = isExplained || 'code' in error || !OURS_TO_EXPLAIN.has(name)
  return {
    name,
    message,
    ...(!isExpected && { stack }),
    ...(cause instanceof Error && { cause: describeError(cause, isExpected) }),
  }
}

function sentence({ name, message, cause }: ErrorLine): string {
  return cause && !message.includes(cause.message)
    ? `${name}: ${message} (${sentence(cause)})`
    : `${name}: ${message}`
}
