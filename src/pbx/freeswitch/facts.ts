// What FreeSWITCH's channel data and events say of a call, in the port's words. Pure.

import type { LegEvent, LegFacts } from '../pbx.ts'

type Headers = Readonly<Record<string, string>>

const VARIABLE = 'variable_'
/** Variables of others that say something about a call: whose it is, and what its owner lets callers hear while they wait. */
const OF_THE_PBX: ReadonlySet<string> = new Set(['domain_name', 'domain_uuid', 'hold_music'])

export function legFacts(channel: Headers): LegFacts {
  if (channel['Call-Direction'] === 'outbound') return dialledFacts(channel)
  const hidden = channel['Caller-Privacy-Hide-Number'] === 'true'
  return {
    id: channel['Unique-ID'] ?? '',
    from: hidden ? '' : presented(channel['Caller-Caller-ID-Number'] ?? ''),
    callerName:
      channel['Caller-Privacy-Hide-Name'] === 'true' ? '' : presented(channel['Caller-Caller-ID-Name'] ?? ''),
    to: channel['Caller-Destination-Number'] ?? '',
    direction: 'inbound',
    answered: channel['Answer-State'] === 'answered',
    comesBack: goesOnWithoutUs(channel),
    variables: ourVariables(channel),
  }
}

/** Once it is put through to us, FreeSWITCH's caller is who was called; whom we presented to them is the original one. */
function dialledFacts(channel: Headers): LegFacts {
  return {
    id: channel['Unique-ID'] ?? '',
    from: presented(channel['Caller-Orig-Caller-ID-Number'] ?? ''),
    callerName: '',
    to: channel['Caller-Destination-Number'] ?? '',
    direction: 'outbound',
    answered: channel['Answer-State'] === 'answered',
    comesBack: goesOnWithoutUs(channel),
    variables: ourVariables(channel),
  }
}

/** Whether the dialplan goes on when our socket ends (channel variable `socket_resume`). */
export function goesOnWithoutUs(channel: Headers): boolean {
  return /^(true|yes|on|enabled?|active|allow|t|[1-9]\d*)$/i.test(channel.variable_socket_resume ?? '')
}

/**
 * Whether the channel has gone elsewhere while its connection waited for us: the switch's timer has sent the caller to
 * people, for instance, and they talk by now. What tells is the application that runs, and that only the way to people
 * ends `socket_resume`.
 */
export function isElsewhere(channel: Headers): boolean {
  const { variable_current_application: running = 'socket', variable_parley_attempt: attempt } = channel
  return running !== 'socket' || (attempt !== undefined && !goesOnWithoutUs(channel))
}

/**
 * The timer on the switch that sends the caller to people if nobody takes the call: the dialplan's last
 * `sched_transfer` before `socket`. Only a dialplan that guards the call so also sets `socket_resume`;
 * elsewhere the timer is not ours.
 */
export function rescueTimer(channel: Headers): string | undefined {
  const id = channel.variable_last_sched_id
  return goesOnWithoutUs(channel) && id !== undefined && /^[1-9]\d{0,9}$/.test(id) ? id : undefined
}

const KEY = /^[0-9*#A-D]$/
/** FreeSWITCH counts a key's length in samples at 8 kHz. */
const DTMF_SAMPLES_PER_MS = 8

/** A DTMF event; undefined for a flash, or noise. */
export function digitPressed(event: Headers): LegEvent | undefined {
  const digit = (event['DTMF-Digit'] ?? '').toUpperCase()
  if (!KEY.test(digit)) return undefined
  const samples = Number(event['DTMF-Duration'] ?? 0)
  const durationMs = Number.isFinite(samples) ? Math.round(samples / DTMF_SAMPLES_PER_MS) : 0
  return { type: 'digitPressed', digit, durationMs }
}

// How carriers, and FreeSWITCH itself, write "withheld".
function presented(text: string): string {
  return /^(anonymous|restricted|unavailable|unknown|private|0000000000)$/i.test(text) ? '' : text
}

function ourVariables(channel: Headers): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [header, value] of Object.entries(channel)) {
    if (!header.startsWith(VARIABLE)) continue
    const name = header.slice(VARIABLE.length)
    if (name.startsWith('parley_') || OF_THE_PBX.has(name)) variables[name] = value
  }
  return variables
}
