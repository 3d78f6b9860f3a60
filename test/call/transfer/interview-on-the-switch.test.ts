// The talk with an agent on the embedded switch: their phone rings, real ears hear synthesized voices, and prompts are heard.

import { describe, expect, test } from 'vitest'
import { VoiceDetectors } from '../../../src/audio/voice-detector.ts'
import { Listener } from '../../../src/call/listener.ts'
import { type Interview, type InterviewOptions, interview } from '../../../src/call/transfer/interview.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { Leg } from '../../../src/pbx/pbx.ts'
import { desksOfTests } from '../../desks.ts'
import { answeringMachine, type PersonScript } from '../../fake-freeswitch/person-script.ts'
import { Voice } from '../../fakes/voice.ts'
import type { Desk } from '../../harness.ts'
import { testProfile } from '../../profile.ts'

const detectors = await VoiceDetectors.load()
const voice = await Voice.load()

const BRIEF = 'Jane Doe is calling.'
const QUESTION = 'Press one or say yes.'

async function answered(desk: Desk): Promise<Leg> {
  await desk.clock.advanceAsync(100) // the control link comes up
  const dialling = desk.pbx.dial({
    callId: 'c',
    as: 'agent',
    target: { type: 'extension', extension: '2010', domain: 'acme.example', domainUuid: '' },
    callerId: { name: 'Jane', number: '+15550100' },
    ringMs: 20_000,
    variables: {},
    headers: {},
  })
  const end = await desk.passing(dialling.ended)
  if (end.is !== 'answered') throw new Error(`nobody has answered: ${end.is}, ${end.cause}`)
  return end.leg
}

function talk(
  desk: Desk,
  leg: Leg,
  rung: InterviewOptions['rung'],
  signal = new AbortController().signal,
): Promise<Interview> {
  let ids = 0
  return interview({
    leg,
    rung,
    isWarm: true,
    brief: BRIEF,
    prompts: desk.prompts,
    listener: (of, post) =>
      new Listener({
        leg: of,
        followers: desk.followers,
        detectors,
        recognizer: desk.recognizer,
        clock: desk.clock,
        files: desk.files,
        ids: { next: () => `agent-${ids++}` },
        log: silentLog,
        folder: '/spool',
        policy: testProfile.policy,
        hints: [],
        language: 'en-US',
        post,
      }),
    phrases: { acceptByKey: QUESTION, acceptByWord: QUESTION, connecting: '' },
    language: 'en-US',
    voice: '',
    clock: desk.clock,
    signal,
  })
}

describe('an agent on the switch', () => {
  const open = desksOfTests()
  const ring = (script: PersonScript): Desk => open({ pbx: { people: { '2010': script } } })
  const byWord = { acceptance: 'word', machines: true } as const

  async function leaves(desk: Desk, leg: Leg): Promise<void> {
    expect(desk.followers.count).toBe(0)
    expect(desk.recognizer.open).toBe(0)
    expect(await desk.files.list('/spool')).toEqual([])
    await desk.passing(leg.hangUp('NORMAL_CLEARING').catch(() => {})) // they may have gone themselves
  }

  test('says hello, hears the brief and says yes', async () => {
    const desk = ring({ onAnswer: person => void person.says(voice.sayAt8k('Hello?'), { text: 'Hello?' }) })
    desk.recognizer.willHear('Hello?', 'Yes, put him through.')
    const leg = await answered(desk)
    const result = talk(desk, leg, byWord)
    const person = await desk.passing(desk.switch.answered('2010'))
    await desk.hears(person, QUESTION)
    void person.says(voice.sayAt8k('Yes, put him through.'), { text: 'Yes, put him through.' })
    expect(await desk.passing(result)).toEqual({ is: 'accepted' })
    expect(desk.heardBy(person)).toEqual([BRIEF, QUESTION])
    await leaves(desk, leg)
  })

  test('is a machine and hears nothing', async () => {
    const greeting = voice.sayAt8k(
      'You have reached Anna Smith. I am out today, but I would love to hear from you.',
    )
    const desk = ring(answeringMachine(greeting))
    const leg = await answered(desk)
    const fromMs = desk.clock.now()
    expect(await desk.passing(talk(desk, leg, byWord))).toEqual({ is: 'machine' })
    expect(desk.clock.now() - fromMs).toBeLessThan(4_500)
    expect(desk.heardBy(await desk.passing(desk.switch.answered('2010')))).toEqual([])
    await leaves(desk, leg)
  })

  test('presses a key in the middle of the brief, and it is silent', async () => {
    const desk = ring({})
    const leg = await answered(desk)
    const result = talk(desk, leg, { acceptance: 'key', machines: false })
    const person = await desk.passing(desk.switch.answered('2010'))
    await desk.hears(person, BRIEF)
    await desk.clock.advanceAsync(200)
    person.presses('1')
    const fromMs = desk.clock.now()
    expect(await desk.passing(result)).toEqual({ is: 'accepted' })
    expect(desk.clock.now() - fromMs).toBeLessThanOrEqual(300)
    expect(desk.heardBy(person)).toEqual([BRIEF])
    await leaves(desk, leg)
  })

  test('hangs up while the question is asked', async () => {
    const desk = ring({})
    const leg = await answered(desk)
    const result = talk(desk, leg, byWord)
    const person = await desk.passing(desk.switch.answered('2010'))
    await desk.hears(person, QUESTION)
    person.hangsUp()
    expect(await desk.passing(result)).toEqual({ is: 'gone', cause: 'NORMAL_CLEARING' })
    await leaves(desk, leg)
  })

  test('is not needed any more', async () => {
    const desk = ring({})
    const leg = await answered(desk)
    const abort = new AbortController()
    const result = talk(desk, leg, byWord, abort.signal)
    const person = await desk.passing(desk.switch.answered('2010'))
    await desk.hears(person, BRIEF)
    abort.abort()
    expect(await desk.passing(result, 500)).toEqual({ is: 'withdrawn' })
    await leaves(desk, leg)
  })
})
