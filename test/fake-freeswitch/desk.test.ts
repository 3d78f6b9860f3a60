// The daemon's own way to the switch, over the control link, on a desk: people are dialled and land with it, links break,
// processes are replaced.

import { describe, expect, test } from 'vitest'
import type { DialOrder, Target } from '../../src/pbx/pbx.ts'
import { desksOfTests } from '../desks.ts'
import type { Desk, DeskOptions } from '../harness.ts'

const extension: Target = { type: 'extension', extension: '2010', domain: 'acme.example', domainUuid: '' }

const order = (given: Partial<DialOrder> = {}): DialOrder => ({
  callId: 'a-call',
  as: 'agent',
  target: extension,
  callerId: { name: 'Jane Doe', number: '+15550100' },
  ringMs: 10_000,
  variables: {},
  headers: {},
  ...given,
})

/** The control link is up before anything else happens. */
async function linked(open: (options?: DeskOptions) => Desk, options?: DeskOptions): Promise<Desk> {
  const d = open(options)
  await d.clock.advanceAsync(100)
  return d
}

describe('a person whom the daemon dials', () => {
  const open = desksOfTests()

  test('rings, answers, is with the daemon, and hears what it plays', async () => {
    const d = await linked(open, { pbx: { people: { '2010': { phones: [{ answersAfterMs: 3_000 }, {}] } } } })
    const dialling = d.pbx.dial(order())
    expect(await d.passing(dialling.ringing)).toBe('ringing')
    const end = await d.passing(dialling.ended)
    if (end.is !== 'answered') throw new Error(end.is)
    const agent = d.switch.personOn(end.leg.facts.id)
    expect(agent).toBe(d.switch.legsOf('2010')[1])
    expect(agent?.place.at).toBe('socket')
    const music = end.leg.play('local_stream://moh', null)
    await d.clock.advanceAsync(5_000)
    expect(agent?.heardMs('music')).toBeGreaterThan(4_800)
    await end.leg.hangUp('NORMAL_CLEARING')
    await d.clock.advanceAsync(100)
    expect(agent?.isOver).toBe(true)
    await music.ended
  })

  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a caller may send
  test.each(["O'Brien, Ann", 'a b', 'x=y;z|{w}', 'back\\slash', '${system(x)}', '[1]^^~'])(
    'sees who calls, whatever the name: %s',
    async name => {
      const d = await linked(open, { pbx: { people: { '2010': {} } } })
      const end = await d.passing(d.pbx.dial(order({ variables: { own: name } })).ended)
      if (end.is !== 'answered') throw new Error(end.is)
      const agent = d.switch.legOf('2010')
      expect(agent?.variable('own')).toBe(name.replace('$', ''))
      expect(agent?.variable('parley_owner')).toMatch(/^127\.0\.0\.1:8084-.*\/a-call$/)
      await end.leg.hangUp('NORMAL_CLEARING')
    },
  )

  test.each([
    [{ refuses: 'USER_BUSY' }, 'busy'],
    [{ refuses: 'CALL_REJECTED', refusesAfterMs: 900 }, 'declined'],
    [{ neverAnswers: true }, 'no-answer'],
    [{ unregistered: true }, 'unreachable'],
  ])('does not come: %j is %s', async (person, is) => {
    const d = await linked(open, { pbx: { people: { '2010': person } } })
    const end = await d.passing(d.pbx.dial(order({ ringMs: 3_000 })).ended)
    expect(end.is).toBe(is)
  })

  test('is dialled no more when nobody wants them', async () => {
    const d = await linked(open, { pbx: { people: { '2010': { neverAnswers: true } } } })
    const dialling = d.pbx.dial(order())
    const agent = await d.passing(d.switch.rings('2010'))
    dialling.withdraw()
    expect(await d.passing(agent.callIsOver())).toMatchObject({ cause: 'ORIGINATOR_CANCEL' })
  })

  test('rings on when the process dies, and finds nobody who waits', async () => {
    const d = await linked(open, { pbx: { people: { '2010': { answersAfterMs: 3_000 } } } })
    d.pbx.dial(order())
    const agent = await d.passing(d.switch.rings('2010'))
    d.restart()
    // The next process would end what the dead one has left ringing.
    d.adoptions.stop()
    await d.clock.advanceAsync(1_000)
    expect(agent.isOver).toBe(false)
    expect(d.switch.openControlLinks).toBe(1)
    await d.clock.advanceAsync(4_000)
    expect(agent.isOver).toBe(true)
  })
})

describe('a supervisor on the line', () => {
  const open = desksOfTests()

  test.each([
    ['listen', false],
    ['whisper', true],
    ['barge', true],
  ] as const)('%s: the caller hears them: %s', async (mode, isHeard) => {
    const d = await linked(open, { pbx: { people: { '2010': {} } } })
    const caller = await d.call()
    const end = await d.passing(d.pbx.dial(order()).ended)
    if (end.is !== 'answered') throw new Error(end.is)
    const supervisor = d.switch.personOn(end.leg.facts.id)
    const over = end.leg.eavesdrop(caller.id, mode)
    await d.clock.advanceAsync(200)
    void supervisor?.says(new Int16Array(1_600).fill(700))
    await d.clock.advanceAsync(1_000)
    expect(caller.heardMs(end.leg.facts.id) > 0).toBe(isHeard)
    await d.passing(end.leg.hush())
    await d.passing(over)
    await end.leg.hangUp('NORMAL_CLEARING')
    caller.hangsUp()
  })
})

describe('the control link', () => {
  const open = desksOfTests()

  test('is there again after it was cut, and after connections were refused', async () => {
    const d = await linked(open)
    expect(await d.passing(d.pbx.roomFault('transfer-1'))).toBeNull()
    d.switch.refusesControl(2)
    d.switch.cutControlLinks()
    await d.clock.advanceAsync(100)
    expect(await d.passing(d.pbx.roomFault('transfer-1'))).not.toBeNull()
    await d.clock.advanceAsync(20_000)
    expect(await d.passing(d.pbx.roomFault('transfer-1'))).toBeNull()
    expect(d.switch.openControlLinks).toBe(1)
  })

  test('tells when the switch does not know our rooms', async () => {
    const d = await linked(open, { pbx: { roomProfiles: { default: { music: false } } } })
    await d.clock.advanceAsync(100)
    expect(await d.passing(d.pbx.roomFault('transfer-1'))).toMatch('parley')
  })
})
