// What surrounds a dialogue, as far as it keeps its promises: who was asked answers, what is said comes to its end, a timer runs
// out, who is fetched comes or does not. It tells which events can happen now, and which of them must happen some day.

import type { Dialogue } from '../../src/call/dialogue/state.ts'
import { step } from '../../src/call/dialogue.ts'
import type { CallEvent, Command, TimerName } from '../../src/call/vocabulary.ts'
import type { Directive } from '../../src/engine/engine.ts'
import { openExpectation } from '../../src/engine/engine.ts'
import { card, desk, neverMind, said, say, supervisor } from './dialogues.ts'

const directives: readonly Directive[] = [
  say('Good.'),
  say(''),
  { type: 'listen', expectation: { ...openExpectation, expect: 'digits', numDigits: 2 } },
  { type: 'listen', expectation: card },
  { type: 'transfer', to: 'desk', announce: 'To the desk.' },
  { type: 'transfer', to: 'desk', announce: null },
  { type: 'transfer', to: 'queue', announce: 'To the queue.' },
  { type: 'transfer', to: 'sales', announce: null },
  { type: 'transfer', to: 'nowhere', announce: null },
  { type: 'end', reason: 'done' },
]

export class World {
  dialogue: Dialogue
  readonly #timers = new Map<TimerName, { turn: number | null; dueMs: number }>()
  /** The turn to which the engine owes an answer. */
  #engine: number | null = null
  #speech: { turn: number; isComplete: boolean; isHushed: boolean; isTold: boolean } | null = null
  #agent: 'none' | 'coming' | 'accepted' | 'meeting' | 'joined' = 'none'
  #ears: 'closed' | 'open' | 'dead' = 'closed'
  #caller: 'silent' | 'talking' | 'paused' = 'silent'
  #isHeld = false
  #isOpened = false
  #isMoving = false
  #isPlaying = false
  #atMs = 0

  constructor(dialogue: Dialogue) {
    this.dialogue = dialogue
  }

  get isOver(): boolean {
    return this.dialogue.phase.is === 'over'
  }

  /** What comes before long if nobody does anything. The longest time that a call may take is none of it: nobody waits for that. */
  owed(): CallEvent[] {
    const atMs = this.#atMs
    const owed: CallEvent[] = []
    if (!this.#isOpened) owed.push({ type: 'opened', atMs })
    for (const [name, { turn }] of this.#timers)
      if (name !== 'call') owed.push({ type: 'timeUp', name, turn, atMs })
    if (this.#engine !== null) owed.push({ type: 'answerFinished', turn: this.#engine, atMs })
    const speech = this.#speech
    if (speech?.isComplete && !speech.isHushed && !speech.isTold && !this.#isHeld)
      owed.push({ type: 'speechFinished', turn: speech.turn, atMs })
    if (this.#isHeld) owed.push({ type: 'unheld', atMs })
    if (this.#caller === 'talking' && this.#ears === 'open')
      owed.push({ type: 'callerPaused', silentMs: 700, atMs })
    if (this.#caller === 'paused') owed.push({ type: 'nothingHeard', atMs })
    if (this.#isMoving) owed.push({ type: 'transferFailed', message: 'no', atMs }, { type: 'legMoved', atMs })
    owed.push(...this.#fromAgent())
    return owed
  }

  /** What the caller, the engine and those outside may do besides. */
  free(): CallEvent[] {
    const atMs = this.#atMs
    const free: CallEvent[] = [
      ...['0', '*', '4'].map(digit => ({ type: 'digitPressed', digit, atMs }) as const),
      { type: 'transferRequested', to: desk, announce: null, atMs },
      { type: 'takenOver', to: supervisor, atMs },
      { type: 'sayingRequested', text: 'By the way.', atMs },
    ]
    if (this.#timers.has('call')) free.push({ type: 'timeUp', name: 'call', turn: null, atMs })
    if (!this.#isHeld) free.push({ type: 'held', atMs })
    if (this.#ears !== 'dead') free.push({ type: 'earFailed', message: 'no', atMs })
    if (this.#ears === 'open' && !this.#isHeld && this.#caller !== 'talking')
      free.push({ type: 'callerSpoke', atMs })
    if (this.#caller === 'paused')
      free.push(
        { type: 'utteranceHeard', utterance: said, atMs },
        { ...neverMind, atMs },
        { type: 'hearingFailed', message: 'no', atMs },
      )
    const turn = this.#engine
    if (turn !== null) {
      for (const directive of directives) free.push({ type: 'directiveGiven', turn, directive, atMs })
      free.push({ type: 'engineFailed', turn, message: 'no', atMs })
    }
    if (this.#speech && !this.#speech.isTold)
      free.push({ type: 'voiceFailed', turn: this.#speech.turn, message: 'no', atMs })
    return free
  }

  /** Lets it happen. Throws where a command asks for what cannot be. */
  take(event: CallEvent): void {
    this.#atMs += 100
    this.#happen(event)
    const [after, commands] = step(this.dialogue, { ...event, atMs: this.#atMs })
    this.dialogue = after
    for (const command of commands) this.#obey(command)
  }

  #fromAgent(): CallEvent[] {
    const atMs = this.#atMs
    const ended: CallEvent = { type: 'transferEnded', outcome: 'no-answer', cause: 'NO_ANSWER', atMs }
    switch (this.#agent) {
      case 'none':
        return []
      case 'coming':
        return [
          { type: 'transferProgressed', state: 'ringing', rung: 1, atMs },
          { type: 'agentAccepted', atMs },
          ended,
        ]
      case 'accepted':
        return [ended]
      case 'meeting':
        return [{ type: 'agentJoined', atMs }, ended]
      case 'joined':
        return [{ type: 'talkEnded', atMs }]
    }
  }

  #happen(event: CallEvent): void {
    switch (event.type) {
      case 'opened':
        this.#isOpened = true
        return
      case 'timeUp':
        this.#atMs = Math.max(this.#atMs, this.#timers.get(event.name)?.dueMs ?? 0)
        this.#timers.delete(event.name)
        return
      case 'answerFinished':
      case 'engineFailed':
        this.#engine = null
        return
      case 'speechFinished':
        if (this.#speech) this.#speech.isTold = true
        return
      case 'held':
        this.#isHeld = true
        this.#caller = 'silent'
        return
      case 'unheld':
        this.#isHeld = false
        return
      case 'callerSpoke':
        this.#caller = 'talking'
        return
      case 'callerPaused':
        this.#caller = 'paused'
        return
      case 'utteranceHeard':
      case 'nothingHeard':
      case 'hearingFailed':
        this.#caller = 'silent'
        return
      case 'earFailed':
        this.#ears = 'dead'
        return
      case 'transferFailed':
        this.#isMoving = false
        this.#ears = 'open'
        return
      case 'agentAccepted':
      case 'takenOver':
        this.#agent = 'accepted'
        return
      case 'agentJoined':
        this.#agent = 'joined'
        return
      case 'transferEnded':
      case 'talkEnded':
        this.#agent = 'none'
        return
      default:
    }
  }

  #obey(command: Command): void {
    switch (command.type) {
      case 'ask':
        this.#engine = command.turn
        return
      case 'withdraw':
        this.#engine = null
        return
      case 'speak':
        if (this.#isPlaying) throw new Error('spoken over the music')
        return this.#say(command.turn)
      case 'finishSpeech':
        this.#say(command.turn)
        if (this.#speech) this.#speech.isComplete = true
        return
      case 'hush':
        if (this.#speech) this.#speech.isHushed = true
        return
      case 'resumeSpeech':
        if (this.#speech) this.#speech.isHushed = false
        return
      case 'listen':
        if (this.#ears === 'closed') this.#ears = 'open'
        return
      case 'deafen':
      case 'mask':
        if (this.#ears === 'open') this.#ears = 'closed'
        this.#caller = 'silent'
        return
      case 'bring':
        this.#agent = 'coming'
        return
      case 'withdrawTransfer':
        if (this.#agent === 'none') throw new Error('nobody is to be called off')
        this.#agent = 'none'
        return
      case 'playMusic':
      case 'stopMusic':
        if (this.#isPlaying === (command.type === 'playMusic')) throw new Error(`${command.type} twice`)
        this.#isPlaying = !this.#isPlaying
        return
      case 'meet':
        if (this.#agent !== 'accepted') throw new Error('nobody is there to be met')
        this.#agent = 'meeting'
        this.#ears = 'closed'
        return
      case 'transfer':
        this.#isMoving = true
        this.#ears = 'dead'
        this.#caller = 'silent'
        return
      case 'startTimer':
        this.#timers.set(command.name, { turn: command.turn, dueMs: this.#atMs + command.ms })
        return
      case 'stopTimer':
        this.#timers.delete(command.name)
        return
      default:
    }
  }

  #say(turn: number): void {
    if (this.#speech?.turn === turn) this.#speech.isTold = false
    else this.#speech = { turn, isComplete: false, isHushed: false, isTold: false }
  }

  /** In words, for who reads of a failure. */
  toString(): string {
    const { phase, turn } = this.dialogue
    return `${JSON.stringify(phase)} in turn ${turn}, agent ${this.#agent}, speech ${JSON.stringify(this.#speech)}`
  }
}
