// The API of the real daemon, over TCP: what PBX administrators and their programs use, from the token to the end of a talk that
// outlives the daemon.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AGENT, ApiStage, SOMEBODY, takePosts, until } from './api-stage.ts'

const A_WHILE = { timeout: 60_000 }

let stage: ApiStage

beforeAll(async () => {
  stage = await ApiStage.open()
}, 30_000)

afterAll(() => stage.close(), 30_000)

interface View {
  id: string
  phase: string
  transfer: { id: string; state: string; outcome: string | null } | null
}

async function view(callId: string): Promise<View | undefined> {
  const [status, body] = await stage.answer('GET', `/v1/calls/${callId}`)
  return status === 200 ? (body as View) : undefined
}

describe('who may ask', () => {
  test('anybody whether it lives and is ready; everything else with the token alone', async () => {
    expect(await stage.answer('GET', '/healthz')).toEqual([200, { status: 'alive' }])
    await until(async () => (await stage.ask('GET', '/readyz', undefined, '')).status === 200, 'it is ready')
    expect((await stage.ask('GET', '/v1/calls', undefined, 'another-token-than-that')).status).toBe(401)
    expect(await stage.answer('GET', '/v1/calls')).toEqual([200, { calls: [] }])
    expect(stage.token).toMatch(/^[\w-]{43}$/)
    expect(await stage.tokenFileMode()).toBe(0o600)
  })
})

test('a call is listed, told, and brought to an agent whose phone rings', A_WHILE, async () => {
  const events = await stage.events()
  const caller = await stage.call()
  await until(async () => (await view(caller.id))?.phase === 'speaking', 'the assistant greets')
  expect(await stage.answer('GET', '/v1/calls')).toMatchObject([
    200,
    { calls: [{ id: caller.id, profile: 'default', from: '+15550100', to: '5000', direction: 'inbound' }] },
  ])
  const path = `/v1/calls/${caller.id}/transfer`
  expect(await stage.answer('POST', path, { to: 'the moon' })).toMatchObject([
    422,
    { error: { code: 'not-allowed', message: expect.stringMatching(/^[A-Z].*\.$/) } },
  ])
  expect(stage.switch.legOf(AGENT)).toBeUndefined()
  const order = { to: 'desk', announce: 'I connect you with the desk.' }
  const [status, transfer] = await stage.answer('POST', path, order)
  expect([status, transfer]).toMatchObject([202, { to: 'desk', state: 'dialling' }])
  const agent = await stage.switch.rings(AGENT)
  expect(await stage.answer('GET', `/v1/profiles/${AGENT}`)).toMatchObject([
    200,
    {
      extension: AGENT,
      callId: caller.id,
      caller: { number: '+15550100', name: 'Jane Doe' },
      destination: 'desk',
    },
  ])
  expect(await stage.answer('POST', path, order)).toMatchObject([
    409,
    { error: { code: 'transfer-running', state: { id: (transfer as { id: string }).id, to: 'desk' } } },
  ])
  await until(async () => (await view(caller.id))?.phase === 'together', 'they talk')
  agent.hangsUp()
  await until(() => events.some(({ type }) => type === 'callEnded'), 'the call is over')
  expect(caller.isOver).toBe(true)
  const told = events.filter(({ type }) => type !== 'callerProfileChanged')
  expect(told.map(({ type, status }) => status ?? type)).toEqual([
    'callBegan',
    'initiated',
    'ringing',
    'answered',
    'completed',
    'callEnded',
  ])
  expect(told[0]).toMatchObject({ callId: caller.id })
})

test('a session’s statuses come to whoever wants them, in order', A_WHILE, async () => {
  const posts = await takePosts()
  const form = { extension: 'desk', userNumber: SOMEBODY, sessionId: '4711', statusCallback: posts.url }
  const [status, transfer] = await stage.answer('POST', '/v1/transfers', new URLSearchParams(form))
  expect([status, transfer]).toMatchObject([202, { to: 'desk', state: 'dialling' }])
  const user = await stage.switch.answered(SOMEBODY)
  const path = `/v1/transfers/${(transfer as { id: string }).id}`
  await until(async () => {
    const [, { state }] = (await stage.answer('GET', path)) as [number, { state: string }]
    return state === 'joined'
  }, 'they talk')
  user.hangsUp()
  await until(() => posts.fields.length === 4, 'all was told')
  posts.close()
  expect(posts.fields.map(({ Status }) => Status)).toEqual(['initiated', 'ringing', 'answered', 'completed'])
  expect(posts.fields.at(-1)).toMatchObject({ SessionId: '4711', To: 'desk', Outcome: 'answered' })
  expect(stage.switch.legOf(AGENT)?.isOver).toBe(true)
})

test('a call out is found under its id, and told to its end', A_WHILE, async () => {
  const posts = await takePosts()
  const order = { to: SOMEBODY, profile: 'default', statusCallback: posts.url, statusCallbackFormat: 'json' }
  const [status, body] = await stage.answer('POST', '/v1/calls', order)
  const { callId } = body as { callId: string }
  expect(status).toBe(202)
  const person = await stage.switch.answered(SOMEBODY)
  await until(async () => (await view(callId))?.phase === 'speaking', 'the assistant greets')
  expect(person.id).toBe(callId)
  person.hangsUp()
  await until(() => posts.fields.at(-1)?.status === 'completed', 'all was told')
  posts.close()
  expect(posts.fields.map(({ status }) => status)).toEqual(['initiated', 'ringing', 'answered', 'completed'])
})

test(
  'SIGTERM leaves those who talk alone; the next daemon has another token, and tells the end',
  A_WHILE,
  async () => {
    const caller = await stage.call()
    await until(async () => (await view(caller.id))?.phase === 'speaking', 'the assistant greets')
    await stage.answer('POST', `/v1/calls/${caller.id}/transfer`, { to: 'desk' })
    await until(async () => (await view(caller.id))?.phase === 'together', 'they talk')
    const agent = stage.switch.legOf(AGENT)
    expect(await stage.end()).toBe(0)
    expect([caller.isOver, agent?.isOver]).toEqual([false, false])
    await stage.startAnother({ PARLEY_WEB_TOKEN: 'a-token-of-the-operator' })
    const adopted = () =>
      stage.daemon.lines.find(line => line.includes('a talk goes on whose process has died'))
    await until(() => adopted() !== undefined, 'the talk is adopted')
    expect(adopted()).toContain(caller.id)
    expect([caller.isOver, agent?.isOver]).toEqual([false, false])
    const events = await stage.events()
    caller.hangsUp()
    await until(() => events.some(({ type }) => type === 'callEnded'), 'its end is told', 40_000)
    expect(events).toMatchObject([
      { type: 'transfer', callId: caller.id, status: 'completed', outcome: 'answered' },
      { type: 'callEnded', callId: caller.id },
    ])
    expect(agent?.isOver).toBe(true)
    expect(stage.daemon.complaints).toEqual([])
  },
)
