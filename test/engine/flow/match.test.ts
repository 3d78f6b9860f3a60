// Which way on the caller means.

import { describe, expect, test } from 'vitest'
import { type Candidate, match, spanOf } from '../../../src/engine/flow/match.ts'

const candidate = (target: string, phrases: string[], reach: Candidate['reach'] = 'state'): Candidate => ({
  target,
  reach,
  phrases: phrases.map(phrase => phrase.split(' ')),
})

const desk = [
  candidate('sales', ['sales', 'buy something']),
  candidate('support', ['support', 'broken']),
  candidate('order', ['order', 'my order', 'order status']),
  candidate('no', ['no']),
  candidate('bye', ['no thank you']),
  candidate('operator', ['operator', 'sales person'], 'global'),
  candidate('repeat', ['say that again', 'support'], 'global'),
]

const decide = (said: string, candidates = desk) => {
  const found = match(said.split(' '), candidates)
  return found.kind === 'one' ? found.candidate.target : found.kind
}

describe('the match', () => {
  test.each([
    ['sales', 'sales'],
    ['the sales department please', 'sales'],
    ['i want to buy a little something', 'sales'],
    ['something i buy', 'none'],
    ['salesman', 'none'],
    ['', 'none'],
    ['sales or support', 'ambiguous'],
    ['what is the status of my order', 'order'],
    ['no', 'no'],
    ['no thank you', 'bye'],
    ['no i want to buy something', 'sales'],
    ['operator', 'operator'],
    ['sales operator', 'sales'],
    ['a sales person', 'operator'],
    ['support', 'support'],
    ['please say that again', 'repeat'],
  ])('of "%s" is %s', (said, target) => {
    expect(decide(said)).toBe(target)
  })

  test('does not depend on the order of the ways', () => {
    const said = [
      'sales or support',
      'my broken order',
      'no thank you sales',
      'sales person no',
      'operator order',
    ]
    for (const text of said) expect(decide(text, [...desk].reverse())).toBe(decide(text))
  })

  test('is a weak way only when nothing else fits', () => {
    const ways = [
      candidate('bye', ['no thank you'], 'weak'),
      candidate('hours', ['hours']),
      candidate('people', ['operator'], 'global'),
    ]
    for (const both of [ways, [...ways].reverse()]) {
      expect(decide('no thank you', both)).toBe('bye')
      expect(decide('no thank you but your hours', both)).toBe('hours')
      expect(decide('no thank you an operator', both)).toBe('people')
    }
  })

  test('prefers what was said closely together', () => {
    const ways = [candidate('a', ['red car']), candidate('b', ['blue house'])]
    expect(decide('red and blue house and car', ways)).toBe('b')
  })

  test('is not ambiguous between two ways to the same state', () => {
    expect(decide('one two', [candidate('a', ['one']), candidate('a', ['two'])])).toBe('a')
  })
})

test.each([
  ['a b c', 'a c', 3],
  ['a x x b a b', 'a b', 2],
  ['a b a', 'a a', 3],
  ['b a', 'a b', undefined],
  ['a', 'a a', undefined],
])('in "%s" the words "%s" span %s', (said, phrase, span) => {
  expect(spanOf(said.split(' '), phrase.split(' '))).toBe(span)
})
