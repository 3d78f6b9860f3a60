// Agent and user brought together by the API, for a session that is no call of ours.

import { describe, expect, test } from 'vitest'
import { type Destination, handOverTo, type Rung } from '../../src/call/transfer/destination.ts'
import { desksOfTests } from '../desks.ts'
import { AGENT, done, extension, Office, type OfficeOptions, SOMEBODY, voice } from './office.ts'

const desks = desksOfTests()
const open = (options?: OfficeOptions) => Office.open(desks, options)

const rung: Rung = { dialables: [extension(AGENT)], ringMs: 20_000, acceptance: 'key', machines: false }
const SENTENCE = voice.sayAt8k('I would like to know where my order is.')

async function talk(office: Office) {
  const { transfer } = done(office.bringTogether())
  const user = await office.desk.passing(office.desk.switch.answered(SOMEBODY))
  await office.until(user, () => office.operations.transferOf(transfer.id)?.state === 'joined', 'they talk')
  return { transfer, user, agent: office.leg(AGENT) }
}

describe('agent and user', () => {
  test('are dialled at once, hear something while they wait, talk, and are let go when the user leaves', async () => {
    const office = await open({ people: { [AGENT]: { answersAfterMs: 6_000 } } })
    const { desk, operations } = office
    const { transfer } = done(
      office.bringTogether({ statusCallback: { url: 'http://127.0.0.1/s', format: 'json' } }),
    )
    expect(transfer).toMatchObject({ to: 'desk', state: 'dialling', outcome: null })
    expect(office.watched).toEqual([{ id: transfer.id, url: 'http://127.0.0.1/s' }])
    const user = await desk.passing(desk.switch.answered(SOMEBODY))
    await office.pass(3_000)
    expect(desk.heardBy(user)).toEqual(['music'])
    expect(operations.transferOf(transfer.id)?.state).toBe('ringing')
    await office.until(user, () => operations.transferOf(transfer.id)?.state === 'joined', 'they talk')
    const agent = office.leg(AGENT)
    await desk.passing(user.says(SENTENCE))
    expect(agent.firstHeardMs(user)).toBeDefined()
    expect(user.firstHeardMs('music', user.ms - 1_000)).toBeUndefined()
    user.hangsUp()
    await office.pass(1_000)
    expect(agent.isOver).toBe(true)
    expect(operations.transferOf(transfer.id)).toMatchObject({ state: 'ended', outcome: 'answered' })
    expect(office.statuses('transfer')).toEqual(['initiated', 'ringing', 'answered', 'completed: answered'])
  })

  test('part when the agent leaves: nobody is left alone', async () => {
    const office = await open()
    const { user, agent } = await talk(office)
    agent.hangsUp()
    await office.pass(1_000)
    expect(user.isOver).toBe(true)
    expect(office.statuses('transfer').at(-1)).toBe('completed: answered')
  })

  test('somebody joins their room through the dialplan', async () => {
    const office = await open()
    const { desk } = office
    const { user, agent } = await talk(office)
    const third = await desk.passing(
      desk.switch.call({
        to: 'transfer_4711',
        from: '2030',
        dialplan: [
          { do: 'answer' },
          { do: 'execute', app: 'conference', data: 'transfer-4711@parley++flags{join-only}' },
        ],
      }),
    )
    await office.pass(500)
    await desk.passing(third.says(SENTENCE))
    expect([user, agent].map(one => one.firstHeardMs(third) !== undefined)).toEqual([true, true])
    user.hangsUp()
    await office.pass(1_000)
    expect([agent.isOver, third.isOver]).toEqual([true, true])
  })

  test('the agent hears of the user before they meet, where that is wished', async () => {
    const briefed: Destination = {
      ...handOverTo('briefed', { number: '', context: '' }),
      isWarm: true,
      ladder: [rung],
    }
    const office = await open({ destinations: { briefed } })
    const { desk, operations } = office
    const { transfer } = done(office.bringTogether({ extension: 'briefed' }))
    const agent = await desk.passing(desk.switch.answered(AGENT))
    await desk.hears(agent, 'Press one.')
    expect(desk.heardBy(agent)).toEqual(['4 9 3, 0 1 2 3 wants briefed.', 'Press one.'])
    expect(operations.transferOf(transfer.id)?.state).toBe('briefing')
    await desk.passing(agent.presses('1'))
    await office.until(agent, () => operations.transferOf(transfer.id)?.state === 'joined', 'they talk')
    agent.hangsUp()
  })
})

describe('nobody is brought together', () => {
  test('twice for one session: refused with the state of the first', async () => {
    const office = await open({ people: { [AGENT]: { answersAfterMs: 15_000 } } })
    const { transfer } = done(office.bringTogether())
    await office.pass(1_000)
    expect(office.bringTogether()).toMatchObject({
      is: 'refused',
      status: 409,
      code: 'transfer-running',
      state: { id: transfer.id, state: 'ringing' },
    })
    const other = done(office.bringTogether({ sessionId: '4712' }))
    for (const { id } of [transfer, other.transfer]) done(office.operations.withdraw(id))
    await office.pass(1_000)
    expect(office.statuses('transfer').slice(-2)).toEqual(['completed: withdrawn', 'completed: withdrawn'])
    expect(office.desk.switch.leftovers()).toEqual([])
    done(office.bringTogether())
    office.sessions.stop()
    await office.pass(1_000)
  })

  test.each([
    ['a user whose number fits no pattern', { userNumber: '+33123' }, 422, 'user-not-allowed'],
    ['a destination that is only a hand-over', { extension: 'queue' }, 422, 'nobody-to-dial'],
    ['a profile that does not exist', { profile: 'ghost' }, 422, 'unknown-profile'],
  ])('%s is refused, and nobody is dialled', async (_, order, status, code) => {
    const office = await open()
    expect(office.bringTogether(order)).toMatchObject({ is: 'refused', status, code })
    await office.pass(1_000)
    expect(office.desk.switch.legOf(AGENT)).toBeUndefined()
    expect(office.told).toEqual([])
  })

  test('under the id of a call: they would meet in its room', async () => {
    const office = await open()
    const caller = await office.caller()
    const answer = office.bringTogether({ sessionId: caller.id })
    expect(answer).toMatchObject({ status: 409, code: 'session-is-a-call' })
    caller.hangsUp()
  })

  test('by a daemon that is about to end', async () => {
    const office = await open()
    office.sessions.stop()
    expect(office.bringTogether()).toMatchObject({ status: 503, code: 'not-ready' })
  })

  test('the agent is busy: the user who has answered is told, and let go', async () => {
    const office = await open({
      people: {
        [AGENT]: { refuses: 'USER_BUSY', refusesAfterMs: 3_000 },
        [SOMEBODY]: { answersAfterMs: 500 },
      },
    })
    const { transfer } = done(office.bringTogether())
    const user = await office.desk.passing(office.desk.switch.answered(SOMEBODY))
    await office.desk.hears(user, 'Nobody is there.')
    await office.until(user, () => office.operations.transferOf(transfer.id)?.state === 'ended', 'it is over')
    await office.pass(2_000)
    expect(user.isOver).toBe(true)
    expect(office.operations.transferOf(transfer.id)).toMatchObject({ outcome: 'busy', cause: 'USER_BUSY' })
  })

  test('the user is busy: the agent who has answered is told, and let go', async () => {
    const office = await open({ people: { [SOMEBODY]: { refuses: 'USER_BUSY', refusesAfterMs: 3_000 } } })
    const { transfer } = done(office.bringTogether())
    const agent = await office.desk.passing(office.desk.switch.answered(AGENT))
    await office.desk.hears(agent, 'They have gone.')
    await office.pass(3_000)
    expect(agent.isOver).toBe(true)
    expect(office.operations.transferOf(transfer.id)).toMatchObject({
      outcome: 'busy',
      cause: 'the user: USER_BUSY',
    })
  })

  test('the user hangs up while the agent’s phone rings: it rings no longer', async () => {
    const office = await open({ people: { [AGENT]: { answersAfterMs: 15_000 } } })
    done(office.bringTogether())
    const user = await office.desk.passing(office.desk.switch.answered(SOMEBODY))
    // Long enough to be a person.
    await office.pass(4_000)
    user.hangsUp()
    await office.pass(500)
    expect(office.leg(AGENT).isOver).toBe(true)
    expect(office.statuses('transfer').at(-1)).toBe('completed: caller-abandoned')
  })

  test('the agent hangs up while the user’s phone rings: it rings no longer', async () => {
    const office = await open({ people: { [SOMEBODY]: { answersAfterMs: 15_000 } } })
    done(office.bringTogether())
    const agent = await office.desk.passing(office.desk.switch.answered(AGENT))
    await office.pass(2_000)
    agent.hangsUp()
    await office.pass(500)
    expect(office.leg(SOMEBODY).isOver).toBe(true)
    expect(office.statuses('transfer').at(-1)).toBe('completed: declined')
  })
})

test('the process ends: those who talk go on talking, and nobody else is fetched', async () => {
  const office = await open({ people: { '2011': { neverAnswers: true } } })
  const { user, agent } = await talk(office)
  done(office.bringTogether({ sessionId: 'other', extension: '2011', userNumber: '+49302' }))
  await office.pass(1_000)
  await office.desk.passing(office.sessions.close())
  office.restart()
  await office.pass(15_000)
  expect([user.isOver, agent.isOver]).toEqual([false, false])
  expect([office.leg('2011').isOver, office.leg('+49302').isOver]).toEqual([true, true])
  expect(office.statuses('transfer').filter(status => status === 'completed: answered')).toEqual([])
  user.hangsUp()
  await office.pass(25_000)
  expect(agent.isOver).toBe(true)
  expect(office.statuses('transfer').at(-1)).toBe('completed: answered')
})
