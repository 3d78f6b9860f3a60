// Calls that the assistant makes: whom it talks to, what a machine gets, and what is not called at all.

import { describe, expect, test } from 'vitest'
import { desksOfTests } from '../desks.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { answeringMachine } from '../fake-freeswitch/person-script.ts'
import { done, Office, type OfficeOptions, SOMEBODY, voice } from './office.ts'

const desks = desksOfTests()
const open = (options?: OfficeOptions) => Office.open(desks, options)

const HELLO = voice.sayAt8k('Hello?')
const GREETING =
  'You have reached the mailbox of Anna Miller. I am not there at the moment. Please leave a message after the tone.'

/** Somebody who says something when they pick up. */
const saysHello = {
  answersAfterMs: 2_000,
  onAnswer: (person: Caller) => void person.says(HELLO, { afterMs: 300 }),
}

describe('somebody answers', () => {
  test('the assistant greets them, under the id that was given, and knows why it calls', async () => {
    const office = await open({ people: { [SOMEBODY]: saysHello } })
    const { desk, operations } = office
    desk.engine.answer = () => [
      { type: 'say', text: 'Your order is here.', interruptible: true, language: null, voice: null },
    ]
    const statusCallback = { url: 'http://127.0.0.1/s', format: 'form' } as const
    const { callId } = done(await office.callOut({ context: { order: 7 }, statusCallback }))
    expect(office.watched).toEqual([{ id: callId, url: 'http://127.0.0.1/s' }])
    await office.pass(1_000)
    expect(operations.call(callId)).toMatchObject({
      id: callId,
      direction: 'outbound',
      to: SOMEBODY,
      phase: 'ringing',
    })
    expect(operations.calls().map(({ id }) => id)).toEqual([callId])
    expect(operations.say(callId, 'Hello')).toMatchObject({ status: 409, code: 'not-now' })
    const person = office.leg(SOMEBODY)
    await desk.hears(person, 'Your order is here.')
    expect(person.id).toBe(callId)
    expect(operations.call(callId)).toMatchObject({
      id: callId,
      direction: 'outbound',
      to: SOMEBODY,
      turn: 0,
    })
    expect(operations.calls()).toHaveLength(1)
    expect(desk.engine.calls).toMatchObject([{ id: callId, direction: 'outbound', context: { order: 7 } }])
    expect(office.statuses('callOut')).toEqual(['initiated', 'ringing', 'answered'])
    person.hangsUp()
    await office.pass(1_000)
    expect(office.told.map(({ type }) => type).slice(-2)).toEqual(['callBegan', 'callEnded'])
    expect(operations.call(callId)).toBeUndefined()
  })

  test('who says nothing is greeted all the same', async () => {
    const office = await open({ people: { [SOMEBODY]: { answersAfterMs: 500 } } })
    done(await office.callOut())
    const person = await office.desk.passing(office.desk.switch.answered(SOMEBODY))
    await office.desk.hears(person, 'What can I do for you?')
    person.hangsUp()
  })

  test('a machine is hung up on', async () => {
    const machine = answeringMachine(voice.sayAt8k(GREETING))
    const office = await open({ people: { [SOMEBODY]: machine } })
    done(await office.callOut())
    const leg = await office.desk.passing(office.desk.switch.answered(SOMEBODY))
    await office.until(leg, () => office.statuses('callOut').includes('completed: machine'), 'it is over')
    await office.pass(500)
    expect([leg.isOver, leg.plays]).toEqual([true, []])
    expect(office.desk.engine.calls).toEqual([])
  })

  test('a machine is left a message, after its greeting', async () => {
    const greeting = voice.sayAt8k(GREETING)
    const message = 'Your order is here, says Parley.'
    const office = await open({
      people: { [SOMEBODY]: answeringMachine(greeting) },
      rules: { machine: 'leave-message', message },
    })
    done(await office.callOut())
    const leg = await office.desk.passing(office.desk.switch.answered(SOMEBODY))
    const answeredMs = leg.ms
    await office.until(leg, () => office.statuses('callOut').includes('completed: machine'), 'it is over')
    expect(office.desk.heardBy(leg)).toEqual([message])
    expect(leg.plays[0]?.startedMs).toBeGreaterThan(answeredMs + greeting.length / 8)
    await office.pass(500)
    expect(leg.isOver).toBe(true)
  })

  test('who hangs up before anything is said has abandoned the call', async () => {
    const office = await open({ people: { [SOMEBODY]: { answersAfterMs: 500, leavesAfterMs: 400 } } })
    done(await office.callOut())
    await office.pass(2_000)
    expect(office.statuses('callOut')).toEqual(['initiated', 'ringing', 'completed: caller-abandoned'])
    expect(office.desk.engine.calls).toEqual([])
  })
})

describe('nobody answers', () => {
  test.each([
    ['busy', { refuses: 'USER_BUSY' }, 'completed: busy'],
    ['declined', { refuses: 'CALL_REJECTED', refusesAfterMs: 1_000 }, 'completed: declined'],
    ['no answer', { neverAnswers: true }, 'completed: no-answer'],
    ['a number that does not exist', { refuses: 'UNALLOCATED_NUMBER' }, 'completed: unreachable'],
  ])('%s', async (_, script, status) => {
    const office = await open({ people: { [SOMEBODY]: script } })
    const { callId } = done(await office.callOut())
    await office.pass(25_000)
    expect(office.statuses('callOut').at(-1)).toBe(status)
    expect(office.operations.call(callId)).toBeUndefined()
  })

  test('a call that rings can be ended', async () => {
    const office = await open({ people: { [SOMEBODY]: { neverAnswers: true } } })
    const { callId } = done(await office.callOut())
    await office.pass(1_000)
    done(office.operations.hangUp(callId))
    await office.pass(500)
    expect(office.leg(SOMEBODY).isOver).toBe(true)
    expect(office.statuses('callOut').at(-1)).toBe('completed: withdrawn')
  })
})

describe('is not called', () => {
  const closed = { timeZone: 'UTC', open: [{ day: 0, fromMinute: 0, toMinute: 1 }], holidays: [] }

  test.each([
    ['a number that fits no pattern', { to: '+33123' }, {}, 422, 'number-not-allowed'],
    ['what is a destination for callers', { to: 'desk' }, {}, 422, 'number-not-allowed'],
    ['with a profile that does not exist', { profile: 'ghost' }, {}, 422, 'unknown-profile'],
    ['at a forbidden time', {}, { hours: closed }, 409, 'closed'],
  ])('%s', async (_, order, rules, status, code) => {
    const office = await open({ rules })
    expect(await office.callOut(order)).toMatchObject({ is: 'refused', status, code })
    await office.pass(1_000)
    expect(office.told).toEqual([])
    expect(office.desk.switch.legOf(SOMEBODY)).toBeUndefined()
  })

  test('more than so many in a minute', async () => {
    const office = await open({ people: { [SOMEBODY]: { refuses: 'USER_BUSY' } } })
    for (const to of ['+49301', '+49302', '+49303']) done(await office.callOut({ to }))
    expect(await office.callOut({ to: '+49304' })).toMatchObject({ status: 429, code: 'too-often' })
    await office.pass(61_000)
    done(await office.callOut({ to: '+49304' }))
    await office.callsOut.close()
  })

  test('one number more often than so many times in an hour, however it is written', async () => {
    const office = await open({ people: { [SOMEBODY]: { refuses: 'USER_BUSY' } } })
    done(await office.callOut())
    await office.pass(60_000)
    done(await office.callOut({ to: '+49 30 123' }))
    await office.pass(60_000)
    expect(await office.callOut({ to: '+49-30-123' })).toMatchObject({ status: 429, code: 'too-often' })
    await office.pass(3_600_000)
    done(await office.callOut())
    await office.pass(1_000)
  })

  test('while no calls are taken', async () => {
    const office = await open()
    await office.desk.calls.drain()
    expect(await office.callOut()).toMatchObject({ status: 503, code: 'not-ready' })
  })
})

describe('the process ends', () => {
  test('who rings rings no longer', async () => {
    const office = await open({ people: { [SOMEBODY]: { neverAnswers: true } } })
    done(await office.callOut())
    await office.pass(1_000)
    await office.desk.passing(office.callsOut.close())
    await office.pass(500)
    expect(office.leg(SOMEBODY).isOver).toBe(true)
    expect(await office.callOut()).toMatchObject({ status: 503 })
  })

  test('a person who has just answered is greeted by the next process, under the same id', async () => {
    const office = await open({ people: { [SOMEBODY]: { answersAfterMs: 500 } } })
    const { callId } = done(await office.callOut())
    const person = await office.desk.passing(office.desk.switch.answered(SOMEBODY))
    await office.pass(500)
    await office.desk.passing(office.callsOut.close())
    office.restart()
    await office.desk.hears(person, 'What can I do for you?')
    expect(office.operations.call(callId)).toMatchObject({ id: callId, direction: 'outbound' })
    person.hangsUp()
  })

  test('a conversation goes on in the next process, under the same id', async () => {
    const office = await open({ people: { [SOMEBODY]: { answersAfterMs: 500 } } })
    const { callId } = done(await office.callOut())
    const person = await office.desk.passing(office.desk.switch.answered(SOMEBODY))
    await office.desk.hears(person, 'What can I do for you?')
    await office.pass(2_000)
    await office.desk.passing(office.desk.calls.suspend())
    office.restart()
    await office.until(person, () => office.operations.call(callId) !== undefined, 'is back')
    await office.pass(3_000)
    expect(office.operations.call(callId)).toMatchObject({ id: callId, to: SOMEBODY, profile: 'default' })
    person.hangsUp()
  })

  test('a drain waits for those who are being called, and for what they talk', async () => {
    const office = await open({ people: { [SOMEBODY]: { answersAfterMs: 500 } } })
    done(await office.callOut())
    const person = await office.desk.passing(office.desk.switch.answered(SOMEBODY))
    const drained = Promise.all([office.desk.calls.drain(), office.callsOut.stop()])
    await office.desk.hears(person, 'What can I do for you?')
    await office.desk.passing(drained)
    expect(office.desk.calls.counts.now).toBe(1)
    person.hangsUp()
  })
})
