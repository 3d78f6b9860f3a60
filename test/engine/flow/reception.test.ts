// The reception desk that comes with Parley, spoken to as callers do.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createFlowEngine } from '../../../src/engine/flow/flow-engine.ts'
import { digits, someCall, Talk, unlinked } from '../conversing.ts'

const fileName = 'config/flows/reception.json5'
const source = readFileSync(new URL(`../../../${fileName}`, import.meta.url), 'utf8')
const engine = createFlowEngine({ name: 'reception', source, fileName })

async function opened(): Promise<Talk> {
  const talk = new Talk(engine.open(someCall, unlinked))
  expect(await talk.hear({ type: 'start' })).toMatch(/^Hello, this is Ada at Northgate Furniture\./)
  return talk
}

test('tells the opening hours, the state of an order, and says goodbye', async () => {
  const talk = await opened()
  expect(await talk.hear('I would like to know your opening hours.')).toMatch(
    /^We're open Monday.*anything else/,
  )
  expect(await talk.hear("What's the status of my order?")).toMatch(/five digits/)
  expect(await talk.hear(digits('12345'))).toBe('That was 1 2 3 4 5. Is that right? [listen]')
  expect(await talk.hear('Yes.')).toMatch(/^Thank you\. Order 1 2 3 4 5 has left.*anything else/)
  expect(await talk.hear('No thank you, goodbye.')).toMatch(/Goodbye\. \[end done\]$/)
})

test.each([
  ['Are you open on Sunday?', /Sunday we're closed/],
  ['When do you close?', /Sunday we're closed/],
  ['I want to buy a sofa', /\[transfer sales\]/],
  ["I'd like to place an order", /\[transfer sales\]/],
  ['My table arrived damaged', /\[transfer support\]/],
  ['Can you help with my order', /five digits/],
  ['Where is my parcel?', /five digits/],
  ['Can I talk to a human?', /\[transfer people\]/],
  ['could you repeat that', /^What can I do for you\? \[listen\]/],
  ['Bye bye', /\[end done\]/],
  ['hm', /^Sorry, I didn't get that\. What can I do/],
])('at the greeting, "%s" is understood', async (said, answer) => {
  expect(await (await opened()).hear(said)).toMatch(answer)
})

test.each([
  ['1', /\[transfer sales\]/],
  ['2', /\[transfer support\]/],
  ['3', /Sunday/],
  ['4', /five digits/],
  ['0', /\[transfer people\]/],
])('key %s leads on, also when it is said', async (key, answer) => {
  expect(await (await opened()).hear(digits(key))).toMatch(answer)
  expect(await (await opened()).hear(key)).toMatch(answer)
})

test('corrects an order number said wrongly', async () => {
  const talk = await opened()
  await talk.hear('order')
  expect(await talk.hear('one two three four six')).toMatch(/^That was 1 2 3 4 6/)
  expect(await talk.hear("no that's not right, it's one two three four five")).toMatch(/^That was 1 2 3 4 5/)
  expect(await talk.hear('no')).toMatch(/^Then let's try again/)
})

test.each([
  ['Yes, what about my order?', /five digits/],
  ['Yes, support please', /transfer support/],
  ['Yes please', /^Of course\./],
  ["No, that's all", /\[end done\]/],
])('to "anything else?", "%s" is understood', async (said, answer) => {
  const talk = await opened()
  await talk.hear('your opening times')
  expect(await talk.hear(said)).toMatch(answer)
})

test('goes on when nobody takes the call', async () => {
  const talk = await opened()
  await talk.hear('sales please')
  const outcome = { type: 'transfer', to: 'sales', outcome: 'no-answer', cause: 'NO_ANSWER' } as const
  expect(await talk.hear(outcome)).toMatch(/^I'm sorry, nobody is free.*anything else/)
})
