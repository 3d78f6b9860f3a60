// What a single value may be: each rule says it in words, decides it, and reads it from the text of an
// environment variable.

import { isIP, isIPv4 } from 'node:net'

export interface Rule<T> {
  /** Completes "… is not allowed: ". */
  readonly allowed: string
  accepts(value: unknown): value is T
  /** The value an environment variable stands for; what cannot be read stays text, for `accepts` to judge. */
  read(text: string): unknown
  /** Whether a wrong value may be shown: not a secret, nor what may be one in the wrong place. */
  readonly shown: boolean
}

/** `accepts`: what no pattern can tell. */
type TextOptions = {
  longest: number
  pattern?: RegExp
  accepts?: (value: string) => boolean
  shown?: boolean
}

/** Values are spoken, printed or sent on: no control characters. */
const PRINTABLE = /^[^\p{Cc}]*$/u
const LONGEST_PATH = 1_024
const LONGEST_SECRET = 1_024
const LONGEST_URL = 2_048
const LONGEST_HOST = 253

export function wholeNumber(least: number, most: number): Rule<number> {
  return {
    allowed: `a whole number from ${least} to ${most}`,
    accepts: (value): value is number => Number.isInteger(value) && within(value, least, most),
    read: readNumber,
    shown: true,
  }
}

export function decimal(least: number, most: number): Rule<number> {
  return {
    allowed: `a number from ${least} to ${most}`,
    accepts: (value): value is number => within(value, least, most),
    read: readNumber,
    shown: true,
  }
}

export const flag: Rule<boolean> = {
  allowed: 'true or false',
  accepts: (value): value is boolean => typeof value === 'boolean',
  read: text => (text === 'true' ? true : text === 'false' ? false : text),
  shown: true,
}

export function oneOf<const T extends string>(...values: readonly T[]): Rule<T> {
  return {
    allowed: values.map(value => JSON.stringify(value)).join(' or '),
    accepts: (value): value is T => (values as readonly unknown[]).includes(value),
    read: text => text,
    shown: true,
  }
}

export function text(
  allowed: string,
  { longest, pattern = PRINTABLE, accepts = () => true, shown = true }: TextOptions,
): Rule<string> {
  return {
    allowed,
    accepts: (value): value is string =>
      typeof value === 'string' && value.length <= longest && pattern.test(value) && accepts(value),
    read: value => value,
    shown,
  }
}

export function orNull<T>(rule: Rule<T>): Rule<T | null> {
  return {
    ...rule,
    allowed: `${rule.allowed}, or null`,
    accepts: (value): value is T | null => value === null || rule.accepts(value),
  }
}

/** The text that is no text stands for none. */
export function orEmpty(rule: Rule<string>): Rule<string> {
  return {
    ...rule,
    allowed: `${rule.allowed}, or ''`,
    accepts: (value): value is string => value === '' || rule.accepts(value),
  }
}

export function phrase(longest: number): Rule<string> {
  return text(`a text of at most ${longest} characters on one line`, { longest })
}

export const name = text('a letter, then letters, digits, "_" or "-", at most 64 in all', {
  longest: 64,
  pattern: /^[A-Za-z][\w-]*$/,
})

// Where a path is wanted people paste the key itself: what is no path is not shown.
export const path = text(`a path of at most ${LONGEST_PATH} characters`, {
  longest: LONGEST_PATH,
  pattern: /^[^\p{Cc}{}"]+$/u,
  shown: false,
})

// The switch is told these paths in commands whose arguments are parted by blanks, commas and braces.
const SWITCH_PATH = /^\/[\w./+@-]*$/
const SWITCH_PATH_ALLOWED = 'an absolute path of letters, digits and / . _ + @ -'
export const switchPath = text(SWITCH_PATH_ALLOWED, { longest: 255, pattern: SWITCH_PATH })
export const switchPathOrNone = orEmpty(switchPath)

export const secret = text(`a text of 8 to ${LONGEST_SECRET} characters on one line`, {
  longest: LONGEST_SECRET,
  pattern: /^[^\p{Cc}]{8,}$/u,
  shown: false,
})

/** The switch's own default has seven characters. */
export const password = text(`a text of 1 to ${LONGEST_SECRET} characters on one line`, {
  longest: LONGEST_SECRET,
  pattern: /^[^\p{Cc}]+$/u,
  shown: false,
})

/** It is sent as `Authorization: Bearer …`, where nothing else may stand. */
export const token = text(`8 to ${LONGEST_SECRET} letters, digits and - . _ ~ + / =`, {
  longest: LONGEST_SECRET,
  pattern: /^[\w.~+/=-]{8,}$/,
  shown: false,
})

export const variableName = text('the name of an environment variable', {
  longest: 128,
  pattern: /^[A-Za-z_]\w*$/,
  shown: false,
})

export const language = text('a language tag such as "en-US"', {
  longest: 35,
  pattern: /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/,
})

export const host = text('an IP address or a host name', {
  longest: LONGEST_HOST,
  pattern: /^([A-Za-z0-9]([\w.-]*[A-Za-z0-9])?|[\da-fA-F:.]*:[\da-fA-F:.]*)$/,
})

/** A SIP domain: it stands in addresses, where an IPv6 one would need brackets. */
export const domain = text('an IPv4 address or a host name', {
  longest: LONGEST_HOST,
  pattern: /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/,
})
export const domainOrNone = orEmpty(domain)

export const hostAndPort: Rule<string> = {
  allowed: 'host:port',
  accepts: (value): value is string => {
    if (typeof value !== 'string' || value.length > LONGEST_HOST + 6) return false
    const parts = /^(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(value)
    return parts !== null && within(Number(parts[2]), 1, 65_535)
  },
  read: value => value,
  shown: true,
}

export const network: Rule<string> = {
  allowed: 'an IP address or a network such as "10.0.0.0/8"',
  accepts: (value): value is string => {
    if (typeof value !== 'string') return false
    const [address = '', prefix, ...rest] = value.split('/')
    if (isIP(address) === 0 || rest.length > 0) return false
    return (
      prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128))
    )
  },
  read: value => value,
  shown: true,
}

// An address may hold a password or a token: a wrong one is not shown.
export const webAddress: Rule<string> = {
  allowed: 'an http or https address without user and password',
  accepts: (value): value is string => {
    if (typeof value !== 'string' || value.length > LONGEST_URL || !URL.canParse(value)) return false
    const { protocol, username, password } = new URL(value)
    return (protocol === 'http:' || protocol === 'https:') && username === '' && password === ''
  },
  read: value => value,
  shown: false,
}

function within(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

function readNumber(value: string): unknown {
  return /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}
