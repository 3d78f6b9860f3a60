// Transfers, whole, that do not come about: nobody comes, or who has come does not take the call. The assistant has the caller back,
// knows why, and goes on; and nobody was left in silence.

import { describe, expect, test } from 'vitest'
import type { TransferOutcome } from '../../src/engine/engine.ts'
import { desksOfTests } from '../desks.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { PersonScript } from '../fake-freeswitch/person-script.ts'
import { answeringMachine } from '../fake-freeswitch/person-script.ts'
import type { DeskOptions } from '../harness.ts'
import {
  ANNOUNCEMENT,
  Bringing,
  destination,
  extension,
  isBriefed,
  LANDLINE,
  MOBILES,
  outside,
  rung,
  type Setting,
  voice,
  WAYS,
  type Way,
} from './bringing.ts'

const open = desksOfTests()

const byName = (name: Way['name']): Way => WAYS.find(way => way.name === name) as Way

/** Why nobody comes, whatever the way. */
const ABSENT: readonly {
  what: string
  agent?: PersonScript
  to?: Setting['to']
  desk?: DeskOptions
  outcome: TransferOutcome
  cause: string
}[] = [
  { what: 'busy', agent: { refuses: 'USER_BUSY' }, outcome: 'busy', cause: 'USER_BUSY' },
  {
    what: 'busy after some ringing',
    agent: { refuses: 'USER_BUSY', refusesAfterMs: 7_000 },
    outcome: 'busy',
    cause: 'USER_BUSY',
  },
  { what: 'no answer', agent: { neverAnswers: true }, outcome: 'no-answer', cause: 'NO_ANSWER' },
  {
    what: 'no answer, and not a sound of ringing',
    agent: { neverAnswers: true, ringsAfterMs: null },
    outcome: 'no-answer',
    cause: 'NO_ANSWER',
  },
  {
    what: 'declined at the phone',
    agent: { refuses: 'CALL_REJECTED', refusesAfterMs: 6_000 },
    outcome: 'declined',
    cause: 'CALL_REJECTED',
  },
  {
    what: 'not registered',
    agent: { unregistered: true },
    outcome: 'unreachable',
    cause: 'USER_NOT_REGISTERED',
  },
  {
    what: 'an unknown user',
    to: { ladder: [rung([extension('2999')])] },
    outcome: 'unreachable',
    cause: 'SUBSCRIBER_ABSENT',
  },
  {
    what: 'an unknown gateway',
    to: { ladder: [rung([outside('+49301', {}, 'nowhere')])] },
    outcome: 'unreachable',
    cause: 'INVALID_GATEWAY',
  },
  {
    what: 'a gateway that is down',
    to: { ladder: [rung([outside('+49301', {}, 'broken')])] },
    desk: { pbx: { gatewaysDown: ['broken'] } },
    outcome: 'unreachable',
    cause: 'GATEWAY_DOWN',
  },
  {
    what: 'a switch without the profile of our rooms',
    desk: { pbx: { roomProfiles: {} } },
    outcome: 'failed',
    cause: 'conference profile',
  },
  {
    what: 'nobody on the ladder and nowhere to hand over to',
    to: { ladder: [] },
    outcome: 'failed',
    cause: 'nobody is on the ladder',
  },
]

const SIMPLE = WAYS.filter(({ name }) => name !== 'ladder')

describe.each(SIMPLE)('$name', way => {
  test.each(ABSENT)('$what', async ({ agent, to, desk, outcome, cause }) => {
    const b = await Bringing.begin(open, way, {
      ...(agent && { agent }),
      ...(to && { to }),
      ...(desk && { desk }),
    })
    await b.expectBack(outcome, cause)
    b.expectNoSilence()
    await b.hangUp()
  })

  test('who hears it ring for long hears music, then the assistant', async () => {
    const b = await Bringing.begin(open, way, { agent: { neverAnswers: true } })
    await b.expectBack('no-answer')
    expect(b.statuses).toEqual(['initiated', 'ringing', 'completed: no-answer'])
    b.expectHeard(ANNOUNCEMENT, 'music', 'Desk: no-answer.', 'You said thank you.')
    await b.hangUp()
  })

  test('who was not to be had is heard of when the announcement is over', async () => {
    const b = await Bringing.begin(open, way, { agent: { refuses: 'USER_BUSY' } })
    await b.expectBack('busy')
    expect(b.statuses).toEqual(['initiated', 'completed: busy'])
    b.expectHeard(ANNOUNCEMENT, 'Desk: busy.', 'You said thank you.')
    await b.hangUp()
  })
})

interface Answered {
  what: string
  does: (b: { recognizer: { willHear(text: string): void } }, person: Caller) => void
  outcome: TransferOutcome
  cause: string | RegExp
  /** Only by these ways. */
  by?: Way['name'][]
}

/** What an agent does who has answered. */
const ANSWERED: readonly Answered[] = [
  {
    what: 'declines by key',
    does: (_, person) => void person.presses('2', { afterMs: 1_500 }),
    outcome: 'declined',
    cause: '',
  },
  {
    what: 'declines in words',
    does: ({ recognizer }, person) => {
      recognizer.willHear('no not now')
      void person.says(voice.sayAt8k('no not now'), { afterMs: 1_500 })
    },
    outcome: 'declined',
    cause: '',
    by: ['warm by word'],
  },
  { what: 'says nothing', does: () => {}, outcome: 'no-answer', cause: 'not taken' },
  {
    what: 'says something else',
    does: ({ recognizer }, person) => {
      recognizer.willHear('who is this')
      void person.says(voice.sayAt8k('who is this'), { afterMs: 1_500 })
    },
    outcome: 'no-answer',
    cause: 'not taken',
    by: ['warm by word'],
  },
  {
    what: 'hangs up during the brief',
    does: (_, person) => void person.until(() => false, { withinMs: 700 }).catch(() => person.hangsUp()),
    outcome: 'declined',
    cause: 'NORMAL_CLEARING',
  },
  {
    what: 'holds us and does not come back',
    does: (_, person) => person.holds(),
    outcome: 'no-answer',
    cause: 'not taken',
  },
]

describe.each(WAYS.filter(isBriefed))('$name, an agent who has answered', way => {
  test.each(ANSWERED.filter(({ by }) => by?.includes(way.name) ?? true))(
    '$what',
    async ({ does, outcome, cause }) => {
      const holder: { b?: Bringing } = {}
      const b = await Bringing.begin(open, way, {
        agent: {
          answersAfterMs: 6_000,
          onAnswer: person => holder.b && does(holder.b.desk, person),
        },
        // Nobody else of the ladder may come nearer.
        people: {
          [MOBILES[1]]: { refuses: 'USER_BUSY' },
          [LANDLINE]: { unregistered: true, refuses: 'USER_BUSY' },
        },
      })
      holder.b = b
      await b.expectBack(outcome, cause)
      b.expectHeard(ANNOUNCEMENT, 'music', `Desk: ${outcome}.`, 'You said thank you.')
      await b.hangUp()
    },
  )
})

describe('a machine that answers', () => {
  const greeting = voice.sayAt8k(
    'hello this is the mailbox of somebody who is not here please leave a message after the tone and we call back',
  )

  test('is none of an agent, and the next of the ladder is rung', async () => {
    const b = await Bringing.begin(open, byName('ladder'), {
      agent: answeringMachine(greeting),
      people: {
        [MOBILES[1]]: { refuses: 'USER_BUSY' },
        [LANDLINE]: {
          answersAfterMs: 1_000,
          onAnswer: person => void person.presses('1', { afterMs: 2_500 }),
        },
      },
    })
    await b.reach('talking')
    expect(b.desk.switch.legOf(LANDLINE)?.isOver).toBe(false)
    expect(b.agent.isOver).toBe(true)
    b.expectNoSilence()
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })

  test('leaves the other mobile of the two ringing', async () => {
    const b = await Bringing.begin(open, byName('ladder'), {
      agent: answeringMachine(greeting),
      people: {
        [MOBILES[1]]: {
          answersAfterMs: 12_000,
          onAnswer: person => void person.presses('1', { afterMs: 2_500 }),
        },
      },
    })
    await b.reach('talking')
    expect(b.desk.switch.legOf(MOBILES[1])?.isOver).toBe(false)
    expect(b.desk.switch.legsOf(LANDLINE)).toEqual([])
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })

  test('is what the caller is told of when nobody else comes', async () => {
    const b = await Bringing.begin(open, byName('ladder'), {
      to: { ladder: [rung([outside(MOBILES[0])], { acceptance: 'key', machines: true })] },
      agent: answeringMachine(greeting),
    })
    await b.expectBack('machine')
    b.expectNoSilence()
    await b.hangUp()
  })
})

describe('the ladder', () => {
  const ladder = byName('ladder')

  test('ends with the assistant, and with what came nearest to a person', async () => {
    const b = await Bringing.begin(open, ladder, {
      agent: { refuses: 'USER_BUSY' },
      people: { [MOBILES[1]]: { unregistered: true }, [LANDLINE]: { neverAnswers: true } },
    })
    await b.expectBack('no-answer')
    b.expectHeard(ANNOUNCEMENT, 'music', 'Desk: no-answer.', 'You said thank you.')
    expect(b.journal('transferProgressed').filter(({ state }) => state === 'dialling')).toMatchObject([
      { rung: 0 },
      { rung: 1 },
      { rung: 2 },
    ])
    await b.hangUp()
  })

  test('ends with a blind hand-over where it is to', async () => {
    const b = await Bringing.begin(open, ladder, {
      to: { handOver: { number: '3000', context: 'public' } },
      agent: { neverAnswers: true },
      people: { '3000': { answersAfterMs: 500, leavesAfterMs: 3_000 }, [LANDLINE]: { refuses: 'USER_BUSY' } },
    })
    expect(await b.desk.passing(b.caller.isSentToPeople({ withinMs: 90_000 }))).toMatchObject({
      number: '3000',
    })
    b.expectHeard(ANNOUNCEMENT, 'music', 'One moment.')
    expect(b.caller.variable('parley_outcome')).toBe('handed-over')
    expect(b.statuses.at(-1)).toMatch(/^completed: /)
    await b.expectNobodyLeft()
    expect(b.desk.ending(b.caller)).toMatchObject({ why: 'handed-over', to: { number: '3000' } })
    await b.desk.passing(b.caller.callIsOver())
  })

  test('has both mobiles rung at once, and the one that is not needed any more falls silent at once', async () => {
    const b = await Bringing.begin(open, ladder)
    await b.reach('ringing')
    const [one, other] = MOBILES.map(number => b.desk.switch.legOf(number))
    expect(one?.beganAtMs).toBe(other?.beganAtMs)
    await b.until(() => b.phase === 'meeting' || b.phase === 'together', 'they meet')
    await b.pass(200)
    expect(other?.isOver).toBe(true)
    expect(one?.isOver).toBe(false)
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })

  test.each([
    ['of the same moment', 0],
    ['one frame apart', 20],
    ['a word apart', 300],
  ])('two who accept %s: one meets the caller, the other is told that it is too late', async (_, apartMs) => {
    const pressing = (ms: number): PersonScript => ({
      answersAfterMs: 5_000,
      onAnswer: person => void person.presses('1', { afterMs: ms }),
    })
    const b = await Bringing.begin(open, ladder, {
      agent: pressing(4_000),
      people: { [MOBILES[1]]: pressing(4_000 + apartMs) },
    })
    await b.reach('talking')
    const legs = MOBILES.map(number => b.desk.switch.legOf(number) as Caller)
    expect(
      legs.filter(leg => b.caller.isOver === false && leg.place.at === 'socket' && !leg.isOver).length,
    ).toBeGreaterThan(0)
    const told = legs.filter(leg => b.desk.heardBy(leg).includes('They have gone.'))
    const met = legs.filter(leg => !b.desk.heardBy(leg).includes('They have gone.'))
    expect(told).toHaveLength(1)
    expect(met).toHaveLength(1)
    await b.pass(4_000)
    expect(told[0]?.isOver).toBe(true)
    expect(met[0]?.isOver).toBe(false)
    expect(b.statuses.filter(status => status === 'answered')).toHaveLength(1)
    b.caller.hangsUp()
    await b.expectNobodyLeft()
  })
})

describe('who is not dialled', () => {
  test('is not dialled again through a trunk that rang', async () => {
    const b = await Bringing.begin(open, byName('conference'), {
      to: destination([rung([outside(MOBILES[0], { callerId: 'original' })])]),
      people: { [MOBILES[0]]: { refuses: 'CALL_REJECTED', refusesAfterMs: 2_000 } },
    })
    await b.expectBack('declined')
    expect(b.desk.switch.legsOf(MOBILES[0])).toHaveLength(1)
    await b.hangUp()
  })
})
