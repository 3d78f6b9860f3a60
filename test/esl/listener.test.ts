// Who may connect, how many, and what becomes of those who are no switch.

import { spawnSync } from 'node:child_process'
import { createServer, connect as dial, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ListenFailed } from '../../src/esl/errors.ts'
import { Listener, type ListenerOptions, LOOPBACK } from '../../src/esl/listener.ts'
import type { Headers } from '../../src/esl/message.ts'
import { type Log, silentLog } from '../../src/lib/log.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { goldenChunks } from './golden.ts'
import { Peer } from './peer.ts'

const CHANNEL =
  goldenChunks('01-record-play-hangup.outbound').find(({ dir }) => dir === 'fs')?.data ?? Buffer.alloc(0)

const listeners: Listener[] = []
afterEach(() => Promise.all(listeners.splice(0).map(listener => listener.stop())))

function listening(options: Partial<ListenerOptions> = {}) {
  const clock = new ManualClock()
  const sessions: Headers[] = []
  const listener = new Listener({
    at: { host: '127.0.0.1', port: 0 },
    allow: LOOPBACK,
    maxConnections: 2,
    replyTimeoutMs: 1_000,
    clock,
    log: silentLog,
    ...options,
  })
  listener.onSession(async (_, channel) => {
    sessions.push(channel)
  })
  listeners.push(listener)
  return { listener, clock, sessions }
}

describe('addresses', () => {
  test.each([
    ['10.1.2.3', LOOPBACK],
    ['::2', LOOPBACK],
    ['::ffff:192.0.2.1', LOOPBACK],
    ['nonsense', LOOPBACK],
    ['127.0.0.1', ['192.0.2.7']],
    ['192.0.3.1', ['192.0.2.0/24']],
  ])('%j is refused by %j, unread and unanswered', async (address, allow) => {
    const { listener, clock, sessions } = listening({ allow })
    const peer = new Peer()
    peer.raw(CHANNEL)
    listener.accept(peer.daemon, address)
    await clock.settle()
    expect(peer.writes).toEqual([])
    expect(peer.daemon.destroyed).toBe(true)
    expect(sessions).toEqual([])
    expect(listener.counts).toMatchObject({ refused: 1, open: 0, accepted: 0, garbage: 0 })
  })

  test.each([
    ['127.0.0.1', LOOPBACK],
    ['127.8.8.8', LOOPBACK],
    ['::1', LOOPBACK],
    ['::ffff:127.0.0.1', LOOPBACK],
    ['192.0.2.9', ['192.0.2.0/24']],
    ['fd00::2', ['fd00::/8']],
  ])('%j is let in by %j', async (address, allow) => {
    const { listener, clock, sessions } = listening({ allow })
    const peer = new Peer()
    listener.accept(peer.daemon, address)
    expect((await peer.next()).line).toBe('connect')
    peer.raw(CHANNEL)
    await clock.settle()
    expect(sessions).toMatchObject([{ 'Caller-Destination-Number': '5000', Control: 'full' }])
    expect(listener.counts).toEqual({ refused: 0, crowded: 0, open: 1, accepted: 1, garbage: 0 })
  })
})

test('no more than the limit are open at once; one that leaves makes room', async () => {
  const { listener, clock } = listening()
  const peers = [new Peer(), new Peer(), new Peer()]
  for (const peer of peers) listener.accept(peer.daemon, '127.0.0.1')
  await clock.settle()
  expect(peers.map(peer => peer.writes.length)).toEqual([1, 1, 0])
  expect(listener.counts).toMatchObject({ open: 2, crowded: 1 })
  peers[0]?.end()
  await clock.settle()
  const next = new Peer()
  listener.accept(next.daemon, '127.0.0.1')
  expect((await next.next()).line).toBe('connect')
  expect(listener.counts).toMatchObject({ open: 2, crowded: 1 })
})

describe('a peer that is no switch', () => {
  test.each<[string, (peer: Peer) => void, number]>([
    ['says nothing', () => {}, 1_000],
    ['speaks TLS', peer => peer.raw(Buffer.from('16030100a5010000a10303', 'hex')), 0],
    ['speaks HTTP', peer => peer.raw('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 1_000],
    ['sends half a frame', peer => peer.raw(CHANNEL.subarray(0, 4_000)), 1_000],
    ['never ends its header', peer => peer.raw('a'.repeat(100_000)), 0],
    ['answers without a channel', peer => peer.raw('Content-Type: command/reply\nReply-Text: -ERR\n\n'), 0],
    ['wants a password', peer => peer.raw('Content-Type: auth/request\n\n'), 1_000],
    ['leaves at once', peer => peer.end(), 0],
    ['breaks off', peer => peer.breakOff(new Error('ECONNRESET')), 0],
  ])('and %s is ended and counted', async (_, act, afterMs) => {
    const { listener, clock, sessions } = listening()
    const peer = new Peer()
    listener.accept(peer.daemon, '127.0.0.1')
    await peer.next()
    act(peer)
    if (afterMs > 0) {
      await clock.advanceAsync(afterMs - 1)
      expect(listener.counts.garbage).toBe(0)
    }
    await clock.advanceAsync(1)
    expect(listener.counts).toEqual({ open: 0, accepted: 0, refused: 0, crowded: 0, garbage: 1 })
    expect(peer.daemon.destroyed).toBe(true)
    expect(sessions).toEqual([])
    expect(clock.pending).toBe(0)
  })
})

describe('the log', () => {
  function logged(options: Partial<ListenerOptions> = {}) {
    const lines: { err: Error; count: number }[] = []
    const log: Log = { ...silentLog, warn: fields => lines.push(fields as { err: Error; count: number }) }
    return { lines, ...listening({ maxConnections: 2_000, log, ...options }) }
  }

  test('has one line a second however many connections end as garbage, and counts them all', async () => {
    const { listener, clock, lines } = logged()
    const accept = (count: number) => {
      for (let i = 0; i < count; i++) listener.accept(new Peer().daemon, '127.0.0.1')
    }
    accept(1_024)
    await clock.advanceAsync(1_500)
    expect(lines.map(({ count }) => count)).toEqual([1])
    await clock.advanceAsync(500)
    expect(lines.map(({ count }) => count)).toEqual([1, 1_023])
    expect(clock.pending).toBe(0)
    accept(1)
    await clock.advanceAsync(1_000)
    expect(lines.map(({ count }) => count)).toEqual([1, 1_023, 1])
    expect(clock.pending).toBe(0)
    expect(listener.counts.garbage).toBe(1_025)
  })

  test('has the last of them before the listener is gone', async () => {
    const { listener, clock, lines } = logged()
    for (let i = 0; i < 3; i++) listener.accept(new Peer().daemon, '127.0.0.1')
    await clock.advanceAsync(1_000)
    await listener.stop()
    expect(lines.map(({ count }) => count)).toEqual([1, 2])
    expect(clock.pending).toBe(0)
  })

  test.each<[string, (peer: Peer) => void]>([
    ['says nothing', () => {}],
    ['speaks TLS', peer => peer.raw(Buffer.from('16030100a5010000a10303', 'hex'))],
    ['answers without a channel', peer => peer.raw('Content-Type: command/reply\nReply-Text: -ERR\n\n')],
  ])('has no stack of ours for a peer that %s', async (_, act) => {
    const { listener, clock, lines } = logged()
    const peer = new Peer()
    listener.accept(peer.daemon, '127.0.0.1')
    act(peer)
    await clock.advanceAsync(1_000)
    const names: string[] = []
    for (let error: unknown = lines[0]?.err; error instanceof Error; error = error.cause)
      names.push(error.name)
    // Errors by the general name are taken for bugs, and logged with their stack.
    expect(names).not.toContain('Error')
    expect(names).toContain('ProtocolFault')
  })
})

test('one that was reset before we took it is garbage, not somebody who may not connect', async () => {
  const { listener, clock } = listening()
  const peer = new Peer()
  listener.accept(peer.daemon, '')
  await clock.settle()
  expect(peer.daemon.destroyed).toBe(true)
  expect(listener.counts).toEqual({ open: 0, accepted: 0, refused: 0, crowded: 0, garbage: 1 })
})

describe('on the network', () => {
  test('a reset that comes before we take the connection is garbage', async () => {
    const { listener } = listening()
    await listener.listen()
    // While this waits we take nothing: the connection and its reset are in the backlog afterwards.
    const dialled = `require('node:net').connect(${listener.port}, '127.0.0.1')`
    const scan = `const s = ${dialled}.on('connect', () => s.resetAndDestroy())`
    expect(spawnSync(process.execPath, ['-e', scan]).status).toBe(0)
    await until(() => listener.counts.garbage + listener.counts.refused === 1)
    expect(listener.counts).toMatchObject({ open: 0, refused: 0, garbage: 1 })
  })

  test('a switch gets `connect`, a scanner is counted, and stopping leaves what is open', async () => {
    const { listener, sessions } = listening()
    await listener.listen()
    const port = listener.port ?? 0
    const scanner = dial(port, '127.0.0.1')
    await once(scanner, 'connect')
    scanner.resetAndDestroy()
    const socket = dial(port, '127.0.0.1')
    expect(String(await once(socket, 'data'))).toBe('connect\n\n')
    socket.write(CHANNEL)
    await until(() => sessions.length === 1 && listener.counts.garbage === 1)
    await listener.stop()
    expect(listener.counts).toMatchObject({ open: 1, accepted: 1 })
    await expect(once(dial(port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    socket.end()
    await until(() => listener.counts.open === 0)
  })

  test('an address that is taken is one clear sentence', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const { listener } = listening({ at: { host: '127.0.0.1', port } })
    const failure = await listener.listen().catch((error: unknown) => error)
    other.close()
    expect(failure).toBeInstanceOf(ListenFailed)
    expect(failure).toMatchObject({
      message: `Cannot listen for FreeSWITCH on 127.0.0.1:${port}: another process has it.`,
      cause: { code: 'EADDRINUSE' },
    })
  })
})

function once(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve)
    socket.once('error', reject)
  })
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve))
}
