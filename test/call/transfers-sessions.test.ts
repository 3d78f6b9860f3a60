// Transfers of sessions, whole: agent and user are both dialled on the embedded switch, and meet in the room of their session.

import { describe, expect, test } from 'vitest'
import type { Told } from '../../src/call/news.ts'
import type { BothLegs } from '../../src/call/transfer/both-legs.ts'
import type { Destination } from '../../src/call/transfer/destination.ts'
import { Sessions } from '../../src/call/transfer/sessions.ts'
import { desksOfTests } from '../desks.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { PersonScript } from '../fake-freeswitch/person-script.ts'
import { hum } from '../fakes/providers.ts'
import { type Desk, recordingLog } from '../harness.ts'
import { testProfile } from '../profile.ts'
import { destination, earsOf, extension, outside, rung } from './bringing.ts'

const open = desksOfTests()

const AGENT = '2010'
const USER = '+491705'
const answers = (ms: number, more: Partial<PersonScript> = {}): PersonScript => ({
  answersAfterMs: ms,
  ...more,
})
const taking = (ms: number): PersonScript =>
  answers(ms, { onAnswer: person => void person.presses('1', { afterMs: 1_000 }) })

class Meeting {
  readonly desk: Desk
  readonly sessions: Sessions
  readonly transfer: BothLegs
  readonly news: Told[] = []
  isOver = false

  constructor(people: Readonly<Record<string, PersonScript>>, agent: Destination = simple) {
    this.desk = open({ pbx: { people, gateways: ['trunk'] } })
    const { desk } = this
    desk.exchange.news.listen(told => this.news.push(told))
    this.sessions = new Sessions({
      exchange: desk.exchange,
      prompts: desk.prompts,
      clock: desk.clock,
      log: recordingLog(desk.log),
      agentListener: () => earsOf(desk),
    })
    const session = {
      id: '4711',
      agent,
      user: { dialables: [outside(USER)], ringMs: 20_000, acceptance: 'answer', machines: false },
      userNumber: USER,
    } as const
    this.transfer = this.sessions.open(session, testProfile)
  }

  async run(): Promise<void> {
    // The control link is up a moment after the daemon.
    await this.desk.clock.advanceAsync(100)
    void this.transfer.run().then(() => {
      this.isOver = true
    })
    await this.desk.clock.advanceAsync(20)
  }

  async until(holds: () => boolean, limitMs = 60_000): Promise<void> {
    for (let ms = 0; !holds() && ms < limitMs; ms += 20) await this.desk.clock.advanceAsync(20)
    expect(holds()).toBe(true)
  }

  pass(ms: number): Promise<void> {
    return this.desk.clock.advanceAsync(ms)
  }

  get legs(): Caller[] {
    return [AGENT, USER].flatMap(number => this.desk.switch.legsOf(number))
  }

  leg(number: string): Caller {
    const leg = this.desk.switch.legOf(number)
    if (!leg) throw new Error(`nobody was dialled under ${number}`)
    return leg
  }

  get statuses(): string[] {
    return this.news.flatMap(news =>
      news.type === 'transfer'
        ? [news.outcome === null ? news.status : `${news.status}: ${news.outcome}`]
        : [],
    )
  }

  async expectNobodyLeft(withinMs = 1_000): Promise<void> {
    await this.pass(withinMs)
    expect(this.legs.filter(leg => !leg.isOver)).toHaveLength(0)
    expect(this.isOver).toBe(true)
  }

  /** It is over with this, and whoever is not needed hears so and is let go. */
  async expectEnd(outcome: string, cause: RegExp | string = ''): Promise<void> {
    await this.until(() => this.transfer.state.is === 'ended')
    expect(this.transfer.state).toMatchObject({ outcome, cause: expect.stringMatching(cause) })
    expect(this.statuses.at(-1)).toBe(`completed: ${outcome}`)
    expect(this.statuses.filter(status => status.startsWith('completed'))).toHaveLength(1)
    await this.expectNobodyLeft(5_000)
  }
}

const simple = destination([rung([extension(AGENT)])])
const warm = destination([rung([extension(AGENT)], { acceptance: 'key' })], { isWarm: true })

describe('agent and user', () => {
  test.each([
    ['the agent comes first', 500, 4_000],
    ['the user comes first', 4_000, 500],
    ['both come at once', 2_000, 2_000],
  ])('meet when %s, and who came first has heard something', async (_, agentMs, userMs) => {
    const m = new Meeting({ [AGENT]: answers(agentMs), [USER]: answers(userMs) })
    await m.run()
    await m.until(() => m.legs.length === 2 && m.legs.every(leg => leg.place.at === 'socket'), 10_000)
    for (const leg of m.legs) void leg.says(hum(10_000))
    await m.until(() => m.transfer.state.is === 'joined')
    await m.pass(2_000)
    const [agent, user] = [m.leg(AGENT), m.leg(USER)]
    expect(agent.heardMs(user)).toBeGreaterThan(1_500)
    expect(user.heardMs(agent)).toBeGreaterThan(1_500)
    const first = agentMs < userMs ? agent : user
    // Music for the user; the ring-back that an agent hears pauses for four seconds.
    const untilMs = Math.max(agentMs, userMs) - 100
    expect(
      first.longestSilenceMs({ fromMs: Math.min(agentMs, userMs) + 400, toMs: untilMs }),
    ).toBeLessThanOrEqual(first === user ? 1_000 : 4_000)
    expect(m.statuses).toEqual(['initiated', 'ringing', 'answered'])
    agent.hangsUp()
    await m.expectNobodyLeft()
    expect(m.transfer.state).toMatchObject({ is: 'ended', outcome: 'answered' })
  })

  test('part when the user goes', async () => {
    const m = new Meeting({ [AGENT]: answers(500), [USER]: answers(500) })
    await m.run()
    await m.until(() => m.transfer.state.is === 'joined')
    m.leg(USER).hangsUp()
    await m.expectNobodyLeft()
    expect(m.statuses.at(-1)).toBe('completed: answered')
  })

  test('meet after a brief, and the user hears music until then', async () => {
    const m = new Meeting({ [AGENT]: taking(500), [USER]: answers(500) }, warm)
    await m.run()
    await m.until(() => m.transfer.state.is === 'joined')
    expect(m.desk.heardBy(m.leg(AGENT))[0]).toMatch(/wants desk/)
    expect(m.desk.heardBy(m.leg(USER))).toEqual(['music'])
    m.leg(USER).hangsUp()
    await m.expectNobodyLeft()
  })
})

describe('nobody meets', () => {
  test.each([
    ['is busy', { refuses: 'USER_BUSY', refusesAfterMs: 2_000 }, 'busy'],
    ['does not answer', { neverAnswers: true }, 'no-answer'],
    ['declines', { refuses: 'CALL_REJECTED', refusesAfterMs: 2_000 }, 'declined'],
    ['answers and does not take it', answers(500), 'no-answer'],
    ['answers and hangs up', answers(500, { leavesAfterMs: 700 }), 'declined'],
    [
      'declines by key',
      answers(500, { onAnswer: person => void person.presses('2', { afterMs: 900 }) }),
      'declined',
    ],
  ] as const)('when the agent is one who %s: the user hears so', async (_, agent: PersonScript, outcome) => {
    const m = new Meeting({ [AGENT]: agent, [USER]: answers(300) }, warm)
    await m.run()
    await m.expectEnd(outcome)
    expect(m.desk.heardBy(m.leg(USER)).filter(text => text !== 'music')).toEqual(['Nobody is there.'])
  })

  test.each([
    ['is busy', { refuses: 'USER_BUSY' }, 'busy'],
    ['does not answer', { neverAnswers: true }, 'no-answer'],
    ['declines', { refuses: 'CALL_REJECTED' }, 'declined'],
  ] as const)('when the user is one who %s: the agent hears so', async (_, user: PersonScript, outcome) => {
    const m = new Meeting({ [AGENT]: answers(100), [USER]: { refusesAfterMs: 5_000, ...user } })
    await m.run()
    await m.expectEnd(outcome, /the user/)
    expect(m.desk.heardBy(m.leg(AGENT))).toContain('They have gone.')
  })

  test('when the agent is not registered: the user’s phone falls silent', async () => {
    const m = new Meeting({ [AGENT]: { unregistered: true }, [USER]: answers(3_000) })
    await m.run()
    await m.expectEnd('unreachable', 'USER_NOT_REGISTERED')
    expect(m.desk.heardBy(m.leg(USER))).toEqual([])
  })

  test('when the user hangs up while the agent’s phone rings', async () => {
    const m = new Meeting({ [AGENT]: { neverAnswers: true }, [USER]: answers(300) })
    await m.run()
    await m.pass(3_000)
    m.leg(USER).hangsUp()
    await m.expectNobodyLeft()
    expect(m.transfer.state).toMatchObject({ outcome: 'caller-abandoned' })
  })

  test('when the agent hangs up while the user’s phone rings', async () => {
    const m = new Meeting({ [AGENT]: answers(300), [USER]: { neverAnswers: true } })
    await m.run()
    await m.pass(3_000)
    m.leg(AGENT).hangsUp()
    await m.expectNobodyLeft()
    expect(m.transfer.state).toMatchObject({ outcome: 'declined' })
  })

  test('when there is no way to the switch', async () => {
    const m = new Meeting({})
    await m.desk.clock.advanceAsync(100)
    m.desk.switch.refusesControl(100)
    m.desk.switch.cutControlLinks()
    await m.run()
    await m.expectEnd('failed', /control link/)
    m.desk.switch.refusesControl(0)
    await m.pass(12_000)
  })

  const MOMENTS = [
    ['rings', 100],
    ['has heard the brief', 2_000],
    ['has just answered', 1_020],
  ] as const

  test.each(MOMENTS)('when it is withdrawn while the agent %s', async (_, ms) => {
    const m = new Meeting({ [AGENT]: answers(1_000), [USER]: answers(700) }, warm)
    await m.run()
    await m.pass(ms)
    m.transfer.withdraw()
    await m.expectNobodyLeft()
    expect(m.transfer.state).toMatchObject({ is: 'ended', outcome: 'withdrawn' })
  })

  test.each(MOMENTS)('when the process ends while the agent %s', async (_, ms) => {
    const m = new Meeting({ [AGENT]: answers(1_000), [USER]: answers(700) }, warm)
    await m.run()
    await m.pass(ms)
    await m.desk.passing(m.sessions.close())
    await m.expectNobodyLeft()
    expect(m.sessions.refusal).not.toBeNull()
  })
})

describe('a talk of a session', () => {
  test('goes on when the process ends, and ends with whoever leaves', async () => {
    const m = new Meeting({ [AGENT]: answers(500), [USER]: answers(500) })
    await m.run()
    await m.until(() => m.transfer.state.is === 'joined')
    await m.desk.passing(m.sessions.close())
    await m.pass(10_000)
    expect(m.legs.map(leg => leg.isOver)).toEqual([false, false])
    m.leg(AGENT).hangsUp()
    await m.expectNobodyLeft()
  })

  test.each([AGENT, USER])('goes on when the process is killed, and ends when %s leaves', async number => {
    const m = new Meeting({ [AGENT]: answers(500), [USER]: answers(500) })
    await m.run()
    await m.until(() => m.transfer.state.is === 'joined')
    m.desk.switch.cutControlLinks()
    for (const leg of m.legs) leg.cutsWire()
    m.desk.restart()
    await m.pass(25_000)
    expect(m.legs.map(leg => leg.isOver)).toEqual([false, false])
    m.leg(number).hangsUp()
    await m.pass(1_000)
    expect(m.legs.map(leg => leg.isOver)).toEqual([true, true])
    await m.pass(30_000)
  })

  test('may be the only one of its session that runs', async () => {
    const m = new Meeting({ [AGENT]: answers(500), [USER]: answers(500) })
    await m.run()
    expect(m.sessions.running('4711')).toBe(m.transfer)
    expect(m.sessions.count).toBe(1)
    m.transfer.withdraw()
    await m.expectNobodyLeft()
    expect(m.sessions.running('4711')).toBeUndefined()
    expect(m.sessions.get(m.transfer.id)).toBe(m.transfer)
  })
})
