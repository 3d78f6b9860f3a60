// Where a caller can be when their daemon dies: how they get there, how it is seen that they are, and what must become of them when
// the next daemon has the call.

import type { JournalEntry } from '../../src/call/journal.ts'
import type { Profile } from '../../src/call/profile.ts'
import { openExpectation } from '../../src/engine/engine.ts'
import { say } from '../fakes/providers.ts'
import { testProfile } from '../profile.ts'
import { echo, first, never } from '../scenarios/answers.ts'
import type { Assistant } from '../scenarios/venue.ts'
import { ENGINE_LIMIT_MS, type Talk } from './service.ts'

export const BRIDGE = 'Here I am again.'
export const GOING_ON = 'Now tell me how we go on.'
/** Some fifteen seconds, for those who must be found in the middle of it. */
const LONG = [
  'I will tell you a long story about a small town by the sea.',
  'Every morning the baker opened his shop before the sun was up.',
  'The fishermen came by, and each of them bought two loaves of bread.',
  'In the evening they told him what they had seen on the water.',
].join(' ')
/** Half as long: a caller whose call begins anew hears it again. */
const CONSENT =
  'This call is recorded, so that we can learn from it and do better. Say so at any time if you do not want that.'
const LONG_SENTENCE = `I would like to tell you about my order ${'and about everything that came with it '.repeat(3)}`
const QUESTION = 'hello there'
const INTERRUPTION = 'wait a moment please'
export const AFTERWARDS = 'thank you very much'
export const SAID = [LONG_SENTENCE, QUESTION, INTERRUPTION, AFTERWARDS]

const WAIT_MS = 25_000
const plain: Profile = {
  ...testProfile,
  name: 'plain',
  policy: {
    ...testProfile.policy,
    silenceMs: WAIT_MS,
    interDigitMs: WAIT_MS,
    maxUtteranceMs: WAIT_MS,
    engineTimeoutMs: ENGINE_LIMIT_MS,
  },
  phrases: { ...testProfile.phrases, resumed: BRIDGE },
}
/** Its calls are recorded, and the caller is told so at length. */
const recorded: Profile = {
  ...plain,
  name: 'recorded',
  recording: { ...plain.recording, keep: true, consent: CONSENT },
}
export const PROFILES: readonly Profile[] = [plain, recorded]

export interface Situation {
  name: string
  profile: 'plain' | 'recorded'
  answer: Assistant['answer']
  /** Brings the caller there, from the moment at which they are connected. */
  enter(talk: Talk): Promise<void> | void
  /** Whether the daemon is in it, by what it wrote last. */
  isIn(entries: readonly JournalEntry[]): boolean
  /** What must become of the caller when the call goes on; `beginning`: nothing had been asked, it begins as if it were new. */
  fate:
    | { is: 'talk' }
    | { is: 'beginning' }
    | { is: 'digits'; digits: string; answer: string }
    | { is: 'people'; number: string }
    | { is: 'end' }
}

type Answer = Assistant['answer']

/** An engine that, asked to go on, says so, or asks anew what it had asked. */
function resuming(answer: Answer, anew: ReturnType<typeof echo> = [say(GOING_ON)]): Answer {
  return (input, signal) => (input.type === 'resume' ? anew : answer(input, signal))
}

const fourDigits = {
  type: 'listen',
  expectation: { ...openExpectation, expect: 'digits', numDigits: 4 },
} as const
const secretDigits = {
  ...fourDigits,
  expectation: { ...fourDigits.expectation, confidential: true },
} as const

const answersNot: Answer = (input, signal) =>
  input.type === 'speech' && input.text.toLowerCase().includes('hello') ? never(input, signal) : echo(input)

/** Asks for digits, and does not repeat them. */
const asksForPin: Answer = input =>
  input.type === 'digits' ? [say('That is the right one.')] : [say('Your PIN, please.'), secretDigits]

const has = (type: string, text?: string) => (entries: readonly JournalEntry[]) =>
  entries.some(one => one.type === type && (text === undefined || String(one.text).startsWith(text)))

/** The last of these types that was written. */
function latest(entries: readonly JournalEntry[], ...types: string[]): string | undefined {
  return entries.findLast(({ type }) => types.includes(type))?.type
}

const greeted = (talk: Talk) => talk.until('is greeted', () => has('speechFinished')(talk.entries))

export const SITUATIONS: readonly Situation[] = [
  {
    name: 'being informed that the call is recorded',
    profile: 'recorded',
    answer: resuming(echo),
    enter: () => {},
    isIn: entries => has('promptStarted', 'This call')(entries) && !has('asked')(entries),
    fate: { is: 'beginning' },
  },
  {
    name: 'listened to in silence',
    profile: 'plain',
    answer: resuming(echo),
    enter: greeted,
    isIn: entries => latest(entries, 'speechFinished', 'callerSpoke', 'asked') === 'speechFinished',
    fate: { is: 'talk' },
  },
  {
    name: 'talking',
    profile: 'plain',
    answer: resuming(echo),
    enter: async talk => {
      await greeted(talk)
      void talk.says(LONG_SENTENCE)
    },
    isIn: entries => latest(entries, 'callerSpoke', 'callerPaused', 'asked') === 'callerSpoke',
    fate: { is: 'talk' },
  },
  {
    name: 'waiting for the engine',
    profile: 'plain',
    answer: resuming(answersNot),
    enter: async talk => {
      await greeted(talk)
      await talk.says(QUESTION)
    },
    isIn: entries => entries.filter(({ type }) => type === 'asked').length === 2,
    fate: { is: 'talk' },
  },
  {
    name: 'spoken to',
    profile: 'plain',
    answer: resuming(first(say(LONG))),
    enter: talk => talk.until('hears the story', () => talk.spoken.length >= 1),
    isIn: entries => latest(entries, 'promptStarted', 'speechFinished') === 'promptStarted',
    fate: { is: 'talk' },
  },
  {
    name: 'holding us',
    profile: 'plain',
    answer: resuming(echo),
    enter: async talk => {
      await greeted(talk)
      talk.phone.holds()
    },
    isIn: entries => latest(entries, 'held', 'unheld') === 'held',
    fate: { is: 'talk' },
  },
  {
    name: 'asked for something confidential',
    profile: 'plain',
    answer: resuming(asksForPin, [say('Your PIN again, please.'), secretDigits]),
    enter: async talk => {
      await greeted(talk)
      await talk.phone.presses('86')
    },
    isIn: entries => entries.filter(({ type }) => type === 'digitPressed').length === 2,
    fate: { is: 'digits', digits: '8642', answer: 'That is the right one.' },
  },
  {
    name: 'in the middle of a number',
    profile: 'plain',
    answer: resuming(first(say('Your number, please.'), fourDigits), [say('All of it, please.'), fourDigits]),
    enter: async talk => {
      await greeted(talk)
      await talk.phone.presses('12')
    },
    isIn: entries => entries.filter(({ type }) => type === 'digitPressed').length === 2,
    fate: { is: 'digits', digits: '1234', answer: 'You pressed 1234.' },
  },
  {
    name: 'told that they will be put through',
    profile: 'plain',
    answer: resuming(first({ type: 'transfer', to: 'sales', announce: LONG })),
    enter: talk => talk.until('hears the announcement', () => talk.spoken.length >= 1),
    isIn: entries => latest(entries, 'promptStarted', 'speechFinished') === 'promptStarted',
    fate: { is: 'people', number: '3000' },
  },
  {
    name: 'told good-bye',
    profile: 'plain',
    answer: resuming(first(say(LONG), { type: 'end', reason: 'all is said' })),
    enter: talk => talk.until('hears the good-bye', () => talk.spoken.length >= 1),
    isIn: entries => latest(entries, 'promptStarted', 'speechFinished') === 'promptStarted',
    fate: { is: 'end' },
  },
  // The last: nobody stays there for long.
  {
    name: 'interrupting',
    profile: 'plain',
    answer: resuming(first(say(LONG))),
    enter: async talk => {
      await talk.until('hears the story', () => talk.spoken.length >= 1)
      void talk.says(INTERRUPTION, 700)
    },
    isIn: entries =>
      has('promptStarted')(entries) && latest(entries, 'callerSpoke', 'utteranceHeard') === 'callerSpoke',
    fate: { is: 'talk' },
  },
]
