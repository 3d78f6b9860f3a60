// What an operator reads when destinations, transfers or calls out are wrong.

import { describe, expect, it } from 'vitest'
import { faultLines } from './loading.ts'

const destinations = (entries: string, more = '') => `{ destinations: { ${entries} }, ${more} }`
const desk = (written: string, more = '') => destinations(`desk: { ${written} }`, more)
const rung = (written: string) => desk(`ladder: [{ ${written} }]`)
const target = (written: string) => rung(`targets: [{ ${written} }]`)
const pattern = (written: string) => `{ transfer: { patterns: [{ ${written} }] } }`

const EXTENSION = "{ type: 'extension', extension: '2001', domain: 'a.example' }"
const MOBILE = "{ type: 'phone', number: '0151', gateway: 'carrier' }"
const RUNG = 'destinations.desk.ladder.0'
const TARGET = `${RUNG}.targets.0`
const TYPES = '"extension" or "number" or "phone" or "sip" or "freepbx" or "twilio"'
const HOST = 'an IPv4 address or a host name'
const PHONE = 'a number of digits, a + before them if need be, at most 32'
const WORLD = 'a number such as "+14155550100"'
const USER = 'digits, letters and . _ -, at most 64, not . or - first'
const SIP = 'an address such as "sip:2000@pbx.example:5060;transport=udp"'
const GATEWAY = "a gateway's name of letters, digits and . _ -, at most 128, or ''"
const PATTERN =
  'digits, x for any one digit, + before and * after them for any more; it begins with a digit unless it is ' +
  'at most 6 places without + and *'
const OPENING = 'days and times such as "Mon-Fri 09:00-17:00", the end later and at most "24:00"'
const UNIQUE = 'a name that no other destination has, nor this one twice'
const MUSIC = 'an absolute path, or a stream such as "local_stream://moh"; or \'\''

describe('a value that is not allowed', () => {
  it.each([
    [rung('targets: []'), `${RUNG}.targets: a list of 0 is not allowed: a list of 1 to 20 entries`],
    [rung(''), `${RUNG}.targets: a list of 0 is not allowed: a list of 1 to 20 entries`],
    [target("type: 'queue'"), `${TARGET}.type: "queue" is not allowed: ${TYPES}`],
    [target(''), `${TARGET}.type: is missing: ${TYPES}`],
    [target("type: 'extension', extension: '2001'"), `${TARGET}.domain: is missing: ${HOST}`],
    [
      target("type: 'extension', extension: '2001', domain: 'a b'"),
      `${TARGET}.domain: "a b" is not allowed: ${HOST}`,
    ],
    [
      target("type: 'extension', extension: '2001@x', domain: 'a'"),
      `${TARGET}.extension: "2001@x" is not allowed: ${USER}`,
    ],
    [
      target("type: 'extension', extension: '2001', domain: 'a', domainUuid: 'a'"),
      `${TARGET}.domainUuid: "a" is not allowed: a UUID, or ''`,
    ],
    [
      target("type: 'phone', number: '0151 23', gateway: 'c'"),
      `${TARGET}.number: "0151 23" is not allowed: ${PHONE}`,
    ],
    [
      target("type: 'phone', number: '0151', gateway: 'c/d'"),
      `${TARGET}.gateway: "c/d" is not allowed: ${GATEWAY}`,
    ],
    [target("type: 'sip', uri: '2000'"), `${TARGET}.uri: "2000" is not allowed: ${SIP}`],
    [target("type: 'sip', uri: 'a@b:0'"), `${TARGET}.uri: "a@b:0" is not allowed: ${SIP}`],
    [target("type: 'sip', uri: 'a@b:65536'"), `${TARGET}.uri: "a@b:65536" is not allowed: ${SIP}`],
    [
      target("type: 'sip', uri: 'a@b;transport=udp}x'"),
      `${TARGET}.uri: "a@b;transport=udp}x" is not allowed: ${SIP}`,
    ],
    [target("type: 'twilio', number: '0151'"), `${TARGET}.number: "0151" is not allowed: ${WORLD}`],
    [target("type: 'freepbx', extension: '1', number: '1'"), `${TARGET}.number: is not known`],
    [
      rung(`targets: [${EXTENSION}], accept: 'voice'`),
      `${RUNG}.accept: "voice" is not allowed: "answer" or "key" or "word"`,
    ],
    [
      rung(`targets: [${EXTENSION}], ringSeconds: 4`),
      `${RUNG}.ringSeconds: 4 is not allowed: a whole number from 5 to 300`,
    ],
    [
      desk("number: '1', hours: { timeZone: 'Berlin' }"),
      'destinations.desk.hours.timeZone: "Berlin" is not allowed: a time zone such as "Europe/Berlin"',
    ],
    [
      desk("number: '1', hours: { timeZone: 'UTC', open: ['Mon-Fri 9-17'] }"),
      `destinations.desk.hours.open.0: "Mon-Fri 9-17" is not allowed: ${OPENING}`,
    ],
    [
      desk("number: '1', hours: { timeZone: 'UTC', holidays: ['12-24', '2026-02-30'] }"),
      'destinations.desk.hours.holidays.1: "2026-02-30" is not allowed: a day such as "2026-12-25", or "12-25" for every year',
    ],
    [
      desk("number: '1', aliases: ['']"),
      'destinations.desk.aliases.0: "" is not allowed: 1 to 100 characters on one line',
    ],
    ["{ transfer: { music: '/tmp/a b.wav' } }", `transfer.music: "/tmp/a b.wav" is not allowed: ${MUSIC}`],
    [
      "{ transfer: { music: 'http://x.example/a' } }",
      `transfer.music: "http://x.example/a" is not allowed: ${MUSIC}`,
    ],
    [
      "{ callsOut: { machine: 'leave' } }",
      'callsOut.machine: "leave" is not allowed: "hang-up" or "leave-message"',
    ],
  ])('is told with what would be: %s', (file, line) => {
    expect(faultLines({ file })).toEqual([line])
  })
})

describe('a pattern', () => {
  it.each([
    '*',
    '+*',
    'x*',
    '+x*',
    'xxxx*',
    'xxxxxxx',
    '',
    '+',
    '12*3',
    '12a',
    '+4x**',
    '1 2',
    '1'.repeat(26),
  ])('that is none, or lets everybody through, is refused: %j', written => {
    const value = JSON.stringify(written)
    for (const section of ['transfer', 'callsOut']) {
      const file = `{ ${section}: { patterns: [{ pattern: ${value}, type: 'number' }] } }`
      const key = `${section}.patterns.0.pattern`
      expect(faultLines({ file })).toEqual([`${key}: ${value} is not allowed: ${PATTERN}`])
    }
  })

  it.each(['+49*', '2xxx', 'xxxxxx', '0*', '+1415xxxxxxx', '110'])('may be %s', written => {
    expect(faultLines({ file: pattern(`pattern: '${written}', type: 'number'`) })).toEqual([])
  })

  it.each([
    [
      "{ transfer: { patterns: [{ pattern: '1', type: 'number' }, { pattern: '1', type: 'freepbx' }], freepbx: { domain: 'a' } } }",
      'transfer.patterns.1.pattern: "1" is not allowed: a pattern that no other of the transfer.patterns is',
    ],
    [
      pattern("pattern: '49*', type: 'twilio'").replace('patterns', "twilio: { domain: 'a' }, patterns"),
      'transfer.patterns.0.pattern: "49*" is not allowed: ' +
        'a pattern that begins with +, as Twilio takes no other numbers',
    ],
    [
      pattern("pattern: '0*', type: 'phone'"),
      'transfer.patterns.0: needs a gateway, or the domain of a tenant with routes',
    ],
    [
      pattern("pattern: '0*', type: 'sip'"),
      'transfer.patterns.0.host: is missing: a host such as "pbx.example:5060;transport=udp"',
    ],
    [
      pattern("pattern: '3xx', type: 'freepbx'"),
      `transfer.freepbx.domain: is missing: ${HOST}; transfer.patterns.0 needs it`,
    ],
  ])('does not go with this: %s', (file, line) => {
    expect(faultLines({ file })).toEqual([line])
  })

  it('may be for transfers and for calls out', () => {
    const patterns = "{ patterns: [{ pattern: '1', type: 'number' }] }"
    expect(faultLines({ file: `{ transfer: ${patterns}, callsOut: ${patterns} }` })).toEqual([])
  })

  it('that is wrong does not put the others in the wrong place', () => {
    const file =
      "{ transfer: { patterns: [{ pattern: '*' , type: 'number' }, { pattern: '1', type: 'freepbx' }] } }"
    expect(faultLines({ file })).toEqual([`transfer.patterns.0.pattern: "*" is not allowed: ${PATTERN}`])
  })
})

describe('what does not go together', () => {
  it.each([
    [desk(''), 'destinations.desk: needs a number, a ladder, or both'],
    [desk('ladder: []'), 'destinations.desk: needs a number, a ladder, or both'],
    [desk("number: '1', way: 'warm'"), 'destinations.desk.way: means something only where there is a ladder'],
    [
      desk("number: '1', takesNotes: true"),
      'destinations.desk.takesNotes: means something only where there is a ladder',
    ],
    [
      desk(`ladder: [{ targets: [${EXTENSION}] }], context: 'default'`),
      'destinations.desk.context: means something only where there is a number',
    ],
    [
      rung(`targets: [${EXTENSION}], accept: 'answer'`),
      `${RUNG}.accept: "answer" is not allowed: "key" or "word" where the way is "warm"`,
    ],
    [
      target("type: 'phone', number: '1'"),
      `${TARGET}: needs a gateway, or the domain of a tenant with routes`,
    ],
    [
      target("type: 'phone', number: '1', gateway: 'a', domain: 'b'"),
      `${TARGET}: has both a gateway and a domain; give one of them`,
    ],
    [
      target("type: 'freepbx', extension: '1'"),
      `transfer.freepbx.domain: is missing: ${HOST}; ${TARGET} needs it`,
    ],
    [
      rung("targets: [{ type: 'twilio', number: '+12345' }, { type: 'twilio', number: '+12346' }]"),
      `transfer.twilio.domain: is missing: ${HOST}; ${TARGET} needs it`,
    ],
    [
      desk("number: '1', hours: { open: ['Mon 09:00-10:00'] }"),
      'destinations.desk.hours.timeZone: is missing: where these hours hold, such as "Europe/Berlin"',
    ],
    [
      "{ callsOut: { hours: { holidays: ['12-25'] } } }",
      'callsOut.hours.timeZone: is missing: where these hours hold, such as "Europe/Berlin"',
    ],
    [
      "{ callsOut: { patterns: [{ pattern: '2xxx', type: 'extension', domain: 'a' }] } }",
      'callsOut.patterns.0.type: "extension" is not allowed: "number" with its context where users are to be called',
    ],
    [
      "{ callsOut: { machine: 'leave-message' } }",
      'callsOut.message: is missing: what is left with a machine',
    ],
    [
      desk("number: '1', whenClosed: 'night'"),
      'destinations.desk.whenClosed: "night" is not allowed: a name under destinations: "desk"',
    ],
    [
      desk("number: '1', whenClosed: 'desk'"),
      'destinations.desk.whenClosed: "desk" is not allowed: a destination from which whenClosed does not lead back to "desk"',
    ],
    [
      destinations(
        "a: { number: '1', whenClosed: 'b' }, b: { number: '1', whenClosed: 'c' }, c: { number: '1', whenClosed: 'b' }",
      ),
      'destinations.b.whenClosed: "c" is not allowed: a destination from which whenClosed does not lead back to "b"',
    ],
    [
      destinations("a: { number: '1', aliases: ['Orders'] }, b: { number: '1', aliases: ['orders'] }"),
      `destinations.b.aliases.0: "orders" is not allowed: ${UNIQUE}; destinations.a has it`,
    ],
    [
      destinations("a: { number: '1', aliases: ['B'] }, b: { number: '1' }"),
      `destinations.a.aliases.0: "B" is not allowed: ${UNIQUE}; destinations.b has it`,
    ],
    [
      desk(`ladder: [{ targets: [${MOBILE}] }], callerId: 'trunk'`),
      'destinations.desk.callerId: "trunk" is not allowed: one that has a number, and transfer.trunkNumber is \'\'',
    ],
    [
      desk(`ladder: [{ targets: [${MOBILE}, ${MOBILE}] }]`, "transfer: { callerId: 'custom' }"),
      'transfer.callerId: "custom" is not allowed: one that has a number, and transfer.customCallerId.number is \'\'',
    ],
  ])('is told where it stands: %s', (file, line) => {
    expect(faultLines({ file })).toEqual([line])
  })

  it.each([
    [
      'one stands in for two',
      "a: { number: '1', whenClosed: 'c' }, b: { number: '1', whenClosed: 'c' }, c: { number: '1' }",
    ],
    [
      'one is taken by answering',
      `a: { ladder: [{ targets: [${MOBILE}], accept: 'answer' }], way: 'conference' }`,
    ],
    ['a gateway shows what it likes', `a: { ladder: [{ targets: [${MOBILE}] }] }`],
  ])('is not that %s', (_, entries) => {
    expect(faultLines({ file: destinations(entries) })).toEqual([])
  })

  it('is not told of a destination that is wrong in itself', () => {
    expect(faultLines({ file: desk("way: 'cold', hours: { open: ['Mon'] }") })).toEqual([
      'destinations.desk.way: "cold" is not allowed: "warm" or "conference"',
      `destinations.desk.hours.open.0: "Mon" is not allowed: ${OPENING}`,
    ])
  })
})
