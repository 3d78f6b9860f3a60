// What holds for all transfers, and for the calls that the assistant makes.

import type { Hours, NumberPattern, TransferSettings } from '../call/transfer/destination.ts'
import { ringSeconds } from './destinations.ts'
import type { Fault } from './faults.ts'
import { hoursFrom, hoursSection } from './hours.ts'
import { domainOrNone, oneOf, phrase, text, webAddress, wholeNumber } from './rules.ts'
import { type Checked, list, optional, section, setting } from './shape.ts'
import {
  callerIdFormat,
  patternShape,
  phoneNumberOrNone,
  routeOf,
  type Trunks,
  type WrittenPattern,
} from './targets.ts'

/** Which calls the assistant may make, and how many. */
export interface CallsOutSettings {
  readonly perMinute: number
  readonly perDestinationPerHour: number
  /** When; null for always. */
  readonly hours: Hours | null
  /** The numbers that may be called; none of them, no calls. */
  readonly patterns: readonly NumberPattern[]
  /** What becomes of a call that a machine answers. */
  readonly machine: 'hang-up' | 'leave-message'
  /** What is left with a machine; not '' where messages are left. */
  readonly message: string
}

const PATTERNS = { least: 0, most: 1_000 }

// It becomes an argument of a command whose arguments are parted by blanks.
const music = text('an absolute path, or a stream such as "local_stream://moh"; or \'\'', {
  longest: 255,
  pattern: /^(\/[\w./+@-]*|local_stream:\/\/[\w./-]+|tone_stream:\/\/[\w%(),;:=.*+-]+)?$/,
})
const sipProfile = text("a SIP profile's name of letters, digits and . _ -", {
  longest: 64,
  pattern: /^\w[\w.-]*$/,
})

export const transferSection = section({
  ringSeconds: setting(ringSeconds, 30, 'how long somebody rings'),
  callerId: optional(
    callerIdFormat,
    'how callers are presented to agents; when absent: original, and trunk through gateways and Twilio',
  ),
  customCallerId: section({
    name: setting(phrase(80), '', 'the name that `custom` presents'),
    number: setting(phoneNumberOrNone, '', 'the number that `custom` presents'),
  }),
  trunkNumber: setting(phoneNumberOrNone, '', 'the number by which trunks know us, which `trunk` presents'),
  music: setting(
    music,
    '',
    "what a caller hears while somebody is fetched; '' for the call's own hold music, else ring-back",
  ),
  sipProfile: setting(sipProfile, 'external', "the switch's SIP profile that dials addresses"),
  freepbx: section({
    domain: setting(domainOrNone, '', "another PBX's host, reached by IP authentication; '' for none"),
    port: setting(wholeNumber(1, 65_535), 5_060, 'its SIP port'),
  }),
  twilio: section({
    domain: setting(domainOrNone, '', "termination domain of a Twilio Elastic SIP trunk; '' for none"),
    trunkNumber: setting(phoneNumberOrNone, '', 'the number by which it knows us'),
  }),
  statusCallback: optional(webAddress, 'where every transfer is told of, as it goes on'),
  statusCallbackFormat: setting(oneOf('form', 'json'), 'form', 'how'),
  patterns: list(
    patternShape,
    PATTERNS,
    [],
    'numbers that an engine may name itself, and how they are dialled: the first that fits',
  ),
})

export const callsOutSection = section({
  perMinute: setting(wholeNumber(1, 600), 10, 'calls begun in a minute'),
  perDestinationPerHour: setting(wholeNumber(1, 60), 3, 'calls to the same number in an hour'),
  hours: hoursSection,
  patterns: list(
    patternShape,
    PATTERNS,
    [],
    'numbers that may be called, and how they are dialled: the first that fits; none: no calls',
  ),
  machine: setting(oneOf('hang-up', 'leave-message'), 'hang-up', 'what is done when a machine answers'),
  message: setting(phrase(1_000), '', 'what is left with a machine'),
})

export type WrittenTransfer = Checked<typeof transferSection>

export function transferFrom(written: WrittenTransfer, faults: Fault[]): TransferSettings {
  const { ringSeconds, music, trunkNumber, customCallerId, patterns } = written
  const { statusCallback: url, statusCallbackFormat: format } = written
  return {
    ringMs: ringSeconds * 1_000,
    music,
    trunkNumber,
    customCallerId,
    statusCallback: url === undefined ? null : { url, format },
    patterns: patternsFrom(patterns, 'transfer.patterns', written, faults),
  }
}

export function callsOutFrom(
  { hours, patterns, ...same }: Checked<typeof callsOutSection>,
  trunks: Trunks,
  faults: Fault[],
): CallsOutSettings {
  return {
    ...same,
    hours: hoursFrom(hours),
    patterns: patternsFrom(patterns, 'callsOut.patterns', trunks, faults),
  }
}

function patternsFrom(
  patterns: readonly WrittenPattern[],
  key: string,
  trunks: Trunks,
  faults: Fault[],
): NumberPattern[] {
  // Where an entry was left out as wrong, the others have not the place that the operator sees.
  const isWhole = !faults.some(fault => fault.key.startsWith(`${key}.`))
  const told = isWhole ? faults : []
  return patterns.map((written, index) => ({
    pattern: written.pattern,
    via: routeOf(written, { trunks, key: `${key}.${index}`, faults: told }),
  }))
}
