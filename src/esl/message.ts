// What a frame means: headers, a body, and the event in it. Decoding never throws on what a caller may have
// put into a SIP header: FreeSWITCH hands a Latin-1 display name on as `Jos%E9`, or as that very byte inside
// an event's JSON.

import { isUtf8 } from 'node:buffer'
import type { Frame } from './frame.ts'

export type Headers = Readonly<Record<string, string>>

/** A frame from the switch. */
export interface Message {
  kind: 'message'
  /**
   * `command/reply`, `api/response`, `text/event-json`, `text/disconnect-notice`, … or '' when it says none.
   */
  contentType: string
  /** The frame's own headers, decoded. For the answer to `connect` these are the channel's data. */
  headers: Headers
  /** The headers of the event in the body, for event-json and event-plain. */
  event: Headers | undefined
  /** The frame's body as text, or the event's own body when there is an event. */
  body: string
}

/** The frame is whole, but its body is not what its type promises. */
export interface MessageFault {
  kind: 'fault'
  fault: 'bad event'
}

/** A frame towards the switch: a command line and the headers under it. */
export interface CommandText {
  line: string
  headers: Headers
  body: string
}

/** Events are about 10 KiB. One with a million headers would take seconds, and every other call would wait. */
export const EVENT_LIMIT_BYTES = 1024 * 1024

export function decodeMessage(frame: Frame): Message | MessageFault {
  const headers = decodeHeaders(frame.head)
  const contentType = headers['Content-Type'] ?? ''
  if (contentType.startsWith('text/event-') && frame.body.length > EVENT_LIMIT_BYTES)
    return { kind: 'fault', fault: 'bad event' }
  switch (contentType) {
    case 'text/event-json': {
      const event = decodeJsonEvent(frame.body)
      if (!event) return { kind: 'fault', fault: 'bad event' }
      return { kind: 'message', contentType, headers, event, body: event._body ?? '' }
    }
    case 'text/event-plain': {
      const [event, body] = decodePlainEvent(frame.body)
      return { kind: 'message', contentType, headers, event, body }
    }
    default:
      return { kind: 'message', contentType, headers, event: undefined, body: decodeText(frame.body) }
  }
}

/**
 * Reads what a switch gets: `sendmsg <uuid>`, then headers, then perhaps a body. Values are taken as they
 * are.
 */
export function decodeCommand(frame: Frame): CommandText {
  const [line = '', ...rest] = frame.head.split('\n')
  const headers: Record<string, string> = Object.create(null)
  for (const header of rest) {
    const cut = header.indexOf(': ')
    if (cut > 0) headers[header.slice(0, cut)] = repairText(header.slice(cut + 2))
  }
  return { line: repairText(line), headers, body: decodeText(frame.body) }
}

/** Decodes a header block. A name is what stands before the first `": "`; a line without one is left out. */
export function decodeHeaders(head: string): Headers {
  // No prototype: a header called `constructor` must be nothing special.
  const headers: Record<string, string> = Object.create(null)
  for (const line of head.split('\n')) {
    const cut = line.indexOf(': ')
    if (cut > 0) headers[line.slice(0, cut)] = decodeValue(line.slice(cut + 2))
    else if (cut === -1 && line.endsWith(':')) headers[line.slice(0, -1)] = ''
  }
  return headers
}

/**
 * Encodes a header block the way FreeSWITCH does for events and channel data: values URL-encoded, everything
 * else plain.
 */
export function encodeHeaders(headers: Headers): string {
  return Object.entries(headers)
    .map(
      ([name, value]) =>
        `${name}: ${encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%2F', '/')}`,
    )
    .join('\n')
}

/** UTF-8 when it is valid UTF-8, else Latin-1: there is always a text. */
export function decodeText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1')
}

const ESCAPED = /%([0-9A-Fa-f]{2})/g
const BEYOND_ASCII = /[\x80-\xff]/
const BEYOND_LATIN1 = /[^\x00-\xff]/

/** A header's value: `%XX` are bytes, a `%` that begins no such escape stands for itself. */
function decodeValue(value: string): string {
  if (!value.includes('%')) return repairText(value)
  return repairText(value.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))))
}

/** Text whose characters are bytes: read as UTF-8 if they are that. */
function repairText(text: string): string {
  if (!BEYOND_ASCII.test(text) || BEYOND_LATIN1.test(text)) return text
  return decodeText(Buffer.from(text, 'latin1'))
}

function decodeJsonEvent(body: Buffer): Headers | undefined {
  const isValid = isUtf8(body)
  const parsed = parseJson(isValid ? body.toString('utf8') : body.toString('latin1'))
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  // In place: an event has more than a hundred headers, and copying them costs as much as parsing.
  const headers = parsed as Record<string, unknown>
  for (const name in headers) {
    const value = headers[name]
    if (typeof value !== 'string') headers[name] = plainText(value)
    // Only one value may be Latin-1: the others are still read as UTF-8, each for itself.
    else if (!isValid) headers[name] = repairText(value)
  }
  return headers as Record<string, string>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not JSON: the caller makes a fault of it
  }
}

// A header that was set more than once is an array in JSON; `ARRAY::a|:b` is how FreeSWITCH writes it
// everywhere else. No switch nests further, and what is nested need not even have a text.
function plainText(value: unknown): string {
  return Array.isArray(value) ? `ARRAY::${value.map(scalarText).join('|:')}` : scalarText(value)
}

function scalarText(value: unknown): string {
  return typeof value === 'object' ? '' : String(value)
}

function decodePlainEvent(body: Buffer): [Headers, string] {
  const end = body.indexOf('\n\n', 0, 'latin1')
  if (end === -1) return [decodeHeaders(body.toString('latin1')), '']
  const event = decodeHeaders(body.toString('latin1', 0, end))
  const length = Number(event['Content-Length'] ?? 0)
  const bytes = body.subarray(end + 2, Number.isSafeInteger(length) ? end + 2 + length : undefined)
  return [event, decodeText(bytes)]
}
