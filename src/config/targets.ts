// Whom a ladder rings and how the numbers are dialled that somebody may name: as it is written, and as the
// switch dials it.

import type { CallerIdFormat, Dialable } from '../call/transfer/destination.ts'
import { unreachable } from '../lib/unreachable.ts'
import { type Fault, faultAt } from './faults.ts'
import { domain, oneOf, orEmpty, text } from './rules.ts'
import { type Checked, choice, optional, required, section, setting } from './shape.ts'

export const dialled = text('digits, letters and + * # . _ -, at most 64, not . or - first', {
  longest: 64,
  pattern: /^[0-9A-Za-z+*#_][0-9A-Za-z+*#._-]*$/,
})
export const dialplanContext = text('letters, digits and . _ -, at most 128, not . or - first', {
  longest: 128,
  pattern: /^\w[\w.-]*$/,
})
const user = text('digits, letters and . _ -, at most 64, not . or - first', {
  longest: 64,
  pattern: /^\w[\w.-]*$/,
})
const phoneNumber = text('a number of digits, a + before them if need be, at most 32', {
  longest: 32,
  pattern: /^\+?\d+$/,
})
/** Twilio takes no other. */
const worldNumber = text('a number such as "+14155550100"', { longest: 16, pattern: /^\+[1-9]\d{4,14}$/ })
export const phoneNumberOrNone = orEmpty(phoneNumber)
const gateway = text("a gateway's name of letters, digits and . _ -, at most 128", {
  longest: 128,
  pattern: /^\w[\w.-]*$/,
})
const uuid = text('a UUID', { longest: 36, pattern: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i })

const SIP_HOST =
  /[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::(\d{1,5}))?(?:;transport=(?:udp|tcp|tls))?$/
const sipUri = text('an address such as "sip:2000@pbx.example:5060;transport=udp"', {
  longest: 350,
  pattern: new RegExp(`^(?:sip:)?[\\w+][\\w.+-]{0,63}@${SIP_HOST.source}`),
  accepts: hasPort,
})
const sipHost = text('a host such as "pbx.example:5060;transport=udp"', {
  longest: 280,
  pattern: new RegExp(`^${SIP_HOST.source}`),
  accepts: hasPort,
})

/** Also of an address without one. */
function hasPort(address: string): boolean {
  const [, port = '5060'] = SIP_HOST.exec(address) ?? []
  return Number(port) >= 1 && Number(port) <= 65_535
}

// Whatever begins with a free place and goes on as far as one likes reaches every number of the world.
const pattern = text(
  'digits, x for any one digit, + before and * after them for any more; it begins with a digit unless it is ' +
    'at most 6 places without + and *',
  { longest: 25, pattern: /^(\+?\d[\dx]*\*?|x[\dx]{0,5})$/ },
)

export const callerIdFormat = oneOf('original', 'trunk', 'custom')

const caller = {
  callerId: optional(callerIdFormat, 'how the caller is presented there, whatever holds for others'),
  trunkNumber: setting(phoneNumberOrNone, '', 'the number by which this trunk knows us'),
}
const domainUuid = setting(orEmpty(uuid), '', "the tenant's UUID on FusionPBX")

const extension = {
  type: required(oneOf('extension'), 'a user of the directory: all their phones, without forwards'),
  domain: required(domain, "the user's domain"),
  domainUuid,
  ...caller,
}
const number = {
  type: required(oneOf('number'), 'a number of the dialplan, with its forwards and voicemail'),
  context: setting(dialplanContext, 'default', "the switch's dialplan context"),
  domainUuid,
  ...caller,
}
const phone = {
  type: required(oneOf('phone'), 'a telephone number'),
  gateway: setting(orEmpty(gateway), '', 'through this gateway of the switch'),
  domain: setting(orEmpty(dialplanContext), '', "or through this tenant's own routes"),
  domainUuid,
  ...caller,
}
const sip = { type: required(oneOf('sip'), 'a phone of another PBX'), ...caller }
const freepbx = { type: required(oneOf('freepbx'), 'an extension at transfer.freepbx'), ...caller }
const twilio = { type: required(oneOf('twilio'), 'a telephone number by transfer.twilio'), ...caller }

export const targetShape = choice('type', {
  extension: section({ ...extension, extension: required(user, 'the user') }),
  number: section({ ...number, number: required(dialled, 'the number') }),
  phone: section({ ...phone, number: required(phoneNumber, 'the number') }),
  sip: section({ ...sip, uri: required(sipUri, 'their address') }),
  freepbx: section({ ...freepbx, extension: required(user, 'the extension') }),
  twilio: section({ ...twilio, number: required(worldNumber, 'the number') }),
})

const numbers = { pattern: required(pattern, 'which numbers') }

export const patternShape = choice('type', {
  extension: section({ ...numbers, ...extension }),
  number: section({ ...numbers, ...number }),
  phone: section({ ...numbers, ...phone }),
  sip: section({ ...numbers, ...sip, host: required(sipHost, 'the other PBX') }),
  freepbx: section({ ...numbers, ...freepbx }),
  twilio: section({ ...numbers, ...twilio }),
})

export type WrittenTarget = Checked<typeof targetShape>
export type WrittenPattern = Checked<typeof patternShape>

/** What all that is dialled has in common. */
export interface Trunks {
  readonly callerId: CallerIdFormat | undefined
  readonly trunkNumber: string
  readonly customCallerId: { readonly number: string }
  readonly sipProfile: string
  readonly freepbx: { readonly domain: string; readonly port: number }
  readonly twilio: { readonly domain: string; readonly trunkNumber: string }
}

/** Where something is dialled. */
export interface Place {
  readonly trunks: Trunks
  readonly key: string
  /** How the destination presents callers, where it says so, and where it does. */
  readonly callerId?: { readonly format: CallerIdFormat | undefined; readonly key: string }
  readonly faults: Fault[]
}

/** Whether a machine may answer there, or somebody in a public place. */
export function isOutside({ type }: WrittenTarget): boolean {
  return type === 'phone' || type === 'twilio' || type === 'number'
}

export function dialableOf(target: WrittenTarget, place: Place): Dialable {
  switch (target.type) {
    case 'extension':
    case 'freepbx':
      return dialable(target, target.extension, place)
    case 'number':
    case 'phone':
    case 'twilio':
      return dialable(target, target.number, place)
    case 'sip': {
      const [number = '', host = ''] = target.uri.replace(/^sip:/, '').split('@')
      return dialable({ ...target, host }, number, place)
    }
    default:
      return unreachable(target)
  }
}

/** The number is left empty. */
export function routeOf(pattern: WrittenPattern, place: Place): Dialable {
  return dialable(pattern, '', place)
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'pattern'> : never

function dialable(written: Unnumbered<WrittenPattern>, number: string, place: Place): Dialable {
  const { trunks, faults } = place
  return {
    target: targetOf(written, number, trunks, given => {
      // One that is wrong, or missing for another one too, is told once.
      const key = `transfer.${written.type}.domain`
      if (given !== '' || faultAt(faults, key)) return
      faults.push({ key, value: null, allowed: `is missing: ${domain.allowed}; ${place.key} needs it` })
    }),
    ...presentation(written, place),
  }
}

function targetOf(
  written: Unnumbered<WrittenPattern>,
  number: string,
  { sipProfile, freepbx, twilio }: Trunks,
  need: (domain: string) => void,
): Dialable['target'] {
  switch (written.type) {
    case 'extension': {
      const { type, domain, domainUuid } = written
      return { type, extension: number, domain, domainUuid }
    }
    case 'number': {
      const { type, context, domainUuid } = written
      return { type, number, context, domainUuid }
    }
    case 'phone': {
      const { gateway, domain, domainUuid } = written
      if (gateway !== '') return { type: 'gateway', gateway, number }
      return { type: 'number', number, context: domain, domainUuid }
    }
    case 'sip':
      return { type: 'sip', address: `${number}@${written.host}`, sipProfile }
    case 'freepbx':
      need(freepbx.domain)
      return { type: 'sip', address: `${number}@${freepbx.domain}:${freepbx.port};transport=udp`, sipProfile }
    case 'twilio':
      need(twilio.domain)
      return { type: 'sip', address: `${number}@${twilio.domain}`, sipProfile }
    default:
      return unreachable(written)
  }
}

function presentation(
  written: Unnumbered<WrittenPattern>,
  { trunks, key, callerId: destination, faults }: Place,
): Pick<Dialable, 'callerId' | 'trunkNumber'> {
  const said = [
    { format: written.callerId, at: `${key}.callerId` },
    { format: destination?.format, at: destination?.key ?? '' },
    { format: trunks.callerId, at: 'transfer.callerId' },
  ].find(({ format }) => format !== undefined)
  const own = written.trunkNumber
  const trunkNumber = own === '' && written.type === 'twilio' ? trunks.twilio.trunkNumber : own
  // Trunks that are asked to show a number that is not ours refuse the call.
  const isTrunk = written.type === 'twilio' || (written.type === 'phone' && written.gateway !== '')
  const callerId = said?.format ?? (isTrunk ? 'trunk' : 'original')
  if (said) faults.push(...callerIdFaults(callerId, said.at, trunkNumber, trunks, faults))
  return { callerId, trunkNumber }
}

function callerIdFaults(
  format: CallerIdFormat,
  key: string,
  trunkNumber: string,
  trunks: Trunks,
  known: readonly Fault[],
): Fault[] {
  const { customCallerId, trunkNumber: anyTrunk } = trunks
  const numbers = {
    original: ['-'],
    trunk: [trunkNumber, anyTrunk],
    // A custom name may stand beside the trunk's number.
    custom: [customCallerId.number, trunkNumber, anyTrunk],
  }[format]
  const wanted = `transfer.${format === 'custom' ? 'customCallerId.number' : 'trunkNumber'}`
  if (numbers.some(number => number !== '') || faultAt(known, key) || faultAt(known, wanted)) return []
  return [{ key, value: JSON.stringify(format), allowed: `one that has a number, and ${wanted} is ''` }]
}
