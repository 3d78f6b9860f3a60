// What the switch tells of itself on request: its channels, all data of one of them, its configuration.

import { encodeUrl } from './bytes.ts'
import type { Channel } from './channel.ts'
import type { Headers } from './event-headers.ts'

type Row = Record<string, string>

/** The switch's table of channels. On a real one it is a database, which can be a second behind. */
export class ChannelTable {
  readonly #lagMs: number
  #former: { atMs: number; rows: Row[] }[] = []

  constructor(lagMs: number) {
    this.#lagMs = lagMs
  }

  /** After each frame. */
  remember(channels: () => readonly Channel[], nowMs: number): void {
    if (this.#lagMs === 0) return
    this.#former.push({ atMs: nowMs, rows: channels().map(rowOf) })
    while ((this.#former[1]?.atMs ?? nowMs) <= nowMs - this.#lagMs) this.#former.shift()
  }

  rows(channels: readonly Channel[], nowMs: number): Row[] {
    if (this.#lagMs === 0) return channels.map(rowOf)
    return this.#former.findLast(({ atMs }) => atMs <= nowMs - this.#lagMs)?.rows ?? []
  }
}

/** `show channels [count] [as json]` */
export function showChannels(rows: readonly Row[], words: readonly string[]): string {
  const asJson = words.join(' ').toLowerCase().endsWith('as json')
  if (words[0] === 'count')
    return asJson ? JSON.stringify({ row_count: rows.length }) : `\n${rows.length} total.\n`
  if (asJson) {
    return rows.length === 0 ? '{"row_count": 0}\n' : JSON.stringify({ row_count: rows.length, rows })
  }
  if (rows.length === 0) return '\n0 total.\n'
  const lines = rows.map(row => Object.values(row).join(','))
  return `${Object.keys(rows[0] ?? {}).join(',')}\n${lines.join('\n')}\n\n${rows.length} total.\n`
}

function rowOf(channel: Channel): Row {
  const moment = channel.moment()
  const variable = (name: string) => channel.variables.get(name) ?? ''
  const created = new Date(moment.createdUs / 1_000).toISOString()
  return {
    uuid: channel.id,
    direction: moment.direction,
    created: created.slice(0, 19).replace('T', ' '),
    created_epoch: String(Math.floor(moment.createdUs / 1_000_000)),
    name: moment.channelName,
    state: moment.state,
    cid_name: moment.callerName,
    cid_num: moment.from,
    ip_addr: '127.0.0.1',
    dest: moment.to,
    application: variable('current_application'),
    application_data: variable('current_application_data'),
    dialplan: 'XML',
    context: 'public',
    read_codec: 'PCMU',
    read_rate: '8000',
    read_bit_rate: '64000',
    write_codec: 'PCMU',
    write_rate: '8000',
    write_bit_rate: '64000',
    secure: '',
    hostname: 'fake',
    presence_id: '',
    presence_data: '',
    accountcode: variable('accountcode'),
    callstate: moment.callState,
    callee_name: moment.callee?.name ?? '',
    callee_num: moment.callee?.number ?? '',
    callee_direction: '',
    call_uuid: '',
    sent_callee_name: '',
    sent_callee_num: '',
    initial_cid_name: moment.callerName,
    initial_cid_num: moment.from,
    initial_ip_addr: '127.0.0.1',
    initial_dest: channel.identity.facts.to,
    initial_dialplan: 'XML',
    initial_context: 'public',
  }
}

/** `uuid_dump <uuid> [txt|plain|json]`: channel data, encoded unless it is asked for plain. */
export function dumpOf(data: Headers, format: string): string {
  if (format === 'json') return JSON.stringify(data)
  const value = format === 'plain' ? (text: string) => text : encodeUrl
  return `${Object.entries(data)
    .map(([name, text]) => `${name}: ${value(text)}\n`)
    .join('')}\n`
}

/** `xml_locate <section> <tag> <attribute> <value>`, of the one configuration that this switch has. */
export function xmlLocate(words: readonly string[], conference: string): string {
  if (words.length !== 1 && words.length !== 4) return '-ERR bad args\n'
  const [section, tag, attribute, value] = words
  const isKnown = section === 'configuration' && tag === 'configuration' && attribute === 'name'
  return isKnown && value === 'conference.conf' ? conference : "can't find anything\n"
}
