// Conversations that go as they should: turns, languages, what is said and how it is heard.

import { listenFor, say } from '../fakes/providers.ts'
import { echo, first, GREETING, never } from './answers.ts'
import type { Scenario, Step } from './scenario.ts'

const hungUp = { by: 'caller', why: 'hung-up' }
const finished = { by: 'assistant', why: 'finished' }

/** Says it when the assistant has finished, and hears it repeated. */
const exchange = (text: string): Step[] => [
  { do: 'hearsNothing', ms: 500 },
  { do: 'says', text },
  { do: 'hears', text: `You said ${text.toLowerCase()}.` },
]

export const talking: readonly Scenario[] = [
  {
    name: 'greeting',
    intent: 'The caller is greeted, and may leave again.',
    answer: echo,
    steps: [{ do: 'hears', text: GREETING }, { do: 'hearsNothing', ms: 300 }, { do: 'hangsUp' }],
    ends: hungUp,
  },
  {
    name: 'four-turns',
    intent: 'Four turns, each understood word for word and answered.',
    answer: echo,
    steps: [
      { do: 'hears', text: GREETING },
      ...exchange('I would like to speak to sales please'),
      ...exchange('what are your opening hours'),
      ...exchange('could you repeat that please'),
      ...exchange('no thank you that is all'),
      { do: 'hearsNothing', ms: 300 },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'assistant-ends',
    intent: 'The last words are heard to their end before the assistant hangs up.',
    answer: () => [say('It was a pleasure. Goodbye.'), { type: 'end', reason: 'done' }],
    steps: [
      { do: 'hears', text: 'It was a pleasure.' },
      { do: 'hears', text: 'Goodbye.' },
      { do: 'callIsOver' },
    ],
    ends: { ...finished, reason: 'done' },
  },
  {
    name: 'sentences-as-they-come',
    intent: 'Text that comes in pieces is spoken as whole sentences, in order.',
    answer: first(
      say('First the'),
      say(' first one. Then the second one. And'),
      say(' then Dr. Smith says 3.5 percent. Done.'),
    ),
    steps: [
      { do: 'hears', text: 'First the first one.' },
      { do: 'hears', text: 'Then the second one.' },
      { do: 'hears', text: 'And then Dr. Smith says 3.5 percent.' },
      { do: 'hears', text: 'Done.' },
      { do: 'hearsNothing', ms: 300 },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'pause-within',
    intent: 'A caller who pauses for a moment is not cut off: what they say is one utterance.',
    policy: { endOfTurnMs: 1_000 },
    answer: echo,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'my order has not arrived yet' },
      { do: 'waits', ms: 400 },
      { do: 'says', text: 'please cancel my appointment' },
      { do: 'wasUnderstood', texts: ['my order has not arrived yet please cancel my appointment'] },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'goes-on-too-late',
    intent: 'A caller who goes on while the engine still thinks is answered once, to both parts.',
    answer: async function* (input, signal) {
      // Whoever has said only the first part is thought about for ever.
      if (input.type === 'speech' && !input.text.toLowerCase().includes('repeat')) yield* never(input, signal)
      else yield* echo(input)
    },
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'waits', ms: 1_200 },
      { do: 'says', text: 'could you repeat that please' },
      { do: 'hears', text: 'You said what are your opening hours could you repeat that please.' },
      { do: 'hearsNothing', ms: 300 },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'listens-to-the-end',
    intent: 'After something that must be heard out the caller is listened to as ever.',
    answer: first(say('This call may be recorded.', false)),
    steps: [
      { do: 'hears', text: 'This call may be recorded.' },
      ...exchange('what are your opening hours'),
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'expectation-with-hints',
    intent: 'A yes or no is understood as quickly as anything else.',
    answer: first(
      say('Is that right?'),
      listenFor({ expect: 'yes-no', hints: ['yes', 'no'], endOfTurnMs: 400 }),
    ),
    steps: [{ do: 'hears', text: 'Is that right?' }, ...exchange('yes that is right'), { do: 'hangsUp' }],
    ends: hungUp,
  },
  {
    name: 'many-turns',
    intent: 'Twelve turns in a row leave nothing behind that the thirteenth would stumble over.',
    answer: echo,
    policy: { maxTurns: 13 },
    steps: [
      { do: 'hears', text: GREETING },
      ...Array.from({ length: 12 }, () => exchange('what are your opening hours')).flat(),
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'too-many-turns',
    intent: 'A call with more turns than allowed goes to people, with a word.',
    answer: echo,
    policy: { maxTurns: 1 },
    steps: [
      { do: 'hears', text: GREETING },
      ...exchange('what are your opening hours'),
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'could you repeat that please' },
      { do: 'hears', text: 'I am sorry.' },
      { do: 'isSentTo', number: '2000' },
    ],
    ends: { why: 'handed-over', because: { why: 'limit', limit: 'turns' } },
  },
  {
    name: 'too-long',
    intent: 'A call that has lasted too long goes to people, with a word.',
    answer: echo,
    policy: { maxMs: 6_000, silenceMs: 20_000 },
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hears', text: 'I am sorry.' },
      { do: 'isSentTo', number: '2000' },
    ],
    ends: { why: 'handed-over', because: { why: 'limit', limit: 'length' } },
  },
]
