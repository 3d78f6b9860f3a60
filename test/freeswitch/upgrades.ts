// The daemon is changed for a new one while people are in the middle of their calls: everybody goes on, and nobody waits for long in
// silence. A listening socket that is held outside the process, and a restart, are all that an upgrade is.

import { setTimeout as sleep } from 'node:timers/promises'
import type { JournalEntry } from '../../src/call/journal.ts'
import type { Check, Findings } from './findings.ts'
import { bridgeMs, timeOf } from './kills.ts'
import { type Ground, PATIENCE_MS, Service, type Talk } from './service.ts'
import { BRIDGE, GOING_ON, PROFILES, SITUATIONS, type Situation } from './situations.ts'

const CALLERS = 50
/** People do not all call in the same instant. */
const APART_MS = 60
/** The rest of a sentence, and letting go. */
const EXIT_MS = 3_200
const SILENCE_MS = 2_000

interface Caller {
  talk: Talk
  situation: Situation
}

export const upgradeChecks: readonly Check[] = [
  { name: `upgraded with ${CALLERS} callers in all situations: everybody goes on`, run: manyGoOn },
  { name: 'upgraded three times in a call: it goes on each time', run: goesOnEachTime },
]

async function manyGoOn(ground: Ground, findings: Findings): Promise<void> {
  const service = await Service.start(ground, { restarts: true, profiles: PROFILES })
  try {
    const callers = await everybodyArrives(service)
    const before = service.life
    const inPlace = callers.filter(({ talk, situation }) => situation.isIn(talk.entries)).length
    const askedMs = service.strike('SIGTERM')
    const readyMs = await service.ready(before)
    findings.notes.push(`${inPlace} of ${callers.length} still where they were to be`)
    findings.notes.push(`ready after ${Math.round(readyMs - askedMs)} ms`)
    findings.expect(before.process.exitCode === 0, `the old process ended with ${before.process.exitCode}`)
    findings.within('the old process was gone after', (before.end?.atMs ?? Number.NaN) - askedMs, EXIT_MS)
    const fates = await Promise.allSettled(callers.map(caller => goesOn(caller)))
    const lost = fates.flatMap((fate, at) =>
      fate.status === 'rejected' ? [`${callers[at]?.situation.name}: ${fate.reason}`] : [],
    )
    findings.notes.push(`${lost.length} lost`)
    findings.faults.push(...lost.map(one => `lost, ${one}`))
    measure(callers, askedMs, findings)
  } finally {
    findings.faults.push(...(await service.close()))
  }
}

/** Those who interrupt come last: nobody does so for long. */
async function everybodyArrives(service: Service): Promise<Caller[]> {
  const all = Array.from({ length: CALLERS }, (_, at) => SITUATIONS[at % SITUATIONS.length]).filter(
    one => one !== undefined,
  )
  const arrives = async (situation: Situation, at: number): Promise<Caller> => {
    await sleep(at * APART_MS)
    const talk = await service.dials(situation.profile, situation.answer)
    await situation.enter(talk)
    await talk.until(`is ${situation.name}`, () => situation.isIn(talk.entries))
    return { talk, situation }
  }
  const lasting = all.filter(({ name }) => name !== 'interrupting')
  const there = await Promise.all(lasting.map(arrives))
  return [...there, ...(await Promise.all(all.filter(one => !lasting.includes(one)).map(arrives)))]
}

/** Resolves when it is clear that the caller was not forgotten. */
async function goesOn({ talk, situation }: Caller): Promise<void> {
  const { phone } = talk
  const resumed = () => talk.entries.filter(isReturn)
  await talk.until('is remembered', () => resumed().length > 0 || phone.isOver)
  if (resumed()[0]?.planned !== true) throw new Error(`resumed as ${JSON.stringify(resumed())}`)
  switch (situation.fate.is) {
    case 'talk':
      if (situation.name === 'holding us') phone.unholds()
      await talk.hears(BRIDGE)
      return talk.hears(GOING_ON)
    case 'digits':
      return talk.until('is asked again', () => talk.spoken.at(-1)?.includes('please') ?? false)
    case 'beginning':
      return talk.until('is told again', () => talk.spoken.length > 1)
    case 'people': {
      const { number } = await phone.isSentToPeople({ withinMs: PATIENCE_MS })
      if (number !== situation.fate.number) throw new Error(`they are at ${number}`)
      return
    }
    case 'end':
      return void (await phone.callIsOver({ withinMs: PATIENCE_MS }))
  }
}

/** At their ears: the longest silence between being let go and the first words of the new daemon. */
function measure(callers: readonly Caller[], askedMs: number, findings: Findings): void {
  const silences = callers
    .filter(({ situation }) => situation.name !== 'holding us')
    .map(({ talk, situation }) => ({ name: situation.name, ms: silenceMs(talk) }))
  findings.allWithin(
    'silence',
    silences.map(({ ms }) => ms),
    SILENCE_MS,
  )
  for (const name of new Set(silences.map(one => one.name))) {
    const most = Math.max(...silences.flatMap(one => (one.name === name ? [one.ms] : [])))
    findings.notes.push(`up to ${Math.round(most)} ms when ${name}`)
  }
  const back = callers.map(({ talk: { entries } }) => timeOf(entries, entries.find(isReturn)) - askedMs)
  findings.allWithin('in the new process after', back, EXIT_MS + SILENCE_MS)
}

/** Before they are let go they have the floor, or hear us. */
function silenceMs(talk: Talk): number {
  const { entries } = talk
  const letGoMs = timeOf(
    entries,
    entries.find(({ type }) => type === 'ended'),
  )
  const untilMs = bridgeMs(talk)
  let quietSinceMs = letGoMs
  let longestMs = 0
  for (const { fromMs, toMs } of talk.phone.soundsMs) {
    if (fromMs > untilMs) break
    if (toMs < letGoMs) continue
    longestMs = Math.max(longestMs, fromMs - quietSinceMs)
    quietSinceMs = Math.max(quietSinceMs, toMs)
  }
  return Math.max(longestMs, untilMs - quietSinceMs)
}

function isReturn({ type }: JournalEntry): boolean {
  return type === 'resumed'
}

async function goesOnEachTime(ground: Ground, findings: Findings): Promise<void> {
  const service = await Service.start(ground, { restarts: true, profiles: PROFILES })
  try {
    const situation = SITUATIONS.find(({ name }) => name === 'listened to in silence')
    if (!situation) throw new Error('there is no such situation')
    const talk = await service.dials(situation.profile, situation.answer)
    await situation.enter(talk)
    for (const times of [1, 2, 3]) {
      const before = service.life
      const askedMs = service.strike('SIGTERM')
      await service.ready(before)
      const returns = () => talk.entries.filter(isReturn).length
      await talk.until(`is remembered ${times} times`, () => returns() === times || talk.phone.isWithPeople)
      if (returns() < times) {
        findings.faults.push(`after the ${times}. upgrade the caller is with people`)
        return
      }
      await talk.until('goes on', () => talk.spoken.filter(text => text.includes(GOING_ON)).length === times)
      findings.notes.push(`${times}. bridge after ${Math.round(bridgeMs(talk) - askedMs)} ms`)
      await talk.phone.hearsSilence({ ms: 500 })
    }
    talk.phone.hangsUp()
    await talk.until('is let go', () => talk.entries.at(-1)?.type === 'ended')
  } finally {
    findings.faults.push(...(await service.close()))
  }
}
