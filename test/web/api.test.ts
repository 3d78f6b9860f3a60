// Every route of the API, on a real port: what it hands to the service, and what it answers.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Log, silentLog } from '../../src/lib/log.ts'
import { ask, type Desk, openDesk, someCall, someTransfer } from './fake-service.ts'

let desk: Desk
const faults: object[] = []

beforeAll(async () => {
  const log: Log = { ...silentLog, error: fields => void faults.push(fields) }
  desk = await openDesk({ log })
})

afterAll(() => desk.server.stop())

beforeEach(() => {
  faults.length = 0
  desk.service.asked.length = 0
  desk.service.refusal = null
  desk.service.fault = null
  desk.service.why = null
})

const bothLegs = { extension: '2001', userNumber: '+15550123', sessionId: 'web_1-A' }
const CALLBACK = 'https://crm.example/status?key=1'

describe('what is asked reaches the service', () => {
  test.each([
    [
      'POST',
      '/v1/calls/c-1/say',
      { text: 'One moment,\nplease.' },
      ['say', 'c-1', 'One moment,\nplease.'],
      {},
    ],
    ['POST', '/v1/calls/c-1/transfer', { to: 'sales' }, ['transfer', 'c-1', 'sales', null], someTransfer],
    [
      'POST',
      '/v1/calls/c-1/transfer',
      { to: 'sales', announce: 'I connect you.' },
      ['transfer', 'c-1', 'sales', 'I connect you.'],
      someTransfer,
    ],
    ['POST', '/v1/calls/c-1/hangup', undefined, ['hangUp', 'c-1'], {}],
    ['POST', '/v1/calls/c-1/hangup', {}, ['hangUp', 'c-1'], {}],
    [
      'POST',
      '/v1/calls/c-1/supervise',
      { extension: '2002', mode: 'take-over' },
      ['supervise', 'c-1', { extension: '2002', mode: 'take-over' }],
      { id: 's-1' },
    ],
    [
      'POST',
      '/v1/calls',
      { to: '+15550199', profile: 'reminder' },
      ['callOut', { to: '+15550199', from: null, profile: 'reminder', context: null, statusCallback: null }],
      { callId: 'c-2' },
    ],
    [
      'POST',
      '/v1/calls',
      {
        to: 'sales',
        from: '+15550100',
        profile: 'reminder',
        context: { visit: [1] },
        statusCallback: CALLBACK,
        statusCallbackFormat: 'json',
      },
      [
        'callOut',
        {
          to: 'sales',
          from: '+15550100',
          profile: 'reminder',
          context: { visit: [1] },
          statusCallback: { url: CALLBACK, format: 'json' },
        },
      ],
      { callId: 'c-2' },
    ],
    [
      'POST',
      '/v1/transfers',
      bothLegs,
      ['bringTogether', { ...bothLegs, profile: null, statusCallback: null }],
      someTransfer,
    ],
    [
      'POST',
      '/v1/transfers',
      { ...bothLegs, profile: 'p', statusCallback: CALLBACK },
      ['bringTogether', { ...bothLegs, profile: 'p', statusCallback: { url: CALLBACK, format: 'form' } }],
      someTransfer,
    ],
    ['DELETE', '/v1/transfers/t-1', undefined, ['withdraw', 't-1'], {}],
  ])('%s %s', async (method, path, body, asked, answered) => {
    const reply = await ask(desk.port, method, path, { body })
    expect(reply.body).toEqual(answered)
    expect(reply.status).toBe(202)
    expect(desk.service.asked).toEqual([asked])
  })

  test('a form does for transfers, blank fields counting as left out', async () => {
    const form = new URLSearchParams({ ...bothLegs, profile: '', statusCallback: CALLBACK }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }
    const reply = await ask(desk.port, 'POST', '/v1/transfers', { body: form, headers })
    expect(reply.status).toBe(202)
    const statusCallback = { url: CALLBACK, format: 'form' }
    expect(desk.service.asked).toEqual([['bringTogether', { ...bothLegs, profile: null, statusCallback }]])
  })

  test('calls and transfers are shown', async () => {
    expect((await ask(desk.port, 'GET', '/v1/calls')).body).toEqual({ calls: [someCall] })
    expect((await ask(desk.port, 'GET', '/v1/calls/c-1')).body).toEqual(someCall)
    const reply = await ask(desk.port, 'GET', '/v1/transfers/t-1')
    expect(reply.body).toEqual(someTransfer)
    expect(reply.headers['cache-control']).toBe('no-store')
  })

  test('HEAD answers as GET, without a body', async () => {
    const reply = await ask(desk.port, 'HEAD', '/v1/calls')
    expect(reply).toMatchObject({ status: 200, text: '' })
  })
})

describe('health', () => {
  test('it lives whatever is missing, and is ready when nothing is', async () => {
    const anybody = { token: null }
    expect((await ask(desk.port, 'GET', '/readyz', anybody)).status).toBe(200)
    desk.service.why = 'The switch cannot be reached.'
    expect((await ask(desk.port, 'GET', '/healthz', anybody)).status).toBe(200)
    const reply = await ask(desk.port, 'GET', '/readyz', anybody)
    expect(reply.status).toBe(503)
    expect(reply.body).toEqual({ error: { code: 'not-ready', message: 'The switch cannot be reached.' } })
  })
})

describe('what the service refuses is told as it says it', () => {
  const state = { transfer: someTransfer }
  test.each([
    ['POST', '/v1/calls', { to: 'x', profile: 'p' }],
    ['POST', '/v1/calls/c-1/say', { text: 'x' }],
    ['POST', '/v1/calls/c-1/transfer', { to: 'x' }],
    ['POST', '/v1/calls/c-1/hangup', undefined],
    ['POST', '/v1/calls/c-1/supervise', { extension: '1', mode: 'listen' }],
    ['POST', '/v1/transfers', bothLegs],
    ['DELETE', '/v1/transfers/t-1', undefined],
  ])('%s %s', async (method, path, body) => {
    desk.service.refusal = { is: 'refused', status: 409, code: 'transfer-runs', message: 'Not now.', state }
    const running = await ask(desk.port, method, path, { body })
    expect(running.status).toBe(409)
    expect(running.body).toEqual({ error: { code: 'transfer-runs', message: 'Not now.', state } })
    desk.service.refusal = { is: 'refused', status: 429, code: 'too-often', message: 'Too often.' }
    const often = await ask(desk.port, method, path, { body })
    expect(often.status).toBe(429)
    expect(often.body).toEqual({ error: { code: 'too-often', message: 'Too often.' } })
  })
})

describe('caller profiles', () => {
  const path = '/v1/profiles/2001'

  test('are put, shown, replaced, removed, and over after their time', async () => {
    const body = {
      caller: { number: '+15550100', name: 'Jo Doe' },
      reason: 'A refund.',
      destination: 'sales',
      data: { order: 7 },
      ttlSeconds: 60,
    }
    const put = await ask(desk.port, 'PUT', path, { body })
    const atMs = desk.clock.wallMs()
    const { ttlSeconds: _, ...shown } = body
    const whole = { ...shown, extension: '2001', callId: null, transcript: [] }
    expect(put.status).toBe(200)
    expect(put.body).toEqual({ ...whole, updatedAtMs: atMs, expiresAtMs: atMs + 60_000 })
    expect((await ask(desk.port, 'GET', path)).body).toEqual(put.body)
    desk.clock.advance(60_000)
    expect((await ask(desk.port, 'GET', path)).status).toBe(404)
    await ask(desk.port, 'PUT', path, { body: { caller: {} } })
    const removed = await ask(desk.port, 'DELETE', path)
    expect(removed).toMatchObject({ status: 204, text: '' })
    expect((await ask(desk.port, 'DELETE', path)).status).toBe(404)
  })
})

test('a fault of ours says nothing of itself, and is logged', async () => {
  desk.service.fault = new Error('the secret inside')
  const reply = await ask(desk.port, 'GET', '/v1/calls')
  expect(reply.status).toBe(500)
  expect(reply.body).toMatchObject({ error: { code: 'fault' } })
  expect(reply.text).not.toContain('secret')
  expect(faults).toEqual([{ error: desk.service.fault, method: 'GET' }])
})
