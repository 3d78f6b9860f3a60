// Walks through flows: slots, keys, being asked again, ways that hold everywhere, transfers, and a new
// process going on.

import { describe, expect, test } from 'vitest'
import type { HistoryEntry, Input, TransferOutcome } from '../../../src/engine/engine.ts'
import { createFlowEngine } from '../../../src/engine/flow/flow-engine.ts'
import { collect, digits, someCall, speech, Talk, unlinked } from '../conversing.ts'

const desk = `{
  language: 'en-GB', start: 'hello', resume: 'Back again.', transferFailed: 'nobody',
  synonyms: { yes: ['right'] },
  global: [
    { phrases: ['operator'], digits: '0', goto: 'people' },
    { phrases: ['say again'], repeat: true },
  ],
  otherwise: { say: ['Pardon?', 'Once more?'], times: 2, goto: 'people' },
  states: {
    hello: {
      say: ['Hello. This is Ada.', { play: 'chime.wav' }], ask: 'Order or message?',
      on: [
        { phrases: ['order'], digits: '1', goto: 'order' },
        { phrases: ['message'], digits: '22', goto: 'message' },
      ],
      silence: { say: 'Hello?', times: 1, goto: 'bye' },
    },
    order: {
      say: 'Fine.', ask: 'Which number?', slot: { name: 'order', digits: 3, goto: 'sure' },
      on: [{ phrases: ['do not know'], goto: 'people' }],
    },
    sure: {
      ask: '{order:digits}, right?', listen: { expect: 'yes-no', timeoutMs: 3000 },
      on: [{ phrases: ['yes'], goto: 'thanks' }, { phrases: ['no'], goto: 'order' }],
      otherwise: { times: 0, goto: 'people' },
    },
    message: { ask: 'Tell me.', slot: { name: 'text', text: true, goto: 'noted' } },
    noted: { say: 'You said: {text}.', goto: 'thanks' },
    thanks: { say: 'Thank you.', goto: 'bye' },
    people: { say: 'One moment.', transfer: 'people', transferDone: 'bye', transferWithdrawn: 'hello' },
    nobody: { say: 'Nobody is there.', goto: 'hello' },
    bye: { say: 'Goodbye.', end: 'done' },
  },
}`

const open = (source = desk, call = someCall) =>
  new Talk(createFlowEngine({ name: 'desk', source, fileName: 'desk.json5' }).open(call, unlinked))

async function opened(...inputs: (string | Input)[]): Promise<Talk> {
  const talk = open()
  await talk.ask({ type: 'start' })
  for (const input of inputs) await talk.hear(input)
  return talk
}

describe('the greeting', () => {
  test('is spoken sentence by sentence, with its sounds, and listens for keys that mean something', async () => {
    const plain = { type: 'say', interruptible: true, language: null, voice: null }
    expect(await open().ask({ type: 'start' })).toEqual([
      { ...plain, text: 'Hello. ' },
      { ...plain, text: 'This is Ada. ' },
      { type: 'play', file: 'chime.wav', interruptible: true },
      { ...plain, text: 'Order or message? ' },
      {
        type: 'listen',
        expectation: {
          expect: 'open',
          hints: ['order', 'message'],
          numDigits: 2,
          finishOnKey: null,
          validDigits: ['1', '22', '0'],
          timeoutMs: null,
          endOfTurnMs: null,
          confidential: false,
        },
      },
    ])
  })

  test('changes the language when the call has another', async () => {
    const talk = open(desk, { ...someCall, language: 'de-DE' })
    expect((await talk.ask({ type: 'start' }))[0]).toEqual({
      type: 'language',
      language: 'en-GB',
      voice: null,
    })
  })
})

describe('a slot', () => {
  test('is filled by voice and confirmed digit by digit; the way goes on through states that lead on', async () => {
    const talk = await opened('an order please')
    expect(await talk.hear('it is one two three')).toBe('1 2 3, right? [listen]')
    expect(await talk.hear('that is right')).toBe('Thank you. Goodbye. [end done]')
  })

  test('is filled by keys', async () => {
    expect(await (await opened(digits('1'))).hear(digits('456'))).toBe('4 5 6, right? [listen]')
  })

  test('tells how many digits make it and how they end', async () => {
    const talk = await opened()
    expect((await talk.ask(speech('order'))).at(-1)).toMatchObject({
      expectation: { expect: 'digits', numDigits: 3, finishOnKey: '#', validDigits: null },
    })
    expect((await talk.ask(digits('456'))).at(-1)).toMatchObject({
      expectation: { expect: 'yes-no', timeoutMs: 3000 },
    })
  })

  test('is filled anew after a no', async () => {
    const talk = await opened('order', '123', 'no')
    expect(await talk.hear('789')).toBe('7 8 9, right? [listen]')
  })

  test('does not take too few digits, and phrases lead on beside it', async () => {
    const talk = await opened('order')
    expect(await talk.hear('one two')).toBe('Pardon? Which number? [listen]')
    expect(await talk.hear('I do not know')).toBe('One moment. [transfer people]')
  })

  test('of text takes what contains a phrase, but not what is one', async () => {
    const long = 'the operator was rude to me yesterday'
    expect(await (await opened('message')).hear(long)).toBe(
      `You said: ${long}. Thank you. Goodbye. [end done]`,
    )
    expect(await (await opened('message')).hear('operator')).toBe('One moment. [transfer people]')
  })
})

describe('a caller who is not understood', () => {
  test('is asked again in other words, then brought to people', async () => {
    const talk = await opened()
    expect(await talk.hear('blue')).toBe('Pardon? Order or message? [listen]')
    expect(await talk.hear(digits('9'))).toBe('Once more? Order or message? [listen]')
    expect(await talk.hear('green')).toBe('One moment. [transfer people]')
  })

  test('who could mean two ways is asked again', async () => {
    expect(await (await opened()).hear('order message')).toBe('Pardon? Order or message? [listen]')
  })

  test('has all attempts again in another state', async () => {
    const talk = await opened('blue', 'blue', 'order')
    expect(await talk.hear('blue')).toBe('Pardon? Which number? [listen]')
  })

  test('is treated as the state says where it has a word of its own', async () => {
    expect(await (await opened('order', '123')).hear('blue')).toBe('One moment. [transfer people]')
  })
})

describe('a silence', () => {
  const silence: Input = { type: 'silence', count: 1, ms: 5_000 }

  test('is answered as often as the state says, and counted anew once the caller speaks', async () => {
    const talk = await opened()
    expect(await talk.hear(silence)).toBe('Hello? Order or message? [listen]')
    await talk.hear('blue')
    expect(await talk.hear(silence)).toBe('Hello? Order or message? [listen]')
    expect(await talk.hear(silence)).toBe('Goodbye. [end done]')
  })

  test('is left to the profile where the flow has no words for it', async () => {
    expect(await (await opened('order')).hear(silence)).toBe('[listen]')
  })
})

describe('a way that holds everywhere', () => {
  test('leads on by phrase and by key, also where a slot is asked for', async () => {
    expect(await (await opened('order')).hear('the operator please')).toBe('One moment. [transfer people]')
    expect(await (await opened('order')).hear(digits('0'))).toBe('One moment. [transfer people]')
  })

  test('is found by the name of its key', async () => {
    expect(await (await opened()).hear('zero')).toBe('One moment. [transfer people]')
    expect(await (await opened()).hear('twenty two')).toBe('Tell me. [listen]')
  })

  test('repeats the question', async () => {
    expect(await (await opened()).hear('could you say that again')).toBe('Order or message? [listen]')
  })
})

describe('a transfer', () => {
  const ended = (outcome: TransferOutcome): Input => ({ type: 'transfer', to: 'people', outcome, cause: '' })

  test.each<[TransferOutcome, string]>([
    ['busy', 'Nobody is there. Hello. This is Ada. [play chime.wav] Order or message? [listen]'],
    ['no-answer', 'Nobody is there. Hello. This is Ada. [play chime.wav] Order or message? [listen]'],
    ['withdrawn', 'Hello. This is Ada. [play chime.wav] Order or message? [listen]'],
    ['answered', 'Goodbye. [end done]'],
    ['caller-abandoned', ''],
  ])('that ended with %s goes on', async (outcome, said) => {
    expect(await (await opened('operator')).hear(ended(outcome))).toBe(said)
  })

  test('that nobody in the flow asked for goes on as the flow says', async () => {
    expect(await (await opened('order')).hear(ended('failed'))).toMatch(/^Nobody is there\. /)
    expect(await (await opened('order')).hear(ended('withdrawn'))).toBe('Which number? [listen]')
    expect(await (await opened('order')).hear(ended('answered'))).toBe('[end transferred]')
  })

  test('is not disturbed by what the caller says meanwhile', async () => {
    expect(await (await opened('operator')).hear('hmm')).toBe('')
  })
})

describe('the goodbye', () => {
  test('cannot be interrupted, and stays a goodbye', async () => {
    const talk = await opened('order', '123')
    const words = (await talk.ask(speech('yes'))).flatMap(said =>
      said.type === 'say' ? said.interruptible : [],
    )
    expect(words).toEqual([true, false])
    expect(await talk.hear('wait')).toBe('[end done]')
  })
})

describe('an input that replaces the one before', () => {
  test('starts where that one started, when the turn is the same', async () => {
    const talk = await opened()
    expect(await talk.hear('order', 7)).toBe('Fine. Which number? [listen]')
    expect(await talk.hear('order message operator no I mean message', 7)).toBe(
      'Pardon? Order or message? [listen]',
    )
    expect(await talk.hear('message', 8)).toBe('Tell me. [listen]')
  })

  test('starts there too when the caller had heard nothing of the answer', async () => {
    const talk = await opened('order')
    const unheard = { text: '', ms: 0, complete: false }
    expect(await talk.hear({ ...speech('no, a message'), heard: unheard })).toBe('Tell me. [listen]')
  })

  test('is an answer of its own when something was heard, or keyed ahead', async () => {
    const talk = await opened('order')
    const unheard = { text: '', ms: 0, complete: false }
    expect(await talk.hear({ type: 'digits', digits: '123', heard: unheard })).toBe('1 2 3, right? [listen]')
    expect(await talk.hear({ ...speech('yes'), heard: { text: '1 2', ms: 400, complete: false } })).toMatch(
      /^Thank/,
    )
  })
})

describe('a new process', () => {
  const entry = (who: HistoryEntry['who'], text: string): HistoryEntry => ({ who, text, atMs: 0 })
  const resume = (...history: HistoryEntry[]) => open().hear({ type: 'resume', history })

  test('goes on with the question where the conversation stood, slots included', async () => {
    const talk = open()
    const history = [
      entry('assistant', 'Hello.'),
      entry('caller', 'order'),
      entry('caller', '123'),
      entry('assistant', '1 2 3'),
    ]
    expect(await talk.hear({ type: 'resume', history })).toBe('Back again. 1 2 3, right? [listen]')
    expect(await talk.hear('yes')).toBe('Thank you. Goodbye. [end done]')
  })

  test('gives the answer that was missing', async () => {
    expect(await resume(entry('assistant', 'Hello.'), entry('caller', 'order'))).toBe(
      'Back again. Fine. Which number? [listen]',
    )
  })

  test('begins anew without a history', async () => {
    expect(await resume()).toMatch(/^Back again\. Hello\./)
  })

  test('is after a transfer that failed when the caller spoke on', async () => {
    expect(
      await resume(entry('caller', 'operator'), entry('caller', 'message'), entry('assistant', 'Tell')),
    ).toBe('Back again. Tell me. [listen]')
  })
})

test('an aborted ask throws the reason of its signal', async () => {
  const conversation = createFlowEngine({ name: 'desk', source: desk, fileName: 'desk' }).open(
    someCall,
    unlinked,
  )
  const reason = new Error('gone')
  await expect(collect(conversation.ask({ type: 'start' }, 0, AbortSignal.abort(reason)))).rejects.toBe(
    reason,
  )
})
