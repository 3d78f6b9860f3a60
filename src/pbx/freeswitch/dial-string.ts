// Whom to dial, as the argument of `originate`: the one place where dial strings are made. What FreeSWITCH reads as structure
// (targets, names of variables and headers) has to fit a narrow pattern or nothing is dialled; what is only text is escaped.

import { unreachable } from '../../lib/unreachable.ts'
import { type CallerId, type DialOrder, PbxError, type Target } from '../pbx.ts'
import { escaped, harmless, harmlessName } from './dial-text.ts'

/** What the leg is known by, and where it goes when it is answered. */
export interface DialledLeg {
  token: string
  owner: string
  /** `host:port` of our listener, as the switch reaches it. */
  listener: string
}

const NUMBER = /^[A-Za-z0-9+*#_][A-Za-z0-9+*#_.-]{0,63}$/
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/
const UUID = /^[0-9A-Fa-f-]{36}$/
const SIP_ADDRESS = /^([A-Za-z0-9+*#_.-]{1,64})@([A-Za-z0-9.-]+)(:\d{1,5})?(;transport=(?:udp|tcp|tls))?$/
const VARIABLE = /^[a-z][a-z0-9_]{0,63}$/
/** Variables that make FreeSWITCH do something, and those that are said here. */
const RESERVED =
  /^(api_|exec|bridge_|originat|sip_|socket_|ignore_|leg_|call_timeout|group_confirm|parley_(owner|leg|attempt)$)/
const HEADER = /^X-[A-Za-z0-9-]{1,64}$/
const OWNER = /^[\w.:-]{1,128}\/[\w.@:-]{1,128}$/
const TOKEN = /^[\w-]{1,64}$/
const LISTENER = /^[A-Za-z0-9.-]{1,253}:\d{1,5}$/

const NAME_LIMIT = 80
/** Longer lines are cut by phones, and an INVITE has to fit a datagram. */
const HEADER_LIMIT = 256
const HEADERS_LIMIT = 16
const VARIABLE_LIMIT = 8_192
const VARIABLES_LIMIT = 32
const SHORTEST_RING_S = 1
const LONGEST_RING_S = 600

/** Throws PbxError for what cannot be dialled; nothing else may make a dial string. */
export function dialString(order: DialOrder, leg: DialledLeg): string {
  const { as, target, callerId, ringMs } = order
  const ringS = Math.min(
    LONGEST_RING_S,
    Math.max(SHORTEST_RING_S, Math.ceil(ringMs / 1_000) || SHORTEST_RING_S),
  )
  const variables: Record<string, string> = {
    // Else a phone that only sounds would count as answered.
    ignore_early_media: 'true',
    // FreeSWITCH counts the seconds of its clock: it rings for up to one less than it is told.
    originate_timeout: String(ringS + 1),
    leg_timeout: String(ringS + 1),
    ...legId(order),
    parley_owner: fitting(OWNER, leg.owner, 'an owner'),
    parley_leg: `${as}:${fitting(TOKEN, leg.token, 'a token')}`,
    ...callerIdVariables(callerId),
    ...targetVariables(target, ringS, callerId),
    ...ownVariables(order.variables),
    ...headerVariables(order.headers),
  }
  const block = Object.entries(variables).map(([name, value]) => `${name}=${escaped(value)}`)
  const listener = fitting(LISTENER, leg.listener, "our listener's address")
  return `'{${block.join(',')}}${endpoint(target)}' ${as === 'agent' ? agentAction(listener) : callerAction(listener)}`
}

/** One phone can have the id that somebody chose; several of one user would all want it, and only the first would be dialled. */
function legId({ legId: id, target }: DialOrder): Record<string, string> {
  return id === undefined || target.type === 'extension'
    ? {}
    : { origination_uuid: fitting(UUID, id, 'an id') }
}

function endpoint(target: Target): string {
  switch (target.type) {
    case 'extension':
      return `user/${fitting(NUMBER, target.extension, 'an extension')}@${fitting(HOST, target.domain, 'a domain')}`
    case 'number':
      return `loopback/${fitting(NUMBER, target.number, 'a number')}/${fitting(NAME, target.context, 'a context')}`
    case 'gateway':
      return `sofia/gateway/${fitting(NAME, target.gateway, 'a gateway')}/${fitting(NUMBER, target.number, 'a number')}`
    case 'sip':
      return `sofia/${fitting(NAME, target.sipProfile, 'a SIP profile')}/${sipAddress(target.address)}`
    default:
      return unreachable(target)
  }
}

function sipAddress(address: string): string {
  const [, , host = '', port = ':5060'] = SIP_ADDRESS.exec(address) ?? []
  const number = Number(port.slice(1))
  if (!HOST.test(host) || number < 1 || number > 65_535)
    throw new PbxError('not a SIP address that can be dialled')
  return address
}

/** What the directory's dial string and the dialplan of a FusionPBX take from the variables of whoever dials. */
function targetVariables(target: Target, ringS: number, callerId: CallerId): Record<string, string> {
  switch (target.type) {
    case 'extension':
      return {
        domain_name: target.domain,
        ...domainUuid(target.domainUuid),
        sip_invite_domain: target.domain,
        dialed_extension: target.extension,
        call_timeout: String(ringS),
      }
    case 'number': {
      const { name, number } = presented(callerId)
      return {
        ...(target.domainUuid === '' ? {} : { domain_name: target.context }),
        ...domainUuid(target.domainUuid),
        // An outbound route presents this one, and nothing where it is missing.
        ...(number === ''
          ? {}
          : { outbound_caller_id_number: number, outbound_caller_id_name: name || number }),
        // Else the leg that we know would be gone as soon as the dialplan has bridged.
        loopback_bowout: 'false',
      }
    }
    case 'gateway':
    case 'sip':
      return {}
    default:
      return unreachable(target)
  }
}

function domainUuid(uuid: string): Record<string, string> {
  return uuid === '' ? {} : { domain_uuid: fitting(UUID, uuid, "a domain's id") }
}

function callerIdVariables(callerId: CallerId): Record<string, string> {
  const { name, number } = presented(callerId)
  return {
    ...(name === '' ? {} : { origination_caller_id_name: name }),
    ...(number === '' ? {} : { origination_caller_id_number: number }),
  }
}

/** The number becomes part of an address: what none can hold is left out. */
function presented({ name, number }: CallerId): CallerId {
  return {
    name: harmlessName(name, NAME_LIMIT),
    number: number.replace(/[^A-Za-z0-9+*#_.-]/g, '').slice(0, 64),
  }
}

function ownVariables(variables: DialOrder['variables']): Record<string, string> {
  const own: Record<string, string> = {}
  const entries = Object.entries(variables)
  if (entries.length > VARIABLES_LIMIT) throw new PbxError('too many variables for a leg')
  for (const [name, value] of entries) {
    if (!VARIABLE.test(name) || RESERVED.test(name)) throw new PbxError('not a variable that a leg may get')
    // Half of it might be no JSON, or mean something else.
    if (value.length > VARIABLE_LIMIT) throw new PbxError('a variable of a leg is too long')
    own[name] = harmless(value, VARIABLE_LIMIT)
  }
  return own
}

function headerVariables(headers: DialOrder['headers']): Record<string, string> {
  const own: Record<string, string> = {}
  const entries = Object.entries(headers)
  if (entries.length > HEADERS_LIMIT) throw new PbxError('too many SIP headers for a leg')
  for (const [name, value] of entries) {
    if (!HEADER.test(name)) throw new PbxError('not a SIP header that a leg may get')
    own[`sip_h_${name}`] = harmless(value, HEADER_LIMIT)
  }
  return own
}

/** The quotes keep FreeSWITCH from cutting at the spaces. When our end is gone, so is the leg, but for a talk. */
function agentAction(listener: string): string {
  return `'&socket(${listener} async full)'`
}

/** How often a caller's leg comes to us: at first, and when we are lost. */
const ATTEMPTS = 3
/** A daemon that accepts and says nothing is given up after this. */
const STUCK_S = 7
/** The time in which a daemon is started again. */
const MOMENT = 'playback:silence_stream://1200'

/** The guard of a caller, as a dialplan has it for those who call us. */
function callerAction(listener: string): string {
  // Else a supervisor is not heard by somebody to whom nothing is being said.
  const steps = ['set:send_silence_when_idle=-1']
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    steps.push(
      ...(attempt === 1 ? [] : [MOMENT]),
      'set:socket_resume=true',
      `set:parley_attempt=${attempt}`,
      `sched_transfer:+${STUCK_S} hangup:NORMAL_TEMPORARY_FAILURE inline`,
      `socket:${listener} async full`,
      // Of a daemon that never had the call.
      // biome-ignore lint/suspicious/noTemplateCurlyInString: FreeSWITCH expands it
      'set:parley_timer=${sched_del(${last_sched_id})}',
    )
  }
  return `'m:^:${steps.join('^')}' inline`
}

function fitting(pattern: RegExp, value: string, what: string): string {
  if (!pattern.test(value)) throw new PbxError(`not ${what} that can be dialled`)
  return value
}
