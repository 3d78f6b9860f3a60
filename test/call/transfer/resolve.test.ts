// The guard against toll fraud: what is a destination, what is a number that may be dialled, and that nothing else is.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Destination,
  type Dialable,
  handOverTo,
  type NumberPattern,
} from '../../../src/call/transfer/destination.ts'
import { fits, numberIn } from '../../../src/call/transfer/patterns.ts'
import { type Resolution, resolveDestination } from '../../../src/call/transfer/resolve.ts'

const people = (name: string, more: Partial<Destination> = {}): Destination => ({
  ...handOverTo(name, { number: '2000', context: 'default' }),
  ...more,
})
const via = (target: Dialable['target']): Dialable => ({ target, callerId: 'trunk', trunkNumber: '' })
const gateway = via({ type: 'gateway', gateway: 'carrier', number: '' })
const inside = via({ type: 'extension', extension: '', domain: 'pbx.example', domainUuid: 'u' })
const closed = { timeZone: 'UTC', open: [], holidays: ['2026-01-05'] }

const destinations: Record<string, Destination> = {
  sales: people('sales', { aliases: ['Verkauf', 'new orders'] }),
  'Support Team': people('Support Team', { aliases: ['Büro', 'help'] }),
  night: people('night', { hours: closed, whenClosed: 'sales' }),
  nobody: people('nobody', { hours: closed }),
  ping: people('ping', { hours: closed, whenClosed: 'pong' }),
  pong: people('pong', { hours: closed, whenClosed: 'ping' }),
  ghost: people('ghost', { hours: closed, whenClosed: '__proto__' }),
}
const patterns: NumberPattern[] = [
  { pattern: '+4930xxxx', via: gateway },
  { pattern: '2xxx', via: inside },
]
const resolve = (name: string, more: Partial<Parameters<typeof resolveDestination>[1]> = {}): Resolution =>
  resolveDestination(name, {
    destinations,
    allowed: null,
    patterns,
    ringMs: 30_000,
    wallMs: Date.parse('2026-01-05T12:00:00Z'),
    ...more,
  })
const nameOf = (found: Resolution): string => (found.is === 'found' ? found.destination.name : found.is)

describe('a name', () => {
  test.each([
    ['sales', 'sales'],
    ['SALES', 'sales'],
    [' sales ', 'sales'],
    ['support team', 'Support Team'],
    ['support-team', 'Support Team'],
    ['SupportTeam', 'Support Team'],
    ['verkauf', 'sales'],
    ['New Orders', 'sales'],
    ['buro', 'Support Team'],
    ['BÜRO', 'Support Team'],
    ['BU\u0308RO', 'Support Team'],
  ])('%j means %s', (name, wanted) => {
    expect(nameOf(resolve(name))).toBe(wanted)
  })

  test.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    '',
    '   ',
    'sale',
    'salesx',
    'sales; hangup',
    'x'.repeat(100_000),
    'sofia/external/1@evil.example',
    'user/2001',
    'sip:2001@evil.example',
    '{a=b}2001',
    "2001'",
    '2001 XML default',
    '-',
    '\u0301',
  ])('%j is refused', name => {
    expect(resolve(name).is).toBe('refused')
  })

  test('goes before an alias, and an alias of two places is none', () => {
    const both = {
      one: people('one', { aliases: ['two', 'front desk'] }),
      two: people('two', { aliases: ['Front Desk'] }),
    }
    expect(nameOf(resolve('Two', { destinations: both }))).toBe('two')
    expect(resolve('front desk', { destinations: both }).is).toBe('refused')
  })

  test('that this profile may not name is refused, as if it were not there', () => {
    expect(nameOf(resolve('sales', { allowed: ['sales'] }))).toBe('sales')
    expect(resolve('help', { allowed: ['sales'] })).toEqual(resolve('unheard of'))
    expect(resolve('Support Team', { allowed: ['sales'] })).toEqual(resolve('unheard of'))
  })
})

describe('a place that is closed', () => {
  test('is stood in for, also by one that may not be named', () => {
    expect(nameOf(resolve('night'))).toBe('sales')
    expect(nameOf(resolve('night', { allowed: ['night'] }))).toBe('sales')
    expect(nameOf(resolve('night', { wallMs: 0 }))).toBe('night')
  })

  test.each(['nobody', 'ping', 'pong', 'ghost'])('and has nobody: %s', name => {
    expect(resolve(name)).toEqual({ is: 'closed', name })
  })
})

describe('a number', () => {
  test.each([
    ['+49301234', '+49301234'],
    ['+49 (0)30 12-34', '+49301234'],
    ['tel:+49-30-1234', '+49301234'],
    ['[+49] 30/12.34', '+49301234'],
    ['２００１', '2001'],
  ])('%j is dialled as %s', (name, number) => {
    const found = resolve(name)
    const target = found.is === 'found' ? found.destination.ladder[0]?.dialables[0]?.target : undefined
    expect(target).toEqual(
      number.startsWith('+') ? { ...gateway.target, number } : { ...inside.target, extension: number },
    )
  })

  test('outside has to take the call by key, and a machine there is noticed', () => {
    const found = resolve('+49301234')
    expect(found).toMatchObject({
      destination: { ladder: [{ acceptance: 'key', machines: true, ringMs: 30_000 }], handOver: null },
    })
    expect(resolve('2001')).toMatchObject({
      destination: { ladder: [{ acceptance: 'answer', machines: false }] },
    })
  })

  test('keeps the place behind the @ of a SIP address', () => {
    const sip = via({ type: 'sip', address: 'x@pbx.example:5080;transport=tcp', sipProfile: 'external' })
    const found = resolve('7001', { patterns: [{ pattern: '7xxx', via: sip }] })
    expect(found).toMatchObject({
      destination: {
        ladder: [{ dialables: [{ target: { address: '7001@pbx.example:5080;transport=tcp' } }] }],
      },
    })
  })

  test('that fits no pattern is refused, in a sentence without it', () => {
    for (const number of ['+4930123', '+493012345', '+1 900 555 0100', '3001', '0049301234', '20011']) {
      const refused = resolve(number)
      expect(refused.is).toBe('refused')
      expect(refused.is === 'refused' && /\d/.test(refused.message)).toBe(false)
    }
  })
})

describe('patterns', () => {
  test.each([
    ['2xx', '201', true],
    ['2xx', '2011', false],
    ['2xx', '20', false],
    ['2xx', '2+1', false],
    ['xxx', '+12', false],
    ['+49*', '+49', true],
    ['+49*', '+4930123', true],
    ['+49*', '004930123', false],
    ['*', '123', true],
    ['*', '+123', false],
    ['+*', '+123', true],
    ['', '', false],
    ['*', '', false],
    ['2.*', '2345', false],
    ['2[0-9]', '21', false],
    ['*2', '12', false],
    ['2*3', '2*3', false],
    ['1'.repeat(30), '1'.repeat(30), false],
  ])('%j and %j: %s', (pattern, number, wanted) => {
    expect(fits(pattern, number)).toBe(wanted)
  })

  test('fit nothing but digits with at most one + in front', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0129+*#xw, ;@٣') })
    fc.assert(
      fc.property(fc.constantFrom('*', '+*', 'xxx', 'x*', '+x*'), text, (pattern, number) => {
        if (fits(pattern, number)) expect(number).toMatch(/^\+?[0-9]{1,24}$/)
      }),
      { numRuns: 2_000 },
    )
  })
})

test('nothing becomes a number that holds anything but separators beside its digits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const number = numberIn(text)
      expect(number === '' || /^\+?[0-9]{1,24}$/.test(number)).toBe(true)
    }),
  )
  for (const text of ['12a3', '1;2', '1,2', '1@2', '12*', '#12', '+', '12 x 3', 'tel:', '++12'])
    expect(numberIn(text)).toBe('')
})

test('whatever is asked, only places and patterns of the configuration are found', () => {
  const wild = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...Object.keys(destinations), '2001'))
  fc.assert(
    fc.property(wild, name => {
      const found = resolve(name)
      if (found.is !== 'found') return
      const { ladder, name: known } = found.destination
      if (ladder.length === 0) expect(destinations[known]).toBe(found.destination)
      else expect(patterns.some(({ pattern }) => fits(pattern, known))).toBe(true)
    }),
  )
})
