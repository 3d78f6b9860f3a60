// What is said, as the flow compares it.

import { expect, test } from 'vitest'
import { type SlotKind, slotFromKeys, slotFromSpeech } from '../../../src/engine/flow/slot.ts'
import { fillTemplate, inSentences } from '../../../src/engine/flow/template.ts'
import { comparableWords, englishNumbers, vocabulary } from '../../../src/engine/flow/words.ts'

const words = vocabulary(
  { hours: ['opening times', 'opening', 'Öffnungszeiten'], yes: ["that's right"] },
  englishNumbers,
)

test.each([
  ['Sales, please!', 'sales please'],
  ["I don't know", 'i dont know'],
  ['Café Zoë', 'cafe zoe'],
  ['one two twenty-three thirty zero', '1 2 23 30 0'],
  ['thirty ten', '30 10'],
  ['your opening times', 'your hours'],
  ['the opening', 'the hours'],
  ['öffnungszeiten?', 'hours'],
  ['That’s right.', 'yes'],
  ['  … ', ''],
  ['日本 語', '日本 語'],
])('"%s" is compared as "%s"', (said, compared) => {
  expect(comparableWords(said, words).join(' ')).toBe(compared)
})

const five: SlotKind = { kind: 'digits', from: 5, to: 5 }
const some: SlotKind = { kind: 'digits', from: 3, to: 6 }
const plate: SlotKind = { kind: 'pattern', pattern: 'AA-99' }

test.each<[string, SlotKind, string | undefined]>([
  ['one two three four five', five, '12345'],
  ['12345', five, '12345'],
  ['It is 12 345.', five, '12345'],
  ['12-34-5', five, '12345'],
  ['oh one two oh oh', five, '01200'],
  ['oh, I do not know', five, undefined],
  ['double five one two three', five, '55123'],
  ['triple oh one two', five, '00012'],
  ['twelve thirty four five', five, '12345'],
  ['one two, er, three four five', five, '12345'],
  ['12345 no 54321', five, '54321'],
  ['one two three', five, undefined],
  ['123456', five, undefined],
  ['1 2 3 4', some, '1234'],
  ['my plate is A B one two thanks', plate, 'AB12'],
  ['ab12', plate, 'AB12'],
  ['ab1', plate, undefined],
  [' Jane Doe ', { kind: 'text' }, 'Jane Doe'],
  ['...', { kind: 'text' }, undefined],
])('"%s" fills %o with %s', (said, slot, value) => {
  expect(slotFromSpeech(said, slot, englishNumbers)).toBe(value)
})

test.each<[string, SlotKind, string | undefined]>([
  ['12345', five, '12345'],
  ['12345#', five, '12345'],
  ['1234', five, undefined],
  ['12*45', five, undefined],
  ['12', { kind: 'pattern', pattern: '99' }, '12'],
  ['12', { kind: 'text' }, undefined],
])('keys %s fill %o with %s', (keyed, slot, value) => {
  expect(slotFromKeys(keyed, slot)).toBe(value)
})

test('a template speaks digits one by one, and nothing where a slot is empty', () => {
  const slots = new Map([['order', '123']])
  expect(fillTemplate('{order}, {order:digits}, {other}.', slots)).toBe('123, 1 2 3, .')
  expect(
    fillTemplate(
      '{a}',
      new Map([
        ['a', '{order}'],
        ['order', '1'],
      ]),
    ),
  ).toBe('{order}')
})

test('sentences joined are the text', () => {
  const text = 'One. Two? "Three!" It costs 3.50 euros… And the rest'
  expect(inSentences(text)).toEqual(['One. ', 'Two? ', '"Three!" ', 'It costs 3.50 euros… ', 'And the rest'])
  expect(inSentences(text).join('')).toBe(text)
  expect(inSentences('')).toEqual([])
})

test.each([
  ['Hm... well', ['Hm... ', 'well']],
  ['. a', ['. a']],
  ['Hi. . there', ['Hi. ', '. there']],
  ['"No!"! Yes', ['"No!"! ', 'Yes']],
  ['.'.repeat(400_000), ['.'.repeat(400_000)]],
])('marks beside marks end one sentence', (text, sentences) => {
  expect(inSentences(text)).toEqual(sentences)
})

test('what a caller says many times over is cut when it is too long to listen to', () => {
  expect(fillTemplate('{a}'.repeat(1_000), new Map([['a', 'x'.repeat(300)]]))).toHaveLength(8_000)
})
