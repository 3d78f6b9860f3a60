// Every setting that one variable can hold has that variable.

import { describe, expect, it } from 'vitest'
import type { Configuration } from '../../src/config/configuration.ts'
import { variables } from '../../src/config/environment.ts'
import { faultLines, load } from './loading.ts'

const values: Record<string, [variable: string, text: string, value: unknown]> = {
  'listener.host': ['PARLEY_LISTENER_HOST', '0.0.0.0', '0.0.0.0'],
  'listener.port': ['PARLEY_LISTENER_PORT', '8086', 8086],
  'listener.allow': ['PARLEY_LISTENER_ALLOW', '10.0.0.0/8,fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
  'listener.maxConnections': ['PARLEY_LISTENER_MAX_CONNECTIONS', '300', 300],
  'control.host': ['PARLEY_CONTROL_HOST', '10.0.0.5', '10.0.0.5'],
  'control.port': ['PARLEY_CONTROL_PORT', '8022', 8022],
  'control.password': ['PARLEY_CONTROL_PASSWORD', 'a b', 'a b'],
  'web.enabled': ['PARLEY_WEB_ENABLED', 'false', false],
  'web.host': ['PARLEY_WEB_HOST', '::1', '::1'],
  'web.port': ['PARLEY_WEB_PORT', '8087', 8087],
  'web.token': ['PARLEY_WEB_TOKEN', 'abc.DEF-123=', 'abc.DEF-123='],
  'spool.dir': ['PARLEY_SPOOL_DIR', '/run/parley', '/run/parley'],
  'state.dir': ['PARLEY_STATE_DIR', '/srv/parley', '/srv/parley'],
  'calls.max': ['PARLEY_CALLS_MAX', '20', 20],
  'calls.maxMinutes': ['PARLEY_CALLS_MAX_MINUTES', '30', 30],
  'calls.resumeWithinMs': ['PARLEY_CALLS_RESUME_WITHIN_MS', '0', 0],
  'calls.maxLoopDelayMs': ['PARLEY_CALLS_MAX_LOOP_DELAY_MS', '250', 250],
  'calls.maxEarLagMs': ['PARLEY_CALLS_MAX_EAR_LAG_MS', '500', 500],
  'callsOut.perMinute': ['PARLEY_CALLS_OUT_PER_MINUTE', '1', 1],
  'callsOut.perDestinationPerHour': ['PARLEY_CALLS_OUT_PER_DESTINATION_PER_HOUR', '1', 1],
  'callsOut.machine': ['PARLEY_CALLS_OUT_MACHINE', 'leave-message', 'leave-message'],
  'callsOut.message': ['PARLEY_CALLS_OUT_MESSAGE', 'Call us.', 'Call us.'],
  'sounds.dir': ['PARLEY_SOUNDS_DIR', '/srv/sounds', '/srv/sounds'],
  'speech.promptsMaxMB': ['PARLEY_SPEECH_PROMPTS_MAX_MB', '64', 64],
  'transfer.customCallerId.name': ['PARLEY_TRANSFER_CUSTOM_CALLER_ID_NAME', "O'Brien, B.", "O'Brien, B."],
  'transfer.customCallerId.number': ['PARLEY_TRANSFER_CUSTOM_CALLER_ID_NUMBER', '+1', '+1'],
  'transfer.trunkNumber': ['PARLEY_TRANSFER_TRUNK_NUMBER', '030123', '030123'],
  'transfer.music': ['PARLEY_TRANSFER_MUSIC', 'local_stream://moh', 'local_stream://moh'],
  'log.level': ['PARLEY_LOG_LEVEL', 'debug', 'debug'],
  'log.pretty': ['PARLEY_LOG_PRETTY', 'true', true],
}

/** Settings that become something else; other tests say what. */
const changed: Record<string, string> = {
  'web.tokenEnv': 'PARLEY_WEB_TOKEN_ENV',
  'callsOut.hours.timeZone': 'PARLEY_CALLS_OUT_HOURS_TIME_ZONE',
  'callsOut.hours.open': 'PARLEY_CALLS_OUT_HOURS_OPEN',
  'callsOut.hours.holidays': 'PARLEY_CALLS_OUT_HOURS_HOLIDAYS',
  'transfer.ringSeconds': 'PARLEY_TRANSFER_RING_SECONDS',
  'transfer.callerId': 'PARLEY_TRANSFER_CALLER_ID',
  'transfer.statusCallback': 'PARLEY_TRANSFER_STATUS_CALLBACK',
  'transfer.statusCallbackFormat': 'PARLEY_TRANSFER_STATUS_CALLBACK_FORMAT',
  'transfer.sipProfile': 'PARLEY_TRANSFER_SIP_PROFILE',
  'transfer.freepbx.domain': 'PARLEY_TRANSFER_FREEPBX_DOMAIN',
  'transfer.freepbx.port': 'PARLEY_TRANSFER_FREEPBX_PORT',
  'transfer.twilio.domain': 'PARLEY_TRANSFER_TWILIO_DOMAIN',
  'transfer.twilio.trunkNumber': 'PARLEY_TRANSFER_TWILIO_TRUNK_NUMBER',
}

/** Without which another one is a fault. */
const beside: Record<string, Record<string, string>> = {
  'callsOut.machine': { PARLEY_CALLS_OUT_MESSAGE: 'Call us.' },
}

function at(configuration: Configuration, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], configuration)
}

describe('variables', () => {
  it('are there for these settings and no others', () => {
    const names = Object.entries(values).map(([key, [name]]) => [key, name])
    const all = [...names, ...Object.entries(changed)]
    expect(variables.map(({ key, name }) => [key, name]).sort()).toEqual(all.sort())
  })

  it.each(Object.entries(values))('sets %s', (key, [variable, text, value]) => {
    expect(at(load(), key)).not.toEqual(value)
    expect(at(load({ env: { ...beside[key], [variable]: text } }), key)).toEqual(value)
  })

  it.each([
    ['PARLEY_LISTENER_PORT', '80abc', '"80abc" is not allowed: a whole number from 1 to 65535'],
    ['PARLEY_LISTENER_PORT', 'NaN', '"NaN" is not allowed: a whole number from 1 to 65535'],
    ['PARLEY_CALLS_MAX', '1.5', '"1.5" is not allowed: a whole number from 1 to 100000'],
    ['PARLEY_LOG_PRETTY', 'no', '"no" is not allowed: true or false'],
    [
      'PARLEY_CONTROL_PASSWORD',
      'a\nb',
      '[hidden] is not allowed: a text of 1 to 1024 characters on one line',
    ],
    ['PARLEY_WEB_TOKEN', 'two words', '[hidden] is not allowed: 8 to 1024 letters, digits and - . _ ~ + / ='],
    ['PARLEY_LISTENER_ALLOW', '::1,x', '"x" is not allowed: an IP address or a network such as "10.0.0.0/8"'],
  ])('are read strictly: %s=%s', (name, text, rest) => {
    expect(faultLines({ env: { [name]: text } })).toEqual([`${name}: ${rest}`])
  })

  it('tell when calls may be made', () => {
    const env = {
      PARLEY_CALLS_OUT_HOURS_TIME_ZONE: 'Europe/Berlin',
      PARLEY_CALLS_OUT_HOURS_OPEN: 'Mon 09:00-12:00, Tue 13:00-17:00',
    }
    expect(load({ env }).callsOut.hours).toEqual({
      timeZone: 'Europe/Berlin',
      open: [
        { day: 1, fromMinute: 540, toMinute: 720 },
        { day: 2, fromMinute: 780, toMinute: 1020 },
      ],
      holidays: [],
    })
  })

  it('that are misspelt are faults, with the one that was probably meant', () => {
    expect(faultLines({ env: { PARLEY_LISTENER_PROT: '1', PARLEY_ENGINES_X: '1' } })).toEqual([
      'PARLEY_LISTENER_PROT: is not known; did you mean PARLEY_LISTENER_PORT?',
      'PARLEY_ENGINES_X: is not known',
    ])
  })

  it('of other purposes are left alone', () => {
    expect(faultLines({ env: { PARLEY_DEMO: '1', PARLEY: 'x', PATH: '/bin' } })).toEqual([])
  })
})
