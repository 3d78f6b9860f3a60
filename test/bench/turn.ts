// How long callers wait for an answer, as heard at their phones, with the reference providers: every way of taking turns that the
// configuration knows, at several numbers of calls, in one run.
//
//   npm run bench -- turn [--freeswitch] [--calls 1,20,50] [--ways classic,plain,speculating] [--out folder]

import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Voice } from '../fakes/voice.ts'
import { quantile } from './quantile.ts'
import {
  cpuTable,
  distribution,
  type Figures,
  figuresOf,
  marksTable,
  slowestTable,
  stageTable,
  table,
} from './turn/figures.ts'
import { echoMs } from './turn/line-check.ts'
import { draw } from './turn/picture.ts'
import { Premises } from './turn/premises.ts'
import { type Script, writeScript } from './turn/script.ts'
import { selfTest } from './turn/self-test.ts'
import { measure } from './turn/stages.ts'
import { talkAtOnce } from './turn/talk.ts'
import { embeddedVenue, realVenue, type Venue } from './turn/venue.ts'
import { possibleWays, type Way, type WayName } from './turn/ways.ts'

const BUDGET = { phoneP50Ms: 1_000, phoneP95Ms: 1_300, ownP95Ms: 80, bargeInP95Ms: 250, timesSlower: 3 }
/** Percent of a core that others use: beyond it, what is measured is also their doing. */
const QUIET_PERCENT = 30
/** A port that no daemon is started on: a configuration is only checked with it. */
const NO_PORT = 1

export async function benchTurn(): Promise<object> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      freeswitch: { type: 'boolean', default: false },
      calls: { type: 'string', default: '1,20,50' },
      ways: { type: 'string', default: 'classic,plain,speculating' },
      out: { type: 'string', default: join(tmpdir(), 'parley-turn') },
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const counts = values.calls.split(',').map(Number)
  const script = writeScript(await Voice.load())
  selfTest(script.utterances, say)
  const premises = await Premises.open(script)
  const all: Figures[] = []
  let title = ''
  try {
    const ways = (await waysToTake(premises)).filter(({ name }) => values.ways.split(',').includes(name))
    const venue = values.freeswitch ? await realVenue() : embeddedVenue(premises.prompts)
    title = venue.title
    try {
      if (values.freeswitch) await checkLine(venue, script)
      for (const way of ways) all.push(...(await measureWay(way, counts, { premises, venue, script })))
    } finally {
      for (const fault of await venue.stop()) say(`NOT AS IT SHOULD BE: ${fault}`)
    }
  } finally {
    await premises.close()
  }
  await tell(all, title, values.out)
  return lastLine(all)
}

async function waysToTake(premises: Premises): Promise<Way[]> {
  const possible = await possibleWays(profile => premises.writeConfiguration(profile, NO_PORT))
  const ways: Way[] = []
  for (const one of possible) {
    if ('way' in one) ways.push(one.way)
    else say(`skipped: ${one.name}: ${one.skipped}`)
  }
  return ways
}

/** The embedded switch keeps both directions on one timeline; a real one is looked at. */
async function checkLine(venue: Venue, { utterances: [utterance] }: Script): Promise<void> {
  if (!utterance) return
  const times = await echoMs(venue, utterance)
  const list = times.map(Math.round).join(', ')
  say(`${venue.title}: a phone hears its own words come back after ${list} ms (the frame they took: 20 ms)`)
}

async function measureWay(
  way: Way,
  counts: readonly number[],
  { premises, venue, script }: { premises: Premises; venue: Venue; script: Script },
): Promise<Figures[]> {
  const daemon = await premises.startDaemon(way)
  const all: Figures[] = []
  try {
    for (const calls of counts) {
      await premises.log() // what came before is nobody's
      const processes = { daemon: daemon.pid, switch: venue.pid, providers: premises.providersPid }
      const round = await talkAtOnce(venue, daemon, script, calls, processes)
      const figures = figuresOf(way, round, measure(round, await premises.log(), way))
      const [p50, p95] = [0.5, 0.95].map(share => Math.round(quantile(figures.phoneMs, share)))
      say(
        `${venue.title}, ${way.title}, ${calls} calls: ${figures.phoneMs.length} answers, p50 ${p50} ms, p95 ${p95} ms`,
      )
      for (const fault of round.faults.slice(0, 5)) say(`NOT AS IT SHOULD BE: ${fault}`)
      all.push(figures)
    }
  } finally {
    await daemon.stop()
    for (const complaint of daemon.complaints) say(`the daemon complains: ${complaint}`)
  }
  return all
}

async function tell(all: readonly Figures[], title: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const name = `turn-${title.toLowerCase().replaceAll(' ', '-')}`
  const pictures = await draw(
    all,
    `A turn as heard at the phone, by stage (mean): ${title}`,
    join(folder, name),
  )
  const marks = marksTable(all)
  const most = Math.max(...all.map(({ round }) => round.calls))
  say(`\n${table(all)}\n
Where the time goes, p50 / p95 ms (ear, asking, cutting, starting and line are our own share):\n${stageTable(all)}\n
In the slowest twentieth of the turns, mean ms (more than in the others):\n${slowestTable(all)}\n
What the daemon noted itself, p50 / p95 ms after the caller's last sound:\n${marks ?? 'it notes nothing yet'}\n
Percent of one core:\n${cpuTable(all)}`)
  const othersPercent = Math.max(...all.map(({ round }) => round.cpu.others))
  if (othersPercent > QUIET_PERCENT)
    say(
      `\nThis machine was busy with others (up to ${othersPercent} % of a core): the slowest turns are also their doing.`,
    )
  for (const one of all.filter(({ round }) => round.calls === most))
    say(`\nAnswers by how long they took: ${one.way.title}, ${one.round.calls} calls\n${distribution(one)}`)
  say(`\n${pictures.join('\n')}\n`)
}

/** Of the best way there is, at the highest number of calls. */
function lastLine(all: readonly Figures[]): object {
  const most = Math.max(...all.map(({ round }) => round.calls))
  const of = (name: WayName) => all.find(({ way, round }) => way.name === name && round.calls === most)
  const best = of('speculating') ?? of('plain') ?? of('classic')
  const classic = of('classic')
  const at = (values: readonly number[] | undefined, share: number) => {
    const value = quantile(values ?? [], share)
    return Number.isNaN(value) ? null : Math.round(value)
  }
  const figures = {
    phoneP50Ms: at(best?.phoneMs, 0.5),
    phoneP95Ms: at(best?.phoneMs, 0.95),
    ownP95Ms: at(best?.ownMs, 0.95),
    bargeInP95Ms: at(best?.bargeInMs, 0.95),
    classicP50Ms: at(classic?.phoneMs, 0.5),
    falseCutoffsPercent: best?.falseCutoffsPercent ?? null,
  }
  say(budgetLine(figures))
  return figures
}

function budgetLine(figures: Record<string, number | null>): string {
  const within = (key: 'phoneP50Ms' | 'phoneP95Ms' | 'ownP95Ms' | 'bargeInP95Ms') => {
    const value = figures[key] ?? null
    const verdict = value === null ? 'not measured' : value <= BUDGET[key] ? 'within' : 'OVER'
    return `${key} ${value ?? '-'} of ${BUDGET[key]}: ${verdict}`
  }
  const { phoneP50Ms = null, classicP50Ms = null } = figures
  const times = phoneP50Ms && classicP50Ms ? (classicP50Ms / phoneP50Ms).toFixed(1) : '-'
  const keys = ['phoneP50Ms', 'phoneP95Ms', 'ownP95Ms', 'bargeInP95Ms'] as const
  return `budgets: ${keys.map(within).join('; ')}; classic ${times} times slower (at least ${BUDGET.timesSlower})`
}

function say(text: string): void {
  console.log(text)
}
