// Digits as an answer: when they are complete, and when a lone key means "a person, please". Pure.

import type { Expectation } from '../engine/engine.ts'

/** More digits than any number anybody keys in; the rest is dropped. */
const DIGITS_LIMIT = 64

export type Collected = { is: 'more'; digits: string } | { is: 'complete'; digits: string }

/** Adds a digit to those already pressed. */
export function collect(expectation: Expectation, digits: string, digit: string): Collected {
  if (digit === expectation.finishOnKey) return { is: 'complete', digits }
  const all = (digits + digit).slice(0, DIGITS_LIMIT)
  return isComplete(expectation, all) ? { is: 'complete', digits: all } : { is: 'more', digits: all }
}

/** Adds a digit to those that wait until it is known what they answer. */
export function typeAhead(typed: string, digit: string): string {
  return (typed + digit).slice(0, DIGITS_LIMIT)
}

function isComplete(expectation: Expectation, digits: string): boolean {
  if (expectation.numDigits !== null) return digits.length >= expectation.numDigits
  const valid = expectation.validDigits
  if (!valid?.includes(digits)) return false
  return !valid.some(one => one.length > digits.length && one.startsWith(digits))
}

/** Whether `digit` is the way to people rather than the beginning of an answer. */
export function asksForPeople(
  expectation: Expectation,
  digits: string,
  digit: string,
  key: string | null,
): boolean {
  if (digit !== key || digits !== '') return false
  if (expectation.validDigits?.some(one => one.startsWith(digit))) return false
  return expectation.expect !== 'digits' || expectation.finishOnKey === digit
}

/** No further digit came: whether what was collected is the lone key for people and no answer. */
export function meantPeople(expectation: Expectation, digits: string, key: string | null): boolean {
  return digits === key && !isValidAnswer(expectation, digits)
}

function isValidAnswer(expectation: Expectation, digits: string): boolean {
  if (expectation.validDigits) return expectation.validDigits.includes(digits)
  return expectation.numDigits === digits.length
}
