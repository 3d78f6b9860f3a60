// A scenario of the tests, played by the real daemon in real time and printed as it happens. Those whose providers must fail at
// their ports are played in this process, where time is the test's own.

import type { JournalEntry } from '../../src/call/journal.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { referenceKnobs } from '../fakes/google-speech/knobs.ts'
import { makePhraseBook } from '../fakes/google-speech/phrase-book.ts'
import { Voice } from '../fakes/voice.ts'
import { scenarios } from '../scenarios/all.ts'
import { DaemonVenue } from '../scenarios/daemon-venue.ts'
import { EmbeddedVenue } from '../scenarios/embedded-venue.ts'
import { assistantOf, phrasesOf, runScenario, type Scenario } from '../scenarios/scenario.ts'
import type { Assistant, Dialling, Phone, Venue } from '../scenarios/venue.ts'
import { UsageWrong } from './call-arguments.ts'
import { type CallReport, reportOf } from './call-report.ts'
import type { Transcript } from './transcript.ts'

const LOOK_EVERY_MS = 20

export function listScenarios(): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  return scenarios.map(({ name, intent }) => `${name.padEnd(width)}  ${intent}`).join('\n')
}

/** Throws UsageWrong. */
export function scenarioNamed(name: string): Scenario {
  const scenario = scenarios.find(one => one.name === name)
  if (!scenario) throw new UsageWrong(`--scenario: there is no "${name}"; --list shows what there is`)
  return scenario
}

/** The report's faults tell what did not go as the scenario expects. */
export async function playScenario(scenario: Scenario, transcript: Transcript): Promise<CallReport> {
  const voice = await Voice.load()
  const stage =
    scenario.onlyEmbedded === undefined ? await openDaemon(scenario) : await openEmbedded(scenario)
  const venue = new WatchedVenue(stage.venue, transcript)
  const faults = await runScenario(scenario, venue, voice).then(
    (): string[] => [],
    error => [error instanceof Error ? error.message : String(error)],
  )
  venue.close()
  faults.push(...(await stage.stop()))
  if (!venue.phone) throw new Error(faults.join('\n'))
  return reportOf(venue.phone, venue.entries, faults)
}

interface Stage {
  venue: Venue
  stop(): Promise<string[]>
}

async function openDaemon(scenario: Scenario): Promise<Stage> {
  const phrases = phrasesOf([scenario])
  const profiles = [assistantOf(scenario).profile]
  const venue = await DaemonVenue.open({ phrases, profiles, knobs: referenceKnobs })
  // A scenario in which something goes wrong makes the daemon say so: that is no fault of the call.
  const stop = async () => (await venue.stop()).filter(fault => !fault.includes('"level":"warn"'))
  return { venue, stop }
}

async function openEmbedded(scenario: Scenario): Promise<Stage> {
  const venue = new EmbeddedVenue(makePhraseBook(phrasesOf([scenario]), await Voice.load()))
  return { venue, stop: () => venue.leftovers() }
}

/** Any venue, whose one call is printed. */
class WatchedVenue implements Venue {
  readonly name: Venue['name']
  readonly entries: JournalEntry[] = []
  phone: Phone | undefined
  readonly #venue: Venue
  readonly #transcript: Transcript
  readonly #looking = systemClock.every(LOOK_EVERY_MS, () => this.#look())

  constructor(venue: Venue, transcript: Transcript) {
    this.name = venue.name
    this.#venue = venue
    this.#transcript = transcript
  }

  async call(assistant: Assistant, dialling: Dialling): Promise<Phone> {
    const phone = await this.#venue.call(assistant, dialling)
    this.phone = phone
    return phone
  }

  journal(id: string): JournalEntry[] {
    return this.#venue.journal(id)
  }

  passing<T>(work: Promise<T>): Promise<T> {
    return this.#venue.passing(work).finally(() => this.#look())
  }

  pass(ms: number): Promise<void> {
    return this.#venue.pass(ms)
  }

  /** What was not printed yet is printed. */
  close(): void {
    this.#look()
    this.#looking.cancel()
  }

  #look(): void {
    if (!this.phone) return
    for (const entry of this.#venue.journal(this.phone.id).slice(this.entries.length)) {
      this.entries.push(entry)
      this.#transcript.entry(entry)
    }
  }
}
