// A transfer without a call of ours: agent and user are both dialled, and meet in a room that is named after their session. For
// those who talk with an assistant by other means than the telephone, such as a web page.

import type { TransferOutcome } from '../../engine/engine.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { messageOf } from '../../lib/message-of.ts'
import type { EndReason, Scope } from '../../lib/scope.ts'
import type { Leg } from '../../pbx/pbx.ts'
import type { CallListener } from '../listener.ts'
import type { TransferStatus } from '../news.ts'
import type { Phrases } from '../profile.ts'
import type { Prompts } from '../speaker.ts'
import type { CallEvent } from '../vocabulary.ts'
import { briefFor } from './brief.ts'
import { callerIdFor } from './caller-id.ts'
import type { Destination, Rung } from './destination.ts'
import { dismiss } from './dismissal.ts'
import type { Exchange } from './exchange.ts'
import { interview } from './interview.ts'
import { climb, type Fetched, type LadderParts } from './ladder.ts'
import { Music } from './music.ts'
import { introduce } from './talk.ts'
import { roomOf } from './transfers.ts'

export interface BothLegsParts {
  exchange: Exchange
  prompts: Prompts
  phrases: Phrases
  /** Language and voice of the phrases. */
  own: { language: string; voice: string }
  /** Makes ears for an agent's leg. */
  agentListener(leg: Leg, post: (event: CallEvent) => void): CallListener
  clock: Clock
  log: Log
  /** Of this session alone. */
  scope: Scope
}

export interface Session {
  id: string
  agent: Destination
  /** How the user is rung; they need not take the call in any other way than by answering. */
  user: Rung
  userNumber: string
}

type State =
  | { is: 'dialling' | 'ringing' | 'briefing' }
  | { is: 'joined'; user: Leg; agent: Leg }
  | { is: 'ended'; outcome: TransferOutcome; cause: string }

/** Somebody who has come, and hears music or ringing. */
interface Waiting {
  is: 'waiting'
  leg: Leg
  music: Music
}

type Nobody = Extract<Fetched, { is: 'nobody' }>

const WITHDRAWN: Nobody = { is: 'nobody', outcome: 'withdrawn', cause: '' }
const GONE: EndReason = { why: 'caller-gone' }

export class BothLegs {
  readonly id: string
  readonly session: Session
  readonly #parts: BothLegsParts
  /** Until the two have parted, or it is known that they will not meet. */
  readonly #together: Scope
  /** Those who are told that nobody comes. */
  readonly #parting = new Set<Leg>()
  #state: State = { is: 'dialling' }

  constructor(session: Session, parts: BothLegsParts) {
    this.id = parts.exchange.ids.next()
    this.session = session
    this.#parts = parts
    this.#together = parts.scope.child('together')
  }

  get state(): State {
    return this.#state
  }

  /** From the first phone to the end of the talk. Never rejects. */
  async run(): Promise<void> {
    const { exchange, log } = this.#parts
    this.#tell('initiated')
    try {
      const fault = await exchange.pbx.roomFault(roomOf(this.session.id))
      if (fault !== null) return this.#end('failed', fault)
      const both = await this.#fetchBoth()
      if (both.is === 'nobody') return this.#end(both.outcome, both.cause)
      await this.#talk(both.user, both.agent)
    } catch (error) {
      if (this.#together.isOver) return
      log.warn({ error, session: this.session.id }, 'agent and user did not meet')
      this.#end('failed', messageOf(error))
    } finally {
      void this.#together.end({ why: 'done' })
    }
  }

  withdraw(): void {
    void this.#giveUp('withdrawn', '', { why: 'withdrawn' })
  }

  /** The process ends: those who talk go on talking, nobody is fetched any more. Resolves when nothing waits for us. */
  async close(): Promise<void> {
    if (this.#state.is !== 'joined') return this.#giveUp('withdrawn', '', { why: 'shutdown' })
    const { user, agent } = this.#state
    await this.#parts.scope.end({ why: 'shutdown' })
    await Promise.all([user.release(), agent.release()])
  }

  async #giveUp(outcome: TransferOutcome, cause: string, reason: EndReason): Promise<void> {
    if (this.#state.is === 'joined') return
    this.#end(outcome, cause)
    await this.#parts.scope.end(reason)
  }

  async #fetchBoth(): Promise<{ is: 'both'; user: Waiting; agent: Waiting } | Nobody> {
    const fetching = this.#together.child('fetching')
    const both = [this.#fetchUser(fetching.signal), this.#fetchAgent(fetching.signal)] as const
    // Whoever does not come lets the other one go.
    const giveUp = () => void fetching.end({ why: 'withdrawn' })
    for (const one of both) void one.then(fetched => fetched.is === 'nobody' && giveUp(), giveUp)
    const [user, agent] = await Promise.all(both)
    if (user.is === 'waiting' && agent.is === 'waiting') return { is: 'both', user, agent }
    if (user.is === 'waiting') this.#part(user, 'user')
    if (agent.is === 'waiting') this.#part(agent, 'agent')
    const nobody = [agent, user].filter(one => one.is === 'nobody')
    return nobody.find(({ outcome }) => outcome !== 'withdrawn') ?? WITHDRAWN
  }

  async #fetchAgent(signal: AbortSignal): Promise<Waiting | Nobody> {
    const { agent } = this.session
    const fetched = await climb(agent, 0, this.#ladderParts(this.#briefing(), 'agent'), signal)
    if (fetched.is === 'nobody') return fetched
    // The other phone rings, and so they hear it.
    return this.#await(fetched.leg, '', () => this.#giveUp('declined', 'hung up before the user came', GONE))
  }

  async #fetchUser(signal: AbortSignal): Promise<Waiting | Nobody> {
    const { exchange } = this.#parts
    const { agent, user } = this.session
    const { music } = exchange.settings
    const ladder: Rung[] = [{ ...user, acceptance: 'answer' }]
    const parts = this.#ladderParts('', 'user')
    const fetched = await climb({ ...agent, ladder, isWarm: false }, 0, parts, signal)
    if (fetched.is === 'nobody') {
      const { outcome, cause } = fetched
      return { ...fetched, cause: outcome === 'withdrawn' ? cause : `the user: ${cause}` }
    }
    return this.#await(fetched.leg, music, () => this.#giveUp('caller-abandoned', 'the user hung up', GONE))
  }

  /** Who has come first hears something, and may go. */
  #await(leg: Leg, music: string, gone: () => void): Waiting {
    const { log } = this.#parts
    this.#together.onEnd('leg', () => {
      // The process ends, they do not; who is told why nobody comes is let go afterwards.
      if (this.#state.is !== 'joined' && !this.#parting.has(leg)) dismiss(leg, 'at once', this.#parts)
    })
    leg.onEvent(event => {
      if (event.type === 'hungUp' || event.type === 'lost') gone()
    })
    const waiting = { is: 'waiting' as const, leg, music: new Music(leg, music, this.#parts) }
    this.#together.onEnd('music', () => waiting.music.end())
    // Music has no end: without us the leg would wait for ever. Nothing follows its socket.
    leg
      .setVariables({ socket_resume: 'true' })
      .catch((error: unknown) => log.warn({ error }, 'a leg may wait for ever'))
    waiting.music.start()
    return waiting
  }

  /** Nobody comes for who waits; they hear it. */
  #part({ leg, music }: Waiting, who: 'agent' | 'user'): void {
    const { phrases } = this.#parts
    const tooLate = who === 'user' ? phrases.transferFailed : phrases.tooLate
    this.#parting.add(leg)
    music.stop()
    dismiss(leg, 'told', { ...this.#parts, phrases: { ...phrases, tooLate } })
  }

  async #talk(user: Waiting, agent: Waiting): Promise<void> {
    const { clock, log } = this.#parts
    const scope = this.#together
    for (const { music } of [user, agent]) music.stop()
    await Promise.all([user, agent].map(({ leg }) => leg.setVariables({ socket_resume: 'false' })))
    const stay = await user.leg.join(roomOf(this.session.id), 'caller')
    if (scope.isOver) return
    await agent.leg.join(roomOf(this.session.id), 'agent')
    if (scope.isOver) return
    const beganMs = clock.now()
    this.#state = { is: 'joined', user: user.leg, agent: agent.leg }
    this.#tell('answered')
    void introduce(this.session.agent, stay, this.#parts, scope)
    await stay.left
    // Our process ends, and they may go on talking.
    if (scope.isOver) return
    log.info({ session: this.session.id, ms: Math.round(clock.now() - beganMs) }, 'a session’s talk is over')
    this.#end('answered', '')
  }

  #briefing(): string {
    const { phrases } = this.#parts
    const caller = { number: this.session.userNumber, name: '' }
    return briefFor({
      phrases,
      unknownCaller: phrases.unknownCaller,
      caller,
      destinationName: this.session.agent.name,
      reason: '',
      history: [],
    })
  }

  #ladderParts(brief: string, who: 'agent' | 'user'): LadderParts {
    const { exchange, prompts, agentListener, phrases, own, clock } = this.#parts
    const { settings, pbx } = exchange
    const caller = { number: this.session.userNumber, name: '' }
    return {
      callId: this.session.id,
      pbx,
      callerId: (format, dialable) =>
        callerIdFor(who === 'user' ? 'trunk' : format, { caller, settings, dialable }),
      headers: {},
      interview: (leg, rung, signal) =>
        interview({
          leg,
          rung,
          isWarm: who === 'agent' && this.session.agent.isWarm,
          brief,
          prompts,
          listener: agentListener,
          phrases: who === 'user' ? { ...phrases, connecting: '' } : phrases,
          ...own,
          clock,
          signal,
        }),
      dismiss: (leg, how) => dismiss(leg, how, this.#parts),
      onProgress: state => {
        if (who === 'user' || this.#together.isOver) return
        if (state === 'ringing' && this.#state.is === 'dialling') this.#tell('ringing')
        this.#state = { is: state }
      },
      onDialled: () => {},
    }
  }

  #end(outcome: TransferOutcome, cause: string): void {
    if (this.#state.is === 'ended') return
    this.#state = { is: 'ended', outcome, cause }
    this.#tell('completed')
  }

  #tell(status: TransferStatus): void {
    const { outcome, cause } = this.#state.is === 'ended' ? this.#state : { outcome: null, cause: '' }
    this.#parts.exchange.news.tell({
      type: 'transfer',
      id: this.id,
      callId: null,
      sessionId: this.session.id,
      to: this.session.agent.name,
      status,
      outcome,
      cause,
    })
  }
}
