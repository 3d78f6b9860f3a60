// Keys and network tones are told, speech and noise are not.

import { beforeAll, describe, expect, test } from 'vitest'
import { type Tone, ToneDetector } from '../../src/audio/tone.ts'
import { Voice } from '../fakes/voice.ts'
import { atLevel, joined, mixed, noise, silence, throughMuLaw, tone } from './signals.ts'

function examine(samples: Int16Array, sampleRate = 8_000): (Tone | undefined)[] {
  const frameSamples = sampleRate / 50
  const detector = new ToneDetector(sampleRate, frameSamples)
  const found: (Tone | undefined)[] = []
  for (let at = 0; at + frameSamples <= samples.length; at += frameSamples) {
    found.push(detector.examine(samples.subarray(at, at + frameSamples)))
  }
  return found
}

const keys: [string, number, number][] = [...'123A456B789C*0#D'].map((key, i) => [
  key,
  [697, 770, 852, 941][Math.floor(i / 4)] ?? 0,
  [1_209, 1_336, 1_477, 1_633][i % 4] ?? 0,
])

describe.each([8_000, 16_000])('at %i samples a second', sampleRate => {
  test.each(keys)('key %s is told in every frame, also off by 1 %% and in noise', (key, row, column) => {
    for (const drift of [0.99, 1, 1.01]) {
      const pressed = tone([row * drift, column * drift], 100, 5_000, sampleRate)
      const heard = throughMuLaw(mixed(pressed, noise(-35, 100, 3, sampleRate)))
      expect(examine(heard, sampleRate)).toEqual(Array(5).fill({ tone: 'key', key }))
    }
  })

  test.each([[[425]], [[440, 480]], [[480, 620]], [[350, 440]], [[400, 450]], [[1_100]], [[2_100]]])(
    'a network tone of %j Hz is told from its second frame on',
    hz => {
      const found = examine(throughMuLaw(tone(hz, 200, 4_000, sampleRate)), sampleRate)
      expect(found[0]).toBeUndefined()
      expect(found.slice(1).every(each => each?.tone === 'progress')).toBe(true)
    },
  )
})

test.each([697, 852, 1_209, 1_633])('half of a key, %i Hz alone, is no key', hz => {
  expect(examine(tone([hz], 200)).filter(found => found?.tone === 'key')).toEqual([])
})

test('silence and noise are no tones', () => {
  expect(examine(joined(silence(500), noise(-20, 2_000, 9))).filter(Boolean)).toEqual([])
})

describe('speech', () => {
  let voice: Voice
  beforeAll(async () => {
    voice = await Voice.load()
  })

  test.each(['en-us', 'en-us+f3', 'en-us+m3'])('of %s is hardly ever taken for a tone', name => {
    const text = 'You knew who moved the blue moon, and we all agree to see three trees near the sea in May.'
    const found = examine(atLevel(voice.sayAt8k(text, { voice: name }), -20))
    expect(found.filter(Boolean).length / found.length).toBeLessThan(0.01)
  })
})
