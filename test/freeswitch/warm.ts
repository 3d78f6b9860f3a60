// How agents take a call or do not, on a real switch: by key and by word, not at all, gone, on hold, and answered by a machine.

import { setTimeout as sleep } from 'node:timers/promises'
import { callerVoice } from '../fakes/voice.ts'
import type { Check } from './findings.ts'
import { TonePhone } from './tone-phone.ts'
import {
  hearEachOther,
  isBack,
  isBriefed,
  phoneAt,
  type Scene,
  scene,
  until,
  wrote,
} from './transfer-scene.ts'

const NEXT_HZ = 1_500
/** What agents say; the recognizer knows these. */
const YES = 'yes please put them through'
const NO = 'no not right now'
export const AGENTS_SAY: readonly string[] = [YES, NO]
/** Nobody greets so long without waiting for an answer. */
export const MAILBOX =
  'Hello, you have reached the phone of Miller and sons. We are sorry that nobody can take your call at this time. ' +
  'Please leave your name and your number after the tone, and we will call you back as soon as we can.'

const byWord = { accept: 'word' }
const warm = { way: 'warm' } as const

export const warmChecks: readonly Check[] = [
  scene('warm: taken with a spoken yes', { ...warm, rung: byWord }, async it => {
    await agentSays(it, YES)
    await until('they meet', () => wrote(it, 'agentJoined'))
    await hearEachOther(it)
  }),
  scene('warm: declined with a spoken no', { ...warm, rung: byWord }, async it => {
    await agentSays(it, NO)
    await isBack(it, 'declined')
    await isLetGo(it)
  }),
  scene('warm: declined with the key 2', warm, async it => {
    await isBriefed(it)
    it.agent.press('2')
    await isBack(it, 'declined')
    await isLetGo(it)
  }),
  scene('warm: an agent who says and presses nothing is no answer', warm, async it => {
    await isBriefed(it)
    await until('it is asked twice in vain', () => it.agent.overMs !== undefined, 30_000)
    await isBack(it, 'no-answer')
  }),
  scene('warm: the agent hangs up during the brief', warm, async it => {
    await isBriefed(it)
    await sleep(300)
    it.agent.hangUp()
    await isBack(it, 'declined')
  }),
  scene('warm: the agent holds during the brief, goes on, and takes the call', warm, async it => {
    await isBriefed(it)
    await sleep(300)
    it.agent.hold(true)
    await sleep(600)
    it.agent.hold(false)
    await sleep(300)
    it.agent.press('1')
    await until('they meet', () => wrote(it, 'agentJoined'))
    await hearEachOther(it)
  }),
  scene(
    'a machine: declined, and the next rung has the caller',
    {
      ...warm,
      prepare: async () => [await TonePhone.open(NEXT_HZ)],
      configure: ({ agent, others: [next] }) => ({
        destinations: {
          desk: {
            ladder: [
              { targets: [phoneAt(agent)], ringSeconds: 10, accept: 'key', machines: true },
              ...(next
                ? [{ targets: [phoneAt(next)], ringSeconds: 10, accept: 'key', machines: false }]
                : []),
            ],
          },
        },
      }),
    },
    async it => {
      await until('the machine has answered', () => it.agent.answeredMs !== undefined)
      void it.agent.says(it.ground.voice.sayAt8k(MAILBOX, callerVoice))
      await isLetGo(it, 12_000)
      it.findings.within('from its answer, the machine was let go after', since(it.agent.answeredMs), 8_000)
      const [next] = it.others
      if (!next) return
      await until('the next one has answered', () => next.answeredMs !== undefined)
      await sleep(200)
      next.press('1')
      await until('they meet', () => wrote(it, 'agentJoined'))
      await hearEachOther({ caller: it.caller, agent: next })
    },
  ),
]

/** As soon as the question has been asked. */
async function agentSays(it: Scene, text: string): Promise<void> {
  await isBriefed(it)
  const sound = it.agent.keepSound()
  // The brief, the question, and then it is the agent's turn.
  await until('the question is over', () => {
    const nowMs = performance.now()
    return sound.longestSilenceMs(nowMs - 700, nowMs) > 690 && sound.hasSound
  })
  await it.agent.says(it.ground.voice.sayAt8k(text, callerVoice))
}

function isLetGo(it: Scene, withinMs = 5_000): Promise<void> {
  return until('the agent is let go', () => it.agent.overMs !== undefined, withinMs)
}

function since(ms: number | undefined): number {
  return performance.now() - (ms ?? 0)
}
