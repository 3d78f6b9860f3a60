// Peers that hold connections without using them, over the network, against the real adapter: each costs itself its connection,
// and nobody else anything.

import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { encodeFrame } from '../../src/esl/frame.ts'
import { silentLog } from '../../src/lib/log.ts'
import { FreeSwitch } from '../../src/pbx/freeswitch/freeswitch.ts'
import type { Leg, LegEvent } from '../../src/pbx/pbx.ts'
import { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import { goldenChunks } from './golden.ts'
import { heldBytes } from './held-bytes.ts'

const CHANNEL =
  goldenChunks('01-record-play-hangup.outbound').find(({ dir }) => dir === 'fs')?.data ?? Buffer.alloc(0)
const REPLY_TIMEOUT_MS = 2_000
const PEERS = 1_000

/** The adapter on a real port, with time standing still. */
async function daemon() {
  const clock = new ManualClock()
  const legs: Leg[] = []
  let ids = 0
  const pbx = new FreeSwitch({
    host: '127.0.0.1',
    port: 0,
    maxConnections: 2_000,
    replyTimeoutMs: REPLY_TIMEOUT_MS,
    clock,
    ids: { next: () => `id-${++ids}` },
    log: silentLog,
  })
  await pbx.listen(leg => legs.push(leg))
  onTestFinished(() => {
    // A manual clock keeps what a cancelled timer would have done until its time has come.
    clock.advance(10 * REPLY_TIMEOUT_MS)
    return pbx.stopListening()
  })
  return { clock, legs, pbx, port: pbx.port ?? 0 }
}

type Daemon = Awaited<ReturnType<typeof daemon>>

/** So many connections, which say `text` and are silent from then on. */
function strangers(port: number, count: number, text: string | Buffer) {
  let closed = 0
  let written = 0
  const sockets: Socket[] = []
  for (let i = 0; i < count; i++) {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, () => written++))
    socket.on('error', () => {})
    socket.on('close', () => closed++)
    socket.resume()
    sockets.push(socket)
  }
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  return { closed: () => closed, written: () => written }
}

/** A caller of the embedded switch, over the network, has become a leg that can be used. */
async function expectGoodCall({ clock, legs, port }: Daemon): Promise<() => Promise<void>> {
  const before = legs.length
  const files = new MemoryFiles(clock)
  const good = new FakeFreeswitch({ clock, files })
  const caller = await good.call({ to: '5000', from: '+15550100', listener: { host: '127.0.0.1', port } })
  await until(() => legs.length > before)
  const leg = legs.at(-1)
  expect(leg?.facts.id).toBe(caller.id)
  const works = async () => {
    await leg?.setVariables({ parley_outcome: 'finished' })
    expect(caller.variable('parley_outcome')).toBe('finished')
    await leg?.setVariables({ parley_outcome: '' })
  }
  await works()
  return works
}

/** The network has done its part: what was written is read, what was closed is gone. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 100; turns++) await turn()
}

describe(`${PEERS} connections that become no call`, () => {
  const header = Buffer.concat([Buffer.from('Content-Type: command/reply\nX: '), Buffer.alloc(60_000, 'x')])
  const body = Buffer.concat([
    Buffer.from('Content-Type: command/reply\nContent-Length: 65536\n\n'),
    Buffer.alloc(60_000),
  ])

  test.each<[string, string | Buffer, number]>([
    ['say nothing', '', 50e6],
    ['begin a header and do not end it', header, 300e6],
    ['begin a body and do not end it', body, 300e6],
  ])(
    'and %s are gone after the time to answer, and a call meanwhile is answered',
    async (what, text, mostBytes) => {
      const one = await daemon()
      const { pbx, clock, port } = one
      await quiet()
      const before = heldBytes()
      const peers = strangers(port, PEERS, text)
      await until(() => pbx.counts.open === PEERS)
      const works = await expectGoodCall(one)
      expect(pbx.counts).toMatchObject({ open: PEERS + 1, accepted: 1, garbage: 0 })
      await until(() => peers.written() === PEERS)
      await quiet()
      const held = heldBytes() - before
      console.log(`${PEERS} peers that ${what}: ${(Math.max(0, held) / 1e6).toFixed(0)} MB`)
      expect(held).toBeLessThan(mostBytes)
      clock.advance(REPLY_TIMEOUT_MS)
      await until(() => pbx.counts.open === 1 && peers.closed() === PEERS)
      expect(pbx.counts).toMatchObject({ accepted: 1, garbage: PEERS })
      await works()
    },
  )
})

describe('a peer that never reads what we write', () => {
  /** A switch that answers the beginning of the session, and then leaves everything where it is. */
  async function slowReader(one: Daemon) {
    const socket = connect(one.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    let asked = ''
    socket.on('data', chunk => {
      asked += chunk
      if (chunk.includes('connect\n\n')) socket.write(CHANNEL)
      if (!asked.includes('playback_terminators')) return
      for (let i = 0; i < 3; i++) socket.write('Content-Type: command/reply\nReply-Text: +OK\n\n')
      socket.write(encodeFrame('Content-Type: api/response\nContent-Length: 4', Buffer.from('+OK\n')))
      socket.pause()
    })
    await until(() => one.legs.length > 0)
    const [leg] = one.legs.splice(0, 1)
    const events: LegEvent[] = []
    leg?.onEvent(event => events.push(event))
    return { leg, events }
  }

  test('costs a bounded buffer and its own connection, however much is to be said', async () => {
    const one = await daemon()
    const { leg, events } = await slowReader(one)
    const works = await expectGoodCall(one)
    await quiet()
    const before = heldBytes()
    const value = 'x'.repeat(50_000)
    const said: Promise<unknown>[] = []
    for (let i = 0; i < 400 && events.length === 0; i++) {
      said.push(
        leg?.setVariables({ parley_note: value }).catch((error: unknown) => error) ?? Promise.resolve(),
      )
      await turn()
    }
    expect(events).toMatchObject([{ type: 'lost', error: { reason: 'not reading' } }])
    const failures = await Promise.all(said)
    expect(failures.every(failure => failure instanceof Error)).toBe(true)
    const held = heldBytes() - before
    console.log(
      `a peer that does not read: ${(Math.max(0, held) / 1e6).toFixed(1)} MB after ${said.length} commands of 50 kB`,
    )
    expect(held).toBeLessThan(40e6)
    await until(() => one.pbx.counts.open === 1)
    await works()
  })

  test('and is told little is gone when an answer is due', async () => {
    const one = await daemon()
    const { leg, events } = await slowReader(one)
    const works = await expectGoodCall(one)
    const said = leg?.setVariables({ parley_note: 'x' }).catch((error: unknown) => error)
    await turn()
    one.clock.advance(REPLY_TIMEOUT_MS)
    expect(await said).toMatchObject({ name: 'PbxError' })
    await until(() => one.pbx.counts.open === 1)
    expect(events).toMatchObject([{ type: 'lost', error: { reason: 'reply overdue' } }])
    await works()
  })
})

const turn = () => new Promise<void>(resolve => setImmediate(resolve))

/** Lets the network do its part; what never becomes so ends by the test's own limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn()
}
