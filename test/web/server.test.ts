// Who may ask, and what a connection may do: token, host names, sizes, garbage, a port that is taken, the end.

import { once } from 'node:events'
import { Agent, get, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/lib/log.ts'
import { WebListenFailed, WebServer } from '../../src/web/server.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { ask, type Desk, FakeService, openDesk, TOKEN } from './fake-service.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})

afterAll(() => desk.server.stop())

describe('the token', () => {
  test.each([
    ['none', null, undefined],
    ['an empty one', '', undefined],
    ['another one', 'something-else-of-this-length', undefined],
    ['a part of it', TOKEN.slice(0, -1), undefined],
    ['more than it', `${TOKEN}x`, undefined],
    ['another scheme', null, `Basic ${TOKEN}`],
    ['no scheme', null, TOKEN],
    ['two words', null, `Bearer ${TOKEN} ${TOKEN}`],
  ])('%s: nothing is told, not even what there is', async (_, token, authorization) => {
    const headers: Record<string, string> = authorization ? { authorization } : {}
    for (const path of ['/v1/calls', '/v1/nothing', '/v1/events', '/v1']) {
      for (const method of ['GET', 'DELETE']) {
        const reply = await ask(desk.port, method, path, { token, headers })
        expect(reply.status).toBe(401)
        expect(reply.headers['www-authenticate']).toBe('Bearer realm="parley"')
        expect(reply.headers.allow).toBeUndefined()
        expect(reply.body).toEqual({
          error: { code: 'unauthorized', message: 'This needs the token of the API as a bearer token.' },
        })
      }
    }
    expect(desk.service.asked).toEqual([])
  })

  test('the scheme may be written in any way', async () => {
    const headers = { authorization: `bearer ${TOKEN}` }
    expect((await ask(desk.port, 'GET', '/v1/calls', { token: null, headers })).status).toBe(200)
  })

  test('an empty token in the configuration lets nobody in', async () => {
    const clock = new ManualClock()
    const server = new WebServer({ service: new FakeService(clock), token: '', clock, log: silentLog })
    await server.listen({ host: '127.0.0.1', port: 0 })
    for (const authorization of ['Bearer', 'Bearer ', 'Bearer  '])
      expect(
        (await ask(server.port ?? 0, 'GET', '/v1/calls', { token: null, headers: { authorization } })).status,
      ).toBe(401)
    await server.stop()
  })
})

describe('names that are asked for', () => {
  test.each([
    ['localhost', 200],
    ['LOCALHOST:8085', 200],
    ['127.0.0.1', 200],
    ['127.0.0.1:1', 200],
    ['[::1]:8085', 200],
    ['rebound.example', 421],
    ['localhost.rebound.example', 421],
    ['127.0.0.1.rebound.example:8085', 421],
    ['127.0.0.2', 421],
  ])('%s: %i', async (host, status) => {
    for (const path of ['/healthz', '/v1/calls'])
      expect((await ask(desk.port, 'GET', path, { headers: { host } })).status).toBe(status)
  })

  test('any, where other machines may ask', async () => {
    const open = await openDesk({ host: '0.0.0.0' })
    const headers = { host: 'parley.example:8085' }
    expect((await ask(open.port, 'GET', '/v1/calls', { headers })).status).toBe(200)
    await open.server.stop()
  })

  test('none is no request', async () => {
    expect(await talk('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [\s\S]*"malformed-request"/)
  })
})

describe('sizes', () => {
  const path = '/v1/calls/c-1/say'
  const headers = { 'content-type': 'application/json' }
  const padded = (bytes: number) => `{"text":"x"${' '.repeat(bytes - 12)}}`

  test('a body of 64 kB is taken, one of a byte more is not', async () => {
    expect((await ask(desk.port, 'POST', path, { body: padded(65_536) })).status).toBe(202)
    const reply = await ask(desk.port, 'POST', path, { body: padded(65_537) })
    expect(reply.status).toBe(413)
    expect(reply.body).toMatchObject({ error: { code: 'body-too-large' } })
  })

  test('a body of unknown length is counted', async () => {
    expect(await inChunks(path, headers, [padded(40_000)])).toBe(202)
    expect(await inChunks(path, headers, [padded(40_000), padded(40_000)])).toBe(413)
  })

  test('headers', async () => {
    const answer = await talk(`GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 431 [\s\S]*"head-too-large"/)
  })
})

test.each([
  'nonsense\r\n\r\n',
  'GET /healthz HTTP/1.1\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: a b\r\n\r\n',
  'GET /a\\b HTTP/1.1\r\nhost: localhost\r\n\r\n',
  'POST /v1/calls HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
])('garbage is answered and ended: %j', async text => {
  expect(await talk(text)).toMatch(/^HTTP\/1.1 4(00|21|04) /)
})

test('a port that is taken is named in one sentence', async () => {
  const clock = new ManualClock()
  const second = new WebServer({ service: new FakeService(clock), token: TOKEN, clock, log: silentLog })
  const listening = second.listen({ host: '127.0.0.1', port: desk.port })
  await expect(listening).rejects.toThrow(WebListenFailed)
  await expect(listening).rejects.toThrow(
    `Cannot listen for the API on 127.0.0.1:${desk.port}: another process has it.`,
  )
  await second.stop()
})

describe('the end', () => {
  test('idle connections and event streams are closed, and the port is free', async () => {
    const { server, port } = await openDesk()
    const agent = new Agent({ keepAlive: true })
    const idle = await new Promise<Socket>(resolve =>
      get({ host: '127.0.0.1', port, path: '/healthz', agent }, response => {
        const { socket } = response
        response.resume().once('end', () => resolve(socket))
      }),
    )
    const closed = once(idle, 'close')
    const events = ask(port, 'GET', '/v1/events')
    await until(() => server.followers === 1)
    await server.stop()
    expect((await events).text).toBe('retry: 2000\n\n')
    await closed
    await expect(ask(port, 'GET', '/healthz')).rejects.toThrow('ECONNREFUSED')
    agent.destroy()
  })

  test('who does not finish a request is closed after a second', async () => {
    const { server, port, clock } = await openDesk()
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nhost:')
    await once(socket, 'data')
    const stopped = server.stop()
    clock.advance(1_000)
    await Promise.all([stopped, closed])
    expect(clock.pending).toBe(0)
  })
})

/** Sends this and gives everything that comes until the server closes. */
async function talk(text: string): Promise<string> {
  const socket = connect(desk.port, '127.0.0.1')
  socket.end(text)
  let answer = ''
  for await (const piece of socket) answer += piece
  return answer
}

function inChunks(path: string, headers: Record<string, string>, chunks: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: desk.port,
        method: 'POST',
        path,
        agent: false,
        headers: { ...headers, authorization: `Bearer ${TOKEN}` },
      },
      response => {
        resolve(response.statusCode ?? 0)
        response.resume()
      },
    )
    sent.on('error', reject)
    for (const chunk of chunks) sent.write(chunk)
    sent.end()
  })
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve))
}
