// Sessions captured from a real switch, and what in them a fake must have in common with it.

import { readFileSync } from 'node:fs'
import { FrameDecoder } from '../../src/esl/frame.ts'
import { decodeMessage, type Message } from '../../src/esl/message.ts'

interface Chunk {
  t: number
  dir: 'fs' | 'app'
  data: string
}

export interface Timed<T> {
  atMs: number
  what: T
}

export interface Golden {
  /** The capture's own time of what is 0 here: of the first chunk, unless another was given. */
  zeroMs: number
  /** What the daemon wrote. */
  commands: Timed<Buffer>[]
  messages: Timed<Message>[]
}

export function readGolden(name: string, zeroMs?: number): Golden {
  const text = readFileSync(new URL(`golden/${name}.jsonl`, import.meta.url), 'utf8')
  const chunks = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Chunk)
  const startMs = zeroMs ?? chunks[0]?.t ?? 0
  const golden: Golden = { zeroMs: startMs, commands: [], messages: [] }
  const reader = new MessageReader()
  for (const { t, dir, data } of chunks) {
    const bytes = Buffer.from(data, 'latin1')
    const atMs = t - startMs
    if (dir === 'app') golden.commands.push({ atMs, what: bytes })
    else for (const what of reader.read(bytes)) golden.messages.push({ atMs, what })
  }
  return golden
}

export class MessageReader {
  readonly #decoder = new FrameDecoder()

  read(bytes: Buffer): Message[] {
    const messages: Message[] = []
    this.#decoder.push(bytes)
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      if (frame.kind === 'fault') throw new Error(frame.fault)
      const message = decodeMessage(frame)
      if (message.kind === 'fault') throw new Error(message.fault)
      messages.push(message)
    }
    return messages
  }
}

/** The event headers a daemon lives on. */
const READ_BY_DAEMONS = [
  'Event-Name',
  'Unique-ID',
  'Application',
  'Application-Data',
  'Application-UUID',
  'Application-Response',
  'Playback-Status',
  'Playback-File-Path',
  'Record-File-Path',
  'Record-Completion-Cause',
  'DTMF-Digit',
  'DTMF-Duration',
  'DTMF-Source',
  'Hangup-Cause',
  'Answer-State',
  'Channel-State',
  'Channel-Name',
  'Caller-Caller-ID-Name',
  'Caller-Caller-ID-Number',
  'Caller-Destination-Number',
  'variable_current_application_response',
  'variable_playback_terminators',
  'variable_uuid',
  'variable_hangup_cause',
  'variable_record_completion_cause',
  'variable_sip_hangup_disposition',
  'Channel-Call-State',
  'Call-Direction',
  'Event-Subclass',
  'Action',
  'Conference-Name',
  'Conference-Size',
  'Conference-Profile-Name',
  'Floor',
  'Talking',
  'Old-ID',
  'New-ID',
  'Member-ID',
  'Job-UUID',
  'Job-Command',
  'Job-Command-Arg',
  '_body',
]

/** Identifiers that the switch makes up. */
const MADE_UP = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** What must be equal in the fake's message and the real one; ids that the switch made up are left out. */
export function essence(message: Message): unknown {
  if (message.event) {
    const event: Record<string, string> = {}
    for (const name of READ_BY_DAEMONS) {
      const value = message.event[name]
      if (value === undefined) continue
      const counted = name === 'Member-ID' || (name.endsWith('-ID') && /^\d+$/.test(value))
      const madeUp = counted || (name === 'Application-UUID' && MADE_UP.test(value))
      event[name] = madeUp ? 'made up' : value
    }
    return event
  }
  if (message.headers['Event-Name'] === 'CHANNEL_DATA') return channelEssence(message.headers)
  const body = message.body.replace(/^(\+OK (?:kicked|hup)) \d+$/gm, '$1 a member')
  const { 'Content-Length': _length, ...headers } = message.headers
  return { headers, body }
}

const READ_OF_CHANNEL_DATA = [
  'Event-Name',
  'Unique-ID',
  'Channel-Unique-ID',
  'Caller-Unique-ID',
  'Caller-Caller-ID-Name',
  'Caller-Caller-ID-Number',
  'Caller-Destination-Number',
  'Channel-Destination-Number',
  'Caller-Direction',
  'Call-Direction',
  'Answer-State',
  'Channel-State',
  'Channel-Name',
  'variable_sip_from_display',
  'variable_socket_resume',
  'variable_uuid',
  'Content-Type',
  'Reply-Text',
  'Socket-Mode',
  'Control',
]

function channelEssence(headers: Message['headers']): unknown {
  return Object.fromEntries(READ_OF_CHANNEL_DATA.map(name => [name, headers[name]]))
}

/** `Event-Date-Timestamp` in milliseconds, of events and of channel data. */
export function stampMs(message: Message): number | undefined {
  const stamp = message.event?.['Event-Date-Timestamp']
  return stamp === undefined ? undefined : Number(stamp) / 1_000
}
