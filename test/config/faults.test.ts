// What an operator reads when a configuration is wrong.

import { describe, expect, it } from 'vitest'
import { faultLines } from './loading.ts'

const http = (more: string) => `{ engines: { x: { type: 'http', url: 'https://x.example/', ${more} } } }`
const speech = (kind: string, entries: string) => `{ speech: { ${kind}: [${entries}] } }`
const google = (more: string) => `{ name: 'g', provider: 'google', ${more} }`
const profile = (more: string) => `{ profiles: { default: { ${more} } } }`

const NAME = 'a letter, then letters, digits, "_" or "-", at most 64 in all'
const NUMBER = 'digits, letters and + * # . _ -, at most 64, not . or - first'
const CLAIMED_ONCE = 'a number that is claimed once, and profiles.default claims it'
const CONTEXT = 'letters, digits and . _ -, at most 128, not . or - first'

describe('a value that is not allowed', () => {
  it.each([
    ['{ listener: { port: 99999 } }', 'listener.port: 99999 is not allowed: a whole number from 1 to 65535'],
    ['{ listener: { port: NaN } }', 'listener.port: NaN is not allowed: a whole number from 1 to 65535'],
    ['{ calls: { max: Infinity } }', 'calls.max: Infinity is not allowed: a whole number from 1 to 100000'],
    ['{ calls: { max: 2.5 } }', 'calls.max: 2.5 is not allowed: a whole number from 1 to 100000'],
    ["{ calls: { max: '80abc' } }", 'calls.max: "80abc" is not allowed: a whole number from 1 to 100000'],
    ['{ calls: { max: null } }', 'calls.max: null is not allowed: a whole number from 1 to 100000'],
    [
      '{ calls: { resumeWithinMs: 600001 } }',
      'calls.resumeWithinMs: 600001 is not allowed: a whole number from 0 to 600000',
    ],
    [
      '{ calls: { maxLoopDelayMs: 0 } }',
      'calls.maxLoopDelayMs: 0 is not allowed: a whole number from 10 to 60000',
    ],
    [
      '{ calls: { maxEarLagMs: 20 } }',
      'calls.maxEarLagMs: 20 is not allowed: a whole number from 40 to 60000',
    ],
    ['{ calls: { max: [1] } }', 'calls.max: a list is not allowed: a whole number from 1 to 100000'],
    ["{ log: { pretty: 'no' } }", 'log.pretty: "no" is not allowed: true or false'],
    [
      "{ log: { level: 'loud' } }",
      'log.level: "loud" is not allowed: "debug" or "info" or "warn" or "error" or "silent"',
    ],
    ["{ listener: { host: 'a b' } }", 'listener.host: "a b" is not allowed: an IP address or a host name'],
    [
      "{ listener: { allow: ['::1', '10.0.0.0/33'] } }",
      'listener.allow.1: "10.0.0.0/33" is not allowed: an IP address or a network such as "10.0.0.0/8"',
    ],
    [
      '{ listener: { allow: [] } }',
      'listener.allow: a list of 0 is not allowed: a list of 1 to 1000 entries',
    ],
    ['{ listener: { allow: 5 } }', 'listener.allow: a number is not allowed: a list of 1 to 1000 entries'],
    [
      "{ spool: { dir: '/a b' } }",
      'spool.dir: "/a b" is not allowed: an absolute path of letters, digits and / . _ + @ -',
    ],
    [
      "{ sounds: { dir: 'sounds' } }",
      'sounds.dir: "sounds" is not allowed: an absolute path of letters, digits and / . _ + @ -, or \'\'',
    ],
    [speech('recognizers', ''), 'speech.recognizers: a list of 0 is not allowed: a list of 1 to 16 entries'],
    [
      speech('synthesizers', ''),
      'speech.synthesizers: a list of 0 is not allowed: a list of 1 to 16 entries',
    ],
    [
      speech('recognizers', "{ name: 'g', provider: 'gogle' }"),
      'speech.recognizers.0.provider: "gogle" is not allowed: "google"',
    ],
    [
      speech('recognizers', google("endpoint: 'localhost'")),
      'speech.recognizers.0.endpoint: "localhost" is not allowed: host:port',
    ],
    [
      speech('synthesizers', google('speakingRate: 3')),
      'speech.synthesizers.0.speakingRate: 3 is not allowed: a number from 0.25 to 2',
    ],
    [
      profile("language: 'english please'"),
      'profiles.default.language: "english please" is not allowed: a language tag such as "en-US"',
    ],
    [
      profile("peopleKey: '00'"),
      'profiles.default.peopleKey: "00" is not allowed: one of the keys 0 to 9, *, # and A to D, or null',
    ],
    [profile("numbers: ['12 34']"), `profiles.default.numbers.0: "12 34" is not allowed: ${NUMBER}`],
    [
      profile('phrases: { silence: [1] }'),
      'profiles.default.phrases.silence.0: 1 is not allowed: a text of at most 1000 characters on one line',
    ],
    [
      profile("phrases: { brief: 'A call from {name}.' }"),
      'profiles.default.phrases.brief: "A call from {name}." is not allowed: a text of at most 1000 characters ' +
        'on one line, in braces only {caller}, {destination} and {reason}',
    ],
    [
      profile("destinations: 'desk'"),
      'profiles.default.destinations: a text is not allowed: a list of 0 to 1000 entries, or null',
    ],
    [
      profile("withdrawKey: '**'"),
      'profiles.default.withdrawKey: "**" is not allowed: one of the keys 0 to 9, *, # and A to D, or null',
    ],
    [
      profile('policy: { endOfTurnMs: 10 }'),
      'profiles.default.policy.endOfTurnMs: 10 is not allowed: a whole number from 100 to 4000',
    ],
    [profile('policy: null'), 'profiles.default.policy: null is not allowed: an object'],
    ['{ profiles: { default: null } }', 'profiles.default: null is not allowed: an object'],
    ['{ profiles: null }', 'profiles: null is not allowed: an object'],
    [
      "{ destinations: { a: { number: '2001 XML' } } }",
      `destinations.a.number: "2001 XML" is not allowed: ${NUMBER}`,
    ],
    [
      "{ destinations: { a: { number: '1', context: 'a b' } } }",
      `destinations.a.context: "a b" is not allowed: ${CONTEXT}`,
    ],
    [
      `{ destinations: { a: { number: '${'1'.repeat(100)}' } } }`,
      `destinations.a.number: "${'1'.repeat(80)}…" is not allowed: ${NUMBER}`,
    ],
    ["{ destinations: { 'a b': {} } }", `destinations: the name "a b" is not allowed: ${NAME}`],
    ["{ engines: { x: { type: 'chat' } } }", 'engines.x.type: "chat" is not allowed: "flow" or "http"'],
    ['[]', '/etc/parley/parley.json5: a list is not allowed: an object'],
    ['null', '/etc/parley/parley.json5: null is not allowed: an object'],
  ])('is told with what would be: %s', (file, line) => {
    expect(faultLines({ file })).toEqual([line])
  })
})

describe('what is missing', () => {
  it.each([
    ['{ engines: { x: {} } }', 'engines.x.type: is missing: "flow" or "http"'],
    [
      "{ engines: { x: { type: 'http' } } }",
      'engines.x.url: is missing: an http or https address without user and password',
    ],
    [speech('recognizers', "{ provider: 'google' }"), `speech.recognizers.0.name: is missing: ${NAME}`],
  ])('is told with what would be allowed: %s', (file, line) => {
    expect(faultLines({ file })).toEqual([line])
  })
})

describe('a key nobody knows', () => {
  it.each([
    ['{ listner: {} }', 'listner: is not known; did you mean listener?'],
    ['{ listener: { prot: 1 } }', 'listener.prot: is not known; did you mean listener.port?'],
    ['{ calls: { maxminutes: 1 } }', 'calls.maxminutes: is not known; did you mean calls.maxMinutes?'],
    ['{ redis: {} }', 'redis: is not known'],
    ['{ calls: { "a b": 1 } }', 'calls."a b": is not known'],
    ['{ __proto__: { listener: { port: 1 } } }', '__proto__: is not known'],
    [
      profile('policy: { slienceMs: 1 }'),
      'profiles.default.policy.slienceMs: is not known; did you mean profiles.default.policy.silenceMs?',
    ],
    [speech('recognizers', google("voice: 'x'")), 'speech.recognizers.0.voice: is not known'],
    ["{ engines: { x: { type: 'flow', file: '/dev/null', url: 'x' } } }", 'engines.x.url: is not known'],
  ])('is refused: %s', (file, line) => {
    expect(faultLines({ file })).toEqual([line])
  })
})

describe('what does not go together', () => {
  it.each([
    [
      profile("engine: 'x'"),
      'profiles.default.engine: "x" is not allowed: a name under engines: "reception"',
    ],
    [
      profile("engine: 'constructor'"),
      'profiles.default.engine: "constructor" is not allowed: a name under engines: "reception"',
    ],
    [
      profile("people: 'desk'"),
      'profiles.default.people: "desk" is not allowed: a name under destinations, where there is none',
    ],
    ['{ profiles: { sales: {} } }', `profiles.sales.numbers: "*" is not allowed: ${CLAIMED_ONCE}`],
    [profile("numbers: ['1', '1']"), `profiles.default.numbers: "1" is not allowed: ${CLAIMED_ONCE}`],
    [
      profile('recording: { keep: true }'),
      'profiles.default.recording.dir: "" is not allowed: a folder where recording.keep is true',
    ],
    [
      speech('synthesizers', `${google('')}, ${google('')}`),
      'speech.synthesizers.1.name: "g" is not allowed: a name that no other of the synthesizers has',
    ],
    [
      speech('recognizers', google('insecure: true')),
      'speech.recognizers.0.insecure: true is not allowed: true only together with an endpoint',
    ],
    [
      '{ calls: { max: 3000 } }',
      'listener.maxConnections: 2000 is not allowed: at least calls.max, which is 3000',
    ],
    [
      profile("destinations: ['desk']"),
      'profiles.default.destinations.0: "desk" is not allowed: a name under destinations, where there is none',
    ],
    [
      profile("peopleKey: '*', withdrawKey: '*'"),
      'profiles.default.withdrawKey: "*" is not allowed: another key than peopleKey, or null',
    ],
    [
      "{ web: { host: '0.0.0.0' } }",
      'web.host: "0.0.0.0" is not allowed: an address of loopback such as "127.0.0.1" where no web.token is set',
    ],
    [
      "{ web: { token: '12345678', tokenEnv: 'X' } }",
      'web.tokenEnv: stands beside web.token; give one of them',
    ],
    [
      http("secret: 'a secret of x', secretEnv: 'X'"),
      'engines.x.secretEnv: stands beside engines.x.secret; give one of them',
    ],
  ])('is told where it stands: %s', (file, line) => {
    expect(faultLines({ file })).toEqual([line])
  })

  it('is told beside what is wrong in the same entry, and not because of it', () => {
    const file = `{
      calls: { max: 0 }, listener: { maxConnections: 5 },
      engines: { x: { type: 'chat' } },
      destinations: { desk: {} },
      profiles: {
        default: { numbers: [], language: 5, engine: 'nowhere' },
        all: { engine: 'x', people: 'desk' },
      },
    }`
    expect(faultLines({ file })).toEqual([
      'calls.max: 0 is not allowed: a whole number from 1 to 100000',
      'engines.x.type: "chat" is not allowed: "flow" or "http"',
      'profiles.default.language: 5 is not allowed: a language tag such as "en-US"',
      'profiles.default.engine: "nowhere" is not allowed: a name under engines: "reception", "x"',
      'destinations.desk: needs a number, a ladder, or both',
    ])
  })
})

describe('a file', () => {
  it('that cannot be read is one fault, beside those of the environment', () => {
    expect(faultLines({ env: { PARLEY_CONFIG: '/no/such.json5', PARLEY_CALLS_MAX: 'x' } })).toEqual([
      'PARLEY_CONFIG: "/no/such.json5" is not allowed: a file that can be read (ENOENT)',
      'PARLEY_CALLS_MAX: "x" is not allowed: a whole number from 1 to 100000',
    ])
  })

  it('that is no JSON5 is one fault with the place, without a character of it', () => {
    expect(faultLines({ file: '{\n  calls: §\n}' })).toEqual([
      '/etc/parley/parley.json5: is no JSON5 at line 2, column 10',
    ])
    expect(faultLines({ file: '' })).toEqual(['/etc/parley/parley.json5: is no JSON5 at line 1, column 1'])
  })

  it('of a flow that cannot be read is a fault', () => {
    const file = "{ engines: { desk: { type: 'flow', file: 'desk.json5' } } }"
    expect(faultLines({ file })).toEqual([
      'engines.desk.file: "/etc/parley/desk.json5" is not allowed: a file that can be read (ENOENT)',
    ])
  })
})

describe('a former variable', () => {
  it('is checked like the setting it stands for', () => {
    expect(
      faultLines({
        env: { TWILIO_INBOUND_NUMBER: '+1 415', GOOGLE_APPLICATION_CREDENTIALS: '{"private_key"' },
      }),
    ).toEqual([
      `TWILIO_INBOUND_NUMBER: "+1 415" is not allowed: ${NUMBER}`,
      'GOOGLE_APPLICATION_CREDENTIALS: [hidden] is not allowed: a path of at most 1024 characters',
    ])
  })
})

describe('all faults', () => {
  it('are told at once, the file before the environment', () => {
    const listener = '{ prot: 1, port: 0 }'
    const file = `{ listener: ${listener}, wat: 1, ${profile("voice: 5, people: 'x'").slice(1, -1)}, log: 5 }`
    const env = { PARLEY_LISTENER_PORT: 'x', PARLEY_LOG_LEVLE: 'info' }
    expect(faultLines({ file, env })).toEqual([
      'wat: is not known',
      'listener.prot: is not known; did you mean listener.port?',
      'listener.port: 0 is not allowed: a whole number from 1 to 65535',
      'profiles.default.voice: 5 is not allowed: a text of at most 100 characters on one line',
      'log: a number is not allowed: an object',
      'PARLEY_LISTENER_PORT: "x" is not allowed: a whole number from 1 to 65535',
      'PARLEY_LOG_LEVLE: is not known; did you mean PARLEY_LOG_LEVEL?',
      'profiles.default.people: "x" is not allowed: a name under destinations, where there is none',
    ])
  })
})

describe('a secret', () => {
  const hidden = 'hunter2 hunter2'
  it.each([
    ['as a secret with a line break', http(`secret: '${hidden}\\n'`)],
    ['as a secret in a list', http(`secret: ['${hidden}']`)],
    ['under a misspelt name', http(`secrte: '${hidden}'`)],
    ['as a token of two words', `{ web: { token: '${hidden}', host: '0.0.0.0' } }`],
    ['in place of the name of the variable of the token', `{ web: { tokenEnv: '${hidden}' } }`],
    ['as a password with a line break', `{ control: { password: '${hidden}\\n' } }`],
    ['in place of an engine', `{ engines: { x: '${hidden}' } }`],
    ['in place of all engines', `{ engines: '${hidden}' }`],
    ['in place of the whole', `'${hidden}'`],
    ['in an address', `{ engines: { x: { type: 'http', url: 'https://user:${hidden}@x.example/' } } }`],
    ['in place of the name of its variable', http(`secretEnv: '${hidden}'`)],
    ['in place of a key file', speech('recognizers', google(`keyFile: '{ "private_key": "${hidden}" }'`))],
    ['in a file that is no JSON5', `{ engines: { x: { secret: ${hidden} } } }`],
  ])('is never shown: %s', (_, file) => {
    const lines = faultLines({ file })
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toMatch(/hunter2/)
  })

  it('is never shown when its variable is not set or too short, nor the name of the variable', () => {
    const file = http("secretEnv: 'hunter2'")
    const lines = [
      'engines.x.secretEnv: [hidden] is not allowed: an environment variable that holds ' +
        'a text of 8 to 1024 characters on one line',
    ]
    expect(faultLines({ file })).toEqual(lines)
    expect(faultLines({ file, env: { hunter2: 'short' } })).toEqual(lines)
  })
})

describe('what an operator names', () => {
  const folder = '/var/lib/{parley}'

  it.each([
    [{ env: { STATE_DIRECTORY: folder } }, `state.dir: "${folder}" is not allowed: `],
    [{ env: { STATE_DIRECTORY: `/${'x'.repeat(2_000)}` } }, 'state.dir: "/xxx'],
    [{ file: `{ state: { dir: '${'x'.repeat(1_020)}' } }` }, 'state.dir: [hidden] is not allowed: a path'],
    [{ env: { PARLEY_STATE_DIR: 'x'.repeat(1_020) } }, 'PARLEY_STATE_DIR: [hidden] is not allowed: a path'],
  ])('is a fault when it makes a state folder that is none: %#', (given, line) => {
    const [first = '', ...others] = faultLines(given)
    expect(first.startsWith(line)).toBe(true)
    expect(others).toEqual([])
  })

  it('does not matter where another state folder is given', () => {
    expect(faultLines({ env: { STATE_DIRECTORY: folder, PARLEY_STATE_DIR: '/srv/state' } })).toEqual([])
  })

  it('leaves every fault on one line, and short', () => {
    const name = `x\n${'y'.repeat(3_000)}`
    const file = JSON.stringify({ profiles: { [name]: { engine: 'none', numbers: ['1', '1'] } } })
    const lines = faultLines({ file, env: { [`PARLEY_CALLS_${name}`]: '1' } })
    expect(lines.length).toBeGreaterThan(2)
    for (const line of lines) expect(line).toMatch(/^.{3,1100}$/)
    for (const line of lines) expect(line).toMatch(/: /)
  })
})
