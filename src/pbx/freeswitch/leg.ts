// One channel behind its outbound socket, as the port's Leg. Commands that must not wait for what plays go by
// `api`, which overtakes everything queued on the channel; only the prompts themselves are queued. Its end is
// reported exactly once.

import type { EslConnection, Incoming } from '../../esl/connection.ts'
import type { Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type {
  Extension,
  Leg,
  LegEvent,
  LegFacts,
  LegId,
  Playback,
  Recording,
  RoomRole,
  SilenceEnds,
  Stay,
} from '../pbx.ts'
import { PbxError } from '../pbx.ts'
import { causeArgument, digitsArgument, extensionArgument } from './arguments.ts'
import { goesOnWithoutUs, legFacts } from './facts.ts'
import { LegCommands } from './leg-commands.ts'
import { type Hearers, hearEvent } from './leg-events.ts'
import { endOnLoss, hangUpIn, type LegOptions, type LegState } from './leg-state.ts'
import { Outlet } from './outlet.ts'
import { MASKED_VARIABLE, PbxRecording, pbxRecordingPath } from './pbx-recording.ts'
import { Playbacks } from './playbacks.ts'
import { RECORDINGS_VARIABLE, Recordings } from './recordings.ts'
import { beginSession } from './session.ts'
import { Visits } from './visits.ts'

type Headers = Readonly<Record<string, string>>

/** After CHANNEL_HANGUP the last events come within 40 ms, unless the switch is busy with its own reports. */
const LAST_EVENTS_MS = 500
/** Events that came before the leg had an owner: more than a hasty caller can press. */
const EARLY_EVENTS_LIMIT = 256

export class FreeSwitchLeg implements Leg {
  #facts: LegFacts
  readonly #connection: EslConnection
  readonly #commands: LegCommands
  readonly #channel: Headers
  readonly #options: LegOptions
  readonly #log: Log
  readonly #playbacks: Playbacks
  readonly #recordings: Recordings
  readonly #pbxRecording: PbxRecording
  readonly #visits: Visits
  readonly #hearers: Hearers
  readonly #events = new Outlet<LegEvent>(EARLY_EVENTS_LIMIT)
  readonly #over = Promise.withResolvers<void>()
  #state: LegState = { is: 'live' }
  #answered: boolean
  #endLimit: Timer | undefined

  /** `channel` is what the switch answered to `connect`. */
  constructor(connection: EslConnection, channel: Headers, options: LegOptions) {
    this.#facts = legFacts(channel)
    this.#channel = channel
    this.#connection = connection
    this.#commands = new LegCommands(connection, this.facts.id)
    this.#options = options
    this.#answered = this.facts.answered
    this.#log = options.log.child({ leg: this.facts.id })
    this.#playbacks = new Playbacks(this.#commands, options.clock)
    this.#visits = new Visits({
      ...options,
      commands: this.#commands,
      playbacks: this.#playbacks,
      limitMs: options.replyTimeoutMs,
      isBack: () => {
        if (this.#state.is === 'live') this.#playbacks.reopen()
      },
    })
    this.#recordings = new Recordings(this.#commands, options.clock, options.replyTimeoutMs)
    this.#pbxRecording = new PbxRecording(this.#commands, pbxRecordingPath(channel))
    this.#hearers = {
      playbacks: this.#playbacks,
      recordings: this.#recordings,
      visits: this.#visits,
      told: event => this.#events.put(event),
      moved: () => this.#onMoved(),
      recordingStopped: event => this.#onRecordStop(event),
      down: event => this.#onDown(event),
      hungUp: event => this.#onHungUp(event),
    }
    connection.onIncoming(incoming => this.#onIncoming(incoming))
  }

  get facts(): LegFacts {
    return this.#facts
  }

  /** Subscribes and puts the channel in order. Rejects when the call is gone before it began. */
  async begin(): Promise<void> {
    this.#facts = await beginSession(this.#connection, this.#channel, this.#facts, this.#options.owner)
    // Who held us before we had them says so no more.
    if (this.#channel['Channel-Call-State'] === 'HELD')
      hearEvent('CHANNEL_HOLD', this.#channel, this.#hearers)
    const { [RECORDINGS_VARIABLE]: left, [MASKED_VARIABLE]: masked } = this.#facts.variables
    if (left) await this.#recordings.stopInherited(left)
    if (masked) await this.#pbxRecording.unmaskInherited(masked)
  }

  onEvent(handle: (event: LegEvent) => void): void {
    this.#events.open(handle)
  }

  async answer(): Promise<void> {
    await this.#mustBeLive()
    if (this.#answered) return
    await this.#commands.api('uuid_answer', '')
    this.#answered = true
  }

  async record(path: string, rate: number, ends?: SilenceEnds): Promise<Recording> {
    await this.#mustBeLive()
    return this.#recordings.start(path, rate, 'ear', ends)
  }

  async keep(path: string, rate: number): Promise<Recording> {
    await this.#mustBeLive()
    return this.#recordings.start(path, rate, 'keeping')
  }

  async setMasked(whose: 'ours' | 'pbx', masked: boolean): Promise<void> {
    await this.#mustBeLive()
    await (whose === 'ours' ? this.#recordings : this.#pbxRecording).setMasked(masked)
  }

  play(path: string, expectedMs: number | null): Playback {
    return this.#playbacks.play(this.#options.ids.next(), path, expectedMs ?? 0)
  }

  async hush(): Promise<void> {
    await Promise.all([this.#playbacks.hush(), this.#visits.hush()])
  }

  async pause(): Promise<void> {
    await this.#mustBeLive()
    await this.#playbacks.pause()
  }

  async resume(): Promise<void> {
    await this.#mustBeLive()
    await this.#playbacks.resume()
  }

  async sendDigits(digits: string): Promise<void> {
    await this.#mustBeLive()
    await this.#commands.api('uuid_send_dtmf', digitsArgument(digits))
  }

  async setVariables(variables: Readonly<Record<string, string>>): Promise<void> {
    await this.#mustBeLive()
    await this.#commands.setVariables(variables)
  }

  async transfer(to: Extension): Promise<void> {
    await this.#mustBeLive()
    const extension = extensionArgument(to)
    const transferring: LegState = { is: 'transferring', agreed: false }
    this.#state = transferring
    this.#playbacks.close()
    try {
      // Else the end of our socket would pull the caller out of the talk and leave a silent channel.
      await this.#commands.setVariables({ socket_resume: 'false' })
      await this.#commands.api('uuid_transfer', extension)
    } catch (error) {
      if (this.#state === transferring) await this.#stay()
      throw error
    }
    if (this.#state !== transferring) return
    transferring.agreed = true
    // The channel says when it has left the socket application; should that get lost, the switch's yes counts.
    this.#endLimit = this.#options.clock.after(this.#options.replyTimeoutMs, () => this.#onMoved())
  }

  async join(room: string, as: RoomRole): Promise<Stay> {
    await this.#mustBeLive()
    return this.#visits.join(room, as)
  }

  async setTalking(talking: boolean): Promise<void> {
    await this.#mustBeLive()
    if (!talking && !this.#facts.comesBack) return // it would only be ended by it
    // A talk is no loss: whoever comes back from one is handed to us as often as it takes.
    await this.#commands.setVariables({ socket_resume: String(!talking), parley_planned: String(talking) })
  }

  async eavesdrop(on: LegId, mode: 'listen' | 'whisper' | 'barge'): Promise<void> {
    await this.#mustBeLive()
    await this.#visits.eavesdrop(on, mode)
  }

  async hangUp(cause: string): Promise<void> {
    if (this.#state.is !== 'transferring') await this.#mustBeLive()
    const killed: LegState = { is: 'killed', cause: causeArgument(cause) }
    const before = this.#state
    this.#state = killed
    try {
      await this.#commands.api('uuid_kill', cause)
    } catch (error) {
      if (this.#state === killed) this.#state = before
      throw error
    }
    if (this.#state !== killed) return
    this.#playbacks.close()
    this.#endLimit?.cancel()
    this.#endLimit = this.#options.clock.after(this.#options.replyTimeoutMs, () =>
      this.#onHungUp({ 'Hangup-Cause': cause }),
    )
  }

  abandon(): void {
    this.#connection.close('ended by us')
  }

  async release(): Promise<void> {
    if (this.#state.is === 'live') {
      this.#state = { is: 'released' }
      this.#playbacks.close()
      await this.#recordings.stopAll()
      this.#connection.exit()
    }
    await this.#over.promise
  }

  /** A leg that is going down refuses only when it has said so: nobody takes the refusal for the news. */
  async #mustBeLive(): Promise<void> {
    if (this.#state.is === 'live') return
    if (this.#state.is === 'down') await this.#over.promise
    throw new PbxError('the leg is gone')
  }

  /** The transfer was refused: the call goes on with us as before. */
  async #stay(): Promise<void> {
    this.#state = { is: 'live' }
    this.#playbacks.reopen()
    if (!goesOnWithoutUs(this.#channel)) return
    await this.#commands.setVariables({ socket_resume: 'true' }).catch((error: unknown) => {
      this.#log.error({ err: error }, 'socket_resume could not be set: the call will not go on without us')
    })
  }

  #onIncoming(incoming: Incoming): void {
    switch (incoming.type) {
      case 'event':
        // Of a leg that is over nothing is told; its recordings may go on for a moment.
        if (this.#state.is === 'over' && incoming.name !== 'RECORD_STOP') return
        return hearEvent(incoming.name, incoming.headers, this.#hearers)
      case 'notice': // the events and the end of the connection say the same
        return
      case 'lost':
        return this.#finish(endOnLoss(this.#state, incoming.error))
      default:
        return unreachable(incoming)
    }
  }

  #onRecordStop(event: Headers): void {
    const cause = event['Record-Completion-Cause'] ?? 'unknown'
    const isOurs = this.#recordings.onRecordStop(event['Record-File-Path'] ?? '', cause)
    // With the hang-up the channel goes, and its variables with it.
    if (!isOurs || this.#state.is !== 'live') return
    this.#recordings.publish().catch((error: unknown) => {
      this.#log.warn({ error }, 'could not note which recordings run')
    })
  }

  #onDown(event: Headers): void {
    if (this.#state.is === 'over' || this.#state.is === 'down') return
    this.#endLimit?.cancel()
    this.#state = { is: 'down', event, endedByUs: this.#state.is === 'killed' }
    this.#playbacks.close()
    this.#endLimit = this.#options.clock.after(LAST_EVENTS_MS, () => this.#onHungUp(event))
  }

  #onHungUp(event: Headers): void {
    this.#finish({ type: 'hungUp', hangUp: hangUpIn(this.#state, event) })
    this.#connection.exit()
  }

  #onMoved(): void {
    if (this.#state.is === 'over' || this.#state.is === 'down') return
    const asked = this.#state.is === 'transferring'
    if (!asked) this.#log.warn({}, 'the switch has sent the call elsewhere without being asked')
    this.#finish({ type: 'moved' }, 'recordings end later')
    void this.#leaveMovedCall(asked)
  }

  // Our end of the socket may only close when that cannot touch the call any more.
  async #leaveMovedCall(resumeIsOff: boolean): Promise<void> {
    await Promise.all([this.#recordings.stopAll(), this.#pbxRecording.letGo()])
    if (!resumeIsOff) {
      await this.#commands.setVariables({ socket_resume: 'false' }).catch((error: unknown) => {
        this.#log.warn({ err: error }, 'could not let go of a moved call cleanly')
      })
    }
    this.#recordings.end()
    this.#connection.exit()
  }

  #finish(
    event: LegEvent | undefined,
    recordings: 'recordings end' | 'recordings end later' = 'recordings end',
  ): void {
    if (this.#state.is === 'over' || !event) return
    this.#state = { is: 'over' }
    this.#endLimit?.cancel()
    this.#playbacks.end()
    if (recordings === 'recordings end') this.#recordings.end()
    this.#events.put(event)
    this.#over.resolve()
  }
}
