// Ladders on a real switch, and what the phones that are rung are told: who calls, by which number, and about what.

import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Check } from './findings.ts'
import type { RealSwitch } from './real-switch.ts'
import type { Ground } from './service.ts'
import { TonePhone } from './tone-phone.ts'
import {
  AGENT_HZ,
  hearEachOther,
  type Options,
  type Phones,
  phoneAt,
  type Scene,
  scene,
  until,
  withPeople,
  wrote,
} from './transfer-scene.ts'

const CALLER = '+15550100'
const TRUNK = '+15559999'
const CUSTOM = { name: 'Helpdesk', number: '+15558888' }
/** The shortest that can be configured. */
const RING_S = 5

export const ladderChecks: readonly Check[] = [
  scene(
    'the ladder: nobody at the desk, one mobile is busy, the other takes the call',
    {
      prepare: threePhones({ desk: '480 Temporarily Unavailable', one: '486 Busy Here', other: '200 OK' }),
      configure: ladder,
    },
    async it => {
      const { agent: desk, caller } = it
      const [one, other] = it.others
      if (!one || !other) return
      await until('the second mobile has answered', () => other.answeredMs !== undefined)
      await sleep(200)
      other.press('1')
      await until('they meet', () => wrote(it, 'agentJoined'))
      await hearEachOther({ caller, agent: other })
      it.findings.expect((desk.rangMs ?? 0) < (one.rangMs ?? 0), 'the mobiles rang before the desk')
      const apartMs = Math.abs((one.rangMs ?? 0) - (other.rangMs ?? 0))
      it.findings.within('from the one mobile’s ringing to the other’s', apartMs, 200)
      it.findings.expect(desk.invites.length + one.invites.length === 2, 'somebody was called twice')
    },
  ),
  scene(
    'the ladder: nobody answers, no mobile, no trunk: handed over',
    {
      prepare: threePhones({ desk: null, one: '486 Busy Here', other: '603 Decline' }),
      configure: wholeLadder,
    },
    async it => {
      await until('the call is over for us', () => wrote(it, 'ended'), 25_000)
      await until('people have the caller', () => withPeople(it))
      const [one, other, trunk] = it.others
      const rings = [it.agent, one, other].map(phone => phone?.invites.length).join()
      it.findings.expect(rings === '1,1,1', `calls to the desk and the mobiles: ${rings}`)
      it.findings.expect(trunk?.invites.length === 1, `calls through the gateway: ${trunk?.invites.length}`)
      const rangMs = (it.agent.cancelledMs ?? 0) - (it.agent.rangMs ?? 0)
      it.findings.within('the desk rang for', rangMs, (RING_S + 1.5) * 1_000)
      it.findings.expect(rangMs > (RING_S - 0.5) * 1_000, `the desk rang for ${Math.round(rangMs)} ms only`)
    },
  ),
  scene(
    'the ladder: a gateway has the call, and shows our number',
    {
      configure: async ({ agent }, { pbx }) =>
        deskWith([
          {
            targets: [{ type: 'phone', gateway: await gatewayTo(pbx, agent), number: '+4930123' }],
            machines: false,
          },
        ]),
    },
    async it => {
      await until('the agent has answered', () => it.agent.answeredMs !== undefined)
      await sleep(200)
      it.agent.press('1')
      await until('they meet', () => wrote(it, 'agentJoined'))
      await hearEachOther(it)
      shows(it, it.agent, 0, TRUNK)
      const [invite = ''] = it.agent.invites
      it.findings.expect(invite.startsWith('INVITE sip:+4930123@'), `the number: ${invite.split('\r\n')[0]}`)
    },
  ),
  scene(
    'who calls, as phones show it: the caller, the trunk’s number, a custom one; and what the call is about',
    {
      prepare: async () => [await ringing(), await ringing()],
      configure: ({ agent, others: [trunk, custom] }) => {
        agent.answering = { afterMs: null, status: '' }
        const targets = [
          phoneAt(agent, { callerId: 'original' }),
          ...(trunk ? [phoneAt(trunk, { callerId: 'trunk' })] : []),
          ...(custom ? [phoneAt(custom, { callerId: 'custom' })] : []),
        ]
        return deskWith([{ targets, accept: 'answer', machines: false }], { sendsHeaders: true })
      },
    },
    async it => {
      const phones = [it.agent, ...it.others]
      await until('all ring', () => phones.every(phone => phone.rangMs !== undefined))
      for (const [at, number] of [CALLER, TRUNK, CUSTOM.number].entries()) {
        const phone = phones[at]
        if (!phone) continue
        shows(it, phone, 0, number)
        const known = { 'X-Parley-Call': it.id, 'X-Parley-Destination': 'desk', 'X-Parley-Caller': CALLER }
        for (const [name, value] of Object.entries(known)) {
          const line = headerOf(phone.invites[0], name)
          it.findings.expect(line.includes(value), `${name} is “${line}”`)
        }
      }
      const custom = headerOf(it.others[1]?.invites[0], 'From')
      it.findings.expect(custom.includes(CUSTOM.name), `the custom name is not shown: ${custom}`)
      it.agent.answer()
      await until('they meet', () => wrote(it, 'agentJoined'))
      await until(
        'the others ring no more',
        () => it.others.every(one => one.cancelledMs !== undefined),
        1_000,
      )
    },
  ),
  scene(
    'a trunk that refuses the caller’s number is asked again with its own',
    {
      prepare: agent => {
        agent.answering = [
          { afterMs: 20, status: '403 Forbidden', isMute: true },
          { afterMs: 200, status: '200 OK' },
        ]
      },
      configure: ({ agent }) => deskWith([{ targets: [phoneAt(agent)], accept: 'answer', machines: false }]),
    },
    async it => {
      await until('they meet', () => wrote(it, 'agentJoined'))
      await hearEachOther(it)
      it.findings.expect(it.agent.invites.length === 2, `${it.agent.invites.length} calls`)
      shows(it, it.agent, 0, CALLER)
      shows(it, it.agent, 1, TRUNK)
    },
  ),
]

function deskWith(rungs: readonly object[], more: object = {}) {
  const desk = { ladder: rungs, way: 'conference', ...more }
  return { destinations: { desk }, transfer: { trunkNumber: TRUNK, customCallerId: CUSTOM } }
}

/** The desk's extension, and two mobiles at once. */
function ladder({ others: [one, other] }: Phones) {
  if (!one || !other) throw new Error('there are no mobiles')
  return deskWith([
    { targets: [{ type: 'extension', extension: '2100', domain: '127.0.0.1' }], ringSeconds: RING_S },
    { targets: [phoneAt(one), phoneAt(other)], accept: 'key', machines: false },
  ])
}

/** The same, then a gateway whose trunk knows no such number, and the queue. */
async function wholeLadder(phones: Phones, { pbx }: Ground) {
  const [, , trunk] = phones.others
  if (!trunk) throw new Error('there is no trunk')
  const { destinations, transfer } = ladder(phones)
  const pstn = { targets: [{ type: 'phone', gateway: await gatewayTo(pbx, trunk), number: '+4930123' }] }
  const desk = {
    ...destinations.desk,
    ladder: [...destinations.desk.ladder, pstn],
    number: '3000',
    context: 'public',
  }
  return { destinations: { desk }, transfer }
}

function threePhones(answers: {
  desk: string | null
  one: string
  other: string
}): NonNullable<Options['prepare']> {
  return async (desk, { pbx }) => {
    desk.answering = { afterMs: answers.desk === null ? null : 100, status: answers.desk ?? '' }
    await desk.register(pbx.sipPort, '2100')
    const [one, other, trunk] = [await ringing(), await ringing(), await ringing()]
    one.answering = { afterMs: 100, status: answers.one }
    other.answering = { afterMs: 400, status: answers.other }
    trunk.answering = { afterMs: 50, status: '404 Not Found', isMute: true }
    return [one, other, trunk]
  }
}

async function ringing(): Promise<TonePhone> {
  const phone = await TonePhone.open(AGENT_HZ)
  phone.answering = { afterMs: null, status: '' }
  return phone
}

/** A gateway of the switch whose trunk is this phone. Resolves to its name. */
async function gatewayTo(pbx: RealSwitch, { port }: TonePhone): Promise<string> {
  const name = `carrier-${port}`
  const file = join(dirname(pbx.recordings), 'conf/freeswitch.xml')
  const settings = {
    proxy: `127.0.0.1:${port}`,
    register: false,
    username: 'us',
    password: 'x',
    'caller-id-in-from': true,
  }
  const params = Object.entries(settings).map(([key, value]) => `<param name="${key}" value="${value}"/>`)
  const gateways = `<gateways><gateway name="${name}">${params.join('')}</gateway></gateways>`
  const before = (await readFile(file, 'utf8')).replace(/<gateways>.*<\/gateways>/, '')
  await writeFile(
    file,
    before.replace('<profile name="internal">', profile => `${profile}${gateways}`),
  )
  await pbx.link.api('reloadxml', '')
  await pbx.link.api('sofia', 'profile internal rescan')
  const isThere = async () => (await pbx.link.api('sofia', `status gateway ${name}`)).includes('NOREG')
  await until('the gateway is there', isThere, 3_000)
  return name
}

/** Whose number the display of a phone shows for one of its calls. */
function shows(it: Scene, phone: TonePhone, call: number, number: string): void {
  const from = headerOf(phone.invites[call], 'From')
  it.findings.expect(from.includes(`<sip:${number}@`), `the phone shows ${from}, not ${number}`)
}

function headerOf(invite: string | undefined, name: string): string {
  return new RegExp(`^${name}: (.*)\\r$`, 'im').exec(invite ?? '')?.[1] ?? ''
}
