// Somebody is dialled, with the switch played by hand: every way in which it can end, in every order in which the switch can tell.

import { describe, expect, test } from 'vitest'
import { controlStage } from './control-stage.ts'

const KILL = (leg: string) => `api uuid_kill ${leg} ORIGINATOR_CANCEL`

describe('an answered call', () => {
  test('rings, lands with us, and belongs to whoever dialled', async () => {
    const { dial, clock, said, leg, report, land, calls, legId, pbx } = await controlStage()
    const dialled = dial()
    await clock.settle()
    expect(said.at(-1)).toMatch(
      /^bgapi originate '\{.*parley_leg=agent:id-1.*\}sofia\/internal\/2000@127\.0\.0\.1:5070' '&socket\(127\.0\.0\.1:8084 async full\)'$/,
    )
    leg('CHANNEL_CREATE', legId)
    await clock.settle()
    expect(dialled.ringing).toBeUndefined()
    leg('CHANNEL_PROGRESS', legId)
    await clock.settle()
    expect(dialled.ringing).toBe('ringing')
    report(`+OK ${legId}`)
    await clock.settle()
    expect(dialled.end).toBeUndefined()
    land('agent:id-1')
    await clock.settle()
    expect(dialled.end).toMatchObject({
      is: 'answered',
      leg: { facts: { id: legId, direction: 'outbound' } },
    })
    expect(calls, 'it is no call').toEqual([])
    dialled.withdraw()
    await clock.settle()
    expect(said.filter(line => line.includes('uuid_kill'))).toEqual([])
    pbx.stop()
  })

  test('may land before the switch has reported', async () => {
    const { dial, clock, report, land, legId } = await controlStage()
    const dialled = dial()
    land('agent:id-1')
    await clock.settle()
    expect(dialled).toMatchObject({ ringing: 'ringing', end: { is: 'answered' } })
    report(`+OK ${legId}`)
    await clock.settle()
    expect(clock.pending).toBe(0)
  })

  test('that lands twice has one owner: the second is hung up', async () => {
    const { dial, clock, land, legId } = await controlStage()
    dial()
    land('agent:id-1')
    await clock.settle()
    const second = land('agent:id-1')
    await clock.settle()
    expect(second.commands.map(({ line }) => line)).toEqual(['connect', KILL(legId), 'exit'])
  })

  test('that never lands has failed, and is ended', async () => {
    const { dial, clock, report, said } = await controlStage()
    const dialled = dial()
    report('+OK leg-1')
    await clock.advanceAsync(5_000)
    expect(dialled).toMatchObject({
      ringing: 'never',
      end: { is: 'failed', cause: 'the answered leg did not come to us' },
    })
    expect(said.at(-1)).toBe(KILL('leg-1'))
    expect(clock.pending).toBe(0)
  })

  test('that is hung up before it has landed was declined', async () => {
    const { dial, clock, report, leg } = await controlStage()
    const dialled = dial()
    leg('CHANNEL_CREATE', 'leg-1')
    report('+OK leg-1')
    leg('CHANNEL_HANGUP', 'leg-1', 'id-1', { 'Hangup-Cause': 'NORMAL_CLEARING' })
    await clock.settle()
    expect(dialled.end).toEqual({ is: 'declined', cause: 'NORMAL_CLEARING' })
    expect(clock.pending).toBe(0)
  })
})

test.each([
  ['USER_BUSY', 'busy'],
  ['NO_ANSWER', 'no-answer'],
  ['NO_USER_RESPONSE', 'no-answer'],
  ['ALLOTTED_TIMEOUT', 'no-answer'],
  ['PROGRESS_TIMEOUT', 'no-answer'],
  ['ORIGINATOR_CANCEL', 'no-answer'],
  ['CALL_REJECTED', 'declined'],
  ['NO_ROUTE_DESTINATION', 'unreachable'],
  ['INVALID_GATEWAY', 'unreachable'],
  ['GATEWAY_DOWN', 'unreachable'],
  ['SUBSCRIBER_ABSENT', 'unreachable'],
  ['USER_NOT_REGISTERED', 'unreachable'],
  ['UNALLOCATED_NUMBER', 'unreachable'],
  ['NORMAL_TEMPORARY_FAILURE', 'unreachable'],
  ['constructor', 'unreachable'],
])('%s means %s', async (cause, is) => {
  const { dial, clock, report } = await controlStage()
  const dialled = dial()
  report(`-ERR ${cause}`)
  await clock.settle()
  expect(dialled).toMatchObject({ ringing: 'never', end: { is, cause } })
  expect(clock.pending).toBe(0)
})

test('the report may come in the same breath as the reply to the command', async () => {
  const { dial, clock, state, report } = await controlStage({ answers: [[/originate/, undefined]] })
  const dialled = dial()
  await clock.settle()
  report('-ERR USER_BUSY')
  state.answers = []
  await clock.settle()
  expect(dialled.end).toEqual({ is: 'busy', cause: 'USER_BUSY' })
})

test('what cannot be dialled is refused by us, and the switch hears nothing', async () => {
  const { dial, clock, said } = await controlStage()
  const before = said.length
  const dialled = dial({ target: { type: 'gateway', gateway: 'a,b', number: '1' } })
  await clock.settle()
  expect(dialled.end).toEqual({ is: 'failed', cause: 'not a gateway that can be dialled' })
  expect(said).toHaveLength(before)
  expect(clock.pending).toBe(0)
})

test('a command that the switch refuses has failed', async () => {
  const { dial, clock } = await controlStage({ answers: [[/originate/, '-ERR no']] })
  const dialled = dial()
  await clock.settle()
  expect(dialled.end).toMatchObject({ is: 'failed', cause: expect.stringContaining('-ERR no') })
  expect(clock.pending).toBe(0)
})

test('a job of which nothing is heard is given up on, its legs are ended', async () => {
  const { dial, clock, leg, said } = await controlStage()
  const dialled = dial({ ringMs: 10_000 })
  leg('CHANNEL_CREATE', 'leg-1')
  await clock.advanceAsync(14_999)
  expect(dialled.end).toBeUndefined()
  await clock.advanceAsync(1)
  expect(dialled.end).toEqual({ is: 'failed', cause: 'the switch did not say what became of it' })
  expect(said.at(-1)).toBe(KILL('leg-1'))
  expect(clock.pending).toBe(0)
})

describe('withdrawing', () => {
  test('ends every leg of it, and nobody else’s', async () => {
    const { dial, clock, leg, said } = await controlStage()
    const dialled = dial()
    const other = dial()
    leg('CHANNEL_CREATE', 'leg-1')
    leg('CHANNEL_CREATE', 'leg-2')
    leg('CHANNEL_CREATE', 'leg-3', 'id-2')
    leg('CHANNEL_HANGUP', 'leg-2')
    leg('CHANNEL_CREATE', 'leg-4')
    await clock.settle()
    dialled.withdraw()
    await clock.settle()
    expect(dialled).toMatchObject({ ringing: 'never', end: { is: 'withdrawn' } })
    expect(said.filter(line => line.includes('uuid_kill'))).toEqual([KILL('leg-1'), KILL('leg-4')])
    expect(other.end).toBeUndefined()
  })

  test('also ends what appears, answers, or lands only afterwards', async () => {
    const { dial, clock, leg, report, land, said, legId } = await controlStage()
    const dialled = dial()
    dialled.withdraw()
    leg('CHANNEL_CREATE', 'leg-1')
    await clock.settle()
    expect(said.at(-1)).toBe(KILL('leg-1'))
    report(`+OK ${legId}`)
    await clock.settle()
    expect(said.at(-1)).toBe(KILL(legId))
    const landed = land('agent:id-1')
    await clock.settle()
    expect(landed.commands.map(({ line }) => line)).toContain(KILL(legId))
    expect(dialled.end).toEqual({ is: 'withdrawn', cause: 'withdrawn' })
    expect(clock.pending).toBe(0)
  })

  test('while the answered leg is made ready hangs it up', async () => {
    const { dial, clock, land, legId } = await controlStage()
    const dialled = dial()
    const landed = land('agent:id-1')
    landed.onCommand = (answer => command => {
      if (command.line.startsWith('linger')) dialled.withdraw()
      answer?.(command)
    })(landed.onCommand)
    await clock.settle()
    expect(dialled.end).toEqual({ is: 'withdrawn', cause: 'withdrawn' })
    expect(landed.commands.map(({ line }) => line)).toContain(KILL(legId))
  })
})

describe('when the control link is lost while it rings', () => {
  test('the leg may still land', async () => {
    const { dial, clock, link, land, state } = await controlStage()
    const dialled = dial()
    await clock.settle()
    state.refused = true
    link().end()
    await clock.advanceAsync(9_000)
    expect(dialled.end).toBeUndefined()
    land('agent:id-1')
    await clock.settle()
    expect(dialled.end).toMatchObject({ is: 'answered' })
  })

  test('nobody waits longer than it rings', async () => {
    const { dial, clock, link, state } = await controlStage({ answers: [[/originate/, undefined]] })
    const dialled = dial({ ringMs: 10_000 })
    await clock.settle()
    state.refused = true
    link().end()
    await clock.advanceAsync(14_000)
    expect(dialled.end).toBeUndefined()
    await clock.advanceAsync(1_000)
    expect(dialled.end).toMatchObject({ is: 'failed' })
  })

  test('what was withdrawn meanwhile is ended when it is back, what is wanted rings on', async () => {
    const rows = ['mine', 'wanted', 'answered', 'of-another', 'foreign'].map(uuid => ({
      uuid,
      direction: 'outbound',
      callstate: uuid === 'answered' ? 'ACTIVE' : 'RINGING',
    }))
    const owner = '127.0.0.1:8084-id-0/a-call'
    const { dial, clock, link, said } = await controlStage({
      answers: [
        [/show channels/, JSON.stringify({ row_count: rows.length, rows })],
        [/uuid_getvar (mine|wanted|answered) parley_owner/, owner],
        [/uuid_getvar of-another parley_owner/, '127.0.0.1:8084-other/a-call'],
        [/uuid_getvar mine parley_leg/, 'agent:id-1'],
        [/uuid_getvar wanted parley_leg/, 'agent:id-2'],
        [/uuid_getvar (answered|of-another) parley_leg/, 'agent:id-9'],
        [/uuid_getvar/, '_undef_'],
      ],
    })
    const dialled = dial()
    dial()
    await clock.settle()
    link().end()
    await clock.settle()
    dialled.withdraw()
    await clock.advanceAsync(1_000)
    expect(said.filter(line => line.includes('uuid_kill'))).toEqual([KILL('mine')])
  })
})

test('an agent for whom nobody waits is hung up on at once', async () => {
  const { land, clock, calls, log, legId } = await controlStage()
  const landed = land('agent:of-a-dead-process')
  await clock.settle()
  expect(landed.commands.map(({ line }) => line)).toEqual(['connect', KILL(legId), 'exit'])
  expect(calls).toEqual([])
  expect(log.at(-1)).toBe('hung up on an agent for whom nobody waits')
})

test('a dialled caller who comes back is a call, and belongs to us from now on', async () => {
  const { land, clock, calls, legId } = await controlStage()
  const landed = land('caller:of-a-dead-process', { parley_owner: '127.0.0.1:8084-dead/a-session' })
  await clock.settle()
  expect(calls.map(leg => leg.facts.id)).toEqual([legId])
  expect(landed.commands.map(({ line }) => line)).toContain(
    `api uuid_setvar_multi ${legId} playback_terminators=none;parley_owner=127.0.0.1:8084-id-0/a-session`,
  )
})

test('stopping withdraws whoever rings', async () => {
  const { dial, clock, leg, pbx, said } = await controlStage()
  const dialled = dial()
  leg('CHANNEL_CREATE', 'leg-1')
  await clock.settle()
  pbx.stop()
  await clock.settle()
  expect(dialled.end).toMatchObject({ is: 'withdrawn' })
  expect(said.slice(-2)).toEqual([KILL('leg-1'), 'exit'])
  expect(clock.pending).toBe(0)
})
