// The voice: understandable by where its words lie, and two speakers who cannot be confused.

import { beforeAll, describe, expect, it } from 'vitest'
import { levelDbfs } from '../../src/audio/levels.ts'
import { assistantVoice, callerVoice, Voice } from './voice.ts'

let voice: Voice
beforeAll(async () => {
  voice = await Voice.load()
})

describe('a voice', () => {
  it('speaks loud enough to be heard, at both rates for the same time', () => {
    const { samples, sampleRate } = voice.say('Good morning, how are you?')
    const at8k = voice.sayAt8k('Good morning, how are you?')
    expect(sampleRate).toBe(22_050)
    expect(samples.length / sampleRate).toBeGreaterThan(1)
    expect(at8k.length / 8_000).toBeCloseTo(samples.length / sampleRate, 3)
    expect(levelDbfs(at8k)).toBeGreaterThan(-25)
  })

  it('takes what it has said before from memory', () => {
    expect(voice.say('Once more.')).toBe(voice.say('Once more.'))
    expect(voice.sayAt8k('Once more.')).toBe(voice.sayAt8k('Once more.'))
    expect(voice.say('Once more.', assistantVoice)).not.toBe(voice.say('Once more.', callerVoice))
  })

  it('speaks faster when told so', () => {
    const slow = voice.say('This takes a while.', { speed: 120 })
    const fast = voice.say('This takes a while.', { speed: 240 })
    expect(fast.samples.length).toBeLessThan(slow.samples.length * 0.7)
  })

  it('has a caller whose pitch lies far above the assistant’s', () => {
    const text = 'Where are you now?'
    const caller = pitchHz(voice.sayAt8k(text, callerVoice))
    const assistant = pitchHz(voice.sayAt8k(text, assistantVoice))
    expect(caller).toBeGreaterThan(assistant * 1.4)
  })

  it('says where each written word lies, also those it speaks as several or draws together', () => {
    const text = 'Well, one of the 42 Cafés <b> is out of order!'
    const { words, samples, sampleRate } = voice.say(text)
    expect(words.map(word => word.text)).toEqual(text.split(' '))
    words.forEach((word, i) => {
      expect(word.endMs).toBeGreaterThan(word.startMs)
      if (i > 0) expect(word.startMs).toBe(words[i - 1]?.endMs)
    })
    expect(words.at(-1)?.endMs).toBeLessThanOrEqual((samples.length * 1_000) / sampleRate)
  })

  it('refuses a voice that espeak does not have', () => {
    expect(() => voice.say('hello', { voice: 'zz-nobody' })).toThrow(RangeError)
  })
})

/** The lag at which the loudest 100 ms are most like themselves. */
function pitchHz(samples: Int16Array): number {
  const length = 800
  let from = 0
  let loudest = Number.NEGATIVE_INFINITY
  for (let at = 0; at + 2 * length < samples.length; at += 80) {
    const level = levelDbfs(samples.subarray(at, at + length))
    if (level > loudest) {
      loudest = level
      from = at
    }
  }
  let best = 0
  let likeness = Number.NEGATIVE_INFINITY
  for (let lag = 8_000 / 320; lag < 8_000 / 60; lag++) {
    let sum = 0
    for (let i = 0; i < length; i++) sum += (samples[from + i] ?? 0) * (samples[from + i + lag] ?? 0)
    if (sum > likeness * 1.02) {
      likeness = sum
      best = lag
    }
  }
  return 8_000 / best
}
