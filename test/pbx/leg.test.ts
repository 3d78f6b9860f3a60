// What a leg says to the switch and what it reports, with the switch played by hand.

import { describe, expect, test } from 'vitest'
import { silentLog } from '../../src/lib/log.ts'
import { FreeSwitch } from '../../src/pbx/freeswitch/freeswitch.ts'
import { type Leg, type LegEvent, PbxError, type Recording } from '../../src/pbx/pbx.ts'
import { goldenChunks } from '../esl/golden.ts'
import { Peer } from '../esl/peer.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

const SETTINGS =
  '{RECORD_PRE_BUFFER_FRAMES=1,RECORD_READ_ONLY=true,enable_file_write_buffering=false,RECORD_STEREO=false,RECORD_STEREO_SWAP=false,record_sample_rate=8000}'
const UUID = 'c7a48e9d-066e-430b-8470-10229c73869a'
const CHANNEL = String(goldenChunks('01-record-play-hangup.outbound').find(({ dir }) => dir === 'fs')?.data)

/** A leg with a switch that says +OK to everything but what `answers` has. */
async function leg(
  variables: Record<string, string> = {},
  answers: [RegExp, string | undefined][] = [],
  channel = CHANNEL,
) {
  const peer = new Peer()
  const clock = new ManualClock()
  const said: string[] = []
  peer.onCommand = command => {
    said.push(command.line.replace(` ${UUID}`, ''))
    if (command.line === 'connect') {
      const own = Object.entries(variables).map(
        ([name, value]) => `variable_${name}: ${encodeURIComponent(value)}\n`,
      )
      peer.raw(channel.replace('Content-Type:', `${own.join('')}Content-Type:`))
    } else if (command.line === 'exit') peer.end()
    else {
      const [, answer] = answers.find(([pattern]) => pattern.test(command.line)) ?? [undefined, '+OK']
      if (answer !== undefined) peer.reply(command, answer)
    }
  }
  const pbx = new FreeSwitch({
    host: '127.0.0.1',
    port: 0,
    maxConnections: 1,
    replyTimeoutMs: 1_000,
    clock,
    ids: { next: () => 'id' },
    log: silentLog,
  })
  const leg = await new Promise<Leg>(resolve => {
    pbx.handOver(resolve)
    pbx.accept(peer.daemon)
  })
  const events: LegEvent[] = []
  leg.onEvent(event => events.push(event))
  const event = (name: string, headers: Record<string, string> = {}): void =>
    peer.event({
      'Event-Name': name,
      'Unique-ID': UUID,
      'Event-Date-Timestamp': `${clock.now() * 1_000}`,
      ...headers,
    })
  const begin = said.length
  return { peer, clock, leg, pbx, events, event, said, begin, saidSince: () => said.slice(begin) }
}

/** A recording that has begun. */
async function recording(stage: Awaited<ReturnType<typeof leg>>, path: string): Promise<Recording> {
  const asked = stage.leg.record(path, 8_000)
  await stage.clock.settle()
  stage.event('RECORD_START', { 'Record-File-Path': path })
  return asked
}

const LEFT_SOCKET = { Application: 'socket', 'Answer-State': 'answered' }

describe('a transfer', () => {
  const to = { number: '2000', context: 'public' }

  test('first keeps our end from touching the talk, then reports `moved` once and lets go', async () => {
    const stage = await leg({ socket_resume: 'true' })
    const { clock, events, event, saidSince, pbx } = stage
    const ear = await recording(stage, '/r/1.wav')
    await stage.leg.transfer(to)
    expect(events).toEqual([])
    event('CHANNEL_EXECUTE_COMPLETE', LEFT_SOCKET)
    await clock.settle()
    expect(await ear.stopped).toEqual({ cause: 'leg gone' })
    expect(events).toEqual([{ type: 'moved' }])
    expect(saidSince()).toEqual([
      'api uuid_setvar_multi parley_recordings=/r/1.wav',
      `api uuid_record start /r/1.wav 0 ${SETTINGS}`,
      'api uuid_setvar_multi socket_resume=false',
      'api uuid_transfer 2000 XML public',
      'api uuid_record stop /r/1.wav',
      'exit',
    ])
    expect(clock.pending).toBe(0)
    expect(pbx.counts.open).toBe(0)
  })

  test('that is refused leaves the call with us, and able to outlive us again', async () => {
    const {
      leg: ours,
      events,
      saidSince,
      clock,
    } = await leg({ socket_resume: 'true' }, [[/uuid_transfer/, '-ERR']])
    await expect(ours.transfer(to)).rejects.toThrow(PbxError)
    expect(saidSince().at(-1)).toBe('api uuid_setvar_multi socket_resume=true')
    ours.play('/p.wav', 1_000)
    await clock.settle()
    expect(saidSince().at(-1)).toBe('sendmsg')
    expect(events).toEqual([])
  })

  test.each([
    { number: '2000 XML evil', context: 'public' },
    { number: '-both', context: 'public' },
    { number: '2000', context: 'a b' },
    { number: '', context: 'public' },
    { number: "20'00", context: 'public' },
    { number: '2000\n\nexit', context: 'public' },
    { number: ['$', '{uuid}'].join(''), context: 'public' },
    { number: '2000', context: '' },
  ])('to $number in $context is refused by us', async extension => {
    const { leg: ours, saidSince } = await leg()
    await expect(ours.transfer(extension)).rejects.toThrow('not an extension')
    expect(saidSince()).toEqual([])
  })

  test('of a caller who hangs up meanwhile is a hang-up', async () => {
    const { leg: ours, events, event, clock } = await leg()
    await ours.transfer(to)
    event('CHANNEL_HANGUP', { 'Hangup-Cause': 'NORMAL_CLEARING' })
    event('CHANNEL_EXECUTE_COMPLETE', { ...LEFT_SOCKET, 'Hangup-Cause': 'NORMAL_CLEARING' })
    event('CHANNEL_HANGUP_COMPLETE', {
      'Hangup-Cause': 'NORMAL_CLEARING',
      variable_sip_hangup_disposition: 'recv_bye',
    })
    await clock.settle()
    expect(events).toEqual([{ type: 'hungUp', hangUp: { by: 'caller', cause: 'NORMAL_CLEARING' } }])
    expect(clock.pending).toBe(0)
  })

  test('is the last that is told: keys pressed in the new place are not ours', async () => {
    const stage = await leg({}, [[/uuid_record \S+ stop/, undefined]])
    await recording(stage, '/r/1.wav')
    await stage.leg.transfer(to)
    stage.event('CHANNEL_EXECUTE_COMPLETE', LEFT_SOCKET)
    stage.event('DTMF', { 'DTMF-Digit': '1', 'DTMF-Duration': '800' })
    stage.event('CHANNEL_HANGUP', { 'Hangup-Cause': 'NORMAL_CLEARING' })
    await stage.clock.settle()
    expect(stage.events).toEqual([{ type: 'moved' }])
  })

  test('by the switch itself is `moved` too, and our exit does not pull the caller back', async () => {
    const { events, event, saidSince, clock } = await leg({ socket_resume: 'true' })
    event('CHANNEL_EXECUTE_COMPLETE', LEFT_SOCKET)
    await clock.settle()
    expect(events).toEqual([{ type: 'moved' }])
    expect(saidSince()).toEqual(['api uuid_setvar_multi socket_resume=false', 'exit'])
  })
})

describe('the end', () => {
  test('`lost` when the connection goes without a word, once, and everything settles', async () => {
    const stage = await leg()
    const { peer, clock, events } = stage
    const ear = await recording(stage, '/r/1.wav')
    const playback = stage.leg.play('/p.wav', 1_000)
    peer.breakOff(new Error('ECONNRESET'))
    expect(await playback.ended).toEqual({ how: 'interrupted', heardMs: 0 })
    expect(await ear.stopped).toEqual({ cause: 'leg gone' })
    await clock.settle()
    expect(events).toMatchObject([{ type: 'lost', error: { reason: 'socket error' } }])
    await expect(stage.leg.setVariables({ a: 'b' })).rejects.toThrow(PbxError)
    await stage.leg.hush()
    await stage.leg.release()
    expect(clock.pending).toBe(0)
  })

  test('`hungUp` waits for the last events, but not long', async () => {
    const { events, event, clock, leg: ours } = await leg()
    const playback = ours.play('/p.wav', 3_000)
    event('CHANNEL_EXECUTE', { 'Application-UUID': 'id' })
    event('PLAYBACK_START')
    await clock.advanceAsync(700)
    event('CHANNEL_HANGUP', { 'Hangup-Cause': 'MEDIA_TIMEOUT' })
    await clock.advanceAsync(499)
    expect(events).toEqual([])
    await clock.advanceAsync(1)
    expect(events).toEqual([{ type: 'hungUp', hangUp: { by: 'switch', cause: 'MEDIA_TIMEOUT' } }])
    expect(await playback.ended).toEqual({ how: 'interrupted', heardMs: 1_200 })
    expect(clock.pending).toBe(0)
  })

  test('`hungUp` when the connection closes after the hang-up was seen', async () => {
    const { events, event, clock, peer } = await leg()
    event('CHANNEL_HANGUP', { 'Hangup-Cause': 'NORMAL_CLEARING' })
    peer.end()
    await clock.settle()
    expect(events).toEqual([{ type: 'hungUp', hangUp: { by: 'caller', cause: 'NORMAL_CLEARING' } }])
    expect(clock.pending).toBe(0)
  })

  test('`hungUp` by us even when the switch only says yes', async () => {
    const { events, clock, leg: ours } = await leg()
    await ours.hangUp('CALL_REJECTED')
    await clock.advanceAsync(1_000)
    expect(events).toEqual([{ type: 'hungUp', hangUp: { by: 'us', cause: 'CALL_REJECTED' } }])
  })

  test('a late reply is a lost leg: nobody knows what the next one would mean', async () => {
    const { events, clock, leg: ours } = await leg({}, [[/uuid_send_dtmf/, undefined]])
    const sent = ours.sendDigits('1').catch((error: unknown) => error)
    await clock.advanceAsync(1_000)
    expect(await sent).toBeInstanceOf(PbxError)
    expect(events).toMatchObject([{ type: 'lost', error: { reason: 'reply overdue' } }])
  })

  test('`release` says exit, stops what records, and may be said twice', async () => {
    const stage = await leg({ socket_resume: 'true' })
    await recording(stage, '/r/1.wav')
    await Promise.all([stage.leg.release(), stage.leg.release()])
    expect(stage.saidSince().slice(2)).toEqual(['api uuid_record stop /r/1.wav', 'exit'])
    expect(stage.events).toEqual([{ type: 'moved' }])
    expect(stage.clock.pending).toBe(0)
  })
})

describe('recordings', () => {
  test('stand in a channel variable as long as they run', async () => {
    const stage = await leg()
    const first = await recording(stage, '/r/1.wav')
    const second = await recording(stage, '/r/2.wav')
    await first.stop()
    stage.event('RECORD_STOP', {
      'Record-File-Path': '/r/1.wav',
      'Record-Completion-Cause': 'success-maxtime',
    })
    expect(await first.stopped).toEqual({ cause: 'success-maxtime' })
    await stage.clock.settle()
    const variables = stage.saidSince().filter(line => line.includes('parley_recordings'))
    expect(variables.map(line => line.split('=')[1])).toEqual(['/r/1.wav', '/r/1.wav,/r/2.wav', '/r/2.wav'])
    expect(second.path).toBe('/r/2.wav')
  })

  test('that do not begin are a failure that may be tried again, and are stopped', async () => {
    const { leg: ours, clock, saidSince } = await leg()
    const failed = ours.record('/r/1.wav', 8_000).catch((error: unknown) => error)
    await clock.advanceAsync(1_000)
    expect(await failed).toMatchObject({ name: 'PbxError', retry: true })
    expect(saidSince().slice(-2)).toEqual([
      'api uuid_record stop /r/1.wav',
      'api uuid_setvar_multi parley_recordings=',
    ])
    expect(clock.pending).toBe(0)
  })

  test.each([
    ['relative.wav', 8_000],
    ['/a b.wav', 8_000],
    ["/a'b.wav", 8_000],
    ['/a,b.wav', 8_000],
    ['/{a}.wav', 8_000],
    ['/a.wav\n\nexit', 8_000],
    ['/a.wav', 44_100],
  ])('%j at %i Hz is refused', async (path, rate) => {
    const { leg: ours, saidSince } = await leg()
    await expect(ours.record(path, rate)).rejects.toThrow(PbxError)
    expect(saidSince()).toEqual([])
  })

  test('of an owner who died are stopped before the call is handed over', async () => {
    const { said, begin } = await leg({ parley_recordings: '/r/old.wav,/r/x y.wav,all' }, [
      [/uuid_record/, '-ERR'],
    ])
    expect(said.slice(0, begin).slice(-2)).toEqual([
      'api uuid_record stop /r/old.wav',
      'api uuid_setvar_multi parley_recordings=',
    ])
  })
})

describe('the session', () => {
  test('cancels the timer that would take the call from us, where the dialplan guards the call', async () => {
    const guarded = await leg({ socket_resume: 'true', last_sched_id: '77' })
    expect(guarded.said).toContain('api sched_del 77')
    const plain = await leg({ last_sched_id: '77' })
    expect(plain.said.join()).not.toContain('sched_del')
  })

  test('of a caller who has gone meanwhile becomes no call', async () => {
    const peer = new Peer()
    peer.onCommand = command => {
      if (command.line === 'connect') peer.raw(CHANNEL)
      else peer.reply(command, command.line.startsWith('api') ? '-ERR No such channel!' : '+OK')
    }
    const clock = new ManualClock()
    const options = { host: '', port: 0, maxConnections: 1, replyTimeoutMs: 1_000, clock, log: silentLog }
    const pbx = new FreeSwitch({ ...options, ids: { next: () => 'id' } })
    let calls = 0
    pbx.handOver(() => calls++)
    pbx.accept(peer.daemon)
    await clock.settle()
    expect(calls).toBe(0)
    expect(pbx.counts).toMatchObject({ open: 0, accepted: 0, garbage: 1 })
  })

  test('facts hold our variables and nobody else’s', async () => {
    const { leg: ours } = await leg({
      parley_language: 'de',
      domain_name: 'x.org',
      sip_auth_password: 'secret',
    })
    expect(ours.facts.variables).toEqual({ parley_language: 'de', domain_name: 'x.org' })
  })
})

test('a channel whose id cannot be said again is no call, and leaves no work behind', async () => {
  const peer = new Peer()
  peer.onCommand = command => {
    if (command.line === 'connect') peer.raw(CHANNEL.replaceAll(UUID, 'a%20b'))
    else peer.reply(command, '+OK')
  }
  const clock = new ManualClock()
  const ids = { next: () => 'id' }
  const pbx = new FreeSwitch({
    host: '127.0.0.1',
    port: 0,
    maxConnections: 1,
    replyTimeoutMs: 1_000,
    clock,
    ids,
    log: silentLog,
  })
  pbx.handOver(() => {
    throw new Error('it was taken for a call')
  })
  pbx.accept(peer.daemon)
  await clock.advanceAsync(100)
  expect(pbx.counts).toMatchObject({ open: 0, garbage: 1 })
})

test('the context is taken as it was set, and not as the answer to connect has it', async () => {
  const set = '{"name":"x%22,%22vip%22:true"}'
  const { leg: one } = await leg({ parley_context: set }, [[/^api uuid_getvar \S+ parley_context$/, set]])
  expect(one.facts.variables.parley_context).toBe(set)
})

test('a caller who holds when they come has said so to nobody else: it is told', async () => {
  const held = CHANNEL.replace('Channel-Call-State: ACTIVE', 'Channel-Call-State: HELD')
  const { events } = await leg({}, [], held)
  expect(events).toEqual([{ type: 'held' }])
})

test('hold and unhold are told', async () => {
  const { events, event, clock } = await leg()
  event('CHANNEL_HOLD')
  event('CHANNEL_UNHOLD')
  await clock.settle()
  expect(events).toEqual([{ type: 'held' }, { type: 'unheld' }])
})

test('a ringing call is answered once, an answered one not again', async () => {
  const ringing = await leg({}, [], CHANNEL.replace('Answer-State: answered', 'Answer-State: ringing'))
  expect(ringing.leg.facts.answered).toBe(false)
  await ringing.leg.answer()
  await ringing.leg.answer()
  expect(ringing.saidSince()).toEqual(['api uuid_answer'])
  const answered = await leg()
  await answered.leg.answer()
  expect(answered.saidSince()).toEqual([])
})

test.each(['1 2', '12x', '', '1\n2'])('the digits %j are not sent', async digits => {
  const { leg: ours, saidSince } = await leg()
  await expect(ours.sendDigits(digits)).rejects.toThrow(PbxError)
  expect(saidSince()).toEqual([])
})

describe('masking', () => {
  const maskings = (lines: string[]) =>
    lines.filter(line => /uuid_record (start|stop|mask|unmask) /.test(line))

  test('reaches what runs, and what begins later in the same breath as its beginning', async () => {
    const stage = await leg()
    await recording(stage, '/r/1.wav')
    await stage.leg.setMasked('ours', true)
    await recording(stage, '/r/2.wav')
    await stage.leg.setMasked('ours', false)
    expect(maskings(stage.saidSince())).toEqual([
      `api uuid_record start /r/1.wav 0 ${SETTINGS}`,
      'api uuid_record mask /r/1.wav',
      `api uuid_record start /r/2.wav 0 ${SETTINGS}`,
      'api uuid_record mask /r/2.wav',
      'api uuid_record unmask /r/1.wav',
      'api uuid_record unmask /r/2.wav',
    ])
  })

  test("keeps the keys of the call out of the switch's own records, for good", async () => {
    const stage = await leg()
    await stage.leg.setMasked('ours', true)
    await stage.leg.setMasked('ours', false)
    expect(stage.saidSince()).toEqual(['api uuid_setvar_multi digits_dialed_filter=.+'])
  })

  test('of one that is refused is told, and the others are masked all the same', async () => {
    const stage = await leg({}, [[/ mask \/r\/1/, '-ERR Cannot mask recording session!']])
    await recording(stage, '/r/1.wav')
    await recording(stage, '/r/2.wav')
    await expect(stage.leg.setMasked('ours', true)).rejects.toThrow(PbxError)
    expect(stage.saidSince()).toContain('api uuid_record mask /r/2.wav')
  })

  test('leaves out what is being stopped', async () => {
    const stage = await leg({}, [[/ mask /, '-ERR Cannot mask recording session!']])
    const ear = await recording(stage, '/r/1.wav')
    await ear.stop()
    await stage.leg.setMasked('ours', true)
    expect(maskings(stage.saidSince())).not.toContain('api uuid_record mask /r/1.wav')
  })

  test("of the PBX's own recording is noted in the call, so that the next owner can take it back", async () => {
    const stage = await leg({ record_path: '/pbx/x', record_name: 'a.wav' })
    await stage.leg.setMasked('pbx', true)
    await stage.leg.setMasked('pbx', false)
    expect(stage.saidSince()).toEqual([
      'api uuid_setvar_multi parley_masked=/pbx/x/a.wav',
      'api uuid_record mask /pbx/x/a.wav',
      'api uuid_record unmask /pbx/x/a.wav',
      'api uuid_setvar_multi parley_masked=',
    ])
  })

  test("leaves the PBX's recording alone where the call names none, or one that cannot be said", async () => {
    const none = await leg({ record_path: '/pbx/x' })
    await none.leg.setMasked('pbx', true)
    expect(none.saidSince()).toEqual([])
    const odd = await leg({ parley_pbx_recording: '/pbx/x y.wav all' })
    await expect(odd.leg.setMasked('pbx', true)).rejects.toThrow(PbxError)
    expect(odd.saidSince()).toEqual([])
  })

  test('that an earlier owner has left is taken back', async () => {
    const { said } = await leg({ parley_masked: '/pbx/x/a.wav' })
    expect(said.slice(-2)).toEqual([
      'api uuid_record unmask /pbx/x/a.wav',
      'api uuid_setvar_multi parley_masked=',
    ])
  })

  test("of the PBX's recording ends when the call goes elsewhere", async () => {
    const stage = await leg({ parley_pbx_recording: '/pbx/a.wav' })
    await stage.leg.setMasked('pbx', true)
    stage.event('CHANNEL_EXECUTE_COMPLETE', LEFT_SOCKET)
    await stage.clock.settle()
    expect(stage.saidSince()).toContain('api uuid_record unmask /pbx/a.wav')
  })
})

test('a recording to keep has both sides, whatever the PBX has put on the channel', async () => {
  const stage = await leg({ record_stereo_swap: 'true' })
  const asked = stage.leg.keep('/kept/1.wav', 8_000)
  await stage.clock.settle()
  stage.event('RECORD_START', { 'Record-File-Path': '/kept/1.wav' })
  expect((await asked).path).toBe('/kept/1.wav')
  const settings =
    'RECORD_PRE_BUFFER_FRAMES=0,RECORD_READ_ONLY=false,RECORD_STEREO=true,RECORD_STEREO_SWAP=false,record_sample_rate=8000'
  expect(stage.saidSince()).toEqual([
    'api uuid_setvar_multi parley_recordings=/kept/1.wav',
    `api uuid_record start /kept/1.wav 0 {${settings}}`,
  ])
})
