// What may go to the switch as an argument of a command about a call. Numbers and digits come from engines
// and people: everything that FreeSWITCH could read as more than a number is refused.

import { type Extension, PbxError } from '../pbx.ts'

const NUMBER = /^[\w+*#][\w+*#.@:-]{0,127}$/
const CONTEXT = /^[\w.@-]{1,128}$/
const CAUSE = /^[A-Z0-9_]{1,64}$/
const DIGITS = /^[0-9*#A-Dw]{1,128}$/

/**
 * For `uuid_transfer`. A leading dash would be an option (`-bleg`, `-both`), a `:` at the start a dialplan's
 * name.
 */
export function extensionArgument({ number, context }: Extension): string {
  if (!NUMBER.test(number) || !CONTEXT.test(context)) throw new PbxError('not an extension')
  return `${number} XML ${context}`
}

export function causeArgument(cause: string): string {
  if (!CAUSE.test(cause)) throw new PbxError('not a hang-up cause')
  return cause
}

export function digitsArgument(digits: string): string {
  if (!DIGITS.test(digits)) throw new PbxError('not a string of DTMF digits')
  return digits
}
