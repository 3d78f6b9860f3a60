// Every scenario on the embedded switch and a manual clock.

import { describe, expect, test } from 'vitest'
import { makePhraseBook } from '../fakes/google-speech/phrase-book.ts'
import { Voice } from '../fakes/voice.ts'
import { scenarios } from './all.ts'
import { EmbeddedVenue } from './embedded-venue.ts'
import { phrasesOf, runScenario } from './scenario.ts'

// The book is made by another engine than the one that speaks: espeak never says a thing twice alike.
const book = makePhraseBook(phrasesOf(scenarios), await Voice.load())
const voice = await Voice.load()

describe('on the embedded switch', () => {
  for (const scenario of scenarios) {
    test(`${scenario.name}: ${scenario.intent}`, async () => {
      const venue = new EmbeddedVenue(book)
      await runScenario(scenario, venue, voice)
      expect(await venue.leftovers()).toEqual([])
    })
  }
})

test('names are unique, and there are at least 40', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
  expect(scenarios.length).toBeGreaterThanOrEqual(40)
})
