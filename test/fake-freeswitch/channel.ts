// One channel of the switch: its state, variables, queue of executes, running applications, recordings and
// audio, and the events it owes. It moves in frames of 20 ms; the switch calls `tick`.

import { AppStack, appHeaders } from './app-stack.ts'
import type { AppChannel, Application, PlaybackLog } from './applications.ts'
import { toText } from './bytes.ts'
import type { ChannelHost } from './channel-host.ts'
import { type ChannelMoment, type Headers, sipVariables } from './event-headers.ts'
import { type ChannelFacts, LegIdentity } from './leg-identity.ts'
import { answerStateOf, type HungUpBy, type LegState } from './leg-state.ts'
import { MediaLine } from './media-line.ts'
import { Recordings } from './recordings.ts'
import type { Execute } from './socket-commands.ts'
import type { Frame } from './sound-frame.ts'
import { Transcript } from './transcript.ts'
import { FRAME_MS, LINE_RATE } from './wav.ts'

/** Who ended the leg, in SIP's terms: set with the event by a message that came, at the end by one that is sent. */
const DISPOSITION = 'sip_hangup_disposition'

const LINE_GONE_MS = 1
/** So much longer a playback takes that goes on through a hold. */
const HOLD_STALL_MS = 500

export class Channel implements AppChannel {
  readonly id: string
  readonly identity: LegIdentity
  readonly variables: Map<string, string>
  readonly line: MediaLine
  /** When its first sample was due, on the clock. */
  beganMs: number
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
  readonly #apps: AppStack
  #stalledUntil = 0
  #whenFinished: () => void = () => {}

  constructor(facts: ChannelFacts, host: ChannelHost) {
    this.id = facts.id
    this.#host = host
    this.line = new MediaLine(facts.id)
    this.beganMs = host.now()
    this.identity = new LegIdentity(facts, host.stampUs())
    this.variables = sipVariables(this.moment())
    this.#apps = new AppStack(this, host, () => void this.#advance('between'))
    this.recordings = new Recordings({
      ...host.recordings,
      fire: (name, extra) => this.fire(name, extra),
      variables: this.variables,
      wallMs: () => host.wallMs(),
    })
  }

  /** What the person says in the frame that is now being played and recorded. */
  get saying(): Frame | undefined {
    return this.line.saying
  }

  get isOver(): boolean {
    return this.leg.state === 'ending' || this.leg.state === 'over'
  }

  get isAnswered(): boolean {
    return this.leg.state === 'answered'
  }

  get isSpokenTo(): boolean {
    return this.#apps.isPlaying
  }

  /** A playback stands still, because the line has just been put on hold. */
  get isStalled(): boolean {
    return this.line.position < this.#stalledUntil
  }

  get isHungUpByPerson(): boolean {
    return this.leg.state === 'ending' && this.leg.by === 'caller'
  }

  /** Milliseconds since the call began. */
  get ms(): number {
    return this.line.position / 8
  }

  moment(): ChannelMoment {
    const over = this.leg.state === 'ending' || this.leg.state === 'over' ? this.leg : undefined
    const answerState = over ? 'hangup' : answerStateOf(this.leg)
    const moment = this.identity.moment(answerState, over?.cause)
    return this.line.held ? { ...moment, callState: 'HELD' } : moment
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

  create(): void {
    this.fire('CHANNEL_CREATE')
    this.identity.created()
  }

  /** The phone at the far end says that it rings. */
  ring(): void {
    if (this.leg.state === 'ringing') this.fire('CHANNEL_PROGRESS')
  }

  /** The far end sends sound before anybody has answered. */
  earlyMedia(): void {
    if (this.leg.state !== 'ringing') return
    this.leg = { state: 'early' }
    this.fire('CHANNEL_PROGRESS_MEDIA')
  }

  answer(): void {
    if (this.leg.state !== 'ringing' && this.leg.state !== 'early') return
    this.leg = { state: 'answered' }
    this.identity.answered(this.#host.stampUs())
    this.fire('CHANNEL_ANSWER')
    this.variables.set('endpoint_disposition', 'ANSWER')
    this.identity.callState = 'ACTIVE'
  }

  conference(data: string): Application {
    return this.#host.conference(data, this)
  }

  eavesdrop(data: string): Application {
    return this.#host.eavesdrop(data, this)
  }

  /**
   * An execute from a socket or the dialplan. It starts with the next tick, or behind what holds the lock.
   */
  execute(execute: Execute, whenDone: () => void = () => {}): void {
    if (!this.isOver) this.#apps.add(execute, whenDone)
  }

  /** An application that the dialplan, or an originate, has come to: without delay. */
  run(app: string, data: string, whenDone: () => void): void {
    if (!this.isOver) this.#apps.runNow({ app, data, uuid: undefined, lock: false, loops: 1 }, whenDone)
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
    const isMusic = /^local_stream:|;loops=-1$/.test(log.path)
    this.transcript.add(this.ms, 'assistant', isMusic ? `plays music (${log.path})` : `plays ${log.path}`)
    return log
  }

  playbackEnded(log: PlaybackLog, how: PlaybackLog['how']): void {
    log.how = how
    log.stoppedMs = this.ms
    const seconds = ((this.ms - log.startedMs) / 1_000).toFixed(1)
    this.transcript.add(this.ms, 'assistant', `stops after ${seconds} s: ${how}`)
  }

  startRecording(path: string, limitSeconds: number, given: Record<string, string>): boolean {
    return this.recordings.start(path, limitSeconds, given)
  }

  stopRecording(path: string): boolean {
    return this.recordings.stop(path, 'success-maxtime')
  }

  sendDigits(digits: string): void {
    this.digitsHeard += digits.replace(/[^0-9*#A-Da-d]/g, '')
  }

  /** What `sendevent` says to what runs on it. */
  command(text: string): void {
    this.#apps.command(text)
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
    if (held) this.#stalledUntil = this.line.position + (HOLD_STALL_MS * LINE_RATE) / 1_000
    if (!held) this.identity.callState = 'UNHELD'
    if (!held) this.recordings.gatherAgain()
    this.fire(held ? 'CHANNEL_HOLD' : 'CHANNEL_UNHOLD')
    this.identity.callState = 'ACTIVE'
  }

  /**
   * CHANNEL_HANGUP comes at once, everything else when the running applications have noticed: with the next
   * tick.
   */
  hangUp(cause: string, by: HungUpBy): void {
    if (this.isOver) return
    const wasAnswered = this.isAnswered
    if (this.line.held && by === 'caller') this.hold(false)
    this.leg = { state: 'ending', cause, by }
    this.#apps.flush()
    this.transcript.add(this.ms, by === 'person' ? 'switch' : by, `hangs up: ${cause}`)
    this.fire('CHANNEL_HANGUP')
    const disposition = this.identity.disposition(by === 'caller' ? 'phone' : 'switch', wasAnswered)
    if (by === 'caller') this.variables.set(DISPOSITION, disposition)
    else this.#whenFinished = () => this.variables.set(DISPOSITION, disposition)
    // The line is gone, and what runs on it notices at once; what waits for a command's effect has its own time.
    if (by === 'caller' && wasAnswered) {
      this.#host.after(LINE_GONE_MS, () => {
        if (this.leg.state === 'ending' && !this.#apps.waitsForFrame) this.#advance('tick')
      })
    }
    // A leg that nobody has answered has nothing to wind up.
    if (!wasAnswered && !this.#apps.isBusy && !this.socketApp) this.#finish(this.leg)
  }

  /** Ends whatever runs and waits, because the channel goes elsewhere. */
  cutAll(): void {
    this.#apps.cutAll()
  }

  beginSocketApp(data: string): void {
    this.socketApp = { data, uuid: this.#host.nextId() }
    this.fire('CHANNEL_EXECUTE', appHeaders({ name: 'socket', ...this.socketApp }))
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
    if (this.line.position === 0) this.beganMs = this.#host.now() - FRAME_MS
    const said = this.line.takeSaid()
    const played = this.line.putHeard(this.#advance('tick'))
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
    this.identity.state = 'CS_HANGUP'
    this.recordings.stopAll('success-silence')
    this.identity.state = 'CS_REPORTING'
    this.identity.callState = 'HANGUP'
    this.#whenFinished()
    this.variables.set('hangup_cause', leg.cause)
    this.fire('CHANNEL_HANGUP_COMPLETE')
    this.leg = { state: 'over', cause: leg.cause, by: leg.by }
    this.line.endSound()
    this.whenOver()
  }
}
