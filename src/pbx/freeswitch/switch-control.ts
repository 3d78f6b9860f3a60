// What is asked of the switch as a whole, over the control link: people are dialled, rooms are looked after, and what a dead
// process has left is ended.

import type { Duplex } from 'node:stream'
import { CommandFailed } from '../../esl/errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import { messageOf } from '../../lib/message-of.ts'
import type { Dialling, DialOrder } from '../pbx.ts'
import { ROOM_PROFILE, roomName } from './arguments.ts'
import { type ControlAddress, ControlLink, LINK_DOWN } from './control-link.ts'
import { DIAL_SUBSCRIPTION, Dialler } from './dialler.ts'
import type { PendingDialling } from './dialling.ts'
import { endUnawaited, type OrphanSearch, sweepOrphans } from './orphans.ts'

export interface SwitchControlOptions {
  control?: ControlAddress
  connectControl?: () => Duplex
  /** `host:port` of our listener, as the switch reaches it. */
  place: () => string
  /** This process, among those that have or had this place. */
  instance: () => string
  replyTimeoutMs: number
  clock: Clock
  ids: Ids
  log: Log
  trace?: (direction: '<' | '>', text: string) => void
}

/** A profile that is there stays there, as a rule. */
const PROFILE_KNOWN_MS = 60_000

export class SwitchControl {
  readonly #options: SwitchControlOptions
  readonly #link: ControlLink
  readonly #dialler: Dialler
  #profileSeenMs = Number.NEGATIVE_INFINITY

  constructor(options: SwitchControlOptions) {
    this.#options = options
    this.#link = new ControlLink({
      ...options,
      control: options.control ?? { host: '', port: 0, password: '' },
      connect: options.connectControl,
      subscription: DIAL_SUBSCRIPTION,
      onEvent: (name, headers, body) => this.#dialler.onEvent(name, headers, body),
      onUp: () => this.#onUp(),
    })
    this.#dialler = new Dialler({
      ...options,
      link: this.#link,
      owner: callId => this.owner(callId),
      listener: options.place,
    })
  }

  /** Does nothing where no control link is configured. */
  start(): void {
    if (this.#options.control) this.#link.start()
  }

  stop(): void {
    this.#dialler.stop()
    this.#link.stop()
  }

  owner(callId: string): string {
    return `${this.#options.instance()}/${callId}`
  }

  dial(order: DialOrder): Dialling {
    return this.#dialler.dial(order)
  }

  /** Who waits for the answered leg with this token. */
  awaiting(token: string): PendingDialling | undefined {
    return this.#dialler.awaiting(token)
  }

  /**
   * FreeSWITCH opens a room whose profile it does not know all the same, with other settings and sounds of its own: so it is
   * asked beforehand.
   */
  async roomFault(room: string): Promise<string | null> {
    if (!this.#link.isUp) return LINK_DOWN
    return (await this.#profileFault()) ?? this.#takenFault(room)
  }

  /** Strangers may talk in a room of that name: a session's whose process has died, for instance. */
  async #takenFault(room: string): Promise<string | null> {
    try {
      await this.#link.api('conference', `${roomName(room)} list count`)
      return 'there is a room of that name already'
    } catch (error) {
      // -ERR Conference … not found
      const cause = error instanceof Error ? (error.cause ?? error) : error
      return cause instanceof CommandFailed ? null : messageOf(error)
    }
  }

  async #profileFault(): Promise<string | null> {
    const { clock } = this.#options
    if (clock.now() - this.#profileSeenMs < PROFILE_KNOWN_MS) return null
    try {
      const found = await this.#link.api('xml_locate', 'configuration configuration name conference.conf')
      if (!new RegExp(`<profile\\s[^>]*name="${ROOM_PROFILE}"`).test(found))
        return `the switch has no conference profile called ${ROOM_PROFILE}`
    } catch (error) {
      return messageOf(error)
    }
    this.#profileSeenMs = clock.now()
    return null
  }

  async sweep(): Promise<readonly string[]> {
    return sweepOrphans(this.#search)
  }

  #onUp(): void {
    this.#profileSeenMs = Number.NEGATIVE_INFINITY
    if (!this.#dialler.hasDialled) return
    endUnawaited(this.#search).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'could not look for legs that nobody waits for')
    })
  }

  get #search(): OrphanSearch {
    const { log, place, instance } = this.#options
    return {
      link: this.#link,
      log,
      place: place(),
      instance: instance(),
      isAwaited: token => this.#dialler.awaiting(token)?.isWanted ?? false,
    }
  }
}
