// What channel data and causes of the switch mean.

import { describe, expect, test } from 'vitest'
import { hangUpFrom } from '../../src/pbx/freeswitch/causes.ts'
import {
  digitPressed,
  goesOnWithoutUs,
  isElsewhere,
  legFacts,
  rescueTimer,
} from '../../src/pbx/freeswitch/facts.ts'
import type { HangUp } from '../../src/pbx/pbx.ts'

test.each([
  ['anonymous', {}],
  ['Unavailable', {}],
  ['0000000000', {}],
  ['+15550100', { 'Caller-Privacy-Hide-Number': 'true' }],
])('the number %j is withheld', (number, headers) => {
  expect(legFacts({ 'Caller-Caller-ID-Number': number, ...headers }).from).toBe('')
})

test('an empty channel makes empty facts, never undefined ones', () => {
  expect(legFacts({})).toEqual({
    id: '',
    from: '',
    callerName: '',
    to: '',
    direction: 'inbound',
    answered: false,
    comesBack: false,
    variables: {},
  })
})

test('a leg that was dialled is to whom it was dialled, and from whom they were shown, whoever the switch calls caller', () => {
  const facts = legFacts({
    'Call-Direction': 'outbound',
    'Caller-Caller-ID-Name': 'Outbound Call',
    'Caller-Caller-ID-Number': 'public',
    'Caller-Destination-Number': '2001',
    'Caller-Orig-Caller-ID-Number': '+15550100',
  })
  expect(facts).toMatchObject({ direction: 'outbound', from: '+15550100', callerName: '', to: '2001' })
})

test('what callers of this tenant hear while they wait is told', () => {
  const { variables } = legFacts({
    variable_hold_music: 'local_stream://acme',
    variable_sip_auth_password: 'x',
  })
  expect(variables).toEqual({ hold_music: 'local_stream://acme' })
})

test.each<[string | undefined, boolean, HangUp['by']]>([
  ['recv_bye', false, 'caller'],
  ['recv_cancel', false, 'caller'],
  ['recv_refuse', false, 'caller'],
  ['send_bye', false, 'switch'],
  ['send_bye', true, 'us'],
  ['recv_bye', true, 'us'],
  [undefined, false, 'caller'],
])('a hang-up with disposition %j, asked by us: %j, is by %s', (disposition, endedByUs, by) => {
  const headers = disposition === undefined ? {} : { variable_sip_hangup_disposition: disposition }
  const event = { 'Hangup-Cause': 'NORMAL_CLEARING', ...headers }
  expect(hangUpFrom(event, endedByUs)).toEqual({ by, cause: 'NORMAL_CLEARING' })
})

test('a cause that only the switch can have is by the switch', () => {
  expect(hangUpFrom({ 'Hangup-Cause': 'MEDIA_TIMEOUT' }, false).by).toBe('switch')
})

describe('keys', () => {
  test.each(['F', '', '12', 'x', '\n'])('%j is none', digit => {
    expect(digitPressed({ 'DTMF-Digit': digit, 'DTMF-Duration': '1600' })).toBeUndefined()
  })

  test.each([
    ['1600', 200],
    ['nonsense', 0],
    [undefined, 0],
  ])('a duration of %j samples is %i ms', (samples, durationMs) => {
    const headers = samples === undefined ? {} : { 'DTMF-Duration': samples }
    expect(digitPressed({ 'DTMF-Digit': 'a', ...headers })).toEqual({
      type: 'digitPressed',
      digit: 'A',
      durationMs,
    })
  })
})

test('only a guarded call has a rescue timer that is ours to cancel', () => {
  expect(goesOnWithoutUs({ variable_socket_resume: 'true' })).toBe(true)
  expect(goesOnWithoutUs({ variable_socket_resume: 'false' })).toBe(false)
  expect(rescueTimer({ variable_socket_resume: 'true', variable_last_sched_id: '12' })).toBe('12')
  expect(rescueTimer({ variable_socket_resume: 'true', variable_last_sched_id: '1 all' })).toBeUndefined()
  expect(rescueTimer({ variable_last_sched_id: '12' })).toBeUndefined()
})

test.each([
  ['waits for us', {}, false],
  ['runs our socket', { variable_current_application: 'socket' }, false],
  ['is guarded and waits for us', { variable_parley_attempt: '1', variable_socket_resume: 'true' }, false],
  ['talks to people by now', { variable_current_application: 'bridge' }, true],
  ['is on the way to people', { variable_parley_attempt: '1', variable_socket_resume: 'false' }, true],
])('a channel that %s', (_, channel, elsewhere) => {
  expect(isElsewhere(channel as Record<string, string>)).toBe(elsewhere)
})
