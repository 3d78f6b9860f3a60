// The scenarios, and whatever else needs one, on a real FreeSWITCH with the real daemon:
//
//   FREESWITCH=/opt/freeswitch/bin/freeswitch node test/apps/test-freeswitch.ts [--only name] [--at-once 6] [--calls 20] [--transfers 60]
//
// FREESWITCH is a program or a prefix; without it `freeswitch` is looked for on the PATH. With --calls so many people talk at once,
// in place of the scenarios. The last line is JSON. Exit codes: 0 all passed, 1 something failed, 3 there is no FreeSWITCH.

import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { referenceKnobs } from '../fakes/google-speech/knobs.ts'
import { Voice } from '../fakes/voice.ts'
import { checksWith, runChecks } from '../freeswitch/checks.ts'
import { conversationsAtOnce } from '../freeswitch/conversations.ts'
import { findFreeswitch } from '../freeswitch/real-switch.ts'
import { independentPhones, SAID_BY_SIPP } from '../freeswitch/sipp.ts'
import { FreeswitchVenue } from '../freeswitch/venue.ts'
import { testProfile } from '../profile.ts'
import { scenarios } from '../scenarios/all.ts'
import { assistantOf, phrasesOf, runScenario, type Scenario } from '../scenarios/scenario.ts'

const { values } = parseArgs({
  options: {
    /** Part of the names of those that are to run. */
    only: { type: 'string', default: '' },
    'at-once': { type: 'string', default: '6' },
    calls: { type: 'string' },
    /** How many transfers are made at random. */
    transfers: { type: 'string', default: '60' },
  },
})

interface Result {
  name: string
  outcome: 'passed' | 'failed' | 'skipped'
  seconds: number
  why?: string
}

// Whoever ends us ends what we started, too: it hangs on our exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
process.exitCode = await main()

async function main(): Promise<number> {
  const program = await findFreeswitch(process.env.FREESWITCH)
  if (!program) {
    console.log('There is no FreeSWITCH here: name one in FREESWITCH, or put `freeswitch` on the PATH.')
    return 3
  }
  return values.calls === undefined ? runScenarios(program) : runConversations(program, Number(values.calls))
}

async function runScenarios(program: string): Promise<number> {
  const chosen = scenarios.filter(({ name }) => name.includes(values.only))
  const possible = chosen.filter(scenario => impossible(scenario) === undefined)
  const beganMs = performance.now()
  const [voice, venue] = await Promise.all([
    Voice.load(),
    FreeswitchVenue.open(program, {
      phrases: [...new Set([...phrasesOf(possible), SAID_BY_SIPP])],
      profiles: [testProfile, ...possible.map(scenario => assistantOf(scenario).profile)],
    }),
  ])
  const { version } = venue.switch
  console.log(`FreeSWITCH ${version}, ${possible.length} scenarios, ${values['at-once']} at once\n`)
  const results: Result[] = chosen
    .filter(scenario => !possible.includes(scenario))
    .map(one => ({ name: one.name, outcome: 'skipped', seconds: 0, why: impossible(one) ?? '' }))
  let faults: string[] = []
  try {
    const waiting = [...possible]
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const scenario: Scenario = next
        const result = await attempt(scenario.name, () => runScenario(scenario, venue, voice))
        if (result.why) result.why += `\n${venue.record(scenario.name).join('\n')}`
        results.push(result)
      }
    }
    await Promise.all(Array.from({ length: Number(values['at-once']) }, worker))
    const phones = await independentPhones(venue, voice)
    for (const { name, skip, run } of phones.filter(phone => phone.name.includes(values.only)))
      results.push(
        skip === undefined ? await attempt(name, run) : { name, outcome: 'skipped', seconds: 0, why: skip },
      )
  } finally {
    faults = await venue.stop()
  }
  results.push(...(await serviceResults(program)))
  return summarize(version, results, faults, (performance.now() - beganMs) / 1_000)
}

/** What becomes of callers when the daemon dies, changes or is crowded: on a switch of its own, one check after the other. */
async function serviceResults(program: string): Promise<Result[]> {
  const results: Result[] = []
  const checks = checksWith({ transfers: Number(values.transfers) })
  const chosen = checks.filter(({ name }) => name.includes(values.only))
  // What is measured in the following is only worth something on a machine with time to spare.
  const [load = 0] = loadavg()
  console.log(`\n${chosen.length} checks; load ${load.toFixed(1)} on ${availableParallelism()} cores\n`)
  await runChecks(program, chosen, ({ name, notes, faults, seconds }) => {
    const outcome = faults.length > 0 ? 'failed' : 'passed'
    console.log(line(outcome, seconds, name))
    for (const text of [...notes, ...faults.map(fault => `NOT AS IT SHOULD BE: ${fault}`)])
      console.log(`${' '.repeat(17)}${text}`)
    results.push({ name, outcome, seconds, ...(faults.length > 0 && { why: faults.join('\n') }) })
  })
  return results
}

/** Why a scenario cannot run here; undefined when it can. */
function impossible({ onlyEmbedded, policy }: Scenario): string | undefined {
  if (onlyEmbedded !== undefined) return onlyEmbedded
  const isWhole = Number.isInteger((policy?.maxMs ?? testProfile.policy.maxMs) / 60_000)
  return isWhole ? undefined : 'a daemon counts the length of calls in whole minutes'
}

async function attempt(name: string, run: () => Promise<void>): Promise<Result> {
  const beganMs = performance.now()
  const why = await run().then(
    () => undefined,
    error => (error instanceof Error ? error.message : String(error)),
  )
  const seconds = (performance.now() - beganMs) / 1_000
  console.log(line(why === undefined ? 'passed' : 'failed', seconds, name))
  return {
    name,
    outcome: why === undefined ? 'passed' : 'failed',
    seconds,
    ...(why !== undefined && { why }),
  }
}

function line(outcome: Result['outcome'], seconds: number, name: string): string {
  return `${outcome === 'failed' ? 'FAILED' : outcome} ${seconds.toFixed(1).padStart(6)} s  ${name}`
}

function summarize(
  version: string,
  results: readonly Result[],
  faults: readonly string[],
  seconds: number,
): number {
  console.log('')
  for (const { name, outcome, why = '' } of results)
    if (outcome !== 'passed')
      console.log(`${outcome.padEnd(8)} ${name}\n    ${why.replaceAll('\n', '\n    ')}`)
  for (const fault of faults) console.log(`NOT AS IT SHOULD BE: ${fault}`)
  const count = (outcome: Result['outcome']) => results.filter(one => one.outcome === outcome).length
  const failed = count('failed')
  console.log(
    `\n${JSON.stringify({
      freeswitch: version,
      passed: count('passed'),
      failed,
      skipped: count('skipped'),
      faults: faults.length,
      seconds: Math.round(seconds),
      failures: results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name),
    })}`,
  )
  return failed + faults.length > 0 ? 1 : 0
}

async function runConversations(program: string, calls: number): Promise<number> {
  const outcome = await conversationsAtOnce(program, calls, referenceKnobs)
  for (const fault of outcome.faults) console.log(`NOT AS IT SHOULD BE: ${fault}`)
  console.log(`\n${JSON.stringify({ ...outcome, faults: outcome.faults.length })}`)
  return outcome.faults.length > 0 ? 1 : 0
}
