// The profile of tests: short waits, and phrases that are recognized at a glance.

import type { Profile } from '../src/call/profile.ts'

export const testProfile: Profile = {
  name: 'default',
  numbers: ['*'],
  language: 'en-US',
  voice: '',
  engine: 'scripted',
  hints: [],
  peopleKey: '0',
  people: 'people',
  recording: { keep: false, dir: '', consent: '', maskPbx: false },
  policy: {
    silenceMs: 5_000,
    silenceLimit: 2,
    endOfTurnMs: 700,
    maxUtteranceMs: 20_000,
    interDigitMs: 2_000,
    bargeIn: true,
    engineTimeoutMs: 8_000,
    recognitionTimeoutMs: 3_000,
    misheardLimit: 1,
    maxTurns: 50,
    maxMs: 600_000,
  },
  phrases: {
    silence: ['Are you still there?'],
    pardon: 'Pardon?',
    apology: 'I am sorry.',
    toPeople: 'One moment.',
    transferFailed: 'Nobody is there.',
    goodbye: 'Goodbye.',
  },
}
