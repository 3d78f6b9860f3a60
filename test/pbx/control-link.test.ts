// Our own connection to the switch's event socket: when it is there, when it is not, and who is told.

import { describe, expect, test } from 'vitest'
import { controlStage } from './control-stage.ts'

test('it says the password, asks for little, and is told of once', async () => {
  const { said, log } = await controlStage()
  expect(said.slice(0, 4)).toEqual([
    'auth secret',
    'filter variable_parley_leg /^(agent|caller):/',
    'filter Job-UUID /^parley-/',
    expect.stringMatching(/^event json BACKGROUND_JOB CHANNEL_CREATE /),
  ])
  expect(log).toEqual(['the control link is up'])
})

test('nothing is asked of the switch before it stands with its filters', async () => {
  const { dial, clock, said } = await controlStage({ answers: [[/^auth/, undefined]] })
  const dialled = dial()
  await clock.settle()
  expect(dialled.end).toEqual({ is: 'failed', cause: 'the control link is down' })
  expect(said).toEqual(['auth secret'])
})

test('a lost one comes back by itself, later each time, with one line for each change', async () => {
  const { clock, link, links, log, state, said } = await controlStage()
  state.refused = true
  link().end()
  await clock.settle()
  const from = clock.now()
  await clock.advanceAsync(20_000)
  expect(links).toHaveLength(1)
  state.refused = false
  // 0.5, 1, 2, 4, 8 s, and then every 10 s.
  await clock.advanceAsync(5_400)
  expect(links).toHaveLength(1)
  await clock.advanceAsync(200)
  expect(clock.now() - from).toBe(25_600)
  expect(links).toHaveLength(2)
  expect(said.filter(line => line === 'auth secret')).toHaveLength(2)
  expect(log).toEqual([
    'the control link is up',
    'the control link is down: nobody can be dialled until it is back',
    'the control link is back',
  ])
})

test('a wrong password is one clear sentence, and is tried again seldom', async () => {
  const { clock, links, log } = await controlStage({ answers: [[/^auth/, '-ERR invalid']] })
  await clock.advanceAsync(29_000)
  expect(links).toHaveLength(1)
  await clock.advanceAsync(2_000)
  expect(links).toHaveLength(2)
  expect(log).toEqual(["the switch's event socket does not take our password: nobody can be dialled"])
})

test('calls come to us without it', async () => {
  const { land, clock, calls } = await controlStage({ refused: true })
  land('caller:of-another-process')
  await clock.settle()
  expect(calls).toHaveLength(1)
})

test('stopping ends it for good and leaves no timer', async () => {
  const { pbx, clock, link, links } = await controlStage()
  pbx.stop()
  await clock.settle()
  expect(link().isClosed).toBe(true)
  await clock.advanceAsync(60_000)
  expect(links).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

describe('whether a room can be made', () => {
  const PROFILE =
    '<configuration name="conference.conf"><profiles><profile name="parley"><param/></profile></profiles></configuration>'

  const NO_ROOM: [RegExp, string] = [/conference transfer-1 list/, '-ERR Conference transfer-1 not found']

  test('one of that name is a fault: strangers may talk in it', async () => {
    const answers: [RegExp, string][] = [
      [/xml_locate/, PROFILE],
      [/conference transfer-1 list/, '2'],
    ]
    const { pbx } = await controlStage({ answers })
    expect(await pbx.roomFault('transfer-1')).toBe('there is a room of that name already')
  })

  test('the profile is there: asked once a minute', async () => {
    const { pbx, said, clock } = await controlStage({ answers: [[/xml_locate/, PROFILE], NO_ROOM] })
    expect(await pbx.roomFault('transfer-1')).toBeNull()
    expect(await pbx.roomFault('transfer-1')).toBeNull()
    const asked = () => said.filter(line => line.includes('xml_locate')).length
    expect(asked()).toBe(1)
    await clock.advanceAsync(60_000)
    expect(await pbx.roomFault('transfer-1')).toBeNull()
    expect(asked()).toBe(2)
  })

  test.each([
    [
      'another profile',
      PROFILE.replace('"parley"', '"parley2"'),
      'the switch has no conference profile called parley',
    ],
    ['no configuration', "can't find conference.conf", 'the switch has no conference profile called parley'],
    ['a refusal', '-ERR no', 'the switch refused api xml_locate: -ERR no'],
  ])('%s is a fault, and is asked again', async (_, answer, fault) => {
    const { pbx, state } = await controlStage({ answers: [[/xml_locate/, answer], NO_ROOM] })
    expect(await pbx.roomFault('transfer-1')).toBe(fault)
    state.answers = [[/xml_locate/, PROFILE], NO_ROOM]
    expect(await pbx.roomFault('transfer-1')).toBeNull()
  })

  test('without the link it cannot', async () => {
    const { pbx } = await controlStage({ refused: true })
    expect(await pbx.roomFault('transfer-1')).toBe('the control link is down')
  })
})
