// Where callers of a simulated day can be sent: the destinations of its daemons, each of another kind, and the numbers behind them.

import type { Destination, Dialable, Rung, TransferSettings } from '../../src/call/transfer/destination.ts'
import { handOverTo } from '../../src/call/transfer/destination.ts'
import { testTransfer } from '../exchange.ts'
import type { TransfersPlan } from './plan.ts'

export const NAMED_PEOPLE = '2000'
const SALES = '3000'
const QUEUE = '4000'
/** Where callers are handed over; nobody is dialled there. */
export const HAND_OVERS: readonly string[] = [NAMED_PEOPLE, SALES, QUEUE]

const DOMAIN = 'example.com'
const TRUNK = 'trunk'
const CARRIER = 'carrier'
const [DESK, EXPERT, PEOPLE, TEAM, MOBILE, OTHER_MOBILE, PSTN, OFFICE, BRANCH] = [
  '1001',
  '1002',
  '1003',
  '1004',
  '+491710001',
  '+491710002',
  '+4989900',
  '7001',
  '2001',
] as const
/** Numbers that patterns allow. */
const BY_PATTERN = ['1201', '+493012'] as const
export const AGENTS: readonly string[] = [
  DESK,
  EXPERT,
  PEOPLE,
  TEAM,
  MOBILE,
  OTHER_MOBILE,
  PSTN,
  OFFICE,
  BRANCH,
  ...BY_PATTERN,
]
export const USERS: readonly string[] = [DESK, EXPERT, PEOPLE, TEAM, BY_PATTERN[0]]
/** What an engine, or somebody outside, may name: destinations, numbers, and what is none of both. */
export const NAMES = [
  'desk',
  'desk',
  'expert',
  'expert',
  'mobile',
  'mobile',
  'team',
  'team',
  'team',
  'office',
  'people',
  'sales',
  'night',
  'evening',
  ...BY_PATTERN,
  '1901',
  '+1900555',
  'nowhere',
  '__proto__',
] as const

const extension = (number: string): Dialable => ({
  target: { type: 'extension', extension: number, domain: DOMAIN, domainUuid: '' },
  callerId: 'original',
  trunkNumber: '',
})
const gateway = (name: string, number: string): Dialable => ({
  target: { type: 'gateway', gateway: name, number },
  callerId: name === TRUNK ? 'original' : 'trunk',
  trunkNumber: '',
})
const number: Dialable = {
  target: { type: 'number', number: OFFICE, context: 'default', domainUuid: '' },
  callerId: 'original',
  trunkNumber: '',
}
const sip: Dialable = {
  target: { type: 'sip', address: `${BRANCH}@branch.example;transport=udp`, sipProfile: 'external' },
  callerId: 'original',
  trunkNumber: '',
}
/** Thursdays and the days around them are none of these. */
const NEVER = { timeZone: 'Europe/Berlin', open: [{ day: 0, fromMinute: 0, toMinute: 1 }], holidays: [] }

export function destinationsOf(plan: TransfersPlan): Record<string, Destination> {
  const { afterTalk, takesNotes, introduces } = plan
  const queue = plan.ladderEnds === 'queue' ? { number: QUEUE, context: 'public' } : null
  const common = {
    ...handOverTo('', { number: '', context: '' }),
    handOver: null,
    afterTalk,
    takesNotes,
    introduction: introduces ? 'Now you can talk.' : '',
  }
  const rung = (ringMs: number, acceptance: Rung['acceptance'], ...dialables: Dialable[]): Rung => {
    return { dialables, ringMs, acceptance, machines: acceptance !== 'answer' }
  }
  const all: Omit<Destination, 'aliases'>[] = [
    { ...common, name: 'desk', ladder: [rung(6_000, 'answer', extension(DESK))] },
    {
      ...common,
      name: 'expert',
      isWarm: true,
      sendsHeaders: true,
      ladder: [{ ...rung(6_000, 'key', extension(EXPERT)), machines: false }],
    },
    { ...common, name: 'mobile', isWarm: true, ladder: [rung(6_000, 'word', gateway(TRUNK, MOBILE))] },
    {
      ...common,
      name: 'team',
      isWarm: true,
      ladder: [
        rung(3_000, 'answer', extension(TEAM)),
        rung(5_000, 'key', gateway(TRUNK, MOBILE), gateway(TRUNK, OTHER_MOBILE)),
        rung(5_000, 'word', gateway(CARRIER, PSTN)),
      ],
      handOver: queue,
    },
    { ...common, name: 'office', ladder: [rung(4_000, 'answer', number, sip)], handOver: queue },
    { ...common, name: 'night', ladder: [rung(4_000, 'answer', extension(DESK))], hours: NEVER },
    { ...common, name: 'evening', ladder: [], hours: NEVER, whenClosed: 'desk' },
    handOverTo('sales', { number: SALES, context: 'public' }),
    handOverTo('named people', { number: NAMED_PEOPLE, context: 'public' }),
    { ...common, name: 'ladder people', ladder: [rung(4_000, 'answer', extension(PEOPLE))], handOver: queue },
  ]
  return Object.fromEntries(all.map(one => [one.name, { ...one, aliases: [] }]))
}

const MUSIC = {
  stream: 'local_stream://default',
  'ring-back': '',
  missing: '/sounds/no-such-music.wav',
} as const

export function transferSettingsOf(plan: TransfersPlan): TransferSettings {
  return {
    ...testTransfer,
    ringMs: 4_000,
    music: MUSIC[plan.music],
    patterns: [
      { pattern: '12xx', via: extension('x') },
      { pattern: '+4930*', via: gateway(TRUNK, 'x') },
    ],
  }
}

export function gatewaysOf({ trunk }: TransfersPlan): { gateways: string[]; gatewaysDown: string[] } {
  return {
    gateways: trunk === 'up' ? [CARRIER, TRUNK] : [CARRIER],
    gatewaysDown: trunk === 'down' ? [TRUNK] : [],
  }
}
