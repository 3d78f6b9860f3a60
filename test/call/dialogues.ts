// Dialogues to play with: settings, one phase and one event of each kind, and what follows from them in words.

import type { Bringing, Dialogue, DialogueSettings, Phase, Speaking } from '../../src/call/dialogue/state.ts'
import { newDialogue } from '../../src/call/dialogue/state.ts'
import { step } from '../../src/call/dialogue.ts'
import { type Destination, handOverTo } from '../../src/call/transfer/destination.ts'
import type { CallEvent, Command, Utterance } from '../../src/call/vocabulary.ts'
import { type Expectation, openExpectation } from '../../src/engine/engine.ts'

export const people = { number: '2000', context: 'public' }
export const sales = { number: '3000', context: 'public' }
export const toPeople = handOverTo('people', people)

/** Somebody is fetched for it: first one phone, then another. */
export const desk: Destination = {
  ...handOverTo('desk', sales),
  handOver: null,
  ladder: ['2010', '2011'].map(extension => ({
    dialables: [
      {
        target: { type: 'extension', extension, domain: 'acme.example', domainUuid: '' },
        callerId: 'original',
        trunkNumber: '',
      },
    ],
    ringMs: 20_000,
    acceptance: 'answer',
    machines: false,
  })),
  afterTalk: 'assistant',
}

export const supervisor: Destination = { ...desk, name: 'supervisor' }

export const settings: DialogueSettings = {
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
    withdrawn: 'All right.',
    brief: 'A call from {caller}: {reason}',
    unknownCaller: 'somebody',
    briefWithoutReason: 'A call from {caller}.',
    acceptByKey: 'Press 1.',
    acceptByWord: 'Say yes.',
    connecting: 'Here you are.',
    tooLate: 'Too late.',
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
  withdrawKey: '*',
  people: toPeople,
  places: {
    destinations: { sales: handOverTo('sales', sales), desk },
    allowed: null,
    patterns: [],
    ringMs: 20_000,
  },
  lastResort: people,
  wallAtZeroMs: 0,
  recording: { keep: false, consent: '' },
}

export const said: Utterance = { text: 'hello', confidence: 0.9, language: null, durationMs: 400 }
export const listen = { does: 'listen', expectation: openExpectation } as const
export const speaking: Speaking = {
  is: 'speaking',
  answer: 'coming',
  interruptible: true,
  unheard: null,
  disturbed: 0,
  typed: '',
  next: listen,
}
export const complete: Speaking = { ...speaking, answer: 'complete' }
export const ending = { by: 'assistant', why: 'finished', reason: 'done' } as const
export const listening = {
  is: 'listening',
  expectation: openExpectation,
  digits: '',
  carried: null,
  silentUntilMs: 7_000,
} as const

export const card = { ...openExpectation, expect: 'digits', numDigits: 4, confidential: true } as const
export const listenToCard = { does: 'listen', expectation: card } as const
export const cardEntered = { type: 'digits', digits: '4111', confidential: true } as const

export const bringing: Bringing = {
  does: 'bring',
  to: desk,
  because: { why: 'asked', how: 'engine' },
  agent: { is: 'coming', rung: 0 },
  deaf: null,
}
export const ready: Bringing = { ...bringing, agent: { is: 'ready' } }
export const nobody: Bringing = {
  ...bringing,
  agent: { is: 'not coming', outcome: 'no-answer', cause: 'NO_ANSWER' },
}
/** The announcement of a transfer. */
export const announcing: Speaking = { ...complete, interruptible: false, next: bringing }
export const waiting = { is: 'waiting', transfer: bringing } as const

export const TURN = 3
export const phases: Record<string, Phase> = {
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
  'speaking:bringing': announcing,
  'speaking:agent ready': { ...announcing, next: ready },
  'speaking:nobody comes': { ...announcing, next: nobody },
  'interrupted:bringing': { is: 'interrupted', speech: { ...complete, next: bringing } },
  'held:bringing': { is: 'held', before: announcing },
  waiting,
  'held:waiting': { is: 'held', before: waiting },
  'held:agent ready': { is: 'held', before: { is: 'waiting', transfer: ready } },
  'held:nobody comes': { is: 'held', before: { is: 'waiting', transfer: nobody } },
  meeting: { is: 'meeting', transfer: ready },
  together: { is: 'together', transfer: ready },
  moving: { is: 'moving', to: people, name: 'people', because: { why: 'asked', how: 'key' } },
  closing: { is: 'closing', ending },
  over: { is: 'over', ending },
}

export const say = (text: string) =>
  ({ type: 'say', text, interruptible: true, language: null, voice: null }) as const

export const neverMind: CallEvent = {
  type: 'utteranceHeard',
  utterance: { ...said, text: 'Never mind.' },
  atMs: 0,
}

export const events: Record<string, CallEvent> = {
  opened: { type: 'opened', atMs: 0 },
  openingFailed: { type: 'openingFailed', message: 'no', atMs: 0 },
  callerSpoke: { type: 'callerSpoke', atMs: 0 },
  callerPaused: { type: 'callerPaused', silentMs: 700, atMs: 0 },
  utteranceHeard: { type: 'utteranceHeard', utterance: said, atMs: 0 },
  'never mind': neverMind,
  nothingHeard: { type: 'nothingHeard', atMs: 0 },
  hearingFailed: { type: 'hearingFailed', message: 'no', atMs: 0 },
  earFailed: { type: 'earFailed', message: 'no', atMs: 0 },
  'digit 5': { type: 'digitPressed', digit: '5', atMs: 0 },
  'digit *': { type: 'digitPressed', digit: '*', atMs: 0 },
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
  'bring directive': {
    type: 'directiveGiven',
    turn: TURN,
    directive: { type: 'transfer', to: 'desk', announce: 'To the desk.' },
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
  transferProgressed: { type: 'transferProgressed', state: 'ringing', rung: 1, atMs: 0 },
  agentAccepted: { type: 'agentAccepted', atMs: 0 },
  agentJoined: { type: 'agentJoined', atMs: 0 },
  transferEnded: { type: 'transferEnded', outcome: 'no-answer', cause: 'NO_ANSWER', atMs: 0 },
  talkEnded: { type: 'talkEnded', atMs: 0 },
  transferRequested: { type: 'transferRequested', to: desk, announce: null, atMs: 0 },
  takenOver: { type: 'takenOver', to: supervisor, atMs: 0 },
  sayingRequested: { type: 'sayingRequested', text: 'By the way.', atMs: 0 },
  hangUpRequested: { type: 'hangUpRequested', atMs: 0 },
  legMoved: { type: 'legMoved', atMs: 0 },
  legHungUp: { type: 'legHungUp', hangUp: { by: 'caller', cause: 'NORMAL_CLEARING' }, atMs: 0 },
  legLost: { type: 'legLost', message: 'gone', atMs: 0 },
  shutdownBegun: { type: 'shutdownBegun', atMs: 0 },
  faulted: { type: 'faulted', message: 'bug', atMs: 0 },
}

export function at(phase: Phase, more: Partial<Dialogue> = {}): Dialogue {
  return { ...newDialogue(settings, null), turn: TURN, silences: 1, phase, ...more }
}

export function summary(command: Command): string {
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
    case 'bring':
      return `bring ${command.to.name} ${command.rung}`
    case 'close':
      return `close ${command.ending.by}/${command.ending.why}`
    case 'listen':
      return `listen ${command.expectation.expect}`
    default:
      return command.type
  }
}

export function outcome(from: Dialogue, event: CallEvent): string | undefined {
  const [to, commands] = step(from, event)
  if (commands.length === 0 && to.phase === from.phase && to.turn === from.turn) return undefined
  return [to.phase.is, ...commands.map(summary)].join(' · ')
}

/** Feeds events one after the other; returns the dialogue and all commands. */
export function play(d: Dialogue, ...happened: CallEvent[]): { d: Dialogue; commands: string[] } {
  let current = d
  const commands: string[] = []
  for (const event of happened) {
    const [next, asked] = step(current, event)
    current = next
    commands.push(...asked.map(summary))
  }
  return { d: current, commands }
}

export function listeningFor(expectation: Partial<Expectation>, digits = ''): Dialogue {
  return at({ ...listening, expectation: { ...openExpectation, ...expectation }, digits })
}

export const press = (digits: string, atMs = 0): CallEvent[] =>
  [...digits].map(digit => ({ type: 'digitPressed', digit, atMs }))
export const asked = (d: Dialogue) => (d.phase.is === 'thinking' ? d.phase.about : undefined)
