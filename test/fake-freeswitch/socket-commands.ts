// What an Event Socket session answers to each command, and what must be done about it. Pure: state and
// command in, state, effects and complaints out. The wording of the replies is mod_event_socket's.

import type { SwitchEvent } from './event-headers.ts'
import { type Filter, passes } from './filters.ts'

export interface Command {
  line: string
  /** In the order they came, names as written; values are bytes. */
  headers: readonly (readonly [string, string])[]
  /** Lines under the command that are no headers at all: a value with a line feed in it leaves such. */
  stray: readonly string[]
}

export interface Session {
  format: 'plain' | 'json'
  /** Names that are listened for; `ALL` for every one. */
  events: ReadonlySet<string>
  /** Of CUSTOM events. */
  subclasses: ReadonlySet<string>
  filters: readonly Filter[]
  myevents: boolean
  /**
   * Seconds to stay after the call is over; undefined: the socket closes at once. -1: as long as the peer
   * likes.
   */
  lingerSeconds: number | undefined
}

export const NEW_SESSION: Session = {
  format: 'plain',
  events: new Set(),
  subclasses: new Set(),
  filters: [],
  myevents: false,
  lingerSeconds: undefined,
}

export interface Execute {
  app: string
  data: string
  /** What CHANNEL_EXECUTE will call Application-UUID; the switch makes one up when it was not given. */
  uuid: string | undefined
  lock: boolean
  loops: number
}

export type Effect =
  | { do: 'reply'; text: string; extra?: string }
  | { do: 'channelData' }
  | { do: 'execute'; uuid: string; execute: Execute }
  | { do: 'hangUp'; uuid: string; cause: string }
  | { do: 'api'; line: string; jobId: string | undefined; background: boolean }
  | { do: 'resume' }
  | { do: 'getVariable'; name: string }
  /** `sendevent`: `command` is for the eavesdrop that runs on this leg. */
  | { do: 'sendEvent'; uuid: string; command: string }
  | { do: 'close' }

export interface Answer {
  session: Session
  effects: Effect[]
  /** What a careful daemon would not have sent. */
  complaints: string[]
}

const MY_EVENTS = (
  'ANSWER APPLICATION BRIDGE CREATE DATA DESTROY EXECUTE EXECUTE_COMPLETE HANGUP HANGUP_COMPLETE ' +
  'ORIGINATE OUTGOING PARK PROGRESS PROGRESS_MEDIA STATE UNBRIDGE UNPARK'
)
  .split(' ')
  .map(name => `CHANNEL_${name}`)
  .concat('DETECTED_SPEECH', 'DTMF', 'NOTALK', 'TALK')

const SENDMSG_HEADERS = [
  'call-command',
  'execute-app-name',
  'execute-app-arg',
  'event-lock',
  'event-uuid',
  'loops',
  'async',
  'hangup-cause',
  'content-type',
  'content-length',
]

/** What belongs to a command. */
const HEADERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['sendmsg', new Set(SENDMSG_HEADERS)],
  ['bgapi', new Set(['job-uuid'])],
  ['sendevent', new Set(['event-subclass', 'unique-id', 'eavesdrop-command'])],
])

/** `head` is a frame's header block, one character per byte. */
export function readCommand(head: string): Command {
  const [line = '', ...rest] = head.split('\n')
  const headers: [string, string][] = []
  const stray: string[] = []
  for (const text of rest) {
    const cut = text.indexOf(':')
    if (cut > 0) headers.push([text.slice(0, cut), text.slice(cut + 1).trimStart()])
    else stray.push(text)
  }
  return { line, headers, stray }
}

export function answer(session: Session, command: Command): Answer {
  const complaints = suspicions(command)
  const outcome = interpret(session, command)
  const refused = outcome.effects.some(effect => effect.do === 'reply' && effect.text.startsWith('-ERR'))
  if (refused) complaints.push(`refused command: ${command.line.split(' ', 1)[0]}`)
  return { session: outcome.session ?? session, effects: outcome.effects, complaints }
}

interface Outcome {
  session?: Session
  effects: Effect[]
}

// The real one compares prefixes without regard to case, in this order.
function interpret(session: Session, command: Command): Outcome {
  const [verb = '', ...words] = command.line.split(' ')
  const rest = command.line.slice(verb.length + 1)
  switch (verb.toLowerCase()) {
    case 'exit':
      return { effects: [{ do: 'reply', text: '+OK bye' }, { do: 'close' }] }
    case 'filter':
      return filter(session, words)
    case 'resume':
      return { effects: [{ do: 'resume' }, { do: 'reply', text: '+OK' }] }
    case 'connect':
      return { effects: [{ do: 'channelData' }] }
    case 'getvar':
      return { effects: [{ do: 'getVariable', name: rest }] }
    case 'myevents':
      return myEvents(session, rest)
    case 'sendmsg':
      return sendmsg(command, rest)
    case 'sendevent': {
      const uuid = header(command, 'unique-id') ?? ''
      return { effects: [{ do: 'sendEvent', uuid, command: header(command, 'eavesdrop-command') ?? '' }] }
    }
    case 'api':
      return { effects: [{ do: 'api', line: rest, jobId: undefined, background: false }] }
    case 'bgapi':
      return { effects: [{ do: 'api', line: rest, jobId: header(command, 'job-uuid'), background: true }] }
    case 'linger':
      return linger(session, words)
    case 'nolinger':
      return { session: { ...session, lingerSeconds: undefined }, effects: [ok('will not linger')] }
    case 'event':
    case 'events':
      return listen(session, words)
    case 'nixevent':
      return nix(session, words)
    case 'noevents':
      return session.events.size === 0
        ? { effects: [{ do: 'reply', text: '-ERR not listening for events' }] }
        : { session: { ...session, events: new Set() }, effects: [ok('no longer listening for events')] }
    default:
      return { effects: [{ do: 'reply', text: '-ERR command not found' }] }
  }
}

function ok(text: string): Effect {
  return { do: 'reply', text: `+OK ${text}` }
}

function filter(session: Session, words: string[]): Outcome {
  const [first = '', ...rest] = words
  if (first.toLowerCase() === 'delete' && rest.length > 0) {
    const [name = '', ...value] = rest
    const text = value.join(' ')
    const filters =
      name.toLowerCase() === 'all'
        ? []
        : session.filters.filter(
            ([n, v]) => n.toLowerCase() !== name.toLowerCase() || (text !== '' && v !== text),
          )
    return { session: { ...session, filters }, effects: [ok(`filter deleted. [${name}][${text}]`)] }
  }
  const [name = '', ...value] = first.toLowerCase() === 'add' ? rest : words
  if (value.length === 0) return { effects: [{ do: 'reply', text: '-ERR invalid syntax' }] }
  const text = value.join(' ')
  return {
    session: { ...session, filters: [...session.filters, [name, text]] },
    effects: [ok(`filter added. [${name}]=[${text}]`)],
  }
}

function myEvents(session: Session, rest: string): Outcome {
  if (session.myevents) return { effects: [{ do: 'reply', text: '-ERR aready enabled.' }] }
  const format = /json/i.test(rest) ? 'json' : session.format
  const events = new Set([...session.events, ...MY_EVENTS])
  return { session: { ...session, myevents: true, events, format }, effects: [ok('Events Enabled')] }
}

function linger(session: Session, words: string[]): Outcome {
  const seconds = words.length > 0 ? Number.parseInt(words[0] ?? '', 10) || 0 : -1
  return {
    session: { ...session, lingerSeconds: seconds },
    effects: [ok(seconds === -1 ? 'will linger' : `will linger ${seconds} seconds`)],
  }
}

function listen(session: Session, words: string[]): Outcome {
  const given = words.filter(word => word !== '')
  const format = given[0]?.toLowerCase()
  const named = format === 'plain' || format === 'json'
  const names = named ? given.slice(1) : given
  if (names.length === 0) return { effects: [{ do: 'reply', text: '-ERR no keywords supplied' }] }
  const chosen = named ? format : session.format
  // What follows CUSTOM are subclasses of it.
  const custom = names.findIndex(name => name.toUpperCase() === 'CUSTOM')
  const plain = custom < 0 ? names : names.slice(0, custom + 1)
  const events = new Set([...session.events, ...plain.map(name => name.toUpperCase())])
  const subclasses = new Set([...session.subclasses, ...names.slice(plain.length)])
  return {
    session: { ...session, events, subclasses, format: chosen },
    effects: [ok(`event listener enabled ${chosen}`)],
  }
}

function nix(session: Session, words: string[]): Outcome {
  if (words.length === 0) return { effects: [{ do: 'reply', text: '-ERR no keywords supplied' }] }
  const events = new Set(session.events)
  for (const word of words) events.delete(word.toUpperCase())
  return { session: { ...session, events }, effects: [ok('events nixed')] }
}

function sendmsg(command: Command, uuid: string): Outcome {
  const reply: Effect = { do: 'reply', text: '+OK' }
  const target = uuid.trim()
  switch (header(command, 'call-command')?.toLowerCase()) {
    case 'execute': {
      const app = header(command, 'execute-app-name')
      if (!app) return { effects: [reply] }
      const execute: Execute = {
        app,
        data: header(command, 'execute-app-arg') ?? '',
        uuid: header(command, 'event-uuid'),
        lock: header(command, 'event-lock') === 'true',
        loops: Number.parseInt(header(command, 'loops') ?? '1', 10) || 1,
      }
      return { effects: [{ do: 'execute', uuid: target, execute }, reply] }
    }
    case 'hangup':
      return {
        effects: [
          { do: 'hangUp', uuid: target, cause: header(command, 'hangup-cause') || 'NORMAL_CLEARING' },
          reply,
        ],
      }
    default:
      return { effects: [reply] }
  }
}

function header(command: Command, name: string): string | undefined {
  return command.headers.find(([given]) => given.toLowerCase() === name)?.[1]
}

/** Traces that a value with a line break, or a careless template, leaves in a command. */
function suspicions({ line, headers, stray }: Command): string[] {
  const found: string[] = []
  if (stray.length > 0) found.push('header injection: a line that is no header')
  if (/[\r\0]/.test(line) || headers.some(([, value]) => /[\r\0]/.test(value)))
    found.push('control character')
  const names = headers.map(([name]) => name.toLowerCase())
  if (new Set(names).size < names.length) found.push('header injection: a header given twice')
  const verb = line.split(' ', 1)[0]?.toLowerCase()
  const allowed = HEADERS.get(verb ?? '') ?? new Set()
  for (const name of names) {
    if (!allowed.has(name)) found.push(`header injection: ${name} does not belong to ${verb}`)
  }
  return found
}

/**
 * Whether this session of a channel gets this event: it listens for the name, and one filter at least agrees.
 */
export function wants(session: Session, event: SwitchEvent, channelId: string): boolean {
  if (session.myevents && event.headers['Unique-ID'] !== channelId) return false
  if (!session.events.has('ALL')) {
    if (!session.events.has(event.name)) return false
    if (event.name === 'CUSTOM' && !session.subclasses.has(event.headers['Event-Subclass'] ?? ''))
      return false
  }
  return passes(session.filters, event.headers)
}
