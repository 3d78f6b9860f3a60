// Configurations: a document and an environment in, settings or ConfigurationInvalid out, which says each fault in one
// sentence and shows nothing that is secret.

import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import JSON5 from 'json5'
import { variables } from '../../src/config/environment.ts'
import { ConfigurationInvalid } from '../../src/config/faults.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import type { Random } from '../fake-freeswitch/seeded.ts'
import { mutateTree, written } from './mutate-tree.ts'
import { below, must, oneOf, type Target } from './target.ts'

/** In an input: variables, a line each, above the document. */
const SEPARATOR = '\n-----\n'
const DEFAULTS = readFileSync(new URL('../../config/parley.json5', import.meta.url), 'utf8')
const FLOW = readFileSync(new URL('../../config/flows/reception.json5', import.meta.url), 'utf8')

const RICH = {
  listener: { host: '10.0.0.1', port: 9_000, allow: ['10.0.0.0/8', '::1/128'], maxConnections: 500 },
  calls: { max: 100, maxMinutes: 5 },
  speech: {
    recognizers: [{ name: 'g', provider: 'google', model: 'chirp_2', location: 'eu', maxConcurrent: 7 }],
    synthesizers: [
      { name: 's', provider: 'google', voice: 'en-GB-Neural2-A', perMinute: 60, insecure: true },
    ],
  },
  engines: {
    desk: { type: 'flow', file: 'flows/desk.json5' },
    booking: {
      type: 'http',
      url: 'https://x.example/parley',
      secretEnv: 'PARLEY_ENGINES_B_SECRET',
      timeouts: { connectMs: 500 },
    },
    other: { type: 'http', url: 'https://y.example/', secret: 'in the file' },
  },
  profiles: {
    default: {
      numbers: ['1000'],
      engine: 'desk',
      people: 'desk',
      policy: { silenceMs: 5_000 },
      phrases: { goodbye: 'Bye.' },
    },
    sales: { numbers: ['200*'], engine: 'booking', peopleKey: null, recording: { keep: true, dir: '/kept' } },
  },
  destinations: { desk: { number: '2001', context: 'default' } },
  log: { level: 'debug' },
}
const SECRET = 'p4ssw0rd-of-nobody'
const NAMES = [
  ...variables.map(({ name }) => name),
  'STATE_DIRECTORY',
  'TWILIO_INBOUND_NUMBER',
  'PARLEY_LISTENER_PROT',
]
const HIDDEN = ['PARLEY_ENGINES_B_SECRET', 'GOOGLE_APPLICATION_CREDENTIALS']
const WORDS = [
  ...[
    'listener',
    'calls',
    'speech',
    'engines',
    'profiles',
    'destinations',
    'log',
    'sounds',
    'spool',
    'state',
  ],
  ...[
    'type',
    'flow',
    'http',
    'file',
    'url',
    'secret',
    'secretEnv',
    'numbers',
    'engine',
    'people',
    'default',
    'recording',
  ],
  ...[
    'policy',
    'phrases',
    'keep',
    'dir',
    'recognizers',
    'provider',
    'google',
    'hints',
    'allow',
    '10.0.0.0/8',
    '::/0',
  ],
  ...['https://x.example/', '*', '/dev/shm/x', '__proto__', 'constructor', 'prototype', ...NAMES, SEPARATOR],
]

export const configTarget: Target = {
  name: 'config',
  sources: /\/src\/config\//,
  words: WORDS,
  seeds: () => [
    Buffer.from(DEFAULTS),
    Buffer.from(JSON.stringify(RICH)),
    Buffer.from(`PARLEY_LISTENER_PORT=80${SEPARATOR}{}`),
    ...Object.entries(RICH).map(([key, value]) => Buffer.from(JSON5.stringify({ [key]: value }))),
  ],
  make(random) {
    const document = mutateTree(oneOf(random, DOCUMENTS), random, WORDS)
    const env = Array.from(
      { length: below(random, 6) },
      () => `${oneOf(random, NAMES)}=${variableValue(random)}\n`,
    )
    return Buffer.from(`${env.join('').trimEnd()}${SEPARATOR}${written(document)}`)
  },
  run(input) {
    const { env, document } = split(input.toString())
    const surroundings = {
      env: {
        ...env,
        ...Object.fromEntries(HIDDEN.map(name => [name, SECRET])),
        PARLEY_CONFIG: '/etc/parley/p.json5',
      },
      uid: 1_000,
      folder: '/home/user',
      files: { readFile: (path: string) => fileText(path, document) },
    }
    const first = load(surroundings)
    must(
      isDeepStrictEqual(first, load(surroundings)),
      'the same document means something else the second time',
    )
    must(Object.keys(Object.prototype).length === 0, 'the prototype of everything has been changed')
    if (first instanceof ConfigurationInvalid) expectSentences(first, input)
    else expectWhole(first, '')
  },
}

const DOCUMENTS: readonly unknown[] = [RICH, RICH, JSON5.parse(DEFAULTS)]

function load(surroundings: Parameters<typeof loadConfiguration>[0]): object {
  try {
    return loadConfiguration(surroundings)
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error
    throw error
  }
}

function expectSentences({ faults, message }: ConfigurationInvalid, input: Buffer): void {
  must(faults.length > 0, 'a fault without a word')
  const lines = message.split('\n')
  must(lines.length === faults.length, 'a fault of more than one line')
  for (const line of lines) {
    must(
      line.length > 3 && line.length < 2_000,
      'a fault that nobody reads',
      () => `${line.length} characters`,
    )
    must(!/[\0-\x1f\x7f]/.test(line), 'a control character in a fault')
    must(/^.+: .+/u.test(line), 'a fault without a place or a reason', () => line)
  }
  const shown = message.includes(SECRET) && !input.includes(SECRET)
  must(!shown, 'a secret is shown')
}

/** Numbers that are numbers, all the way down. */
function expectWhole(value: unknown, path: string): void {
  if (typeof value === 'number') must(Number.isFinite(value), 'a setting that is no number', () => path)
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) expectWhole(inner, `${path}.${key}`)
}

function split(whole: string): { env: Record<string, string>; document: string } {
  const cut = whole.indexOf(SEPARATOR)
  if (cut === -1) return { env: {}, document: whole }
  const env: Record<string, string> = {}
  for (const line of whole.slice(0, cut).split('\n')) {
    const [name = '', ...value] = line.split('=')
    // What the system hands over as an environment has no NUL and no empty name.
    if (name !== '' && !line.includes('\0')) env[name] = value.join('=')
  }
  return { env, document: whole.slice(cut + SEPARATOR.length) }
}

function fileText(path: string, document: string): string {
  if (path === '/etc/parley/p.json5') return document
  if (path.endsWith('.json5')) return FLOW
  throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
}

function variableValue(random: Random): string {
  return oneOf(random, [
    ...WORDS,
    '80',
    '80abc',
    'true',
    'no',
    '-1',
    '1e9',
    '1.5',
    'a,b,,c',
    ' ',
    '::1,10.0.0.1',
    '9'.repeat(400),
  ])
}
