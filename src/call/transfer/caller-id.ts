// Whose name and number the phone of whoever is dialled shows.

import { unreachable } from '../../lib/unreachable.ts'
import type { CallerId } from '../../pbx/pbx.ts'
import type { CallerIdFormat, Dialable, TransferSettings } from './destination.ts'

export interface CallerIdQuestion {
  /** As presented to us. */
  caller: { number: string; name: string }
  settings: Pick<TransferSettings, 'trunkNumber' | 'customCallerId'>
  dialable: Pick<Dialable, 'trunkNumber'>
}

/** RFC 3323's word for who does not want to be known. */
const ANONYMOUS = 'anonymous'
const anonymous: CallerId = { name: ANONYMOUS, number: ANONYMOUS }
/** What switches and carriers write in place of a number that is withheld or unknown. */
const NOBODY = /^(?:|0+|anonymous|unknown|restricted|private|withheld|unavailable)$/i
/** Longer ones are cut by every display, and refused by some trunks. */
const LONGEST_NAME = 60
/** Of a number, or of the user part of a SIP address. */
const LONGEST_NUMBER = 64

/** Whether these are no number and no name at all. */
export function isNobody(text: string): boolean {
  return NOBODY.test(text.trim())
}

export function callerIdFor(
  format: CallerIdFormat,
  { caller, settings, dialable }: CallerIdQuestion,
): CallerId {
  const trunk = dialable.trunkNumber || settings.trunkNumber
  switch (format) {
    case 'original':
      return presented(caller.number, caller.name)
    case 'trunk':
      // A trunk vouches for its own number; the caller's name beside it would be a lie, and trunks refuse it.
      return presented(trunk, '')
    case 'custom':
      return presented(settings.customCallerId.number || trunk, settings.customCallerId.name)
    default:
      return unreachable(format)
  }
}

/** Who withholds the number does not want the name to be seen either. */
function presented(number: string, name: string): CallerId {
  const dialled = number.replace(/[^\w+*#.@-]/g, '').slice(0, LONGEST_NUMBER)
  if (isNobody(dialled)) return anonymous
  const clean = name
    .replace(/\p{C}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_NAME)
    .trim()
  return { number: dialled, name: isNobody(clean) ? dialled : clean }
}
