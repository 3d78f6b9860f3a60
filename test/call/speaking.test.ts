// The speaker in whole calls: sounds, voices that change, files that cannot be played, and what counts as heard.

import { afterEach, describe, expect, test } from 'vitest'
import { encodeWav } from '../../src/audio/wav.ts'
import type { Directive } from '../../src/engine/engine.ts'
import { hum, say } from '../fakes/providers.ts'
import { Desk } from '../harness.ts'

let desk: Desk

afterEach(async () => {
  expect(await desk.leftovers()).toEqual([])
})

const play = (file: string, interruptible = true): Directive => ({ type: 'play', file, interruptible })

async function withSound(name: string): Promise<Desk> {
  const made = new Desk()
  await made.files.writeFile(`/sounds/${name}`, encodeWav(hum(1_000), 8_000))
  return made
}

describe('sounds', () => {
  test('are played in their place between the sentences', async () => {
    desk = await withSound('jingle.wav')
    desk.engine.answer = () => [say('Before it'), play('jingle.wav'), say('after it.')]
    const caller = await desk.call()
    await desk.hears(caller, 'after it.')
    expect(desk.heardBy(caller)).toEqual(['Before it', '/sounds/jingle.wav', 'after it.'])
    caller.hangsUp()
  })

  test('alone are an answer', async () => {
    desk = await withSound('jingle.wav')
    desk.engine.answer = input => (input.type === 'start' ? [play('jingle.wav')] : [])
    const caller = await desk.call()
    await desk.passing(caller.hears('/sounds/jingle.wav'))
    await desk.passing(caller.hearsSilence({ ms: 500 }))
    caller.hangsUp()
  })

  test('that the switch cannot play are left out', async () => {
    desk = await withSound('broken.wav')
    const find = desk.prompts.sound.bind(desk.prompts)
    desk.prompts.sound = async file => {
      const found = await find(file)
      desk.files.remove(found.path)
      return found
    }
    desk.engine.answer = () => [play('broken.wav'), say('After it.')]
    const caller = await desk.call()
    await desk.hears(caller, 'After it.')
    expect(desk.journal(caller).map(({ type }) => type)).toContain('soundSkipped')
    caller.hangsUp()
  })
})

describe('sentences', () => {
  test('of another voice begin anew', async () => {
    desk = new Desk()
    const asked: string[] = []
    const get = desk.prompts.get.bind(desk.prompts)
    desk.prompts.get = (request, signal) => {
      asked.push(`${request.language}/${request.voice}: ${request.text}`)
      return get(request, signal)
    }
    desk.engine.answer = () => [
      say('Good'),
      { type: 'say', text: 'Guten Tag', interruptible: true, language: 'de-DE', voice: null },
      { type: 'say', text: ' und willkommen.', interruptible: true, language: 'de-DE', voice: 'Petra' },
    ]
    const caller = await desk.call()
    await desk.hears(caller, 'und willkommen.')
    expect(asked).toEqual(['en-US/: Good', 'de-DE/: Guten Tag', 'de-DE/Petra: und willkommen.'])
    caller.hangsUp()
  })

  test('that the switch can never play are a failure of the voice', async () => {
    desk = new Desk()
    const get = desk.prompts.get.bind(desk.prompts)
    desk.prompts.get = async (request, signal) => {
      const prompt = await get(request, signal)
      if (request.text.startsWith('What')) desk.files.remove(prompt.path)
      return prompt
    }
    desk.prompts.forget = () => Promise.reject(new Error('it is gone already'))
    const caller = await desk.call()
    await desk.passing(caller.isSentToPeople())
    expect(desk.heardBy(caller).at(-1)).toBe('I am sorry.')
    expect(desk.ending(caller)).toMatchObject({ because: { fault: 'voice' } })
    caller.hangsUp()
  })

  test('that fail when the caller has spoken already hurt nobody', async () => {
    desk = new Desk()
    desk.prompts.delayMs = 1_500
    desk.prompts.fails = text => text.startsWith('You said')
    desk.engine.answer = input => {
      if (input.type !== 'speech') return [say('Yes?')]
      return input.text.includes('more') ? [say('All right.')] : [say(`You said ${input.text}.`)]
    }
    const caller = await desk.call()
    await desk.hears(caller, 'Yes?')
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    await desk.says(caller, 'opening hours')
    await desk.clock.advanceAsync(900)
    await desk.says(caller, 'and more')
    await desk.hears(caller, 'All right.')
    caller.hangsUp()
  })
})

describe('an interruption', () => {
  const long = 'This is a long sentence that goes on for quite some time before it ends.'

  test('by noise twice in a row is gone on from twice', async () => {
    desk = new Desk()
    desk.engine.answer = input => (input.type === 'start' ? [say(long)] : [])
    const caller = await desk.call()
    await desk.hears(caller, long)
    for (let time = 0; time < 2; time++) {
      await desk.clock.advanceAsync(600)
      await desk.says(caller, 'hm', { nothing: true })
      await desk.passing(caller.hearsSpeech({ withinMs: 3_000 }))
    }
    await desk.passing(caller.hearsSilence({ ms: 1_000 }))
    expect(caller.plays).toHaveLength(1)
    expect(caller.plays[0]).toMatchObject({ how: 'done' })
    caller.hangsUp()
  })

  test('while the caller holds us begins the sentence again afterwards', async () => {
    desk = new Desk()
    desk.engine.answer = input => (input.type === 'start' ? [say(long)] : [])
    const caller = await desk.call()
    await desk.hears(caller, long)
    await desk.clock.advanceAsync(600)
    await desk.says(caller, 'one moment please', { never: true })
    caller.holds()
    await desk.clock.advanceAsync(3_000)
    caller.unholds()
    await desk.passing(caller.until(() => caller.plays.length === 2, { what: 'hears it again' }))
    await desk.passing(caller.hearsSilence({ ms: 1_000 }))
    expect(caller.plays[1]).toMatchObject({ how: 'done' })
    caller.hangsUp()
  })

  test('of a switch that cannot pause stops the sentence instead', async () => {
    desk = new Desk()
    desk.engine.answer = input => (input.type === 'start' ? [say(long)] : [say('Yes.')])
    desk.refusePauses = true
    const caller = await desk.call()
    await desk.hears(caller, long)
    await desk.clock.advanceAsync(600)
    await desk.says(caller, 'hello')
    await desk.hears(caller, 'Yes.')
    expect(caller.plays[0]).toMatchObject({ how: 'break' })
    caller.hangsUp()
  })
})

describe('what was heard', () => {
  test('of an answer that was never begun is nothing', async () => {
    desk = new Desk()
    desk.prompts.delayMs = 2_000
    desk.engine.answer = input => (input.type === 'speech' ? [say('One moment.')] : [say('Yes?')])
    const caller = await desk.call()
    await desk.hears(caller, 'Yes?')
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    await desk.says(caller, 'opening hours')
    await desk.clock.advanceAsync(1_200)
    await desk.says(caller, 'please')
    await desk.clock.advanceAsync(1_500)
    expect(desk.engine.inputs.at(-1)).toMatchObject({
      type: 'speech',
      text: 'opening hours please',
      heard: { text: '', ms: 0, complete: false },
    })
    caller.hangsUp()
  })

  test('is told once, however often the caller goes on', async () => {
    desk = new Desk()
    const long = 'This is a long sentence that goes on for quite some time before it ends.'
    desk.engine.answer = async function* (input, _turn, signal) {
      if (input.type === 'start') yield say(long)
      else await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
    }
    const caller = await desk.call()
    await desk.hears(caller, long)
    await desk.clock.advanceAsync(1_000)
    await desk.says(caller, 'hello')
    await desk.clock.advanceAsync(1_200)
    await desk.says(caller, 'hello again')
    await desk.clock.advanceAsync(1_200)
    expect(desk.engine.reports.filter(({ type }) => type === 'interrupted')).toHaveLength(1)
    caller.hangsUp()
  })
})
