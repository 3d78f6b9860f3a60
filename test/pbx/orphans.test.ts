// What a dead process has left on the switch: who is ended, who is let be, and which calls go on talking.

import { expect, test } from 'vitest'
import { PbxError } from '../../src/pbx/pbx.ts'
import { controlStage } from './control-stage.ts'

const HERE = '127.0.0.1:8084'

interface LegRow {
  uuid: string
  owner?: string
  is?: string
  callstate?: string
  direction?: string
  disposition?: string
}

async function sweeping(legs: LegRow[], { bridged = [] as string[][], rooms = [] as string[][] } = {}) {
  const rows = legs.map(({ uuid, direction = 'outbound', callstate = 'RINGING' }) => ({
    uuid,
    direction,
    callstate,
  }))
  const variable = (uuid: string, name: string, value = '_undef_'): [RegExp, string] => [
    new RegExp(`^api uuid_getvar ${uuid} ${name}$`),
    value,
  ]
  const calls = bridged.map(([uuid, b_uuid]) => ({ uuid, b_uuid }))
  const stage = await controlStage({
    answers: [
      [/show channels as json/, JSON.stringify({ row_count: rows.length, ...(rows.length > 0 && { rows }) })],
      [/show bridged_calls as json/, JSON.stringify({ row_count: calls.length, rows: calls })],
      [
        /conference json_list/,
        rooms.length === 0
          ? 'No active conferences.\n'
          : JSON.stringify(
              rooms.map(members => ({ members: members.map(uuid => ({ type: 'caller', uuid })) })),
            ),
      ],
      ...legs.flatMap(({ uuid, owner, is, disposition }) => [
        variable(uuid, 'parley_owner', owner),
        variable(uuid, 'parley_leg', is),
        variable(uuid, 'endpoint_disposition', disposition),
      ]),
    ],
  })
  const talking = await stage.pbx.sweep()
  const ended = stage.said.flatMap(line => /^api uuid_kill (\S+)/.exec(line)?.[1] ?? [])
  return { talking, ended, said: stage.said }
}

const dead = (uuid: string, more: Partial<LegRow> = {}): LegRow => ({
  uuid,
  owner: `${HERE}-dead/call-of-${uuid}`,
  is: 'agent:t',
  ...more,
})
const ANSWERED = { callstate: 'ACTIVE' }

test('those who ring for a dead process are ended', async () => {
  const { talking, ended } = await sweeping([dead('agent'), dead('caller', { is: 'caller:t' })])
  expect(ended).toEqual(['agent', 'caller'])
  expect(talking).toEqual([])
})

test('who belongs to us, to a process elsewhere, or to nobody is let be', async () => {
  const { ended } = await sweeping([
    dead('ours', { owner: `${HERE}-id-0/a` }),
    dead('standby', { owner: '127.0.0.1:8086-dead/a' }),
    dead('elsewhere', { owner: '127.0.0.11:8084-dead/a' }),
    { uuid: 'nobodys' },
    dead('in-the-dialplan', { is: '_undef_' }),
    dead('came-in', { direction: 'inbound' }),
    dead('odd', { owner: 'x' }),
  ])
  expect(ended).toEqual([])
})

test('a human with somebody on the other side is never touched, and the call is told', async () => {
  const { talking, ended } = await sweeping(
    [
      dead('in-room', ANSWERED),
      dead('bridged', ANSWERED),
      dead('alone', ANSWERED),
      dead('waiting', ANSWERED),
    ],
    { bridged: [['x', 'bridged']], rooms: [['somebody', 'in-room'], ['alone']] },
  )
  expect(talking).toEqual(['call-of-in-room', 'call-of-bridged'])
  expect(ended).toEqual(['alone', 'waiting'])
})

test('a dialled caller who has answered comes back by itself', async () => {
  const { ended } = await sweeping([dead('caller', { ...ANSWERED, is: 'caller:t' })])
  expect(ended).toEqual([])
})

test('one who has just answered is answered, though the list does not know yet', async () => {
  const { ended, talking } = await sweeping([dead('agent', { disposition: 'ANSWER' })], {
    rooms: [['agent', 'caller']],
  })
  expect(ended).toEqual([])
  expect(talking).toEqual(['call-of-agent'])
})

test('an empty switch is asked for one list', async () => {
  const { talking, said } = await sweeping([])
  expect(talking).toEqual([])
  expect(said.filter(line => line.startsWith('api'))).toEqual(['api show channels as json'])
})

test('without the control link there is no sweep', async () => {
  const { pbx } = await controlStage({ refused: true })
  await expect(pbx.sweep()).rejects.toThrow(PbxError)
})

test('a list that cannot be read is a failure', async () => {
  const { pbx } = await controlStage({ answers: [[/show/, '-sql error']] })
  await expect(pbx.sweep()).rejects.toThrow(PbxError)
})
