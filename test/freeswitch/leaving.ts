// A caller who hangs up, and a daemon that dies, at every step of a transfer: nothing rings on, no leg of ours is left, nobody is alone
// in a room, and who talks goes on talking.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Check } from './findings.ts'
import {
  GONE_MS,
  hearEachOther,
  isBriefed,
  meet,
  type Options,
  resumedWith,
  type Scene,
  scene,
  until,
  withPeople,
  wrote,
} from './transfer-scene.ts'

/** So long that an agent takes the call while it is spoken. */
const LONG_ANNOUNCEMENT =
  'Please stay on the line while I put you through to one of my colleagues at the desk, who knows all about your order ' +
  'and about everything else that you may want to ask us today'
const PEOPLE_MS = 4_000
/** Without a daemon an agent hears a brief to its end. */
const BRIEF_MS = 8_000
/** From the key with which the agent takes the call to the death of the daemon: the two are on their way into the room. */
const MEETING_MS = [15, 40, 70, 110]

interface Step {
  name: string
  options: Options
  /** Brings the transfer there. */
  reach(it: Scene): Promise<void>
  /** Whether the agent's phone only rings. */
  rings?: true
}

const STEPS: readonly Step[] = [
  {
    name: 'while it is announced',
    rings: true,
    options: {
      announce: LONG_ANNOUNCEMENT,
      prepare: agent => {
        agent.answering = { afterMs: null, status: '' }
      },
    },
    async reach(it) {
      await until('it rings', () => it.agent.rangMs !== undefined)
      await until('the announcement has begun', () => announces(it))
      await sleep(500)
    },
  },
  {
    name: 'while the agent is briefed',
    options: { way: 'warm' },
    async reach(it) {
      await isBriefed(it)
      await sleep(300)
    },
  },
  {
    name: 'while the agent waits for the end of the announcement',
    options: { way: 'warm', announce: LONG_ANNOUNCEMENT },
    async reach(it) {
      await isBriefed(it)
      it.agent.press('1')
      await until('the agent has taken the call', () => wrote(it, 'agentAccepted'))
      await until('the announcement has begun', () => announces(it))
      await sleep(300)
      it.findings.expect(!wrote(it, 'agentJoined'), 'they met before the announcement was over')
    },
  },
]

export const leavingChecks: readonly Check[] = [
  ...STEPS.map(({ name, options, reach, rings }) =>
    scene(`the caller leaves ${name}: no phone rings, no leg is left`, options, async it => {
      await reach(it)
      const leftMs = performance.now()
      it.caller.hangUp()
      await isAlone(it, rings, 'the agent was let go after')
      const isOver = async () => (await it.ground.pbx.channels()) === 0
      await until('no leg is left', isOver, GONE_MS)
      it.findings.within('no leg was left after', performance.now() - leftMs, GONE_MS)
    }),
  ),
  scene('the caller leaves in a warm talk: no leg is left', { way: 'warm' }, async it => {
    await meet(it, 'warm')
    const leftMs = performance.now()
    it.caller.hangUp()
    await until('no leg is left', async () => (await it.ground.pbx.channels()) === 0, GONE_MS)
    it.findings.within('no leg was left after', performance.now() - leftMs, GONE_MS)
  }),
  ...STEPS.flatMap(({ name, options, reach, rings }) => [
    scene(`killed for good ${name}: people have the caller`, options, async it => {
      await reach(it)
      const killedMs = it.service.strike('SIGKILL')
      await until('people have the caller', () => withPeople(it), PEOPLE_MS)
      it.findings.within('people had the caller after', performance.now() - killedMs, PEOPLE_MS)
      if (rings) it.agent.answer()
      await isAlone(it, undefined, 'the agent was let go after', BRIEF_MS)
      it.findings.expect(it.caller.isInCall, 'the caller is gone')
    }),
    scene(
      `killed ${name}, started again: the assistant goes on, and no agent is left`,
      { ...options, restarts: true },
      async it => {
        await reach(it)
        const before = it.service.life
        it.service.strike('SIGKILL')
        await it.service.ready(before)
        await isAlone(it, rings, 'from the next one being ready, until the agent was let go')
        await until('the assistant goes on, or brings the caller again', () => hasGoneOn(it), 5_000)
        await until('nobody is alone in a room', () => noLoneRoom(it), 3_000)
        it.findings.expect(it.caller.isInCall, 'the caller is gone')
        it.findings.notes.push(`the assistant was asked: ${asked(it)}`)
        const [letGoMs = 0] = it.agent.goodbyesMs
        const [, againMs] = it.agent.invitedMs
        if (rings || againMs === undefined) return
        it.findings.within('the agent was called again while still on the line for', letGoMs - againMs, 0)
      },
    ),
  ]),
  scene('killed for good in a warm talk: the talk goes on, then people', { way: 'warm' }, async it => {
    await meet(it, 'warm')
    it.service.strike('SIGKILL')
    await sleep(1_000)
    await hearEachOther(it)
    it.agent.hangUp()
    await until('people have the caller', () => withPeople(it), PEOPLE_MS)
  }),
  ...MEETING_MS.map(ms =>
    scene(
      `killed for good ${ms} ms after the agent took the call: together, or people`,
      { way: 'warm' },
      async it => {
        await isBriefed(it)
        await until('our words are over', () => wrote(it, 'speechFinished'))
        it.agent.press('1')
        await sleep(ms)
        it.service.strike('SIGKILL')
        await sleep(PEOPLE_MS)
        const isTogether = it.agent.isInCall
        it.findings.notes.push(isTogether ? 'they talk' : 'people have the caller')
        if (isTogether) await hearEachOther(it)
        else it.findings.expect(await withPeople(it), 'the caller is with nobody')
        it.findings.expect(await noLoneRoom(it), 'somebody is alone in a room')
        it.findings.expect(it.caller.isInCall, 'the caller is gone')
      },
    ),
  ),
]

function announces(it: Scene): boolean {
  return it.service.journal(it.id).filter(({ type }) => type === 'promptStarted').length > 1
}

async function isAlone(it: Scene, rings: true | undefined, what: string, boundMs = GONE_MS): Promise<void> {
  const fromMs = performance.now()
  const { agent } = it
  await until(
    rings ? 'it rings no more' : 'the agent is let go',
    () => (rings ? agent.cancelledMs !== undefined : agent.goodbyesMs.length > 0),
    boundMs,
  )
  it.findings.within(what, performance.now() - fromMs, boundMs)
}

function hasGoneOn(it: Scene): boolean {
  return (
    it.asked.some(({ input }) => input.type === 'resume' || input.type === 'transfer') ||
    it.agent.invites.length > 1
  )
}

function asked(it: Scene): string {
  const outcomes = resumedWith(it)
  return it.asked
    .map(({ input }) => (input.type === 'resume' ? `resume (${outcomes.shift() ?? 'nothing'})` : input.type))
    .join(', ')
}

async function noLoneRoom({ ground }: Scene): Promise<boolean> {
  return !/\(1 member/.test(await ground.pbx.link.api('conference', 'list'))
}
