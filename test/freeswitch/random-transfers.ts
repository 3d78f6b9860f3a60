// Many transfers at once on a real switch, drawn at random: whatever becomes of each, it is what it has to be, and afterwards nothing is
// left of any of them, on the switch, on disk or in the daemon.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Directive, Input } from '../../src/engine/engine.ts'
import type { Check, Findings } from './findings.ts'
import { type Ground, Service, trail } from './service.ts'
import { PROFILES } from './situations.ts'
import { TonePhone } from './tone-phone.ts'
import { dials, phoneAt, until, WITHDRAW_KEY } from './transfer-scene.ts'

const AT_ONCE = 12
/** Of a seed, so that the same are drawn again. */
const SEED = 6
/** What is left of a call after its end. On a machine that is busy with a dozen others nothing is measured here but that it ends. */
const GONE_MS = 3_000
const TOLD_MS = 15_000
const OTHER_HZ = 900

/** A caller and two agents, who are in one transfer after the other. */
interface Table {
  number: number
  caller: TonePhone
  one: TonePhone
  other: TonePhone
}

interface Running extends Table {
  random: () => number
  told(): string[]
}

interface Plan {
  /** Which destination of the table. */
  to: 'conference' | 'warm' | 'pair' | 'ladder' | 'queue'
  one: string | null
  other?: string | null
  /** What everybody does. Resolves when the caller may go. */
  play(it: Running): Promise<void>
  /** What the assistant must have been told; undefined where the caller may have gone before. */
  told?: string
}

const OK = '200 OK'

const PLANS: Readonly<Record<string, Plan>> = {
  'a talk that the agent ends': {
    to: 'conference',
    one: OK,
    told: 'answered',
    play: talk(it => it.one.hangUp()),
  },
  'a talk that the caller ends': { to: 'conference', one: OK, play: talk(it => it.caller.hangUp()) },
  'a talk after a brief': { to: 'warm', one: OK, told: 'answered', play: talk(it => it.one.hangUp()) },
  'declined after a brief': { to: 'warm', one: OK, told: 'declined', play: pressing('2') },
  'gone during the brief': {
    to: 'warm',
    one: OK,
    told: 'declined',
    async play(it) {
      await answered(it.one)
      // Who is gone before the leg has come to us was never there.
      await sleep(100 + it.random() * 1_000)
      it.one.hangUp()
      await told(it)
    },
  },
  'two at once': { to: 'pair', one: OK, other: null, told: 'answered', play: talk(it => it.one.hangUp()) },
  'the second rung': { to: 'ladder', one: '486 Busy Here', other: OK, told: 'answered', play: second },
  busy: { to: 'conference', one: '486 Busy Here', told: 'busy', play: told },
  declined: { to: 'conference', one: '603 Decline', told: 'declined', play: told },
  'no answer': { to: 'conference', one: '480 Temporarily Unavailable', told: 'no-answer', play: told },
  unreachable: { to: 'conference', one: '404 Not Found', told: 'unreachable', play: told },
  'handed over': { to: 'queue', one: '486 Busy Here', play: () => sleep(4_000) },
  'the caller does not want to wait': {
    to: 'conference',
    one: null,
    told: 'withdrawn',
    async play(it) {
      await until('it rings', () => it.one.rangMs !== undefined, TOLD_MS)
      await sleep(it.random() * 1_500)
      it.caller.press(WITHDRAW_KEY)
      await told(it)
    },
  },
  'the caller leaves while it rings': { to: 'pair', one: null, other: null, play: atAnyTime },
  'the caller leaves during the brief': { to: 'warm', one: OK, play: atAnyTime },
  'the caller leaves when the agent comes': { to: 'conference', one: OK, play: atAnyTime },
}

/** `count` transfers. */
export function randomTransfers(count: number): Check {
  return {
    name: `transfer: a thousand at random`,
    run: (ground, findings) => playAll(ground, findings, count),
  }
}

async function playAll(ground: Ground, findings: Findings, count: number): Promise<void> {
  const tables = await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, (_, at) => tableOf(at)))
  const phones = tables.flatMap(({ caller, one, other }) => [caller, one, other])
  const configuration = {
    destinations: {
      people: { number: '2000', context: 'public' },
      ...Object.assign({}, ...tables.map(destinations)),
    },
    transfer: { sipProfile: 'internal', music: 'tone_stream://%(1000,0,350);loops=-1' },
  }
  const profiles = PROFILES.map(profile => ({ ...profile, withdrawKey: WITHDRAW_KEY }))
  const service = await Service.start(ground, { restarts: false, profiles, configuration })
  try {
    const random = randomOf(SEED)
    const names = Object.keys(PLANS)
    // Each at least once; the rest at random.
    const drawn = Array.from(
      { length: count },
      (_, nth) => names[nth < names.length ? nth : Math.floor(random() * names.length)] ?? '',
    )
    const waiting = [...drawn]
    const beganMs = performance.now()
    const before = memoryOf(service)
    await Promise.all(
      tables.map(async table => {
        for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
          await playOne(ground, service, table, name, random).catch((error: unknown) => {
            findings.faults.push(`${name}: ${error instanceof Error ? error.message : error}`)
          })
      }),
    )
    const seconds = (performance.now() - beganMs) / 1_000
    findings.notes.push(`${count} transfers, ${tables.length} at once, in ${seconds.toFixed(0)} s`)
    findings.notes.push(names.map(name => `${name} ${drawn.filter(one => one === name).length}`).join(' · '))
    await nothingIsLeft(ground, service, findings)
    findings.notes.push(`memory of the daemon ${before} → ${memoryOf(service)} MB`)
  } finally {
    await Promise.all(phones.map(phone => phone.close()))
    findings.faults.push(...(await service.close()))
  }
}

async function playOne(
  ground: Ground,
  service: Service,
  table: Table,
  name: string,
  random: () => number,
): Promise<void> {
  const plan = PLANS[name]
  if (!plan) return
  const { caller, one, other, number } = table
  for (const phone of [caller, one, other]) phone.renew()
  one.answering = { afterMs: plan.one === null ? null : random() * 500, status: plan.one ?? '' }
  other.answering = { afterMs: plan.other ? random() * 500 : null, status: plan.other ?? '' }
  const announce = random() < 0.5 ? 'One moment, please.' : 'I will put you through to the desk.'
  const answer = (input: Input): Directive[] =>
    input.type === 'start' ? [{ type: 'transfer', to: `${plan.to}-${number}`, announce }] : []
  const { id, asked } = await dials(ground, service, caller, answer)
  const outcomes = () =>
    asked.flatMap(({ input }) => (input.type === 'transfer' ? [input.outcome as string] : []))
  try {
    await until('the caller is answered', () => caller.isInCall, TOLD_MS)
    await plan.play({ ...table, random, told: outcomes })
    if (plan.told !== undefined && outcomes().join() !== plan.told)
      throw new Error(
        `the assistant was told ${outcomes().join() || 'nothing'}\n${trail(service.journal(id))}`,
      )
  } finally {
    caller.hangUp()
    const isOver = () => !caller.isInCall && [one, other].every(phone => !phone.isInCall && !phone.isRinging)
    await until(`of ${id}, nobody rings or talks any more`, isOver, GONE_MS)
  }
}

async function nothingIsLeft({ pbx }: Ground, service: Service, findings: Findings): Promise<void> {
  const none = async () => (await pbx.channels()) === 0
  await until('no leg is left', none, GONE_MS).catch((error: unknown) => findings.faults.push(String(error)))
  const rooms = (await pbx.link.api('conference', 'list')).trim()
  findings.expect(rooms === '+OK No active conferences.', `rooms are left: ${rooms}`)
  findings.expect(await service.hasEmptySpool(), 'the spool is not empty')
  await sleep(1_000)
  const { toSwitch, fromSwitch, journals } = heldBy(service, pbx.control.port)
  findings.notes.push(
    `the daemon holds ${toSwitch} connection to the switch and ${fromSwitch} from it, ${journals} journals`,
  )
  findings.expect(toSwitch === 1, `${toSwitch} connections of the daemon to the switch`)
  findings.expect(fromSwitch === 0, `${fromSwitch} connections of legs are left`)
  findings.expect(journals === 0, `${journals} journals are open`)
}

/** What the process of the daemon has open. */
function heldBy({ life, manager }: Service, controlPort: number) {
  const folder = `/proc/${life.process.pid}/fd`
  const open = readdirSync(folder).flatMap(fd => {
    try {
      return [readlinkSync(`${folder}/${fd}`)]
    } catch {
      return [] // closed meanwhile
    }
  })
  const established = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '01' && open.includes(`socket:[${inode}]`))
  const portOf = (address = '') => Number.parseInt(address.split(':')[1] ?? '', 16)
  return {
    toSwitch: established.filter(([, , remote]) => portOf(remote) === controlPort).length,
    fromSwitch: established.filter(([, local]) => portOf(local) === manager.port).length,
    journals: open.filter(path => path.endsWith('.journal')).length,
  }
}

/** Resident, in megabytes. */
function memoryOf({ life }: Service): number {
  const status = readFileSync(`/proc/${life.process.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024)
}

async function tableOf(number: number): Promise<Table> {
  const [caller, one, other] = await Promise.all([700, 1_100, OTHER_HZ].map(hz => TonePhone.open(hz)))
  if (!caller || !one || !other) throw new Error('there are no phones')
  return { number, caller, one, other }
}

function destinations({ number, one, other }: Table): object {
  const rung = (targets: readonly object[], more: object = {}) => ({
    targets,
    ringSeconds: 15,
    accept: 'answer',
    machines: false,
    ...more,
  })
  const [first, second] = [phoneAt(one), phoneAt(other)]
  const back = { way: 'conference', afterTalk: 'assistant' }
  return {
    [`conference-${number}`]: { ladder: [rung([first])], ...back },
    [`warm-${number}`]: { ladder: [rung([first], { accept: 'key' })], ...back, way: 'warm' },
    [`pair-${number}`]: { ladder: [rung([first, second])], ...back },
    [`ladder-${number}`]: { ladder: [rung([first]), rung([second])], ...back },
    [`queue-${number}`]: { ladder: [rung([first])], ...back, number: '3000', context: 'public' },
  }
}

function talk(end: (it: Running) => void): Plan['play'] {
  return async it => {
    await answered(it.one)
    // Does nothing to who is not asked.
    await sleep(300)
    it.one.press('1')
    await heard(it, it.one)
    end(it)
    if (it.caller.isInCall) await told(it)
  }
}

function pressing(key: string): Plan['play'] {
  return async it => {
    await answered(it.one)
    await sleep(300 + it.random() * 700)
    it.one.press(key)
    await told(it)
  }
}

async function second(it: Running): Promise<void> {
  await answered(it.other)
  await heard(it, it.other)
  it.other.hangUp()
  await told(it)
}

async function atAnyTime(it: Running): Promise<void> {
  await sleep(it.random() * 3_000)
}

async function told(it: Running): Promise<void> {
  await until('the assistant is told', () => it.told().length > 0, TOLD_MS)
}

async function answered(phone: TonePhone): Promise<void> {
  await until('the agent has answered', () => phone.answeredMs !== undefined, TOLD_MS)
}

/** They are in the room, and a moment passes. */
async function heard({ caller, random }: Running, agent: TonePhone): Promise<void> {
  caller.listenFor(agent.hz)
  agent.isSounding = true
  await until('the caller hears the agent', () => caller.heardMs(agent.hz) !== undefined, TOLD_MS)
  agent.isSounding = false
  // The daemon hears of it a little later: an agent who is gone by then counts as one who did not come.
  await sleep(300 + random() * 500)
}

/** Numbers from 0 to 1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
