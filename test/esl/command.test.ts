// Nothing that comes from outside may become a second header or a second command.

import { describe, expect, test } from 'vitest'
import * as commands from '../../src/esl/command.ts'
import { UnsafeValue } from '../../src/esl/errors.ts'
import { separated } from '../fake-freeswitch/separated.ts'

/** Something that FreeSWITCH would put a variable's value in for. */
const EXPANDED = ['$', '{uuid}'].join('')

const text = ({ line, headers }: commands.Command): string => commands.render(line, headers)

test('an application is queued with event-lock and its own id', () => {
  expect(text(commands.execute('playback', '/p/a b.wav', 'id-1'))).toBe(
    'sendmsg\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: /p/a b.wav\n' +
      'event-lock: true\nEvent-UUID: id-1\n\n',
  )
})

describe.each(['\n', '\r', '\0', '\r\n\r\nexit\n\n'])('a value with %j', evil => {
  const value = `x${evil}y`
  test.each<[string, () => unknown]>([
    ['api argument', () => text(commands.api('uuid_kill', value))],
    ['api name', () => text(commands.api(value, ''))],
    ['bgapi argument', () => text(commands.bgapi('originate', value, 'job'))],
    ['job id', () => text(commands.bgapi('originate', 'x', value))],
    ['application argument', () => text(commands.execute('playback', value, 'id'))],
    ['application', () => text(commands.execute(value, '', 'id'))],
    ['execute id', () => text(commands.execute('playback', '', value))],
    ['filter', () => text(commands.filter('Unique-ID', value))],
    ['event header', () => text(commands.eventTo('u', { 'eavesdrop-command': value }))],
    ['event to a channel', () => text(commands.eventTo(value, {}))],
    ['event name', () => text(commands.events([value]))],
    ['password', () => text(commands.auth(value))],
    ['variable', () => commands.setVariables('u', { a: value }).map(text)],
    ['variable name', () => commands.setVariables('u', { [value]: 'a' }).map(text)],
    ['header', () => commands.render('x', { h: value })],
    ['header name', () => commands.render('x', { [value]: 'h' })],
  ])('is refused as %s', (_, make) => {
    expect(make).toThrow(UnsafeValue)
  })
})

test('what FreeSWITCH would expand is refused', () => {
  expect(() => commands.execute('playback', `/x/${EXPANDED}.wav`, 'id')).toThrow(UnsafeValue)
  expect(() => commands.setVariables('u', { a: EXPANDED })).toThrow(UnsafeValue)
  expect(commands.setVariables('u', { a: '$5 {x}' })).toHaveLength(1)
})

test.each([
  'plain',
  'a;b=c;d',
  "it's 'quoted'",
  'back\\slash \\n \\; \\s',
  '{"a;b":"it\'s \\"q\\" \\\\ end"}',
  ' spaces around  ',
  '^^:x:y',
  '"',
  '',
])('the variable %j arrives as it was', value => {
  const [command] = commands.setVariables('u', { before: '1', it: value, after: '2' })
  const prefix = 'api uuid_setvar_multi u '
  expect(command?.line.startsWith(prefix)).toBe(true)
  expect(separated(command?.line.slice(prefix.length) ?? '', ';')).toEqual([
    'before=1',
    `it=${value}`,
    'after=2',
  ])
})

test('more variables than FreeSWITCH splits go out in several commands', () => {
  const variables = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`v${i}`, `${i}`]))
  const parts = commands.setVariables('u', variables).map(({ line }) => line.split(';').length)
  expect(Math.max(...parts)).toBeLessThan(64)
  expect(parts.reduce((a, b) => a + b)).toBe(100)
})
