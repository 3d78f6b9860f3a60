// The real daemon, Google's real clients, sound from end to end and in real time: the conversation of the demo, and its exit.

import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { referenceKnobs } from '../fakes/google-speech/knobs.ts'
import { Voice } from '../fakes/voice.ts'
import { converse, receptionCall, textsOf } from './conversation.ts'
import { LiveJournal } from './live-journal.ts'
import { bargeInTimesMs, responseTimesMs, soundIn } from './sound.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
let voice: Voice

beforeAll(async () => {
  voice = await Voice.load()
  stage = await openStage({ phrases: textsOf(receptionCall), knobs: referenceKnobs })
}, 30_000)

afterAll(async () => {
  expect(await stage.stop()).toBe(0)
})

test('a caller is greeted, interrupts, keys a number, asks twice and says goodbye', {
  timeout: 120_000,
}, async () => {
  const { listener } = stage
  const caller = await stage.switch.call({ to: '5000', from: '+15550100', callerName: 'Jane Doe', listener })
  const journal = new LiveJournal(join(stage.journals, `${caller.id}.journal`))
  await converse(caller, receptionCall, voice, journal)
  await journal.ended
  journal.close()
  const understood = journal.understood.map(text => text.toLowerCase().replace(/[^a-z ]/g, ''))
  expect(understood).toEqual(textsOf(receptionCall))
  expect(journal.entries.at(-1)).toMatchObject({
    type: 'ended',
    ending: { by: 'assistant', why: 'finished', reason: 'done' },
  })
  const said = soundIn(caller.said)
  const heard = soundIn(caller.heard)
  expect(responseTimesMs(said, heard)).toHaveLength(4)
  // The assistant says its whole sentence in 2.5 s: what is shorter was cut.
  expect(Math.max(...bargeInTimesMs(said, heard))).toBeLessThan(1_000)
  expect(stage.switch.violations).toEqual([])
  expect(stage.complaints).toEqual([])
  const counters = await stage.googleCounters()
  expect(counters.streamsOpened).toBe(4)
  // Only speech is sent: four sentences and the pause after each.
  expect(counters.audioSeconds).toBeLessThan(caller.ms / 1_000 / 3)
})
