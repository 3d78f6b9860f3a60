// What a destination becomes: whom a transfer dials, how, and what holds where nothing is written.

import { describe, expect, it } from 'vitest'
import { type Destination, handOverTo, type Rung } from '../../src/call/transfer/destination.ts'
import { load } from './loading.ts'

const env = {
  FREEPBX_DOMAIN: 'pbx.example.org',
  TWILIO_SIP_TRUNK_DOMAIN: 'x.pstn.twilio.com',
  TWILIO_TRUNK_NUMBER: '+14155550100',
}

function destination(written: string, more = ''): Destination {
  const { desk } = load({ file: `{ destinations: { desk: { ${written} } }, ${more} }`, env }).destinations
  if (desk === undefined) throw new Error('no desk')
  return desk
}

function rung(targets: string, more = '', beside = ''): Rung {
  const [first] = destination(`ladder: [{ targets: [${targets}], ${more} }], ${beside}`).ladder
  if (first === undefined) throw new Error('no rung')
  return first
}

const EXTENSION = "{ type: 'extension', extension: '2001', domain: 'a.example' }"
const MOBILE = "{ type: 'phone', number: '+4915112345678', gateway: 'carrier' }"

describe('a destination', () => {
  it('with a number alone is where the caller is handed over', () => {
    expect(destination("number: '2001', context: 'a.example'")).toEqual(
      handOverTo('desk', { number: '2001', context: 'a.example' }),
    )
    expect(destination("number: '2001'").handOver).toEqual({ number: '2001', context: 'default' })
  })

  it('with a ladder is warm, and ends with the caller back at the assistant, or at the number', () => {
    const ladder = `ladder: [{ targets: [${EXTENSION}] }]`
    expect(destination(ladder)).toMatchObject({ isWarm: true, handOver: null, afterTalk: 'end', hours: null })
    expect(destination(`${ladder}, number: '5000'`).handOver).toEqual({ number: '5000', context: 'default' })
    expect(destination(`${ladder}, way: 'conference'`).isWarm).toBe(false)
  })

  it('keeps what is written of it', () => {
    const written = destination(
      `ladder: [{ targets: [${EXTENSION}] }], aliases: ['the desk'], introduction: 'Hello.', takesNotes: true,
       afterTalk: 'assistant', sendsHeaders: true, whenClosed: 'night',
       hours: { timeZone: 'Europe/Berlin', open: ['Sat-Sun 10:00-12:30'], holidays: ['12-24'] } },
       night: { number: '*992000'`,
    )
    expect(written).toMatchObject({
      name: 'desk',
      aliases: ['the desk'],
      introduction: 'Hello.',
      takesNotes: true,
      afterTalk: 'assistant',
      sendsHeaders: true,
      whenClosed: 'night',
      hours: {
        timeZone: 'Europe/Berlin',
        open: [
          { day: 6, fromMinute: 600, toMinute: 750 },
          { day: 0, fromMinute: 600, toMinute: 750 },
        ],
        holidays: ['12-24'],
      },
    })
    expect(Object.keys(written).sort()).toEqual(
      Object.keys(handOverTo('', { number: '', context: '' })).sort(),
    )
  })

  it('with holidays alone is open on every other day', () => {
    const { hours } = destination("number: '1', hours: { timeZone: 'UTC', holidays: ['2026-12-25'] }")
    expect(hours).toEqual({ timeZone: 'UTC', open: [], holidays: ['2026-12-25'] })
  })
})

describe('a target', () => {
  const uuid = '2d2f5ce6-1d4e-4f8f-9d5f-0a7e5a8d3c11'
  it.each([
    [EXTENSION, { type: 'extension', extension: '2001', domain: 'a.example', domainUuid: '' }],
    [
      `{ type: 'extension', extension: 'anna', domain: 'a.example', domainUuid: '${uuid}' }`,
      { type: 'extension', extension: 'anna', domain: 'a.example', domainUuid: uuid },
    ],
    [
      "{ type: 'number', number: '*97', context: 'a.example' }",
      { type: 'number', number: '*97', context: 'a.example', domainUuid: '' },
    ],
    [
      "{ type: 'number', number: '5000' }",
      { type: 'number', number: '5000', context: 'default', domainUuid: '' },
    ],
    [MOBILE, { type: 'gateway', gateway: 'carrier', number: '+4915112345678' }],
    [
      `{ type: 'phone', number: '0151', domain: 'a.example', domainUuid: '${uuid}' }`,
      { type: 'number', number: '0151', context: 'a.example', domainUuid: uuid },
    ],
    [
      "{ type: 'sip', uri: 'sip:2000@10.0.0.7:5070;transport=tcp' }",
      { type: 'sip', address: '2000@10.0.0.7:5070;transport=tcp', sipProfile: 'external' },
    ],
    [
      "{ type: 'sip', uri: 'anna@b.example' }",
      { type: 'sip', address: 'anna@b.example', sipProfile: 'external' },
    ],
    [
      "{ type: 'freepbx', extension: '2000' }",
      { type: 'sip', address: '2000@pbx.example.org:5060;transport=udp', sipProfile: 'external' },
    ],
    [
      "{ type: 'twilio', number: '+4930123456' }",
      { type: 'sip', address: '+4930123456@x.pstn.twilio.com', sipProfile: 'external' },
    ],
  ])('is dialled: %s', (written, target) => {
    expect(rung(written).dialables.map(dialable => dialable.target)).toEqual([target])
  })

  it('of another PBX is dialled by the port and the SIP profile that are given', () => {
    const more = "transfer: { sipProfile: 'lan', freepbx: { port: 5160 } }"
    const ladder = "ladder: [{ targets: [{ type: 'freepbx', extension: '2000' }] }]"
    expect(destination(ladder, more).ladder[0]?.dialables[0]?.target).toEqual({
      type: 'sip',
      address: '2000@pbx.example.org:5160;transport=udp',
      sipProfile: 'lan',
    })
  })
})

describe('how the caller is presented', () => {
  const TWILIO = "{ type: 'twilio', number: '+4930123456', "
  const trunkNumber = "trunkNumber: '030123', "
  const custom = "customCallerId: { number: '1' }, "
  it.each([
    ['as itself to an extension', EXTENSION, '', '', 'original', ''],
    ['as itself to a SIP address', "{ type: 'sip', uri: 'a@b.example' }", '', '', 'original', ''],
    [
      "as itself by the tenant's routes",
      "{ type: 'phone', number: '1', domain: 'a' }",
      '',
      '',
      'original',
      '',
    ],
    ['as the trunk through a gateway', MOBILE, '', '', 'trunk', ''],
    ['as the trunk to Twilio, by its own number', `${TWILIO} }`, '', '', 'trunk', '+14155550100'],
    ['by the number of the target', `${TWILIO} trunkNumber: '+1' }`, '', '', 'trunk', '+1'],
    ['as transfers say', MOBILE, '', "callerId: 'original'", 'original', ''],
    ['as transfers say, everywhere', EXTENSION, '', `${trunkNumber} callerId: 'trunk'`, 'trunk', ''],
    [
      'as the destination says',
      EXTENSION,
      "callerId: 'custom'",
      `${custom} callerId: 'original'`,
      'custom',
      '',
    ],
    [
      'as the target says',
      `${TWILIO} callerId: 'original' }`,
      "callerId: 'custom'",
      custom,
      'original',
      '+14155550100',
    ],
  ])('%s', (_, target, own, transfer, callerId, number) => {
    const { ladder } = destination(`ladder: [{ targets: [${target}] }], ${own}`, `transfer: { ${transfer} }`)
    expect(ladder[0]?.dialables).toMatchObject([{ callerId, trunkNumber: number }])
  })
})

describe('a rung', () => {
  const NUMBER = "{ type: 'number', number: '6000' }"
  const TWILIO = "{ type: 'twilio', number: '+4930123456' }"
  const FREEPBX = "{ type: 'freepbx', extension: '2000' }"
  const SIP = "{ type: 'sip', uri: 'a@b.example' }"
  it.each([
    ['an extension', EXTENSION, 'answer', false],
    ['another PBX', FREEPBX, 'answer', false],
    ['a SIP address', SIP, 'answer', false],
    ['a mobile', MOBILE, 'key', true],
    ['Twilio', TWILIO, 'key', true],
    ['a ring group', NUMBER, 'key', true],
    ['an extension and a mobile', `${EXTENSION}, ${MOBILE}`, 'key', true],
  ])('of %s takes the call by what is safe there', (_, targets, acceptance, machines) => {
    expect(rung(targets, '', "way: 'conference'")).toMatchObject({ acceptance, machines })
    expect(rung(targets)).toMatchObject({ acceptance: 'word', machines })
  })

  it('is taken as it is written', () => {
    const written = rung(MOBILE, "accept: 'answer', machines: false, ringSeconds: 12", "way: 'conference'")
    expect(written).toMatchObject({ acceptance: 'answer', machines: false, ringMs: 12_000 })
    expect(rung(EXTENSION, "accept: 'key', machines: true")).toMatchObject({
      acceptance: 'key',
      machines: true,
    })
  })

  it('rings as long as all do, where it does not say', () => {
    expect(rung(EXTENSION).ringMs).toBe(30_000)
    const { ladder } = destination(`ladder: [{ targets: [${EXTENSION}] }]`, 'transfer: { ringSeconds: 45 }')
    expect(ladder[0]?.ringMs).toBe(45_000)
  })
})
