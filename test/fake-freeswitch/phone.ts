// A telephone that is called: it rings, is answered or not, as the script of its owner says.

import type { Timer } from '../../src/lib/clock.ts'
import type { Channel } from './channel.ts'
import type { Caller } from './person.ts'
import type { PersonScript } from './person-script.ts'

export interface PhoneHost {
  after(ms: number, run: () => void): Timer
  person(): Caller | undefined
}

/** Whatever a phone does, it is not done within the moment of the call. */
const AT_ONCE_MS = 1
const USUAL_ANSWER_MS = 500

export function behave(channel: Channel, script: PersonScript, host: PhoneHost): void {
  const { refuses, refusesAfterMs, answersAfterMs = USUAL_ANSWER_MS, ringsAfterMs = AT_ONCE_MS } = script
  const after = untilOver(channel, host)
  if (refuses !== undefined && refusesAfterMs === undefined) {
    after(AT_ONCE_MS, () => channel.hangUp(refuses, 'caller'))
    return
  }
  if (ringsAfterMs !== null) after(ringsAfterMs, () => channel.ring())
  if (script.earlyMediaAfterMs !== undefined) after(script.earlyMediaAfterMs, () => channel.earlyMedia())
  if (refuses !== undefined) {
    after(refusesAfterMs ?? AT_ONCE_MS, () => channel.hangUp(refuses, 'caller'))
    return
  }
  if (script.neverAnswers) return
  after(answersAfterMs, () => {
    channel.answer()
    if (!channel.isAnswered) return
    const person = host.person()
    if (person) script.onAnswer?.(person)
    if (script.leavesAfterMs === undefined) return
    after(script.leavesAfterMs, () => channel.hangUp('NORMAL_CLEARING', 'caller'))
  })
}

/** What a phone was going to do ends with its call. */
function untilOver(channel: Channel, host: PhoneHost): PhoneHost['after'] {
  const timers: Timer[] = []
  const before = channel.whenOver
  channel.whenOver = () => {
    for (const timer of timers) timer.cancel()
    before()
  }
  return (ms, run) => {
    const timer = host.after(ms, run)
    timers.push(timer)
    return timer
  }
}
