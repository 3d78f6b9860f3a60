// Status callbacks against real local servers that take them, fail, stall, redirect, or are not there.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Newsroom, type TransferStatus } from '../../src/call/news.ts'
import type { TransferOutcome } from '../../src/engine/engine.ts'
import { type Log, silentLog } from '../../src/lib/log.ts'
import { StatusCallbacks } from '../../src/web/status-callback.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

interface Posted {
  url: string
  type: string
  text: string
}

let clock: ManualClock
let news: Newsroom
let callbacks: StatusCallbacks
let server: Server
let url: string
/** What arrived, in order, and how it is answered. */
const posted: Posted[] = []
let answer: (response: ServerResponse, count: number) => void
const warnings: [object, string][] = []

beforeEach(async () => {
  posted.length = 0
  warnings.length = 0
  answer = response => response.end('thanks')
  clock = new ManualClock()
  news = new Newsroom(
    () => clock.wallMs(),
    error => {
      throw error
    },
  )
  const log: Log = { ...silentLog, warn: (fields, message) => void warnings.push([fields, message]) }
  callbacks = new StatusCallbacks({ clock, log })
  server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${portOf(server)}/status?secret=1`
})

afterEach(async () => {
  server.closeAllConnections()
  const stopped = callbacks.stop()
  clock.advance(2_000)
  await Promise.all([stopped, new Promise(resolve => server.close(resolve))])
  expect(clock.pending).toBe(0)
})

const portOf = (one: Server) => (one.address() as AddressInfo).port

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const piece of request) text += piece
  posted.push({ url: request.url ?? '', type: request.headers['content-type'] ?? '', text })
  answer(response, posted.length)
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve))
}

function tell(status: TransferStatus, outcome: TransferOutcome | null = null, cause = '', id = 't-1'): void {
  news.tell({
    type: 'transfer',
    id,
    callId: 'c-1',
    sessionId: null,
    to: '+15550100',
    status,
    outcome,
    cause,
  })
}

const watch = (id = 't-1', format: 'form' | 'json' = 'form') => callbacks.watch(news, id, { url, format })
const fields = ({ text }: Posted) => Object.fromEntries(new URLSearchParams(text))
const statuses = () => posted.map(one => fields(one).Status)

describe('what is posted', () => {
  test('as a form, one status after the other, until it is completed', async () => {
    watch()
    tell('initiated')
    tell('ringing')
    tell('ringing', null, '', 't-2')
    tell('answered')
    clock.advance(5)
    tell('completed', 'no-answer', 'NO_ANSWER')
    tell('ringing')
    await until(() => posted.length === 4 && callbacks.waiting === 0)
    expect(statuses()).toEqual(['initiated', 'ringing', 'answered', 'completed'])
    expect(posted[0]).toMatchObject({
      url: '/status?secret=1',
      type: 'application/x-www-form-urlencoded',
    })
    expect(posted.map(fields).map(({ SequenceNumber }) => SequenceNumber)).toEqual(['0', '1', '2', '3'])
    expect(posted.map(fields).at(-1)).toEqual({
      TransferId: 't-1',
      CallId: 'c-1',
      To: '+15550100',
      Status: 'completed',
      Outcome: 'no-answer',
      Cause: 'NO_ANSWER',
      Timestamp: 'Thu, 01 Jan 2026 00:00:00 +0000',
      SequenceNumber: '3',
    })
    expect(callbacks.watched).toBe(0)
  })

  test('as JSON', async () => {
    watch('t-1', 'json')
    tell('completed', 'answered')
    await until(() => posted.length === 1)
    expect(posted[0]?.type).toBe('application/json')
    expect(JSON.parse(posted[0]?.text ?? '')).toEqual({
      transferId: 't-1',
      sessionId: null,
      callId: 'c-1',
      to: '+15550100',
      status: 'completed',
      outcome: 'answered',
      cause: '',
      timestamp: '2026-01-01T00:00:00.000Z',
      sequenceNumber: 0,
    })
  })

  test('of a call out: how it goes out, that it was answered (once), and its end', async () => {
    watch('c-7')
    const out = { type: 'callOut', callId: 'c-7', to: '+1', outcome: null, cause: '' } as const
    news.tell({ ...out, status: 'initiated' })
    news.tell({ ...out, status: 'ringing' })
    news.tell({ ...out, status: 'answered' })
    news.tell({ type: 'callBegan', callId: 'c-7', profile: 'p', direction: 'outbound' })
    news.tell({ type: 'callEnded', callId: 'c-8', by: 'caller', why: 'other', durationMs: 1 })
    news.tell({ type: 'callEnded', callId: 'c-7', by: 'caller', why: 'hung up', durationMs: 1 })
    await until(() => posted.length === 4)
    expect(statuses()).toEqual(['initiated', 'ringing', 'answered', 'completed'])
    expect(posted.map(fields).at(-1)).toMatchObject({ CallId: 'c-7', Outcome: 'answered', Cause: 'hung up' })
    expect(callbacks.watched).toBe(0)
  })

  test('of a call out that nobody takes: why', async () => {
    watch('c-7')
    const out = { type: 'callOut', callId: 'c-7', to: '+1' } as const
    news.tell({ ...out, status: 'completed', outcome: 'busy', cause: 'USER_BUSY' })
    await until(() => posted.length === 1)
    expect(posted.map(fields)[0]).toMatchObject({ Status: 'completed', Outcome: 'busy' })
  })

  test('nothing more once nobody watches', async () => {
    const leave = watch()
    tell('initiated')
    leave()
    tell('ringing')
    await until(() => callbacks.waiting === 0)
    expect(statuses()).toEqual(['initiated'])
  })
})

test('one subject waits for its own answers, not for those of another', async () => {
  const open: ServerResponse[] = []
  answer = response => void open.push(response)
  watch('t-1')
  watch('t-2')
  tell('initiated', null, '', 't-1')
  tell('ringing', null, '', 't-1')
  tell('initiated', null, '', 't-2')
  await until(() => posted.length === 2)
  await clock.settle()
  const seen = posted.map(fields).map(({ TransferId, Status }) => `${TransferId} ${Status}`)
  expect(seen.sort()).toEqual(['t-1 initiated', 't-2 initiated'])
  for (const response of open) response.end()
  await until(() => posted.length === 3)
  expect(posted.map(fields).at(-1)).toMatchObject({ TransferId: 't-1', Status: 'ringing' })
  for (const response of open) response.end()
})

describe('a server that fails', () => {
  test.each([500, 503, 429])(
    'with %i is asked again after 0.5, 2 and 8 s, then given up on',
    async status => {
      answer = response => response.writeHead(status).end()
      watch()
      tell('initiated')
      const waits = [500, 2_000, 8_000]
      for (const [at, ms] of waits.entries()) {
        await until(() => posted.length === at + 1 && clock.nextAtMs === clock.now() + ms)
        clock.advance(ms)
      }
      await until(() => warnings.length > 0)
      expect(posted).toHaveLength(4)
      expect(warnings).toEqual([
        [
          {
            subject: 't-1',
            url: url.replace(/\?.*/, ''),
            status: 'initiated',
            answered: status,
            attempts: 4,
          },
          'a status callback failed',
        ],
      ])
    },
  )

  test('once has the statuses in order all the same', async () => {
    answer = (response, count) => response.writeHead(count === 1 ? 502 : 200).end()
    watch()
    tell('initiated')
    tell('ringing')
    await until(() => clock.nextAtMs === 500)
    clock.advance(500)
    await until(() => posted.length === 3)
    expect(statuses()).toEqual(['initiated', 'initiated', 'ringing'])
    expect(warnings).toEqual([])
  })

  test.each([400, 404, 410])('with %i is not asked again', async status => {
    answer = response => response.writeHead(status).end()
    watch()
    tell('initiated')
    await until(() => warnings.length > 0)
    expect(posted).toHaveLength(1)
    expect(warnings[0]?.[0]).toMatchObject({ answered: status, attempts: 1 })
  })

  test('and redirects is not followed', async () => {
    answer = response => response.writeHead(307, { location: '/elsewhere' }).end()
    watch()
    tell('initiated')
    await until(() => warnings.length > 0)
    expect(posted.map(one => one.url)).toEqual(['/status?secret=1'])
    expect(warnings[0]?.[0]).toMatchObject({ answered: 307 })
  })

  test('and stalls is asked again after five seconds and the back-off', async () => {
    answer = (response, count) => {
      if (count > 1) response.end()
    }
    watch()
    tell('initiated')
    await until(() => posted.length === 1)
    clock.advance(5_000)
    await until(() => clock.nextAtMs === 5_500)
    clock.advance(500)
    await until(() => posted.length === 2 && callbacks.waiting === 0)
    expect(warnings).toEqual([])
  })

  test('and never ends its answer has taken the status, and is left after five seconds', async () => {
    let read = 0
    // More than the systems hold between us: when it is written, the head has been read.
    answer = response => void response.writeHead(200).write(Buffer.alloc(32_000_000), () => void read++)
    watch()
    tell('initiated')
    tell('ringing')
    await until(() => read === 1)
    expect(posted).toHaveLength(1)
    clock.advance(5_000)
    await until(() => read === 2)
    expect(statuses()).toEqual(['initiated', 'ringing'])
    clock.advance(5_000)
    await until(() => callbacks.waiting === 0)
    expect(warnings).toEqual([])
  })

  test('and resets connections is asked again', async () => {
    answer = (response, count) => {
      if (count === 1) response.socket?.resetAndDestroy()
      else response.end()
    }
    watch()
    tell('initiated')
    await until(() => clock.nextAtMs === 500)
    clock.advance(500)
    await until(() => posted.length === 2 && callbacks.waiting === 0)
  })

  test('and is not there is told of without the secrets of its address', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const port = portOf(gone)
    await new Promise(resolve => gone.close(resolve))
    const address = `http://user:password@127.0.0.1:${port}/status?secret=1`
    callbacks.watch(news, 't-1', { url: address, format: 'form' })
    tell('initiated')
    for (const ms of [500, 2_000, 8_000]) {
      await until(() => clock.nextAtMs === clock.now() + ms)
      clock.advance(ms)
    }
    await until(() => warnings.length > 0)
    expect(warnings[0]?.[0]).toMatchObject({ code: 'ECONNREFUSED', url: `http://127.0.0.1:${port}/status` })
    expect(JSON.stringify(warnings)).not.toMatch(/secret|password|555/)
  })
})

describe('bounds', () => {
  test('twenty wait for a subject; a gap in the numbers tells of the others', async () => {
    const open: ServerResponse[] = []
    answer = response => void open.push(response)
    watch()
    for (let i = 0; i < 25; i++) tell('ringing')
    expect(callbacks.waiting).toBe(21)
    expect(warnings.map(([, message]) => message)).toEqual(Array(4).fill('dropped a status callback'))
    await until(() => open.length === 1)
    answer = response => response.end()
    open[0]?.end()
    await until(() => callbacks.waiting === 0)
    tell('completed')
    await until(() => posted.length === 22)
    expect(posted.map(fields).at(-1)).toMatchObject({ SequenceNumber: '25' })
  })

  test('a thousand wait in all', async () => {
    answer = () => {}
    for (let i = 0; i < 60; i++) {
      watch(`t-${i}`)
      for (let j = 0; j < 20; j++) tell('ringing', null, '', `t-${i}`)
    }
    expect(callbacks.waiting).toBe(1_000)
    const stopped = callbacks.stop()
    clock.advance(2_000)
    await stopped
  })

  test('an address that is none is not watched', () => {
    callbacks.watch(news, 't-1', { url: 'nonsense', format: 'form' })
    expect(callbacks.watched).toBe(0)
    expect(warnings).toHaveLength(1)
  })
})

describe('the end', () => {
  test('what waits is posted first', async () => {
    watch()
    for (const status of ['initiated', 'ringing', 'answered'] as const) tell(status)
    await callbacks.stop()
    expect(statuses()).toEqual(['initiated', 'ringing', 'answered'])
    tell('completed')
    watch()
    expect(callbacks.watched).toBe(0)
  })

  test('for two seconds at most, whatever stalls or is waited for', async () => {
    answer = (response, count) => {
      if (count > 1) response.writeHead(500).end()
    }
    watch('t-1')
    tell('initiated')
    await until(() => posted.length === 1)
    watch('t-2')
    tell('initiated', null, '', 't-2')
    tell('ringing', null, '', 't-2')
    await until(() => clock.pending === 2 && clock.nextAtMs === 500)
    const stopped = callbacks.stop()
    clock.advance(2_000)
    await stopped
    expect(callbacks.waiting).toBe(0)
    expect(clock.pending).toBe(0)
    expect(warnings).toContainEqual([{ lost: 3 }, 'status callbacks were not taken before the end'])
  })
})
