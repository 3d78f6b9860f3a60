// What is said to systemd, and what is taken from it. The program `systemd-notify` is one of ours that
// writes to a file.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Log, silentLog } from '../../src/lib/log.ts'
import { inheritedSocket, Systemd, signOfLifeEveryMs } from '../../src/systemd.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

const PID = 4711
let folder = ''
let clock: ManualClock
let systemd: Systemd
let errors: object[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-systemd-'))
  clock = new ManualClock()
  errors = []
  install('#!/bin/sh\necho "$1" >> "$NOTIFY_SOCKET"\n')
})

afterEach(() => {
  systemd?.end()
  rmSync(folder, { recursive: true, force: true })
})

function install(program: string): void {
  const file = join(folder, 'systemd-notify')
  writeFileSync(file, program)
  chmodSync(file, 0o755)
  writeFileSync(join(folder, 'told'), '')
}

function under(env: Record<string, string>): Systemd {
  const log: Log = { ...silentLog, error: fields => void errors.push(fields) }
  systemd = new Systemd({ env: { PATH: `${folder}:${process.env.PATH}`, ...env }, pid: PID, clock, log })
  return systemd
}

function told(): string[] {
  return readFileSync(join(folder, 'told'), 'utf8').split('\n').slice(0, -1)
}

const watched = () => ({
  NOTIFY_SOCKET: join(folder, 'told'),
  WATCHDOG_USEC: '3000000',
  WATCHDOG_PID: String(PID),
})

describe('the socket', () => {
  test('is the first that was passed to this very process', () => {
    expect(inheritedSocket({ LISTEN_PID: '4711', LISTEN_FDS: '1' }, PID)).toBe(3)
  })

  test.each([
    {},
    { LISTEN_FDS: '1' },
    { LISTEN_PID: '4712', LISTEN_FDS: '1' },
    { LISTEN_PID: '4711', LISTEN_FDS: '0' },
    { LISTEN_PID: '4711', LISTEN_FDS: 'x' },
  ])('is none with %o', env => {
    expect(inheritedSocket(env, PID)).toBeUndefined()
  })

  test('must be the only one', () => {
    expect(() => inheritedSocket({ LISTEN_PID: '4711', LISTEN_FDS: '2' }, PID)).toThrow(/passes 2 sockets/)
  })
})

test('signs of life are wanted twice within the limit, if of us', () => {
  expect(signOfLifeEveryMs({ WATCHDOG_USEC: '3000000' }, PID)).toBe(1_500)
  expect(signOfLifeEveryMs({ WATCHDOG_USEC: '3000000', WATCHDOG_PID: '1' }, PID)).toBeUndefined()
  expect(signOfLifeEveryMs({}, PID)).toBeUndefined()
})

describe('messages', () => {
  test('tell that we are ready, alive while time passes for us, and about to end', async () => {
    under(watched()).ready()
    await vi.waitFor(() => expect(told()).toEqual(['READY=1']))
    await untilQuiet()
    await clock.advanceAsync(1_500)
    await vi.waitFor(() => expect(told()).toEqual(['READY=1', 'WATCHDOG=1']))
    systemd.stopping()
    await vi.waitFor(() => expect(told()).toEqual(['READY=1', 'WATCHDOG=1', 'STOPPING=1']))
  })

  test('do not pile up when systemd does not read', async () => {
    const gate = join(folder, 'gate')
    install(`#!/bin/sh\necho "$1" >> "$NOTIFY_SOCKET"; while [ ! -e ${gate} ]; do sleep 0.02; done\n`)
    under(watched()).ready()
    await vi.waitFor(() => expect(told()).toEqual(['READY=1']))
    await clock.advanceAsync(60_000)
    writeFileSync(gate, '')
    await untilQuiet()
    await clock.advanceAsync(1_500)
    await vi.waitFor(() => expect(told()).toEqual(['READY=1', 'WATCHDOG=1']))
  })

  test('that fail are complained of once', async () => {
    install('#!/bin/sh\necho "$1" >> "$NOTIFY_SOCKET"; exit 1\n')
    under(watched()).ready()
    systemd.stopping()
    systemd.stopping()
    await vi.waitFor(() => expect(told()).toHaveLength(3))
    await untilQuiet()
    expect(errors).toEqual([{ why: 'systemd-notify ended with 1' }])
  })

  test('are none where nobody wants them', async () => {
    under({ WATCHDOG_USEC: '3000000' }).ready()
    expect(clock.pending).toBe(0)
  })
})

/** The last message has been answered. */
async function untilQuiet(): Promise<void> {
  await vi.waitFor(() => expect(systemd.isQuiet).toBe(true))
}
