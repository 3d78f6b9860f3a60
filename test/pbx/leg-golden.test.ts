// The adapter against sessions captured from a real FreeSWITCH.

import { describe, expect, test } from 'vitest'
import { silentLog } from '../../src/lib/log.ts'
import { FreeSwitch } from '../../src/pbx/freeswitch/freeswitch.ts'
import type { Leg, LegEvent } from '../../src/pbx/pbx.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { GoldenSwitch } from './golden-switch.ts'

const SETTINGS =
  '{RECORD_PRE_BUFFER_FRAMES=1,RECORD_READ_ONLY=true,enable_file_write_buffering=false,RECORD_STEREO=false,RECORD_STEREO_SWAP=false,record_sample_rate=8000}'
const GREETING = '/var/lib/parley/prompts/greeting.wav'
const REPLY = '/var/lib/parley/prompts/reply.wav'

async function called(trace: string, pieceBytes?: number) {
  const golden = new GoldenSwitch(trace, pieceBytes)
  const clock = new ManualClock()
  let plays = -1 // the first id is that of the process
  const pbx = new FreeSwitch({
    host: '127.0.0.1',
    port: 0,
    maxConnections: 1,
    replyTimeoutMs: 1_000,
    clock,
    ids: { next: () => `play-${++plays}` },
    log: silentLog,
  })
  const leg = await new Promise<Leg>(resolve => {
    pbx.handOver(resolve)
    pbx.accept(golden.socket)
  })
  const events: LegEvent[] = []
  const over = new Promise<void>(resolve => {
    leg.onEvent(event => {
      events.push(event)
      if (event.type === 'hungUp' || event.type === 'moved' || event.type === 'lost') resolve()
    })
  })
  return { golden, clock, pbx, leg, events, over }
}

test('01: records, plays, hangs up', async () => {
  const { golden, leg, events, over, pbx, clock } = await called('01-record-play-hangup')
  expect(leg.facts).toMatchObject({
    id: 'c7a48e9d-066e-430b-8470-10229c73869a',
    from: '+15550100',
    callerName: 'Jane Doe',
    to: '5000',
    direction: 'inbound',
    answered: true,
  })
  await leg.answer()
  const recording = await leg.record('/var/lib/parley/recordings/turn1.wav', 8_000)
  const playback = leg.play(GREETING, 2_000)
  expect(await playback.started).toBe('started')
  expect(await playback.ended).toEqual({ how: 'completed', heardMs: 2_000 })
  await recording.stop()
  const hangUp = leg.hangUp('NORMAL_CLEARING')
  expect(await recording.stopped).toEqual({ cause: 'success-maxtime' })
  await hangUp
  await over
  await clock.settle()
  expect(events).toEqual([{ type: 'hungUp', hangUp: { by: 'us', cause: 'NORMAL_CLEARING' } }])
  expect(golden.unplayed).toEqual([])
  expect(pbx.counts).toMatchObject({ open: 0, accepted: 1, garbage: 0 })
  expect(clock.pending, 'no timer outlives the call').toBe(0)
  const uuid = leg.facts.id
  expect(golden.said).toEqual([
    'connect',
    'linger 5',
    `filter Unique-ID ${uuid}`,
    expect.stringMatching(/^event json .*CHANNEL_HOLD CHANNEL_UNHOLD .*CUSTOM conference::maintenance$/),
    `api uuid_setvar_multi ${uuid} playback_terminators=none;parley_owner=127.0.0.1:0-play-0/${uuid}`,
    `api uuid_setvar_multi ${uuid} parley_recordings=/var/lib/parley/recordings/turn1.wav`,
    `api uuid_record ${uuid} start /var/lib/parley/recordings/turn1.wav 0 ${SETTINGS}`,
    'sendmsg',
    `api uuid_record ${uuid} stop /var/lib/parley/recordings/turn1.wav`,
    `api uuid_kill ${uuid} NORMAL_CLEARING`,
    'exit',
  ])
})

// The caller of this capture was ended by a command on its own leg's switch, hence its `send_bye`.
test('02: a playback that the hang-up cuts counts as far as it was heard, though called `done`', async () => {
  const { leg, events, over, clock } = await called('02-caller-hangs-up-during-playback')
  const recording = await leg.record('/var/lib/parley/recordings/turn2.wav', 8_000)
  const playback = leg.play(REPLY, 3_000)
  const waiting = leg.play(REPLY, 3_000)
  expect(await playback.ended).toEqual({ how: 'interrupted', heardMs: 800 })
  await over
  expect(events).toEqual([{ type: 'hungUp', hangUp: { by: 'switch', cause: 'NORMAL_CLEARING' } }])
  expect(await waiting.started).toBe('never')
  expect(await waiting.ended).toEqual({ how: 'interrupted', heardMs: 0 })
  expect(await recording.stopped).toEqual({ cause: 'success-silence' })
  await expect(leg.hangUp('NORMAL_CLEARING')).rejects.toThrow('the leg is gone')
  expect(await leg.play(REPLY, 3_000).started).toBe('never')
  await clock.settle()
  expect(clock.pending).toBe(0)
})

test('03: a barge-in ends what plays and drops what waits, then the next prompt is played', async () => {
  const { golden, leg, events, over } = await called('03-barge-in-break-all')
  const first = leg.play(REPLY, 3_000)
  const second = leg.play(REPLY, 3_000)
  expect(await first.started).toBe('started')
  const hushed = leg.hush()
  const third = leg.play(GREETING, 2_000)
  await hushed
  expect(await first.ended).toEqual({ how: 'interrupted', heardMs: 900 })
  expect(await second.started).toBe('never')
  expect(await second.ended).toEqual({ how: 'interrupted', heardMs: 0 })
  expect(await third.ended).toEqual({ how: 'completed', heardMs: 2_000 })
  await leg.hangUp('NORMAL_CLEARING')
  await over
  expect(events.map(({ type }) => type)).toEqual(['hungUp'])
  expect(golden.unplayed).toEqual([])
})

test('05: the caller’s keys come with their lengths', async () => {
  const { leg, events, over } = await called('05-dtmf')
  await leg.hangUp('NORMAL_CLEARING')
  await over
  expect(events).toEqual([
    { type: 'digitPressed', digit: '1', durationMs: 200 },
    { type: 'digitPressed', digit: '2', durationMs: 200 },
    { type: 'digitPressed', digit: '#', durationMs: 200 },
    { type: 'hungUp', hangUp: { by: 'us', cause: 'NORMAL_CLEARING' } },
  ])
})

test('11: a caller with a Latin-1 name is a caller like any other', async () => {
  const { leg, events, over } = await called('11-caller-id-latin1')
  expect(leg.facts.callerName).toBe('José García')
  await leg.hangUp('NORMAL_CLEARING')
  await over
  expect(events.map(({ type }) => type)).toEqual(['hungUp'])
})

test('12: a recording that the switch itself stops says why', async () => {
  const { leg, over } = await called('12-native-silence-endpoint')
  const recording = await leg.record('/var/lib/parley/recordings/turn12.wav', 8_000)
  expect(await recording.stopped).toEqual({ cause: 'success-silence' })
  await recording.stop()
  await leg.hangUp('NORMAL_CLEARING')
  await over
})

test('a session that arrives in pieces of seven bytes is the same session', async () => {
  const { golden, leg, events, over } = await called('01-record-play-hangup', 7)
  const recording = await leg.record('/var/lib/parley/recordings/turn1.wav', 8_000)
  expect(await leg.play(GREETING, 2_000).ended).toEqual({ how: 'completed', heardMs: 2_000 })
  await recording.stop()
  await leg.hangUp('NORMAL_CLEARING')
  await over
  expect(events.map(({ type }) => type)).toEqual(['hungUp'])
  expect(golden.said.filter(line => line === 'sendmsg')).toHaveLength(1)
})

describe('an owner who comes late', () => {
  test('gets what came before, in order', async () => {
    const golden = new GoldenSwitch('05-dtmf')
    const pbx = new FreeSwitch({
      host: '127.0.0.1',
      port: 0,
      maxConnections: 1,
      replyTimeoutMs: 1_000,
      clock: new ManualClock(),
      ids: { next: () => 'id' },
      log: silentLog,
    })
    const leg = await new Promise<Leg>(resolve => {
      pbx.handOver(resolve)
      pbx.accept(golden.socket)
    })
    await leg.hangUp('NORMAL_CLEARING')
    await leg.release()
    const types: string[] = []
    leg.onEvent(({ type }) => types.push(type))
    expect(types).toEqual(['digitPressed', 'digitPressed', 'digitPressed', 'hungUp'])
  })
})
