// The headers of channel data and events, in the order and with the quirks of a FreeSWITCH 1.10 host: what a
// daemon may read, and enough of what it must skip (a session description with line breaks, empty values,
// names of any kind).

export type Headers = Record<string, string>

export interface SwitchEvent {
  readonly name: string
  readonly headers: Headers
  readonly body?: string
}

/** What the switch as a whole knows when an event is made. */
export interface CoreMoment {
  coreId: string
  sequence: number
  /** The switch's clock moves in steps of 20 ms, and so do the stamps of events. */
  stampUs: number
}

export interface ChannelMoment {
  id: string
  /** In bytes, see bytes.ts. */
  from: string
  callerName: string
  to: string
  direction: 'inbound' | 'outbound'
  channelName: string
  createdUs: number
  answeredUs: number
  /** The other side of a leg that the switch has dialled; the two change places when it is put through. */
  callee: { name: string; number: string; putThrough: boolean } | undefined
  answerState: 'ringing' | 'early' | 'answered' | 'hangup'
  state: keyof typeof STATE_NUMBERS
  callState: 'DOWN' | 'RINGING' | 'ACTIVE' | 'HELD' | 'UNHELD' | 'HANGUP'
  hangupCause: string | undefined
}

const STATE_NUMBERS = {
  CS_INIT: '2',
  CS_EXECUTE: '4',
  CS_CONSUME_MEDIA: '7',
  CS_HANGUP: '10',
  CS_REPORTING: '11',
} as const

export function coreHeaders(name: string, core: CoreMoment): Headers {
  const date = new Date(core.stampUs / 1_000)
  return {
    'Event-Name': name,
    'Core-UUID': core.coreId,
    'FreeSWITCH-Hostname': 'fake',
    'FreeSWITCH-Switchname': 'fake',
    'FreeSWITCH-IPv4': '192.0.2.2',
    'FreeSWITCH-IPv6': '::1',
    'Event-Date-Local': date.toISOString().slice(0, 19).replace('T', ' '),
    'Event-Date-GMT': date.toUTCString(),
    'Event-Date-Timestamp': String(core.stampUs),
    'Event-Calling-File': 'fake-freeswitch.ts',
    'Event-Sequence': String(core.sequence),
  }
}

/** State and codecs of a channel. */
export function channelHeaders(channel: ChannelMoment): Headers {
  const headers: Headers = {
    'Channel-State': channel.state,
    'Channel-Call-State': channel.callState,
    'Channel-State-Number': STATE_NUMBERS[channel.state],
    'Channel-Name': channel.channelName,
    'Unique-ID': channel.id,
    'Call-Direction': channel.direction,
    'Presence-Call-Direction': channel.direction,
    'Channel-HIT-Dialplan': String(channel.direction === 'inbound'),
    'Channel-Call-UUID': channel.id,
    'Answer-State': channel.answerState,
  }
  if (channel.hangupCause !== undefined) headers['Hangup-Cause'] = channel.hangupCause
  for (const side of ['Read', 'Write']) {
    headers[`Channel-${side}-Codec-Name`] = 'PCMU'
    headers[`Channel-${side}-Codec-Rate`] = '8000'
    headers[`Channel-${side}-Codec-Bit-Rate`] = '64000'
  }
  return headers
}

/** The caller profile, under the prefix `Caller-` in events and also `Channel-` in channel data. */
export function profileHeaders(prefix: 'Caller-' | 'Channel-', channel: ChannelMoment): Headers {
  const { callee } = channel
  const original = { name: channel.callerName, number: channel.from }
  const caller = callee?.putThrough ? callee : original
  return {
    [`${prefix}Direction`]: channel.direction,
    [`${prefix}Logical-Direction`]: channel.direction,
    [`${prefix}Username`]: channel.from,
    [`${prefix}Dialplan`]: 'XML',
    [`${prefix}Caller-ID-Name`]: caller.name,
    [`${prefix}Caller-ID-Number`]: caller.number,
    [`${prefix}Orig-Caller-ID-Name`]: channel.callerName,
    [`${prefix}Orig-Caller-ID-Number`]: channel.from,
    ...(callee && calleeHeaders(prefix, callee.putThrough ? original : callee)),
    [`${prefix}Network-Addr`]: '127.0.0.1',
    [`${prefix}ANI`]: channel.from,
    [`${prefix}Destination-Number`]: channel.to,
    [`${prefix}Unique-ID`]: channel.id,
    [`${prefix}Source`]: 'mod_sofia',
    [`${prefix}Context`]: 'public',
    [`${prefix}Channel-Name`]: channel.channelName,
    [`${prefix}Profile-Index`]: '1',
    [`${prefix}Channel-Created-Time`]: String(channel.createdUs),
    [`${prefix}Channel-Answered-Time`]: String(channel.answeredUs),
    [`${prefix}Channel-Hangup-Time`]: '0',
    [`${prefix}Channel-Transfer-Time`]: '0',
    [`${prefix}Screen-Bit`]: 'true',
    [`${prefix}Privacy-Hide-Name`]: 'false',
    [`${prefix}Privacy-Hide-Number`]: 'false',
  }
}

function calleeHeaders(prefix: string, { name, number }: { name: string; number: string }): Headers {
  return { [`${prefix}Callee-ID-Name`]: name, [`${prefix}Callee-ID-Number`]: number }
}

export function variableHeaders(variables: ReadonlyMap<string, string>): Headers {
  const headers: Headers = {}
  for (const [name, value] of variables) headers[`variable_${name}`] = value
  return headers
}

/** What a SIP call brings along before any dialplan has touched it. */
export function sipVariables(channel: ChannelMoment): Map<string, string> {
  const sdp = 'v=0\r\no=FreeSWITCH 1 2 IN IP4 127.0.0.1\r\nm=audio 23680 RTP/AVP 0 101\r\na=ptime:20\r\n'
  return new Map([
    ['direction', channel.direction],
    ['uuid', channel.id],
    ['sip_from_user', channel.from],
    ['sip_from_uri', `${channel.from}@127.0.0.1`],
    ['sip_from_host', '127.0.0.1'],
    ['channel_name', channel.channelName],
    ['sip_call_id', `${channel.id}@127.0.0.1`],
    ['sip_from_display', channel.callerName],
    ['sip_full_from', `"${channel.callerName}" <sip:${channel.from}@127.0.0.1>;tag=rtyNt93783B4H`],
    ['sip_allow', 'INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY'],
    ['sip_req_user', channel.to],
    ['sip_to_user', channel.to],
    ['sip_user_agent', 'FreeSWITCH-mod_sofia/1.10.12-release+git~20240802T210227Z~a88d069d6f~64bit'],
    ['switch_r_sdp', sdp],
    ['read_codec', 'PCMU'],
    ['read_rate', '8000'],
    ['write_codec', 'PCMU'],
    ['write_rate', '8000'],
    ['dtmf_type', 'rfc2833'],
    ['call_uuid', channel.id],
    ['local_media_ip', '127.0.0.1'],
    // A leg that we dial gets it with the answer.
    ...(channel.direction === 'inbound' ? [['endpoint_disposition', 'RECEIVED'] as const] : []),
  ])
}
