// The daemon is killed while a caller is in each situation there is: with a manager that starts it again the same conversation goes
// on, without one the caller gets to people.

import { setTimeout as sleep } from 'node:timers/promises'
import { isFinal } from '../../src/call/ending.ts'
import type { JournalEntry } from '../../src/call/journal.ts'
import { GREETING } from '../scenarios/answers.ts'
import type { Check, Findings } from './findings.ts'
import { type Ground, Service, type Talk } from './service.ts'
import { AFTERWARDS, BRIDGE, GOING_ON, PROFILES, SITUATIONS, type Situation } from './situations.ts'

/** What a caller may have to wait. `bridge` counts from the moment at which the next process accepts calls. */
const BOUNDS = { bridgeMs: 1_000, bridgeFromKillMs: 3_000, peopleMs: 2_000 } as const
/** For how long somebody who holds us goes on doing so when the next daemon has the call. */
const STILL_HELD_MS = 1_500

/** What is written when it becomes somebody's turn. */
const TURNING_POINTS = [
  'asked',
  'promptStarted',
  'speechFinished',
  'callerSpoke',
  'callerPaused',
  'utteranceHeard',
  'nothingHeard',
]

export const killChecks: readonly Check[] = [
  ...SITUATIONS.map(situation => ({
    name: `killed and started again, the caller is ${situation.name}`,
    run: (ground: Ground, findings: Findings) => goesOn(ground, situation, findings),
  })),
  { name: 'killed for good, the callers are everywhere: people', run: everybodyToPeople },
  { name: 'killed again when the call had gone on: people', run: secondLoss },
]

async function goesOn(ground: Ground, situation: Situation, findings: Findings): Promise<void> {
  const service = await Service.start(ground, { restarts: true, profiles: PROFILES })
  try {
    const talk = await service.dials(situation.profile, situation.answer)
    const { killedMs, readyMs } = await killedIn(service, talk, situation)
    findings.notes.push(`ready after ${Math.round(readyMs - killedMs)} ms`)
    await talk.until('is remembered', () => resumptions(talk).length > 0)
    if (situation.name === 'holding us') {
      await sleep(STILL_HELD_MS)
      talk.phone.unholds()
    }
    await becomes(service, talk, situation, findings)
    if (hasBridge(situation)) measureBridge(talk, { killedMs, readyMs }, situation, findings)
    checkRecord(talk, situation, findings)
    findings.expect(await service.hasEmptySpool(), 'recordings are left in the spool')
  } finally {
    findings.faults.push(...(await service.close()))
  }
}

/** Resolves when the next process accepts calls. */
async function killedIn(
  service: Service,
  talk: Talk,
  situation: Situation,
): Promise<{ killedMs: number; readyMs: number }> {
  await situation.enter(talk)
  await talk.until(`is ${situation.name}`, () => situation.isIn(talk.entries))
  const before = service.life
  const killedMs = service.strike('SIGKILL')
  const readyMs = await service.ready(before)
  // A process that was quicker than our signal has taken the caller further.
  if (!situation.isIn(ofTheKilled(talk.entries)))
    throw new Error(`the caller was not ${situation.name} any more`)
  return { killedMs, readyMs }
}

/** What the killed process wrote. */
function ofTheKilled(entries: readonly JournalEntry[]): JournalEntry[] {
  const resumed = entries.findIndex(({ type }) => type === 'resumed')
  return entries.slice(0, resumed < 0 ? entries.length : resumed)
}

function ofTheNext(entries: readonly JournalEntry[]): JournalEntry[] {
  return entries.slice(entries.findIndex(({ type }) => type === 'resumed') + 1)
}

/** Everybody has finished, and the caller is listened to. */
function hasTheFloor(entries: readonly JournalEntry[]): boolean {
  const count = (one: string) => entries.filter(({ type }) => type === one).length
  const last = entries.findLast(({ type }) => TURNING_POINTS.includes(type))?.type
  const isListenedTo = last === 'speechFinished' || last === 'nothingHeard'
  return isListenedTo && count('callerSpoke') === count('callerPaused')
}

async function becomes(service: Service, talk: Talk, { fate }: Situation, findings: Findings): Promise<void> {
  const { phone } = talk
  switch (fate.is) {
    case 'people': {
      const { number } = await phone.isSentToPeople()
      findings.expect(number === fate.number, `they are at ${number}`)
      return ended(talk)
    }
    case 'end': {
      const { cause } = await phone.callIsOver({ withinMs: 10_000 })
      findings.expect(cause === 'NORMAL_CLEARING', `the call ended by ${cause}`)
      return ended(talk)
    }
    case 'beginning':
      await talk.hears(GREETING)
      break
    case 'talk':
      await talk.hears(BRIDGE)
      await talk.hears(GOING_ON)
      break
    case 'digits':
      await talk.until('is asked again', () => talk.spoken.at(-1)?.includes('please') ?? false)
      break
  }
  findings.expect(await service.records(1), 'not one recording is written, but none or several')
  await talk.until('has the floor', () => hasTheFloor(ofTheNext(talk.entries)))
  if (fate.is === 'digits') {
    await phone.presses(fate.digits)
    await talk.hears(fate.answer)
  } else {
    await talk.says(AFTERWARDS)
    await talk.hears(`You said ${AFTERWARDS}`)
  }
  phone.hangsUp()
  return ended(talk)
}

function hasBridge({ fate }: Situation): boolean {
  return fate.is === 'talk' || fate.is === 'digits'
}

function ended(talk: Talk): Promise<void> {
  return talk.until('is let go', () => talk.entries.at(-1)?.type === 'ended')
}

function resumptions(talk: Talk): JournalEntry[] {
  return talk.entries.filter(({ type }) => type === 'resumed')
}

/** When an entry was written, on the clock of this process. */
export function timeOf(entries: readonly JournalEntry[], entry: JournalEntry | undefined): number {
  const startedAtMs = Number(entries[0]?.startedAtMs)
  return startedAtMs + (entry?.atMs ?? Number.NaN) - performance.timeOrigin
}

/** When the first sound of the daemon that went on reached the caller's ear. */
export function bridgeMs(talk: Talk): number {
  const { entries } = talk
  const resumedMs = timeOf(entries, resumptions(talk).at(-1))
  return talk.phone.soundsMs.find(({ fromMs }) => fromMs > resumedMs)?.fromMs ?? Number.NaN
}

function measureBridge(
  talk: Talk,
  { killedMs, readyMs }: { killedMs: number; readyMs: number },
  { name }: Situation,
  findings: Findings,
): void {
  if (name === 'holding us') return // hears it when they come back, however late that is
  const heardMs = bridgeMs(talk)
  const [resumed] = resumptions(talk)
  findings.notes.push(`has the call after ${Math.round(timeOf(talk.entries, resumed) - readyMs)} ms`)
  findings.within('bridge', heardMs - readyMs, BOUNDS.bridgeMs)
  findings.within('since the kill', heardMs - killedMs, BOUNDS.bridgeFromKillMs)
}

/** The journal tells one call, and the engine was asked to go on with what had been said. */
function checkRecord(talk: Talk, { fate, name }: Situation, findings: Findings): void {
  const { entries, asked } = talk
  const [resumed] = resumptions(talk)
  findings.expect(resumptions(talk).length === 1, `resumed ${resumptions(talk).length} times`)
  findings.expect(resumed?.planned === false && resumed.losses === 1, `resumed as ${JSON.stringify(resumed)}`)
  const endings = entries.filter(({ type }) => type === 'ended')
  findings.expect(endings.length === 1, `ended ${endings.length} times`)
  const order = entries.every(({ atMs }, at) => atMs >= (entries[at - 1]?.atMs ?? 0) - 1_000)
  findings.expect(order, 'the times in the journal do not go on')
  const inputs = asked.map(({ input }) => input)
  const resumes = inputs.flatMap(input => (input.type === 'resume' ? [input] : []))
  findings.expect(
    resumes.length === (fate.is === 'talk' || fate.is === 'digits' ? 1 : 0),
    `the engine was asked to go on ${resumes.length} times`,
  )
  const starts = inputs.filter(({ type }) => type === 'start').length
  findings.expect(starts === 1, `the engine was asked to begin ${starts} times`)
  const history = resumes[0]?.history ?? []
  const texts = history.map(({ who, text }) => `${who}: ${text}`)
  if (name === 'listened to in silence')
    findings.expect(texts.join('|') === `assistant: ${GREETING}`, `the history is ${texts.join('|')}`)
  if (name === 'waiting for the engine')
    findings.expect(/\|caller: hello there\W?$/i.test(texts.join('|')), `the history is ${texts.join('|')}`)
  if (name !== 'asked for something confidential') return
  // Times and names may hold any digits.
  const said = entries.filter(({ type }) => type !== 'admitted')
  const written = JSON.stringify([said, history], (_, value) => (typeof value === 'number' ? 0 : value))
  const secret = written.includes('8642') || /"digits?":"[0-9]/.test(written)
  findings.expect(!secret, 'the confidential digits are written down')
}

async function everybodyToPeople(ground: Ground, findings: Findings): Promise<void> {
  const service = await Service.start(ground, { restarts: false, profiles: PROFILES })
  try {
    const enter = async (situation: Situation) => {
      const talk = await service.dials(situation.profile, situation.answer)
      await situation.enter(talk)
      await talk.until(`is ${situation.name}`, () => situation.isIn(talk.entries))
      return { talk, situation }
    }
    const there = await Promise.all(SITUATIONS.slice(0, -1).map(enter))
    for (const last of SITUATIONS.slice(-1)) there.push(await enter(last))
    const killedMs = service.strike('SIGKILL')
    const waits: number[] = []
    for (const { talk, situation } of there) {
      const { atMs, number } = await talk.phone.isSentToPeople()
      waits.push(performance.now() - talk.phone.ms + atMs - killedMs)
      findings.expect(number === '2000', `${situation.name}: they are at ${number}`)
      findings.expect(
        situation.isIn(talk.entries),
        `${situation.name}: not any more when the daemon was killed`,
      )
    }
    findings.allWithin(`people have ${there.length} callers after`, waits, BOUNDS.peopleMs)
    findings.expect(await service.records(0), 'recordings go on')
  } finally {
    findings.faults.push(...(await service.close()))
  }
}

async function secondLoss(ground: Ground, findings: Findings): Promise<void> {
  const service = await Service.start(ground, { restarts: true, profiles: PROFILES })
  try {
    const [, situation] = SITUATIONS
    if (!situation) throw new Error('there are no situations')
    const talk = await service.dials(situation.profile, situation.answer)
    await killedIn(service, talk, situation)
    await talk.hears(GOING_ON)
    const killedMs = service.strike('SIGKILL')
    const { atMs, number } = await talk.phone.isSentToPeople()
    findings.within('people after', performance.now() - talk.phone.ms + atMs - killedMs, BOUNDS.peopleMs)
    findings.expect(number === '2000', `they are at ${number}`)
    const final = talk.entries.some(
      ({ type, ending }) => type === 'ended' && isFinal(ending as { why: 'lost' }),
    )
    findings.expect(!final, 'a dead daemon has written an end')
    findings.expect(await service.records(0), 'recordings go on')
  } finally {
    findings.faults.push(...(await service.close()))
  }
}
