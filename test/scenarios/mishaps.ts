// What goes wrong, on either side, and what the caller gets then. The rule is always the same: people, or a polite end; never
// silence.

import type { Directive, Input } from '../../src/engine/engine.ts'
import { say } from '../fakes/providers.ts'
import { aborted, echo, first, GREETING, greetsOnly, never } from './answers.ts'
import type { Scenario, Step } from './scenario.ts'

const hungUp = { by: 'caller', why: 'hung-up' }
const people = (fault: string) => ({ why: 'handed-over', because: { why: 'fault', fault } })
const toPeople: Step[] = [
  { do: 'hears', text: 'I am sorry.' },
  { do: 'isSentTo', number: '2000' },
]
const STORY =
  'This is a very long story without any news in it for nobody at all to hear up to its very last word.'
const faultsOfProviders = 'the providers’ faults are scripted at their ports'

export const mishaps: readonly Scenario[] = [
  {
    name: 'silence-to-the-end',
    intent: 'A caller who says nothing is asked again, by engine and profile, and parted from politely.',
    policy: { silenceMs: 2_000 },
    answer: input => {
      if (input.type === 'start') return [say(GREETING)]
      return input.type === 'silence' && input.count === 1 ? [say('Hello?')] : []
    },
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hears', text: 'Hello?' },
      { do: 'hears', text: 'Are you still there?' },
      { do: 'hears', text: 'Goodbye.' },
      { do: 'callIsOver' },
    ],
    ends: { by: 'assistant', why: 'silence' },
  },
  {
    name: 'silence-then-speech',
    intent: 'A caller who speaks after a silence is answered as if nothing had been.',
    policy: { silenceMs: 2_000 },
    answer: echo,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hears', text: 'Are you still there?' },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'You said what are your opening hours.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'unknown-words',
    intent: 'What nobody can recognize is no answer: the caller is asked again when the silence is over.',
    policy: { silenceMs: 4_000 },
    answer: echo,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'waits', ms: 5_000 },
      { do: 'hears', text: 'Are you still there?' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'hold-and-return',
    intent: 'While the caller holds us nothing is spoken or counted; the cut sentence is said again.',
    policy: { silenceMs: 2_000 },
    answer: first(say(STORY)),
    steps: [
      { do: 'hears', text: STORY },
      { do: 'waits', ms: 800 },
      { do: 'holds', ms: 6_000 },
      { do: 'hears', text: STORY },
      { do: 'hasHeard', texts: [STORY, STORY] },
      { do: 'interrupts', text: 'could you repeat that please', afterMs: 500 },
      { do: 'hears', text: 'You said could you repeat that please.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'hold-while-listening',
    intent: 'A caller who holds us instead of answering is not asked whether they are there.',
    policy: { silenceMs: 2_000 },
    answer: echo,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'holds', ms: 6_000 },
      { do: 'hasHeard', texts: [GREETING] },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'You said what are your opening hours.' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  ...[0, 150, 900].map(
    (ms): Scenario => ({
      name: `hang-up-${ms}-ms-after-the-answer`,
      intent: 'A caller who leaves while the call begins leaves nothing behind.',
      answer: echo,
      steps: [{ do: 'waits', ms }, { do: 'hangsUp' }],
      ends: hungUp,
    }),
  ),
  {
    name: 'hang-up-while-speaking',
    intent: 'A caller who leaves in the middle of the assistant’s words.',
    answer: first(say(STORY)),
    steps: [{ do: 'hears', text: STORY }, { do: 'waits', ms: 700 }, { do: 'hangsUp' }],
    ends: hungUp,
  },
  {
    name: 'hang-up-after-speaking',
    intent: 'A caller who leaves before what they said is understood.',
    answer: echo,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'goodbye and thank you for your help' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'hang-up-while-thinking',
    intent: 'A caller who leaves while the engine thinks: its work is cancelled.',
    answer: greetsOnly,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'wasUnderstood', texts: ['what are your opening hours'] },
      { do: 'waits', ms: 1_000 },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'hang-up-while-held',
    intent: 'A caller who leaves while holding us.',
    answer: echo,
    steps: [{ do: 'hears', text: GREETING }, { do: 'holds', ms: 1_000 }, { do: 'hangsUp' }],
    ends: hungUp,
  },
  {
    name: 'hang-up-in-the-farewell',
    intent: 'A caller who leaves before the assistant has said goodbye.',
    answer: () => [say(STORY), { type: 'end', reason: 'done' }],
    steps: [{ do: 'hears', text: STORY }, { do: 'waits', ms: 500 }, { do: 'hangsUp' }],
    ends: hungUp,
  },
  {
    name: 'zero-while-the-engine-thinks',
    intent: 'The key for people works while the engine is silent.',
    answer: greetsOnly,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'wasUnderstood', texts: ['what are your opening hours'] },
      { do: 'presses', digits: '0' },
      { do: 'hears', text: 'One moment.' },
      { do: 'isSentTo', number: '2000' },
    ],
    ends: { why: 'handed-over', because: { why: 'asked', how: 'key' } },
  },
  {
    name: 'zero-before-the-greeting',
    intent: 'The key for people works before the engine has said a word.',
    answer: never,
    steps: [
      { do: 'waits', ms: 500 },
      { do: 'presses', digits: '0' },
      { do: 'hears', text: 'One moment.' },
      { do: 'isSentTo', number: '2000' },
    ],
    ends: { why: 'handed-over', because: { why: 'asked', how: 'key' } },
  },
  {
    name: 'zero-into-the-greeting',
    intent: 'The key for people works while the assistant speaks.',
    answer: first(say(STORY)),
    steps: [
      { do: 'hears', text: STORY },
      { do: 'presses', digits: '0' },
      { do: 'hears', text: 'One moment.' },
      { do: 'isSentTo', number: '2000' },
    ],
    ends: { why: 'handed-over', because: { why: 'asked', how: 'key' } },
  },
  {
    name: 'engine-slow',
    intent: 'An engine that says nothing in time: an apology, then people.',
    policy: { engineTimeoutMs: 2_000 },
    answer: greetsOnly,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      ...toPeople,
    ],
    ends: people('engine'),
  },
  {
    name: 'engine-gone',
    intent: 'An engine that fails at once: an apology, then people.',
    answer: fails,
    steps: toPeople,
    ends: people('engine'),
  },
  {
    name: 'engine-stops-half-way',
    intent: 'An engine that begins to answer and breaks off: what it said is not the last word.',
    policy: { engineTimeoutMs: 2_000 },
    answer: async function* (_input, signal) {
      yield say('Let me see.')
      await aborted(signal)
    },
    steps: [{ do: 'hears', text: 'Let me see.' }, ...toPeople],
    ends: people('engine'),
  },
  {
    name: 'engine-has-nothing-to-say',
    intent: 'An engine without an answer: the caller is asked by the profile rather than left in silence.',
    policy: { silenceMs: 2_000 },
    answer: input => (input.type === 'start' ? [say(GREETING)] : []),
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'Are you still there?' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'sound-that-is-not-there',
    intent: 'A sound file that does not exist is left out, and the rest is said.',
    answer: first(say('Before.'), { type: 'play', file: 'missing.wav', interruptible: true }, say('After.')),
    steps: [
      { do: 'hears', text: 'Before.' },
      { do: 'hears', text: 'After.' },
      { do: 'hearsNothing', ms: 300 },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'transfer',
    intent: 'The engine sends the caller to a destination; the announcement is heard to its end.',
    answer: () => [{ type: 'transfer', to: 'sales', announce: 'I connect you with sales.' }],
    steps: [
      { do: 'hears', text: 'I connect you with sales.' },
      { do: 'isSentTo', number: '3000' },
    ],
    ends: { why: 'handed-over', because: { why: 'asked', how: 'engine' } },
  },
  {
    name: 'transfer-to-nowhere',
    intent: 'A place that is no destination is never dialled, and the engine is told.',
    answer: input =>
      input.type === 'transfer'
        ? [say('I cannot do that.')]
        : [{ type: 'transfer', to: '+4990012345', announce: null }],
    steps: [{ do: 'hears', text: 'I cannot do that.' }, { do: 'hearsNothing', ms: 300 }, { do: 'hangsUp' }],
    ends: hungUp,
  },
  {
    name: 'caller-id-in-latin-1',
    intent: 'A name that is no UTF-8 is a name like any other.',
    dialling: { callerNameBytes: Buffer.from('José', 'latin1') },
    answer: echo,
    steps: [{ do: 'hears', text: GREETING }, { do: 'hearsNothing', ms: 300 }, { do: 'hangsUp' }],
    ends: hungUp,
  },
  {
    name: 'caller-id-hostile',
    intent: 'A name full of commands is only text.',
    dialling: { callerName: 'x]{a=b}^^:| hangup' },
    answer: echo,
    steps: [{ do: 'hears', text: GREETING }, { do: 'hearsNothing', ms: 300 }, { do: 'hangsUp' }],
    ends: hungUp,
  },
  {
    name: 'recognizer-fails',
    intent: 'Nobody can recognize anything: the caller is asked once more, then meets people.',
    onlyEmbedded: faultsOfProviders,
    trouble: { recognizer: 'fails' },
    answer: echo,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'Pardon?' },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      ...toPeople,
    ],
    ends: people('recognizer'),
  },
  {
    name: 'recognizer-is-silent',
    intent: 'A recognizer that never answers does not leave the caller waiting.',
    onlyEmbedded: faultsOfProviders,
    trouble: { recognizer: 'is silent' },
    answer: echo,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'Pardon?' },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'voice-fails',
    intent: 'Without a voice the caller still reaches people.',
    onlyEmbedded: faultsOfProviders,
    trouble: { voice: 'fails' },
    answer: echo,
    steps: [
      { do: 'isSentTo', number: '2000' },
      { do: 'hasHeard', texts: [] },
    ],
    ends: people('voice'),
  },
  {
    name: 'recording-cannot-be-written',
    intent: 'A caller whom we cannot hear goes to people at once.',
    onlyEmbedded: 'a switch whose memory file system is full is scripted in the embedded one',
    trouble: { recording: 'cannot be written' },
    answer: echo,
    steps: toPeople,
    ends: people('switch'),
  },
]

// biome-ignore lint/correctness/useYield: it fails before it has anything to yield
async function* fails(_input: Input): AsyncIterable<Directive> {
  throw new Error('the engine of this scenario is broken')
}
