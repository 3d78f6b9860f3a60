// What becomes of a talk between a caller and an agent, both with daemons of their own, when somebody leaves, is taken out, or
// loses the daemon: as measured on a real switch.

import { describe, expect, test } from 'vitest'
import { RawDaemon } from './raw-daemon.ts'
import { hall, VOICE } from './test-room.ts'

/** The caller's dialplan goes on to a second daemon; the agent's leg has nothing after its socket. */
async function talk() {
  const landed: { daemon?: RawDaemon } = {}
  const ground = await hall(
    {
      listeners: {
        '127.0.0.1:8084': () => {
          if (!landed.daemon) throw new Error('nobody listens')
          return landed.daemon.wire
        },
      },
    },
    (first, second) => ({
      dialplan: [
        { do: 'answer' },
        { do: 'socket', to: [() => first.wire] },
        { do: 'socket', to: [() => second.wire] },
      ],
    }),
  )
  const { clock, daemon, caller, pass, originated } = ground
  const agentDaemon = new RawDaemon(clock)
  landed.daemon = agentDaemon
  const agent = await originated('socket(127.0.0.1:8084 async full)', '2000')
  agentDaemon.control(agent.id)
  agentDaemon.send('event json CUSTOM conference::maintenance')
  daemon.send(`api uuid_setvar_multi ${caller.id} hangup_after_conference=false;socket_resume=true`)
  daemon.execute('conference', 'room@parley+flags{endconf|dist-dtmf}', 'c')
  await pass(40)
  agentDaemon.execute('conference', 'room@parley+flags{endconf|join-only|dist-dtmf}', 'a')
  await pass(60)
  daemon.send(`api uuid_setvar ${caller.id} socket_resume false`)
  await pass(20)
  return { ...ground, agent, agentDaemon }
}

const names = (daemon: RawDaemon) =>
  daemon.events().map(({ what }) => what.Action ?? `${what['Event-Name']} ${what.Application ?? ''}`.trim())

async function hearEachOther({
  caller,
  agent,
  pass,
}: Pick<Awaited<ReturnType<typeof talk>>, 'caller' | 'agent' | 'pass'>) {
  const sinceMs = { caller: caller.ms, agent: agent.ms }
  void caller.says(VOICE(300))
  void agent.says(VOICE(700))
  await pass(500)
  return agent.heardMs(caller, sinceMs.agent) > 0 && caller.heardMs(agent, sinceMs.caller) > 0
}

describe('when everybody is alive', () => {
  test('the agent leaves: the caller is told on its own socket, and is with the daemon', async () => {
    const { agent, caller, daemon, pass } = await talk()
    agent.hangsUp()
    await pass(100)
    expect(caller.isOver).toBe(false)
    expect(caller.place.at).toBe('socket')
    expect(names(daemon).slice(-2)).toEqual(['del-member', 'CHANNEL_EXECUTE_COMPLETE conference'])
    expect(daemon.events().at(-1)?.what['Application-Response']).toBe('_none_')
  })

  test('the caller leaves: the agent’s leg ends', async () => {
    const { agent, caller, pass } = await talk()
    caller.hangsUp()
    await pass(60)
    expect(await agent.callIsOver()).toMatchObject({ cause: 'NORMAL_CLEARING', by: 'switch' })
  })

  test('the caller is kicked: they are with the daemon, and the agent’s leg ends', async () => {
    const { agent, caller, daemon, pass } = await talk()
    daemon.send(`api conference room kick ${caller.variable('conference_member_id')}`)
    await pass(100)
    expect(names(daemon).slice(-3)).toEqual([
      'kick-member',
      'del-member',
      'CHANNEL_EXECUTE_COMPLETE conference',
    ])
    expect([caller.isOver, agent.isOver]).toEqual([false, true])
  })

  test('the agent is kicked: each is back on its own socket', async () => {
    const { agent, caller, agentDaemon, pass } = await talk()
    agentDaemon.send(`api conference room kick ${agent.variable('conference_member_id')}`)
    await pass(100)
    expect([caller.isOver, agent.isOver]).toEqual([false, false])
    expect([caller.place.at, agent.place.at]).toEqual(['socket', 'socket'])
    expect(names(agentDaemon).at(-1)).toBe('CHANNEL_EXECUTE_COMPLETE conference')
  })

  test('the agent holds and hangs up: the caller is let go', async () => {
    const { agent, caller, agentDaemon, pass } = await talk()
    agent.holds()
    await pass(500)
    expect(names(agentDaemon).at(-1)).toBe('CHANNEL_HOLD')
    agent.hangsUp()
    await pass(100)
    expect(names(agentDaemon)).toContain('CHANNEL_UNHOLD')
    expect(caller.isOver).toBe(false)
    expect(caller.place.at).toBe('socket')
  })
})

describe('when the daemons are gone', () => {
  test('the talk goes on, and with the agent’s leaving the caller’s dialplan', async () => {
    const ground = await talk()
    const { agent, caller, daemon, agentDaemon, second, pass } = ground
    daemon.near.destroy()
    agentDaemon.near.destroy()
    await pass(500)
    expect(await hearEachOther(ground)).toBe(true)
    agent.hangsUp()
    await pass(100)
    expect(caller.place.at).toBe('socket')
    second.send('connect')
    await pass(20)
    expect(second.got[0]?.what.headers).toMatchObject({
      'Unique-ID': caller.id,
      variable_socket_resume: 'false',
    })
  })

  test('the talk goes on, and with the caller’s leaving all is over', async () => {
    const { agent, caller, daemon, agentDaemon, pass, pbx } = await talk()
    daemon.near.destroy()
    agentDaemon.near.destroy()
    await pass(100)
    caller.hangsUp()
    await pass(100)
    expect(agent.isOver).toBe(true)
    expect(pbx.leftovers()).toEqual([])
  })

  test.each(['caller', 'agent'] as const)(
    'socket_resume true at the %s’s leg tears the talk apart',
    async who => {
      const { agent, caller, daemon, agentDaemon, pass } = await talk()
      const [leg, its] = who === 'caller' ? [caller, daemon] : [agent, agentDaemon]
      its.send(`api uuid_setvar ${leg.id} socket_resume true`)
      await pass(20)
      its.near.destroy()
      await pass(200)
      expect(agent.isOver).toBe(true)
      expect(caller.isOver).toBe(false)
      expect(caller.place.at).toBe('socket')
    },
  )
})
