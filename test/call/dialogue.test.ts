// The dialogue as a table: every phase against every event. What has no row must change nothing and ask for nothing.

import { describe, expect, test } from 'vitest'
import type { Dialogue, DialogueSettings, Phase, Speaking } from '../../src/call/dialogue/state.ts'
import { isConfidential, newDialogue, timersOf } from '../../src/call/dialogue/state.ts'
import { step } from '../../src/call/dialogue.ts'
import type { CallEvent, Command, Utterance } from '../../src/call/vocabulary.ts'
import { type Directive, type Expectation, openExpectation } from '../../src/engine/engine.ts'

const people = { number: '2000', context: 'public' }
const sales = { number: '3000', context: 'public' }

const settings: DialogueSettings = {
  policy: {
    silenceMs: 7_000,
    silenceLimit: 2,
    endOfTurnMs: 700,
    endOfTurnMinMs: 300,
    endOfTurnMaxMs: 1_500,
    maxUtteranceMs: 30_000,
    interDigitMs: 3_000,
    bargeIn: true,
    speculation: true,
    fillerMs: 2_000,
    comfortMs: 5_000,
    engineTimeoutMs: 8_000,
    recognitionTimeoutMs: 3_000,
    misheardLimit: 1,
    maxTurns: 100,
    maxMs: 3_600_000,
  },
  phrases: {
    silence: ['Are you there?', 'Hello?'],
    pardon: 'Pardon?',
    apology: 'Sorry.',
    toPeople: 'One moment.',
    transferFailed: 'Nobody is there.',
    resumed: 'Where were we?',
    filler: 'Let me see.',
    comfort: 'A little longer.',
    goodbye: 'Goodbye.',
  },
  turns: 'live',
  language: 'en-US',
  voice: 'ada',
  own: { language: 'en-US', voice: 'ada' },
  peopleKey: '0',
  people,
  destinations: { sales },
  recording: { keep: false, consent: '' },
}

const said: Utterance = { text: 'hello', confidence: 0.9, language: null, durationMs: 400 }
const listen = { does: 'listen', expectation: openExpectation } as const
const speaking: Speaking = {
  is: 'speaking',
  answer: 'coming',
  interruptible: true,
  unheard: null,
  disturbed: 0,
  typed: '',
  next: listen,
}
const complete: Speaking = { ...speaking, answer: 'complete' }
const ending = { by: 'assistant', why: 'finished', reason: 'done' } as const
const listening = {
  is: 'listening',
  expectation: openExpectation,
  digits: '',
  carried: null,
  silentUntilMs: 7_000,
} as const

const card = { ...openExpectation, expect: 'digits', numDigits: 4, confidential: true } as const
const listenToCard = { does: 'listen', expectation: card } as const
const cardEntered = { type: 'digits', digits: '4111', confidential: true } as const

const TURN = 3
const phases: Record<string, Phase> = {
  opening: { is: 'opening', past: null },
  'thinking:start': { is: 'thinking', about: { type: 'start' }, fillers: 0, typed: '', next: listen },
  'thinking:speech': {
    is: 'thinking',
    about: { type: 'speech', utterance: said },
    fillers: 0,
    typed: '',
    next: listen,
  },
  'thinking:silence': {
    is: 'thinking',
    about: { type: 'silence', count: 1, ms: 7_000 },
    fillers: 0,
    typed: '',
    next: listen,
  },
  speaking,
  'speaking:unheard': { ...speaking, unheard: { type: 'speech', utterance: said } },
  'speaking:complete': complete,
  'speaking:heard out': { ...complete, interruptible: false },
  'speaking:leaving': {
    ...complete,
    interruptible: false,
    next: { does: 'transfer', to: people, name: 'people', because: { why: 'asked', how: 'key' } },
  },
  interrupted: { is: 'interrupted', speech: speaking },
  listening,
  'listening:digits': { ...listening, digits: '4' },
  held: { is: 'held', before: listening },
  informing: { is: 'informing' },
  'held:informing': { is: 'held', before: { is: 'informing' } },
  'thinking:confidential': { is: 'thinking', about: cardEntered, fillers: 0, typed: '', next: listen },
  'speaking:confidential': { ...speaking, next: listenToCard },
  'listening:confidential': { ...listening, expectation: card },
  'held:confidential': { is: 'held', before: { ...listening, expectation: card } },
  moving: { is: 'moving', to: people, name: 'people', because: { why: 'asked', how: 'key' } },
  closing: { is: 'closing', ending },
  over: { is: 'over', ending },
}

const say = (text: string) =>
  ({ type: 'say', text, interruptible: true, language: null, voice: null }) as const

const events: Record<string, CallEvent> = {
  opened: { type: 'opened', atMs: 0 },
  openingFailed: { type: 'openingFailed', message: 'no', atMs: 0 },
  callerSpoke: { type: 'callerSpoke', atMs: 0 },
  callerPaused: { type: 'callerPaused', silentMs: 700, atMs: 0 },
  utteranceHeard: { type: 'utteranceHeard', utterance: said, atMs: 0 },
  nothingHeard: { type: 'nothingHeard', atMs: 0 },
  hearingFailed: { type: 'hearingFailed', message: 'no', atMs: 0 },
  earFailed: { type: 'earFailed', message: 'no', atMs: 0 },
  'digit 5': { type: 'digitPressed', digit: '5', atMs: 0 },
  'digit 0': { type: 'digitPressed', digit: '0', atMs: 0 },
  held: { type: 'held', atMs: 0 },
  unheld: { type: 'unheld', atMs: 0 },
  say: { type: 'directiveGiven', turn: TURN, directive: say('Good.'), atMs: 0 },
  'listen directive': {
    type: 'directiveGiven',
    turn: TURN,
    directive: { type: 'listen', expectation: { ...openExpectation, expect: 'yes-no' } },
    atMs: 0,
  },
  'confidential listen': {
    type: 'directiveGiven',
    turn: TURN,
    directive: { type: 'listen', expectation: card },
    atMs: 0,
  },
  'transfer directive': {
    type: 'directiveGiven',
    turn: TURN,
    directive: { type: 'transfer', to: 'sales', announce: 'To sales.' },
    atMs: 0,
  },
  'unknown transfer': {
    type: 'directiveGiven',
    turn: TURN,
    directive: { type: 'transfer', to: 'nowhere', announce: null },
    atMs: 0,
  },
  'end directive': {
    type: 'directiveGiven',
    turn: TURN,
    directive: { type: 'end', reason: 'done' },
    atMs: 0,
  },
  answerFinished: { type: 'answerFinished', turn: TURN, atMs: 0 },
  engineFailed: { type: 'engineFailed', turn: TURN, message: 'no', atMs: 0 },
  speechStarted: { type: 'speechStarted', turn: TURN, atMs: 0 },
  speechFinished: { type: 'speechFinished', turn: TURN, atMs: 0 },
  voiceFailed: { type: 'voiceFailed', turn: TURN, message: 'no', atMs: 0 },
  'time: silence': { type: 'timeUp', name: 'silence', turn: TURN, atMs: 0 },
  'time: digits': { type: 'timeUp', name: 'digits', turn: TURN, atMs: 0 },
  'time: engine': { type: 'timeUp', name: 'engine', turn: TURN, atMs: 0 },
  'time: call': { type: 'timeUp', name: 'call', turn: null, atMs: 0 },
  'time: closing': { type: 'timeUp', name: 'closing', turn: TURN, atMs: 0 },
  transferFailed: { type: 'transferFailed', message: 'no', atMs: 0 },
  legMoved: { type: 'legMoved', atMs: 0 },
  legHungUp: { type: 'legHungUp', hangUp: { by: 'caller', cause: 'NORMAL_CLEARING' }, atMs: 0 },
  legLost: { type: 'legLost', message: 'gone', atMs: 0 },
  shutdownBegun: { type: 'shutdownBegun', atMs: 0 },
  faulted: { type: 'faulted', message: 'bug', atMs: 0 },
}

function at(phase: Phase, more: Partial<Dialogue> = {}): Dialogue {
  return { ...newDialogue(settings, null), turn: TURN, silences: 1, phase, ...more }
}

function summary(command: Command): string {
  switch (command.type) {
    case 'startTimer':
      return `start ${command.name} ${command.ms}`
    case 'stopTimer':
      return `stop ${command.name}`
    case 'speak':
      return command.piece.kind === 'sound' ? `play ${command.piece.file}` : `speak "${command.piece.text}"`
    case 'ask':
      return `ask ${command.turn} ${command.question.type}`
    case 'transfer':
      return `transfer ${command.to.number}`
    case 'close':
      return `close ${command.ending.by}/${command.ending.why}`
    case 'listen':
      return `listen ${command.expectation.expect}`
    default:
      return command.type
  }
}

function outcome(from: Dialogue, event: CallEvent): string | undefined {
  const [to, commands] = step(from, event)
  if (commands.length === 0 && to.phase === from.phase && to.turn === from.turn) return undefined
  return [to.phase.is, ...commands.map(summary)].join(' · ')
}

// [phase, event, phase afterwards · commands in order]
const table: ReadonlyArray<readonly [string, string, string]> = [
  [
    'opening',
    'opened',
    'thinking · start call 3600000 · ask 0 start · start engine 8000 · start filler 2000',
  ],
  ['opening', 'openingFailed', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['opening', 'held', 'held'],
  ['opening', 'earFailed', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['opening', 'digit 0', 'speaking · withdraw · deafen · speak "One moment." · finishSpeech'],
  ['opening', 'time: call', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['opening', 'legMoved', 'over · close switch/taken'],
  ['opening', 'legHungUp', 'over · close caller/hung-up'],
  ['opening', 'legLost', 'over · close switch/lost'],
  ['opening', 'shutdownBegun', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['opening', 'faulted', 'moving · transfer 2000 · start closing 5000'],
  [
    'thinking:start',
    'earFailed',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:start', 'digit 5', 'thinking'],
  [
    'thinking:start',
    'digit 0',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "One moment." · finishSpeech',
  ],
  ['thinking:start', 'held', 'held · stop engine · stop filler'],
  ['thinking:start', 'say', 'speaking · stop filler · listen open · speak "Good." · start engine 8000'],
  ['thinking:start', 'listen directive', 'thinking'],
  [
    'thinking:start',
    'transfer directive',
    'speaking · stop engine · stop filler · listen open · speak "To sales." · deafen · finishSpeech',
  ],
  [
    'thinking:start',
    'unknown transfer',
    'thinking · ask 4 transferFailed · start engine 8000 · start filler 2000',
  ],
  [
    'thinking:start',
    'end directive',
    'closing · stop engine · stop filler · deafen · hangUp · start closing 5000',
  ],
  [
    'thinking:start',
    'answerFinished',
    'listening · stop engine · stop filler · listen open · start silence 7000',
  ],
  [
    'thinking:start',
    'engineFailed',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'thinking:start',
    'time: engine',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'thinking:start',
    'time: call',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:start', 'legMoved', 'over · stop engine · stop filler · close switch/taken'],
  ['thinking:start', 'legHungUp', 'over · stop engine · stop filler · close caller/hung-up'],
  ['thinking:start', 'legLost', 'over · stop engine · stop filler · close switch/lost'],
  [
    'thinking:start',
    'shutdownBegun',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:start', 'faulted', 'moving · stop engine · stop filler · transfer 2000 · start closing 5000'],
  [
    'thinking:speech',
    'callerSpoke',
    'listening · stop engine · stop filler · hush · withdraw · listen open · start silence 7000',
  ],
  [
    'thinking:speech',
    'utteranceHeard',
    'thinking · hush · ask 4 speech · start engine 8000 · start filler 2000',
  ],
  [
    'thinking:speech',
    'earFailed',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:speech', 'digit 5', 'thinking'],
  [
    'thinking:speech',
    'digit 0',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "One moment." · finishSpeech',
  ],
  ['thinking:speech', 'held', 'held · stop engine · stop filler'],
  ['thinking:speech', 'say', 'speaking · stop filler · listen open · speak "Good." · start engine 8000'],
  ['thinking:speech', 'listen directive', 'thinking'],
  [
    'thinking:speech',
    'transfer directive',
    'speaking · stop engine · stop filler · listen open · speak "To sales." · deafen · finishSpeech',
  ],
  [
    'thinking:speech',
    'unknown transfer',
    'thinking · ask 4 transferFailed · start engine 8000 · start filler 2000',
  ],
  [
    'thinking:speech',
    'end directive',
    'closing · stop engine · stop filler · deafen · hangUp · start closing 5000',
  ],
  [
    'thinking:speech',
    'answerFinished',
    'listening · stop engine · stop filler · listen open · start silence 7000',
  ],
  [
    'thinking:speech',
    'engineFailed',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'thinking:speech',
    'time: engine',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'thinking:speech',
    'time: call',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:speech', 'legMoved', 'over · stop engine · stop filler · close switch/taken'],
  ['thinking:speech', 'legHungUp', 'over · stop engine · stop filler · close caller/hung-up'],
  ['thinking:speech', 'legLost', 'over · stop engine · stop filler · close switch/lost'],
  [
    'thinking:speech',
    'shutdownBegun',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:speech', 'faulted', 'moving · stop engine · stop filler · transfer 2000 · start closing 5000'],
  [
    'thinking:silence',
    'callerSpoke',
    'listening · stop engine · stop filler · hush · withdraw · listen open · start silence 7000',
  ],
  [
    'thinking:silence',
    'utteranceHeard',
    'thinking · hush · ask 4 speech · start engine 8000 · start filler 2000',
  ],
  [
    'thinking:silence',
    'earFailed',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:silence', 'digit 5', 'thinking'],
  [
    'thinking:silence',
    'digit 0',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "One moment." · finishSpeech',
  ],
  ['thinking:silence', 'held', 'held · stop engine · stop filler'],
  ['thinking:silence', 'say', 'speaking · stop filler · listen open · speak "Good." · start engine 8000'],
  ['thinking:silence', 'listen directive', 'thinking'],
  [
    'thinking:silence',
    'transfer directive',
    'speaking · stop engine · stop filler · listen open · speak "To sales." · deafen · finishSpeech',
  ],
  [
    'thinking:silence',
    'unknown transfer',
    'thinking · ask 4 transferFailed · start engine 8000 · start filler 2000',
  ],
  [
    'thinking:silence',
    'end directive',
    'closing · stop engine · stop filler · deafen · hangUp · start closing 5000',
  ],
  [
    'thinking:silence',
    'answerFinished',
    'speaking · stop engine · stop filler · withdraw · listen open · speak "Are you there?" · finishSpeech',
  ],
  [
    'thinking:silence',
    'engineFailed',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'thinking:silence',
    'time: engine',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'thinking:silence',
    'time: call',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:silence', 'legMoved', 'over · stop engine · stop filler · close switch/taken'],
  ['thinking:silence', 'legHungUp', 'over · stop engine · stop filler · close caller/hung-up'],
  ['thinking:silence', 'legLost', 'over · stop engine · stop filler · close switch/lost'],
  [
    'thinking:silence',
    'shutdownBegun',
    'speaking · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:silence', 'faulted', 'moving · stop engine · stop filler · transfer 2000 · start closing 5000'],
  ['speaking', 'callerSpoke', 'interrupted · hush'],
  ['speaking', 'utteranceHeard', 'thinking · hush · ask 4 speech · start engine 8000 · start filler 2000'],
  ['speaking', 'earFailed', 'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking', 'digit 5', 'listening · stop engine · hush · withdraw · start digits 3000'],
  ['speaking', 'digit 0', 'speaking · stop engine · withdraw · deafen · speak "One moment." · finishSpeech'],
  ['speaking', 'held', 'held · stop engine'],
  ['speaking', 'say', 'speaking · speak "Good." · start engine 8000'],
  ['speaking', 'listen directive', 'speaking · listen yes-no'],
  ['speaking', 'transfer directive', 'speaking · stop engine · speak "To sales." · deafen · finishSpeech'],
  ['speaking', 'unknown transfer', 'thinking · ask 4 transferFailed · start engine 8000 · start filler 2000'],
  ['speaking', 'end directive', 'speaking · stop engine · deafen · finishSpeech'],
  ['speaking', 'answerFinished', 'speaking · stop engine · finishSpeech'],
  ['speaking', 'engineFailed', 'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking', 'voiceFailed', 'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking', 'time: engine', 'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking', 'time: call', 'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking', 'legMoved', 'over · stop engine · close switch/taken'],
  ['speaking', 'legHungUp', 'over · stop engine · close caller/hung-up'],
  ['speaking', 'legLost', 'over · stop engine · close switch/lost'],
  ['speaking', 'shutdownBegun', 'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking', 'faulted', 'moving · stop engine · transfer 2000 · start closing 5000'],
  [
    'speaking:unheard',
    'callerSpoke',
    'listening · stop engine · hush · withdraw · listen open · start silence 7000',
  ],
  [
    'speaking:unheard',
    'utteranceHeard',
    'thinking · hush · ask 4 speech · start engine 8000 · start filler 2000',
  ],
  [
    'speaking:unheard',
    'earFailed',
    'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['speaking:unheard', 'digit 5', 'listening · stop engine · hush · withdraw · start digits 3000'],
  [
    'speaking:unheard',
    'digit 0',
    'speaking · stop engine · withdraw · deafen · speak "One moment." · finishSpeech',
  ],
  ['speaking:unheard', 'held', 'held · stop engine'],
  ['speaking:unheard', 'say', 'speaking · speak "Good." · start engine 8000'],
  ['speaking:unheard', 'listen directive', 'speaking · listen yes-no'],
  [
    'speaking:unheard',
    'transfer directive',
    'speaking · stop engine · speak "To sales." · deafen · finishSpeech',
  ],
  [
    'speaking:unheard',
    'unknown transfer',
    'thinking · ask 4 transferFailed · start engine 8000 · start filler 2000',
  ],
  ['speaking:unheard', 'end directive', 'speaking · stop engine · deafen · finishSpeech'],
  ['speaking:unheard', 'answerFinished', 'speaking · stop engine · finishSpeech'],
  [
    'speaking:unheard',
    'engineFailed',
    'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'speaking:unheard',
    'voiceFailed',
    'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'speaking:unheard',
    'time: engine',
    'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'speaking:unheard',
    'time: call',
    'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['speaking:unheard', 'legMoved', 'over · stop engine · close switch/taken'],
  ['speaking:unheard', 'legHungUp', 'over · stop engine · close caller/hung-up'],
  ['speaking:unheard', 'legLost', 'over · stop engine · close switch/lost'],
  [
    'speaking:unheard',
    'shutdownBegun',
    'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['speaking:unheard', 'faulted', 'moving · stop engine · transfer 2000 · start closing 5000'],
  ['speaking:unheard', 'speechStarted', 'speaking'],
  ['speaking:complete', 'callerSpoke', 'interrupted · hush'],
  [
    'speaking:complete',
    'utteranceHeard',
    'thinking · hush · ask 4 speech · start engine 8000 · start filler 2000',
  ],
  ['speaking:complete', 'earFailed', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking:complete', 'digit 5', 'listening · hush · withdraw · start digits 3000'],
  ['speaking:complete', 'digit 0', 'speaking · withdraw · deafen · speak "One moment." · finishSpeech'],
  ['speaking:complete', 'held', 'held'],
  ['speaking:complete', 'speechFinished', 'listening · listen open · start silence 7000'],
  ['speaking:complete', 'voiceFailed', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking:complete', 'time: call', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking:complete', 'legMoved', 'over · close switch/taken'],
  ['speaking:complete', 'legHungUp', 'over · close caller/hung-up'],
  ['speaking:complete', 'legLost', 'over · close switch/lost'],
  ['speaking:complete', 'shutdownBegun', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking:complete', 'faulted', 'moving · transfer 2000 · start closing 5000'],
  ['speaking:heard out', 'earFailed', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking:heard out', 'digit 5', 'speaking'],
  ['speaking:heard out', 'digit 0', 'speaking · withdraw · deafen · speak "One moment." · finishSpeech'],
  ['speaking:heard out', 'held', 'held'],
  ['speaking:heard out', 'speechFinished', 'listening · listen open · start silence 7000'],
  ['speaking:heard out', 'voiceFailed', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking:heard out', 'time: call', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking:heard out', 'legMoved', 'over · close switch/taken'],
  ['speaking:heard out', 'legHungUp', 'over · close caller/hung-up'],
  ['speaking:heard out', 'legLost', 'over · close switch/lost'],
  ['speaking:heard out', 'shutdownBegun', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['speaking:heard out', 'faulted', 'moving · transfer 2000 · start closing 5000'],
  ['speaking:leaving', 'held', 'moving · hush · transfer 2000 · start closing 5000'],
  ['speaking:leaving', 'speechFinished', 'moving · transfer 2000 · start closing 5000'],
  ['speaking:leaving', 'voiceFailed', 'moving · transfer 2000 · start closing 5000'],
  ['speaking:leaving', 'legMoved', 'over · close switch/taken'],
  ['speaking:leaving', 'legHungUp', 'over · close caller/hung-up'],
  ['speaking:leaving', 'legLost', 'over · close switch/lost'],
  ['speaking:leaving', 'faulted', 'moving · transfer 2000 · start closing 5000'],
  ['interrupted', 'utteranceHeard', 'thinking · hush · ask 4 speech · start engine 8000 · start filler 2000'],
  ['interrupted', 'nothingHeard', 'speaking · listen open · resumeSpeech · start engine 8000'],
  [
    'interrupted',
    'hearingFailed',
    'speaking · stop engine · withdraw · listen open · speak "Pardon?" · finishSpeech',
  ],
  ['interrupted', 'earFailed', 'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['interrupted', 'digit 5', 'listening · stop engine · hush · withdraw · start digits 3000'],
  [
    'interrupted',
    'digit 0',
    'speaking · stop engine · withdraw · deafen · speak "One moment." · finishSpeech',
  ],
  ['interrupted', 'held', 'held · stop engine'],
  ['interrupted', 'say', 'interrupted · speak "Good." · start engine 8000'],
  ['interrupted', 'listen directive', 'interrupted · listen yes-no'],
  ['interrupted', 'transfer directive', 'interrupted · stop engine · speak "To sales." · finishSpeech'],
  [
    'interrupted',
    'unknown transfer',
    'thinking · ask 4 transferFailed · start engine 8000 · start filler 2000',
  ],
  ['interrupted', 'end directive', 'interrupted · stop engine · finishSpeech'],
  ['interrupted', 'answerFinished', 'interrupted · stop engine · finishSpeech'],
  [
    'interrupted',
    'engineFailed',
    'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'interrupted',
    'voiceFailed',
    'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['interrupted', 'time: engine', 'interrupted · start engine 8000'],
  ['interrupted', 'time: call', 'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['interrupted', 'legMoved', 'over · stop engine · close switch/taken'],
  ['interrupted', 'legHungUp', 'over · stop engine · close caller/hung-up'],
  ['interrupted', 'legLost', 'over · stop engine · close switch/lost'],
  [
    'interrupted',
    'shutdownBegun',
    'speaking · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['interrupted', 'faulted', 'moving · stop engine · transfer 2000 · start closing 5000'],
  [
    'listening',
    'utteranceHeard',
    'thinking · stop silence · hush · ask 4 speech · start engine 8000 · start filler 2000',
  ],
  [
    'listening',
    'hearingFailed',
    'speaking · stop silence · withdraw · listen open · speak "Pardon?" · finishSpeech',
  ],
  ['listening', 'earFailed', 'speaking · stop silence · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['listening', 'digit 5', 'listening · stop silence · start digits 3000'],
  [
    'listening',
    'digit 0',
    'speaking · stop silence · withdraw · deafen · speak "One moment." · finishSpeech',
  ],
  ['listening', 'held', 'held · stop silence'],
  ['listening', 'time: silence', 'thinking · stop silence · ask 4 silence · start engine 8000'],
  ['listening', 'time: call', 'speaking · stop silence · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['listening', 'legMoved', 'over · stop silence · close switch/taken'],
  ['listening', 'legHungUp', 'over · stop silence · close caller/hung-up'],
  ['listening', 'legLost', 'over · stop silence · close switch/lost'],
  [
    'listening',
    'shutdownBegun',
    'speaking · stop silence · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['listening', 'faulted', 'moving · stop silence · transfer 2000 · start closing 5000'],
  [
    'listening:digits',
    'utteranceHeard',
    'thinking · stop digits · hush · ask 4 speech · start engine 8000 · start filler 2000',
  ],
  [
    'listening:digits',
    'hearingFailed',
    'speaking · stop digits · withdraw · listen open · speak "Pardon?" · finishSpeech',
  ],
  [
    'listening:digits',
    'earFailed',
    'speaking · stop digits · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['listening:digits', 'digit 5', 'listening · start digits 3000'],
  ['listening:digits', 'digit 0', 'listening · start digits 3000'],
  ['listening:digits', 'held', 'held · stop digits'],
  [
    'listening:digits',
    'time: digits',
    'thinking · stop digits · hush · ask 4 digits · start engine 8000 · start filler 2000',
  ],
  [
    'listening:digits',
    'time: call',
    'speaking · stop digits · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['listening:digits', 'legMoved', 'over · stop digits · close switch/taken'],
  ['listening:digits', 'legHungUp', 'over · stop digits · close caller/hung-up'],
  ['listening:digits', 'legLost', 'over · stop digits · close switch/lost'],
  [
    'listening:digits',
    'shutdownBegun',
    'speaking · stop digits · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['listening:digits', 'faulted', 'moving · stop digits · transfer 2000 · start closing 5000'],
  ['held', 'earFailed', 'moving · withdraw · hush · transfer 2000 · start closing 5000'],
  ['held', 'unheld', 'listening · listen open · start silence 7000'],
  ['held', 'time: call', 'moving · withdraw · hush · transfer 2000 · start closing 5000'],
  ['held', 'legMoved', 'over · close switch/taken'],
  ['held', 'legHungUp', 'over · close caller/hung-up'],
  ['held', 'legLost', 'over · close switch/lost'],
  ['held', 'shutdownBegun', 'moving · withdraw · hush · transfer 2000 · start closing 5000'],
  ['held', 'faulted', 'moving · transfer 2000 · start closing 5000'],
  ['thinking:start', 'confidential listen', 'thinking · mask'],
  ['thinking:speech', 'confidential listen', 'thinking · mask'],
  ['thinking:silence', 'confidential listen', 'thinking · mask'],
  ['speaking', 'confidential listen', 'speaking · mask · deafen'],
  ['speaking:unheard', 'confidential listen', 'speaking · mask · deafen'],
  ['interrupted', 'confidential listen', 'speaking · mask · deafen · resumeSpeech · start engine 8000'],
  ['informing', 'earFailed', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['informing', 'digit 0', 'speaking · withdraw · deafen · speak "One moment." · finishSpeech'],
  ['informing', 'held', 'held'],
  [
    'informing',
    'speechFinished',
    'thinking · keepRecording · ask 0 start · start engine 8000 · start filler 2000',
  ],
  ['informing', 'voiceFailed', 'thinking · ask 0 start · start engine 8000 · start filler 2000'],
  ['informing', 'time: call', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['informing', 'legMoved', 'over · close switch/taken'],
  ['informing', 'legHungUp', 'over · close caller/hung-up'],
  ['informing', 'legLost', 'over · close switch/lost'],
  ['informing', 'shutdownBegun', 'speaking · withdraw · deafen · speak "Sorry." · finishSpeech'],
  ['informing', 'faulted', 'moving · transfer 2000 · start closing 5000'],
  ['held:informing', 'voiceFailed', 'held · ask 0 start'],
  ['held:informing', 'earFailed', 'moving · withdraw · hush · transfer 2000 · start closing 5000'],
  ['held:informing', 'unheld', 'informing'],
  ['held:informing', 'time: call', 'moving · withdraw · hush · transfer 2000 · start closing 5000'],
  ['held:informing', 'legMoved', 'over · close switch/taken'],
  ['held:informing', 'legHungUp', 'over · close caller/hung-up'],
  ['held:informing', 'legLost', 'over · close switch/lost'],
  ['held:informing', 'shutdownBegun', 'moving · withdraw · hush · transfer 2000 · start closing 5000'],
  ['held:informing', 'faulted', 'moving · transfer 2000 · start closing 5000'],
  [
    'thinking:confidential',
    'earFailed',
    'speaking · unmask · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:confidential', 'digit 5', 'thinking'],
  [
    'thinking:confidential',
    'digit 0',
    'speaking · unmask · stop engine · stop filler · withdraw · deafen · speak "One moment." · finishSpeech',
  ],
  ['thinking:confidential', 'held', 'held · stop engine · stop filler'],
  [
    'thinking:confidential',
    'say',
    'speaking · unmask · stop filler · listen open · speak "Good." · start engine 8000',
  ],
  ['thinking:confidential', 'listen directive', 'thinking'],
  ['thinking:confidential', 'confidential listen', 'thinking'],
  [
    'thinking:confidential',
    'transfer directive',
    'speaking · unmask · stop engine · stop filler · listen open · speak "To sales." · deafen · finishSpeech',
  ],
  [
    'thinking:confidential',
    'unknown transfer',
    'thinking · unmask · ask 4 transferFailed · start engine 8000 · start filler 2000',
  ],
  [
    'thinking:confidential',
    'end directive',
    'closing · unmask · stop engine · stop filler · deafen · hangUp · start closing 5000',
  ],
  [
    'thinking:confidential',
    'answerFinished',
    'listening · unmask · stop engine · stop filler · listen open · start silence 7000',
  ],
  [
    'thinking:confidential',
    'engineFailed',
    'speaking · unmask · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'thinking:confidential',
    'time: engine',
    'speaking · unmask · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'thinking:confidential',
    'time: call',
    'speaking · unmask · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['thinking:confidential', 'legMoved', 'over · unmask · stop engine · stop filler · close switch/taken'],
  ['thinking:confidential', 'legHungUp', 'over · unmask · stop engine · stop filler · close caller/hung-up'],
  ['thinking:confidential', 'legLost', 'over · stop engine · stop filler · close switch/lost'],
  [
    'thinking:confidential',
    'shutdownBegun',
    'speaking · unmask · stop engine · stop filler · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'thinking:confidential',
    'faulted',
    'moving · unmask · stop engine · stop filler · transfer 2000 · start closing 5000',
  ],
  [
    'speaking:confidential',
    'earFailed',
    'speaking · unmask · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['speaking:confidential', 'digit 5', 'listening · stop engine · hush · withdraw · start digits 3000'],
  ['speaking:confidential', 'digit 0', 'listening · stop engine · hush · withdraw · start digits 3000'],
  ['speaking:confidential', 'held', 'held · stop engine'],
  ['speaking:confidential', 'say', 'speaking · speak "Good." · start engine 8000'],
  ['speaking:confidential', 'listen directive', 'speaking · unmask · listen yes-no'],
  ['speaking:confidential', 'confidential listen', 'speaking · deafen'],
  [
    'speaking:confidential',
    'transfer directive',
    'speaking · unmask · stop engine · speak "To sales." · deafen · finishSpeech',
  ],
  [
    'speaking:confidential',
    'unknown transfer',
    'thinking · unmask · ask 4 transferFailed · start engine 8000 · start filler 2000',
  ],
  ['speaking:confidential', 'end directive', 'speaking · unmask · stop engine · deafen · finishSpeech'],
  ['speaking:confidential', 'answerFinished', 'speaking · stop engine · finishSpeech'],
  [
    'speaking:confidential',
    'engineFailed',
    'speaking · unmask · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'speaking:confidential',
    'voiceFailed',
    'speaking · unmask · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'speaking:confidential',
    'time: engine',
    'speaking · unmask · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'speaking:confidential',
    'time: call',
    'speaking · unmask · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['speaking:confidential', 'legMoved', 'over · unmask · stop engine · close switch/taken'],
  ['speaking:confidential', 'legHungUp', 'over · unmask · stop engine · close caller/hung-up'],
  ['speaking:confidential', 'legLost', 'over · stop engine · close switch/lost'],
  [
    'speaking:confidential',
    'shutdownBegun',
    'speaking · unmask · stop engine · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['speaking:confidential', 'faulted', 'moving · unmask · stop engine · transfer 2000 · start closing 5000'],
  [
    'listening:confidential',
    'earFailed',
    'speaking · unmask · stop silence · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['listening:confidential', 'digit 5', 'listening · stop silence · start digits 3000'],
  ['listening:confidential', 'digit 0', 'listening · stop silence · start digits 3000'],
  ['listening:confidential', 'held', 'held · stop silence'],
  ['listening:confidential', 'time: silence', 'thinking · stop silence · ask 4 silence · start engine 8000'],
  [
    'listening:confidential',
    'time: call',
    'speaking · unmask · stop silence · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  ['listening:confidential', 'legMoved', 'over · unmask · stop silence · close switch/taken'],
  ['listening:confidential', 'legHungUp', 'over · unmask · stop silence · close caller/hung-up'],
  ['listening:confidential', 'legLost', 'over · stop silence · close switch/lost'],
  [
    'listening:confidential',
    'shutdownBegun',
    'speaking · unmask · stop silence · withdraw · deafen · speak "Sorry." · finishSpeech',
  ],
  [
    'listening:confidential',
    'faulted',
    'moving · unmask · stop silence · transfer 2000 · start closing 5000',
  ],
  [
    'held:confidential',
    'earFailed',
    'moving · unmask · withdraw · hush · transfer 2000 · start closing 5000',
  ],
  ['held:confidential', 'unheld', 'listening · deafen · start silence 7000'],
  [
    'held:confidential',
    'time: call',
    'moving · unmask · withdraw · hush · transfer 2000 · start closing 5000',
  ],
  ['held:confidential', 'legMoved', 'over · unmask · close switch/taken'],
  ['held:confidential', 'legHungUp', 'over · unmask · close caller/hung-up'],
  ['held:confidential', 'legLost', 'over · close switch/lost'],
  [
    'held:confidential',
    'shutdownBegun',
    'moving · unmask · withdraw · hush · transfer 2000 · start closing 5000',
  ],
  ['held:confidential', 'faulted', 'moving · unmask · transfer 2000 · start closing 5000'],
  [
    'moving',
    'time: closing',
    'speaking · stop closing · withdraw · listen open · speak "Nobody is there." · finishSpeech',
  ],
  [
    'moving',
    'transferFailed',
    'speaking · stop closing · withdraw · listen open · speak "Nobody is there." · finishSpeech',
  ],
  ['moving', 'legMoved', 'over · stop closing · close assistant/handed-over'],
  ['moving', 'legHungUp', 'over · stop closing · close caller/hung-up'],
  ['moving', 'legLost', 'over · stop closing · close switch/lost'],
  ['moving', 'faulted', 'over · stop closing · close us/fault'],
  ['closing', 'time: closing', 'over · stop closing · close assistant/finished'],
  ['closing', 'legMoved', 'over · stop closing · close switch/taken'],
  ['closing', 'legHungUp', 'over · stop closing · close caller/hung-up'],
  ['closing', 'legLost', 'over · stop closing · close switch/lost'],
  ['closing', 'faulted', 'over · stop closing · close us/fault'],
]

test('a call that is held before it has begun begins in silence when it is opened, and its timers run when it is not', () => {
  const { phase } = at(phases.opening as Phase)
  const [held, commands] = step({ ...at(phase), turn: 0 }, { type: 'held', atMs: 0 })
  expect(commands).toEqual([])
  const [opened, begun] = step(held, { type: 'opened', atMs: 0 })
  expect(opened.phase).toMatchObject({ is: 'held', before: { is: 'thinking' } })
  expect(begun.map(summary)).toEqual(['start call 3600000', 'ask 0 start'])
  const [free, more] = step(opened, { type: 'unheld', atMs: 0 })
  expect(free.phase.is).toBe('thinking')
  expect(more.map(summary)).toEqual(['start engine 8000', 'start filler 2000'])
})

describe('a filler', () => {
  const timeUp = { type: 'timeUp', name: 'filler', turn: TURN, atMs: 0 } as const
  const thinking = phases['thinking:speech'] as Phase

  test('is spoken, then a comfort, then no more', () => {
    const [first, commands] = step(at(thinking), timeUp)
    expect(commands.map(summary)).toEqual(['speak "Let me see."', 'start filler 3000'])
    const [second, more] = step(first, timeUp)
    expect(more.map(summary)).toEqual(['speak "A little longer."'])
    expect(step(second, timeUp)[1].map(summary)).toEqual(['speak "A little longer."'])
  })

  test('waits its turn while the caller speaks, or keys a secret', () => {
    const [, aloud] = step(at(phases['thinking:start'] as Phase, { caller: 'talking' }), timeUp)
    expect(aloud.map(summary)).toEqual(['start filler 3000'])
    const [, secret] = step(at(phases['thinking:confidential'] as Phase), timeUp)
    expect(secret.map(summary)).toEqual(['start filler 3000'])
  })

  test('is for nobody who is silent, and not for a turn that is over', () => {
    const before = at(thinking)
    expect(step(before, { ...timeUp, turn: TURN - 1 })).toEqual([before, []])
    const [, asked] = step(at(listening), { type: 'timeUp', name: 'silence', turn: TURN, atMs: 0 })
    expect(asked.map(summary)).not.toContain('start filler 2000')
  })
})

describe('a guess', () => {
  const guess = { type: 'utteranceGuessed', utterance: said, atMs: 0 } as const

  test('is made for who has the floor, or takes it with more than a yes', () => {
    expect(step(at(listening), guess)[1].map(summary)).toEqual(['guess'])
    expect(step(at(phases.interrupted as Phase), guess)[1].map(summary)).toEqual(['guess'])
    const yes = { ...guess, utterance: { ...said, text: 'yes' } }
    expect(step(at(phases.interrupted as Phase), yes)[1]).toEqual([])
  })

  test('is made nowhere else, nor with digits begun, nor where the profile does not want it, nor past the last turn', () => {
    const { policy } = settings
    const elsewhere = ['thinking:speech', 'speaking:coming', 'held:listening', 'listening:confidential']
    for (const name of elsewhere) if (phases[name]) expect(step(at(phases[name]), guess)[1], name).toEqual([])
    expect(step(at({ ...listening, digits: '1' }), guess)[1]).toEqual([])
    const unwanted = { settings: { ...settings, policy: { ...policy, speculation: false } } }
    expect(step(at(listening, unwanted), guess)[1]).toEqual([])
    expect(step(at(listening, { turn: policy.maxTurns }), guess)[1]).toEqual([])
  })
})

test.each(Object.keys(phases).filter(name => !name.startsWith('over')))(
  'a call that is suspended in %s is over for this process, and confidential as before',
  name => {
    const before = at(phases[name] as Phase)
    const [after, commands] = step(before, { type: 'suspended', atMs: 0 })
    expect(after.phase).toEqual({ is: 'over', ending: { by: 'us', why: 'suspended' } })
    const stops = timersOf(before.phase).map(timer => ({ type: 'stopTimer', name: timer }))
    expect(commands).toEqual([...stops, { type: 'close', ending: { by: 'us', why: 'suspended' } }])
  },
)

describe('every phase against every event', () => {
  const expected = new Map(table.map(([phase, event, after]) => [`${phase} / ${event}`, after]))

  for (const [phaseName, phase] of Object.entries(phases)) {
    test(phaseName, () => {
      const seen = Object.entries(events).map(([eventName, event]) => {
        const key = `${phaseName} / ${eventName}`
        return [key, outcome(at(phase), event)] as const
      })
      for (const [key, after] of seen) expect(after, key).toBe(expected.get(key))
    })
  }

  test('the table names only phases and events that exist', () => {
    for (const [phase, event] of table) {
      expect(phases, phase).toHaveProperty([phase])
      expect(events, event).toHaveProperty([event])
    }
  })
})

/** Feeds events one after the other; returns the dialogue and all commands. */
function play(d: Dialogue, ...happened: CallEvent[]): { d: Dialogue; commands: string[] } {
  let current = d
  const commands: string[] = []
  for (const event of happened) {
    const [next, asked] = step(current, event)
    current = next
    commands.push(...asked.map(summary))
  }
  return { d: current, commands }
}

function listeningFor(expectation: Partial<Expectation>, digits = ''): Dialogue {
  return at({ ...listening, expectation: { ...openExpectation, ...expectation }, digits })
}

const press = (digits: string, atMs = 0): CallEvent[] =>
  [...digits].map(digit => ({ type: 'digitPressed', digit, atMs }))
const asked = (d: Dialogue) => (d.phase.is === 'thinking' ? d.phase.about : undefined)

describe('stale events', () => {
  test.each([
    { type: 'directiveGiven', turn: TURN - 1, directive: say('Old.'), atMs: 0 },
    { type: 'answerFinished', turn: TURN - 1, atMs: 0 },
    { type: 'engineFailed', turn: TURN - 1, message: 'no', atMs: 0 },
    { type: 'speechFinished', turn: TURN - 1, atMs: 0 },
    { type: 'voiceFailed', turn: TURN - 1, message: 'no', atMs: 0 },
    { type: 'timeUp', name: 'engine', turn: TURN - 1, atMs: 0 },
  ] satisfies CallEvent[])('$type of an older turn changes nothing', event => {
    for (const phase of Object.values(phases)) expect(outcome(at(phase), event)).toBeUndefined()
  })
})

describe('silence and noise', () => {
  test('noise does not push the silence back: it is over when the first deadline has passed', () => {
    const noise = (atMs: number): CallEvent[] => [
      { type: 'callerSpoke', atMs },
      { type: 'callerPaused', silentMs: 700, atMs: atMs + 500 },
      { type: 'nothingHeard', atMs: atMs + 900 },
    ]
    const early = play(at(listening), ...noise(3_000))
    expect(early.d.phase.is).toBe('listening')
    const late = play(early.d, ...noise(6_500))
    expect(late.commands).toContain('ask 4 silence')
  })

  test('a silence that ends while the caller talks is not counted', () => {
    const { d, commands } = play(
      at(listening),
      { type: 'callerSpoke', atMs: 6_900 },
      { type: 'timeUp', name: 'silence', turn: TURN, atMs: 7_000 },
    )
    expect(d.phase.is).toBe('listening')
    expect(commands).toEqual([])
  })

  test('after the last silence the call ends politely', () => {
    const { d, commands } = play(
      at(listening, { silences: 2 }),
      { type: 'timeUp', name: 'silence', turn: TURN, atMs: 7_000 },
      { type: 'speechFinished', turn: TURN + 1, atMs: 9_000 },
    )
    expect(commands).toEqual(expect.arrayContaining(['speak "Goodbye."', 'hangUp']))
    expect(d.phase).toEqual({ is: 'closing', ending: { by: 'assistant', why: 'silence' } })
  })

  test('what is expected survives a silence that the engine has no words for', () => {
    const { d } = play(
      listeningFor({ expect: 'digits', numDigits: 5, timeoutMs: 4_000 }),
      { type: 'timeUp', name: 'silence', turn: TURN, atMs: 4_000 },
      { type: 'answerFinished', turn: TURN + 1, atMs: 4_100 },
      { type: 'speechFinished', turn: TURN + 2, atMs: 5_000 },
    )
    expect(d.phase).toMatchObject({ is: 'listening', expectation: { expect: 'digits', numDigits: 5 } })
  })

  test('words forget the silences before them', () => {
    const { d } = play(at(listening, { silences: 2 }), { type: 'utteranceHeard', utterance: said, atMs: 0 })
    expect(d.silences).toBe(0)
  })
})

describe('a caller who goes on', () => {
  const more: Utterance = { text: 'and goodbye', confidence: 0.5, language: null, durationMs: 300 }
  const both = { type: 'speech', utterance: { text: 'hello and goodbye', confidence: 0.5, durationMs: 700 } }

  test('is asked about once, with both parts', () => {
    const { d, commands } = play(
      at(phases['thinking:speech'] as Phase),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'utteranceHeard', utterance: more, atMs: 800 },
    )
    expect(asked(d)).toMatchObject(both)
    expect(commands).toContain('withdraw')
  })

  test('whose second part is only noise is answered to the first', () => {
    const { d } = play(
      at(phases['thinking:speech'] as Phase),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'nothingHeard', atMs: 800 },
    )
    expect(asked(d)).toMatchObject({ type: 'speech', utterance: said })
  })

  test('before the first sound of the answer is still going on', () => {
    const { d, commands } = play(
      at({ ...speaking, unheard: { type: 'speech', utterance: said } }),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'directiveGiven', turn: TURN, directive: say('Too late.'), atMs: 100 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'utteranceHeard', utterance: more, atMs: 800 },
    )
    expect(asked(d)).toMatchObject(both)
    expect(commands).not.toContain('speak "Too late."')
  })

  test('after the first sound of the answer interrupts it', () => {
    const { d } = play(
      at({ ...speaking, unheard: { type: 'speech', utterance: said } }),
      { type: 'speechStarted', turn: TURN, atMs: 0 },
      { type: 'callerSpoke', atMs: 100 },
      { type: 'utteranceHeard', utterance: more, atMs: 800 },
    )
    expect(asked(d)).toMatchObject({ utterance: more })
  })

  test('while the first part is still being recognized is waited for', () => {
    const { d } = play(
      at(listening),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'callerSpoke', atMs: 700 },
      { type: 'utteranceHeard', utterance: said, atMs: 900 },
      { type: 'callerPaused', silentMs: 700, atMs: 1_200 },
      { type: 'utteranceHeard', utterance: more, atMs: 1_500 },
    )
    expect(asked(d)).toMatchObject(both)
  })

  test('cannot be joined to a silence', () => {
    const { d } = play(
      at(phases['thinking:silence'] as Phase),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'utteranceHeard', utterance: said, atMs: 800 },
    )
    expect(asked(d)).toMatchObject({ type: 'speech', utterance: said })
  })
})

describe('an interruption', () => {
  test('that was only noise lets the assistant go on, and what came meanwhile is kept', () => {
    const { d, commands } = play(
      at(speaking),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'directiveGiven', turn: TURN, directive: say('More.'), atMs: 100 },
      { type: 'answerFinished', turn: TURN, atMs: 200 },
      { type: 'callerPaused', silentMs: 700, atMs: 300 },
      { type: 'nothingHeard', atMs: 600 },
    )
    expect(commands).toEqual(
      expect.arrayContaining(['hush', 'speak "More."', 'finishSpeech', 'resumeSpeech']),
    )
    expect(d.phase).toMatchObject({ is: 'speaking', answer: 'complete' })
  })

  test('by noise again and again is not possible in the end', () => {
    const noise: CallEvent[] = [
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 300 },
      { type: 'nothingHeard', atMs: 600 },
    ]
    const { d } = play(at(speaking), ...noise, ...noise, ...noise)
    expect(d.phase).toMatchObject({ is: 'speaking', disturbed: 3 })
    expect(outcome(d, { type: 'callerSpoke', atMs: 0 })).toBeUndefined()
  })

  test('is not possible where the profile forbids it', () => {
    const forbidden = at(speaking, {
      settings: { ...settings, policy: { ...settings.policy, bargeIn: false } },
    })
    expect(outcome(forbidden, { type: 'callerSpoke', atMs: 0 })).toBeUndefined()
    expect(outcome(forbidden, { type: 'utteranceHeard', utterance: said, atMs: 0 })).toBeUndefined()
  })

  test('cannot stop an announcement before a transfer, nor a farewell', () => {
    for (const directive of [
      { type: 'transfer', to: 'sales', announce: 'To sales.' },
      { type: 'end', reason: 'done' },
    ] as const) {
      const { d } = play(at(speaking), { type: 'directiveGiven', turn: TURN, directive, atMs: 0 })
      expect(outcome(d, { type: 'callerSpoke', atMs: 0 })).toBeUndefined()
    }
  })
})

describe('digits', () => {
  test('are complete when as many have come as are expected', () => {
    const { d } = play(listeningFor({ expect: 'digits', numDigits: 5 }), ...press('40721'))
    expect(asked(d)).toEqual({ type: 'digits', digits: '40721', confidential: false })
  })

  test('are complete at the finishing key, which is none of them', () => {
    const { d } = play(listeningFor({ expect: 'digits', finishOnKey: '#' }), ...press('12#'))
    expect(asked(d)).toEqual({ type: 'digits', digits: '12', confidential: false })
  })

  test('are complete when no longer answer begins with them', () => {
    const menu = { expect: 'digits', validDigits: ['1', '2', '21'] } as const
    expect(asked(play(listeningFor(menu), ...press('1')).d)).toEqual({
      type: 'digits',
      digits: '1',
      confidential: false,
    })
    expect(play(listeningFor(menu), ...press('2')).d.phase.is).toBe('listening')
  })

  test('are complete when no further one comes', () => {
    const { d, commands } = play(listeningFor({ expect: 'digits' }), ...press('12'), {
      type: 'timeUp',
      name: 'digits',
      turn: TURN,
      atMs: 3_000,
    })
    expect(commands.filter(one => one === 'start digits 3000')).toHaveLength(2)
    expect(asked(d)).toEqual({ type: 'digits', digits: '12', confidential: false })
  })

  test('pressed into words that must be heard out count when they are over', () => {
    const menu: Speaking = {
      ...complete,
      interruptible: false,
      next: { does: 'listen', expectation: { ...openExpectation, expect: 'digits', numDigits: 2 } },
    }
    const { d } = play(at(menu), ...press('42'), { type: 'speechFinished', turn: TURN, atMs: 0 })
    expect(asked(d)).toEqual({ type: 'digits', digits: '42', confidential: false })
  })

  test('pressed while the engine thinks answer what it asks for then', () => {
    const expectation = { ...openExpectation, expect: 'digits' as const, numDigits: 2 }
    const { d } = play(
      at(phases['thinking:speech'] as Phase),
      ...press('42'),
      { type: 'directiveGiven', turn: TURN, directive: say('Your number?'), atMs: 0 },
      { type: 'directiveGiven', turn: TURN, directive: { type: 'listen', expectation }, atMs: 0 },
      { type: 'answerFinished', turn: TURN, atMs: 0 },
      { type: 'speechFinished', turn: TURN, atMs: 0 },
    )
    expect(asked(d)).toEqual({ type: 'digits', digits: '42', confidential: false })
  })

  test('do not grow without end', () => {
    const { d } = play(listeningFor({ expect: 'digits' }), ...press('1'.repeat(200)))
    expect(d.phase).toMatchObject({ is: 'listening', digits: '1'.repeat(64) })
  })
})

describe('the key for people', () => {
  const toPeople = 'speak "One moment."'

  test.each(['opening', 'thinking:start', 'thinking:speech', 'speaking', 'interrupted', 'listening'])(
    'works from %s',
    name => {
      expect(play(at(phases[name] as Phase), ...press('0')).commands).toContain(toPeople)
    },
  )

  test('is a digit while digits are collected', () => {
    const { d } = play(listeningFor({ expect: 'digits', numDigits: 3 }), ...press('100'))
    expect(asked(d)).toEqual({ type: 'digits', digits: '100', confidential: false })
  })

  test('reaches people when it stays alone and is no answer', () => {
    const waiting = play(listeningFor({ expect: 'digits', numDigits: 3 }), ...press('0'))
    expect(waiting.commands).toEqual(['stop silence', 'start digits 3000'])
    const alone = play(waiting.d, { type: 'timeUp', name: 'digits', turn: TURN, atMs: 3_000 })
    expect(alone.commands).toContain(toPeople)
  })

  test('is an answer where the engine says that it is one', () => {
    const { d } = play(listeningFor({ expect: 'digits', validDigits: ['0', '1'] }), ...press('0'))
    expect(asked(d)).toEqual({ type: 'digits', digits: '0', confidential: false })
  })

  test('is a key like any other where there are no people', () => {
    const alone = at(listening, { settings: { ...settings, people: null } })
    const { d } = play(alone, ...press('0'), { type: 'timeUp', name: 'digits', turn: TURN, atMs: 0 })
    expect(asked(d)).toEqual({ type: 'digits', digits: '0', confidential: false })
  })

  test('works in the farewell, but not on the way to people', () => {
    const farewell: Speaking = { ...complete, interruptible: false, next: { does: 'end', ending } }
    expect(play(at(farewell), ...press('0')).commands).toContain(toPeople)
    expect(play(at(phases['speaking:leaving'] as Phase), ...press('0')).commands).toEqual([])
  })

  test('is the first digit of a number that is still expected while a silence is asked about', () => {
    const expectation = { ...openExpectation, expect: 'digits' as const, numDigits: 5 }
    const asking = play(at({ ...listening, expectation }), {
      type: 'timeUp',
      name: 'silence',
      turn: TURN,
      atMs: 0,
    })
    const { d } = play(asking.d, ...press('07123'))
    expect(d.phase).toMatchObject({ is: 'thinking', typed: '07123' })
  })

  test('is a digit also after a cough while the silence is asked about', () => {
    const expectation = { ...openExpectation, expect: 'digits' as const, numDigits: 5 }
    const { d } = play(
      at({ ...listening, expectation }, { expected: expectation }),
      { type: 'timeUp', name: 'silence', turn: TURN, atMs: 0 },
      { type: 'callerSpoke', atMs: 10 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'nothingHeard', atMs: 600 },
      ...press('07123'),
    )
    expect(asked(d)).toEqual({ type: 'digits', digits: '07123', confidential: false })
  })
})

describe('hold', () => {
  test('keeps what the engine says meanwhile, and no timer runs', () => {
    const held = play(
      at(phases['thinking:speech'] as Phase),
      { type: 'held', atMs: 0 },
      { type: 'directiveGiven', turn: TURN, directive: say('Hello.'), atMs: 10 },
      { type: 'answerFinished', turn: TURN, atMs: 20 },
    )
    expect(held.commands.filter(one => one.startsWith('start'))).toEqual([])
    const { d } = play(held.d, { type: 'unheld', atMs: 60_000 })
    expect(d.phase).toMatchObject({ is: 'speaking', answer: 'complete' })
  })

  test('gives the engine its time again afterwards', () => {
    const { commands } = play(
      at(phases['thinking:speech'] as Phase),
      { type: 'held', atMs: 0 },
      { type: 'unheld', atMs: 60_000 },
    )
    expect(commands).toEqual(['stop engine', 'stop filler', 'start engine 8000', 'start filler 2000'])
  })

  test('takes the rest of an interruption with it: the assistant goes on', () => {
    const { d, commands } = play(
      at(phases.interrupted as Phase),
      { type: 'held', atMs: 0 },
      { type: 'unheld', atMs: 1_000 },
    )
    expect(commands).toContain('resumeSpeech')
    expect(d.phase.is).toBe('speaking')
  })

  test('answers what had been said and not yet answered', () => {
    const { d } = play(
      at({ ...listening, carried: said }),
      { type: 'held', atMs: 0 },
      { type: 'unheld', atMs: 9 },
    )
    expect(asked(d)).toMatchObject({ type: 'speech', utterance: said })
  })

  test('waits for further digits again', () => {
    const { commands } = play(
      at({ ...listening, digits: '4' }),
      { type: 'held', atMs: 0 },
      { type: 'unheld', atMs: 9 },
    )
    expect(commands).toEqual(['stop digits', 'listen open', 'start digits 3000'])
  })
})

describe('small print', () => {
  test('an engine that ends the call while the caller holds us ends it at once', () => {
    const { d, commands } = play(
      at(phases['thinking:speech'] as Phase),
      { type: 'held', atMs: 0 },
      { type: 'directiveGiven', turn: TURN, directive: { type: 'end', reason: 'done' }, atMs: 10 },
    )
    expect(d.phase.is).toBe('closing')
    expect(commands).toContain('hangUp')
  })

  test('the first sound of an answer may come after the caller has spoken into it', () => {
    const { d } = play(at({ is: 'interrupted', speech: { ...speaking, unheard: { type: 'start' } } }), {
      type: 'speechStarted',
      turn: TURN,
      atMs: 0,
    })
    expect(d.phase).toMatchObject({ is: 'interrupted', speech: { unheard: null } })
  })

  test('an engine that has said all is not missed while the caller talks', () => {
    const { commands } = play(at({ is: 'interrupted', speech: complete }), {
      type: 'timeUp',
      name: 'engine',
      turn: TURN,
      atMs: 0,
    })
    expect(commands).toEqual([])
  })

  test('the key for people alone, where it would be a valid answer, is one', () => {
    const { d } = play(listeningFor({ expect: 'digits', validDigits: ['0', '01'] }), ...press('0'), {
      type: 'timeUp',
      name: 'digits',
      turn: TURN,
      atMs: 0,
    })
    expect(asked(d)).toMatchObject({ type: 'digits', digits: '0' })
  })

  test('words without a letter are not spoken', () => {
    expect(
      play(at(speaking), { type: 'directiveGiven', turn: TURN, directive: say(''), atMs: 0 }).commands,
    ).toEqual([])
  })

  test('a transfer with an empty announcement needs no words', () => {
    const directive = { type: 'transfer', to: 'sales', announce: '' } as const
    const { d } = play(at(phases['thinking:speech'] as Phase), {
      type: 'directiveGiven',
      turn: TURN,
      directive,
      atMs: 0,
    })
    expect(d.phase).toMatchObject({ is: 'moving', to: sales })
  })

  test('a profile without phrases for silences listens on', () => {
    const silent = { ...settings, phrases: { ...settings.phrases, silence: [] } }
    const { d, commands } = play(at(phases['thinking:silence'] as Phase, { settings: silent }), {
      type: 'answerFinished',
      turn: TURN,
      atMs: 0,
    })
    expect(d.phase.is).toBe('listening')
    expect(commands.filter(one => one.startsWith('speak'))).toEqual([])
  })

  test('parts of unknown confidence joined are of unknown confidence', () => {
    const { d } = play(at({ ...listening, carried: { ...said, confidence: null } }), {
      type: 'utteranceHeard',
      utterance: said,
      atMs: 0,
    })
    expect(asked(d)).toMatchObject({ utterance: { confidence: null, text: 'hello hello' } })
  })

  test('noise that ends while the caller speaks again says nothing', () => {
    const { d, commands } = play(
      at(listening),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'callerSpoke', atMs: 600 },
      { type: 'nothingHeard', atMs: 700 },
    )
    expect(d.phase.is).toBe('listening')
    expect(commands).toEqual([])
  })

  test('a part that was understood is answered when the next one cannot be recognized', () => {
    const { d } = play(
      at({ ...listening, carried: said }),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'hearingFailed', message: 'no', atMs: 700 },
    )
    expect(asked(d)).toMatchObject({ type: 'speech', utterance: said })
  })

  test('a complete answer that was held is only spoken on', () => {
    expect(play(at(complete), { type: 'held', atMs: 0 }, { type: 'unheld', atMs: 9 }).commands).toEqual([])
    expect(play(at(speaking), { type: 'held', atMs: 0 }, { type: 'unheld', atMs: 9 }).commands).toEqual([
      'stop engine',
      'start engine 8000',
    ])
  })

  test('a call that we end has the ending that we meant', () => {
    const hangUp = { by: 'us', cause: 'NORMAL_CLEARING' } as const
    const { d } = play(at({ is: 'closing', ending }), { type: 'legHungUp', hangUp, atMs: 0 })
    expect(d.phase).toEqual({ is: 'over', ending })
  })

  test('a call that the switch ended is not the caller’s doing', () => {
    const { d } = play(at(listening), {
      type: 'legHungUp',
      hangUp: { by: 'switch', cause: 'MEDIA_TIMEOUT' },
      atMs: 0,
    })
    expect(d.phase).toMatchObject({ ending: { by: 'switch', why: 'hung-up', cause: 'MEDIA_TIMEOUT' } })
  })
})

describe('what was keyed in confidence', () => {
  const asking = { is: 'thinking', about: cardEntered, fillers: 0, typed: '99', next: listen } as const
  const answer: CallEvent = { type: 'directiveGiven', turn: TURN, directive: say('Good.'), atMs: 0 }

  test('is forgotten when the question is answered', () => {
    expect(play(at(asking), answer).d.phase).toMatchObject({ is: 'speaking', typed: '' })
  })

  test('is forgotten also when it is answered during a hold', () => {
    const { d } = play(at({ is: 'held', before: asking }), answer)
    expect(d.phase).toMatchObject({ is: 'held', before: { is: 'speaking', typed: '' } })
  })

  test('is kept in mind while it is still expected', () => {
    expect(play(at(asking), ...press('1')).d.phase).toMatchObject({ typed: '991' })
  })
})

describe('limits and failures', () => {
  test('a call with too many turns goes to people', () => {
    const { d, commands } = play(at(listening, { turn: 100 }), {
      type: 'utteranceHeard',
      utterance: said,
      atMs: 0,
    })
    expect(commands).toContain('speak "Sorry."')
    expect(d.phase).toMatchObject({ next: { does: 'transfer', because: { why: 'limit', limit: 'turns' } } })
  })

  test('who is not understood again and again meets people', () => {
    const failed: CallEvent = { type: 'hearingFailed', message: 'no', atMs: 0 }
    const first = play(at(listening), failed, { type: 'speechFinished', turn: TURN + 1, atMs: 0 })
    expect(first.commands).toContain('speak "Pardon?"')
    expect(first.d.phase.is).toBe('listening')
    expect(play(first.d, failed).d.phase).toMatchObject({
      next: { does: 'transfer', because: { fault: 'recognizer' } },
    })
  })

  test('an engine that insists on a destination that does not exist is left', () => {
    let d = at(speaking)
    for (let refused = 0; refused < 3; refused++) {
      const directive = { type: 'transfer', to: 'nowhere', announce: null } as const
      d = play(d, { type: 'directiveGiven', turn: d.turn, directive, atMs: 0 }).d
    }
    expect(d.phase).toMatchObject({ is: 'speaking', next: { because: { why: 'fault', fault: 'engine' } } })
  })

  test('the engine is told when a transfer of its own did not come about', () => {
    const moving: Phase = {
      is: 'moving',
      to: sales,
      name: 'sales',
      because: { why: 'asked', how: 'engine' },
    }
    const { d } = play(at(moving), { type: 'transferFailed', message: 'refused', atMs: 0 })
    expect(asked(d)).toEqual({ type: 'transferFailed', to: 'sales', message: 'refused' })
  })

  test('a caller whom the engine has nothing to tell of a failed transfer is told by the profile', () => {
    const moving: Phase = { is: 'moving', to: sales, name: 'sales', because: { why: 'asked', how: 'engine' } }
    const { commands } = play(
      at(moving),
      { type: 'transferFailed', message: 'refused', atMs: 0 },
      { type: 'answerFinished', turn: TURN + 1, atMs: 0 },
    )
    expect(commands).toContain('speak "Nobody is there."')
  })

  test('a transfer after a fault that fails too lets the dialplan go on', () => {
    const moving: Phase = {
      is: 'moving',
      to: people,
      name: 'people',
      because: { why: 'fault', fault: 'engine', message: 'no' },
    }
    expect(outcome(at(moving), { type: 'transferFailed', message: 'no', atMs: 0 })).toBe(
      'over · stop closing · close us/fault',
    )
  })

  test('a farewell that no voice can speak still ends the call', () => {
    const farewell: Speaking = { ...complete, interruptible: false, next: { does: 'end', ending } }
    expect(outcome(at(farewell), { type: 'voiceFailed', turn: TURN, message: 'no', atMs: 0 })).toBe(
      'closing · hangUp · start closing 5000',
    )
  })

  test('an engine that sends only what makes no sound has no more time than a silent one', () => {
    const trickle: Directive[] = [
      say(' '),
      { type: 'digits', digits: '1' },
      { type: 'language', language: 'de', voice: null },
    ]
    for (const directive of trickle) {
      const { commands } = play(at(speaking), { type: 'directiveGiven', turn: TURN, directive, atMs: 0 })
      expect(commands).not.toContain('start engine 8000')
    }
  })

  test('a silence that is answered by nothing audible is answered by the profile', () => {
    const { commands } = play(
      at(phases['thinking:silence'] as Phase),
      {
        type: 'directiveGiven',
        turn: TURN,
        directive: { type: 'play', file: 'missing.wav', interruptible: true },
        atMs: 0,
      },
      { type: 'answerFinished', turn: TURN, atMs: 0 },
      { type: 'speechFinished', turn: TURN, atMs: 0 },
    )
    expect(commands).toContain('speak "Are you there?"')
  })

  test('a caller who holds us is not kept by words they cannot hear', () => {
    const { d, commands } = play(at(listening), { type: 'held', atMs: 0 }, { type: 'shutdownBegun', atMs: 0 })
    expect(d.phase.is).toBe('moving')
    expect(commands.filter(one => one.startsWith('speak'))).toEqual([])
  })

  test('an empty phrase is not spoken', () => {
    const quiet = { ...settings, phrases: { ...settings.phrases, apology: '' } }
    const { commands } = play(at(listening, { settings: quiet }), {
      type: 'earFailed',
      message: 'no',
      atMs: 0,
    })
    expect(commands).toEqual(['stop silence', 'withdraw', 'hush', 'transfer 2000', 'start closing 5000'])
  })

  test('a language asked for speaks and listens from then on', () => {
    const { d } = play(at(speaking), {
      type: 'directiveGiven',
      turn: TURN,
      directive: { type: 'language', language: 'de-DE', voice: null },
      atMs: 0,
    })
    expect(d.speech).toEqual({ language: 'de-DE', voice: '' })
  })
})

describe('what is confidential', () => {
  test('is over when the engine has answered: who goes on speaking then is listened to openly', () => {
    const { d, commands } = play(
      at({ ...complete, next: listenToCard }),
      { type: 'speechFinished', turn: TURN, atMs: 0 },
      ...press('4111'),
      { type: 'directiveGiven', turn: TURN + 1, directive: say('Thank you.'), atMs: 100 },
      { type: 'answerFinished', turn: TURN + 1, atMs: 150 },
      { type: 'utteranceHeard', utterance: said, atMs: 200 },
      { type: 'callerSpoke', atMs: 300 },
    )
    expect(d.phase).toMatchObject({ is: 'listening', expectation: openExpectation })
    expect(commands.filter(command => command.endsWith('mask'))).toEqual(['unmask'])
  })

  test('lasts until the engine has said what it wants next: it may be the same once more', () => {
    const { d, commands } = play(
      at({ ...complete, next: listenToCard }),
      { type: 'speechFinished', turn: TURN, atMs: 0 },
      ...press('4111'),
      { type: 'directiveGiven', turn: TURN + 1, directive: say('Once more, please.'), atMs: 100 },
    )
    expect(isConfidential(d.phase)).toBe(true)
    expect(commands.filter(command => command.startsWith('listen'))).toEqual([])
    const [done, last] = step(d, { type: 'answerFinished', turn: TURN + 1, atMs: 120 })
    expect([done.phase.is, ...last.map(summary)]).toEqual([
      'speaking',
      'unmask',
      'stop engine',
      'listen open',
      'finishSpeech',
    ])
    const [again, more] = step(d, {
      type: 'directiveGiven',
      turn: TURN + 1,
      directive: { type: 'listen', expectation: card },
      atMs: 110,
    })
    expect(isConfidential(again.phase)).toBe(true)
    expect([...commands, ...more.map(summary)].filter(command => command.endsWith('mask'))).toEqual([])
  })

  test('makes of a key for people a digit, and of a voice nothing', () => {
    const before = listeningFor({ ...card, numDigits: 3 })
    const { d } = play(before, { type: 'callerSpoke', atMs: 0 }, ...press('041'))
    expect(asked(d)).toEqual({ type: 'digits', digits: '041', confidential: true })
    expect(d.caller).toBe('silent')
  })
})
