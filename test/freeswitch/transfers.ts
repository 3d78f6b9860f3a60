// Callers who are brought to people, on a real switch: agents are SIP phones outside, and what is looked at is what the phones hear, and
// which legs are left.

import { setTimeout as sleep } from 'node:timers/promises'
import { announcementChecks } from './announcements.ts'
import type { Check } from './findings.ts'
import { ladderChecks } from './ladders.ts'
import { leavingChecks } from './leaving.ts'
import { meetings } from './meetings.ts'
import type { Ground } from './service.ts'
import { TonePhone } from './tone-phone.ts'
import { apiChecks } from './transfer-api.ts'
import {
  AGENT_HZ,
  GONE_MS,
  hearEachOther,
  isBack,
  meet,
  type Prepare,
  scene,
  until,
  WITHDRAW_KEY,
  withPeople,
} from './transfer-scene.ts'
import { warmChecks } from './warm.ts'

export const transferChecks: readonly Check[] = [
  ...(['conference', 'warm'] as const).flatMap(way => [
    scene(`${way}: both meet, and the agent leaves first`, { way, afterTalk: 'assistant' }, async it => {
      await meet(it, way)
      it.agent.hangUp()
      await isBack(it, 'answered')
    }),
    scene(`${way}: both meet, and the caller leaves first`, { way }, async it => {
      await meet(it, way)
      it.caller.hangUp()
      await until('the agent is let go', () => it.agent.overMs !== undefined, GONE_MS)
    }),
    scene(`${way}: the caller leaves while it rings`, { way, prepare: rings }, async it => {
      await until('it rings', () => it.agent.rangMs !== undefined)
      it.caller.hangUp()
      await until('it rings no more', () => it.agent.cancelledMs !== undefined, GONE_MS)
    }),
  ]),
  scene(
    'the agent holds, goes on, holds and leaves: the caller stays',
    { afterTalk: 'assistant' },
    async it => {
      await meet(it, 'conference')
      it.agent.hold(true)
      await sleep(300)
      it.agent.hold(false)
      await hearEachOther(it)
      it.agent.hold(true)
      await sleep(300)
      it.agent.hangUp()
      await isBack(it, 'answered')
    },
  ),
  ...Object.entries({
    busy: '486 Busy Here',
    declined: '603 Decline',
    'no-answer': '480 Temporarily Unavailable',
    unreachable: '404 Not Found',
  }).map(([outcome, status]) =>
    scene(
      `${outcome}: the caller is back with the assistant, who knows it`,
      { prepare: refuses(status) },
      it => isBack(it, outcome),
    ),
  ),
  scene(
    'nobody there: unreachable',
    { target: { type: 'sip', uri: 'sip:desk@127.0.0.1:1;transport=udp' } },
    it => isBack(it, 'unreachable'),
  ),
  scene(
    'an unknown gateway: unreachable',
    { target: { type: 'phone', gateway: 'nowhere', number: '+15550123' } },
    it => isBack(it, 'unreachable'),
  ),
  scene(
    'the caller does not want to wait any more: nothing rings, and the assistant knows',
    { prepare: rings },
    async it => {
      await until('it rings', () => it.agent.rangMs !== undefined)
      it.caller.press(WITHDRAW_KEY)
      await until('it rings no more', () => it.agent.cancelledMs !== undefined, GONE_MS)
      await isBack(it, 'withdrawn')
    },
  ),
  scene(
    'a user with two phones: both ring, one takes the call, the other rings no more',
    { target: { type: 'extension', extension: '2100', domain: '127.0.0.1' }, prepare: twoPhones },
    async it => {
      await meet(it, 'conference')
      const [other] = it.others
      it.findings.expect(other?.rangMs !== undefined, 'the other phone did not ring')
      await until('it rings no more', () => other?.cancelledMs !== undefined, GONE_MS)
    },
  ),
  scene(
    'killed for good while it rings: people have the caller, and who answers is let go',
    { prepare: rings },
    async it => {
      await until('it rings', () => it.agent.rangMs !== undefined)
      it.service.strike('SIGKILL')
      await until('the caller is with people', () => withPeople(it), 4_000)
      it.agent.answer()
      await until('the agent is let go', () => it.agent.overMs !== undefined, GONE_MS)
    },
  ),
  scene(
    'killed while it rings, started again: nothing rings, and the assistant goes on',
    { restarts: true, prepare: rings },
    async it => {
      await until('it rings', () => it.agent.rangMs !== undefined)
      const before = it.service.life
      it.service.strike('SIGKILL')
      await it.service.ready(before)
      await until('it rings no more', () => it.agent.cancelledMs !== undefined, 3_000)
      await until('the assistant goes on', () => it.asked.some(({ input }) => input.type === 'resume'))
    },
  ),
  scene('killed for good in a talk: the talk goes on, then people', {}, async it => {
    await meet(it, 'conference')
    it.service.strike('SIGKILL')
    await sleep(500)
    await hearEachOther(it)
    it.agent.hangUp()
    await until('the caller is with people', () => withPeople(it), 4_000)
  }),
  scene(
    'killed in a talk, started again: the talk goes on, then the assistant',
    { restarts: true, afterTalk: 'assistant' },
    async it => {
      await meet(it, 'conference')
      const before = it.service.life
      it.service.strike('SIGKILL')
      await it.service.ready(before)
      await hearEachOther(it)
      const askedBefore = it.asked.length
      it.agent.hangUp()
      await until('the assistant is asked', () => it.asked.length > askedBefore)
    },
  ),
  ...announcementChecks,
  ...warmChecks,
  ...ladderChecks,
  ...leavingChecks,
  ...apiChecks,
  { name: 'transfer: how soon they hear each other', run: meetings },
]

function rings(agent: TonePhone): void {
  agent.answering = { afterMs: null, status: '' }
}

function refuses(status: string): Prepare {
  return agent => {
    agent.answering = { afterMs: 100, status }
  }
}

async function twoPhones(agent: TonePhone, { pbx }: Ground): Promise<TonePhone[]> {
  const other = await TonePhone.open(AGENT_HZ)
  rings(other)
  for (const phone of [agent, other]) await phone.register(pbx.sipPort, '2100')
  return [other]
}
