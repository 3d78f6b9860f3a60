// Order, time-outs and ends of one connection, at an in-memory socket and a clock that a test moves.

import { describe, expect, test } from 'vitest'
import { api, filter, linger } from '../../src/esl/command.ts'
import { EslConnection, type Incoming } from '../../src/esl/connection.ts'
import { CommandFailed, ConnectionLost, UnsafeValue } from '../../src/esl/errors.ts'
import { encodeFrame } from '../../src/esl/frame.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { Peer } from './peer.ts'

function connected() {
  const peer = new Peer()
  const clock = new ManualClock()
  const trace: string[] = []
  const connection = new EslConnection(peer.daemon, {
    clock,
    replyTimeoutMs: 1_000,
    trace: (direction, text) => trace.push(`${direction} ${text}`),
  })
  const incoming: Incoming[] = []
  connection.onIncoming(what => incoming.push(what))
  return { peer, clock, connection, incoming, trace }
}

describe('commands', () => {
  test('nothing is said unasked, and each command is one write', async () => {
    const { peer, connection, clock } = connected()
    await clock.settle()
    expect(peer.writes).toEqual([])
    const asked = connection.execute('playback', '/a.wav', 'id', null)
    await peer.answer()
    expect(peer.writes).toHaveLength(1)
    expect(asked.id).toBe('id')
  })

  test('replies answer in order, each kind for itself', async () => {
    const { peer, connection } = connected()
    const first = connection.ask(linger(1))
    const second = connection.api('uuid_exists', 'x')
    const third = connection.ask(filter('A', 'b'))
    for (let i = 0; i < 3; i++) await peer.next()
    peer.write('Content-Type: command/reply\nReply-Text: +OK one')
    peer.write('Content-Type: api/response', 'two')
    peer.write('Content-Type: command/reply\nReply-Text: +OK three')
    expect((await first).headers['Reply-Text']).toBe('+OK one')
    expect(await second).toBe('two')
    expect((await third).headers['Reply-Text']).toBe('+OK three')
  })

  test('the reply to an execute does not answer the command after it', async () => {
    const { peer, connection } = connected()
    connection.execute('playback', '/a.wav', 'id', null)
    const lingering = connection.ask(linger(2))
    await peer.answer('+OK of sendmsg')
    await peer.answer('+OK will linger 2 seconds')
    expect((await lingering).headers['Reply-Text']).toBe('+OK will linger 2 seconds')
  })

  test.each(['-ERR No such channel!', '-USAGE: x', '-ERROR'])(
    '%s is a failure, told without the values',
    async no => {
      const { peer, connection } = connected()
      const asked = connection.api('uuid_kill', 'secret')
      await peer.answer(no)
      await expect(asked).rejects.toThrow(CommandFailed)
      await expect(asked).rejects.not.toThrow(/secret/)
      await expect(asked).rejects.toMatchObject({ answer: no })
    },
  )

  test('an unsafe value is refused before anything is written, and shifts nothing', async () => {
    const { peer, connection } = connected()
    await expect(connection.ask(api('a', 'b\n\nexit'))).rejects.toThrow(UnsafeValue)
    expect(() => connection.execute('playback', 'x\ny', 'id', null)).toThrow(UnsafeValue)
    const fine = connection.api('fine', '')
    await peer.answer('yes')
    expect(await fine).toBe('yes')
    expect(peer.writes.join('')).not.toContain('exit')
  })

  test('a reply that is late ends the connection: the next one would answer the wrong question', async () => {
    const { peer, connection, clock, incoming } = connected()
    const first = connection.ask(linger(1))
    const second = connection.ask(linger(2))
    const settled = Promise.allSettled([first, second])
    await clock.advanceAsync(999)
    expect(connection.lost).toBeUndefined()
    await clock.advanceAsync(1)
    peer.write('Content-Type: command/reply\nReply-Text: +OK late')
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(second).rejects.toMatchObject({ reason: 'reply overdue' })
    expect(incoming).toMatchObject([{ type: 'lost', error: { reason: 'reply overdue' } }])
    expect(clock.pending).toBe(0)
  })
})

describe('an application', () => {
  const complete = { 'Event-Name': 'CHANNEL_EXECUTE_COMPLETE', 'Application-UUID': 'id' }

  test('is completed by its own event, not by another’s', async () => {
    const { peer, connection, clock } = connected()
    const { ended } = connection.execute('playback', '/a.wav', 'id', 2_000)
    await peer.answer()
    peer.event({ ...complete, 'Application-UUID': 'other' })
    await clock.advanceAsync(6_999)
    peer.event({ ...complete, 'Application-Response': 'FILE PLAYED' })
    expect(await ended).toMatchObject({
      how: 'completed',
      headers: { 'Application-Response': 'FILE PLAYED' },
    })
    expect(clock.pending).toBe(0)
  })

  test('is dropped when it has not begun, and not when it has', async () => {
    const { peer, connection, clock } = connected()
    const begun = connection.execute('playback', '/a.wav', 'id', null)
    const waiting = connection.execute('playback', '/b.wav', 'waiting', null)
    await peer.answer()
    await peer.answer()
    peer.event({ 'Event-Name': 'CHANNEL_EXECUTE', 'Application-UUID': 'id' })
    await clock.settle()
    connection.drop('id')
    connection.drop('waiting')
    expect(await waiting.ended).toEqual({ how: 'dropped' })
    peer.event(complete)
    expect(await begun.ended).toMatchObject({ how: 'completed' })
  })

  test('is overdue five seconds after its length, and never without a length', async () => {
    const { peer, connection, clock } = connected()
    const bounded = connection.execute('playback', '/a.wav', 'id', 2_000)
    const endless = connection.execute('conference', 'room', 'room', null)
    await peer.answer()
    await peer.answer()
    await clock.advanceAsync(7_000)
    expect(await bounded.ended).toEqual({ how: 'overdue' })
    await clock.advanceAsync(3_600_000)
    expect(await Promise.race([endless.ended, 'still there'])).toBe('still there')
  })

  test('is refused with what the switch said', async () => {
    const { peer, connection } = connected()
    const { ended } = connection.execute('playback', '/a.wav', 'id', null)
    await peer.answer('-ERR invalid session id')
    expect(await ended).toMatchObject({ how: 'refused', error: { answer: '-ERR invalid session id' } })
  })

  test.each<[string, (peer: Peer) => void, string]>([
    ['ends', peer => peer.end(), 'closed'],
    ['breaks', peer => peer.breakOff(new Error('ECONNRESET')), 'socket error'],
    ['is closed', peer => peer.breakOff(undefined as unknown as Error), 'closed'],
    ['brings garbage', peer => peer.raw('Content-Length: x\n\n'), 'garbage'],
    ['brings an event that is none', peer => peer.write('Content-Type: text/event-json', '{'), 'garbage'],
  ])('and all that is awaited settles when the socket %s', async (_, end, reason) => {
    const { peer, connection, incoming, clock } = connected()
    const { ended } = connection.execute('playback', '/a.wav', 'id', 2_000)
    await peer.answer()
    const asked = connection.api('uuid_exists', 'x')
    const settled = Promise.allSettled([asked])
    await peer.next()
    end(peer)
    expect(await ended).toMatchObject({ how: 'lost', error: { reason } })
    expect(await settled).toMatchObject([{ status: 'rejected', reason: { reason } }])
    await clock.settle()
    expect(incoming.filter(({ type }) => type === 'lost')).toHaveLength(1)
    expect(clock.pending).toBe(0)
    await expect(connection.ask(linger(1))).rejects.toThrow(ConnectionLost)
    expect(await connection.execute('playback', '/a.wav', 'id', 1).ended).toMatchObject({ how: 'lost' })
  })
})

describe('what comes in', () => {
  test('20,000 events in one chunk arrive in order, before the end that follows them', async () => {
    const { peer, incoming, clock } = connected()
    const events = Array.from({ length: 20_000 }, (_, n) => {
      const body = Buffer.from(`{"Event-Name":"DTMF","Unique-ID":"u","n":"${n}"}`)
      return encodeFrame(`Content-Length: ${body.length}\nContent-Type: text/event-json`, body)
    })
    peer.raw(Buffer.concat(events))
    peer.end()
    while (incoming.at(-1)?.type !== 'lost') await clock.settle()
    expect(incoming).toHaveLength(20_001)
    const numbers = incoming.flatMap(what => (what.type === 'event' ? Number(what.headers.n) : []))
    expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, n) => n))
  })

  describe('a long body', () => {
    const head = (type: string, bytes: number) => `Content-Type: ${type}\nContent-Length: ${bytes}\n\n`
    const FIRST_LIMIT = 64 * 1024

    test.each([
      ['text/event-json', FIRST_LIMIT + 1],
      ['command/reply', FIRST_LIMIT + 1],
      ['api/response', 15_000_000],
    ])('of %s is garbage before the first answer', async (type, bytes) => {
      const { peer, connection, clock } = connected()
      const asked = Promise.allSettled([connection.ask(linger(1))])
      peer.raw(head(type, bytes))
      await clock.settle()
      expect(await asked).toMatchObject([{ reason: { reason: 'garbage' } }])
      expect(connection.lost?.cause).toMatchObject({ name: 'ProtocolFault' })
    })

    test('that is an event does not raise the limit', async () => {
      const { peer, connection, clock } = connected()
      peer.event({ 'Event-Name': 'DTMF', long: 'x'.repeat(60_000) })
      await clock.settle()
      expect(connection.lost).toBeUndefined()
      peer.raw(head('text/event-json', FIRST_LIMIT + 1))
      await clock.settle()
      expect(connection.lost?.reason).toBe('garbage')
    })

    test('is taken after it, in the same chunk as well', async () => {
      const { peer, connection } = connected()
      const first = connection.ask(linger(1))
      const second = connection.api('show', 'registrations')
      for (let i = 0; i < 2; i++) await peer.next()
      const body = 'x'.repeat(1_000_000)
      const reply = 'Content-Type: command/reply\nReply-Text: +OK\n\n'
      peer.raw(`${reply}${head('api/response', body.length)}${body}`)
      await first
      expect(await second).toHaveLength(body.length)
    })
  })

  test('a bug in the owner ends this connection and nothing else', async () => {
    const { peer, connection, clock } = connected()
    const seen: string[] = []
    connection.onIncoming(what => {
      seen.push(what.type)
      if (what.type === 'event') throw new Error('a bug')
    })
    peer.event({ 'Event-Name': 'DTMF' })
    await clock.settle()
    expect(seen).toEqual(['event', 'lost'])
    expect(connection.lost).toMatchObject({ reason: 'fault', cause: { message: 'a bug' } })
  })

  test('a switch that does not read is given up', async () => {
    const { connection } = connected()
    const asked = Array.from({ length: 50 }, () => connection.api('x', 'y'.repeat(50_000)))
    const results = await Promise.allSettled(asked)
    expect(results.every(({ status }) => status === 'rejected')).toBe(true)
    expect(connection.lost?.reason).toBe('not reading')
  })

  test('the trace shows both directions', async () => {
    const { peer, connection, trace } = connected()
    const asked = connection.ask(linger(2))
    await peer.answer('+OK will linger')
    await asked
    expect(trace).toEqual([
      '> linger 2\n\n',
      '< Content-Type: command/reply\nReply-Text: +OK will linger\n\n',
    ])
  })
})

describe('a polite exit', () => {
  test('is said, awaits the close, and is our own doing', async () => {
    const { peer, connection, incoming, clock } = connected()
    connection.exit()
    connection.exit()
    expect((await peer.next()).line).toBe('exit')
    await clock.settle()
    expect(incoming).toMatchObject([{ type: 'lost', error: { reason: 'ended by us' } }])
    expect(peer.commands).toEqual([])
    expect(clock.pending).toBe(0)
  })
})
