// A faulty flow is refused with every fault, each with its place, in one sentence.

import JSON5 from 'json5'
import { describe, expect, test } from 'vitest'
import { FlowInvalid, parseFlow } from '../../../src/engine/flow/flow.ts'

const bye = { say: 'Bye.', end: 'done' }
const greeting = { say: 'Hello.', on: [{ phrases: ['bye'], digits: '1', goto: 'bye' }] }
const root = { language: 'en', start: 'greeting', otherwise: { say: 'Pardon?', goto: 'bye' } }

function faults(document: unknown): readonly string[] {
  try {
    parseFlow(typeof document === 'string' ? document : JSON5.stringify(document), 'test.json5')
  } catch (error) {
    if (error instanceof FlowInvalid) return error.faults
    throw error
  }
  return []
}

const withStates = (states: object, more: object = {}) =>
  faults({ ...root, states: { greeting, bye, ...states }, ...more })
const inGreeting = (state: object, more: object = {}) =>
  withStates({ greeting: { ...greeting, ...state }, ...more })

test('a sound flow has no faults', () => {
  expect(withStates({})).toEqual([])
})

test.each<[string, readonly string[], readonly string[]]>([
  ['no JSON5', faults('{ a: '), ['the flow: is no JSON5: invalid end of input at 1:6.']],
  ['a list', faults([]), ['the flow: must be an object.']],
  ['nothing in it', faults({}), ['language: is missing.', 'start: is missing.', 'states: is missing.']],
  ['an unknown key', inGreeting({ tell: 'x' }), ['states.greeting: "tell" is not known here.']],
  ['an unknown key of the flow', withStates({}, { speed: 1 }), ['the flow: "speed" is not known here.']],
  [
    'a wrong type',
    inGreeting({ interruptible: 'no' }),
    ['states.greeting.interruptible: must be true or false.'],
  ],
  ['an empty text', inGreeting({ say: '' }), ['states.greeting.say.0: must not be empty.']],
  [
    'a sound from elsewhere',
    inGreeting({ say: { play: '../x.wav' } }),
    ['states.greeting.say.0.play: must be a file name relative to the sounds folder, without "..".'],
  ],
  ['no state', faults({ ...root, states: {} }), ['states: must have 1 to 500 states.']],
  [
    'a bad name',
    withStates({ '1st': bye }),
    ['states.1st: is no name: must be a name: a letter, then letters, digits, "_" or "-".'],
  ],
  [
    'bad keys',
    inGreeting({ on: [{ digits: 'A', goto: 'bye' }] }),
    ['states.greeting.on.0.digits: must be 1 to 30 keys of 0 to 9, * and #.'],
  ],
  [
    'too many times',
    inGreeting({ otherwise: { times: 99, goto: 'bye' } }),
    ['states.greeting.otherwise.times: must be at most 10.'],
  ],
  [
    'an odd expectation',
    inGreeting({ listen: { expect: 'song' } }),
    ['states.greeting.listen.expect: must be one of open, digits, yes-no, number, name, none.'],
  ],
  [
    'a confidential answer that nobody could give',
    inGreeting({ on: [{ phrases: ['bye'], goto: 'bye' }], listen: { confidential: true } }),
    [
      'states.greeting.listen.confidential: nobody is heard there: it needs a slot of digits, or digits in on.',
    ],
  ],
  [
    'a state that is not there',
    inGreeting({ on: [{ phrases: ['a'], goto: 'nowhere' }] }),
    ['states.greeting.on.0.goto: there is no state "nowhere".'],
  ],
  [
    'an unknown start',
    faults({ ...root, start: 'begin', states: { greeting, bye } }),
    ['start: there is no state "begin".'],
  ],
  [
    'an unknown global target',
    withStates({}, { global: [{ phrases: ['x'], goto: 'y' }] }),
    ['global.0.goto: there is no state "y".'],
  ],
  [
    'an unknown otherwise',
    withStates({}, { otherwise: { goto: 'y' } }),
    ['otherwise.goto: there is no state "y".'],
  ],
  ['an unreachable state', withStates({ island: bye }), ['states.island: no way leads here.']],
  [
    'no way out',
    withStates({ island: { say: 'Hm.' } }),
    ['states.island: has no way out: it needs on, slot, goto, transfer or end.'],
  ],
  [
    'two ways out',
    withStates({ bye: { ...bye, goto: 'greeting' } }),
    ['states.bye: can only do one of goto, end.'],
  ],
  [
    'no way to an end',
    faults({
      language: 'en',
      start: 'a',
      states: { a: { ask: 'A?', on: [{ phrases: ['b'], goto: 'a' }], otherwise: { goto: 'a' } } },
    }),
    ['states.a: no way leads from here to an end or a transfer.'],
  ],
  [
    'a circle',
    withStates({
      greeting: { ...greeting, on: [{ phrases: ['x'], goto: 'a' }] },
      a: { goto: 'b' },
      b: { goto: 'a' },
    }),
    [
      'states.a.goto: leads in a circle without ever listening.',
      'states.b.goto: leads in a circle without ever listening.',
    ],
  ],
  [
    'a key twice',
    inGreeting({ on: [...greeting.on, { digits: '1', goto: 'greeting' }] }),
    ['states.greeting.on.1.digits: the key "1" leads on from states.greeting.on.0.digits already.'],
  ],
  [
    'a phrase twice',
    inGreeting({ on: [...greeting.on, { phrases: ['Bye!'], goto: 'greeting' }] }),
    [
      'states.greeting.on.1.phrases.0: the phrase "bye" leads on from states.greeting.on.0.phrases.0 already.',
    ],
  ],
  [
    'a phrase without a word',
    inGreeting({ on: [{ phrases: ['…'], goto: 'bye' }] }),
    ['states.greeting.on.0.phrases.0: has no word in it.'],
  ],
  [
    'neither phrase nor key',
    inGreeting({ on: [{ goto: 'bye' }] }),
    ['states.greeting.on.0: needs phrases or digits.'],
  ],
  [
    'an unknown slot',
    inGreeting({ say: 'Hello {name}.' }),
    ['states.greeting.say.0: no state fills a slot "name".'],
  ],
  [
    'a broken gap',
    inGreeting({ say: 'Hello {name!}.' }),
    ['states.greeting.say.0: a gap is written {slot} or {slot:digits}.'],
  ],
  [
    'no kind of slot',
    inGreeting({ slot: { name: 'x', goto: 'bye' } }),
    ['states.greeting.slot: needs exactly one of digits, pattern and text.'],
  ],
  [
    'two kinds of slot',
    inGreeting({ slot: { name: 'x', digits: 1, text: true, goto: 'bye' } }),
    ['states.greeting.slot: needs exactly one of digits, pattern and text.'],
  ],
  [
    'a slot range upside down',
    inGreeting({ slot: { name: 'x', digits: { from: 3, to: 2 }, goto: 'bye' } }),
    ['states.greeting.slot.digits: from must not be above to.'],
  ],
  [
    'a global way that does two things',
    withStates({}, { global: [{ phrases: ['x'], goto: 'bye', repeat: true }] }),
    ['global.0: needs exactly one of goto and repeat.'],
  ],
  [
    'no otherwise',
    faults({ language: 'en', start: 'greeting', states: { greeting, bye } }),
    ['states.greeting.otherwise: is missing, here and for the whole flow.'],
  ],
  [
    'no way for a failed transfer',
    withStates({ bye: { transfer: 'people' } }),
    ['states.bye.transferFailed: is missing, here and for the whole flow.'],
  ],
  [
    'a question nobody listens to',
    withStates({ bye: { ...bye, ask: 'Yes?' } }),
    ['states.bye.ask: only means something with on or slot.'],
  ],
  [
    'an outcome without a transfer',
    withStates({ bye: { ...bye, transferDone: 'greeting' } }),
    ['states.bye.transferDone: only means something with transfer.'],
  ],
  [
    'listening without a word',
    inGreeting({ say: undefined }),
    ['states.greeting: listens without having said anything: it needs say or ask.'],
  ],
])('%s', (_, found, expected) => {
  expect(found).toEqual(expected)
})

describe('all faults', () => {
  test('of form and of meaning are told at once', () => {
    const found = withStates({
      greeting: { ...greeting, tell: 'x' },
      other: { ask: 'Yes?', on: [{ phrases: ['a'], goto: 'nowhere' }] },
      third: { say: 7, end: 'done' },
    })
    expect(found).toEqual([
      'states.greeting: "tell" is not known here.',
      'states.third.say.0: must be a text or { play: "a file" }.',
      'states.other.on.0.goto: there is no state "nowhere".',
    ])
  })

  test('are in the message, with the name of the file', () => {
    expect(() => parseFlow('{}', 'desk.json5')).toThrow(
      /^desk\.json5 is no valid flow:\n {2}language: is missing\.\n/,
    )
  })
})

test('a name of any length, with line breaks in it, leaves a fault one sentence on one line', () => {
  const name = `a\n\u2028${'b'.repeat(5_000)}`
  const found = withStates({ [name]: { say: 'x', [name]: 1, goto: 'greeting' } })
  expect(found.length).toBeGreaterThan(1)
  for (const fault of found) {
    expect(fault).toMatch(/^states.*: .+\.$/)
    expect(fault.length).toBeLessThan(600)
    expect(fault).not.toMatch(/[\n\u2028]/)
  }
})
