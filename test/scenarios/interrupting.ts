// Callers who speak or press keys into the assistant's words.

import { listenFor, say } from '../fakes/providers.ts'
import { first, GREETING } from './answers.ts'
import type { Scenario } from './scenario.ts'

const hungUp = { by: 'caller', why: 'hung-up' }
const STORY =
  'This is a very long story without any news in it for nobody at all to hear up to its very last word.'
const MORE = 'And there is even more of it.'

export const interrupting: readonly Scenario[] = [
  {
    name: 'barge-in',
    intent: 'The caller speaks into a long sentence: the assistant is silent and answers what was said.',
    answer: first(say(`${STORY} ${MORE}`)),
    steps: [
      { do: 'interrupts', text: 'could you repeat that please', afterMs: 1_500 },
      { do: 'hears', text: 'You said could you repeat that please.' },
      { do: 'hasHeard', texts: [STORY, 'You said could you repeat that please.'] },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'barge-in-early',
    intent: 'The caller speaks at the assistant’s very first sound.',
    answer: first(say(STORY)),
    steps: [
      { do: 'interrupts', text: 'what are your opening hours', afterMs: 20 },
      { do: 'hears', text: 'You said what are your opening hours.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'barge-in-between-sentences',
    intent:
      'The caller speaks about where one prompt ends and the next one was just written: neither goes on.',
    answer: first(say(`Short. ${STORY} ${MORE}`)),
    steps: [
      { do: 'interrupts', text: 'no thank you that is all', afterMs: 180 },
      { do: 'hears', text: 'You said no thank you that is all.' },
      { do: 'hearsNothing', ms: 1_000 },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'barge-in-twice',
    intent: 'Two interruptions in a row, each answered.',
    answer: input =>
      input.type === 'speech'
        ? [say(`You said ${input.text.toLowerCase().replace('.', '')}. ${STORY}`)]
        : [say(STORY)],
    steps: [
      { do: 'interrupts', text: 'could you repeat that please', afterMs: 1_000 },
      { do: 'hears', text: 'You said could you repeat that please.' },
      { do: 'hears', text: STORY },
      { do: 'interrupts', text: 'what are your opening hours', afterMs: 1_500 },
      { do: 'hears', text: 'You said what are your opening hours.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'barge-in-forbidden',
    intent: 'Where the profile forbids it, the assistant speaks on.',
    policy: { bargeIn: false },
    answer: first(say(`${STORY} ${MORE}`)),
    steps: [
      { do: 'interrupts', text: 'could you repeat that please', afterMs: 500 },
      { do: 'hears', text: MORE },
      { do: 'hearsNothing', ms: 500 },
      { do: 'hasHeard', texts: [STORY, MORE] },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'farewell-is-heard-out',
    intent: 'Nobody is cut off from the farewell, and the call ends after it.',
    answer: () => [
      say('Thank you very much for calling us at this late hour of a very long day.'),
      { type: 'end', reason: 'done' },
    ],
    steps: [
      { do: 'interrupts', text: 'goodbye and thank you for your help', afterMs: 500 },
      { do: 'callIsOver' },
      { do: 'hasHeard', texts: ['Thank you very much for calling us at this late hour of a very long day.'] },
    ],
    ends: { by: 'assistant', why: 'finished' },
  },
  {
    name: 'digit-single',
    intent: 'One key answers a menu.',
    answer: first(say('Press 1 or 2.'), listenFor({ expect: 'digits', numDigits: 1 })),
    steps: [
      { do: 'hears', text: 'Press 1 or 2.' },
      { do: 'hearsNothing', ms: 500 },
      { do: 'presses', digits: '2' },
      { do: 'hears', text: 'You pressed 2.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'digits-during-prompt',
    intent: 'Keys silence the assistant at the first one, and count together.',
    answer: first(say(`Your order number? ${STORY}`), listenFor({ expect: 'digits', numDigits: 5 })),
    steps: [
      { do: 'hears', text: STORY },
      { do: 'presses', digits: '40721' },
      { do: 'hears', text: 'You pressed 40721.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'digits-with-terminator',
    intent: 'The finishing key ends the digits and is none of them.',
    answer: first(say('Your number, then the hash key.'), listenFor({ expect: 'digits', finishOnKey: '#' })),
    steps: [
      { do: 'hears', text: 'Your number' },
      { do: 'hearsNothing', ms: 500 },
      { do: 'presses', digits: '12#' },
      { do: 'hears', text: 'You pressed 12.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'digits-until-time-out',
    intent: 'Digits of unknown number are complete when no further one comes.',
    answer: first(say('Your number?'), listenFor({ expect: 'digits' })),
    steps: [
      { do: 'hears', text: 'Your number?' },
      { do: 'hearsNothing', ms: 500 },
      { do: 'presses', digits: '345' },
      { do: 'hears', text: 'You pressed 345.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'digits-typed-ahead',
    intent: 'Keys pressed into words that must be heard out count when they are over.',
    answer: first(
      say('Please listen carefully to this announcement.', false),
      listenFor({ expect: 'digits', numDigits: 2 }),
    ),
    steps: [
      { do: 'hears', text: 'Please listen' },
      { do: 'presses', digits: '42' },
      { do: 'hears', text: 'You pressed 42.' },
      { do: 'hasHeard', texts: ['Please listen carefully to this announcement.', 'You pressed 42.'] },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'star-during-prompt',
    intent: 'The caller’s star is a key like any other: the switch does not end the prompt by itself.',
    answer: first(say(STORY, false), listenFor({ expect: 'digits', numDigits: 1 })),
    steps: [
      { do: 'hears', text: STORY },
      { do: 'waits', ms: 500 },
      { do: 'presses', digits: '*' },
      { do: 'hears', text: 'You pressed *.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'zero-is-a-digit',
    intent: 'While digits are collected the key for people is a digit.',
    answer: first(say('Your number?'), listenFor({ expect: 'digits', numDigits: 3 })),
    steps: [
      { do: 'hears', text: 'Your number?' },
      { do: 'hearsNothing', ms: 500 },
      { do: 'presses', digits: '007' },
      { do: 'hears', text: 'You pressed 007.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'zero-alone',
    intent: 'The key for people, alone where more digits were expected, reaches people after all.',
    answer: first(say('Your number?'), listenFor({ expect: 'digits', numDigits: 3 })),
    steps: [
      { do: 'hears', text: 'Your number?' },
      { do: 'hearsNothing', ms: 500 },
      { do: 'presses', digits: '0' },
      { do: 'hears', text: 'One moment.' },
      { do: 'isSentTo', number: '2000' },
    ],
    ends: { why: 'handed-over', because: { why: 'asked', how: 'key' } },
  },
  {
    name: 'speech-after-digits',
    intent: 'After an answer by keys an answer by voice is understood as well.',
    answer: first(say(GREETING), listenFor({ expect: 'digits', numDigits: 1 })),
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'presses', digits: '4' },
      { do: 'hears', text: 'You pressed 4.' },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'You said what are your opening hours.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'digits-to-the-caller',
    intent: 'The assistant can press keys itself, and the talk goes on.',
    answer: first({ type: 'digits', digits: '12' }, say(GREETING)),
    steps: [{ do: 'hears', text: GREETING }, { do: 'hearsNothing', ms: 300 }, { do: 'hangsUp' }],
    ends: hungUp,
  },
]
