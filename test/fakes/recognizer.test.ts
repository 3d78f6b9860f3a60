// The test recognizer is an instrument: it must understand whole phrases on a bad line, and must notice when
// the beginning or the end of one is missing. Otherwise no test that relies on it proves anything.

import { beforeAll, describe, expect, it } from 'vitest'
import { type Heard, Listener, type ListenerOptions } from './google-speech/listener.ts'
import { throughG711, withNoise, withoutHead, withoutTail, withSilence } from './google-speech/phone-line.ts'
import { makePhraseBook, type PhraseBook } from './google-speech/phrase-book.ts'
import { assistantVoice, callerVoice, Voice } from './voice.ts'

const phrases = [
  'I would like to speak to sales please',
  'what are your opening hours',
  'can you transfer me to support',
  'no thank you that is all',
  'I have a question about my invoice',
  'my order has not arrived yet',
  'please cancel my appointment',
  'yes that is right',
  'I want to talk to a person',
  'do you deliver on Saturdays',
  'the number is five five zero one',
  'how much does it cost to ship a parcel',
  'it was supposed to be here on Monday',
  'is there anybody I can talk to',
  'a technician was here yesterday',
  'to be honest I am not happy with that',
  'never mind I will call back',
  'who am I talking to',
  'could you repeat that please',
  'goodbye and thank you for your help',
]

/** Some begin or end like a phrase of the book, some differ from one in a single word. */
const unknown = [
  'I would like to speak to support please',
  'what are your prices',
  'can you transfer me to marketing',
  'I have a complaint',
  'my order has been damaged',
  'please order my appointment',
  'the number is four two nine seven',
  'how much is the fish',
  'I would like a cup of coffee',
  'bring me two slices of bread',
  'the weather is nice today in Berlin',
  'elephants never forget anything',
]

let book: PhraseBook
// Another engine than the one that made the book: espeak never says a thing twice alike, and the same sound
// would prove little.
let caller: Voice

beforeAll(async () => {
  book = makePhraseBook(phrases, await Voice.load())
  caller = await Voice.load()
})

const finalsOnly: ListenerOptions = { interimEveryMs: undefined, pauseMs: 1_000 }

function listen(samples: Int16Array, options = finalsOnly, from = book): Heard[] {
  const listener = new Listener(from, options)
  const heard: Heard[] = []
  for (let at = 0; at < samples.length; at += 160)
    heard.push(...listener.hear(samples.subarray(at, at + 160)))
  return [...heard, ...listener.end()]
}

const texts = (heard: readonly Heard[]) => heard.filter(one => one.type === 'final').map(one => one.text)

/** What is recognized of each phrase when `cut` has had its way with it and the line its own. */
function recognized(
  snrDb: number,
  said: readonly string[],
  cut = (samples: Int16Array) => samples,
  from = book,
): string[] {
  return said.map((text, i) => {
    const sound = withSilence(cut(caller.sayAt8k(text)), 300, 500)
    return texts(listen(throughG711(withNoise(sound, snrDb, i + 1)), finalsOnly, from)).join(' | ')
  })
}

const losses = (results: readonly string[]) => results.filter((text, i) => text !== phrases[i]).length

describe('the test recognizer', () => {
  it.each([40, 20])('gets all 20 phrases right at %i dB', snrDb => {
    expect(recognized(snrDb, phrases)).toEqual(phrases)
  })

  it('gets at least 19 of 20 phrases right at 10 dB', () => {
    expect(losses(recognized(10, phrases))).toBeLessThanOrEqual(1)
  })

  it.each([40, 20])(
    'loses words of at least 16 of 20 phrases when 100 ms of the head are gone at %i dB',
    snrDb => {
      const results = recognized(snrDb, phrases, samples => withoutHead(samples, 100))
      expect(losses(results)).toBeGreaterThanOrEqual(16)
    },
  )

  it.each([40, 20])(
    'loses words of at least 16 of 20 phrases when 200 ms of the tail are gone at %i dB',
    snrDb => {
      const results = recognized(snrDb, phrases, samples => withoutTail(samples, 200))
      expect(losses(results)).toBeGreaterThanOrEqual(16)
    },
  )

  it('loses only words from the end that was cut', () => {
    const headless = recognized(30, phrases, samples => withoutHead(samples, 100))
    const tailless = recognized(30, phrases, samples => withoutTail(samples, 200))
    headless.forEach((text, i) => void expect(phrases[i]?.endsWith(text)).toBe(true))
    tailless.forEach((text, i) => void expect(phrases[i]?.startsWith(text)).toBe(true))
    expect(headless.filter(text => text !== '').length).toBeGreaterThanOrEqual(18)
    expect(tailless.filter(text => text !== '').length).toBeGreaterThanOrEqual(18)
  })

  it.each([40, 10])('makes nothing of what is not in the book at %i dB', snrDb => {
    expect(recognized(snrDb, unknown)).toEqual(unknown.map(() => ''))
  })

  it('tells phrases apart that differ in one word, and short words from pieces of long phrases', async () => {
    const alike = [
      'transfer me to sales please',
      'transfer me to support please',
      'transfer me to billing please',
      'one two three four',
      'one two three five',
      'yes',
      'no',
      'stop',
      'Sales, please.',
      'Yes. I need help with order 42, please.',
    ]
    const larger = makePhraseBook([...phrases, ...alike], await Voice.load())
    for (const snrDb of [40, 10]) {
      expect(recognized(snrDb, alike, samples => samples, larger)).toEqual(alike)
    }
  })

  it('understands only the voices it was made for', async () => {
    const sounds = phrases.map(text => withSilence(caller.sayAt8k(text, assistantVoice), 300, 500))
    expect(sounds.flatMap(sound => texts(listen(sound)))).toEqual([])
    const both = makePhraseBook(phrases, await Voice.load(), [callerVoice, assistantVoice])
    expect(sounds.flatMap(sound => texts(listen(sound, finalsOnly, both)))).toEqual(phrases)
  })

  it.each([10, 30, 60])('makes nothing of mere noise %i dB below speech', snrDb => {
    const speech = caller.sayAt8k('how loud is this')
    expect(listen(throughG711(withNoise(new Int16Array(40_000), snrDb, 5, speech)))).toEqual([])
  })

  it('hears nothing in silence', () => {
    expect(listen(new Int16Array(40_000))).toEqual([])
  })

  it('understands a caller who is much quieter', () => {
    const quiet = withSilence(caller.sayAt8k('yes that is right'), 300, 300).map(sample => sample / 12)
    expect(texts(listen(throughG711(quiet)))).toEqual(['yes that is right'])
  })

  it('takes two phrases with a short pause for one utterance', () => {
    const both = [
      ...withSilence(caller.sayAt8k('yes that is right'), 300, 400),
      ...withSilence(caller.sayAt8k('what are your opening hours'), 0, 300),
    ]
    expect(texts(listen(Int16Array.from(both)))).toEqual(['yes that is right what are your opening hours'])
  })

  it('reports at a pause in the stream, before the stream ends', () => {
    const listener = new Listener(book, finalsOnly)
    const first = listener.hear(withSilence(caller.sayAt8k('yes that is right'), 300, 1_300))
    expect(first.map(one => one.type)).toEqual(['speechBegan', 'final', 'speechEnded'])
    const second = listener.hear(withSilence(caller.sayAt8k('who am I talking to'), 500, 1_300))
    expect(texts(second)).toEqual(['who am I talking to'])
    expect(listener.end()).toEqual([])
  })

  it('gives interims that grow into the phrase while it is spoken', () => {
    const heard = listen(withSilence(caller.sayAt8k('I would like to speak to sales please'), 300, 200), {
      interimEveryMs: 200,
      pauseMs: 1_000,
    })
    const interims = heard.filter(one => one.type === 'interim')
    expect(interims.length).toBeGreaterThanOrEqual(4)
    for (const { text, settled } of interims) {
      expect('I would like to speak to sales please'.startsWith(text)).toBe(true)
      expect(text.startsWith(settled)).toBe(true)
    }
    expect(texts(heard)).toEqual(['I would like to speak to sales please'])
  })

  it('hears the same however the sound was cut for the way', () => {
    const sound = withSilence(caller.sayAt8k('do you deliver on Saturdays'), 300, 1_500)
    const options = { interimEveryMs: 200, pauseMs: 1_000 }
    const whole = new Listener(book, options)
    expect([...whole.hear(sound), ...whole.end()]).toEqual(listen(sound, options))
  })
})
