// The light recognizer of the benches, on the words their callers say: if it misheard, it would be measured as the daemon's fault.

import { beforeAll, describe, expect, it } from 'vitest'
import { type Script, type Utterance, writeScript } from '../bench/turn/script.ts'
import { throughG711, withNoise, withSilence } from './google-speech/phone-line.ts'
import { type Phrases, ReferenceEar, templatesOf } from './reference-ear.ts'
import { Voice } from './voice.ts'

let script: Script
let phrases: Phrases

beforeAll(async () => {
  script = writeScript(await Voice.load())
  phrases = templatesOf(script.phrases)
})

/** As a telephone brings it: not at a frame's beginning, with noise, and silence around it. */
const line = (samples: Int16Array) => throughG711(withNoise(withSilence(samples, 213, 700), 30, 1, samples))

function listen(samples: Int16Array): { interims: string[]; final: string } {
  const ear = new ReferenceEar(phrases)
  const interims: string[] = []
  for (let at = 0; at < samples.length; at += 160) interims.push(...ear.hear(samples.subarray(at, at + 160)))
  return { interims, final: ear.end() }
}

describe('the light recognizer', () => {
  it('understands all that the callers of the benches say, the pause in it or not', () => {
    for (const { text, samples } of script.utterances) expect(listen(line(samples)).final).toBe(text)
  })

  it('tells the words so far while they are spoken', () => {
    const [utterance] = script.utterances as [Utterance]
    const { interims } = listen(line(utterance.samples))
    expect(interims.length).toBeGreaterThan(3)
    expect(interims.at(-1)).toBe(utterance.text)
    for (const interim of interims.slice(-3)) expect(utterance.text.startsWith(interim)).toBe(true)
  })

  it('understands either part of what a pause has cut in two', () => {
    for (const { samples, text, pauseMs } of script.utterances.filter(one => one.pauseMs > 0)) {
      const later = script.phrases.find(one => text.endsWith(one.text) && one.text !== text)
      const firstLength = samples.length - (later?.samples.length ?? 0) - pauseMs * 8
      const first = listen(line(samples.subarray(0, firstLength))).final
      expect(`${first} ${listen(line(later?.samples ?? new Int16Array(0))).final}`).toBe(text)
    }
  })

  it('understands nothing in silence', () => {
    expect(listen(line(new Int16Array(8_000))).final).toBe('')
  })
})
