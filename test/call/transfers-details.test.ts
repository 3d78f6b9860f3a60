// Transfers, whole: what the agent's telephone and screen show, what is heard in the talk, who may be dialled at all, and callers who
// are handed over without anybody being fetched.

import { describe, expect, test } from 'vitest'
import { decodeWav } from '../../src/audio/wav.ts'
import type { Destination } from '../../src/call/transfer/destination.ts'
import type { Directive, Input } from '../../src/engine/engine.ts'
import type { DialOrder } from '../../src/pbx/pbx.ts'
import { desksOfTests } from '../desks.ts'
import type { PersonScript } from '../fake-freeswitch/person-script.ts'
import { hum, say } from '../fakes/providers.ts'
import type { Desk, DeskOptions } from '../harness.ts'
import {
  ANNOUNCEMENT,
  Bringing,
  destination,
  extension,
  MOBILES,
  outside,
  rung,
  usualAnswer,
  voice,
  WAYS,
} from './bringing.ts'

const open = desksOfTests()
const [conference, warm] = WAYS as [(typeof WAYS)[0], (typeof WAYS)[0]]

/** Everything that is dialled from now on. */
function ordersOf(desk: Desk): DialOrder[] {
  const orders: DialOrder[] = []
  const dial = desk.pbx.dial.bind(desk.pbx)
  desk.pbx.dial = order => {
    orders.push(order)
    return dial(order)
  }
  return orders
}

async function leave(b: Bringing): Promise<void> {
  b.caller.hangsUp()
  await b.expectNobodyLeft()
}

describe("the agent's telephone", () => {
  const TRUNK = '+4930100'

  test.each([
    ['an extension, the caller', extension('2010'), '+15550100', 'Jane Doe'],
    ['a gateway, the trunk', outside('2010'), TRUNK, TRUNK],
    [
      'a gateway with a number of its own, that',
      outside('2010', { trunkNumber: '+4930200' }),
      '+4930200',
      '+4930200',
    ],
    ['the caller where that is wanted', outside('2010', { callerId: 'original' }), '+15550100', 'Jane Doe'],
    ['what is configured', outside('2010', { callerId: 'custom' }), '+4930199', 'Parley'],
  ])('shows behind %s', async (_, dialable, number, name) => {
    const b = await Bringing.begin(open, conference, { to: { ladder: [rung([dialable])] } })
    await b.reach('talking')
    expect(b.agent.variable('origination_caller_id_number')).toBe(number)
    expect(b.agent.variable('origination_caller_id_name')).toBe(name)
    await leave(b)
  })

  test('shows nobody where the caller does not want to be known', async () => {
    const b = await Bringing.begin(open, conference, { call: { from: 'anonymous', callerName: 'Anonymous' } })
    await b.reach('talking')
    expect(b.agent.variable('origination_caller_id_number')).toBe('anonymous')
    await leave(b)
  })

  /** Refused the first times, answered then. */
  function refusing(number: string, times: number, cause = 'CALL_REJECTED'): Record<string, PersonScript> {
    let calls = 0
    return Object.defineProperty({}, number, {
      enumerable: true,
      get: (): PersonScript =>
        calls++ < times ? { refuses: cause, ringsAfterMs: null } : { answersAfterMs: 500 },
    })
  }

  test.each([
    ['is rung once more as the trunk where the trunk refuses the caller’s number', 'CALL_REJECTED', 1, 2],
    ['is rung once more where the call is barred', 'OUTGOING_CALL_BARRED', 1, 2],
    ['is not rung a third time', 'CALL_REJECTED', 5, 2],
    ['is rung once where it is busy', 'USER_BUSY', 1, 1],
  ])('%s', async (_, cause, times, legs) => {
    const people = refusing(MOBILES[0], times, cause)
    const b = await Bringing.begin(open, conference, {
      to: { ladder: [rung([outside(MOBILES[0], { callerId: 'original' })])] },
      desk: { pbx: { gateways: ['trunk'], people } },
    })
    await b.until(() => b.phase === 'together' || b.ends.length > 0, 'it is decided')
    const rungAs = b.desk.switch.legsOf(MOBILES[0]).map(leg => leg.variable('origination_caller_id_number'))
    expect(rungAs).toEqual(['+15550100', TRUNK].slice(0, legs))
    expect(b.phase === 'together').toBe(legs === 2 && times === 1)
    await leave(b)
  })

  test('is told in SIP headers who calls and why, where that is wanted', async () => {
    const b = await Bringing.begin(open, conference, { to: { sendsHeaders: true } })
    await b.reach('talking')
    expect(b.agent.variable('sip_h_X-Parley-Call')).toBe(b.caller.id)
    expect(b.agent.variable('sip_h_X-Parley-Caller')).toBe('Jane Doe +15550100')
    expect(b.agent.variable('sip_h_X-Parley-Destination')).toBe('desk')
    await leave(b)
  })

  test('is told nothing where it is not', async () => {
    const b = await Bringing.begin(open, conference)
    await b.reach('talking')
    expect(b.agent.variable('sip_h_X-Parley-Caller')).toBeUndefined()
    await leave(b)
  })

  test('is one of two that ring for a user, and the other falls silent', async () => {
    const b = await Bringing.begin(open, conference, {
      agent: { phones: [{ neverAnswers: true }, { answersAfterMs: 3_000 }] },
    })
    await b.reach('talking')
    const legs = b.desk.switch.legsOf('2010')
    expect(legs).toHaveLength(2)
    expect(legs.map(leg => leg.isOver)).toEqual([true, false])
    await leave(b)
  })
})

/** Asks what it is about before it sends the caller on. */
function afterQuestion(
  to = 'desk',
  more: Partial<Directive & { type: 'transfer' }> = {},
): (input: Input) => Directive[] {
  return input => {
    if (input.type === 'start') return [say('What is it about?')]
    if (input.type === 'speech' && input.text.startsWith('my bill'))
      return [{ type: 'transfer', to, announce: ANNOUNCEMENT, ...more }]
    return usualAnswer(input)
  }
}

async function asked(b: Bringing): Promise<void> {
  await b.desk.hears(b.caller, 'What is it about?')
  await b.desk.passing(b.caller.hearsSilence({ ms: 200 }))
  await b.desk.says(b.caller, 'my bill is much too high')
}

describe("the agent's screen", () => {
  test('shows who calls and why while the phone rings', async () => {
    const b = await Bringing.begin(open, warm, {
      answer: afterQuestion(),
      step: 'ringing',
      call: { variables: { parley_context: '{"customer":"4711"}' } },
    })
    await asked(b)
    await b.desk.passing(b.desk.switch.rings('2010'))
    expect(b.desk.exchange.callerProfiles.get('2010')).toMatchObject({
      extension: '2010',
      callId: b.caller.id,
      caller: { number: '+15550100', name: 'Jane Doe' },
      reason: 'my bill is much too high',
      destination: 'desk',
      data: { customer: '4711' },
      transcript: [
        { who: 'assistant', text: 'What is it about?' },
        { who: 'caller', text: 'my bill is much too high' },
      ],
    })
    expect(b.news).toContainEqual(
      expect.objectContaining({ type: 'callerProfileChanged', extension: '2010' }),
    )
    await leave(b)
  })

  test('is filled for extensions alone', async () => {
    const b = await Bringing.begin(open, conference, {
      to: { ladder: [rung([outside(MOBILES[0])])] },
      people: { [MOBILES[0]]: { answersAfterMs: 500 } },
    })
    await b.reach('talking')
    expect(b.desk.exchange.callerProfiles.size).toBe(0)
    await leave(b)
  })
})

describe('the brief', () => {
  test('is what the engine says of it', async () => {
    const b = await Bringing.begin(open, warm, {
      answer: afterQuestion('desk', { brief: 'the bill of March' }),
    })
    await asked(b)
    await b.reach('talking')
    expect(b.desk.heardBy(b.agent)[0]).toBe('Jane Doe wants desk: the bill of March')
    await leave(b)
  })

  test('is made of what the caller has said otherwise', async () => {
    const b = await Bringing.begin(open, warm, { answer: afterQuestion() })
    await asked(b)
    await b.reach('talking')
    expect(b.desk.heardBy(b.agent)[0]).toBe('Jane Doe wants desk: my bill is much too high')
    await leave(b)
  })
})

describe('a talk', () => {
  test('begins with a word of the assistant to both', async () => {
    const b = await Bringing.begin(open, conference, { to: { introduction: 'Here you are together.' } })
    await b.reach('talking')
    const { path } = await b.desk.prompts.get(
      { text: 'Here you are together.', language: '', voice: '' },
      new AbortController().signal,
    )
    for (const one of [b.caller, b.agent]) {
      expect(one.firstHeardMs(path)).toBeDefined()
      expect(one.heardMs(path)).toBeGreaterThan(900)
    }
    await leave(b)
  })

  test('is written down where the assistant takes notes, caller and agent', async () => {
    const b = await Bringing.begin(open, warm, { to: { takesNotes: true }, answer: afterQuestion() })
    await asked(b)
    await b.reach('talking')
    for (const [who, text] of [
      [b.agent, 'how can i help you'],
      [b.caller, 'it is about march'],
    ] as const) {
      b.desk.recognizer.willHear(text)
      await b.desk.passing(who.says(voice.sayAt8k(text), { text }))
      await b.pass(2_500)
    }
    expect(b.caller.variable('parley_summary')).toBe('Agent: how can i help you / Caller: it is about march')
    b.agent.hangsUp()
    await b.expectNobodyLeft()
    expect(b.desk.engine.reports.find(({ type }) => type === 'talked')).toMatchObject({
      to: 'desk',
      transcript: expect.arrayContaining([
        expect.objectContaining({ who: 'caller', text: 'my bill is much too high' }),
        expect.objectContaining({ who: 'agent', text: 'how can i help you' }),
        expect.objectContaining({ who: 'caller', text: 'it is about march' }),
      ]),
    })
    expect(b.journal('agentHeard')).toMatchObject([{ text: 'how can i help you' }])
  })

  test('is not listened to where it does not', async () => {
    const b = await Bringing.begin(open, conference)
    await b.reach('talking')
    expect(b.desk.followers.count).toBe(0)
    expect(b.caller.recordings).toEqual([])
    await leave(b)
  })

  test('goes on in the recording that is kept, both sides of it', async () => {
    const b = await Bringing.begin(open, conference, {
      desk: { profile: { recording: { keep: true, dir: '/kept', consent: '', maskPbx: false } } },
    })
    await b.reach('talking')
    const fromMs = b.caller.ms
    void b.agent.says(hum(2_000))
    await b.pass(2_500)
    void b.caller.says(hum(2_000))
    await b.pass(2_500)
    const toMs = b.caller.ms
    await leave(b)
    const wav = decodeWav(b.desk.files.bytesOf(`/kept/${b.caller.id}.wav`))
    expect(wav.channels).toBe(2)
    const side = (channel: number, from: number, to: number): number => {
      let loudest = 0
      for (let at = Math.round(from * 8); at < to * 8; at++)
        loudest = Math.max(loudest, Math.abs(wav.samples[at * 2 + channel] ?? 0))
      return loudest
    }
    expect(wav.samples.length / 16).toBeGreaterThanOrEqual(toMs - 200)
    // The agent on the right, then the caller on the left.
    expect(side(1, fromMs + 500, fromMs + 1_900)).toBeGreaterThan(5_000)
    expect(side(0, fromMs + 500, fromMs + 1_900)).toBeLessThan(500)
    expect(side(0, fromMs + 3_000, fromMs + 4_300)).toBeGreaterThan(5_000)
    expect(side(1, fromMs + 3_000, fromMs + 4_300)).toBeLessThan(500)
  })

  test('lets keys pass, and none of them means anything to us', async () => {
    const b = await Bringing.begin(open, conference)
    await b.reach('talking')
    await b.desk.passing(b.caller.presses('0*5'))
    await b.desk.passing(b.agent.presses('2#'))
    await b.pass(500)
    expect(b.agent.digitsHeard).toBe('0*5')
    expect(b.caller.digitsHeard).toBe('2#')
    expect(b.phase).toBe('together')
    await leave(b)
  })

  test('is followed by another one, in a room of its own', async () => {
    let transfers = 0
    const b = await Bringing.begin(open, conference, {
      to: { afterTalk: 'assistant' },
      answer: input => {
        if (input.type !== 'start' && (input.type !== 'transfer' || transfers > 1)) return [say('Well.')]
        transfers++
        return [{ type: 'transfer', to: 'desk', announce: ANNOUNCEMENT }]
      },
    })
    await b.reach('talking')
    b.agent.hangsUp()
    await b.pass(1_000)
    await b.reach('talking')
    expect(b.desk.switch.legsOf('2010')).toHaveLength(2)
    expect(b.statuses.filter(status => status === 'answered')).toHaveLength(2)
    await leave(b)
  })
})

describe('who may be dialled', () => {
  const patterns = [{ pattern: '+49171x*', via: outside('x') }]

  test('is a number that fits a pattern', async () => {
    const b = await Bringing.begin(open, conference, {
      answer: input =>
        input.type === 'start'
          ? [{ type: 'transfer', to: '+49 (0)171-4711', announce: ANNOUNCEMENT }]
          : usualAnswer(input),
      desk: { transfer: { patterns } },
      people: {
        '+491714711': {
          answersAfterMs: 1_000,
          onAnswer: person => void person.presses('1', { afterMs: 2_500 }),
        },
      },
    })
    await b.reach('talking')
    expect(b.desk.switch.legOf('+491714711')?.isOver).toBe(false)
    b.caller.hangsUp()
    await b.pass(1_000)
    expect(b.desk.switch.legOf('+491714711')?.isOver).toBe(true)
  })

  const always: Destination = destination([rung([extension('2010')])])
  const closed: Destination = {
    ...always,
    name: 'closed',
    // The tests' clock begins on a Thursday.
    hours: { timeZone: 'UTC', open: [{ day: 1, fromMinute: 540, toMinute: 1_020 }], holidays: [] },
  }

  test.each([
    ['nobody of that name', 'nobody', {}, 'failed'],
    ['an empty name', ' ', {}, 'failed'],
    ['a number that fits no pattern', '+4917', {}, 'failed'],
    ['a number abroad', '+4417112345', {}, 'failed'],
    ['a number of which a part fits', '+49171 and 0900123456', {}, 'failed'],
    ['a dial string', 'sofia/gateway/trunk/+491714711', {}, 'failed'],
    ['a dial string in a number', '+49171}sofia/internal/1', {}, 'failed'],
    ['a SIP address', 'sip:2010@elsewhere.example', {}, 'failed'],
    ['what the profile does not allow', 'other', { profile: { destinations: ['desk'] } }, 'failed'],
    ['who is closed now', 'closed', {}, 'unreachable'],
  ] as const)('is not %s', async (_, to, options: DeskOptions, outcome) => {
    const b = await Bringing.begin(open, conference, {
      answer: input =>
        input.type === 'start'
          ? [say('Hello.')]
          : input.type === 'speech' && input.text === 'now'
            ? [{ type: 'transfer', to, announce: ANNOUNCEMENT }]
            : usualAnswer(input),
      desk: { transfer: { patterns }, destinations: { desk: always, other: always, closed }, ...options },
    })
    const orders = ordersOf(b.desk)
    await b.desk.hears(b.caller, 'Hello.')
    await b.desk.passing(b.caller.hearsSilence({ ms: 200 }))
    await b.desk.says(b.caller, 'now')
    await b.desk.hears(b.caller, `Desk: ${outcome}.`)
    expect(b.ends).toMatchObject([{ outcome, to }])
    expect(orders).toEqual([])
    expect(b.desk.heardBy(b.caller)).not.toContain('music')
    await b.hangUp()
  })
})

describe('a hand-over', () => {
  const sales = (people: Record<string, PersonScript> = {}): DeskOptions => ({ pbx: { people } })
  const toSales = (input: Input): Directive[] =>
    input.type === 'start' ? [{ type: 'transfer', to: 'sales', announce: ANNOUNCEMENT }] : usualAnswer(input)

  test('follows the whole announcement', async () => {
    const b = await Bringing.begin(open, conference, {
      answer: toSales,
      desk: sales({ '3000': { answersAfterMs: 500 } }),
    })
    const orders = ordersOf(b.desk)
    expect(await b.desk.passing(b.caller.isSentToPeople())).toMatchObject({ number: '3000' })
    b.expectHeard(ANNOUNCEMENT)
    expect(b.caller.variable('parley_outcome')).toBe('handed-over')
    expect(orders).toEqual([])
    await b.pass(1_000)
    expect(b.desk.ending(b.caller)).toMatchObject({ why: 'handed-over', to: { number: '3000' } })
    b.caller.hangsUp()
  })

  test('does not take place when the caller hangs up before', async () => {
    const b = await Bringing.begin(open, conference, { answer: toSales })
    await b.reach('announcement')
    await b.hangUp()
    expect(b.caller.place.at).not.toBe('people')
  })

  test.each(['and restarted', 'for good'] as const)(
    'takes place when the process is killed %s',
    async how => {
      const b = await Bringing.begin(open, conference, { answer: toSales, guarded: true })
      await b.reach('announcement')
      await b.kill(how)
      const { number } = await b.desk.passing(b.caller.isSentToPeople())
      expect(number).toBe(how === 'for good' ? '2000' : '3000')
      b.caller.hangsUp()
      await b.pass(500)
    },
  )
})

describe('while somebody is fetched', () => {
  test('the key for people sends the caller to them, and the phone falls silent', async () => {
    const b = await Bringing.begin(open, conference, { step: 'ringing' })
    await b.reach('ringing')
    await b.desk.passing(b.caller.presses('0'))
    expect(await b.desk.passing(b.caller.isSentToPeople())).toMatchObject({ number: '2000' })
    await b.expectNobodyLeft()
    expect(b.statuses.slice(-3)).toEqual(['completed: withdrawn', 'initiated', 'completed: handed-over'])
    b.caller.hangsUp()
  })

  test('any other word or key changes nothing', async () => {
    const b = await Bringing.begin(open, conference, { step: 'talking' })
    await b.reach('ringing')
    await b.desk.says(b.caller, 'are you still there at all')
    await b.desk.passing(b.caller.presses('7'))
    await b.reach('talking')
    expect(b.desk.engine.inputs).toHaveLength(1)
    await leave(b)
  })

  test('whoever ends the call from outside silences the phone', async () => {
    const b = await Bringing.begin(open, conference, { step: 'ringing' })
    await b.reach('ringing')
    b.desk.calls.get(b.caller.id)?.post({ type: 'hangUpRequested', atMs: b.desk.clock.now() })
    await b.desk.passing(b.caller.callIsOver())
    await b.expectNobodyLeft()
    expect(b.desk.ending(b.caller)).toMatchObject({ by: 'operator', why: 'ended' })
    expect(b.statuses.at(-1)).toMatch(/^completed/)
  })
})
