// Many people at once on the real switch, each saying several sentences: no word of theirs may be lost. How long the answers took is
// measured in the sound at their phones.

import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { bargeInTimesMs, responseTimesMs, soundIn } from '../apps/sound.ts'
import type { Knobs } from '../fakes/google-speech/knobs.ts'
import { Voice } from '../fakes/voice.ts'
import { testProfile } from '../profile.ts'
import { echo } from '../scenarios/answers.ts'
import type { RealPhone } from './real-phone.ts'
import { FreeswitchVenue } from './venue.ts'

const SENTENCES = [
  'I would like to speak to sales please',
  'what are your opening hours',
  'can you transfer me to support',
  'my order has not arrived yet',
  'could you repeat that please',
  'no thank you that is all',
]
/** People do not all call in the same instant. */
const APART_MS = 230
const PATIENCE_MS = 20_000
/** Linux counts a process's time in hundredths of a second. */
const TICKS_PER_SECOND = 100

export interface Conversations {
  freeswitch: string
  calls: number
  utterances: number
  wordsSpoken: number
  wordsUnderstood: number
  greetingMs: number[]
  responseMs: { p50: number; p95: number; count: number }
  bargeIns: number
  daemonCpu: { seconds: number; percentOfACore: number }
  faults: string[]
}

export async function conversationsAtOnce(
  program: string,
  calls: number,
  knobs: Partial<Knobs>,
): Promise<Conversations> {
  const [voice, venue] = await Promise.all([
    Voice.load(),
    FreeswitchVenue.open(program, { phrases: SENTENCES, profiles: [testProfile], knobs }),
  ])
  const faults: string[] = []
  const phones: RealPhone[] = []
  const { pid } = await venue.premises.deskFor(testProfile)
  for (const text of SENTENCES) voice.sayAt8k(text) // made now: while people talk this process must be on time
  const beganMs = performance.now()
  const cpuBefore = cpuSeconds(pid)
  let measured: Pick<Conversations, 'daemonCpu'>
  try {
    const talk = async (at: number) => {
      await sleep(at * APART_MS)
      const phone = await venue.call({ profile: testProfile, answer: echo }, { from: `+1555${1_000 + at}` })
      phones.push(phone)
      for (let n = 0; n < SENTENCES.length; n++) {
        const text = SENTENCES[(at + n) % SENTENCES.length] ?? ''
        await turn(venue, phone, voice, text)
      }
      await phone.hearsSilence({ ms: 700, withinMs: PATIENCE_MS })
      phone.hangsUp()
      await phone.callIsOver({ withinMs: PATIENCE_MS })
    }
    const outcomes = await Promise.allSettled(Array.from({ length: calls }, (_, at) => talk(at)))
    for (const outcome of outcomes) if (outcome.status === 'rejected') faults.push(String(outcome.reason))
    const seconds = cpuSeconds(pid) - cpuBefore
    const percentOfACore = Math.round((seconds * 100_000) / (performance.now() - beganMs))
    measured = { daemonCpu: { seconds, percentOfACore } }
    await sleep(500)
  } finally {
    faults.push(...(await venue.stop().catch(error => [String(error)])))
  }
  return { ...figures(phones, faults, venue.switch.version, calls), ...measured, faults }
}

/** Says a sentence into the silence and hears it repeated. */
async function turn(venue: FreeswitchVenue, phone: RealPhone, voice: Voice, text: string): Promise<void> {
  await phone.until(() => spokenIn(venue, phone).length > 0, { withinMs: PATIENCE_MS, what: 'is greeted' })
  await phone.hearsSpeech({ withinMs: PATIENCE_MS })
  await phone.hearsSilence({ ms: 700, withinMs: PATIENCE_MS })
  const before = spokenIn(venue, phone).length
  await phone.says(voice.sayAt8k(text), { text })
  await phone.until(() => spokenIn(venue, phone).length > before, {
    withinMs: PATIENCE_MS,
    what: `is answered to “${text}”`,
  })
  transcripts.set(phone, {
    said: [...(transcripts.get(phone)?.said ?? []), text],
    understood: venue
      .journal(phone.id)
      .flatMap(({ type, utterance }) =>
        type === 'utteranceHeard' ? [plain((utterance as { text: string }).text)] : [],
      ),
  })
}

const transcripts = new Map<RealPhone, { said: string[]; understood: string[] }>()

function spokenIn(venue: FreeswitchVenue, phone: RealPhone): string[] {
  return venue.journal(phone.id).flatMap(({ type, text }) => (type === 'promptStarted' ? [String(text)] : []))
}

function figures(
  phones: readonly RealPhone[],
  faults: string[],
  freeswitch: string,
  calls: number,
): Omit<Conversations, 'daemonCpu' | 'faults'> {
  let wordsSpoken = 0
  let wordsUnderstood = 0
  let utterances = 0
  for (const phone of phones) {
    const { said, understood } = transcripts.get(phone) ?? { said: [], understood: [] }
    utterances += said.length
    for (const [at, text] of said.entries()) {
      const words = text.toLowerCase().split(' ')
      const heard = understood[at]?.split(' ') ?? []
      wordsSpoken += words.length
      wordsUnderstood += words.filter(word => heard.includes(word)).length
      if (heard.join(' ') !== words.join(' '))
        faults.push(`“${text}” was understood as “${heard.join(' ')}” in call ${phone.id}`)
    }
  }
  const sides = phones.map(phone => ({ said: soundIn(phone.said), heard: soundIn(phone.heard) }))
  const responses = sides.flatMap(({ said, heard }) => responseTimesMs(said, heard)).toSorted((a, b) => a - b)
  return {
    freeswitch,
    calls,
    utterances,
    wordsSpoken,
    wordsUnderstood,
    greetingMs: percentiles(phones.map(({ firstHeardMs }) => firstHeardMs ?? Number.NaN)),
    responseMs: { p50: at(responses, 0.5), p95: at(responses, 0.95), count: responses.length },
    bargeIns: sides.flatMap(({ said, heard }) => bargeInTimesMs(said, heard)).length,
  }
}

/** The median and the 95th percentile. */
function percentiles(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b)
  return [at(sorted, 0.5), at(sorted, 0.95)]
}

function at(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN)
}

/** User and system time of a process so far. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .trim()
}
