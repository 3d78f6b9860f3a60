// Flows: a document in, a flow or FlowInvalid out; and a flow that is valid is walked by a caller who does anything.

import { readFileSync } from 'node:fs'
import JSON5 from 'json5'
import type { Conversation, Directive, Input, TransferOutcome } from '../../src/engine/engine.ts'
import { FlowInvalid, parseFlow } from '../../src/engine/flow/flow.ts'
import { createFlowEngine } from '../../src/engine/flow/flow-engine.ts'
import { isSoundFile } from '../../src/engine/sound-file.ts'
import { someCall, unlinked } from '../engine/conversing.ts'
import type { Random } from '../fake-freeswitch/seeded.ts'
import { mutateTree, written } from './mutate-tree.ts'
import { below, chanceOf, must, oneOf, type Target } from './target.ts'

const RECEPTION = readFileSync(new URL('../../config/flows/reception.json5', import.meta.url), 'utf8')

const SMALL = {
  language: 'en-GB',
  voice: 'en-GB-A',
  start: 'hello',
  synonyms: { yes: ['yeah', 'that is right'], order: ['parcel'] },
  global: [
    { phrases: ['operator', 'a person'], digits: '0', goto: 'people' },
    { phrases: ['pardon'], digits: '*', repeat: true },
  ],
  otherwise: { say: ['Sorry?', 'I did not understand.'], times: 2, goto: 'people' },
  silence: { say: 'Are you there?', times: 1, goto: 'bye' },
  transferFailed: 'bye',
  resume: 'Where were we?',
  states: {
    hello: { say: ['Hello.', { play: 'chime.wav' }], goto: 'ask' },
    ask: {
      ask: 'Order? Or code? Or name?',
      on: [
        { phrases: ['order', 'my order'], digits: '1', goto: 'number' },
        { phrases: ['code'], digits: '2', goto: 'code', weak: true },
        { phrases: ['name'], digits: '3', goto: 'name' },
      ],
    },
    number: {
      ask: 'Which number?',
      slot: { name: 'order', digits: { from: 3, to: 6 }, goto: 'confirm' },
      listen: { confidential: true },
    },
    code: { ask: 'Which code?', slot: { name: 'code', pattern: 'AA-99', goto: 'confirm' } },
    name: { ask: 'Your name?', slot: { name: 'name', text: true, goto: 'confirm' } },
    confirm: {
      say: '{order:digits} {code} {name}, right?',
      on: [
        { phrases: ['yes'], goto: 'bye' },
        { phrases: ['no'], goto: 'ask' },
      ],
      silence: { times: 0, goto: 'ask' },
    },
    people: { say: 'One moment.', transfer: 'sales', transferWithdrawn: 'ask', transferDone: 'bye' },
    bye: { say: 'Goodbye, {name}.', end: 'done' },
  },
}
/** Gives back what a caller says, many times over. */
const PARROT = {
  ...SMALL,
  start: 'name',
  states: {
    name: SMALL.states.name,
    confirm: { ...SMALL.states.confirm, say: '{name}'.repeat(600) },
    people: SMALL.states.people,
    bye: SMALL.states.bye,
    ask: { goto: 'name' },
  },
}
const DOCUMENTS: readonly unknown[] = [SMALL, SMALL, PARROT, JSON5.parse(RECEPTION)]
const WORDS = [
  ...[
    'say',
    'ask',
    'on',
    'slot',
    'goto',
    'end',
    'transfer',
    'phrases',
    'digits',
    'otherwise',
    'silence',
    'times',
    'weak',
  ],
  ...[
    'repeat',
    'pattern',
    'text',
    'from',
    'to',
    'listen',
    'play',
    'states',
    'start',
    'global',
    'synonyms',
    'numberWords',
  ],
  ...[
    'hello',
    'number',
    'code',
    'name',
    'confirm',
    'people',
    'bye',
    '{name}',
    '{order:digits}',
    '{code}',
    'A9A9',
    '../x.wav',
  ],
  ...[
    'yes',
    'operator',
    'twenty one',
    'double o seven',
    '. ',
    '?! ',
    '...',
    '…”) ',
    '{name}'.repeat(600),
    '__proto__',
  ],
]

export const flowTarget: Target = {
  name: 'flow',
  sources: /\/src\/engine\/flow\//,
  words: WORDS,
  seeds: () => [
    Buffer.from(RECEPTION),
    Buffer.from(JSON.stringify(SMALL)),
    Buffer.from(JSON5.stringify(SMALL, null, 1)),
  ],
  make(random) {
    return Buffer.from(written(mutateTree(oneOf(random, DOCUMENTS), random, WORDS)))
  },
  async run(input) {
    const source = input.toString()
    try {
      parseFlow(source, 'desk')
    } catch (error) {
      if (!(error instanceof FlowInvalid)) throw error
      expectSentences(error)
      return
    }
    const engine = createFlowEngine({ name: 'desk', source, fileName: 'desk' })
    await converse(engine.open(someCall, unlinked), source, chanceOf(input))
  },
}

function expectSentences({ faults, message }: FlowInvalid): void {
  must(faults.length > 0, 'a fault without a word')
  for (const fault of faults) {
    must(/^.+: .+[.]$/su.test(fault), 'a fault that is no sentence with a place', () => fault.slice(0, 200))
    must(fault.length < 3_000, 'a fault that nobody reads', () => `${fault.length} characters`)
    must(!/[\n\r\0]/.test(fault), 'a fault of more than one line', () => JSON.stringify(fault.slice(0, 200)))
  }
  must(message.split('\n').length === faults.length + 1, 'a message of other lines than its faults')
}

const TURNS = 30
/** A state says so many texts at most, through so many that only lead on. */
const MOST_DIRECTIVES = 200_000
/** Nobody listens to that; what callers fill into gaps must not make more of it than the author wrote. */
const MOST_CHARACTERS_PER_SOURCE = 20

async function converse(conversation: Conversation, source: string, random: Random): Promise<void> {
  const said = [...source.matchAll(/[\p{L}\p{N}' ]{1,80}/gu)].map(([word]) => word)
  const words = said.length > 0 ? said : ['yes']
  const history: { who: 'caller' | 'assistant'; text: string; atMs: number }[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    const input = turn === 0 ? ({ type: 'start' } as const) : anyInput(random, words, history)
    if (input.type === 'speech') history.push({ who: 'caller', text: input.text, atMs: turn })
    // A turn is sometimes asked again: who spoke on before hearing anything.
    const number = random() < 0.2 ? Math.max(0, turn - 1) : turn
    let characters = 0
    let count = 0
    for await (const directive of conversation.ask(input, number, AbortSignal.any([]))) {
      must(++count <= MOST_DIRECTIVES, 'an answer without end')
      characters += check(directive)
    }
    must(
      characters <= source.length * MOST_CHARACTERS_PER_SOURCE + 20_000,
      'a caller makes an answer grow',
      () => `${characters} characters of ${source.length}`,
    )
  }
}

function check(directive: Directive): number {
  switch (directive.type) {
    case 'say':
      must(typeof directive.text === 'string', 'words that are none')
      return directive.text.length
    case 'play':
      must(isSoundFile(directive.file), 'a sound that is no sound file', () => directive.file)
      return 0
    case 'end':
      return directive.reason.length
    case 'transfer':
      return directive.to.length
    default:
      return 0
  }
}

const OUTCOMES: readonly TransferOutcome[] = [
  ...([
    'answered',
    'handed-over',
    'declined',
    'no-answer',
    'busy',
    'machine',
    'unreachable',
    'withdrawn',
  ] as const),
  ...(['caller-abandoned', 'failed'] as const),
]
const SOUNDS = [
  '',
  ' ',
  '!!!',
  'one two three',
  'twenty three',
  'A B 1 2',
  '\ud800',
  'ǅ́',
  '…'.repeat(300),
  `a${'.'.repeat(299)}`,
  'x '.repeat(2_000),
]

function anyInput(
  random: Random,
  words: readonly string[],
  history: { who: 'caller' | 'assistant'; text: string; atMs: number }[],
): Input {
  const heard = random() < 0.3 ? { text: '', ms: 0, complete: false } : null
  switch (below(random, 8)) {
    case 0:
      return { type: 'silence', count: 1 + below(random, 3), ms: 5_000 }
    case 1:
      return { type: 'transfer', to: 'sales', outcome: oneOf(random, OUTCOMES), cause: 'X' }
    case 2:
      return {
        type: 'digits',
        digits: Array.from({ length: 1 + below(random, 6) }, () => oneOf(random, [...'0123456789*#'])).join(
          '',
        ),
        heard,
      }
    case 3:
      return random() < 0.3 ? { type: 'resume', history: history.slice(-10) } : { type: 'start' }
    default: {
      const text = Array.from({ length: 1 + below(random, 4) }, () =>
        oneOf(random, random() < 0.8 ? words : SOUNDS),
      ).join(' ')
      return { type: 'speech', text, confidence: 0.9, language: null, durationMs: 900, heard }
    }
  }
}
