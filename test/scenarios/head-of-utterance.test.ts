// Nothing of the beginning of an utterance is lost between the caller's mouth and the recognizer: over G.711, the recording, the
// follower, voice activity and look-back. The recognizer at the end of the chain is one that notices when 100 ms are missing.

import { expect, test } from 'vitest'
import type { Recognizer } from '../../src/speech/recognizer.ts'
import { soundIn } from '../apps/sound.ts'
import { makePhraseBook } from '../fakes/google-speech/phrase-book.ts'
import { ListeningRecognizer } from '../fakes/listening-recognizer.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import { say } from '../fakes/providers.ts'
import { Voice } from '../fakes/voice.ts'
import { Desk } from '../harness.ts'

const phrases = [
  'I would like to speak to sales please',
  'what are your opening hours',
  'can you transfer me to support',
  'no thank you that is all',
  'my order has not arrived yet',
  'please cancel my appointment',
  'do you deliver on Saturdays',
  'how much does it cost to ship a parcel',
  'could you repeat that please',
  'goodbye and thank you for your help',
]

// The book is made by another engine than the one that speaks: espeak never says a thing twice alike.
const book = makePhraseBook(phrases, await Voice.load())
const voice = await Voice.load()

/** Says every phrase in one call; returns what was understood of each. */
async function understood(recognizer: (clock: ManualClock) => Recognizer): Promise<string[]> {
  const texts: string[] = []
  const desk = new Desk({ recognizer, pbx: { codec: 'mu-law' } })
  desk.engine.answer = input => {
    if (input.type === 'speech') texts.push(input.text)
    return [say('Go on.')]
  }
  const caller = await desk.call()
  for (const text of phrases) {
    await desk.passing(caller.hearsSpeech())
    await desk.passing(caller.hearsSilence({ ms: 500 }))
    const before = caller.plays.length
    await desk.passing(caller.says(voice.sayAt8k(text), { text }))
    await desk.passing(caller.until(() => caller.plays.length > before, { what: `is answered to ${text}` }))
  }
  caller.hangsUp()
  expect(await desk.leftovers()).toEqual([])
  return texts
}

test('ten sentences are understood word for word', async () => {
  expect(await understood(clock => new ListeningRecognizer(book, clock))).toEqual(phrases)
})

test('with 100 ms of each head lost on the way, words are missing', async () => {
  const withoutHead = (samples: Int16Array) =>
    samples.subarray(((soundIn(samples)[0]?.fromMs ?? 0) + 100) * 8)
  const texts = await understood(clock => new ListeningRecognizer(book, clock, withoutHead))
  const unharmed = phrases.filter((text, at) => texts[at] === text)
  expect(unharmed.length).toBeLessThanOrEqual(2)
})
