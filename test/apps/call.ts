// `npm run call`: be the caller, from the terminal. The options are in call-arguments.ts, the lines in caller-acts.ts.

import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ending } from '../../src/call/ending.ts'
import { Voice } from '../fakes/voice.ts'
import { type CallArguments, readArguments, UsageWrong, usage } from './call-arguments.ts'
import { type CallReport, reportOf, summaryOf } from './call-report.ts'
import { type CalledDaemon, runningDaemon, startCalledDaemon } from './called-daemon.ts'
import { actsHelp } from './caller-acts.ts'
import { LiveJournal } from './live-journal.ts'
import { LiveSound } from './live-sound.ts'
import { listScenarios, playScenario, scenarioNamed } from './scenario-call.ts'
import { Terminal } from './terminal.ts'
import { Transcript } from './transcript.ts'
import { TypedCall } from './typed-call.ts'

/** A daemon writes how a call ended as soon as it has. */
const ENDING_LIMIT_MS = 5_000

process.exitCode = await run().catch(error => {
  console.error(error instanceof Error ? error.message : String(error))
  return error instanceof UsageWrong ? 2 : 1
})

async function run(): Promise<number> {
  const args = await readArguments(process.argv.slice(2))
  const { what } = args
  switch (what.is) {
    case 'help':
      console.log(`${usage}\n\nDuring the call:\n\n${actsHelp}`)
      return 0
    case 'list':
      console.log(listScenarios())
      return 0
    case 'scenario': {
      const scenario = scenarioNamed(what.name)
      console.log(`${scenario.intent}\n`)
      const transcript = new Transcript(line => console.log(line))
      transcript.heading()
      return finish(args, await playScenario(scenario, transcript))
    }
    case 'own daemon':
      console.log('The switch, the local speech server and the daemon are started …')
      return finish(args, await callByTyping(await startCalledDaemon(args, what)))
    case 'running daemon':
      return finish(args, await callByTyping(runningDaemon(args, what)))
  }
}

async function callByTyping(daemon: CalledDaemon): Promise<CallReport> {
  const voice = await Voice.load()
  const terminal = new Terminal()
  terminal.print(`${daemon.story}\n`)
  if (terminal.isLive) terminal.print(`Type what the caller does:\n${actsHelp}\n`)
  const transcript = new Transcript(terminal.print)
  transcript.heading()
  const caller = await daemon.call()
  const faults = caller.place.at === 'people' ? ['nobody listens there: the dialplan went on to people'] : []
  const path = daemon.journal(caller.id)
  const learn = (phrase: string) => daemon.learn(phrase)
  const call = new TypedCall({ caller, voice, terminal, transcript, learn, hasJournal: path !== undefined })
  const journal = path === undefined ? undefined : new LiveJournal(path, entry => call.show(entry))
  const sound = journal ? undefined : new LiveSound(caller, transcript)
  await call.play()
  if (journal && faults.length === 0)
    await Promise.race([journal.ended, sleep(ENDING_LIMIT_MS, null, { ref: false })])
  journal?.close()
  sound?.close()
  const entries = journal?.entries ?? []
  const ending = entries.find(({ type }) => type === 'ended')?.ending as Ending | undefined
  if (!journal) transcript.assistant(caller.ms, '(the call is over)')
  else if (!ending && faults.length === 0) faults.push('the daemon did not write how the call ended')
  const fault = ending && call.faultIn(ending)
  if (fault) faults.push(fault)
  faults.push(...(await daemon.stop()).filter(complaint => !call.isMeant(complaint)))
  return reportOf(caller, entries, faults, call.said)
}

async function finish({ report: file }: CallArguments, report: CallReport): Promise<number> {
  console.log(`\n${summaryOf(report)}`)
  if (file !== undefined) {
    await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`)
    console.log(`report      ${file}`)
  }
  for (const fault of report.faults) console.log(`\nFAULT: ${fault}`)
  if (report.faults.length === 0) console.log('\nThe call ended as it should.')
  return report.faults.length === 0 ? 0 : 1
}
