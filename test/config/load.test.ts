// Where values come from, and what they become.

import { describe, expect, it } from 'vitest'
import { loadStateFolder } from '../../src/config/load.ts'
import { load, surroundings } from './loading.ts'

describe('precedence', () => {
  const file = "{ listener: { port: 9000, host: '10.0.0.1' } }"

  it('takes the file before the default and the environment before the file', () => {
    expect(load().listener.port).toBe(8084)
    expect(load({ file }).listener.port).toBe(9000)
    expect(load({ file, env: { PARLEY_LISTENER_PORT: '9001' } }).listener).toMatchObject({
      host: '10.0.0.1',
      port: 9001,
      maxConnections: 2000,
    })
  })

  it('takes an empty variable for none', () => {
    expect(load({ file, env: { PARLEY_LISTENER_PORT: '' } }).listener.port).toBe(9000)
    expect(load({ env: { PARLEY_CONFIG: '' } }).listener.port).toBe(8084)
  })

  it('replaces a list as a whole', () => {
    expect(load({ file: "{ listener: { allow: ['10.0.0.0/8'] } }" }).listener.allow).toEqual(['10.0.0.0/8'])
    expect(load({ env: { PARLEY_LISTENER_ALLOW: '10.0.0.1, ::1/128' } }).listener.allow).toEqual([
      '10.0.0.1',
      '::1/128',
    ])
  })

  it('adds named entries to the built-in ones', () => {
    const { engines, profiles } = load({
      file: `{
        engines: { booking: { type: 'http', url: 'https://x.example/parley' } },
        profiles: { sales: { numbers: ['200*'], engine: 'booking' } },
      }`,
    })
    expect(Object.keys(engines)).toEqual(['reception', 'booking'])
    expect(Object.keys(profiles)).toEqual(['default', 'sales'])
  })

  it('replaces a built-in entry of the same name, whatever its kind', () => {
    const { engines } = load({
      file: "{ engines: { reception: { type: 'http', url: 'http://x.example/' } } }",
    })
    expect(engines).toEqual({
      reception: {
        type: 'http',
        url: 'http://x.example/',
        secret: undefined,
        speculative: false,
        timeouts: { connectMs: 2000, firstActionMs: 8000, betweenActionsMs: 10_000 },
      },
    })
  })

  it('gives two loads nothing in common', () => {
    const first = load({ env: { PARLEY_LISTENER_ALLOW: '10.0.0.1' } })
    expect(load().listener.allow).not.toEqual(first.listener.allow)
    expect(load().profiles.default?.numbers).not.toBe(load().profiles.default?.numbers)
  })
})

describe('profiles', () => {
  it('fills in what a profile leaves out, inside of its policy and phrases too', () => {
    const built = load().profiles.default
    const { sales } = load({
      file: `{ profiles: { sales: {
        numbers: ['2001'], policy: { silenceMs: 5000 }, phrases: { goodbye: 'Bye.' }, peopleKey: null,
      } } }`,
    }).profiles
    expect(sales).toEqual({
      ...built,
      name: 'sales',
      numbers: ['2001'],
      peopleKey: null,
      policy: { ...built?.policy, silenceMs: 5000 },
      phrases: { ...built?.phrases, goodbye: 'Bye.' },
    })
  })

  it('takes the longest call of every profile from calls.maxMinutes', () => {
    expect(load().profiles.default?.policy.maxMs).toBe(3_600_000)
    expect(load({ env: { PARLEY_CALLS_MAX_MINUTES: '5' } }).profiles.default?.policy.maxMs).toBe(300_000)
  })

  it('sends people to a destination in the default context', () => {
    const { destinations, profiles } = load({
      file: "{ destinations: { desk: { number: '2001' } }, profiles: { default: { people: 'desk' } } }",
    })
    expect(destinations.desk?.handOver).toEqual({ number: '2001', context: 'default' })
    expect(profiles.default?.people).toBe('desk')
  })

  it('sends callers to every destination, or to those that are named', () => {
    const { profiles } = load({
      file: `{ destinations: { desk: { number: '2001' } },
        profiles: { sales: { numbers: [], destinations: ['desk'] }, mute: { numbers: [], destinations: [] } } }`,
    })
    expect(['default', 'sales', 'mute'].map(name => profiles[name]?.destinations)).toEqual([
      null,
      ['desk'],
      [],
    ])
  })

  it('lets another profile have every number when the built-in one gives it up', () => {
    const { profiles } = load({ file: '{ profiles: { default: { numbers: [] }, all: {} } }' })
    expect([profiles.default?.numbers, profiles.all?.numbers]).toEqual([[], ['*']])
  })

  it("answers TWILIO_INBOUND_NUMBER where the file names none of the default profile's numbers", () => {
    const env = { TWILIO_INBOUND_NUMBER: '+14155550100' }
    const numbers = (file?: string) =>
      load({ env, ...(file !== undefined && { file }) }).profiles.default?.numbers
    expect(numbers()).toEqual(['+14155550100'])
    expect(numbers("{ profiles: { default: { language: 'de-DE' } } }")).toEqual(['+14155550100'])
    expect(numbers("{ profiles: { default: { numbers: ['2000'] } } }")).toEqual(['2000'])
    expect(
      load({ env, file: "{ profiles: { default: { language: 'de-DE' } } }" }).profiles.default?.language,
    ).toBe('de-DE')
  })
})

describe('folders and files', () => {
  it("keeps its state in systemd's folder, else where the user may write", () => {
    expect(load({ env: { STATE_DIRECTORY: '/var/lib/a:/var/lib/b' }, uid: 0 }).state.dir).toBe('/var/lib/a')
    expect(load({ uid: 0 }).state.dir).toBe('/var/lib/parley')
    expect(load({ uid: 1000 }).state.dir).toBe('/home/user/.parley')
    expect(load({ env: { STATE_DIRECTORY: '/x', PARLEY_STATE_DIR: '/y' } }).state.dir).toBe('/y')
  })

  it('takes paths relative to the file, and those of the environment relative to the working folder', () => {
    const file = "{ state: { dir: 'state' }, engines: { desk: { type: 'flow', file: 'flows/desk.json5' } } }"
    const files = { '/etc/parley/flows/desk.json5': 'the flow' }
    const { engines, state } = load({ file, files })
    expect(engines.desk).toEqual({ type: 'flow', file: '/etc/parley/flows/desk.json5', source: 'the flow' })
    expect(state.dir).toBe('/etc/parley/state')
    expect(load({ file, files, env: { PARLEY_STATE_DIR: 'mine' } }).state.dir).toBe('/home/user/mine')
  })

  it('finds a configuration file that is named relative to the working folder', () => {
    const files = { '/home/user/my.json5': '{ calls: { max: 7 } }' }
    expect(load({ env: { PARLEY_CONFIG: 'my.json5' }, files }).calls.max).toBe(7)
  })
})

describe('speech', () => {
  it('gives a provider its options and its limits apart', () => {
    const { recognizers, synthesizers } = load({
      file: `{ speech: {
        recognizers: [{ name: 'g', provider: 'google', model: 'chirp_2', location: 'eu', maxConcurrent: 7 }],
        synthesizers: [{ name: 's', provider: 'google', voice: 'en-GB-Neural2-A', perMinute: 60 }],
      } }`,
    }).speech
    expect(recognizers[0]?.options).toMatchObject({
      name: 'g',
      model: 'chirp_2',
      location: 'eu',
      finalTimeoutMs: 1500,
    })
    expect(recognizers[0]?.limits).toEqual({ atOnce: 7, waiting: 50, maxWaitMs: 1000 })
    expect(synthesizers[0]?.options).toMatchObject({ name: 's', voice: 'en-GB-Neural2-A' })
    expect(synthesizers[0]?.limits.starts).toEqual({ most: 60, perMs: 60_000 })
  })

  it('lends GOOGLE_APPLICATION_CREDENTIALS to providers without a key file', () => {
    const { recognizers, synthesizers } = load({
      env: { GOOGLE_APPLICATION_CREDENTIALS: 'key.json' },
      file: `{ speech: { recognizers: [
        { name: 'google', provider: 'google' },
        { name: 'b', provider: 'google', keyFile: 'own.json' },
      ] } }`,
    }).speech
    expect(recognizers.map(({ options }) => options.keyFile)).toEqual([
      '/home/user/key.json',
      '/etc/parley/own.json',
    ])
    expect(synthesizers[0]?.options.keyFile).toBe('/home/user/key.json')
  })
})

describe('secrets', () => {
  it('takes the secret of an engine from the file or from the variable it names', () => {
    const { engines } = load({
      file: `{ engines: {
        a: { type: 'http', url: 'https://a.example/', secret: 'in the file' },
        b: { type: 'http', url: 'https://b.example/', secretEnv: 'PARLEY_ENGINES_B_SECRET' },
      } }`,
      env: { PARLEY_ENGINES_B_SECRET: 'in the environment' },
    })
    expect(engines.a).toMatchObject({ secret: 'in the file' })
    expect(engines.b).toMatchObject({ secret: 'in the environment' })
  })
})

describe('the API', () => {
  it('has the token of the file or of the variable it names, or none', () => {
    const token = (file: string, env = {}) => load({ file, env }).web.token
    expect(load().web).toEqual({ enabled: true, host: '127.0.0.1', port: 8085, token: undefined })
    expect(token("{ web: { token: 'in-the-file' } }")).toBe('in-the-file')
    expect(token("{ web: { tokenEnv: 'API' } }", { API: 'in-the-environment' })).toBe('in-the-environment')
    expect(token('{}', { PARLEY_WEB_TOKEN_ENV: 'PARLEY_WEB_OWN', PARLEY_WEB_OWN: '12345678' })).toBe(
      '12345678',
    )
    expect(token("{ web: { token: 'in-the-file' } }", { PARLEY_WEB_TOKEN: 'from-outside' })).toBe(
      'from-outside',
    )
  })

  it.each([
    ["{ web: { host: '0.0.0.0', token: '12345678' } }", {}],
    ["{ web: { host: '0.0.0.0', tokenEnv: 'API' } }", { API: '12345678' }],
    ["{ web: { host: '0.0.0.0', enabled: false } }", {}],
    ["{ web: { host: '127.0.0.9' } }", {}],
    ["{ web: { host: 'localhost' } }", {}],
  ])('may be bound with a token, or to loopback: %s', (file, env) => {
    expect(() => load({ file, env })).not.toThrow()
  })
})

describe('the state folder alone', () => {
  it.each([
    [{}, '/home/user/.parley'],
    [{ uid: 0 }, '/var/lib/parley'],
    [{ file: "{ state: { dir: 'state' } }" }, '/etc/parley/state'],
    [{ file: "{ state: { dir: 'state' } }", env: { PARLEY_STATE_DIR: '/srv/state' } }, '/srv/state'],
    [{ env: { STATE_DIRECTORY: '/var/lib/parley:/x' } }, '/var/lib/parley'],
  ])('is that of the whole configuration: %o', (given, folder) => {
    expect(loadStateFolder(surroundings(given))).toBe(folder)
    expect(load(given).state.dir).toBe(folder)
  })

  it('needs nothing else to be right', () => {
    const file =
      "{ state: { dir: '/s' }, calls: { max: 0 }, engines: { x: { type: 'http', secretEnv: 'NONE' } } }"
    expect(loadStateFolder(surroundings({ file, env: { PARLEY_CALLS_MAX: 'x' } }))).toBe('/s')
  })

  it('must be right itself', () => {
    expect(() => loadStateFolder(surroundings({ file: '{ state: { dir: 1 } }' }))).toThrow(/^state\.dir: /)
    expect(() => loadStateFolder(surroundings({ file: '{' }))).toThrow(/no JSON5/)
  })
})
