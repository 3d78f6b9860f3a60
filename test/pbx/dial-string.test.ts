// Dial strings: what is structure fits or is refused, what is text arrives as it was or as something harmless, and never becomes
// structure. Read back as the switch reads them.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dialString } from '../../src/pbx/freeswitch/dial-string.ts'
import { harmless, harmlessName } from '../../src/pbx/freeswitch/dial-text.ts'
import { type DialOrder, PbxError, type Target } from '../../src/pbx/pbx.ts'
import { readDialRequest } from '../fake-freeswitch/dial-string.ts'
import { ORDER } from './control-stage.ts'

const LEG = { token: 'a-token', owner: '127.0.0.1:8084-p/a-call', listener: '127.0.0.1:8084' }
const said = (order: Partial<DialOrder> = {}) => dialString({ ...ORDER, ...order }, LEG)

function read(order: Partial<DialOrder> = {}) {
  const request = readDialRequest(said(order))
  if (!request) throw new Error('the switch reads nothing in it')
  const [attempt = [], ...more] = request.attempts
  expect(more, 'one attempt').toEqual([])
  expect(attempt, 'one destination').toHaveLength(1)
  expect(attempt[0]?.variables.size, 'no variables of its own').toBe(0)
  return { endpoint: attempt[0]?.endpoint, variables: request.variables, onAnswer: request.onAnswer }
}

describe('a target', () => {
  const extension: Target = { type: 'extension', extension: '2001', domain: 'acme.example', domainUuid: '' }
  const number: Target = { type: 'number', number: '*99200', context: 'acme.example', domainUuid: '' }
  const gateway: Target = { type: 'gateway', gateway: '6f1d-a', number: '+15550100' }
  const sip: Target = {
    type: 'sip',
    address: '2000@freepbx.example:5061;transport=tcp',
    sipProfile: 'external',
  }
  const uuid = '3a1b2c3d-0000-4000-8000-000000000001'

  test.each([
    [extension, 'user/2001@acme.example'],
    [number, 'loopback/*99200/acme.example'],
    [gateway, 'sofia/gateway/6f1d-a/+15550100'],
    [sip, 'sofia/external/2000@freepbx.example:5061;transport=tcp'],
  ])('%o', (target, endpoint) => {
    expect(read({ target }).endpoint).toBe(endpoint)
  })

  test('an extension has what the directory’s dial string takes', () => {
    const { variables } = read({ target: { ...extension, domainUuid: uuid }, ringMs: 20_500 })
    expect(Object.fromEntries(variables)).toMatchObject({
      domain_name: 'acme.example',
      domain_uuid: uuid,
      sip_invite_domain: 'acme.example',
      dialed_extension: '2001',
      call_timeout: '21',
      leg_timeout: '22',
      originate_timeout: '22',
      ignore_early_media: 'true',
    })
    expect(read({ target: extension }).variables.has('domain_uuid')).toBe(false)
  })

  test('a number of a tenant presents the caller on the tenant’s own routes', () => {
    const { variables } = read({ target: { ...number, domainUuid: uuid } })
    expect(Object.fromEntries(variables)).toMatchObject({
      domain_name: 'acme.example',
      domain_uuid: uuid,
      outbound_caller_id_number: '+15550100',
      outbound_caller_id_name: 'Jane Doe',
    })
  })

  const STRUCTURE = [
    ',',
    '|',
    '{',
    '}',
    '[',
    ']',
    '<',
    '>',
    "'",
    '"',
    ' ',
    '\n',
    '\0',
    '$',
    '\\',
    '^',
    '/',
    ':_:',
    '(',
    '&',
    'é',
    '%',
  ]
  const fields: [string, (text: string) => Target][] = [
    ['extension', text => ({ ...extension, extension: text })],
    ['domain', text => ({ ...extension, domain: text })],
    ['domain id', text => ({ ...extension, domainUuid: text })],
    ['number', text => ({ ...number, number: text })],
    ['context', text => ({ ...number, context: text })],
    ['gateway', text => ({ ...gateway, gateway: text })],
    ['number at a gateway', text => ({ ...gateway, number: text })],
    ['SIP address', text => ({ ...sip, address: text })],
    ['SIP profile', text => ({ ...sip, sipProfile: text })],
  ]
  test.each(fields)('%s: structure in it is refused', (name, target) => {
    const good = name === 'SIP address' ? '2000@a' : name === 'domain id' ? uuid : '2000'
    said({ target: target(good) })
    for (const one of STRUCTURE)
      for (const text of [`${good}${one}`, `${one}${good}`, `${good.slice(0, 2)}${one}${good.slice(2)}`])
        expect(() => said({ target: target(text) }), JSON.stringify(text)).toThrow(PbxError)
    if (name !== 'domain id') expect(() => said({ target: target('') })).toThrow(PbxError)
  })

  test.each([
    '2000',
    '@a',
    'a@',
    'a@b:0',
    'a@b:65536',
    'a@b:',
    'a@b;transport=sctp',
    'a@b;x=y',
    'a@b;transport=udp;x',
    'sip:a@b',
    'a@b@c',
    'a@-b',
  ])('a SIP address like %s is refused', address => {
    expect(() => said({ target: { ...sip, address } })).toThrow(PbxError)
  })
})

describe('what the answered leg is put to', () => {
  test('an agent comes to us, whole', () => {
    expect(read().onAnswer).toEqual({ apps: [{ app: 'socket', data: '127.0.0.1:8084 async full' }] })
    expect(read().variables.get('parley_leg')).toBe('agent:a-token')
  })

  test('a caller comes to us again when we are lost, and never waits for ever', () => {
    const { onAnswer, variables } = read({ as: 'caller' })
    const apps = 'apps' in onAnswer ? onAnswer.apps : []
    expect(variables.get('parley_leg')).toBe('caller:a-token')
    expect(apps.filter(({ app }) => app === 'socket')).toHaveLength(3)
    for (const [at, { app }] of apps.entries()) {
      if (app !== 'socket') continue
      const before = apps.slice(at - 3, at).map(one => `${one.app}:${one.data}`)
      expect(before).toEqual([
        'set:socket_resume=true',
        expect.stringMatching(/^set:parley_attempt=[123]$/),
        'sched_transfer:+7 hangup:NORMAL_TEMPORARY_FAILURE inline',
      ])
    }
  })
})

/** What callers, engines and address books contain, and what dial strings are made of. */
const PIECES = [
  "'",
  '"',
  '\\',
  ',',
  '=',
  '{',
  '}',
  '[',
  ']',
  '|',
  '$',
  ':',
  '_',
  '^',
  ' ',
  '<',
  '>',
  '(',
  ')',
  '%0a',
  '\\n',
  '\\s',
  '\r\n',
  '\0',
  ';',
  '&',
  '@',
  '/',
]
const MORE = [
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a caller may send
  '${system(x)}',
  '$${x}',
  '$\\{x}',
  ':_:',
  ':_:_:',
  '^^:',
  'ARRAY::',
  'José',
  '李',
  '📞',
  '\ud800',
  'origination_nested_vars=true',
  'x,parley_leg=agent:evil',
]
const nasty = fc
  .array(fc.oneof(fc.constantFrom(...PIECES, ...MORE), fc.string({ maxLength: 3, unit: 'binary' })), {
    maxLength: 14,
  })
  .map(pieces => pieces.join(''))
const runs = { numRuns: 500 }

describe('text of others', () => {
  test.each([
    ['Smith, John', 'Smith, John'],
    ["O'Brien", "O'Brien"],
    ["''a'", "''a'"],
    ['José García ☎ 📞 李', 'José García ☎ 📞 李'],
    ['a=b; [c] {d} ^^|', 'a=b; [c] {d} ^^|'],
    ['back\\slash\\', 'back\\slash\\'],
    ['}{', ')('],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a caller may send
    ['${system(rm)}', '{system(rm)}'],
    ['$$\\{x}', '\\{x}'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what is left must not be one either
    ['$\\${x}', '\\{x}'],
    ['costs $5', 'costs $5'],
    ['x:_:sofia/internal/9@a', 'x:-:sofia/internal/9@a'],
    ['two\r\nlines\0', 'two lines'],
    ['  around  ', 'around'],
    ['\ud800x', '\ufffdx'],
  ])('a variable %j arrives as %j', (text, arrives) => {
    expect(read({ variables: { note: text } }).variables.get('note')).toBe(arrives)
  })

  test.each([
    ["O'Brien, Ann", "O'Brien, Ann"],
    ['"Q" <sip:evil@x>', "'Q' (sip-evil-x)"],
    ['Bob%0d%0aX-Evil: 1', 'Bob-0d-0aX-Evil- 1'],
    ['50% off', '50% off'],
    ['a\\', 'a-'],
    ['x'.repeat(200), 'x'.repeat(80)],
  ])('a caller named %j is shown as %j', (name, shown) => {
    const { variables } = read({ callerId: { name, number: '1' } })
    expect(variables.get('origination_caller_id_name')).toBe(shown)
  })

  test('a number is only what an address can hold', () => {
    const number = (given: string) =>
      read({ callerId: { name: '', number: given } }).variables.get('origination_caller_id_number')
    expect(number('+1 (555) 01-00')).toBe('+155501-00')
    expect(number("1%0d%0a';x=@{y}")).toBe('10d0axy')
    expect(number('<>')).toBeUndefined()
  })

  test('nothing becomes structure: the variables, their number, the target and the rest are the same', () => {
    const plain = read({
      callerId: { name: 'n', number: '1' },
      variables: { note: 'n' },
      headers: { 'X-A': 'h' },
    })
    const property = fc.property(nasty, nasty, nasty, (name, note, header) => {
      const all = read({ callerId: { name, number: '1' }, variables: { note }, headers: { 'X-A': header } })
      expect(all.endpoint).toBe(plain.endpoint)
      expect(all.onAnswer).toEqual(plain.onAnswer)
      const text = new Set(['origination_caller_id_name', 'note', 'sip_h_X-A'])
      for (const [key, value] of plain.variables)
        if (!text.has(key)) expect(all.variables.get(key)).toBe(value)
      for (const key of all.variables.keys()) expect(plain.variables.has(key), key).toBe(true)
      expect(all.variables.get('origination_caller_id_name') ?? '').toBe(harmlessName(name, 80))
      expect(all.variables.get('note') ?? '').toBe(harmless(note, 8_192))
      expect(all.variables.get('sip_h_X-A') ?? '').toBe(harmless(header, 256))
    })
    fc.assert(property, runs)
  })

  test('nothing is expanded, no line ends, and no second call begins, whatever is given', () => {
    const property = fc.property(nasty, nasty, (name, note) => {
      const line = said({ callerId: { name, number: '1' }, variables: { note }, headers: { 'X-A': note } })
      expect(line).not.toMatch(/[\0-\x1f\x7f]|:_:/)
      expect(line).not.toMatch(/\$\\*\{/)
      expect(line.isWellFormed()).toBe(true)
    })
    fc.assert(property, runs)
  })

  test('JSON stays the same JSON', () => {
    const property = fc.property(
      fc.dictionary(nasty, fc.oneof(nasty, fc.array(nasty, { maxLength: 3 }))),
      value => {
        const given = JSON.stringify(value)
        fc.pre(given.length <= 8_192)
        const arrived = read({ variables: { parley_context: given } }).variables.get('parley_context')
        expect(JSON.parse(arrived ?? '')).toEqual(JSON.parse(given.toWellFormed()))
      },
    )
    fc.assert(property, { numRuns: 200 })
  })
})

describe('what may not be said at all is refused', () => {
  test.each([
    'Upper',
    'a-b',
    'a,b',
    '',
    'a=b',
    'api_on_answer',
    'execute_on_media',
    'exec_after_bridge_app',
    'origination_uuid',
    'originate_timeout',
    'sip_h_X-A',
    'sip_route_uri',
    'parley_leg',
    'parley_owner',
    'ignore_early_media',
    'socket_resume',
    'group_confirm_file',
  ])('the variable %j', name => {
    expect(() => said({ variables: { [name]: 'x' } })).toThrow(PbxError)
  })

  test.each(['Route', 'X-', 'X-a b', 'X-a:', 'X-a\n', 'Xa', ''])('the header %j', name => {
    expect(() => said({ headers: { [name]: 'x' } })).toThrow(PbxError)
  })

  test('more than a leg can carry', () => {
    const many = (count: number, prefix: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, 'x']))
    expect(() => said({ variables: many(33, 'v') })).toThrow(PbxError)
    expect(() => said({ headers: many(17, 'X-') })).toThrow(PbxError)
    expect(() => said({ variables: { note: 'x'.repeat(8_193) } })).toThrow(PbxError)
  })
})
