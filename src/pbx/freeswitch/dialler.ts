// Everybody who is being dialled, over the control link. Each gets a token, which all its legs carry: one order can ring several
// phones, and only the switch knows how many.

import { events, filter } from '../../esl/command.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import { messageOf } from '../../lib/message-of.ts'
import type { Dialling, DialOrder } from '../pbx.ts'
import { type ControlLink, LINK_DOWN } from './control-link.ts'
import { dialString } from './dial-string.ts'
import { PendingDialling } from './dialling.ts'

type Headers = Readonly<Record<string, string>>

/**
 * FreeSWITCH passes an event when one filter agrees, and drops one that has none of the headers: so it tells of the legs that
 * were dialled for us, of our own jobs, and of nothing else, however busy it is.
 */
export const DIAL_SUBSCRIPTION = [
  filter('variable_parley_leg', '/^(agent|caller):/'),
  filter('Job-UUID', '/^parley-/'),
  events([
    'BACKGROUND_JOB',
    'CHANNEL_CREATE',
    'CHANNEL_PROGRESS',
    'CHANNEL_PROGRESS_MEDIA',
    'CHANNEL_ANSWER',
    'CHANNEL_HANGUP',
  ]),
]
const JOB = 'parley-'

export interface DiallerOptions {
  link: ControlLink
  clock: Clock
  ids: Ids
  log: Log
  /** For whom a leg is dialled, as the leg says it. */
  owner: (callId: string) => string
  /** `host:port` of our listener. */
  listener: () => string
}

export class Dialler {
  readonly #options: DiallerOptions
  /** By token. */
  readonly #pending = new Map<string, PendingDialling>()
  #hasDialled = false

  constructor(options: DiallerOptions) {
    this.#options = options
  }

  /** Whether any leg on the switch can be ours. */
  get hasDialled(): boolean {
    return this.#hasDialled
  }

  dial(order: DialOrder): Dialling {
    const { link, clock, ids } = this.#options
    const token = ids.next()
    const dialling = new PendingDialling(order.ringMs, {
      clock,
      kill: leg => this.kill(leg, 'ORIGINATOR_CANCEL'),
      forget: () => this.#pending.delete(token),
    })
    // Before the command goes out: what comes of it may be read together with its reply.
    this.#pending.set(token, dialling)
    if (!link.isUp) dialling.refused(LINK_DOWN)
    else this.#originate(order, token, dialling)
    return dialling
  }

  #originate(order: DialOrder, token: string, dialling: PendingDialling): void {
    const { link, log, owner, listener } = this.#options
    let what: string
    try {
      what = dialString(order, { token, owner: owner(order.callId), listener: listener() })
    } catch (error) {
      log.warn({ call: order.callId, err: error }, 'refused to dial')
      return dialling.refused(messageOf(error))
    }
    this.#hasDialled = true
    link.job('originate', what, `${JOB}${token}`).catch((error: unknown) => {
      // Nobody knows whether the switch has read it when the link was lost: the leg may still come.
      if (link.isUp) dialling.refused(messageOf(error))
    })
  }

  /** Who waits for the answered leg with this token. */
  awaiting(token: string): PendingDialling | undefined {
    return this.#pending.get(token)
  }

  onEvent(name: string, headers: Headers, body: string): void {
    if (name === 'BACKGROUND_JOB') {
      const job = headers['Job-UUID'] ?? ''
      if (job.startsWith(JOB)) this.#pending.get(job.slice(JOB.length))?.onReport(body)
      return
    }
    const [, token = ''] = /^(?:agent|caller):(.+)$/.exec(headers.variable_parley_leg ?? '') ?? []
    const dialling = this.#pending.get(token)
    const leg = headers['Unique-ID']
    if (!dialling || !leg) return
    switch (name) {
      case 'CHANNEL_CREATE':
        return dialling.onLeg(leg)
      case 'CHANNEL_PROGRESS':
      case 'CHANNEL_PROGRESS_MEDIA':
      case 'CHANNEL_ANSWER':
        return dialling.onRinging(leg)
      case 'CHANNEL_HANGUP':
        return dialling.onLegGone(leg, headers['Hangup-Cause'] ?? 'UNKNOWN')
    }
  }

  /** Whoever still rings is not wanted any more. */
  stop(): void {
    for (const dialling of [...this.#pending.values()]) {
      dialling.withdraw()
      dialling.refused(LINK_DOWN)
    }
  }

  kill(leg: string, cause: string): void {
    this.#options.link.api('uuid_kill', `${leg} ${cause}`).catch((error: unknown) => {
      // Gone by itself; or the link is, and it is looked for when that is back.
      this.#options.log.debug({ leg, err: error }, 'a leg that was to be ended could not be')
    })
  }
}
