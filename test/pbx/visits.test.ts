// A leg that goes elsewhere and comes back, with the switch played by hand: rooms, listening to another leg, talking.

import { describe, expect, test } from 'vitest'
import { silentLog } from '../../src/lib/log.ts'
import { FreeSwitch } from '../../src/pbx/freeswitch/freeswitch.ts'
import { type Leg, type LegEvent, PbxError } from '../../src/pbx/pbx.ts'
import { goldenChunks } from '../esl/golden.ts'
import { Peer } from '../esl/peer.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

const UUID = 'c7a48e9d-066e-430b-8470-10229c73869a'
const CHANNEL = String(goldenChunks('01-record-play-hangup.outbound').find(({ dir }) => dir === 'fs')?.data)

/** A leg whose dialplan goes on without us; the switch says +OK to everything but what `answers` has. */
async function leg(answers: [RegExp, string | undefined][] = [], resumes = true) {
  const peer = new Peer()
  const clock = new ManualClock()
  const said: string[] = []
  peer.onCommand = command => {
    const { headers, line } = command
    const run = `${headers['execute-app-name']} ${headers['execute-app-arg']}`
    said.push(
      line === 'sendmsg' ? run : [line, ...Object.values(headers)].join(' ').replaceAll(` ${UUID}`, ''),
    )
    const [, answer] = answers.find(([pattern]) => pattern.test(line)) ?? [undefined, '+OK']
    if (line === 'connect') {
      peer.raw(CHANNEL.replace('Content-Type:', `variable_socket_resume: ${resumes}\nContent-Type:`))
    } else if (line === 'exit') peer.end()
    else if (answer !== undefined) peer.reply(command, answer)
  }
  let ids = -1
  const pbx = new FreeSwitch({
    host: '127.0.0.1',
    port: 0,
    maxConnections: 1,
    replyTimeoutMs: 1_000,
    clock,
    ids: { next: () => `id-${++ids}` },
    log: silentLog,
  })
  const leg = await new Promise<Leg>(resolve => {
    pbx.handOver(resolve)
    pbx.accept(peer.daemon)
  })
  const events: LegEvent[] = []
  leg.onEvent(event => events.push(event))
  const event = async (name: string, headers: Record<string, string> = {}): Promise<void> => {
    peer.event({
      'Event-Name': name,
      'Unique-ID': UUID,
      'Event-Date-Timestamp': `${clock.now() * 1_000}`,
      ...headers,
    })
    await clock.settle()
  }
  const begin = said.length
  const room = (action: string, headers: Record<string, string> = {}) =>
    event('CUSTOM', {
      'Event-Subclass': 'conference::maintenance',
      'Conference-Name': 'transfer-1',
      'Member-ID': '7',
      Action: action,
      ...headers,
    })
  const over = (id: string, application = 'conference') =>
    event('CHANNEL_EXECUTE_COMPLETE', {
      'Application-UUID': id,
      Application: application,
      'Application-Response': '_none_',
    })
  return { peer, clock, leg, events, event, room, over, saidSince: () => said.slice(begin) }
}

/** In the room as member 7, the application being `id-1`. */
async function inRoom(answers?: [RegExp, string | undefined][]) {
  const stage = await leg(answers)
  const joined = stage.leg.join('transfer-1', 'caller')
  await stage.clock.settle()
  await stage.room('add-member')
  return { ...stage, stay: await joined }
}

const settled = async (work: Promise<unknown>, clock: ManualClock): Promise<boolean> => {
  let is = false
  void work.then(
    () => {
      is = true
    },
    () => {
      is = true
    },
  )
  await clock.settle()
  return is
}

describe('a room', () => {
  test.each([
    ['caller', 'endconf|dist-dtmf', ['api uuid_setvar_multi hangup_after_conference=false']],
    ['agent', 'endconf|dist-dtmf', []],
    ['listener', 'join-only|mute', []],
    ['guest', 'join-only|dist-dtmf', []],
  ] as const)('is entered as %s with what that means', async (role, flags, before) => {
    const stage = await leg()
    const joined = stage.leg.join('transfer-1', role)
    await stage.clock.settle()
    expect(stage.saidSince()).toEqual([...before, `conference transfer-1@parley+flags{${flags}}`])
    expect(await settled(joined, stage.clock), 'not before the switch says so').toBe(false)
    await stage.room('add-member', { 'Conference-Name': 'another' })
    expect(await settled(joined, stage.clock), 'not of another room').toBe(false)
    await stage.room('add-member')
    expect(await settled(joined, stage.clock)).toBe(true)
    expect(stage.clock.pending).toBe(0)
  })

  test('is entered from whatever plays, in one breath with its end', async () => {
    const stage = await leg()
    const music = stage.leg.play('local_stream://moh', null)
    await stage.event('CHANNEL_EXECUTE', { 'Application-UUID': 'id-1' })
    await stage.event('PLAYBACK_START')
    await stage.clock.advanceAsync(60_000)
    const joined = stage.leg.join('transfer-1', 'agent')
    await stage.clock.settle()
    expect(stage.saidSince()).toEqual([
      'playback local_stream://moh',
      'api uuid_break all',
      expect.stringMatching(/^conference transfer-1@parley/),
    ])
    await stage.event('PLAYBACK_STOP', { 'Playback-Status': 'break' })
    await stage.event('CHANNEL_EXECUTE_COMPLETE', {
      'Application-UUID': 'id-1',
      'Application-Response': 'FILE PLAYED',
    })
    expect(await music.ended).toEqual({ how: 'interrupted', heardMs: 60_000 })
    await stage.room('add-member')
    await joined
  })

  test('that does not let the leg in is a refusal, and the leg can be spoken to as before', async () => {
    const stage = await leg()
    const joined = stage.leg.join('transfer-1', 'agent').catch((error: unknown) => error)
    await stage.clock.settle()
    await stage.room('rejected-join-only', { 'Member-ID': '' })
    await stage.over('id-1')
    expect(await joined).toBeInstanceOf(PbxError)
    stage.leg.play('/p.wav', 1_000)
    await stage.clock.settle()
    expect(stage.saidSince().at(-1)).toBe('playback /p.wav')
  })

  test('that takes too long is given up on: whoever comes in later is taken out', async () => {
    const stage = await leg()
    const joined = stage.leg.join('transfer-1', 'caller').catch((error: unknown) => error)
    await stage.clock.advanceAsync(1_000)
    expect(await joined).toBeInstanceOf(PbxError)
    expect(stage.clock.pending).toBe(0)
    await stage.room('add-member')
    expect(stage.saidSince().at(-1)).toBe('api conference transfer-1 kick 7')
  })

  test.each(['', 'a b', 'a@b', 'a+flags{moderator}', 'a\nb', 'ä', '$'.concat('{x}')])(
    'called %j is none',
    async room => {
      const stage = await leg()
      await expect(stage.leg.join(room, 'caller')).rejects.toThrow(PbxError)
      expect(stage.saidSince()).toEqual([])
    },
  )

  test('while the leg is in it nothing is played to it alone, and no second room is entered', async () => {
    const stage = await inRoom()
    const before = stage.saidSince().length
    const playback = stage.leg.play('/p.wav', 1_000)
    expect(await playback.ended).toEqual({ how: 'interrupted', heardMs: 0 })
    await expect(stage.leg.join('transfer-2', 'agent')).rejects.toThrow('the leg is with somebody else')
    expect(stage.saidSince()).toHaveLength(before)
  })

  test('is left on request: this member alone is taken out, and can be spoken to again', async () => {
    const stage = await inRoom()
    const left = stage.stay.leave()
    await stage.clock.settle()
    expect(stage.saidSince().at(-1)).toBe('api conference transfer-1 kick 7')
    expect(await settled(left, stage.clock), 'not before it has left').toBe(false)
    await stage.over('id-1')
    await left
    await stage.stay.left
    stage.leg.play('/p.wav', 1_000)
    await stage.clock.settle()
    expect(stage.saidSince().at(-1)).toBe('playback /p.wav')
    expect(await settled(stage.leg.join('transfer-2', 'caller'), stage.clock)).toBe(false)
  })

  test('that the leg has just left by itself need not be left: the refusal is no failure', async () => {
    const stage = await inRoom([[/kick/, undefined]])
    const left = stage.stay.leave()
    await stage.over('id-1')
    await left
  })

  test.each(['hang-up', 'loss'])('is left by a %s', async how => {
    const stage = await inRoom()
    if (how === 'loss') stage.peer.breakOff(new Error('ECONNRESET'))
    else {
      await stage.event('CHANNEL_HANGUP', { 'Hangup-Cause': 'NORMAL_CLEARING' })
      await stage.over('id-1')
      await stage.event('CHANNEL_HANGUP_COMPLETE', { 'Hangup-Cause': 'NORMAL_CLEARING' })
    }
    await stage.stay.left
    expect(stage.events.map(({ type }) => type)).toEqual([how === 'loss' ? 'lost' : 'hungUp'])
    expect(stage.clock.pending).toBe(0)
  })

  test.each([
    ['2', 2],
    ['-ERR Conference transfer-1 not found', null],
    ['maintenance', null],
  ])('tells how many are in it: %s', async (answer, count) => {
    const stage = await inRoom([[/list count/, answer]])
    const told = stage.stay.count()
    if (count === null) await expect(told).rejects.toThrow(PbxError)
    else expect(await told).toBe(count)
  })

  test('hears a file together; what is no sound, or is not there, is refused', async () => {
    const stage = await inRoom([[/nowhere/, '-ERR (play) File: /nowhere.wav not found.']])
    await stage.stay.play('/p.wav')
    expect(stage.saidSince().at(-1)).toBe('api conference transfer-1 play /p.wav')
    await expect(stage.stay.play('/nowhere.wav')).rejects.toThrow(PbxError)
    await expect(stage.stay.play('/p.wav all')).rejects.toThrow(PbxError)
  })

  test('does not keep keys from being told', async () => {
    const stage = await inRoom()
    await stage.event('DTMF', { 'DTMF-Digit': '5', 'DTMF-Duration': '800' })
    expect(stage.events).toEqual([{ type: 'digitPressed', digit: '5', durationMs: 100 }])
  })
})

describe('talking', () => {
  test('keeps our end from touching the leg, until it is with us again', async () => {
    const stage = await leg()
    await stage.leg.setTalking(true)
    await stage.leg.setTalking(false)
    expect(stage.saidSince()).toEqual([
      'api uuid_setvar_multi socket_resume=false;parley_planned=true',
      'api uuid_setvar_multi socket_resume=true;parley_planned=false',
    ])
  })

  test('does not make a leg come back that never did', async () => {
    const stage = await leg([], false)
    await stage.leg.setTalking(true)
    await stage.leg.setTalking(false)
    expect(stage.saidSince()).toEqual(['api uuid_setvar_multi socket_resume=false;parley_planned=true'])
  })

  test('a leg that is let go of in a room stays in it', async () => {
    const stage = await inRoom()
    await stage.leg.setTalking(true)
    const before = stage.saidSince().length
    await stage.leg.release()
    expect(stage.saidSince().slice(before)).toEqual(['exit'])
    expect(stage.events).toEqual([{ type: 'moved' }])
  })
})

describe('listening to another leg', () => {
  test.each([
    ['listen', 'eavesdrop_whisper_aleg=false;eavesdrop_whisper_bleg=false'],
    ['whisper', 'eavesdrop_whisper_aleg=false;eavesdrop_whisper_bleg=true'],
    ['barge', 'eavesdrop_whisper_aleg=true;eavesdrop_whisper_bleg=true'],
  ] as const)('%s', async (mode, variables) => {
    const stage = await leg()
    const over = stage.leg.eavesdrop('another-leg', mode)
    await stage.clock.settle()
    expect(stage.saidSince()).toEqual([
      `api uuid_setvar_multi eavesdrop_enable_dtmf=false;${variables}`,
      'eavesdrop another-leg',
    ])
    expect(await settled(over, stage.clock)).toBe(false)
    await stage.over('id-1', 'eavesdrop')
    await over
    stage.leg.play('/p.wav', 1_000)
    await stage.clock.settle()
    expect(stage.saidSince().at(-1)).toBe('playback /p.wav')
  })

  test('is ended by a hush, said again until it is heard', async () => {
    const stage = await leg()
    const over = stage.leg.eavesdrop('another-leg', 'listen')
    await stage.clock.settle()
    const hushed = stage.leg.hush()
    await stage.clock.advanceAsync(150)
    const ends = stage.saidSince().filter(line => line.startsWith('sendevent'))
    expect(ends).toEqual(Array(2).fill(`sendevent CUSTOM parley::command *`))
    await stage.over('id-1', 'eavesdrop')
    await hushed
    await over
    expect(stage.clock.pending).toBe(0)
  })

  test('what is no leg is not listened to', async () => {
    const stage = await leg()
    await expect(stage.leg.eavesdrop('all legs', 'listen')).rejects.toThrow(PbxError)
    expect(stage.saidSince()).toEqual([])
  })
})
