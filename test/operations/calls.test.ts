// What the API may do with a call: bring somebody, take that back, say something, supervise, end it.

import { describe, expect, test } from 'vitest'
import { desksOfTests } from '../desks.ts'
import { AGENT, BOSS, done, Office, type OfficeOptions, voice } from './office.ts'

const desks = desksOfTests()
const open = (options?: OfficeOptions) => Office.open(desks, options)

const ringsLong = { [AGENT]: { answersAfterMs: 15_000 } }

describe('bringing somebody', () => {
  test('in the middle of an answer: the rest is dropped, the announcement heard, and the two meet', async () => {
    const office = await open({ people: { [AGENT]: { answersAfterMs: 1_000 } } })
    const { desk, operations } = office
    const caller = await desk.call()
    await desk.hears(caller, 'What can I do for you?')
    await office.pass(200)
    const { transfer } = done(operations.transfer(caller.id, 'The Front Desk', 'I connect you.'))
    expect(transfer).toMatchObject({ to: 'desk', state: 'dialling', outcome: null })
    await desk.hears(caller, 'I connect you.')
    await office.until(caller, () => operations.call(caller.id)?.phase === 'together', 'they talk')
    expect(operations.transferOf(transfer.id)).toMatchObject({ id: transfer.id, state: 'joined' })
    expect(operations.call(caller.id)?.transfer).toMatchObject({ id: transfer.id })
    office.leg(AGENT).hangsUp()
    await office.pass(1_000)
    expect(desk.ending(caller)).toMatchObject({ by: 'agent', why: 'talked', to: 'desk' })
    expect(operations.transferOf(transfer.id)).toMatchObject({
      to: 'desk',
      state: 'ended',
      outcome: 'answered',
    })
    expect(office.statuses('transfer')).toEqual(['initiated', 'ringing', 'answered', 'completed: answered'])
  })

  test('a second time while one runs: refused with the state of the first', async () => {
    const office = await open({ people: ringsLong })
    const { operations } = office
    const caller = await office.caller()
    const { transfer } = done(operations.transfer(caller.id, 'desk', null))
    await office.pass(3_000)
    expect(operations.transfer(caller.id, 'queue', null)).toEqual({
      is: 'refused',
      status: 409,
      code: 'transfer-running',
      message: expect.stringMatching(/^[A-Z].*\.$/),
      state: { id: transfer.id, to: 'desk', state: 'ringing', outcome: null, cause: '' },
    })
    caller.hangsUp()
  })

  test.each([
    ['a destination that does not exist', 'the moon', 422, 'not-allowed'],
    ['a number outside every pattern', '+33123456', 422, 'not-allowed'],
    ['a number with something in it', '+49301|error/x', 422, 'not-allowed'],
    ['a destination that is closed', 'night', 409, 'closed'],
  ])('%s is refused, and nothing is dialled', async (_, to, status, code) => {
    const office = await open()
    const caller = await office.caller()
    expect(office.operations.transfer(caller.id, to, null)).toMatchObject({ is: 'refused', status, code })
    expect(office.bringTogether({ extension: to })).toMatchObject({ is: 'refused', status, code })
    await office.pass(2_000)
    expect(office.desk.log.filter(({ message }) => message.includes('dial'))).toEqual([])
    expect(office.statuses('transfer')).toEqual([])
    expect(office.operations.call(caller.id)).toMatchObject({ phase: 'listening', turn: 0 })
    caller.hangsUp()
  })

  test('to where nobody is dialled hands the caller over after the announcement', async () => {
    const office = await open()
    const { operations, desk } = office
    const caller = await office.caller()
    const { transfer } = done(operations.transfer(caller.id, 'queue', 'I hand you over.'))
    expect(operations.transferOf(transfer.id)).toEqual(transfer)
    expect(operations.transfer(caller.id, 'desk', null)).toMatchObject({ status: 409, code: 'leaving' })
    expect(operations.withdraw(transfer.id)).toMatchObject({ status: 409, code: 'not-now', state: transfer })
    await office.until(caller, () => caller.place.at === 'people', 'is in the queue')
    expect(desk.heardBy(caller).at(-1)).toBe('I hand you over.')
    await office.pass(1_000)
    expect(operations.transferOf(transfer.id)).toMatchObject({ to: 'queue', outcome: 'handed-over' })
    expect(office.statuses('transfer')).toEqual(['initiated', 'completed: handed-over'])
    caller.hangsUp()
  })

  test.each(['while it is announced', 'while the caller waits'])('%s it can be taken back', async when => {
    const office = await open({ people: ringsLong })
    const { operations, desk } = office
    const caller = await office.caller()
    const { transfer } = done(operations.transfer(caller.id, 'desk', 'I connect you with the desk.'))
    if (when === 'while the caller waits') await desk.hears(caller, 'music')
    await office.pass(500)
    desk.engine.answer = () => [
      { type: 'say', text: 'So not.', interruptible: true, language: null, voice: null },
    ]
    done(operations.withdraw(transfer.id))
    await desk.hears(caller, 'So not.')
    expect(desk.engine.inputs.at(-1)).toMatchObject({
      type: 'transfer',
      outcome: 'withdrawn',
      cause: 'withdrawn by the API',
    })
    expect(office.leg(AGENT).isOver).toBe(true)
    expect(operations.withdraw(transfer.id)).toMatchObject({ status: 409, state: { state: 'ended' } })
    caller.hangsUp()
  })

  test('a talk cannot be taken back', async () => {
    const office = await open()
    const { caller } = await office.talk()
    const id = office.operations.call(caller.id)?.transfer?.id ?? ''
    expect(office.operations.withdraw(id)).toMatchObject({ status: 409, state: { state: 'joined' } })
    expect(office.operations.call(caller.id)?.phase).toBe('together')
    caller.hangsUp()
  })

  test('what does not exist is unknown', async () => {
    const { operations } = await open()
    const unknown = { is: 'refused', status: 404, code: 'unknown-call' }
    expect(operations.transfer('nobody', 'desk', null)).toMatchObject(unknown)
    expect(operations.say('nobody', 'Hello')).toMatchObject(unknown)
    expect(operations.hangUp('nobody')).toMatchObject(unknown)
    expect(await operations.supervise('nobody', { extension: BOSS, mode: 'listen' })).toMatchObject(unknown)
    expect(operations.withdraw('nobody')).toMatchObject({ status: 404, code: 'unknown-transfer' })
    expect([operations.call('nobody'), operations.transferOf('nobody')]).toEqual([undefined, undefined])
    expect(operations.calls()).toEqual([])
  })
})

describe('saying something', () => {
  test('to a caller who is listened to, who is listened to afterwards', async () => {
    const office = await open()
    const { desk, operations } = office
    const caller = await office.caller()
    await office.pass(2_000)
    done(operations.say(caller.id, 'The line closes in five minutes.'))
    await desk.hears(caller, 'The line closes in five minutes.')
    await office.until(caller, () => operations.call(caller.id)?.phase === 'listening', 'we listen')
    await desk.says(caller, 'Thank you.')
    await office.until(caller, () => desk.engine.inputs.length > 1, 'the engine is asked')
    expect(desk.engine.inputs.at(-1)).toMatchObject({ type: 'speech', text: 'Thank you.' })
    caller.hangsUp()
  })

  test('while the assistant speaks: after what it says', async () => {
    const office = await open()
    const { desk, operations } = office
    const caller = await office.caller()
    await office.pass(100)
    expect(operations.call(caller.id)?.phase).toBe('speaking')
    done(operations.say(caller.id, 'The line closes soon.'))
    await desk.hears(caller, 'The line closes soon.')
    await office.until(caller, () => operations.call(caller.id)?.phase === 'listening', 'we listen')
    caller.hangsUp()
  })

  test('is refused while people talk', async () => {
    const office = await open()
    const { caller } = await office.talk()
    expect(office.operations.say(caller.id, 'Hello?')).toMatchObject({ status: 409, code: 'not-now' })
    caller.hangsUp()
  })
})

describe('ending a call', () => {
  test('hangs up on the caller, and on the agent who was still being fetched', async () => {
    const office = await open({ people: ringsLong })
    const { operations, desk } = office
    const caller = await office.caller()
    done(operations.transfer(caller.id, 'desk', null))
    await office.pass(3_000)
    done(operations.hangUp(caller.id))
    await office.pass(500)
    expect([caller.isOver, office.leg(AGENT).isOver]).toEqual([true, true])
    expect(desk.ending(caller)).toMatchObject({ by: 'operator', why: 'ended' })
    expect(office.statuses('transfer').at(-1)).toMatch('completed')
  })

  test('ends the talk of caller and agent, and tells so', async () => {
    const office = await open()
    const { caller, agent } = await office.talk()
    done(office.operations.hangUp(caller.id))
    await office.pass(1_000)
    expect([caller.isOver, agent.isOver]).toEqual([true, true])
    expect(office.statuses('transfer').at(-1)).toBe('completed: answered')
  })
})

const boss = { [BOSS]: { answersAfterMs: 500 } }
const SENTENCE = voice.sayAt8k('I would like to know where my order is.')

describe('a supervisor', () => {
  const orders = [
    { mode: 'listen', callerHears: false },
    { mode: 'barge', callerHears: true },
    { mode: 'whisper', callerHears: true },
  ] as const

  test.each(orders)('$mode, while the caller is with the assistant', async ({ mode, callerHears }) => {
    const office = await open({ people: boss })
    const { desk, operations } = office
    const caller = await office.caller()
    done(await operations.supervise(caller.id, { extension: BOSS, mode }))
    const supervisor = await desk.passing(desk.switch.answered(BOSS))
    await office.pass(500)
    await desk.passing(caller.says(SENTENCE))
    await desk.passing(supervisor.says(SENTENCE))
    expect(supervisor.firstHeardMs(caller) !== undefined).toBe(true)
    expect(caller.firstHeardMs(supervisor) !== undefined).toBe(callerHears)
    caller.hangsUp()
    await office.pass(1_000)
    expect(supervisor.isOver).toBe(true)
  })

  test.each([
    { mode: 'listen', callerHears: false, agentHears: false },
    { mode: 'barge', callerHears: true, agentHears: true },
    { mode: 'whisper', callerHears: false, agentHears: true },
  ] as const)('$mode, while the caller is with an agent', async ({ mode, callerHears, agentHears }) => {
    const office = await open({ people: boss })
    const { desk, operations } = office
    const { caller, agent } = await office.talk()
    done(await operations.supervise(caller.id, { extension: BOSS, mode }))
    const supervisor = await desk.passing(desk.switch.answered(BOSS))
    await office.pass(500)
    await desk.passing(caller.says(SENTENCE))
    await desk.passing(supervisor.says(SENTENCE))
    expect(supervisor.firstHeardMs(caller) !== undefined).toBe(true)
    expect(caller.firstHeardMs(supervisor) !== undefined).toBe(callerHears)
    expect(agent.firstHeardMs(supervisor) !== undefined).toBe(agentHears)
    // Who listens comes and goes.
    supervisor.hangsUp()
    await office.pass(500)
    expect(operations.call(caller.id)?.phase).toBe('together')
    agent.hangsUp()
    await office.pass(1_000)
    expect(caller.isOver).toBe(true)
  })

  test('takes the call from the assistant', async () => {
    const office = await open({ people: boss })
    const { operations } = office
    const caller = await office.caller()
    done(await operations.supervise(caller.id, { extension: BOSS, mode: 'take-over' }))
    await office.until(caller, () => operations.call(caller.id)?.phase === 'together', 'they talk')
    expect(operations.call(caller.id)?.transfer).toMatchObject({ to: 'supervisor', state: 'joined' })
    office.leg(BOSS).hangsUp()
    await office.pass(1_000)
    expect(caller.isOver).toBe(true)
    expect(office.statuses('transfer')).toEqual(['initiated', 'answered', 'completed: answered'])
  })

  test('takes the call from an agent, who is let go', async () => {
    const office = await open({ people: boss })
    const { desk, operations } = office
    const { caller, agent } = await office.talk()
    done(await operations.supervise(caller.id, { extension: BOSS, mode: 'take-over' }))
    await office.until(caller, () => agent.isOver, 'the agent is let go')
    await office.until(caller, () => operations.call(caller.id)?.transfer?.state === 'joined', 'they talk')
    const supervisor = office.leg(BOSS)
    await desk.passing(caller.says(SENTENCE))
    expect(supervisor.firstHeardMs(caller)).toBeDefined()
    caller.hangsUp()
    await office.pass(1_000)
    expect(supervisor.isOver).toBe(true)
  })

  test('whose phone still rings when the call is over does not hear it ring on', async () => {
    const office = await open({ people: { [BOSS]: { neverAnswers: true } } })
    const caller = await office.caller()
    done(await office.operations.supervise(caller.id, { extension: BOSS, mode: 'listen' }))
    await office.pass(1_000)
    caller.hangsUp()
    await office.pass(500)
    expect(office.leg(BOSS).isOver).toBe(true)
  })

  test('who has taken the call keeps it when the process ends', async () => {
    const office = await open({ people: boss })
    const { desk, operations } = office
    const caller = await office.caller()
    done(await operations.supervise(caller.id, { extension: BOSS, mode: 'take-over' }))
    await office.until(caller, () => operations.call(caller.id)?.phase === 'together', 'they talk')
    await desk.passing(desk.calls.suspend())
    office.restart()
    await office.pass(15_000)
    expect([caller.isOver, office.leg(BOSS).isOver]).toEqual([false, false])
    expect(desk.adoptions.count).toBe(1)
    caller.hangsUp()
    await office.pass(25_000)
    expect(office.leg(BOSS).isOver).toBe(true)
    expect(office.told.at(-1)).toMatchObject({ type: 'callEnded', callId: caller.id })
  })
})
