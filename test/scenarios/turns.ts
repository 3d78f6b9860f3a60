// What makes turns quick and natural, as callers notice it.

import { say } from '../fakes/providers.ts'
import { echo, first, GREETING, greetsOnly } from './answers.ts'
import type { Scenario } from './scenario.ts'

const hungUp = { by: 'caller', why: 'hung-up' }
const STORY =
  'This is a very long story without any news in it for nobody at all to hear up to its very last word.'
const MORE = 'And there is even more of it.'

export const turns: readonly Scenario[] = [
  {
    name: 'listener-says-yes',
    intent: 'A “yes” into the assistant’s words wants no answer: it goes on where it was.',
    answer: first(say(`${STORY} ${MORE}`)),
    steps: [
      { do: 'interrupts', text: 'yes', afterMs: 800 },
      { do: 'hears', text: MORE },
      { do: 'hearsNothing', ms: 700 },
      { do: 'wasUnderstood', texts: ['yes'] },
      { do: 'hasHeard', texts: [STORY, MORE] },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'first-clause-first',
    intent: 'An answer begins with its first clause.',
    answer: input =>
      input.type === 'speech' ? [say('For all of your orders, I have found a parcel.')] : echo(input),
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 300 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'I have found a parcel.' },
      { do: 'hasHeard', texts: [GREETING, 'For all of your orders,', 'I have found a parcel.'] },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'engine-slow-is-filled-in-for',
    intent: 'Who waits for a slow engine hears a filler, then a comfort, then goes to people.',
    policy: { fillerMs: 1_000, comfortMs: 3_000, engineTimeoutMs: 6_000 },
    answer: greetsOnly,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 300 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'Let me see.' },
      { do: 'hears', text: 'It takes a little longer.' },
      { do: 'hears', text: 'I am sorry.' },
      { do: 'isSentTo', number: '2000' },
    ],
    ends: { why: 'handed-over', because: { why: 'fault', fault: 'engine' } },
  },
  {
    name: 'classic-turns',
    intent: 'The classic way: the switch hears the end of what is said, and the answer is one prompt.',
    profile: { turns: 'classic' },
    answer: input =>
      input.type === 'speech'
        ? [say('You have asked. '), say(`It was ${input.text.toLowerCase().replace(/[.,?]/g, '')}.`)]
        : echo(input),
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 300 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'You have asked. It was what are your opening hours.' },
      { do: 'hearsNothing', ms: 300 },
      { do: 'hears', text: 'Are you still there?' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
]
