// The demo: a scripted caller talks with the real daemon over the embedded switch, in real time and without a cloud. What the
// two say is printed as it happens; the exit code says whether the conversation went as scripted.

import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Caller } from '../fake-freeswitch/person.ts'
import { referenceKnobs } from '../fakes/google-speech/knobs.ts'
import { Voice } from '../fakes/voice.ts'
import { converse, receptionCall, textsOf } from './conversation.ts'
import { LiveJournal } from './live-journal.ts'
import { bargeInTimesMs, responseTimesMs, soundIn } from './sound.ts'
import { openStage, type Stage } from './stage.ts'
import { Transcript } from './transcript.ts'

const FOLDER = join(import.meta.dirname, '../../.demo')

process.exitCode = (await demo()) ? 0 : 1

async function demo(): Promise<boolean> {
  console.log(
    'Parley: a scripted caller, the embedded switch, the real daemon, a local stand-in for Google’s speech.',
  )
  console.log('No transcript travels beside the sound: what the assistant knows, it heard.\n')
  const texts = textsOf(receptionCall)
  const [voice, stage] = await Promise.all([
    Voice.load(),
    openStage({ phrases: texts, knobs: referenceKnobs }),
  ])
  console.log(`The daemon was ready after ${Math.round(stage.startMs)} ms.\n`)
  const transcript = new Transcript(line => console.log(line))
  transcript.heading()
  const { listener } = stage
  const caller = await stage.switch.call({ to: '5000', from: '+15550100', callerName: 'Jane Doe', listener })
  const journal = new LiveJournal(join(stage.journals, `${caller.id}.journal`), entry =>
    transcript.entry(entry),
  )
  const outcome = await converse(caller, receptionCall, voice, journal).then(
    () => journal.ended,
    error => (error instanceof Error ? error : new Error(String(error))),
  )
  journal.close()
  await mkdir(FOLDER, { recursive: true })
  const recording = join(FOLDER, 'call.wav')
  await caller.saveCall(recording)
  const faults = [
    ...(outcome ? [outcome.message] : []),
    ...misunderstandings(texts, journal.understood),
    ...stage.switch.violations.map(({ what }) => `the switch saw: ${what}`),
    ...stage.complaints,
  ]
  await summarize(caller, stage, journal)
  console.log(`\nListen to it (caller left, assistant right): ${relative(process.cwd(), recording)}`)
  const exitCode = await stage.stop()
  if (exitCode !== 0) faults.push(`the daemon ended with exit code ${exitCode}`)
  for (const fault of faults) console.log(`\nNOT AS SCRIPTED: ${fault}`)
  if (faults.length === 0) console.log('\nThe conversation went as scripted.')
  return faults.length === 0
}

function misunderstandings(said: readonly string[], understood: readonly string[]): string[] {
  const heard = understood.map(text => text.toLowerCase().replace(/[^a-z0-9 ]/g, ''))
  return said
    .filter((text, at) => heard[at] !== text)
    .map(text => `“${text}” was not understood word for word: ${JSON.stringify(understood)}`)
}

async function summarize(caller: Caller, stage: Stage, journal: LiveJournal): Promise<void> {
  const counters = await stage.googleCounters()
  const said = soundIn(caller.said)
  const heard = soundIn(caller.heard)
  const answers = responseTimesMs(said, heard)
  const interruptions = bargeInTimesMs(said, heard)
  const turns = journal.entries.filter(({ type }) => type === 'asked').length
  console.log(`
turns                        ${turns}
answers, as heard on phone   ${list(answers)} after the caller's last sound
barge-in                     ${list(interruptions)} until the assistant was silent
digits                       ${journal.entries.filter(({ type }) => type === 'digitPressed').length}
recognized                   ${counters.audioSeconds.toFixed(1)} s of sound in ${counters.streamsOpened} utterances, of a call of ${(caller.ms / 1_000).toFixed(1)} s
synthesized                  ${counters.charactersSynthesized} characters in ${counters.synthesisRequests} sentences, before and during the call`)
}

function list(ms: readonly number[]): string {
  return ms.length === 0 ? 'none' : `${ms.map(one => Math.round(one)).join(', ')} ms`
}
