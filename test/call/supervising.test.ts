// Supervisors, whole: on the embedded switch they listen to a call, whisper, speak to both, or take it over.

import { describe, expect, test } from 'vitest'
import { type SupervisionMode, supervise } from '../../src/call/supervision.ts'
import { desksOfTests } from '../desks.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { hum, say } from '../fakes/providers.ts'
import { recordingLog } from '../harness.ts'
import { Bringing, destination, extension, rung, usualAnswer, WAYS } from './bringing.ts'

const open = desksOfTests()
const SUPERVISOR = '2090'
const [conference] = WAYS as [(typeof WAYS)[0]]

async function withAssistant(): Promise<Bringing> {
  const b = await Bringing.begin(open, conference, {
    answer: input => (input.type === 'start' ? [say('Hello, this is the assistant.')] : usualAnswer(input)),
    people: { [SUPERVISOR]: { answersAfterMs: 500 } },
  })
  await b.desk.hears(b.caller, 'Hello, this is the assistant.')
  await b.desk.passing(b.caller.hearsSilence({ ms: 200 }))
  return b
}

async function inTalk(guarded = false): Promise<Bringing> {
  const b = await Bringing.begin(open, conference, {
    guarded,
    people: { [SUPERVISOR]: { answersAfterMs: 500 } },
  })
  await b.reach('talking')
  return b
}

/** The supervisor is on the line. */
async function comes(b: Bringing, mode: SupervisionMode): Promise<Caller> {
  const call = b.desk.calls.get(b.caller.id)
  if (!call) throw new Error('there is no call')
  const dialable = extension(SUPERVISOR)
  const as = destination([rung([dialable])], { name: 'supervisor' })
  void supervise({ call, dialable, mode, as }, b.desk.exchange, recordingLog(b.desk.log))
  await b.desk.passing(b.desk.switch.answered(SUPERVISOR))
  await b.pass(400)
  return b.desk.switch.legOf(SUPERVISOR) as Caller
}

/** Who of them hears whom, each speaking in turn. */
async function hearings(b: Bringing, people: Readonly<Record<string, Caller>>): Promise<string[]> {
  const heard: string[] = []
  for (const [name, person] of Object.entries(people)) {
    const since = Object.entries(people).map(([who, one]) => [who, one, one.ms] as const)
    await b.desk.passing(person.says(hum(600)))
    await b.pass(200)
    for (const [who, one, sinceMs] of since)
      if (one !== person && one.heardMs(person, sinceMs) > 300) heard.push(`${who} hears ${name}`)
    await b.pass(2_000)
  }
  return heard.sort()
}

describe('while the caller is with the assistant, a supervisor', () => {
  test.each([
    ['listen', ['supervisor hears caller']],
    ['whisper', ['caller hears supervisor', 'supervisor hears caller']],
    ['barge', ['caller hears supervisor', 'supervisor hears caller']],
  ] as const)('who is to %s', async (mode, expected) => {
    const b = await withAssistant()
    const supervisor = await comes(b, mode)
    expect(await hearings(b, { caller: b.caller, supervisor })).toEqual(expected)
    b.caller.hangsUp()
    await b.pass(1_000)
    expect(supervisor.isOver).toBe(true)
  })

  test('who leaves changes nothing', async () => {
    const b = await withAssistant()
    const supervisor = await comes(b, 'barge')
    supervisor.hangsUp()
    await b.pass(500)
    await b.desk.says(b.caller, 'hello')
    await b.desk.hears(b.caller, 'You said hello.')
    await b.hangUp()
  })

  test('who takes over meets the caller', async () => {
    const b = await withAssistant()
    const supervisor = await comes(b, 'take-over')
    await b.until(() => b.phase === 'together', 'they talk')
    expect(await hearings(b, { caller: b.caller, supervisor })).toEqual([
      'caller hears supervisor',
      'supervisor hears caller',
    ])
    supervisor.hangsUp()
    await b.pass(2_000)
    expect(b.desk.ending(b.caller)).toMatchObject({ why: 'talked', to: 'supervisor' })
  })
})

describe('while the caller talks to an agent, a supervisor', () => {
  test.each([
    ['listen', []],
    ['whisper', ['agent hears supervisor']],
    ['barge', ['agent hears supervisor', 'caller hears supervisor']],
  ] as const)('who is to %s', async (mode, spoken) => {
    const b = await inTalk()
    const supervisor = await comes(b, mode)
    expect(await hearings(b, { agent: b.agent, caller: b.caller, supervisor })).toEqual(
      [
        'agent hears caller',
        'caller hears agent',
        'supervisor hears agent',
        'supervisor hears caller',
        ...spoken,
      ].sort(),
    )
    // Who listens is no part of the talk.
    supervisor.hangsUp()
    await b.pass(1_000)
    expect([b.caller.isOver, b.agent.isOver]).toEqual([false, false])
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })

  test.each(['listen', 'whisper', 'barge'] as const)(
    'who is to %s is let go when the talk is over',
    async mode => {
      const b = await inTalk()
      const supervisor = await comes(b, mode)
      b.agent.hangsUp()
      await b.pass(2_000)
      expect([supervisor.isOver, b.caller.isOver]).toEqual([true, true])
    },
  )

  test('who takes over sends the agent away and meets the caller', async () => {
    const b = await inTalk()
    const { agent } = b
    const supervisor = await comes(b, 'take-over')
    await b.until(() => b.phase === 'together' && agent.isOver, 'the agent has gone')
    expect(b.caller.isOver).toBe(false)
    await b.pass(500)
    expect(await hearings(b, { caller: b.caller, supervisor })).toEqual([
      'caller hears supervisor',
      'supervisor hears caller',
    ])
    b.caller.hangsUp()
    await b.expectNobodyLeft()
    expect(supervisor.isOver).toBe(true)
    expect(b.statuses.filter(status => status === 'completed: answered')).toHaveLength(2)
  })
})

describe('while somebody is fetched, a supervisor', () => {
  test.each(['ringing', 'accepted', 'meeting'] as const)(
    'who takes over when it is %s has the caller',
    async step => {
      const b = await Bringing.begin(open, conference, {
        step,
        people: { [SUPERVISOR]: { answersAfterMs: 500 } },
      })
      if (step === 'ringing') await b.reach(step)
      else await b.reach('announcement')
      const supervisor = await comes(b, 'take-over')
      await b.until(() => b.phase === 'together', 'they talk')
      await b.pass(8_000)
      expect([supervisor.isOver, b.caller.isOver]).toEqual([false, false])
      b.caller.hangsUp()
      await b.expectNobodyLeft()
      expect(supervisor.isOver).toBe(true)
    },
  )

  test('who does not answer changes nothing', async () => {
    const b = await Bringing.begin(open, conference, {
      step: 'ringing',
      people: { [SUPERVISOR]: { refuses: 'USER_BUSY' } },
    })
    await b.reach('ringing')
    const call = b.desk.calls.get(b.caller.id)
    if (!call) throw new Error('there is no call')
    const as = destination([])
    await b.desk.passing(
      supervise(
        { call, dialable: extension(SUPERVISOR), mode: 'take-over', as },
        b.desk.exchange,
        recordingLog(b.desk.log),
      ),
    )
    await b.reach('talking')
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })
})
