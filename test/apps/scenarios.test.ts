// The scenarios with the real daemon over TCP, in real time and with Google's real clients; the switch is the embedded one.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Voice } from '../fakes/voice.ts'
import { testProfile } from '../profile.ts'
import { scenarios } from '../scenarios/all.ts'
import { DaemonVenue } from '../scenarios/daemon-venue.ts'
import { assistantOf, phrasesOf, runScenario } from '../scenarios/scenario.ts'

/** One shows nothing more for the minute that it takes; the other may be over before the daemon has heard of the call. */
const LEFT_OUT = ['many-turns', 'hang-up-0-ms-after-the-answer']

const possible = scenarios.filter(({ name, onlyEmbedded, policy }) => {
  // A daemon counts the length of calls in whole minutes.
  const isWhole = Number.isInteger((policy?.maxMs ?? testProfile.policy.maxMs) / 60_000)
  return onlyEmbedded === undefined && isWhole && !LEFT_OUT.includes(name)
})

let venue: DaemonVenue
let voice: Voice

beforeAll(async () => {
  voice = await Voice.load()
  venue = await DaemonVenue.open({
    phrases: phrasesOf(possible),
    profiles: [testProfile, ...possible.map(scenario => assistantOf(scenario).profile)],
  })
}, 60_000)

afterAll(async () => {
  expect(await venue.stop()).toEqual([])
})

describe.concurrent('with the real daemon', () => {
  for (const scenario of possible)
    test(`${scenario.name}: ${scenario.intent}`, { timeout: 120_000 }, () =>
      runScenario(scenario, venue, voice),
    )
})
