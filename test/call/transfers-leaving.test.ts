// Transfers, whole, that somebody leaves, does not want any more, or puts on hold, at every step.

import { describe, expect, test } from 'vitest'
import { desksOfTests } from '../desks.ts'
import { hum } from '../fakes/providers.ts'
import {
  ANNOUNCEMENT,
  accept,
  Bringing,
  casesOf,
  isBriefed,
  type TransferStep,
  voice,
  WAYS,
  type Way,
} from './bringing.ts'

const open = desksOfTests()

describe('a caller who hangs up', () => {
  test.each(casesOf)(
    '$name: every phone is silent within a second, and it is known',
    async ({ way, step }) => {
      const b = await Bringing.begin(open, way, { step })
      await b.reach(step)
      b.caller.hangsUp()
      await b.expectNobodyLeft()
      const outcome = step === 'talking' ? 'answered' : 'caller-abandoned'
      expect(b.statuses.at(-1)).toBe(`completed: ${outcome}`)
      expect(b.statuses.filter(status => status.startsWith('completed'))).toHaveLength(1)
      expect(b.ends).toEqual([])
      expect(b.desk.ending(b.caller)).toMatchObject({ by: 'caller', why: 'hung-up' })
      expect(b.desk.engine.reports.at(-1)).toMatchObject({ type: 'ended', by: 'caller' })
    },
  )
})

/** How somebody does not want to wait any more. */
const NEVER_MIND = [
  {
    how: 'in words',
    says: async (b: Bringing) => {
      b.desk.recognizer.willHear('oh never mind')
      await b.desk.passing(b.caller.says(voice.sayAt8k('oh never mind')))
    },
  },
  {
    how: 'by key',
    says: async (b: Bringing) => {
      await b.desk.passing(b.caller.presses('*'))
    },
  },
]

/** When it is not too late for it. */
const BEFORE: readonly TransferStep[] = ['announcement', 'dialling', 'ringing', 'briefing', 'accepted']

describe.each(NEVER_MIND)('a caller who does not want to wait any more, $how', ({ says }) => {
  test.each(casesOf.filter(({ step }) => BEFORE.includes(step)))(
    '$name: has the assistant again',
    async ({ way, step }) => {
      const b = await Bringing.begin(open, way, { step })
      await b.reach(step)
      const atMs = b.caller.ms
      await says(b)
      await b.expectBack('withdrawn')
      b.expectNoSilence()
      const reply = b.caller.plays.find(({ path }) => b.desk.prompts.textOf(path) === 'Desk: withdrawn.')
      // Within a turn of when they have said it, or, where that is later, of the announcement's end.
      expect((reply?.startedMs ?? 0) - Math.max(atMs, 4_400)).toBeLessThan(3_500)
      await b.hangUp()
    },
  )

  test.each(casesOf.filter(({ step }) => !BEFORE.includes(step)))(
    '$name: meets who has taken the call already',
    async ({ way, step }) => {
      const b = await Bringing.begin(open, way, { step })
      await b.reach(step)
      await says(b)
      await b.reach('talking')
      expect(b.agent.isOver).toBe(false)
      b.caller.hangsUp()
      await b.expectNobodyLeft()
    },
  )
})

describe('an agent who hangs up', () => {
  test.each(WAYS)('$name: before they meet, and the caller is told that nobody is there', async way => {
    const b = await Bringing.begin(open, way, { step: 'accepted' })
    await b.reach('accepted')
    b.agent.hangsUp()
    await b.expectBack('declined', 'hung up before the caller came')
    b.expectHeard(ANNOUNCEMENT, 'Desk: declined.', 'You said thank you.')
    await b.hangUp()
  })

  test.each(WAYS)('$name: on the way into the room, and nobody is left alone in it', async way => {
    const b = await Bringing.begin(open, way, { step: 'meeting' })
    await b.reach('meeting')
    b.agent.hangsUp()
    await b.pass(8_000)
    expect(b.caller.place.at).not.toBe('people')
    // Whether it counts as a talk or as none is decided by a frame.
    if (b.caller.isOver) expect(b.desk.ending(b.caller)).toMatchObject({ why: 'talked' })
    else {
      expect(b.ends).toHaveLength(1)
      await b.hangUp()
    }
    await b.expectNobodyLeft()
  })
})

describe('a hold', () => {
  test.each(WAYS)('$name: by the agent in the talk disturbs nothing', async way => {
    const b = await Bringing.begin(open, way)
    await b.reach('talking')
    b.agent.holds()
    await b.pass(30_000)
    expect([b.phase, b.agent.isOver, b.caller.isOver]).toEqual(['together', false, false])
    b.agent.unholds()
    const since = b.caller.ms
    void b.agent.says(hum(1_000))
    await b.pass(1_000)
    expect(b.caller.firstHeardMs(b.agent, since)).toBeDefined()
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })

  test.each(WAYS.filter(isBriefed))('$name: by the agent during the brief has it said again', async way => {
    const b = await Bringing.begin(open, way, { step: 'briefing' })
    await b.reach('briefing')
    b.agent.holds()
    await b.pass(5_000)
    const before = b.desk.heardBy(b.agent).length
    b.agent.unholds()
    await b.pass(1_500)
    expect(b.desk.heardBy(b.agent).slice(before)[0]).toBe(b.desk.heardBy(b.agent)[0])
    accept(b.desk, way, b.agent, 500)
    await b.reach('talking')
    b.expectNoSilence()
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })

  const HELD: readonly TransferStep[] = ['announcement', 'dialling', 'ringing', 'briefing', 'accepted']

  test.each(casesOf.filter(({ step }) => HELD.includes(step)))(
    '$name: by the caller, who meets the agent when they are back',
    async ({ way, step }) => {
      const b = await Bringing.begin(open, way, { step })
      await b.reach(step)
      b.caller.holds()
      await b.pass(3_000)
      b.caller.unholds()
      // Who waits hears music again.
      const since = b.caller.ms
      if (step === 'briefing') accept(b.desk, way, b.agent, 500)
      await b.reach('talking')
      expect(b.caller.longestSilenceMs({ fromMs: since + 600, toMs: b.joinedMs })).toBeLessThanOrEqual(1_000)
      expect(b.agent.isOver).toBe(false)
      b.caller.hangsUp()
      await b.expectNobodyLeft()
    },
  )

  test.each(WAYS)('$name: by the caller in the talk disturbs nothing', async way => {
    const b = await Bringing.begin(open, way)
    await b.reach('talking')
    b.caller.holds()
    await b.pass(30_000)
    b.caller.unholds()
    await b.pass(1_000)
    expect([b.phase, b.agent.isOver, b.caller.isOver]).toEqual(['together', false, false])
    b.agent.hangsUp()
    await b.expectNobodyLeft()
    expect(b.desk.ending(b.caller)).toMatchObject({ by: 'agent', why: 'talked' })
  })

  test.each(WAYS)(
    '$name: a caller who is held when the agent takes the call meets them all the same',
    async (way: Way) => {
      const b = await Bringing.begin(open, way)
      await b.reach('ringing')
      b.caller.holds()
      await b.until(
        () => b.transfer?.state.is === 'accepted' || b.phase === 'together',
        'an agent has taken the call',
      )
      await b.pass(2_000)
      b.caller.unholds()
      await b.reach('talking')
      b.caller.hangsUp()
      await b.expectNobodyLeft()
    },
  )
})
