// One caller's stay: a mailbox, a loop, a scope, an ending. Everything that happens is posted here, the dialogue says what
// follows, and this shell has it done by the speaker, the listener, the engine and the leg.

import type { EngineCall, Expectation } from '../engine/engine.ts'
import { Mailbox } from '../lib/mailbox.ts'
import { messageOf } from '../lib/message-of.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { Leg, LegEvent } from '../pbx/pbx.ts'
import type { Cut } from '../speech/cutter.ts'
import { isEcho } from './backchannel.ts'
import type { CallParts } from './call-parts.ts'
import { courseOf, isSameCourse } from './dialogue/course.ts'
import { type Dialogue, isPrivate, newDialogue } from './dialogue/state.ts'
import { step } from './dialogue.ts'
import { logEnd } from './end-in-log.ts'
import { type Ending, endReasonOf } from './ending.ts'
import type { Keeper } from './keeper.ts'
import { callEventOf } from './leg-events.ts'
import type { CallListener } from './listener.ts'
import { type Mark, Marks } from './marks.ts'
import { Notes, withoutKey, withoutSecrets, writable } from './note.ts'
import { open } from './opening.ts'
import { Parting } from './parting.ts'
import { SpokenRehearsal } from './rehearsal.ts'
import { Speaker } from './speaker.ts'
import { type Standing, type Suspension, standingOf } from './suspension.ts'
import { Timers } from './timers.ts'
import { Transfers } from './transfer/transfers.ts'
import { Turns } from './turns.ts'
import type { CallEvent, Command } from './vocabulary.ts'

export class Call {
  readonly id: string
  readonly leg: Leg
  /** Resolves, once, when the call is over for us and nothing of it is left. */
  readonly ended: Promise<Ending>
  readonly #parts: CallParts
  readonly #startedMs: number
  readonly #notes: Notes
  readonly #mailbox: Mailbox<CallEvent>
  readonly #timers: Timers
  readonly #speaker: Speaker
  readonly #listener: CallListener
  readonly #keeper: Keeper
  readonly #turns: Turns
  readonly #parting: Parting
  readonly transfers: Transfers
  readonly #marks: Marks
  #dialogue: Dialogue
  /** The process is going to end. */
  #suspension: Suspension | undefined
  readonly #over = Promise.withResolvers<Ending>()

  constructor(parts: CallParts) {
    const { leg, clock, scope, prompts, past } = parts
    this.#parts = parts
    this.id = leg.facts.id
    this.leg = leg
    this.#startedMs = clock.now() - (past?.lastedMs ?? 0)
    this.#notes = new Notes(parts, this.#startedMs)
    this.#dialogue = newDialogue(parts.settings, past)
    this.ended = this.#over.promise
    this.#mailbox = new Mailbox(event => this.#take(event))
    const post = this.post
    this.#timers = new Timers(clock, post)
    this.#listener = parts.listener(post)
    this.#keeper = parts.keeper(entry => this.#notes.write(entry))
    const marks = new Marks(turn => {
      this.#notes.write({ type: 'turnMarks', ...turn })
      parts.times.add(turn)
    })
    this.#marks = marks
    this.#speaker = new Speaker({
      cut: this.#cut,
      leg,
      prompts,
      clock,
      signal: scope.signal,
      post,
      marks,
      notes: this.#notes,
    })
    const { transcript } = this.#notes
    this.#parting = new Parting({
      ...parts,
      listener: this.#listener,
      keeper: this.#keeper,
      transcript,
      post,
    })
    const heard = () => this.#speaker.heard()
    const heardSoFar = () => this.#speaker.heardSoFar()
    const rehearse = (turn: number, signal: AbortSignal) => this.#rehearse(turn, signal)
    this.#turns = new Turns({ ...parts, post, marks, heard, heardSoFar, rehearse })
    this.transfers = new Transfers({
      ...parts,
      caller: leg,
      listener: this.#listener,
      transcript,
      phrases: parts.settings.phrases,
      own: parts.settings.own,
      post,
      note: entry => this.#notes.write(entry),
      handOver: to => void this.#parting.transfer(to),
      onOutcome: outcome => this.#parting.tellOutcome(outcome),
      onTalked: ({ name: to }, durationMs) => {
        const { entries } = this.#notes.transcript
        this.#turns.tell({ type: 'talked', to, durationMs, transcript: entries }, this.#dialogue.turn)
      },
    })
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
    const opening = open({ ...this.#parts, turns: this.#turns, listener: this.#listener })
    void opening.then(
      () => this.post({ type: 'opened', atMs: clock.now() }),
      error => this.post({ type: 'openingFailed', message: messageOf(error), atMs: clock.now() }),
    )
  }

  /** The process is going to end: nothing new is said. A call that cannot come back goes to people. See `suspendAll`. */
  suspend(changed: () => void): void {
    const { leg, clock } = this.#parts
    if (!leg.facts.comesBack) return this.post({ type: 'shutdownBegun', atMs: clock.now() })
    const suspension = { sentence: 'running' as Suspension['sentence'], changed }
    this.#suspension = suspension
    void this.#speaker.finishSentence().then(() => {
      suspension.sentence = 'over'
      changed()
    })
  }

  get facts(): EngineCall {
    return this.#parts.facts
  }

  get dialogue(): Dialogue {
    return this.#dialogue
  }

  get standing(): Standing {
    if (!this.#parts.leg.facts.comesBack) return 'free' // nobody need wait before the others are let go
    return standingOf(this.#dialogue, this.#suspension?.sentence ?? 'running')
  }

  /** Lets go of a call that goes on in the next process. */
  leave(): void {
    if (this.#parts.leg.facts.comesBack) this.post({ type: 'suspended', atMs: this.#parts.clock.now() })
  }

  /** What the engine wants to have again in another process. */
  keepSession(engine: string, session: object): void {
    this.#notes.write({ type: 'session', engine, session })
  }

  /** Something happened to this call. */
  readonly post = (event: CallEvent): void => {
    this.#mailbox.post(event)
  }

  #legReported(event: LegEvent): void {
    if (event.type === 'held') {
      this.#speaker.hold()
      this.#listener.hold()
      this.transfers.hold()
    } else if (event.type === 'unheld') this.#listener.unhold()
    this.post(callEventOf(event, this.#parts.clock.now()))
    if (event.type !== 'unheld') return
    this.#speaker.unhold()
    this.transfers.unhold()
  }

  #take(event: CallEvent): void {
    try {
      this.#advance(event.type === 'utteranceHeard' ? this.#perhapsEcho(event) : event)
    } catch (error) {
      this.#broke(error)
    }
  }

  #perhapsEcho(event: CallEvent & { type: 'utteranceHeard' }): CallEvent {
    // Who has the floor may well repeat what they have heard.
    if (this.#dialogue.phase.is !== 'interrupted') return event
    const heard = this.#speaker.heardSoFar()?.text ?? ''
    return isEcho(event.utterance.text, heard) ? { ...event, isEcho: true } : event
  }

  #advance(event: CallEvent): void {
    this.#notes.write(isPrivate(this.#dialogue.phase) ? withoutKey(event) : withoutSecrets(event), event.atMs)
    this.#marks.take(event)
    this.transfers.take(event)
    if (event.type === 'callerSpoke') this.#parts.conversation.warm?.()
    const [dialogue, commands] = step(this.#dialogue, event)
    this.#noteWayOut(this.#dialogue, dialogue)
    this.#dialogue = dialogue
    for (const command of commands) this.#execute(command)
    this.#suspension?.changed()
  }

  get #cut(): Cut {
    return this.#parts.settings.turns === 'live' ? 'sentences' : 'nothing'
  }

  #rehearse(turn: number, signal: AbortSignal): SpokenRehearsal {
    const mark = (mark: Mark) => this.#marks.mark(mark, turn, this.#parts.clock.now())
    const { speech } = this.#dialogue
    return new SpokenRehearsal({ ...this.#parts, cut: this.#cut, speech, signal, mark })
  }

  /** A process that takes the call over sends the caller on where they were going. */
  #noteWayOut(before: Dialogue, after: Dialogue): void {
    const next = courseOf(after)
    if (after.phase.is === 'over' || isSameCourse(next, courseOf(before))) return
    this.#notes.write({ type: 'leaving', next })
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
        this.#notes.write({ type: 'asked', turn: command.turn, question: writable(command.question) })
        return this.#turns.ask(command.turn, command.question)
      case 'guess':
        return void this.#turns.guess(command.turn, command.question)
      case 'dropGuess':
        return this.#turns.dropGuess()
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
        return this.#listen(command.expectation)
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
        return this.#parting.attempt('send digits', this.#parts.leg.sendDigits(command.digits))
      case 'bring':
      case 'withdrawTransfer':
      case 'playMusic':
      case 'stopMusic':
      case 'meet':
      case 'transfer':
        return this.transfers.execute(command)
      case 'summarize':
        return this.#parting.summarize(command.text)
      case 'hangUp':
        return this.#parting.hangUp(command.cause)
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

  #listen(expectation: Expectation): void {
    const { phase, speech } = this.#dialogue
    const isOurs = phase.is !== 'listening' && phase.is !== 'waiting'
    this.#listener.listen(expectation, speech.language, isOurs ? 'assistant' : 'caller')
  }

  #close(ending: Ending): void {
    const { scope, journal, log, clock, times } = this.#parts
    const durationMs = Math.round(clock.now() - this.#startedMs)
    this.#mailbox.close()
    this.transfers.close(ending)
    // Who leaves while they are told of the recording has not come to the greeting.
    const turn = Math.max(0, this.#dialogue.turn)
    if (ending.why === 'suspended') {
      this.#turns.withdraw()
      this.#parting.comeBack()
    } else this.#turns.close({ type: 'ended', by: ending.by, reason: ending.why, durationMs }, turn)
    this.#notes.write({ type: 'ended', ending })
    journal.close()
    times.guesses.hits += this.#turns.guesses.hits
    times.guesses.misses += this.#turns.guesses.misses
    logEnd(ending, { turns: turn, durationMs, answers: this.#marks.answers, ...this.#turns.guesses }, log)
    void scope.end(endReasonOf(ending)).then(() => this.#over.resolve(ending))
  }
}
