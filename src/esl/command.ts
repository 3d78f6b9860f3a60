// What we say to the switch, as values. `render` is the one place where a value becomes wire text: no line
// break and no NUL gets past it, whoever made the command.

import { UnsafeValue } from './errors.ts'

export interface Command {
  /** For logs and errors: the command without its values, which may be personal. */
  readonly name: string
  readonly line: string
  readonly headers: Readonly<Record<string, string>>
  /** What answers it: `api` gets an api/response, everything else a command/reply. */
  readonly answer: 'reply' | 'response'
}

/** The bytes of a command, ended by its blank line. Throws UnsafeValue before anything could be written. */
export function render(line: string, headers: Readonly<Record<string, string>> = {}): string {
  let text = `${safe(line)}\n`
  for (const [name, value] of Object.entries(headers)) text += `${safe(name)}: ${safe(String(value))}\n`
  return `${text}\n`
}

export const connect: Command = reply('connect', 'connect')
export const exit: Command = reply('exit', 'exit')

/** Opens the control link. */
export function auth(password: string): Command {
  return reply('auth', `auth ${password}`)
}

/** Keeps the socket open for `seconds` after the hang-up, so that the last events can still be read. */
export function linger(seconds: number): Command {
  return reply('linger', `linger ${seconds}`)
}

/** From now on only events with this header pass. Several filters are alternatives. */
export function filter(header: string, value: string): Command {
  return reply('filter', `filter ${word(header)} ${value}`)
}

/** Subscribes to events, as JSON. For CUSTOM give its subclasses after it. */
export function events(names: readonly string[]): Command {
  return reply('event', `event json ${names.map(word).join(' ')}`)
}

/**
 * Runs an API command at once, past everything that is queued on a channel. `args` go onto the wire as they
 * are.
 */
export function api(name: string, args: string): Command {
  return { name: `api ${name}`, line: `api ${word(name)} ${args}`, headers: {}, answer: 'response' }
}

/** The same in a thread of the switch; its result is a BACKGROUND_JOB event with this Job-UUID. */
export function bgapi(name: string, args: string, jobId: string): Command {
  const headers = { 'Job-UUID': word(jobId) }
  return { name: `bgapi ${name}`, line: `bgapi ${word(name)} ${args}`, headers, answer: 'reply' }
}

/**
 * Queues an application on the socket's own channel. With `event-lock` it waits for the one before it;
 * without, it would run inside that one. `id` comes back as Application-UUID. FreeSWITCH expands `${…}` in
 * the argument, hence no `$`.
 */
export function execute(application: string, argument: string, id: string): Command {
  if (argument.includes('$')) throw new UnsafeValue('an application argument contains $')
  return {
    name: `execute ${application}`,
    line: 'sendmsg',
    headers: {
      'call-command': 'execute',
      'execute-app-name': word(application),
      'execute-app-arg': argument,
      'event-lock': 'true',
      'Event-UUID': word(id),
    },
    answer: 'reply',
  }
}

/** Puts an event before the application that runs on a channel, for those that read such. */
export function eventTo(uuid: string, headers: Readonly<Record<string, string>>): Command {
  return {
    name: 'sendevent',
    line: 'sendevent CUSTOM',
    headers: { 'Event-Subclass': 'parley::command', 'unique-id': word(uuid), ...headers },
    answer: 'reply',
  }
}

/** FreeSWITCH splits `uuid_setvar_multi` into at most 64 pieces. */
const VARIABLES_PER_COMMAND = 32

/**
 * Sets channel variables at once. An empty value unsets; a value with `${` is refused, FreeSWITCH would drop
 * it unsaid.
 */
export function setVariables(uuid: string, variables: Readonly<Record<string, string>>): Command[] {
  const pairs = Object.entries(variables).map(
    ([name, value]) => `${variableName(name)}=${quoteVariable(value)}`,
  )
  const commands: Command[] = []
  for (let from = 0; from < pairs.length; from += VARIABLES_PER_COMMAND) {
    const part = pairs.slice(from, from + VARIABLES_PER_COMMAND)
    commands.push(api('uuid_setvar_multi', `${word(uuid)} ${part.join(';')}`))
  }
  return commands
}

/** Something without spaces or line breaks that is not empty: an id, a name, a number. */
export function word(value: string): string {
  if (!/^[^\s\0]+$/.test(value)) throw new UnsafeValue('a word is empty or contains white space')
  return value
}

function variableName(name: string): string {
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw new UnsafeValue('not a name of a channel variable')
  return name
}

// switch_separate_string: backslash escapes itself, quotes and the separator; trailing spaces are cut unless
// written \s.
function quoteVariable(value: string): string {
  if (/\$\\*\{/.test(value)) throw new UnsafeValue('a variable contains ${')
  return value.replace(/[\\';]/g, '\\$&').replace(/ +$/, spaces => '\\s'.repeat(spaces.length))
}

function reply(name: string, line: string): Command {
  return { name, line, headers: {}, answer: 'reply' }
}

function safe(value: string): string {
  if (/[\r\n\0]/.test(value)) throw new UnsafeValue('a value contains a line break or NUL')
  return value
}
