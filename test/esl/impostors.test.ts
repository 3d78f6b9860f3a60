// Peers that speak the language of a switch and are none, against the real adapter: each costs itself its connection, and nobody
// else anything.

import { describe, expect, test } from 'vitest'
import { setVariables } from '../../src/esl/command.ts'
import { EslConnection, type Incoming } from '../../src/esl/connection.ts'
import { ConnectionLost } from '../../src/esl/errors.ts'
import { encodeFrame } from '../../src/esl/frame.ts'
import { silentLog } from '../../src/lib/log.ts'
import { FreeSwitch } from '../../src/pbx/freeswitch/freeswitch.ts'
import type { Leg, LegEvent } from '../../src/pbx/pbx.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { goldenChunks } from './golden.ts'
import { heldBytes } from './held-bytes.ts'
import { Peer } from './peer.ts'

const CHANNEL =
  goldenChunks('01-record-play-hangup.outbound').find(({ dir }) => dir === 'fs')?.data ?? Buffer.alloc(0)
const UUID = 'c7a48e9d-066e-430b-8470-10229c73869a'
const REPLY_TIMEOUT_MS = 2_000

/** A session whose switch a test plays by hand. */
function session() {
  const clock = new ManualClock()
  const peer = new Peer()
  const legs: Leg[] = []
  const events: LegEvent[] = []
  const pbx = new FreeSwitch({
    host: '',
    port: 0,
    maxConnections: 2,
    replyTimeoutMs: REPLY_TIMEOUT_MS,
    clock,
    ids: { next: () => 'id' },
    log: silentLog,
  })
  pbx.handOver(leg => {
    legs.push(leg)
    leg.onEvent(event => events.push(event))
  })
  pbx.accept(peer.daemon)
  return { clock, peer, pbx, legs, events }
}

async function begun() {
  const one = session()
  one.peer.onCommand = command => {
    if (command.line === 'connect') one.peer.raw(CHANNEL)
    else one.peer.reply(command)
  }
  await one.clock.settle()
  const [leg] = one.legs
  if (!leg) throw new Error('there is no leg')
  return { ...one, leg }
}

describe('a peer that speaks the language and is no switch', () => {
  const reply = (headers: string) => `Content-Type: command/reply\n${headers}\n\n`
  const long = encodeFrame(
    'Content-Type: text/event-json\nContent-Length: 2000000',
    Buffer.alloc(2_000_000, ' '),
  )

  test.each<[string, string | Buffer]>([
    ['answers connect with -ERR', reply('Reply-Text: -ERR no')],
    ['answers connect with headers that mean nothing', reply('A: b\nB: c')],
    ['answers with a channel that has an empty id', reply('Unique-ID:\nReply-Text: +OK')],
    ['announces more than can be', reply('Unique-ID: x\nContent-Length: 99999999999999999999')],
    ['announces more than there may be', reply('Unique-ID: x\nContent-Length: 999999999999')],
    ['announces less than nothing', reply('Unique-ID: x\nContent-Length: -1')],
    ['sends a bomb of headers', reply('A: b\n'.repeat(100_000))],
    ['sends a header without end', 'a'.repeat(200_000)],
    ['sends an event that is none', 'Content-Type: text/event-json\nContent-Length: 3\n\n{{{'],
    ['sends an event of two megabytes', long],
  ])('and %s becomes no call, at once', async (_, bytes) => {
    const { peer, clock, pbx, legs } = session()
    await peer.next()
    peer.raw(bytes)
    await clock.settle()
    expect(legs).toEqual([])
    expect(pbx.counts).toMatchObject({ open: 0, accepted: 0, garbage: 1 })
    expect(peer.daemon.destroyed).toBe(true)
    expect(clock.pending).toBe(0)
    // Not a word more than the question.
    expect(peer.writes).toEqual(['connect\n\n'])
  })

  test.each<[string, string | Buffer]>([
    ['announces a body without end', 'Content-Type: api/response\nContent-Length: 999999999999\n\n'],
    ['sends an event of two megabytes', long],
    ['sends a bomb of headers', `Content-Type: text/event-plain\n${'A: b\n'.repeat(100_000)}\n`],
    ['sends what is no text', Buffer.from('Content-Type: \0\n\n')],
  ])('and later %s loses its call, which is told once', async (_, bytes) => {
    const { peer, clock, pbx, events, leg } = await begun()
    peer.raw(bytes)
    await clock.settle()
    expect(events).toMatchObject([{ type: 'lost', error: { reason: 'garbage' } }])
    expect(pbx.counts.open).toBe(0)
    expect(clock.pending).toBe(0)
    await expect(leg.setVariables({ a: 'b' })).rejects.toMatchObject({ name: 'PbxError' })
  })

  test('and floods us with events costs no memory and no order, not even before it has answered', async () => {
    const { peer, clock, pbx, legs, events } = session()
    await peer.next()
    const before = heldBytes()
    const event = encodeEvent({
      'Event-Name': 'DTMF',
      'Unique-ID': UUID,
      'DTMF-Digit': '1',
      'DTMF-Duration': '800',
    })
    for (let i = 0; i < 100; i++) {
      peer.raw(Buffer.concat(Array(1_000).fill(event)))
      await clock.settle(1)
    }
    const held = heldBytes() - before
    console.log(`100,000 events that nobody asked for: ${(Math.max(0, held) / 1e6).toFixed(0)} MB`)
    expect(held).toBeLessThan(60e6)
    expect([legs, events]).toEqual([[], []])
    await clock.advanceAsync(REPLY_TIMEOUT_MS)
    expect(pbx.counts).toMatchObject({ open: 0, garbage: 1 })
  })

  test('and answers what nobody asked leaves the answers that follow where they belong', async () => {
    const { peer, clock, leg, events } = await begun()
    for (let i = 0; i < 1_000; i++) {
      peer.write('Content-Type: command/reply\nReply-Text: -ERR nobody asked')
      peer.write('Content-Type: api/response', '-ERR nobody asked')
    }
    await clock.settle()
    await leg.setVariables({ parley_outcome: 'finished' })
    await leg.sendDigits('1')
    expect(events).toEqual([])
  })

  test.each([
    { 'Event-Name': 'command::reply' },
    { 'Event-Name': 'api::response' },
    { 'Event-Name': '**' },
    { 'Event-Name': 'command', 'Unique-ID': 'reply' },
    { 'Event-Name': '*', 'Unique-ID': '*' },
    { 'Event-Name': 'API', 'Unique-ID': '**' },
  ])('and sends the event %j has not answered a question by it', async headers => {
    const peer = new Peer()
    const clock = new ManualClock()
    const connection = new EslConnection(peer.daemon, { clock, replyTimeoutMs: REPLY_TIMEOUT_MS })
    const incoming: Incoming[] = []
    connection.onIncoming(what => incoming.push(what))
    const settled: unknown[] = []
    const asked = [...setVariables('u', { a: 'b' })].map(command => connection.ask(command))
    for (const one of asked)
      one.then(
        value => settled.push(value),
        error => settled.push(error),
      )
    peer.event(headers)
    await clock.settle()
    expect(incoming).toHaveLength(1)
    expect(settled).toEqual([])
    await clock.advanceAsync(REPLY_TIMEOUT_MS)
    expect(settled).toEqual([expect.any(ConnectionLost)])
  })

  test.each([
    ['a header that has no text', { a: { toString: 1, valueOf: 1 } }],
    ['a header nested deeper than any stack', { a: '@deep' }],
    ['names that mean something to the language', { __proto__x: '1', constructor: '2', toString: '3' }],
  ])('and sends an event with %s is heard out', async (_, headers) => {
    const { peer, clock, events } = await begun()
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const event = { ...headers, 'Event-Name': 'DTMF', 'DTMF-Digit': '1' }
    const body = JSON.stringify(event).replace('"@deep"', deep).replace('__proto__x', '__proto__')
    peer.write('Content-Type: text/event-json', body)
    await clock.settle()
    expect(events).toMatchObject([{ type: 'digitPressed', digit: '1' }])
  })
})

function encodeEvent(headers: Record<string, string>): Buffer {
  const body = Buffer.from(JSON.stringify(headers))
  return encodeFrame(`Content-Length: ${body.length}\nContent-Type: text/event-json`, body)
}
