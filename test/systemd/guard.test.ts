// Every caller is kept or gets to people: the real daemon under a manager like systemd, the embedded switch
// with the steps of the shipped dialplan, in real time. What must hold is the order of things; how long
// they take is measured on a real switch.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { GoogleProcess } from '../apps/processes.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { closeGoogle, Guarded, type GuardedOptions, openGoogle, PATIENCE } from './guarded.ts'
import { printedAt } from './manager.ts'

/** The switch's timer, shortened for tests that wait for it. */
const TIMER_MS = 2_500
const LIMIT = { timeout: 60_000 }

let google: GoogleProcess
let guarded: Guarded

beforeAll(async () => {
  google = await openGoogle()
})

afterAll(() => closeGoogle(google))

async function start(options: GuardedOptions): Promise<Guarded> {
  guarded = await Guarded.open(google, options)
  return guarded
}

afterEach(() => guarded.close())

/** The second daemon goes on with the call, which the dialplan has given to it. */
async function nextDaemonHas(caller: Caller): Promise<void> {
  await guarded.manager.until(() => guarded.manager.lives.length === 2)
  await guarded.daemonSays('"call resumed"', caller)
  expect(caller.place.at).toBe('socket')
}

test('the daemon has the socket of its manager, says so, and gives signs of life', LIMIT, async () => {
  const { manager } = await start({ restarts: false })
  const caller = await guarded.greeted()
  expect(printedAt(manager.life, '"ready"', '"inherited":true', `"port":${manager.port}`)).toBeDefined()
  await manager.until(() => manager.life.told.includes('WATCHDOG=1'))
  caller.hangsUp()
  expect(await manager.stop()).toBe(0)
  expect(manager.life.told).toContain('STOPPING=1')
})

test(
  'killed in the middle of a call: the next daemon has it, and the old recording ends',
  LIMIT,
  async () => {
    const { manager, pbx } = await start({ restarts: true })
    const caller = await guarded.greeted()
    const before = [...caller.recordings]
    manager.life.process.kill('SIGKILL')
    await nextDaemonHas(caller)
    await caller.until(() => caller.recordings.length === 1 && caller.recordings[0] !== before[0], PATIENCE)
    expect(caller.variable('parley_attempt')).toBe('2')
    expect(pbx.violations).toEqual([])
  },
)

test('killed for good: people, and no recording goes on', LIMIT, async () => {
  const { manager, pbx, oneMoment } = await start({ restarts: false })
  const caller = await guarded.greeted()
  manager.life.process.kill('SIGKILL')
  expect(await caller.isSentToPeople(PATIENCE)).toMatchObject({ number: '200' })
  expect(caller.plays.at(-1)).toMatchObject({ path: oneMoment, how: 'done' })
  expect(caller.recordings).toEqual([])
  expect(pbx.violations).toEqual([])
})

test(
  'stopped before the call came: people, who keep the caller when the daemon is killed',
  LIMIT,
  async () => {
    const { manager, pbx } = await start({ restarts: false, watches: false })
    manager.life.process.kill('SIGSTOP')
    const caller = await guarded.dials(TIMER_MS)
    expect(await caller.isSentToPeople(PATIENCE)).toMatchObject({ number: '200' })
    manager.life.process.kill('SIGKILL')
    await manager.until(() => manager.life.end !== undefined)
    await caller.hearsSilence({ ms: 500 })
    expect(caller.place.at).toBe('people')
    expect(pbx.violations).toEqual([])
  },
)

test(
  'stopped in the middle of a call: killed for giving no sign, and the next daemon has it',
  LIMIT,
  async () => {
    const { manager, pbx } = await start({ restarts: true })
    const caller = await guarded.greeted()
    manager.life.process.kill('SIGSTOP')
    await nextDaemonHas(caller)
    expect(manager.lives.map(({ end }) => end?.by)).toEqual(['watchdog', undefined])
    expect(pbx.violations).toEqual([])
  },
)

test('nothing happens: the switch’s timer is gone', LIMIT, async () => {
  await start({ restarts: false })
  const caller = await guarded.greeted(TIMER_MS)
  await caller.until(() => caller.ms > TIMER_MS + 1_000, PATIENCE)
  expect(caller.place.at).toBe('socket')
})
