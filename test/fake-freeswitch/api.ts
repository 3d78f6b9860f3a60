// The switch's api commands: a line in, a text out, answered at once whatever the channel is busy with.

import { dumpOf, showChannels, xmlLocate } from './api-reports.ts'
import type { CallFlow, DialplanStep } from './call-flow.ts'
import type { Channel } from './channel.ts'
import type { Headers } from './event-headers.ts'
import { readInline } from './inline-dialplan.ts'
import { separated } from './separated.ts'

export interface ApiHost {
  flow(uuid: string): CallFlow | undefined
  /** The api command `conference`. */
  conferenceCommand(words: string[]): string
  hangUpAll(cause: string): void
  flows(): Iterable<CallFlow>
  /** What an application means in a dialplan. */
  stepsFor(app: string, data: string): readonly DialplanStep[]
  /** The table of channels. */
  channelRows(): readonly Record<string, string>[]
  /** Everything about a channel. */
  dump(channel: Channel): Headers
  /** The document of the configuration `conference.conf`. */
  conferenceDocument(): string
  /** A variable of the switch as a whole. */
  global(name: string): string | undefined
}

const NO_CHANNEL = '-ERR No such channel!\n'

/** `line` and the answer are bytes, see bytes.ts. */
export function api(host: ApiHost, line: string): string {
  const [name = '', ...words] = line.split(' ')
  const command = COMMANDS.get(name.toLowerCase())
  if (command) return command(host, words)
  return STATUS.has(name) ? '+OK\n' : `-ERR ${name} Command not found!\n`
}

type Command = (host: ApiHost, words: string[]) => string

const STATUS = new Set(['status', 'version', 'reloadxml', 'reload', 'log', 'fsctl'])

const COMMANDS = new Map<string, Command>([
  ['uuid_exists', (host, [uuid = '']) => String(live(host, uuid) !== undefined)],
  ['uuid_setvar', onChannel('uuid_setvar <uuid> <var> [value]', setVariable)],
  ['uuid_setvar_multi', onChannel('uuid_setvar_multi <uuid> <var>=<value>;…', setVariables)],
  ['uuid_getvar', onChannel('uuid_getvar <uuid> <var>', getVariable)],
  ['uuid_record', record],
  ['uuid_break', onChannel('uuid_break <uuid> [all]', breakOff)],
  ['uuid_fileman', onChannel('uuid_fileman <uuid> <cmd:val>', fileman)],
  ['uuid_send_dtmf', onChannel('uuid_send_dtmf <uuid> <dtmf_data>', sendDtmf)],
  ['uuid_recv_dtmf', onChannel('uuid_recv_dtmf <uuid> <dtmf_data>', receiveDtmf)],
  ['uuid_answer', onChannel('uuid_answer <uuid>', answer)],
  ['uuid_kill', onChannel('uuid_kill <uuid> [cause]', kill)],
  ['uuid_dump', dump],
  ['show', show],
  ['xml_locate', (host, words) => xmlLocate(words, host.conferenceDocument())],
  ['global_getvar', (host, [name = '']) => host.global(name) ?? ''],
  ['conference', (host, words) => host.conferenceCommand(words)],
  ['hupall', hangUpAll],
  ['uuid_transfer', transfer],
  ['sched_transfer', scheduleTransfer],
  ['sched_del', (host, [what = '']) => `+OK Deleted: ${cancelScheduled(host, what)}\n`],
])

/** By the number of the task, or all of a channel. */
function cancelScheduled(host: ApiHost, what: string): number {
  if (!/^\d+$/.test(what)) return host.flow(what)?.cancelScheduled() ?? 0
  let count = 0
  for (const flow of host.flows()) count += flow.cancelScheduled(what)
  return count
}

function live(host: ApiHost, uuid: string): CallFlow | undefined {
  const flow = host.flow(uuid)
  return flow && flow.channel.leg.state !== 'over' ? flow : undefined
}

function onChannel(usage: string, run: (channel: Channel, words: string[]) => string | undefined): Command {
  return (host, [uuid = '', ...words]) => {
    if (uuid === '') return `-USAGE: ${usage}\n`
    const flow = live(host, uuid)
    if (!flow) return NO_CHANNEL
    return run(flow.channel, words) ?? `-USAGE: ${usage}\n`
  }
}

function dump(host: ApiHost, [uuid = '', format = 'txt']: string[]): string {
  if (uuid === '') return '-USAGE: <uuid> [format]\n'
  const flow = live(host, uuid)
  return flow ? dumpOf(host.dump(flow.channel), format) : NO_CHANNEL
}

function show(host: ApiHost, [what = '', ...words]: string[]): string {
  // People talk in rooms here; nobody is bridged.
  if (what === 'bridged_calls') return showChannels([], words)
  if (what !== 'channels') return '-USAGE: codec|channels|calls …\n'
  return showChannels(host.channelRows(), words)
}

function setVariable(channel: Channel, [name, ...value]: string[]): string {
  if (!name) return '-ERR No variable specified\n'
  assign(channel, name, value.join(' '))
  return '+OK\n'
}

function setVariables(channel: Channel, words: string[]): string | undefined {
  const list = words.join(' ')
  if (list === '') return undefined
  for (const pair of separated(list, ';')) {
    const cut = pair.indexOf('=')
    if (cut < 1) return '-ERR No variable specified\n'
    assign(channel, pair.slice(0, cut), pair.slice(cut + 1))
  }
  return '+OK\n'
}

function assign(channel: Channel, name: string, value: string): void {
  // A value that would be expanded is refused, without a word.
  if (value.includes('${')) return
  if (value === '') channel.variables.delete(name)
  else channel.variables.set(name, value)
}

function getVariable(channel: Channel, [name]: string[]): string {
  if (!name) return '-ERR No variable name specified!\n'
  return channel.variables.get(name) ?? '_undef_'
}

const RECORD_USAGE = '-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n'

function record(host: ApiHost, [uuid = '', action = '', path = '', limit = '0', ...rest]: string[]): string {
  if (uuid === '' || path === '') return RECORD_USAGE
  const channel = live(host, uuid)?.channel
  if (!channel) return '-ERR Cannot locate session!\n'
  const { recordings } = channel
  switch (action.toLowerCase()) {
    case 'start':
      return channel.startRecording(path, Number.parseInt(limit, 10) || 0, recordingVariables(rest.join(' ')))
        ? '+OK Success\n'
        : '-ERR Cannot record session!\n'
    case 'stop':
      return done(channel.stopRecording(path), 'stop record')
    case 'mask':
    case 'unmask': {
      const masked = action === 'mask'
      const found = recordings.change(path, recorder => {
        recorder.masked = masked
      })
      return done(found, `${action} recording`)
    }
    case 'pause':
    case 'resume': {
      const paused = action === 'pause'
      const found = recordings.change(path, recorder => {
        recorder.paused = paused
      })
      return done(found, `${action} recording`)
    }
    default:
      return RECORD_USAGE
  }
}

function done(found: boolean, what: string): string {
  return found ? '+OK Success\n' : `-ERR Cannot ${what} session!\n`
}

/** `{a=b,c=d}` */
function recordingVariables(text: string): Record<string, string> {
  const inside = /^\{(.*)\}$/.exec(text.trim())?.[1] ?? ''
  const given: Record<string, string> = {}
  for (const pair of inside.split(',')) {
    const cut = pair.indexOf('=')
    if (cut > 0) given[pair.slice(0, cut).trim()] = pair.slice(cut + 1)
  }
  return given
}

function breakOff(channel: Channel, [flag = '']: string[]): string {
  channel.break(flag.includes('all'))
  return '+OK\n'
}

function fileman(channel: Channel, [command]: string[]): string | undefined {
  if (!command) return undefined
  return channel.fileman(command) ? '+OK\n' : '-ERR No file handle!\n'
}

function sendDtmf(channel: Channel, [data]: string[]): string | undefined {
  if (!data) return undefined
  channel.sendDigits(data.split('@', 1)[0] ?? '')
  return `+OK ${channel.id} sent DTMF ${data}.\n`
}

/** As if the person had pressed it. */
function receiveDtmf(channel: Channel, [data]: string[]): string | undefined {
  if (!data) return undefined
  for (const digit of data.split('@', 1)[0] ?? '') channel.press(digit, RECEIVED_DTMF_MS)
  return `+OK ${channel.id} received DTMF ${data}.\n`
}

const RECEIVED_DTMF_MS = 250

function answer(channel: Channel): string {
  channel.answer()
  return '+OK\n'
}

function kill(channel: Channel, [cause]: string[]): string {
  channel.hangUp(cause || 'NORMAL_CLEARING', 'assistant')
  return '+OK\n'
}

function hangUpAll(host: ApiHost, [cause]: string[]): string {
  host.hangUpAll(cause || 'MANAGER_REQUEST')
  return `+OK hangup all channels with cause ${cause || 'MANAGER_REQUEST'}\n`
}

function transfer(host: ApiHost, [uuid = '', ...words]: string[]): string {
  const [first = '', ...others] = separated(words.join(' '), ' ')
  const [target = '', dialplan = ''] = first.startsWith('-') ? others : [first, ...others]
  if (target === '') return '-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n'
  const flow = live(host, uuid)
  if (!flow) return NO_CHANNEL
  if (dialplan !== 'inline') flow.moveTo(target)
  else flow.moveInline(readInline(target).flatMap(({ app, data }) => host.stepsFor(app, data)))
  return '+OK\n'
}

function scheduleTransfer(host: ApiHost, [when = '', uuid = '', target = '']: string[]): string {
  if (target === '') return '-USAGE: [+]<time> <uuid> <extension> [<dialplan>] [<context>]\n'
  const flow = live(host, uuid)
  if (!flow) return NO_CHANNEL
  flow.scheduleTransfer((Number.parseInt(when.replace('+', ''), 10) || 0) * 1_000, target)
  return '+OK\n'
}
