// How soon an agent who has taken the call and its caller hear each other, on a real switch.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Findings } from './findings.ts'
import type { Ground } from './service.ts'
import { AGENT_HZ, CALLER_HZ, MUSIC_HZ, playScene, type Scene, until, wrote } from './transfer-scene.ts'

const MEETINGS = 10
const MEETING_MS = 150

/** From the decision that the agent takes the call to what each of them hears first of the other. */
export async function meetings(ground: Ground, findings: Findings): Promise<void> {
  const times = {
    key: [] as number[],
    caller: [] as number[],
    agent: [] as number[],
    both: [] as number[],
    own: [] as number[],
  }
  for (let nth = 0; nth < MEETINGS; nth++)
    await playScene({ ...ground, folder: `${ground.folder}-${nth}` }, findings, { way: 'warm' }, async it => {
      const { caller, agent } = it
      await until('the agent is briefed', () => wrote(it, 'transferProgressed', 'briefing'))
      await until('the announcement is over', () => wrote(it, 'speechFinished'))
      caller.listenFor(MUSIC_HZ)
      await until('the caller hears music', () => caller.heardMs(MUSIC_HZ) !== undefined)
      caller.listenFor(AGENT_HZ)
      agent.listenFor(CALLER_HZ)
      caller.isSounding = agent.isSounding = true
      await sleep(60)
      const keyMs = performance.now()
      agent.press('1')
      const heard = () => [caller.heardMs(AGENT_HZ), agent.heardMs(CALLER_HZ)].filter(ms => ms !== undefined)
      await until('both hear', () => heard().length === 2)
      await until('they have met', () => wrote(it, 'agentJoined'))
      const acceptedMs = writtenMs(it, 'agentAccepted')
      const [first = 0, second = 0] = heard()
      times.key.push(acceptedMs - keyMs)
      times.caller.push(first - acceptedMs)
      times.agent.push(second - acceptedMs)
      times.both.push(Math.max(first, second) - acceptedMs)
      times.own.push(Math.max(first, second) - writtenMs(it, 'agentJoined'))
    })
  const unbounded = Number.POSITIVE_INFINITY
  findings.allWithin('from the key to the decision', times.key, unbounded)
  findings.allWithin('from the decision, the caller hears the agent after', times.caller, unbounded)
  findings.allWithin('from the decision, the agent hears the caller after', times.agent, unbounded)
  findings.allWithin('the switch’s own share: from both being in the room', times.own, unbounded)
  findings.allWithin('from the decision, both hear after', times.both, MEETING_MS)
}

/** When the daemon wrote it, as of our own performance.now(). */
function writtenMs({ service, id }: Scene, type: string): number {
  const entry = service.journal(id).find(one => one.type === type)
  return Number(entry?.wallMs) - performance.timeOrigin
}
