// Dialling people: which phones ring, what comes of it, and what the switch says of each.

import { duplexPair } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { FakeFreeswitchOptions } from './fake-freeswitch.ts'
import { answeringMachine } from './person-script.ts'
import { RawDaemon } from './raw-daemon.ts'
import { hall, VOICE } from './test-room.ts'

const causes = (link: RawDaemon) =>
  link.events('CHANNEL_HANGUP_COMPLETE').map(({ what }) => what['Hangup-Cause'])

describe('a user with two phones', () => {
  const twoPhones = {
    people: { '2000': { phones: [{ answersAfterMs: 900 }, { answersAfterMs: 300 }] } },
  }

  test('both ring, the first who answers has it, the other is let go', async () => {
    const { link, pass, pbx, jobs } = await hall(twoPhones)
    link.send('bgapi originate {parley_leg=agent:t}[a=1]user/2000@h &park')
    await pass(100)
    const legs = pbx.legsOf('2000')
    expect(legs).toHaveLength(2)
    const created = link.events('CHANNEL_CREATE').map(({ what }) => what)
    expect(created.map(({ variable_parley_leg: leg, variable_a: own }) => [leg, own])).toEqual([
      ['agent:t', '1'],
      ['agent:t', '1'],
    ])
    expect(new Set(created.map(event => event['Channel-Name'])).size).toBe(2)
    await pass(1_000)
    expect(jobs()).toEqual([`+OK ${legs[1]?.id}\n`])
    expect(causes(link)).toEqual(['LOSE_RACE'])
  })

  test('with an id of one’s own only the first rings', async () => {
    const { link, pass, pbx, jobs } = await hall(twoPhones)
    link.send('bgapi originate {origination_uuid=b0000000-0000-4000-8000-000000000001}user/2000@h &park')
    await pass(500)
    expect(pbx.legsOf('2000')).toHaveLength(1)
    expect(jobs()).toEqual([])
  })
})

describe('what becomes of it', () => {
  const lists = { gateways: ['carrier'], gatewaysDown: ['asleep'] }
  const outcomes: [string, string, string, Partial<FakeFreeswitchOptions>][] = [
    ['a user nobody knows', 'user/9999@h', 'SUBSCRIBER_ABSENT', {}],
    [
      'a user without a phone',
      'user/2000@h',
      'USER_NOT_REGISTERED',
      { people: { '2000': { unregistered: true } } },
    ],
    ['a gateway nobody knows', 'sofia/gateway/nosuch/+15550123', 'INVALID_GATEWAY', lists],
    ['a gateway that is down', 'sofia/gateway/asleep/+15550123', 'GATEWAY_DOWN', lists],
    [
      'nobody at a gateway',
      'sofia/gateway/carrier/404',
      'NO_ROUTE_DESTINATION',
      {
        ...lists,
        people: { '404': { refuses: 'NO_ROUTE_DESTINATION' } },
      },
    ],
    ['busy', 'user/2000@h', 'USER_BUSY', { people: { '2000': { refuses: 'USER_BUSY' } } }],
    [
      'declined after a while',
      'user/2000@h',
      'CALL_REJECTED',
      {
        people: { '2000': { refuses: 'CALL_REJECTED', refusesAfterMs: 700 } },
      },
    ],
    ['a SIP profile nobody knows', 'sofia/nosuch/2000@h', 'INVALID_PROFILE', {}],
    ['an endpoint that does not exist', 'error/user_not_registered', 'USER_NOT_REGISTERED', {}],
    ['no answer', '[leg_timeout=2]user/2000@h', 'NO_ANSWER', { people: { '2000': { neverAnswers: true } } }],
  ]
  test.each(outcomes)('%s: %s ends with %s', async (_, target, cause, options) => {
    const { link, pass, jobs, pbx } = await hall(options)
    link.send(`bgapi originate {originate_timeout=10}${target} &park`)
    await pass(4_000)
    expect(jobs()).toEqual([`-ERR ${cause}\n`])
    expect(pbx.leftovers()).toEqual(['leg'])
  })

  test.each([
    [
      'sofia/external/sip:2000@freepbx.example:5160;transport=tcp',
      '2000',
      'sofia/external/sip:2000@freepbx.example:5160',
    ],
    ['sofia/gateway/carrier/+15550123', '+15550123', 'sofia/external/+15550123'],
    ['loopback/8000/tenant', '8000', 'loopback/8000-a'],
  ])('%s rings %s', async (target, number, channelName) => {
    const { link, pass, pbx, jobs } = await hall(lists)
    link.send(`bgapi originate ${target} &park`)
    await pass(1_000)
    expect(jobs()).toEqual([`+OK ${pbx.legOf(number)?.id}\n`])
    expect(link.events('CHANNEL_ANSWER')[0]?.what['Channel-Name']).toBe(channelName)
  })

  test.each(['ORIGINATOR_CANCEL', ''])('killed while it rings: %s', async given => {
    const { link, pass, pbx, jobs } = await hall({ people: { '2000': { neverAnswers: true } } })
    link.send('bgapi originate user/2000@h &park')
    await pass(500)
    link.send(`api uuid_kill ${pbx.legOf('2000')?.id} ${given}`.trimEnd())
    await pass(60)
    const cause = given || 'NORMAL_CLEARING'
    expect(causes(link)).toEqual([cause])
    expect(jobs()).toEqual([`-ERR ${cause}\n`])
    expect(link.events('CHANNEL_HANGUP_COMPLETE')[0]?.what.variable_sip_hangup_disposition).toBe(
      'send_cancel',
    )
  })

  test('what a phone was going to do is forgotten with its call', async () => {
    const { link, clock, caller, pass, pbx } = await hall({ people: { '2000': { answersAfterMs: 60_000 } } })
    link.send('bgapi originate user/2000@h &park')
    await pass(100)
    link.send(`api uuid_kill ${pbx.legOf('2000')?.id}`)
    caller.hangsUp()
    await pass(5_000)
    expect(clock.pending).toBe(0)
    expect(pbx.leftovers()).toEqual([])
  })
})

describe('before the answer', () => {
  test('a phone rings, and tells so with its variables', async () => {
    const { link, pass } = await hall()
    link.send('bgapi originate {parley_leg=agent:t}user/2000@h &park')
    await pass(60)
    expect(link.events('CHANNEL_PROGRESS').map(({ what }) => what.variable_parley_leg)).toEqual(['agent:t'])
  })

  test.each([
    ['', 'early'],
    ['{ignore_early_media=true}', 'answered'],
  ])('early sound, with "%s": the leg comes to the daemon when it is %s', async (variables, state) => {
    const [near, wire] = duplexPair()
    const { clock, link, pass } = await hall({
      people: { '2000': { earlyMediaAfterMs: 200, answersAfterMs: 900 } },
      listeners: { '127.0.0.1:8084': () => wire },
    })
    const agent = new RawDaemon(clock, [near, wire])
    link.send(`bgapi originate ${variables}user/2000@h '&socket(127.0.0.1:8084 async full)'`)
    await pass(400)
    expect(link.events('CHANNEL_PROGRESS_MEDIA')).toHaveLength(1)
    await pass(state === 'early' ? 0 : 700)
    agent.send('connect')
    await clock.settle()
    expect(agent.got[0]?.what.headers['Answer-State']).toBe(state)
  })
})

describe('who answers', () => {
  test('a machine speaks its greeting and beeps, and then says nothing', async () => {
    const greeting = new Int16Array(16_000).fill(2_000)
    const { link, pass, pbx, caller, originated, daemon } = await hall({
      people: { '2000': answeringMachine(greeting, { answersAfterMs: 40 }) },
    })
    daemon.execute('conference', 'room@parley', 'c1')
    await pass(60)
    const machine = await originated('conference(room@parley)', '2000')
    await pass(4_000)
    expect(link.events('CHANNEL_ANSWER')).toHaveLength(1)
    expect(caller.heardMs(machine)).toBeGreaterThan(2_000)
    expect(caller.heardMs(machine)).toBeLessThanOrEqual(2_400)
    expect(pbx.legOf('2000')).toBe(machine)
  })

  test('a test waits for whoever is called', async () => {
    const { link, pass, pbx } = await hall()
    const ringing = pbx.rings('2000')
    const answered = pbx.answered('2000')
    link.send('bgapi originate user/2000@h &park')
    await pass(300)
    expect(await ringing).toBe(pbx.legOf('2000'))
    expect(await answered).toBe(pbx.personOn((await ringing).id))
    const never = expect(pbx.rings('2001', 500)).rejects.toThrow('nobody rings under 2001')
    await pass(600)
    await never
  })

  test('they can be transferred into a dialplan in the argument', async () => {
    const { link, pass, originated } = await hall()
    const agent = await originated('park()', '2000')
    link.send(`api uuid_transfer ${agent.id} 'm:^:set:mark=a,b^conference:room@parley' inline`)
    await pass(100)
    expect(agent.variable('mark')).toBe('a,b')
    expect(agent.variable('conference_name')).toBe('room')
  })

  test('a caller in such a dialplan is left in silence when the socket ends with socket_resume', async () => {
    const { daemon, caller, pass, complaints } = await hall()
    daemon.send(`api uuid_setvar ${caller.id} socket_resume true`)
    daemon.send(`api uuid_transfer ${caller.id} conference:room@parley inline`)
    await pass(100)
    expect(caller.variable('conference_name')).toBe('room')
    daemon.send('exit')
    await pass(100)
    expect(caller.place.at).toBe('limbo')
    expect(complaints()).toEqual([expect.stringContaining('left in silence')])
  })

  test('an agent with nobody on the line is found at the end', async () => {
    const { originated, pbx, complaints } = await hall()
    const agent = await originated('park()', '2000')
    void agent.says(VOICE(500))
    expect(pbx.leftovers()).toEqual(['leg', 'an agent was left on the line with nobody'])
    pbx.stop()
    expect(complaints()).toContain('an agent was left on the line with nobody')
  })
})
