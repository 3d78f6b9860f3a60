// Transfers, whole: callers, agents and the daemon on the embedded switch, when all goes well.

import { describe, expect, test } from 'vitest'
import { desksOfTests } from '../desks.ts'
import { hum } from '../fakes/providers.ts'
import { ANNOUNCEMENT, Bringing, isBriefed, WAYS } from './bringing.ts'

const open = desksOfTests()

describe.each(WAYS)('$name', way => {
  test.each([
    ['while the announcement is spoken', 'accepted'],
    ['when the announcement is over', 'talking'],
  ] as const)('who takes the call %s meets the caller without delay', async (_, step) => {
    const b = await Bringing.begin(open, way, { step })
    const { desk, caller } = b
    await b.reach('accepted')
    const { agent } = b
    void agent.says(hum(20_000))
    void caller.says(hum(20_000))
    await b.reach('talking')
    const since = b.readyMs
    for (const [one, other] of [
      [caller, agent],
      [agent, caller],
    ] as const) {
      const heardMs = one.firstHeardMs(other)
      expect(heardMs).toBeDefined()
      expect(one.beganAtMs + (heardMs ?? 0) - caller.beganAtMs - since).toBeLessThanOrEqual(150)
      expect(one.heardMs(other)).toBeGreaterThan(1_500)
    }
    b.expectHeard(...(step === 'accepted' ? [ANNOUNCEMENT] : [ANNOUNCEMENT, 'music']))
    // Not a word of the brief is for the caller, none of the announcement for the agent.
    expect(desk.heardBy(agent)).toEqual(
      isBriefed(way) ? expect.arrayContaining(['Here they are.']) : ['Here they are.'],
    )
    expect(b.statuses).toEqual(['initiated', 'ringing', 'answered'])
    expect(b.journal('agentJoined')).toHaveLength(1)
    caller.hangsUp()
    await b.expectNobodyLeft()
  })

  test('an agent who leaves first ends the call, which has told the engine of the talk', async () => {
    const b = await Bringing.begin(open, way)
    await b.reach('talking')
    b.agent.hangsUp()
    await b.expectNobodyLeft()
    expect(b.desk.ending(b.caller)).toEqual({ by: 'agent', why: 'talked', to: 'desk' })
    expect(b.caller.isOver).toBe(true)
    expect(b.statuses).toEqual(['initiated', 'ringing', 'answered', 'completed: answered'])
    expect(b.desk.engine.reports).toEqual([
      { type: 'talked', to: 'desk', durationMs: expect.any(Number), transcript: expect.any(Array) },
      expect.objectContaining({ type: 'ended', by: 'agent', reason: 'talked' }),
    ])
    expect(b.ends).toEqual([])
  })

  test('an agent who leaves first leaves the caller to the assistant where that is wanted', async () => {
    const b = await Bringing.begin(open, way, { to: { afterTalk: 'assistant' } })
    await b.reach('talking')
    b.agent.hangsUp()
    await b.expectBack('answered')
    await b.hangUp()
  })

  test('a caller who leaves first takes the agent along', async () => {
    const b = await Bringing.begin(open, way)
    await b.reach('talking')
    b.caller.hangsUp()
    await b.expectNobodyLeft()
    expect(b.desk.ending(b.caller)).toMatchObject({ by: 'caller' })
    expect(b.statuses.at(-1)).toBe('completed: answered')
    expect(b.desk.engine.reports).toMatchObject([
      { type: 'talked', to: 'desk' },
      { type: 'ended', by: 'caller' },
    ])
  })
})
