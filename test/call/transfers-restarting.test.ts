// Transfers, whole, whose process ends on purpose or is killed, followed by another or by none, at every step; and whose way to the
// switch is lost.

import { describe, expect, test } from 'vitest'
import { desksOfTests } from '../desks.ts'
import { Bringing, casesOf, type TransferStep, WAYS } from './bringing.ts'

const open = desksOfTests()

const fetching = casesOf.filter(({ step }) => step !== 'talking')
const liveAgents = (b: Bringing): number => b.legs.filter(leg => !leg.isOver).length

/** What comes next, until they talk: with whoever is rung by the process that has the call now. */
async function meetsAfterwards(b: Bringing): Promise<void> {
  await b.until(() => b.phase === 'together', 'caller and agent talk', 90_000)
  await b.pass(12_000)
  expect(liveAgents(b)).toBe(1)
  expect(b.agent.isOver).toBe(false)
  expect(b.statuses.at(-1)).toBe('answered')
  const { agent, caller } = b
  expect(caller.variable('socket_resume')).toBe('false')
  agent.hangsUp()
  await b.expectNobodyLeft(3_000)
  expect(b.desk.ending(caller)).toMatchObject({ by: 'agent', why: 'talked', to: 'desk' })
}

describe('a process that ends on purpose and is followed by another', () => {
  // Who is on the way into the room gets there first.
  test.each(fetching.filter(({ step }) => step !== 'meeting'))(
    '$name: the next one brings somebody',
    async ({ way, step }) => {
      const b = await Bringing.begin(open, way, { step, guarded: true })
      await b.reach(step)
      await b.upgrade()
      await meetsAfterwards(b)
    },
  )

  test.each(casesOf.filter(({ step }) => step === 'talking' || step === 'meeting'))(
    '$name: a talk does not notice it, and is over as usual',
    async ({ way, step }) => {
      const b = await Bringing.begin(open, way, { step, guarded: true })
      await b.reach(step)
      await b.upgrade()
      await b.pass(20_000)
      expect([b.caller.isOver, b.agent.isOver]).toEqual([false, false])
      b.agent.hangsUp()
      await b.desk.passing(b.caller.callIsOver({ withinMs: 10_000 }))
      await b.pass(1_000)
      expect(b.desk.ending(b.caller)).toMatchObject({ by: 'agent', why: 'talked', to: 'desk' })
      await b.expectNobodyLeft()
    },
  )
})

describe('a process that is killed and restarted', () => {
  test.each(fetching)('$name: the next one brings somebody', async ({ way, step }) => {
    const b = await Bringing.begin(open, way, { step, guarded: true })
    await b.reach(step)
    await b.kill()
    await meetsAfterwards(b)
  })

  test.each(fetching)(
    '$name: nobody rings any more soon after the caller has gone',
    async ({ way, step }) => {
      const b = await Bringing.begin(open, way, { step, guarded: true })
      await b.reach(step)
      await b.kill()
      await b.pass(3_000)
      b.caller.hangsUp()
      await b.expectNobodyLeft()
    },
  )

  test.each(WAYS)('$name: a talk does not notice it, whoever leaves first', async way => {
    const b = await Bringing.begin(open, way, { guarded: true })
    await b.reach('talking')
    await b.kill()
    await b.pass(20_000)
    expect([b.caller.isOver, b.agent.isOver]).toEqual([false, false])
    expect(b.desk.adoptions.count).toBe(1)
    b.agent.hangsUp()
    await b.desk.passing(b.caller.callIsOver({ withinMs: 10_000 }))
    await b.pass(1_000)
    expect(b.desk.ending(b.caller)).toMatchObject({ by: 'agent', why: 'talked', to: 'desk' })
    await b.expectNobodyLeft()
  })

  test.each(WAYS)(
    '$name: after a talk the caller is with the assistant again where that is wanted',
    async way => {
      const b = await Bringing.begin(open, way, { guarded: true, to: { afterTalk: 'assistant' } })
      await b.reach('talking')
      await b.kill()
      await b.pass(5_000)
      b.agent.hangsUp()
      await b.until(() => b.desk.engine.inputs.some(({ type }) => type === 'resume'), 'the engine is told')
      expect(b.desk.engine.inputs.at(-1)).toMatchObject({
        type: 'resume',
        transfer: { to: 'desk', outcome: 'answered' },
      })
      await b.desk.hears(b.caller, 'Again, answered.')
      b.caller.hangsUp()
      await b.expectNobodyLeft()
    },
  )

  test.each(WAYS)('$name: a caller who leaves the talk takes the agent along', async way => {
    const b = await Bringing.begin(open, way, { guarded: true })
    await b.reach('talking')
    await b.kill()
    await b.pass(3_000)
    b.caller.hangsUp()
    await b.expectNobodyLeft()
    // The next process has watched it, and tells of its end.
    await b.pass(25_000)
    expect(b.statuses).toEqual(['completed: answered'])
    expect(b.news.filter(({ type }) => type === 'callEnded')).toMatchObject([
      { callId: b.caller.id, why: 'hung-up' },
    ])
    expect(b.desk.ending(b.caller)).toMatchObject({ by: 'switch', why: 'hung-up' })
    expect(b.desk.adoptions.count).toBe(0)
  })
})

describe('a process that is killed for good', () => {
  test.each(fetching)('$name: the caller gets to people, and nobody is left', async ({ way, step }) => {
    const b = await Bringing.begin(open, way, {
      step,
      guarded: true,
      people: { '2000': { answersAfterMs: 500 } },
    })
    await b.reach(step)
    const atMs = b.caller.ms
    await b.kill('for good')
    const { atMs: sentMs } = await b.desk.passing(b.caller.isSentToPeople())
    expect(sentMs - atMs).toBeLessThanOrEqual(2_000)
    await b.pass(25_000)
    expect(b.caller.isOver).toBe(false)
    b.caller.hangsUp()
    // An agent who came into the room in the very moment in which nobody was there any more leaves by themselves.
    if (step === 'meeting') for (const leg of b.legs) if (!leg.isOver) leg.hangsUp()
    await b.expectNobodyLeft()
  })

  test.each(WAYS)('$name: a talk goes on, and then the caller gets to people', async way => {
    const b = await Bringing.begin(open, way, { guarded: true })
    await b.reach('talking')
    await b.kill('for good')
    await b.pass(30_000)
    expect([b.caller.isOver, b.agent.isOver]).toEqual([false, false])
    b.agent.hangsUp()
    await b.desk.passing(b.caller.isSentToPeople())
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })

  test.each(WAYS)('$name: a caller who leaves the talk takes the agent along', async way => {
    const b = await Bringing.begin(open, way, { guarded: true })
    await b.reach('talking')
    await b.kill('for good')
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })
})

describe('a control link that is lost', () => {
  test.each(casesOf)('$name: and back soon is not noticed', async ({ way, step }) => {
    const b = await Bringing.begin(open, way, { step })
    await b.reach(step)
    b.desk.switch.cutControlLinks()
    if (step === 'briefing') void b.agent.presses('1', { afterMs: 2_000 })
    await b.reach('talking')
    expect(liveAgents(b)).toBe(1)
    b.caller.hangsUp()
    await b.expectNobodyLeft()
    expect(b.statuses.at(-1)).toBe('completed: answered')
    // An order that was withdrawn without a way to the switch is waited for until its time is up.
    await b.pass(26_000)
  })

  const ringing: readonly TransferStep[] = ['announcement', 'dialling', 'ringing']

  test.each(casesOf.filter(({ step }) => ringing.includes(step)))(
    '$name: and a caller who hangs up meanwhile: the phone is silent as soon as it is back',
    async ({ way, step }) => {
      const b = await Bringing.begin(open, way, { step })
      await b.reach(step)
      b.desk.switch.refusesControl(2)
      b.desk.switch.cutControlLinks()
      await b.pass(100)
      b.caller.hangsUp()
      await b.pass(3_500)
      expect(liveAgents(b)).toBe(0)
      await b.expectNobodyLeft()
    },
  )

  test.each(WAYS)('$name: before anybody is dialled is told to the caller', async way => {
    const b = await Bringing.begin(open, way, {
      answer: input => {
        if (input.type === 'start') return []
        if (input.type === 'transfer')
          return [
            {
              type: 'say',
              text: `Desk: ${input.outcome}.`,
              interruptible: true,
              language: null,
              voice: null,
            },
          ]
        return input.type === 'digits' ? [{ type: 'transfer', to: 'desk', announce: 'I connect you.' }] : []
      },
    })
    await b.pass(1_000)
    b.desk.switch.refusesControl(1_000)
    b.desk.switch.cutControlLinks()
    await b.pass(100)
    await b.desk.passing(b.caller.presses('5#'))
    await b.desk.hears(b.caller, 'Desk: failed.')
    expect(b.ends.at(-1)).toMatchObject({ outcome: 'failed', cause: expect.stringContaining('control link') })
    expect(b.legs).toEqual([])
    b.desk.switch.refusesControl(0)
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })
})
