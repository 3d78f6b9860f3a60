// One caller's stay: a mailbox, a loop, a scope, an ending. Everything that happens is posted here, the dialogue says what
// follows, and this shell has it done by the speaker, the listener, the engine and the leg.

import type { Conversation } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { Mailbox } from '../lib/mailbox.ts'
import type { EndReason, Scope } from '../lib/scope.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { Leg, LegEvent } from '../pbx/pbx.ts'
import { type Dialogue, type DialogueSettings, isConfidential, newDialogue } from './dialogue/state.ts'
import { step } from './dialogue.ts'
import { type Ending, faultOf } from './ending.ts'
import type { Journal } from './journal.ts'
import type { Keeper } from './keeper.ts'
import type { Listener } from './listener.ts'
import type { Destination } from './profile.ts'
import { type Prompts, Speaker } from './speaker.ts'
import { Timers } from './timers.ts'
import { Turns } from './turns.ts'
import type { CallEvent, Command, Question } from './vocabulary.ts'

export interface CallParts {
  leg: Leg
  settings: DialogueSettings
  conversation: Conversation
  prompts: Prompts
  journal: Journal
  clock: Clock
  scope: Scope
  log: Log
  /** Makes the call's ears; they post what they hear. */
  listener(post: (event: CallEvent) => void): Listener
  /** Makes what records the call to keep it; it tells the journal. */
  keeper(note: (entry: Note) => void): Keeper
}

type Note = { type: string; [field: string]: unknown }

/** Answering and opening the ear takes milliseconds; a switch that needs longer will not do it. */
const OPENING_LIMIT_MS = 10_000

export class Call {
  readonly id: string
  /** Resolves, once, when the call is over for us and nothing of it is left. */
  readonly ended: Promise<Ending>
  readonly #parts: CallParts
  readonly #startedMs: number
  readonly #mailbox: Mailbox<CallEvent>
  readonly #timers: Timers
  readonly #speaker: Speaker
  readonly #listener: Listener
  readonly #keeper: Keeper
  readonly #turns: Turns
  #dialogue: Dialogue
  #resolveEnded: (ending: Ending) => void = () => {}

  constructor(parts: CallParts) {
    const { leg, clock, scope, prompts, conversation } = parts
    this.#parts = parts
    this.id = leg.facts.id
    this.#startedMs = clock.now()
    this.#dialogue = newDialogue(parts.settings)
    this.ended = new Promise(resolve => {
      this.#resolveEnded = resolve
    })
    this.#mailbox = new Mailbox(event => this.#take(event))
    const post = this.post
    this.#timers = new Timers(clock, post)
    this.#listener = parts.listener(post)
    this.#keeper = parts.keeper(entry => this.#note(entry))
    this.#speaker = new Speaker({
      leg,
      prompts,
      clock,
      signal: scope.signal,
      post,
      onStarted: (turn, text) => this.#note({ type: 'promptStarted', turn, text }),
      onSpoken: line => this.#note({ type: 'promptSpoken', ...line }),
      onHushed: (turn, afterMs) => this.#note({ type: 'hushed', turn, afterMs: Math.round(afterMs) }),
      onSkipped: (turn, error) => {
        this.#note({ type: 'soundSkipped', turn })
        parts.log.warn({ error, turn }, 'a sound could not be played and was left out')
      },
    })
    const heard = () => this.#speaker.heard()
    this.#turns = new Turns({ conversation, clock, scope, log: parts.log, post, heard })
  }

  /** Takes the call: answers it, opens its ears, and lets the dialogue begin. */
  start(): void {
    const { leg, clock, scope } = this.#parts
    scope.onEnd('ear, recording and leg', async () => {
      await Promise.all([this.#listener.close(), this.#keeper.close()])
      this.#listener.dispose()
      await leg.release()
    })
    scope.onEnd('timers', () => this.#timers.stopAll())
    leg.onEvent(event => this.#legReported(event))
    const opening = scope.child('opening').endsAfter(OPENING_LIMIT_MS)
    void this.#open(opening).then(
      () => this.post({ type: 'opened', atMs: clock.now() }),
      error => this.post({ type: 'openingFailed', message: messageOf(error), atMs: clock.now() }),
    )
  }

  /** Something happened to this call. */
  readonly post = (event: CallEvent): void => {
    this.#mailbox.post(event)
  }

  async #open(opening: Scope): Promise<void> {
    const tooLate = new Promise<never>((_, reject) => {
      opening.signal.addEventListener('abort', () => reject(opening.signal.reason), { once: true })
    })
    try {
      const opened = this.#parts.leg.answer().then(() => this.#listener.open())
      await Promise.race([opened, tooLate])
    } finally {
      tooLate.catch(() => {
        // Ending the scope below rejects it when nobody waits any more.
      })
      void opening.end({ why: 'done' })
    }
  }

  #legReported(event: LegEvent): void {
    const atMs = this.#parts.clock.now()
    switch (event.type) {
      case 'digitPressed':
        return this.post({ type: 'digitPressed', digit: event.digit, atMs })
      case 'held':
        this.#speaker.hold()
        this.#listener.hold()
        return this.post({ type: 'held', atMs })
      case 'unheld':
        this.#listener.unhold()
        this.post({ type: 'unheld', atMs })
        return this.#speaker.unhold()
      case 'hungUp':
        return this.post({ type: 'legHungUp', hangUp: event.hangUp, atMs })
      case 'moved':
        return this.post({ type: 'legMoved', atMs })
      case 'lost':
        return this.post({ type: 'legLost', message: event.error.message, atMs })
      default:
        return unreachable(event)
    }
  }

  #take(event: CallEvent): void {
    try {
      this.#advance(event)
    } catch (error) {
      this.#broke(error)
    }
  }

  #advance(event: CallEvent): void {
    this.#note(isConfidential(this.#dialogue.phase) ? withoutKey(event) : withoutSecrets(event), event.atMs)
    const [dialogue, commands] = step(this.#dialogue, event)
    this.#dialogue = dialogue
    for (const command of commands) this.#execute(command)
  }

  /** A bug of ours ends this call as gently as can be, and no other. */
  #broke(error: unknown): void {
    this.#parts.log.error({ error }, 'the call broke on a fault of ours')
    const message = messageOf(error)
    try {
      this.#advance({ type: 'faulted', message, atMs: this.#parts.clock.now() })
    } catch (second) {
      this.#parts.log.error({ error: second }, 'the call broke again while it was ended')
      this.#close({ by: 'us', why: 'fault', fault: 'parley', message })
    }
  }

  #execute(command: Command): void {
    switch (command.type) {
      case 'ask':
        this.#note({ type: 'asked', turn: command.turn, question: writable(command.question) })
        return this.#turns.ask(command.turn, command.question)
      case 'withdraw':
        return this.#turns.withdraw()
      case 'speak':
        return this.#speaker.speak(command.turn, command.piece)
      case 'finishSpeech':
        return this.#speaker.finish(command.turn)
      case 'hush':
        return this.#speaker.hush()
      case 'resumeSpeech':
        return this.#speaker.resume()
      case 'listen':
        return this.#listener.listen(command.expectation, this.#dialogue.speech.language)
      case 'deafen':
        return this.#listener.deafen()
      case 'mask':
        this.#listener.deafen()
        return void this.#keeper.setMasked(true)
      case 'unmask':
        return void this.#keeper.setMasked(false)
      case 'keepRecording':
        return void this.#keeper.start()
      case 'sendDigits':
        return this.#attempt('sendDigits', this.#parts.leg.sendDigits(command.digits))
      case 'transfer':
        return void this.#transfer(command.to)
      case 'hangUp':
        return this.#hangUp(command.cause)
      case 'startTimer':
        return this.#timers.start(command.name, command.turn, command.ms)
      case 'stopTimer':
        return this.#timers.stop(command.name)
      case 'close':
        return this.#close(command.ending)
      default:
        return unreachable(command)
    }
  }

  /** Our recordings end before the caller meets people: what they say to each other is not ours to hear. */
  async #transfer(to: Destination): Promise<void> {
    const { leg, clock } = this.#parts
    try {
      await Promise.all([this.#listener.close(), this.#keeper.stop()])
      await leg.setVariables({ parley_outcome: 'handed-over' })
      await leg.transfer(to)
    } catch (error) {
      this.post({ type: 'transferFailed', message: messageOf(error), atMs: clock.now() })
      if (this.#parts.scope.isOver) return
      this.#attempt('take back the outcome', leg.setVariables({ parley_outcome: '' }))
      void this.#keeper.resume()
      await this.#listener.open().catch(fault => {
        this.post({ type: 'earFailed', message: messageOf(fault), atMs: clock.now() })
      })
    }
  }

  #hangUp(cause: string): void {
    const { leg } = this.#parts
    // A leg that refuses is on its way out already, and says so itself; the timer of the closing sees to the rest.
    this.#attempt(
      'hang up',
      leg.setVariables({ parley_outcome: 'finished' }).then(() => leg.hangUp(cause)),
    )
  }

  /** What may fail without changing the course of the call. */
  #attempt(what: string, work: Promise<void>): void {
    work.catch(error => this.#parts.log.warn({ error, what }, 'the switch refused'))
  }

  #close(ending: Ending): void {
    const { scope, journal, log, clock } = this.#parts
    const durationMs = Math.round(clock.now() - this.#startedMs)
    this.#mailbox.close()
    // Who leaves while they are told of the recording has not come to the greeting.
    const turn = Math.max(0, this.#dialogue.turn)
    this.#turns.close({ type: 'ended', by: ending.by, reason: ending.why, durationMs }, turn)
    this.#note({ type: 'ended', ending })
    journal.close()
    const fault = faultOf(ending)
    const summary = { by: ending.by, why: ending.why, fault, turns: turn, durationMs }
    if (fault === null) log.info(summary, 'call ended')
    else log.warn({ ...summary, message: messageIn(ending) }, 'call ended by a fault')
    void scope.end(reasonOf(ending)).then(() => this.#resolveEnded(ending))
  }

  #note(entry: Note, atMs = this.#parts.clock.now()): void {
    const sinceStart = Math.round((atMs - this.#startedMs) * 10) / 10
    this.#parts.journal.write({ ...entry, atMs: sinceStart })
    this.#parts.log.debug({ atMs: sinceStart, entry: entry.type }, 'journal')
  }
}

/** What the caller keys in confidence, as the journal may have it. */
function withoutKey(event: CallEvent): Note {
  if (event.type === 'digitPressed') return { type: event.type, confidential: true }
  return withoutSecrets(event)
}

/** The digits that a confidential question accepts are as secret as those that are keyed. */
function withoutSecrets(event: CallEvent): Note {
  const { atMs: _, ...facts } = event
  if (event.type !== 'directiveGiven' || event.directive.type !== 'listen') return facts
  const { expectation } = event.directive
  if (!expectation.confidential) return facts
  return { ...facts, directive: { ...event.directive, expectation: { ...expectation, validDigits: null } } }
}

/** The question as it may be written down. */
function writable(question: Question): object {
  return question.type === 'digits' && question.confidential ? { ...question, digits: null } : question
}

function reasonOf(ending: Ending): EndReason {
  if (ending.by === 'caller') return { why: 'caller-gone' }
  if (ending.why === 'shutdown') return { why: 'shutdown' }
  return ending.why === 'fault' ? { why: 'fault', cause: ending.message } : { why: 'done' }
}

/** What went wrong, without where the caller was sent: a number may be somebody's own. */
function messageIn(ending: Ending): string | undefined {
  if (ending.why === 'handed-over') return ending.because.why === 'fault' ? ending.because.message : undefined
  return 'message' in ending ? ending.message : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
