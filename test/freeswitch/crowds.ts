// More callers than the daemon may have, and a daemon that takes no more: whoever finds no room is with people at once, and those
// inside notice nothing.

import { setTimeout as sleep } from 'node:timers/promises'
import { responseTimesMs, soundIn } from '../apps/sound.ts'
import { echo } from '../scenarios/answers.ts'
import type { Check, Findings } from './findings.ts'
import { type Ground, Service, type Talk, UNLIMITED } from './service.ts'
import { AFTERWARDS, GOING_ON, PROFILES, SITUATIONS } from './situations.ts'

const ROOM = 5
const CALLERS = 10
const BOUNDS = {
  /** From dialling: SIP, the dialplan, the daemon's refusal, and the dialplan again. */
  peopleMs: 500,
  /** From the caller's last sound to the first of the answer: the pause that ends an utterance is 700 ms of it. */
  answerMs: 1_600,
  /** From the end of the last call to the end of the process. */
  exitMs: 1_000,
} as const
const calls = { ...UNLIMITED, max: ROOM }

export const crowdChecks: readonly Check[] = [
  { name: `${CALLERS} callers where ${ROOM} have room: the others are with people`, run: overfull },
  { name: 'killed when every place was taken, and others were quicker: all come back', run: fullAndKilled },
  { name: 'a caller every second: none is sent away for the beginning of another', run: oneByOne },
  { name: 'drained: new callers are with people, those inside finish', run: drained },
]

async function overfull(ground: Ground, findings: Findings): Promise<void> {
  const service = await start(ground)
  try {
    const inside = await greeted(service, ROOM)
    const before = await answerTimes(inside)
    const [surplus, during] = await Promise.all([dial(service, CALLERS - ROOM), answerTimes(inside)])
    findings.allWithin('people have the others after', await peopleMs(surplus), BOUNDS.peopleMs)
    findings.allWithin('an answer before took', before, BOUNDS.answerMs)
    findings.allWithin('an answer meanwhile took', during, BOUNDS.answerMs)
    for (const { phone } of inside) findings.expect(!phone.isWithPeople, 'somebody inside was sent to people')
    inside[0]?.phone.hangsUp()
    await inside[0]?.until('is let go', () => inside[0]?.entries.at(-1)?.type === 'ended')
    const [next] = await dial(service, 1)
    await next?.until('has the free place', () => next.spoken.length > 0)
  } finally {
    findings.faults.push(...(await service.close()))
  }
}

/** The places are taken again before those of before are back: they had theirs first. */
async function fullAndKilled(ground: Ground, findings: Findings): Promise<void> {
  const service = await start(ground)
  try {
    const inside = await greeted(service, ROOM)
    const before = service.life
    service.strike('SIGKILL')
    await service.ready(before)
    const [surplus] = await Promise.all([dial(service, ROOM), ...inside.map(talk => talk.hears(GOING_ON))])
    const sent = surplus.filter(({ phone }) => phone.isWithPeople).length
    findings.notes.push(`${inside.length} came back, ${sent} of ${surplus.length} new ones are with people`)
  } finally {
    findings.faults.push(...(await service.close()))
  }
}

/** The first half second of a call comes in one piece: that is how the switch begins, and no sign of a machine that is behind. */
async function oneByOne(ground: Ground, findings: Findings): Promise<void> {
  const { maxEarLagMs: _, ...rest } = UNLIMITED
  const options = { restarts: false, profiles: PROFILES, configuration: { calls: rest } }
  const service = await Service.start(ground, options)
  try {
    const talks: Talk[] = []
    for (let i = 0; i < ROOM; i++) {
      talks.push(...(await dial(service, 1)))
      await sleep(1_000)
    }
    const sent = talks.filter(({ phone }) => phone.isWithPeople).length
    findings.expect(sent === 0, `${sent} of ${talks.length} were sent to people`)
  } finally {
    findings.faults.push(...(await service.close()))
  }
}

async function drained(ground: Ground, findings: Findings): Promise<void> {
  const service = await start(ground, false)
  try {
    const inside = await greeted(service, 3)
    const { life } = service
    service.strike('SIGUSR2')
    const late = await dial(service, 3)
    findings.allWithin('people have those who come now after', await peopleMs(late), BOUNDS.peopleMs)
    findings.allWithin('an answer to those inside took', await answerTimes(inside), BOUNDS.answerMs)
    findings.expect(life.end === undefined, 'the process ended with callers inside')
    for (const { phone } of inside) phone.hangsUp()
    for (const talk of inside) await talk.until('is let go', () => talk.entries.at(-1)?.type === 'ended')
    const emptyMs = performance.now()
    await service.manager.until(() => life.end !== undefined)
    findings.within('the process was gone after', (life.end?.atMs ?? Number.NaN) - emptyMs, BOUNDS.exitMs)
    findings.expect(life.process.exitCode === 0, `it ended with ${life.process.exitCode}`)
  } finally {
    findings.faults.push(...(await service.close()))
  }
}

function start(ground: Ground, restarts = true): Promise<Service> {
  return Service.start(ground, { restarts, profiles: PROFILES, configuration: { calls } })
}

function dial(service: Service, count: number): Promise<Talk[]> {
  const answer = SITUATIONS.find(({ name }) => name === 'listened to in silence')?.answer ?? echo
  return Promise.all(Array.from({ length: count }, () => service.dials('plain', answer)))
}

/** So many callers who have been greeted. */
async function greeted(service: Service, count: number): Promise<Talk[]> {
  const talks = await dial(service, count)
  for (const talk of talks)
    await talk.until('is greeted', () => talk.entries.some(({ type }) => type === 'speechFinished'))
  return talks
}

/** All of them say something at once: how long each waits for the answer. */
function answerTimes(talks: readonly Talk[]): Promise<number[]> {
  return Promise.all(
    talks.map(async talk => {
      const before = talk.spoken.length
      await talk.says(AFTERWARDS)
      await talk.until('is answered', () => talk.spoken.length > before)
      await talk.phone.hearsSpeech()
      await talk.phone.hearsSilence({ ms: 700 })
      const { said, heard } = talk.phone
      return responseTimesMs(soundIn(said), soundIn(heard)).at(-1) ?? Number.NaN
    }),
  )
}

/** How long after dialling each was sent to people. */
async function peopleMs(talks: readonly Talk[]): Promise<number[]> {
  const places = await Promise.all(talks.map(({ phone }) => phone.isSentToPeople()))
  return places.map(({ atMs }) => atMs)
}
