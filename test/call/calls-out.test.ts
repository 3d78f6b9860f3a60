// Calls out, whole: the assistant calls people, and machines, on the embedded switch.

import { describe, expect, test } from 'vitest'
import { CallsOut, type CallsOutRules } from '../../src/call/calls-out.ts'
import type { Told } from '../../src/call/news.ts'
import { desksOfTests } from '../desks.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { answeringMachine, type PersonScript } from '../fake-freeswitch/person-script.ts'
import { say } from '../fakes/providers.ts'
import { type Desk, recordingLog } from '../harness.ts'
import { testProfile } from '../profile.ts'
import { earsOf, outside, voice } from './bringing.ts'

const open = desksOfTests()

const NUMBER = '+491705'
const MESSAGE = 'We will call you again tomorrow.'
const hello: PersonScript = {
  answersAfterMs: 2_000,
  onAnswer: person => void person.says(voice.sayAt8k('hello'), { text: 'hello', afterMs: 300 }),
}
const machine = answeringMachine(
  voice.sayAt8k(
    'hello this is the mailbox of somebody who is not here please leave a message after the tone thank you',
  ),
)

class Office {
  readonly desk: Desk
  readonly callsOut: CallsOut
  readonly news: Told[] = []

  constructor(people: Readonly<Record<string, PersonScript>>, rules: Partial<CallsOutRules> = {}) {
    this.desk = open({ pbx: { people, gateways: ['trunk'], gatewaysDown: ['broken'] } })
    const { desk } = this
    desk.engine.answer = input =>
      input.type === 'start'
        ? [say('This is the assistant.')]
        : input.type === 'speech'
          ? [say(`You said ${input.text}.`)]
          : []
    desk.exchange.news.listen(told => this.news.push(told))
    let ids = 0
    const ears = earsOf(desk)
    this.callsOut = new CallsOut({
      rules: {
        perMinute: 10,
        perDestinationPerHour: 5,
        hours: null,
        patterns: [
          { pattern: '+49170x*', via: outside('x') },
          { pattern: '+49180x*', via: outside('x', {}, 'broken') },
        ],
        machine: 'hang-up',
        message: MESSAGE,
        ...rules,
      },
      exchange: desk.exchange,
      profiles: { default: testProfile },
      prompts: desk.prompts,
      ids: { next: () => `00000000-0000-4000-8000-00000000000${ids++}` },
      clock: desk.clock,
      log: recordingLog(desk.log),
      listener: (leg, _profile, post) => ears(leg, post),
      admit: async leg => desk.calls.admit(leg),
    })
  }

  async place(
    to = NUMBER,
    more: { from?: string; context?: unknown; profile?: string } = {},
  ): Promise<ReturnType<CallsOut['place']>> {
    await this.desk.clock.advanceAsync(100)
    const { from = null, context = null, profile = 'default' } = more
    return this.callsOut.place({ to, from, context, profile })
  }

  pass(ms: number): Promise<void> {
    return this.desk.clock.advanceAsync(ms)
  }

  leg(number = NUMBER): Caller {
    const leg = this.desk.switch.legOf(number)
    if (!leg) throw new Error('nobody was dialled')
    return leg
  }

  get statuses(): string[] {
    return this.news.flatMap(news =>
      news.type === 'callOut'
        ? [news.outcome === null ? news.status : `${news.status}: ${news.outcome}`]
        : [],
    )
  }

  async until(holds: () => boolean, limitMs = 90_000): Promise<void> {
    for (let ms = 0; !holds() && ms < limitMs; ms += 20) await this.desk.clock.advanceAsync(20)
    expect(holds()).toBe(true)
  }
}

describe('a person who is called', () => {
  test('talks with the assistant', async () => {
    const o = new Office({ [NUMBER]: hello })
    const placed = await o.place(NUMBER, { context: { appointment: 'Monday' } })
    await o.until(() => o.leg().plays.length > 0)
    const person = o.leg()
    expect(placed).toEqual({ is: 'placed', callId: person.id })
    expect(o.statuses).toEqual(['initiated', 'ringing', 'answered: answered'])
    expect(o.desk.heardBy(person)).toEqual(['This is the assistant.'])
    expect(o.desk.engine.calls[0]).toMatchObject({
      direction: 'outbound',
      to: NUMBER,
      context: { appointment: 'Monday' },
      profile: 'default',
    })
    expect(person.variable('origination_caller_id_number')).toBe('+4930100')
    await o.desk.passing(person.hearsSilence({ ms: 200 }))
    await o.desk.says(person, 'that is fine')
    await o.desk.hears(person, 'You said that is fine.')
    person.hangsUp()
    await o.pass(1_000)
    expect(o.news.at(-1)).toMatchObject({ type: 'callEnded', by: 'caller' })
    expect([...o.callsOut.all()]).toEqual([])
  })

  test('goes on talking in the next process when this one is killed', async () => {
    const o = new Office({ [NUMBER]: hello })
    await o.place()
    await o.until(() => o.leg().plays.length > 0)
    const person = o.leg()
    await o.desk.passing(person.hearsSilence({ ms: 200 }))
    o.desk.switch.cutControlLinks()
    person.cutsWire()
    await o.desk.clock.settle(12)
    o.desk.restart()
    await o.desk.hears(person, 'Where were we?')
    person.hangsUp()
    await o.pass(1_000)
  })

  test.each([
    ['is busy', { refuses: 'USER_BUSY' }, 'busy'],
    ['does not answer', { neverAnswers: true }, 'no-answer'],
    ['declines', { refuses: 'CALL_REJECTED', refusesAfterMs: 3_000 }, 'declined'],
    ['hangs up at once', { answersAfterMs: 1_000, leavesAfterMs: 200 }, 'caller-abandoned'],
  ] as const)('and %s is told of', async (_, person: PersonScript, outcome) => {
    const o = new Office({ [NUMBER]: person })
    await o.place()
    await o.until(() => o.statuses.some(status => status.startsWith('completed')))
    expect(o.statuses.at(-1)).toBe(`completed: ${outcome}`)
    await o.pass(1_000)
    expect(o.leg().isOver).toBe(true)
    expect(o.desk.engine.calls).toEqual([])
  })

  test('behind a gateway that is down is told of', async () => {
    const o = new Office({})
    await o.place('+491805')
    await o.until(() => o.statuses.at(-1) === 'completed: unreachable')
  })

  test.each([
    ['rings', 1_000],
    ['has just answered', 2_050],
  ])('and %s is let go when the call is withdrawn', async (_, ms) => {
    const o = new Office({ [NUMBER]: hello })
    const placed = await o.place()
    await o.pass(ms)
    expect(o.callsOut.withdraw(placed.is === 'placed' ? placed.callId : '')).toBe(true)
    await o.pass(1_000)
    expect(o.leg().isOver).toBe(true)
    expect(o.statuses.at(-1)).toMatch(/^completed: (withdrawn|caller-abandoned)$/)
  })
})

describe('a machine that is called', () => {
  test('is hung up on', async () => {
    const o = new Office({ [NUMBER]: machine })
    await o.place()
    await o.until(() => o.leg().isOver)
    expect(o.desk.heardBy(o.leg())).toEqual([])
    await o.pass(500)
    expect(o.statuses.at(-1)).toBe('completed: machine')
  })

  test('is left a message behind its greeting and its beep', async () => {
    const o = new Office({ [NUMBER]: machine }, { machine: 'leave-message' })
    await o.place()
    await o.until(() => o.leg().isOver)
    const [message] = o.leg().plays
    expect(o.desk.heardBy(o.leg())).toEqual([MESSAGE])
    expect(message?.how).toBe('done')
    await o.pass(500)
    expect(o.statuses.at(-1)).toBe('completed: machine')
    expect(o.desk.engine.calls).toEqual([])
  })
})

describe('a call is not made', () => {
  const refused = async (o: Office, to?: string, more: object = {}): Promise<unknown> => {
    const placed = await o.place(to, more)
    return placed.is === 'refused' ? placed.because : placed
  }

  test.each(['+4417012345', '0900', '', 'sip:x@y', '+49170}', 'people'])('to %s', async to => {
    const o = new Office({})
    expect(await refused(o, to)).toBe('number-not-allowed')
    expect(o.news).toEqual([])
  })

  test('with a profile that is none', async () => {
    const o = new Office({})
    expect(await refused(o, NUMBER, { profile: 'toString' })).toBe('unknown-profile')
  })

  test('outside the hours', async () => {
    const o = new Office(
      {},
      { hours: { timeZone: 'UTC', open: [{ day: 1, fromMinute: 0, toMinute: 60 }], holidays: [] } },
    )
    expect(await refused(o)).toBe('closed')
  })

  test('too often, a minute or a destination', async () => {
    const o = new Office({ [NUMBER]: { refuses: 'USER_BUSY' } }, { perMinute: 2, perDestinationPerHour: 3 })
    const all = []
    for (let times = 0; times < 3; times++) all.push(await refused(o))
    expect(all.map(one => (typeof one === 'string' ? one : 'placed'))).toEqual([
      'placed',
      'placed',
      'too-often',
    ])
    await o.pass(61_000)
    expect(await refused(o)).toMatchObject({ is: 'placed' })
    // Written otherwise it is the same destination.
    expect(await refused(o, '+49 170-5')).toBe('too-often')
    expect(await refused(o, '+491706')).toMatchObject({ is: 'placed' })
    await o.pass(40_000)
  })

  test('when no more are', async () => {
    const o = new Office({ [NUMBER]: hello })
    await o.place()
    await o.desk.passing(o.callsOut.stop())
    expect(await refused(o)).toBe('not-ready')
    await o.pass(1_000)
    expect(o.leg().isOver).toBe(true)
  })
})
