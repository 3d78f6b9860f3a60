// Calls that are recorded to be kept, and what must not be in any recording.

import { listenFor, say } from '../fakes/providers.ts'
import { testProfile } from '../profile.ts'
import { echo, GREETING } from './answers.ts'
import type { Scenario } from './scenario.ts'

const hungUp = { by: 'caller', why: 'hung-up' }
/** Where files are on a disk, the venue has a folder of its own for them. */
const kept = { ...testProfile.recording, keep: true, dir: '/kept' }
const CONSENT = 'This call is recorded, so that we may learn from it and serve you better the next time.'
const card = { expect: 'digits', numDigits: 8, confidential: true } as const

export const recording: readonly Scenario[] = [
  {
    name: 'kept-recording',
    intent: 'A recording that is kept beside the ear takes nothing from what is heard.',
    profile: { recording: kept },
    answer: echo,
    steps: [
      { do: 'hears', text: GREETING },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'You said what are your opening hours.' },
      { do: 'hearsNothing', ms: 300 },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'consent-first',
    intent: 'The caller is told that they are recorded, to its end, before the assistant greets them.',
    profile: { recording: { ...kept, consent: CONSENT } },
    answer: echo,
    steps: [
      { do: 'interrupts', text: 'what are your opening hours', afterMs: 300 },
      { do: 'hears', text: GREETING },
      { do: 'hasHeard', texts: [CONSENT, GREETING] },
      { do: 'hearsNothing', ms: 300 },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
  {
    name: 'people-before-consent',
    intent: 'A caller who is told of the recording may ask for people before it begins.',
    profile: { recording: { ...kept, consent: CONSENT } },
    answer: echo,
    steps: [
      { do: 'hears', text: 'This call is recorded' },
      { do: 'presses', digits: '0' },
      { do: 'isSentTo', number: '2000' },
    ],
    ends: { why: 'handed-over', because: { why: 'asked', how: 'key' } },
  },
  {
    name: 'confidential-digits',
    intent: 'A caller who says aloud what they key in confidence is understood by their keys alone.',
    profile: { recording: kept },
    answer: input => {
      if (input.type === 'start') return [say('The number of your card, please.'), listenFor(card)]
      if (input.type === 'digits') return [say(`That was ${input.digits.length} digits.`), listenFor({})]
      return echo(input)
    },
    steps: [
      { do: 'hears', text: 'The number of your card, please.' },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'please cancel my appointment' },
      { do: 'presses', digits: '49291182' },
      { do: 'hears', text: 'That was 8 digits.' },
      { do: 'hearsNothing', ms: 500 },
      { do: 'says', text: 'what are your opening hours' },
      { do: 'hears', text: 'You said what are your opening hours.' },
      { do: 'wasUnderstood', texts: ['what are your opening hours'] },
      { do: 'hearsNothing', ms: 300 },
      { do: 'hangsUp' },
    ],
    ends: hungUp,
  },
]
