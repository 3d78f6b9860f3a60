// What holds for all transfers and for calls out: defaults, former variables, patterns.

import { describe, expect, it } from 'vitest'
import { faultLines, load } from './loading.ts'

describe('transfers', () => {
  it('have these settings where nothing is said', () => {
    expect(load().transfer).toEqual({
      ringMs: 30_000,
      music: '',
      trunkNumber: '',
      customCallerId: { name: '', number: '' },
      statusCallback: null,
      patterns: [],
    })
  })

  it('are told of where the operator says', () => {
    const statusCallback = 'https://example.org/parley'
    const file = JSON.stringify({ transfer: { statusCallback, statusCallbackFormat: 'json' } })
    expect(load({ file }).transfer.statusCallback).toEqual({ url: statusCallback, format: 'json' })
    const wrong = JSON.stringify({ transfer: { statusCallback: 'ftp://example.org' } })
    expect(faultLines({ file: wrong })).toHaveLength(1)
  })

  it('let an engine name the numbers of a pattern, dialled as it says', () => {
    const { patterns } = load({
      file: `{ transfer: { freepbx: { domain: '10.0.0.7' }, twilio: { domain: 'x.example' }, patterns: [
        { pattern: '2xxx', type: 'extension', domain: 'a.example' },
        { pattern: '+49*', type: 'phone', gateway: 'carrier', callerId: 'original' },
        { pattern: '0*', type: 'phone', domain: 'a.example' },
        { pattern: '5x', type: 'number', context: 'a.example' },
        { pattern: 'xxx', type: 'sip', host: 'b.example:5070;transport=tls' },
        { pattern: '9*', type: 'freepbx' },
        { pattern: '+1*', type: 'twilio', trunkNumber: '+14155550100' },
      ] } }`,
    }).transfer
    expect(patterns.map(({ pattern, via }) => [pattern, via.target, via.callerId, via.trunkNumber])).toEqual([
      ['2xxx', { type: 'extension', extension: '', domain: 'a.example', domainUuid: '' }, 'original', ''],
      ['+49*', { type: 'gateway', gateway: 'carrier', number: '' }, 'original', ''],
      ['0*', { type: 'number', number: '', context: 'a.example', domainUuid: '' }, 'original', ''],
      ['5x', { type: 'number', number: '', context: 'a.example', domainUuid: '' }, 'original', ''],
      [
        'xxx',
        { type: 'sip', address: '@b.example:5070;transport=tls', sipProfile: 'external' },
        'original',
        '',
      ],
      [
        '9*',
        { type: 'sip', address: '@10.0.0.7:5060;transport=udp', sipProfile: 'external' },
        'original',
        '',
      ],
      ['+1*', { type: 'sip', address: '@x.example', sipProfile: 'external' }, 'trunk', '+14155550100'],
    ])
  })

  it.each(['', '/srv/sounds/wait.wav', 'local_stream://moh', 'tone_stream://%(2000,4000,440,480);loops=-1'])(
    'play what the switch can play: %j',
    music => {
      expect(load({ file: JSON.stringify({ transfer: { music } }) }).transfer.music).toBe(music)
    },
  )
})

describe('former variables', () => {
  const former = {
    FREEPBX_DOMAIN: 'pbx.example.org',
    FREEPBX_SIP_PORT: '5160',
    TWILIO_SIP_TRUNK_DOMAIN: 'x.pstn.twilio.com',
    TWILIO_TRUNK_NUMBER: '+14155550100',
    TRANSFER_TIMEOUT: '20',
    TRANSFER_CALLER_ID_FORMAT: 'trunk',
  }
  const ladder =
    "ladder: [{ targets: [{ type: 'freepbx', extension: '1' }, { type: 'twilio', number: '+12345' }] }]"
  const rung = (transfer: string, env: Record<string, string>) =>
    load({ file: `{ destinations: { desk: { ${ladder} } }, transfer: ${transfer} }`, env }).destinations.desk
      ?.ladder[0]
  const dialled = (
    pbx: string,
    trunk: string,
    { ms = 20_000, callerId = 'trunk', number = '+14155550100' },
  ) => ({
    ringMs: ms,
    dialables: [
      { target: { address: `1@${pbx};transport=udp` }, callerId, trunkNumber: '' },
      { target: { address: `+12345@${trunk}` }, callerId, trunkNumber: number },
    ],
  })

  it('hold where the file says nothing', () => {
    expect(rung("{ trunkNumber: '1' }", former)).toMatchObject(
      dialled('pbx.example.org:5160', 'x.pstn.twilio.com', {}),
    )
  })

  it('give way to the file, setting by setting, and to the variables of today', () => {
    const file = `{ freepbx: { domain: 'other.example' }, callerId: 'original', trunkNumber: '1' }`
    expect(rung(file, { ...former, PARLEY_TRANSFER_RING_SECONDS: '40' })).toMatchObject(
      dialled('other.example:5160', 'x.pstn.twilio.com', { ms: 40_000, callerId: 'original' }),
    )
  })

  it('count as none when they are empty', () => {
    expect(load({ env: { TRANSFER_TIMEOUT: '', FREEPBX_DOMAIN: '' } }).transfer.ringMs).toBe(30_000)
  })

  it.each([
    ['TRANSFER_TIMEOUT', '30s', '"30s" is not allowed: a whole number from 5 to 300'],
    ['TRANSFER_TIMEOUT', '30000', '"30000" is not allowed: a whole number from 5 to 300'],
    ['TRANSFER_CALLER_ID_FORMAT', 'mine', '"mine" is not allowed: "original" or "trunk" or "custom"'],
    ['FREEPBX_SIP_PORT', '0', '"0" is not allowed: a whole number from 1 to 65535'],
    ['FREEPBX_DOMAIN', 'a b', '"a b" is not allowed: an IPv4 address or a host name, or \'\''],
    ['TWILIO_SIP_TRUNK_DOMAIN', 'sip:x', '"sip:x" is not allowed: an IPv4 address or a host name, or \'\''],
    [
      'TWILIO_TRUNK_NUMBER',
      '+1 415',
      '"+1 415" is not allowed: a number of digits, a + before them if need be, at most 32, or \'\'',
    ],
  ])('are checked like what they stand for: %s=%s', (name, text, rest) => {
    expect(faultLines({ env: { [name]: text } })).toEqual([`${name}: ${rest}`])
  })

  it('are the only fault when they are wrong and needed', () => {
    const file = `{ destinations: { desk: { ${ladder} } } }`
    expect(
      faultLines({ file, env: { ...former, TRANSFER_CALLER_ID_FORMAT: '', FREEPBX_DOMAIN: 'a b' } }),
    ).toEqual(['FREEPBX_DOMAIN: "a b" is not allowed: an IPv4 address or a host name, or \'\''])
  })

  it('leave alone what is wrong in the file', () => {
    expect(faultLines({ file: '{ transfer: 5 }', env: former })).toEqual([
      'transfer: a number is not allowed: an object',
    ])
  })
})

describe('calls out', () => {
  it('are few, and to nobody, where nothing is said', () => {
    expect(load().callsOut).toEqual({
      perMinute: 10,
      perDestinationPerHour: 3,
      hours: null,
      patterns: [],
      machine: 'hang-up',
      message: '',
    })
  })

  it('go where a pattern says', () => {
    const patterns = "[{ pattern: '+49*', type: 'phone', gateway: 'carrier' }]"
    const { callsOut } = load({ file: `{ callsOut: { patterns: ${patterns} } }` })
    expect(callsOut.patterns).toEqual([
      {
        pattern: '+49*',
        via: {
          target: { type: 'gateway', gateway: 'carrier', number: '' },
          callerId: 'trunk',
          trunkNumber: '',
        },
      },
    ])
  })
})
