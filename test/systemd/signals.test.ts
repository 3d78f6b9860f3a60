// What a signal does to the callers of the real daemon: an upgrade is a planned crash, and a drain lets everybody finish.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { GoogleProcess } from '../apps/processes.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { closeGoogle, Guarded, openGoogle, PATIENCE } from './guarded.ts'
import { type Life, printedAt } from './manager.ts'

const LIMIT = { timeout: 60_000 }

let google: GoogleProcess
let guarded: Guarded
let life: Life

beforeAll(async () => {
  google = await openGoogle()
})

afterAll(() => closeGoogle(google))
afterEach(() => guarded.close())

async function callerOf(options: { restarts: boolean }): Promise<Caller> {
  guarded = await Guarded.open(google, options)
  life = guarded.manager.life
  return guarded.greeted()
}

/** Resolves to the exit code of the first daemon. */
async function exitCode(): Promise<number | null> {
  await guarded.manager.until(() => life.end !== undefined)
  return life.process.exitCode
}

/** What the journal says of ends and returns. */
function chapters(caller: Caller): object[] {
  return guarded.journal(caller).filter(({ type }) => ['ended', 'resumed'].includes(type))
}

const suspended = { type: 'ended', ending: { by: 'us', why: 'suspended' } }

describe('SIGTERM', () => {
  test('suspends the call, and the next daemon goes on with it', LIMIT, async () => {
    const caller = await callerOf({ restarts: true })
    life.process.kill('SIGTERM')
    expect(await exitCode()).toBe(0)
    await guarded.manager.until(() => guarded.manager.lives.length === 2)
    await guarded.daemonSays('"call resumed"', caller)
    expect(chapters(caller)).toMatchObject([suspended, { type: 'resumed', planned: true }])
    expect(caller.place.at).toBe('socket')
    expect(life.told).toContain('STOPPING=1')
    expect(guarded.pbx.violations).toEqual([])
  })

  test('without a next daemon brings the caller to people by the dialplan', LIMIT, async () => {
    const caller = await callerOf({ restarts: false })
    expect(readFileSync(guarded.pidFile, 'utf8')).toBe(`${life.process.pid}\n`)
    life.process.kill('SIGTERM')
    expect(await exitCode()).toBe(0)
    expect(await caller.isSentToPeople(PATIENCE)).toMatchObject({ number: '200' })
    expect(guarded.journal(caller).at(-1)).toMatchObject(suspended)
    expect(existsSync(guarded.pidFile)).toBe(false)
    expect(caller.recordings).toEqual([])
    expect(guarded.pbx.violations).toEqual([])
  })

  test(
    'for the second time ends the process at once, and the call comes back all the same',
    LIMIT,
    async () => {
      const caller = await callerOf({ restarts: true })
      life.process.kill('SIGTERM')
      await guarded.daemonSays('"asked to end"')
      life.process.kill('SIGTERM')
      expect(await exitCode()).toBe(1)
      await guarded.manager.until(() => guarded.manager.lives.length === 2)
      await guarded.daemonSays('"call resumed"', caller)
    },
  )
})

describe('SIGUSR2', () => {
  test('lets the caller finish, sends another one to people, and ends well', LIMIT, async () => {
    const caller = await callerOf({ restarts: false })
    signalService('SIGUSR2')
    await guarded.daemonSays('"draining"')
    const another = await guarded.dials()
    await another.isSentToPeople(PATIENCE)
    await guarded.daemonSays('"call not taken"', another)
    expect(caller.place.at).toBe('socket')
    expect(life.told).not.toContain('STOPPING=1')
    caller.hangsUp()
    expect(await exitCode()).toBe(0)
    expect(existsSync(guarded.pidFile)).toBe(false)
    expect(life.told).toContain('STOPPING=1')
    expect(printedAt(life, 'systemd cannot be told')).toBeUndefined()
  })

  test('is followed by SIGTERM when the wait becomes too long', LIMIT, async () => {
    const caller = await callerOf({ restarts: false })
    life.process.kill('SIGUSR2')
    await guarded.daemonSays('"draining"')
    life.process.kill('SIGTERM')
    expect(await exitCode()).toBe(0)
    expect(guarded.journal(caller).at(-1)).toMatchObject(suspended)
  })
})

test('`parley drain` asks the daemon and waits until it has ended', LIMIT, async () => {
  const caller = await callerOf({ restarts: false })
  const command = runDrain()
  const said = text(command.stdout)
  const ended = new Promise<number | null>(resolve => command.once('exit', resolve))
  await guarded.daemonSays('"draining"')
  expect(command.exitCode).toBeNull()
  caller.hangsUp()
  expect(await exitCode()).toBe(0)
  expect(await said).toMatch(
    new RegExp(`^Process ${life.process.pid} hands new calls to people.*it has ended\\.\n$`, 's'),
  )
  expect(await ended).toBe(0)
})

/** As `systemctl kill` does: the daemon, and the helper that it has. */
function signalService(signal: NodeJS.Signals): void {
  const { pid } = life.process
  const helpers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ')
  expect(helpers).toHaveLength(1)
  for (const helper of helpers) process.kill(Number(helper), signal)
  life.process.kill(signal)
}

function runDrain(): ChildProcessWithoutNullStreams {
  return spawn(join(import.meta.dirname, '../../scripts/parley'), ['drain'], {
    env: { PATH: process.env.PATH, PARLEY_CONFIG: guarded.configurationFile },
  })
}
