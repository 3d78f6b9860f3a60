// What the API refuses: bodies, paths and methods that are none, and whatever chance makes of them.

import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Log, silentLog } from '../../src/lib/log.ts'
import { ask, type Desk, openDesk } from './fake-service.ts'

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
})

const bothLegs = { extension: '2001', userNumber: '+15550123', sessionId: 'web_1-A' }
const CALLBACK = 'https://crm.example/status?key=1'

describe('bad requests', () => {
  const say = '/v1/calls/c-1/say'
  const long = (n: number) => 'x'.repeat(n)
  const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
  test.each<[string, string, unknown, number, string, string]>([
    ['POST', say, '', 400, 'malformed-body', 'The body is no JSON.'],
    ['POST', say, '{"text":', 400, 'malformed-body', 'The body is no JSON.'],
    ['POST', say, '[]', 422, 'invalid-body', 'The body must be an object with fields.'],
    ['POST', say, 'null', 422, 'invalid-body', 'The body must be an object with fields.'],
    ['POST', say, {}, 422, 'invalid-body', 'The field "text" is missing.'],
    ['POST', say, { text: 3 }, 422, 'invalid-body', 'The field "text" must be string.'],
    ['POST', say, { text: '' }, 422, 'invalid-body', 'The field "text" is empty.'],
    ['POST', say, { text: ' \n ' }, 422, 'invalid-body', 'The field "text" is not valid.'],
    ['POST', say, { text: 'a\u0000' }, 422, 'invalid-body', 'The field "text" is not valid.'],
    ['POST', say, '{"text":"\\ud800"}', 422, 'invalid-body', 'The field "text" is not valid.'],
    ['POST', say, { text: long(4_001) }, 422, 'invalid-body', 'The field "text" is too long.'],
    ['POST', say, { text: 'a', to: 'b' }, 422, 'invalid-body', 'There is no field "to".'],
    ['POST', '/v1/calls/c-1/hangup', { now: true }, 422, 'invalid-body', 'There is no field "now".'],
    ['POST', '/v1/calls/c-1/transfer', { to: '' }, 422, 'invalid-body', 'The field "to" is empty.'],
    ['POST', '/v1/calls/c-1/transfer', { to: 'a\nb' }, 422, 'invalid-body', 'The field "to" is not valid.'],
    ['POST', '/v1/calls/c-1/transfer', { to: long(129) }, 422, 'invalid-body', 'The field "to" is too long.'],
    [
      'POST',
      '/v1/calls/c-1/supervise',
      { extension: '1', mode: 'shout' },
      422,
      'invalid-body',
      'The field "mode" must be one of listen, whisper, barge, take-over.',
    ],
    ['POST', '/v1/calls', { to: 'a' }, 422, 'invalid-body', 'The field "profile" is missing.'],
    [
      'POST',
      '/v1/calls',
      { to: 'a', profile: 'b', from: '0,x=1' },
      422,
      'invalid-body',
      'The field "from" is not valid.',
    ],
    [
      'POST',
      '/v1/calls',
      { to: 'a', profile: 'b', context: long(8_192) },
      422,
      'invalid-body',
      'The field "context" is not valid.',
    ],
    [
      'POST',
      '/v1/calls',
      { to: 'a', profile: 'b', context: nested(33) },
      422,
      'invalid-body',
      'The field "context" is not valid.',
    ],
    [
      'POST',
      '/v1/calls',
      { to: 'a', profile: 'b', statusCallback: 'file:///etc/passwd' },
      422,
      'invalid-body',
      'The field "statusCallback" is not valid.',
    ],
    [
      'POST',
      '/v1/transfers',
      { ...bothLegs, sessionId: 'a/b' },
      422,
      'invalid-body',
      'The field "sessionId" is not valid.',
    ],
    [
      'POST',
      '/v1/transfers',
      { ...bothLegs, sessionId: long(65) },
      422,
      'invalid-body',
      'The field "sessionId" is not valid.',
    ],
    [
      'POST',
      '/v1/transfers',
      { ...bothLegs, sessionId: 'a\n' },
      422,
      'invalid-body',
      'The field "sessionId" is not valid.',
    ],
    [
      'POST',
      '/v1/transfers',
      { ...bothLegs, userNumber: '+1555x' },
      422,
      'invalid-body',
      'The field "userNumber" is not valid.',
    ],
    ['PUT', '/v1/profiles/2001', {}, 422, 'invalid-body', 'The field "caller" is missing.'],
    [
      'PUT',
      '/v1/profiles/2001',
      { caller: { age: 1 } },
      422,
      'invalid-body',
      'There is no field "age" in "caller".',
    ],
    [
      'PUT',
      '/v1/profiles/2001',
      { caller: {}, ttlSeconds: 0 },
      422,
      'invalid-body',
      'The field "ttlSeconds" is too small.',
    ],
    [
      'PUT',
      '/v1/profiles/a%2Fb',
      { caller: {} },
      422,
      'invalid-extension',
      'An extension is 1 to 64 letters, digits and the characters _ . @ + -.',
    ],
    ['GET', '/v1/calls/c-9', undefined, 404, 'unknown-call', 'There is no call with this id.'],
    ['GET', '/v1/calls/%E0%A4%A', undefined, 404, 'unknown-call', 'There is no call with this id.'],
    ['GET', '/v1/transfers/t-9', undefined, 404, 'unknown-transfer', 'There is no transfer with this id.'],
    [
      'GET',
      '/v1/profiles/2999',
      undefined,
      404,
      'unknown-profile',
      'There is no caller profile for this extension.',
    ],
    [
      'DELETE',
      '/v1/profiles/2999',
      undefined,
      404,
      'unknown-profile',
      'There is no caller profile for this extension.',
    ],
    ['GET', '/', undefined, 404, 'unknown-path', 'There is nothing at this path.'],
    ['GET', '/v1/nothing', undefined, 404, 'unknown-path', 'There is nothing at this path.'],
    ['GET', '/v1/calls/', undefined, 404, 'unknown-path', 'There is nothing at this path.'],
  ])('%s %s %j', async (method, path, body, status, code, message) => {
    const reply = await ask(desk.port, method, path, { body })
    expect(reply.body).toEqual({ error: { code, message } })
    expect(reply.status).toBe(status)
    expect(desk.service.asked).toEqual([])
  })

  test.each([
    ['DELETE', '/v1/calls', 'GET, HEAD, POST'],
    ['PUT', '/v1/calls/c-1', 'GET, HEAD'],
    ['GET', '/v1/calls/c-1/say', 'POST'],
    ['GET', '/v1/calls/c-1/transfer', 'POST'],
    ['GET', '/v1/calls/c-1/hangup', 'POST'],
    ['GET', '/v1/calls/c-1/supervise', 'POST'],
    ['GET', '/v1/transfers', 'POST'],
    ['POST', '/v1/transfers/t-1', 'GET, HEAD, DELETE'],
    ['POST', '/v1/profiles/2001', 'GET, HEAD, PUT, DELETE'],
    ['POST', '/v1/events', 'GET, HEAD'],
    ['HEAD', '/v1/events', 'GET'],
    ['OPTIONS', '/v1/calls', 'GET, HEAD, POST'],
    ['PROPFIND', '/v1/calls', 'GET, HEAD, POST'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', '/readyz', 'GET, HEAD'],
  ])('%s %s is not offered', async (method, path, allowed) => {
    const reply = await ask(desk.port, method, path)
    expect(reply.status).toBe(405)
    expect(reply.headers.allow).toBe(allowed)
    if (method !== 'HEAD') expect(reply.body).toMatchObject({ error: { code: 'wrong-method' } })
  })

  test('a content type that is not offered', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await ask(desk.port, 'POST', say, { body: 'text=x', headers: form })
    expect(reply).toMatchObject({ status: 415, body: { error: { code: 'wrong-content-type' } } })
    const plain = await ask(desk.port, 'POST', '/v1/transfers', {
      body: 'x',
      headers: { 'content-type': 'text/plain' },
    })
    expect(plain.body).toMatchObject({
      error: { message: 'The body must be application/json or application/x-www-form-urlencoded.' },
    })
  })

  test('a field that a form has twice', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await ask(desk.port, 'POST', '/v1/transfers', { body: 'extension=1&extension=2', headers })
    expect(reply.status).toBe(400)
    expect(reply.body).toMatchObject({ error: { message: 'The field "extension" is there more than once.' } })
  })

  test('a body that is no UTF-8', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await ask(desk.port, 'POST', '/v1/transfers', { body: 'extension=%ff%fe', headers })
    expect(reply.status).toBe(422)
  })

  test('names of prototypes are fields like others', async () => {
    const reply = await ask(desk.port, 'POST', say, { body: '{"text":"a","__proto__":{"x":1}}' })
    expect(reply.status).toBe(422)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const form = await ask(desk.port, 'POST', '/v1/transfers', {
      body: `${new URLSearchParams(bothLegs)}&__proto__=x`,
      headers,
    })
    expect(form.status).toBe(422)
  })
})

describe('whatever the body is, it is no fault of ours', () => {
  const paths = [
    ['POST', '/v1/calls'],
    ['POST', '/v1/calls/c-1/say'],
    ['POST', '/v1/calls/c-1/transfer'],
    ['POST', '/v1/calls/c-1/hangup'],
    ['POST', '/v1/calls/c-1/supervise'],
    ['POST', '/v1/transfers'],
    ['PUT', '/v1/profiles/2001'],
  ] as const
  const FIELDS = [
    ...['to', 'from', 'profile', 'context', 'statusCallback', 'statusCallbackFormat', 'text', 'announce'],
    ...['extension', 'mode', 'userNumber', 'sessionId', 'caller', 'data', 'ttlSeconds', '__proto__'],
  ]
  const near = fc.dictionary(
    fc.oneof(fc.constantFrom(...FIELDS), fc.string({ unit: 'binary' })),
    fc.oneof(fc.constantFrom('sales', '+1555', 'listen', CALLBACK, 60), fc.jsonValue({ maxDepth: 40 })),
  )
  const bodies = fc.oneof(
    fc.json(),
    near.map(value => JSON.stringify(value)),
    near.map(value =>
      // An object whose `toString` is a number has no text of its own.
      new URLSearchParams(
        Object.entries(value).map(([k, v]): [string, string] => [k, JSON.stringify(v)]),
      ).toString(),
    ),
    fc.string({ unit: 'binary' }),
    fc.integer({ min: 1, max: 32_000 }).map(n => `{"context":${'['.repeat(n)}${']'.repeat(n)}}`),
  )
  const types = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain', ';')

  test('', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), types, bodies, async ([method, path], type, body) => {
        const reply = await ask(desk.port, method, path, { body, headers: { 'content-type': type } })
        expect(reply.status).not.toBe(500)
        if (reply.status >= 300) {
          const { error } = reply.body as { error: { code: string; message: string } }
          expect(error.code).toMatch(/^[a-z-]+$/)
          expect(error.message).toMatch(/^[^\n]{5,160}\.$/)
        }
        expect(faults).toEqual([])
      }),
      { numRuns: 400 },
    )
  })
})
