// One channel of the switch: its state, variables, queue of executes, running applications, recordings and
// audio, and the events it owes. It moves in frames of 20 ms; the switch calls `tick`.

import type { Timer } from '../../src/lib/clock.ts'
import { AppStack, appHeaders } from './app-stack.ts'
import type { AppChannel, PlaybackLog } from './applications.ts'
import { toText } from './bytes.ts'
import { type ChannelMoment, type Headers, sipVariables } from './event-headers.ts'
import { type Frame, MediaLine } from './media-line.ts'
import { Recordings } from './recordings.ts'
import type { Random } from './seeded.ts'
import type { Execute } from './socket-commands.ts'
import { Transcript } from './transcript.ts'

/** The switch, as far as a channel needs it. */
export interface ChannelHost {
  readonly random: Random
  now(): number
  after(ms: number, run: () => void): Timer
  nextId(): string
  /** The switch's clock in µs, which stands still between two ticks. */
  stampUs(): number
  /** Milliseconds until the next tick. */
  untilTickMs(): number
  fire(name: string, channel: Channel, extra: Headers, bare?: 'bare'): void
  load(path: string): Int16Array | undefined
  complain(channel: Channel, what: string): void
  readonly recordings: Pick<Recordings['host'], 'create'>
}

export interface ChannelFacts {
  id: string
  from: string
  callerName: string
  to: string
  direction: 'inbound' | 'outbound'
}

export type HungUpBy = 'caller' | 'assistant' | 'person' | 'switch'

/** Life of the leg itself, whatever the dialplan does with it. */
export type LegState =
  | { state: 'ringing' }
  | { state: 'answered' }
  | { state: 'ending'; cause: string; by: HungUpBy }
  | { state: 'over'; cause: string; by: HungUpBy }

export class Channel implements AppChannel {
  readonly id: string
  readonly facts: ChannelFacts
  readonly variables: Map<string, string>
  readonly line = new MediaLine()
  readonly plays: PlaybackLog[] = []
  readonly transcript = new Transcript()
  readonly recordings: Recordings
  /** Digits that the switch sent towards the person. */
  digitsHeard = ''
  leg: LegState = { state: 'ringing' }
  /** The `resume` command: unlike the variable `socket_resume` it cannot be taken back. */
  resumeForced = false
  /** The channel has nothing more to do; the dialplan may go on. */
  whenIdle: (() => void) | undefined
  whenOver: () => void = () => {}
  /** Owed when the channel ends: the application that the dialplan runs it in. */
  socketApp: { data: string; uuid: string } | undefined
  readonly #host: ChannelHost
  readonly #createdUs: number
  readonly #apps: AppStack
  #answeredUs = 0
  #stateName: ChannelMoment['state'] = 'CS_EXECUTE'
  #lastFrame: Frame | undefined

  constructor(facts: ChannelFacts, host: ChannelHost) {
    this.id = facts.id
    this.facts = facts
    this.#host = host
    this.#createdUs = host.stampUs()
    this.variables = sipVariables(this.moment())
    this.#apps = new AppStack(this, host, () => void this.#advance('between'))
    this.recordings = new Recordings({
      create: path => host.recordings.create(path),
      fire: (name, extra) => this.fire(name, extra),
      variables: this.variables,
    })
  }

  get isOver(): boolean {
    return this.leg.state === 'ending' || this.leg.state === 'over'
  }

  get isAnswered(): boolean {
    return this.leg.state === 'answered'
  }

  /** What the person hears at this moment, undefined for silence. */
  get hearing(): Frame | undefined {
    return this.#lastFrame
  }

  get isSpokenTo(): boolean {
    return this.#apps.isPlaying
  }

  /** Milliseconds since the call began. */
  get ms(): number {
    return this.line.position / 8
  }

  moment(): ChannelMoment {
    const over = this.leg.state === 'ending' || this.leg.state === 'over' ? this.leg : undefined
    return {
      ...this.facts,
      channelName: `sofia/internal/${this.facts.from}@127.0.0.1`,
      createdUs: this.#createdUs,
      answeredUs: this.#answeredUs,
      answerState: over ? 'hangup' : this.leg.state === 'answered' ? 'answered' : 'ringing',
      state: this.#stateName,
      held: this.line.held,
      hangupCause: over?.cause,
    }
  }

  fire(name: string, extra: Headers = {}): void {
    this.#host.fire(name, this, extra)
  }

  complain(what: string): void {
    this.#host.complain(this, what)
  }

  load(path: string): Int16Array | undefined {
    return this.#host.load(path)
  }

  answer(): void {
    if (this.leg.state !== 'ringing') return
    this.leg = { state: 'answered' }
    this.#answeredUs = this.#host.stampUs()
    this.fire('CHANNEL_ANSWER')
  }

  /**
   * An execute from a socket or the dialplan. It starts with the next tick, or behind what holds the lock.
   */
  execute(execute: Execute, whenDone: () => void = () => {}): void {
    if (!this.isOver) this.#apps.add(execute, whenDone)
  }

  /** `uuid_break` */
  break(all: boolean): void {
    this.#apps.break(all)
  }

  takeBreak(): boolean {
    return this.#apps.takeBreak()
  }

  /** `uuid_fileman`; false when no file plays. */
  fileman(command: string): boolean {
    return this.#apps.fileman(command)
  }

  playbackBegan(path: string): PlaybackLog {
    const log: PlaybackLog = { path: toText(path), startedMs: this.ms, stoppedMs: undefined, how: 'playing' }
    this.plays.push(log)
    this.transcript.add(this.ms, 'assistant', `plays ${log.path}`)
    return log
  }

  playbackEnded(log: PlaybackLog, how: PlaybackLog['how']): void {
    log.how = how
    log.stoppedMs = this.ms
    this.transcript.add(this.ms, 'assistant', `stops: ${how}`)
  }

  startRecording(path: string, limitSeconds: number, given: Record<string, string>): void {
    this.recordings.start(path, limitSeconds, given)
  }

  stopRecording(path: string): boolean {
    return this.recordings.stop(path, 'success-maxtime')
  }

  sendDigits(digits: string): void {
    this.digitsHeard += digits.replace(/[^0-9*#A-Da-d]/g, '')
  }

  /** The person pressed a key. DTMF events carry no variables. */
  press(digit: string, durationMs: number): void {
    if (this.isOver) return
    const duration = String(durationMs * 8)
    const extra = { 'DTMF-Digit': digit, 'DTMF-Duration': duration, 'DTMF-Source': 'RTP' }
    this.#host.fire('DTMF', this, extra, 'bare')
    this.#apps.press(digit)
  }

  hold(held: boolean): void {
    if (this.isOver || this.line.held === held) return
    this.line.held = held
    this.transcript.add(this.ms, 'caller', held ? 'puts the assistant on hold' : 'is back')
    this.fire(held ? 'CHANNEL_HOLD' : 'CHANNEL_UNHOLD')
  }

  /**
   * CHANNEL_HANGUP comes at once, everything else when the running applications have noticed: with the next
   * tick.
   */
  hangUp(cause: string, by: HungUpBy): void {
    if (this.isOver) return
    this.leg = { state: 'ending', cause, by }
    this.#apps.flush()
    this.transcript.add(this.ms, by === 'person' ? 'switch' : by, `hangs up: ${cause}`)
    this.fire('CHANNEL_HANGUP')
  }

  /** Ends whatever runs and waits, because the channel goes elsewhere. */
  cutAll(): void {
    this.#apps.cutAll()
  }

  /** The dialplan's socket application is over: the call ends, or goes elsewhere. */
  endSocketApp(): void {
    if (!this.socketApp) return
    const app = appHeaders({ name: 'socket', ...this.socketApp })
    const response = this.variables.get('current_application_response') ?? '_none_'
    this.socketApp = undefined
    this.fire('CHANNEL_EXECUTE_COMPLETE', { ...app, 'Application-Response': response })
  }

  /** One frame: 20 ms of audio in both directions. */
  tick(): void {
    if (this.leg.state === 'over') return
    const said = this.line.takeSaid()
    const played = this.#advance('tick')
    this.#lastFrame = this.line.held ? undefined : played
    if (played) this.line.putHeard(played)
    if (!this.line.held && !this.isOver) this.recordings.write(said, played)
    this.line.endFrame()
  }

  #advance(when: 'tick' | 'between'): Frame | undefined {
    const frame = this.#apps.run(when)
    if (this.#apps.isBusy) return frame
    if (this.leg.state === 'ending') this.#finish(this.leg)
    else if (this.#apps.isIdle) this.whenIdle?.()
    return frame
  }

  #finish(leg: { cause: string; by: HungUpBy }): void {
    this.endSocketApp()
    this.#stateName = 'CS_HANGUP'
    this.recordings.stopAll('success-silence')
    this.#stateName = 'CS_REPORTING'
    this.variables.set('hangup_cause', leg.cause)
    this.fire('CHANNEL_HANGUP_COMPLETE')
    this.leg = { state: 'over', cause: leg.cause, by: leg.by }
    this.#lastFrame = undefined
    this.whenOver()
  }
}
