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
  'spool.dir': ['PARLEY_SPOOL_DIR', '/run/parley', '/run/parley'],
  'state.dir': ['PARLEY_STATE_DIR', '/srv/parley', '/srv/parley'],
  'calls.max': ['PARLEY_CALLS_MAX', '20', 20],
  'calls.maxMinutes': ['PARLEY_CALLS_MAX_MINUTES', '30', 30],
  'calls.resumeWithinMs': ['PARLEY_CALLS_RESUME_WITHIN_MS', '0', 0],
  'calls.maxLoopDelayMs': ['PARLEY_CALLS_MAX_LOOP_DELAY_MS', '250', 250],
  'calls.maxEarLagMs': ['PARLEY_CALLS_MAX_EAR_LAG_MS', '500', 500],
  'sounds.dir': ['PARLEY_SOUNDS_DIR', '/srv/sounds', '/srv/sounds'],
  'speech.promptsMaxMB': ['PARLEY_SPEECH_PROMPTS_MAX_MB', '64', 64],
  'log.level': ['PARLEY_LOG_LEVEL', 'debug', 'debug'],
  'log.pretty': ['PARLEY_LOG_PRETTY', 'true', true],
}

function at(configuration: Configuration, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], configuration)
}

describe('variables', () => {
  it('are there for these settings and no others', () => {
    const names = Object.entries(values).map(([key, [name]]) => [key, name])
    expect(variables.map(({ key, name }) => [key, name])).toEqual(names)
  })

  it.each(Object.entries(values))('sets %s', (key, [variable, text, value]) => {
    expect(at(load(), key)).not.toEqual(value)
    expect(at(load({ env: { [variable]: text } }), key)).toEqual(value)
  })

  it.each([
    ['PARLEY_LISTENER_PORT', '80abc', '"80abc" is not allowed: a whole number from 1 to 65535'],
    ['PARLEY_LISTENER_PORT', 'NaN', '"NaN" is not allowed: a whole number from 1 to 65535'],
    ['PARLEY_CALLS_MAX', '1.5', '"1.5" is not allowed: a whole number from 1 to 100000'],
    ['PARLEY_LOG_PRETTY', 'no', '"no" is not allowed: true or false'],
    ['PARLEY_LISTENER_ALLOW', '::1,x', '"x" is not allowed: an IP address or a network such as "10.0.0.0/8"'],
  ])('are read strictly: %s=%s', (name, text, rest) => {
    expect(faultLines({ env: { [name]: text } })).toEqual([`${name}: ${rest}`])
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
