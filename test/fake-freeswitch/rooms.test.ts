// Rooms: who may enter, who hears whom, what the room itself plays, and how it ends.

import { describe, expect, test } from 'vitest'
import type { Caller } from './person.ts'
import { RawDaemon } from './raw-daemon.ts'
import { HELLO } from './test-call.ts'
import { hall, meeting, VOICE } from './test-room.ts'

const actions = (events: { what: Record<string, string> }[]) => events.map(({ what }) => what.Action)
const levels = (sound: Int16Array | undefined) => [...new Set(sound)].filter(sample => sample !== 0)

describe('who comes and goes', () => {
  test('who may only join is hung up where there is no room, and the room is not made', async () => {
    const { link, daemon, caller, pass } = await hall()
    daemon.execute('conference', 'nowhere@parley+flags{endconf|join-only}', 'c1')
    await pass(100)
    expect(caller.isOver).toBe(true)
    const told = link.events('CUSTOM')
    expect(actions(told)).toEqual(['rejected-join-only'])
    expect(told[0]?.what).toMatchObject({
      'Conference-Name': 'nowhere',
      'Conference-Profile-Name': 'parley',
      'Unique-ID': caller.id,
    })
  })

  test('who may only join and shall not be hung up is back at once', async () => {
    const { daemon, caller, pass } = await hall()
    daemon.send(`api uuid_setvar ${caller.id} hangup_after_conference false`)
    daemon.execute('conference', 'nowhere@parley+flags{join-only}', 'c1')
    await pass(100)
    expect(caller.isOver).toBe(false)
    const ended = daemon.events('CHANNEL_EXECUTE_COMPLETE').map(({ what }) => what['Application-UUID'])
    expect(ended).toEqual(['c1'])
  })

  test.each([
    ['the caller', 'the agent’s leg ends'],
    ['the agent', 'the caller is let go and stays'],
  ])('%s leaves a room that ends with either: %s', async who => {
    const { daemon, caller, agent, pass } = await meeting({
      flags: 'endconf',
      agentFlags: 'endconf|join-only',
    })
    const [leaves, stays] = who === 'the caller' ? [caller, agent] : [agent, caller]
    leaves.hangsUp()
    await pass(100)
    expect(stays.isOver).toBe(who === 'the caller')
    if (who === 'the caller') return
    const ended = daemon.events('CHANNEL_EXECUTE_COMPLETE').map(({ what }) => what['Application-UUID'])
    expect(ended).toContain('room')
  })

  test('a room goes on when one leaves who is not marked', async () => {
    const { caller, agent, pass, pbx } = await meeting({ agentFlags: '' })
    agent.hangsUp()
    await pass(200)
    expect(caller.isOver).toBe(false)
    expect(pbx.leftovers()).toEqual(['somebody was left alone in a room', 'rooms: 1'])
    pbx.stop()
    expect(pbx.violations.map(({ what }) => what)).toContain('somebody was left alone in a room')
  })

  test('a room whose end has begun cannot be joined any more', async () => {
    const { link, caller, pass, originated } = await meeting({ flags: 'endconf' })
    await pass(13)
    caller.hangsUp()
    await pass(22)
    await originated('conference(room@parley+flags{join-only})', '2001')
    expect(actions(link.events('CUSTOM'))).toContain('rejected-join-only')
  })

  test('who may only join and comes in the moment in which the room is made is turned away', async () => {
    const { clock, pbx, link, daemon, caller, originated, pass } = await hall({
      listeners: { '127.0.0.1:8084': () => landed.wire },
    })
    const landed = new RawDaemon(clock)
    const agent = await originated('socket(127.0.0.1:8084 async full)', '2000')
    landed.control(agent.id)
    await pass(20)
    daemon.execute('conference', 'room@parley+flags{endconf}', 'c1')
    landed.execute('conference', 'room@parley+flags{endconf|join-only}', 'a1')
    await pass(100)
    expect(actions(link.events('CUSTOM'))).toContain('rejected-join-only')
    expect(agent.isOver).toBe(true)
    expect(caller.isOver).toBe(false)
    expect(pbx.openSockets).toBeGreaterThan(0)
  })

  test('an unknown profile opens a room without music, and is a violation', async () => {
    const { daemon, caller, pass, complaints } = await hall()
    daemon.execute('conference', 'room@unheard-of', 'c1')
    await pass(2_000)
    expect(caller.heardMs('music')).toBe(0)
    expect(complaints()).toEqual(['a room with the unknown profile unheard-of'])
  })

  test('a call’s own socket is told of its member, and of nobody else', async () => {
    const { daemon, caller, agent, pass } = await meeting()
    agent.hangsUp()
    await pass(100)
    const told = daemon.events('CUSTOM')
    expect(told.length).toBeGreaterThan(0)
    expect(new Set(told.map(({ what }) => what['Unique-ID']))).toEqual(new Set([caller.id]))
    expect(actions(told)).toContain('add-member')
    expect(actions(told)).not.toContain('conference-create')
  })
})

describe('who hears whom', () => {
  const bothSpeak = async (caller: Caller, agent: Caller, pass: (ms: number) => Promise<void>) => {
    const sinceMs = { caller: caller.ms, agent: agent.ms }
    void caller.says(VOICE(300))
    void agent.says(VOICE(700))
    await pass(600)
    return {
      caller: caller.heardMs(agent, sinceMs.caller) > 0,
      agent: agent.heardMs(caller, sinceMs.agent) > 0,
    }
  }

  test.each([
    ['nothing', [], { caller: true, agent: true }],
    ['mute', ['mute AGENT'], { caller: false, agent: true }],
    ['mute and unmute', ['mute AGENT', 'unmute AGENT'], { caller: true, agent: true }],
    ['deaf', ['deaf AGENT'], { caller: true, agent: false }],
    ['deaf and undeaf', ['deaf AGENT', 'undeaf AGENT'], { caller: true, agent: true }],
    ['nohear', ['relate AGENT CALLER nohear'], { caller: true, agent: false }],
    ['nospeak', ['relate AGENT CALLER nospeak'], { caller: false, agent: true }],
    ['cleared', ['relate AGENT CALLER nospeak', 'relate AGENT CALLER clear'], { caller: true, agent: true }],
  ])('after %s', async (_, commands, expected) => {
    const { link, caller, agent, pass, memberOf } = await meeting({ agentFlags: '' })
    const ids = { CALLER: memberOf(caller), AGENT: memberOf(agent) }
    for (const command of commands)
      link.send(`api conference room ${command.replace('CALLER', ids.CALLER).replace('AGENT', ids.AGENT)}`)
    await pass(40)
    for (const reply of link.replies.slice(-commands.length || link.replies.length))
      expect(reply).toMatch(/^\+OK/)
    expect(await bothSpeak(caller, agent, pass)).toEqual(expected)
  })

  test('a member entered with the flags mute and deaf neither hears nor is heard', async () => {
    const { caller, agent, pass } = await meeting({ agentFlags: 'mute|deaf' })
    expect(await bothSpeak(caller, agent, pass)).toEqual({ caller: false, agent: false })
  })

  test('who holds neither hears nor is heard', async () => {
    const { caller, agent, pass } = await meeting()
    agent.holds()
    expect(await bothSpeak(caller, agent, pass)).toEqual({ caller: false, agent: false })
    agent.unholds()
    await pass(20)
    expect(await bothSpeak(caller, agent, pass)).toEqual({ caller: true, agent: true })
  })

  test('each hears the other’s very samples, and when the first of them came', async () => {
    const { caller, agent, pass } = await meeting()
    await pass(200)
    const sinceMs = agent.ms
    void caller.says(VOICE(300))
    await pass(600)
    expect(levels(agent.heardOf(caller))).toEqual([300])
    expect(agent.heardOf(caller).filter(sample => sample === 300)).toHaveLength(1_600)
    expect((agent.firstHeardMs(caller) ?? 0) - sinceMs).toBeLessThanOrEqual(40)
    expect(caller.firstHeardMs(agent)).toBeUndefined()
  })

  test('who came to somebody is heard later than the one who was there', async () => {
    const { caller, agent, pass } = await meeting()
    const sinceMs = { caller: caller.ms, agent: agent.ms }
    void caller.says(VOICE(300))
    void agent.says(VOICE(700))
    await pass(600)
    expect(Math.abs(agent.beganAtMs + sinceMs.agent - (caller.beganAtMs + sinceMs.caller))).toBeLessThan(1)
    const ofCaller = (agent.firstHeardMs(caller) ?? 0) - sinceMs.agent
    const ofAgent = (caller.firstHeardMs(agent) ?? 0) - sinceMs.caller
    expect([ofCaller, ofAgent]).toEqual([20, 80])
  })

  test('digits reach the others of a member who shares them, and are told as well', async () => {
    const { link, caller, agent, pass } = await meeting({ flags: 'endconf|dist-dtmf' })
    link.send('event json DTMF')
    await pass(20)
    void caller.presses('12')
    await pass(100)
    void agent.presses('9')
    await pass(900)
    expect(agent.digitsHeard).toBe('12')
    expect(caller.digitsHeard).toBe('')
    expect(link.events('DTMF').map(({ what }) => what['DTMF-Digit'])).toEqual(['1', '9', '2'])
  })
})

describe('what the room plays', () => {
  test('music to somebody who is alone, after 400 ms, and none as soon as another one is there', async () => {
    const { daemon, caller, pass, originated } = await hall()
    daemon.execute('conference', 'lounge@parley', 'c1')
    await pass(60)
    const enteredMs = caller.ms
    await pass(3_000)
    const beganMs = caller.firstHeardMs('music') ?? 0
    expect(beganMs - enteredMs).toBeGreaterThan(300)
    expect(beganMs - enteredMs).toBeLessThan(440)
    expect(caller.longestSilenceMs({ fromMs: beganMs })).toBeLessThanOrEqual(20)
    await originated('conference(lounge@parley)', '2001')
    const heardMs = caller.heardMs('music')
    await pass(1_000)
    expect(caller.heardMs('music')).toBe(heardMs)
  })

  test('no music to one who wants none', async () => {
    const { daemon, caller, pass } = await hall()
    daemon.execute('conference', 'lounge@parley+flags{nomoh}', 'c1')
    await pass(2_000)
    expect(caller.heardMs('music')).toBe(0)
  })

  test('a file is heard by all, its beginning and its end are told', async () => {
    const { link, caller, agent, pass } = await meeting()
    link.send('api conference room play /prompts/hello.wav', 'api conference room play /prompts/nothing.wav')
    await pass(1_500)
    expect(link.replies.slice(-2)).toEqual([
      '+OK (play) Playing file /prompts/hello.wav\n',
      '-ERR (play) File: /prompts/nothing.wav not found.\n',
    ])
    for (const person of [caller, agent]) {
      expect(person.heardOf('/prompts/hello.wav').filter(sample => sample !== 0)).toEqual(HELLO)
    }
    const told = link.events('CUSTOM').filter(({ what }) => what.File?.startsWith('/prompts/'))
    expect(told.map(({ what }) => [what.Action, what.File])).toEqual([
      ['play-file', '/prompts/hello.wav'],
      ['play-file-done', '/prompts/hello.wav'],
    ])
    expect(told[1]?.what.milliseconds).toBe('1000')
  })
})

describe('a file for one member', () => {
  test('is heard by nobody else, and told on the member’s own socket', async () => {
    const { link, daemon, caller, agent, pass, memberOf } = await meeting()
    link.send(`api conference room play /prompts/bye.wav ${memberOf(caller)}`)
    await pass(1_000)
    expect(caller.heardMs('/prompts/bye.wav')).toBe(500)
    expect(agent.heardMs('/prompts/bye.wav')).toBe(0)
    expect(actions(daemon.events('CUSTOM')).slice(-2)).toEqual(['play-file-member', 'play-file-member-done'])
  })
})

describe('what the switch tells of it', () => {
  test('its members, as a list and as JSON', async () => {
    const { link, caller, agent, pass, memberOf } = await meeting({ flags: 'endconf' })
    link.send('api conference room list', 'api conference room json_list', 'api conference json_list')
    await pass(40)
    const [list = '', json = '', all = ''] = link.replies.slice(-3)
    expect(list.split('\n')[0]).toMatch(
      `${memberOf(caller)};sofia/internal/+15550100@127.0.0.1;${caller.id};`,
    )
    expect(list).toContain(`;${agent.id};`)
    const [room] = JSON.parse(json)
    expect(room).toMatchObject({ conference_name: 'room', member_count: 2 })
    expect(room.members[0]).toMatchObject({
      uuid: caller.id,
      flags: { can_hear: true, can_speak: true, end_conference: true },
    })
    expect(JSON.parse(all)).toHaveLength(1)
  })

  test('that there is none', async () => {
    const { link, pass } = await hall()
    link.send('api conference nowhere list', 'api conference nowhere kick all', 'api conference list')
    await pass(40)
    expect(link.replies.slice(-3, -1)).toEqual([
      '-ERR Conference nowhere not found\n',
      '-ERR Conference nowhere not found\n',
    ])
  })

  test('a member who is kicked is with us again', async () => {
    const { link, daemon, caller, agent, pass, memberOf } = await meeting()
    link.send(`api conference room kick ${memberOf(caller)}`, 'api conference room kick 99')
    await pass(100)
    expect(link.replies.slice(-2)).toEqual([
      expect.stringMatching(/^\+OK kicked/),
      '-ERR Non-Existant ID 99\n',
    ])
    expect(caller.isOver).toBe(false)
    expect(agent.isOver).toBe(false)
    daemon.execute('playback', '/prompts/hello.wav', 'p1')
    await pass(200)
    expect(caller.firstHeardMs('/prompts/hello.wav')).toBeDefined()
  })
})
