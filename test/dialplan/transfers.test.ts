// The shipped dialplan on the embedded switch: talks that outlive Parley, and callers whom people send back.

import { expect, test } from 'vitest'
import type { Caller } from '../fake-freeswitch/person.ts'
import { RawDaemon } from '../fake-freeswitch/raw-daemon.ts'
import { building } from '../fake-freeswitch/test-call.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import { actionsFor, extensionsIn, plainText, stepsOf } from './dialplan.ts'

const NUMBERS = ['5000', 'parley-people', 'parley-return', 'parley-return-busy']
const ONE_MOMENT = '/prompts/hello.wav'
/** The dialplan's "one moment", a second long, and the way there. */
const MOMENT_MS = 1_200
const PEOPLE = '200'
const EXTENSIONS = extensionsIn(plainText)

/** A caller in the dialplan, and one daemon after the other; those that have died answer no more. */
async function arrived() {
  const daemons: RawDaemon[] = []
  const listener = () => {
    const daemon = new RawDaemon(clock)
    daemons.push(daemon)
    return daemon.wire
  }
  const steps = (destination_number: string, variables: ReadonlyMap<string, string> = new Map()) => {
    const known = { ...Object.fromEntries(variables), destination_number }
    return stepsOf(actionsFor(EXTENSIONS, known).actions, { listener, oneMoment: ONE_MOMENT })
  }
  const extensions = Object.fromEntries(
    NUMBERS.map(number => [number, (variables: ReadonlyMap<string, string>) => steps(number, variables)]),
  )
  const { clock, pbx } = building({ extensions, people: { '2000': { answersAfterMs: 100 } } })
  const caller = await pbx.call({ to: '5000', from: '+15550100', dialplan: steps('5000') })
  const link = new RawDaemon(clock)
  pbx.acceptControl(link.wire)
  link.send('auth ClueCon', 'event json BACKGROUND_JOB')
  await clock.settle()
  return { clock, pbx, caller, daemons, link }
}

type Ground = Awaited<ReturnType<typeof arrived>>

function latest(daemons: readonly RawDaemon[]): RawDaemon {
  const daemon = daemons.at(-1)
  if (!daemon) throw new Error('no daemon was offered the call')
  return daemon
}

function takes(daemon: RawDaemon, caller: Caller): void {
  daemon.control(caller.id)
  daemon.send(`api sched_del ${caller.id}`)
}

async function dies(daemon: RawDaemon, clock: ManualClock): Promise<void> {
  daemon.near.destroy()
  await clock.advanceAsync(100)
}

/** Caller and agent meet, as Parley has it, and Parley dies. Gives the agent. */
async function talks({ clock, pbx, caller, daemons, link }: Ground, variables: string): Promise<Caller> {
  const daemon = latest(daemons)
  takes(daemon, caller)
  daemon.send(`api uuid_setvar ${caller.id} hangup_after_conference false`)
  daemon.execute('conference', 'transfer-1@parley+flags{endconf|dist-dtmf}', 'room')
  await clock.advanceAsync(60)
  link.send(`bgapi originate user/2000@h '&conference(transfer-1@parley+flags{endconf|join-only|dist-dtmf})'`)
  await clock.advanceAsync(300)
  const agent = pbx.legOf('2000')
  if (!agent) throw new Error('nobody was dialled')
  daemon.send(`api uuid_setvar_multi ${caller.id} ${variables}`)
  await clock.advanceAsync(60)
  await dies(daemon, clock)
  await clock.advanceAsync(10_000)
  return agent
}

const TALKING = 'socket_resume=false;parley_planned=true'

test('a talk outlives Parley, and after it the next one has the caller, guarded as before', async () => {
  const ground = await arrived()
  const { clock, caller, daemons } = ground
  const agent = await talks(ground, TALKING)
  expect([caller.isOver, agent.isOver, daemons.length]).toEqual([false, false, 1])
  agent.hangsUp()
  await clock.advanceAsync(MOMENT_MS)
  expect([caller.isOver, daemons.length]).toEqual([false, 2])
  expect(caller.variable('parley_attempt')).toBe('2')
  expect(caller.variable('socket_resume')).toBe('true')
})

test('a talk on the last offer is no loss: the caller is offered again', async () => {
  const ground = await arrived()
  const { clock, caller, daemons } = ground
  takes(latest(daemons), caller)
  await dies(latest(daemons), clock)
  await clock.advanceAsync(MOMENT_MS)
  expect(daemons.length).toBe(2)
  const agent = await talks(ground, TALKING)
  agent.hangsUp()
  await clock.advanceAsync(MOMENT_MS)
  expect([daemons.length, caller.variable('socket_resume')]).toEqual([3, 'true'])
  takes(latest(daemons), caller)
  await dies(latest(daemons), clock)
  expect(caller.place).toMatchObject({ at: 'people', number: PEOPLE })
})

test('the caller who leaves the talk is gone, and so is the agent', async () => {
  const ground = await arrived()
  const agent = await talks(ground, TALKING)
  ground.caller.hangsUp()
  await ground.clock.advanceAsync(200)
  expect([agent.isOver, ground.daemons.length]).toEqual([true, 1])
})

test.each([
  ['parley-return', 'no-answer'],
  ['parley-return-busy', 'busy'],
])('whom people send back to %s is with the assistant, who is told why', async (number, why) => {
  const { clock, caller, daemons, link } = await arrived()
  takes(latest(daemons), caller)
  daemons[0]?.send(`api uuid_setvar ${caller.id} socket_resume false`)
  link.send(`api uuid_transfer ${caller.id} ${PEOPLE} XML default`)
  await clock.advanceAsync(100)
  await dies(latest(daemons), clock)
  link.send(`api uuid_transfer ${caller.id} ${number} XML default`)
  await clock.advanceAsync(100)
  expect(daemons.length).toBe(2)
  const told = ['parley_return', 'parley_hops', 'parley_attempt', 'socket_resume']
  expect(told.map(name => caller.variable(name))).toEqual([why, '2', '1', 'true'])
})

test('who is sent back a third time stays with people', async () => {
  const { clock, caller, daemons, link } = await arrived()
  for (let visit = 1; visit <= 3; visit++) {
    expect([daemons.length, caller.variable('parley_hops')]).toEqual([visit, String(visit)])
    takes(latest(daemons), caller)
    latest(daemons).send(`api uuid_setvar ${caller.id} socket_resume false`)
    await clock.advanceAsync(60)
    link.send(`api uuid_transfer ${caller.id} parley-return XML default`)
    await clock.advanceAsync(100)
  }
  expect(daemons.length).toBe(3)
  expect(caller.place).toMatchObject({ at: 'people', number: PEOPLE })
})
