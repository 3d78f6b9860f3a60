// Every caller is kept or gets to people: the real daemon under a manager like systemd, the embedded switch
// with the steps of the shipped dialplan, in real time. What must hold is the order of things; how long
// they take is measured on a real switch.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { diskFiles } from '../../src/lib/files.ts'
import { ended, type GoogleProcess, speechAt, startGoogle } from '../apps/processes.ts'
import { actionsFor, extensionsIn, plainText, stepsOf } from '../dialplan/dialplan.ts'
import { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { monoWav } from '../fake-freeswitch/wav.ts'
import { printedAt, TestManager } from './manager.ts'

/** The switch's timer, shortened for tests that wait for it. */
const TIMER_MS = 2_500
const PATIENCE = { withinMs: 20_000 }
const LIMIT = { timeout: 60_000 }

let folder = ''
let spool = ''
let google: GoogleProcess
let manager: TestManager
let pbx: FakeFreeswitch

beforeAll(async () => {
  const shared = mkdtempSync(join(tmpdir(), 'parley-guard-google-'))
  google = await startGoogle(shared, ['hello'], {})
  rmSync(shared, { recursive: true })
})

afterAll(async () => {
  await ended(google.process)
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-guard-'))
  spool = join('/dev/shm', folder.slice(folder.lastIndexOf('/') + 1))
  mkdirSync(spool)
})

afterEach(async () => {
  pbx.stop()
  await manager.stop()
  for (const one of [folder, spool]) rmSync(one, { recursive: true, force: true })
})

async function start(options: { restarts: boolean; watches?: boolean }): Promise<void> {
  const configurationFile = join(folder, 'parley.json5')
  const configuration = {
    spool: { dir: spool },
    state: { dir: join(folder, 'state') },
    speech: speechAt(google.port),
  }
  writeFileSync(configurationFile, JSON.stringify(configuration))
  manager = TestManager.open({ ...options, folder, configurationFile })
  await manager.begin()
}

/** A caller on the guarded way. Resolves when the dialplan has come to the first socket. */
async function dials(timerMs?: number): Promise<Caller> {
  const oneMoment = join(folder, 'one-moment.wav')
  writeFileSync(oneMoment, monoWav(new Int16Array(9_600).fill(4_000)))
  const listener = { host: '127.0.0.1', port: manager.port }
  const premises = { listener, oneMoment, ...(timerMs !== undefined && { timerMs }) }
  const steps = (variables: Record<string, string>) =>
    stepsOf(actionsFor(extensionsIn(plainText), variables).actions, premises).map(step =>
      // The fake has no variables in its transfers.
      step.do === 'transfer' && step.to.startsWith('$') ? { ...step, to: '200' } : step,
    )
  pbx = new FakeFreeswitch({
    clock: systemClock,
    files: diskFiles,
    extensions: {
      'parley-people': steps({ destination_number: 'parley-people', parley_recordings: '/r/a.wav' }),
    },
  })
  const dialplan = steps({ destination_number: '5000' })
  return pbx.call({ to: '5000', from: '+15550100', dialplan })
}

async function greeted(timerMs?: number): Promise<Caller> {
  const caller = await dials(timerMs)
  await daemonHas(caller)
  await caller.hearsSpeech(PATIENCE)
  await caller.until(() => caller.recordings.length === 1, PATIENCE)
  return caller
}

function daemonHas(caller: Caller): Promise<void> {
  return manager.until(() => printedAt(manager.life, '"call admitted"', caller.id) !== undefined)
}

async function nextDaemonHas(caller: Caller, lives: number): Promise<void> {
  await manager.until(() => manager.lives.length === lives)
  await daemonHas(caller)
  expect(caller.place.at).toBe('socket')
}

test('the daemon has the socket of its manager, says so, and gives signs of life', LIMIT, async () => {
  await start({ restarts: false })
  const caller = await dials()
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
    await start({ restarts: true })
    const caller = await greeted()
    const before = [...caller.recordings]
    manager.life.process.kill('SIGKILL')
    await nextDaemonHas(caller, 2)
    await caller.until(() => caller.recordings.length === 1 && caller.recordings[0] !== before[0], PATIENCE)
    expect(caller.variable('parley_attempt')).toBe('2')
    expect(pbx.violations).toEqual([])
  },
)

test('killed for good: people, and no recording goes on', LIMIT, async () => {
  await start({ restarts: false })
  const caller = await greeted()
  manager.life.process.kill('SIGKILL')
  expect(await caller.isSentToPeople(PATIENCE)).toMatchObject({ number: '200' })
  expect(caller.plays.at(-1)).toMatchObject({ path: join(folder, 'one-moment.wav'), how: 'done' })
  expect(caller.recordings).toEqual([])
  expect(pbx.violations).toEqual([])
})

test(
  'stopped before the call came: people, who keep the caller when the daemon is killed',
  LIMIT,
  async () => {
    await start({ restarts: false, watches: false })
    manager.life.process.kill('SIGSTOP')
    const caller = await dials(TIMER_MS)
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
    await start({ restarts: true })
    const caller = await greeted()
    manager.life.process.kill('SIGSTOP')
    await nextDaemonHas(caller, 2)
    expect(manager.lives.map(({ end }) => end?.by)).toEqual(['watchdog', undefined])
    expect(pbx.violations).toEqual([])
  },
)

test('nothing happens: the switch’s timer is gone', LIMIT, async () => {
  await start({ restarts: false })
  const caller = await greeted(TIMER_MS)
  await caller.until(() => caller.ms > TIMER_MS + 1_000, PATIENCE)
  expect(caller.place.at).toBe('socket')
})
