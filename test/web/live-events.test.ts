// The event stream, on real connections: as it happens, again after a gap, and never at the cost of somebody else.

import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Log, silentLog } from '../../src/lib/log.ts'
import { ask, type Desk, openDesk, TOKEN } from './fake-service.ts'

let desk: Desk
const warnings: string[] = []

beforeEach(async () => {
  warnings.length = 0
  const log: Log = { ...silentLog, warn: (_, message) => void warnings.push(message) }
  desk = await openDesk({ log })
})

afterEach(() => desk.server.stop())

class Follower {
  readonly events: EventSourceMessage[] = []
  comments = 0
  readonly response: IncomingMessage
  readonly #request: ClientRequest

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request
    this.response = response
    response.on('error', () => {})
    const parser = createParser({
      onEvent: event => void this.events.push(event),
      onComment: () => void this.comments++,
    })
    response.on('data', data => parser.feed(String(data)))
  }

  static async join(lastId?: string): Promise<Follower> {
    const { port } = desk
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      ...(lastId !== undefined && { 'last-event-id': lastId }),
    }
    const request = get({ host: '127.0.0.1', port, path: '/v1/events', agent: false, headers })
    const [response] = await once(request, 'response')
    return new Follower(request, response)
  }

  /** Waits until there are so many events. */
  async has(count: number): Promise<EventSourceMessage[]> {
    await until(() => this.events.length >= count)
    return this.events
  }

  leave(): void {
    this.#request.destroy()
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve))
}

const changed = (extension: string) => desk.service.news.tell({ type: 'callerProfileChanged', extension })
const extensions = (events: EventSourceMessage[]) => events.map(({ data }) => JSON.parse(data).extension)

test('every kind of news is an event of its own name, to everybody, with the time', async () => {
  const followers = [await Follower.join(), await Follower.join()]
  const wallMs = desk.clock.wallMs()
  const news = [
    { type: 'callBegan', callId: 'c-1', profile: 'p', direction: 'inbound' },
    {
      type: 'transfer',
      id: 't-1',
      callId: 'c-1',
      sessionId: null,
      to: 'Zoë\n',
      status: 'ringing',
      outcome: null,
      cause: '',
    },
    { type: 'callEnded', callId: 'c-1', by: 'caller', why: 'hung up', durationMs: 9 },
    { type: 'callerProfileChanged', extension: '2001' },
  ] as const
  for (const one of news) desk.service.news.tell(one)
  for (const follower of followers) {
    const events = await follower.has(4)
    expect(events.map(({ event }) => event)).toEqual(news.map(({ type }) => type))
    expect(events.map(({ data }) => JSON.parse(data))).toEqual(news.map(one => ({ ...one, wallMs })))
    expect(follower.response.headers['content-type']).toBe('text/event-stream')
  }
})

test('a profile that is put is told', async () => {
  const follower = await Follower.join()
  await ask(desk.port, 'PUT', '/v1/profiles/2001', { body: { caller: {} } })
  await follower.has(1)
  expect(follower.events[0]).toMatchObject({ event: 'callerProfileChanged' })
})

test('a silent stream beats every 15 s, and only while somebody listens', async () => {
  const follower = await Follower.join()
  desk.clock.advance(14_999)
  changed('a')
  await follower.has(1)
  expect(follower.comments).toBe(0)
  desk.clock.advance(1)
  await until(() => follower.comments === 1)
  follower.leave()
  await until(() => desk.server.followers === 0)
  expect(desk.clock.pending).toBe(0)
})

describe('who comes back', () => {
  test('has what was missed, once, and then what happens', async () => {
    const first = await Follower.join()
    changed('a')
    const [event] = await first.has(1)
    first.leave()
    changed('b')
    changed('c')
    const again = await Follower.join(event?.id)
    changed('d')
    expect(extensions(await again.has(3))).toEqual(['b', 'c', 'd'])
  })

  test('with the newest id has nothing again', async () => {
    const first = await Follower.join()
    changed('a')
    const [event] = await first.has(1)
    const again = await Follower.join(event?.id)
    changed('b')
    expect(extensions(await again.has(1))).toEqual(['b'])
  })

  test('after more than is kept is told so, and has what is kept', async () => {
    const first = await Follower.join()
    changed('first')
    const [event] = await first.has(1)
    for (let i = 0; i < 201; i++) changed(`${i}`)
    const again = await Follower.join(event?.id)
    const [missed, oldest] = await again.has(201)
    expect(missed).toMatchObject({ event: 'missed', id: undefined })
    expect(oldest).toMatchObject({ data: expect.stringContaining('"extension":"1"') })
    expect(again.events).toHaveLength(201)
  })

  test('after exactly what is kept has all of it', async () => {
    const first = await Follower.join()
    changed('first')
    const [event] = await first.has(1)
    for (let i = 0; i < 200; i++) changed(`${i}`)
    const again = await Follower.join(event?.id)
    const events = await again.has(200)
    expect(extensions(events)).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`))
  })

  test.each(['nonsense', 'zzz-1', '-', '1'])('with the id %j of another process is told so', async id => {
    changed('a')
    const follower = await Follower.join(id)
    const [missed] = await follower.has(2)
    expect(missed?.event).toBe('missed')
    expect(extensions(follower.events.slice(1))).toEqual(['a'])
  })

  test('without an id has only what happens from now on', async () => {
    changed('a')
    const follower = await Follower.join()
    changed('b')
    expect(extensions(await follower.has(1))).toEqual(['b'])
  })
})

test('who does not read is cut, and the others have everything', async () => {
  const reader = await Follower.join()
  const slow = await Follower.join()
  slow.response.pause()
  const closed = new Promise<void>(resolve => slow.response.once('close', resolve))
  const long = 'x'.repeat(20_000)
  let told = 0
  // The systems' own buffers come first: how much they take is theirs to say.
  while (desk.server.followers === 2) {
    changed(long)
    told++
    await reader.has(told)
  }
  expect(desk.server.followers).toBe(1)
  slow.response.resume()
  await closed
  changed('after')
  expect((await reader.has(told + 1)).at(-1)?.data).toContain('"after"')
  expect(warnings).toEqual(['cut a client that does not read its events'])
})

test('no more than a hundred follow', async () => {
  for (let i = 0; i < 100; i++) await Follower.join()
  const reply = await ask(desk.port, 'GET', '/v1/events')
  expect(reply.status).toBe(503)
  expect(reply.body).toMatchObject({ error: { code: 'too-many-clients' } })
})
