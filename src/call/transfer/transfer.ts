// One transfer, from the first phone that is dialled to the end of the talk: fetches somebody, brings the two together, and sees
// them part. What the caller hears meanwhile, and what follows for them, is the dialogue's affair; it hears of everything here.

import type { TransferOutcome } from '../../engine/engine.ts'
import { messageOf } from '../../lib/message-of.ts'
import type { EndReason, Scope } from '../../lib/scope.ts'
import type { Leg, Stay } from '../../pbx/pbx.ts'
import type { TransferStatus } from '../news.ts'
import type { Told } from '../vocabulary.ts'
import { briefFor, headersFor } from './brief.ts'
import { callerIdFor } from './caller-id.ts'
import type { Destination, Rung } from './destination.ts'
import { dismiss } from './dismissal.ts'
import { type Interview, interview } from './interview.ts'
import { climb } from './ladder.ts'
import { bringTogether, partFrom } from './meeting.ts'
import { clearScreens, showCaller } from './screen.ts'
import { introduce, takeNotes, watchOver } from './talk.ts'
import { personIn, type TransferParts } from './transfer-parts.ts'

/** Our last words take seconds; an agent who has taken the call is not kept waiting for longer. */
const AGENT_WAITS_MS = 60_000

type State =
  | { is: 'dialling' | 'ringing' | 'briefing' }
  /** An agent waits for the caller. */
  | { is: 'accepted'; agent: Leg }
  /** They are on their way into the room. */
  | { is: 'meeting'; agent: Leg }
  | { is: 'joined'; agent: Leg; stay: Stay; sinceMs: number }
  | { is: 'ended'; outcome: TransferOutcome; cause: string }

export type CloseReason = 'caller gone' | 'caller lost' | 'we go'

export class Transfer {
  readonly id: string
  readonly to: Destination
  readonly #parts: TransferParts
  readonly #scope: Scope
  readonly #told: Told
  readonly room: string
  /** Those that show the caller. */
  readonly #screens = new Set<string>()
  #state: State = { is: 'dialling' }
  /** Settles when they have met, or missed each other. */
  #meeting: Promise<void> = Promise.resolve()

  /** `room`: where they meet. */
  constructor(parts: TransferParts, to: Destination, told: Told, room: string) {
    this.#parts = parts
    this.room = room
    this.id = parts.exchange.ids.next()
    this.to = to
    this.#told = told
    this.#scope = parts.scope.child('transfer')
  }

  get state(): State {
    return this.#state
  }

  /** Fetches somebody, from this rung of the ladder on, once the way is free. */
  async fetch(rung: number, free: Promise<void> | undefined): Promise<void> {
    const { post, clock, log } = this.#parts
    this.#tell('initiated')
    try {
      await free
      if (this.#scope.isOver) return
      const fault = await this.#parts.exchange.pbx.roomFault(this.room)
      if (fault !== null) return this.#end('failed', fault)
      const fetched = await climb(this.to, rung, this.#ladderParts(), this.#scope.signal)
      if (this.#scope.isOver) {
        if (fetched.is === 'accepted') this.#dismiss(fetched.leg, 'at once')
      } else if (fetched.is === 'accepted') {
        this.#await(fetched.leg)
        post({ type: 'agentAccepted', atMs: clock.now() })
      } else this.#end(fetched.outcome, fetched.cause)
    } catch (error) {
      log.error({ error }, 'a transfer broke on a fault of ours')
      this.#end('failed', messageOf(error))
    }
  }

  /** Somebody who takes the call over, of which nobody hears before they have. Undefined when nobody does. */
  async fetchUnnoticed(signal: AbortSignal): Promise<Leg | undefined> {
    const parts = { ...this.#ladderParts(), onProgress: () => {}, onDialled: () => {} }
    const fetched = await climb(this.to, 0, parts, signal)
    return fetched.is === 'accepted' ? fetched.leg : undefined
  }

  /** Somebody has come by another way, and waits. */
  receive(agent: Leg): void {
    this.#tell('initiated')
    this.#await(agent)
  }

  /** Brings the two together. */
  meet(): Promise<void> {
    this.#meeting = this.#meet()
    return this.#meeting
  }

  async #meet(): Promise<void> {
    if (this.#state.is !== 'accepted') return
    const { agent } = this.#state
    this.#state = { is: 'meeting', agent }
    const { caller, ears, clock, post } = this.#parts
    const heard = this.to.takesNotes ? ears.open() : ears.close()
    const closed = heard.catch((fault: unknown) => this.#deaf(fault))
    let stay: Stay
    try {
      stay = await bringTogether(caller, agent, this.room, clock)
    } catch (error) {
      await closed
      return this.#missed(error)
    }
    if (this.#state.is !== 'meeting') {
      await Promise.all([closed, partFrom(caller, stay, clock)])
      return this.#missed(new Error('nobody waits any more'))
    }
    this.#state = { is: 'joined', agent, stay, sinceMs: clock.now() }
    this.#tell('answered')
    this.#parts.onOutcome('answered')
    post({ type: 'agentJoined', atMs: clock.now() })
    void stay.left.then(() => this.#talkOver())
    watchOver(stay, agent, this.#parts, this.#scope)
    void introduce(this.to, stay, this.#parts, this.#scope)
    if (this.to.takesNotes) takeNotes(agent, this.#parts, this.#scope)
  }

  /** The caller does not want to wait, or is sent another way. */
  withdraw(): void {
    const state = this.#state
    if (state.is === 'ended') return
    if (state.is === 'joined') return void this.yield()
    this.#conclude('withdrawn', '')
    if (state.is === 'accepted' || state.is === 'meeting') this.#dismiss(state.agent, 'told')
    void this.#scope.end({ why: 'withdrawn' })
  }

  /** Somebody else takes the caller, also out of a talk. Resolves when they are with us. */
  async yield(): Promise<void> {
    const state = this.#state
    if (state.is !== 'joined') {
      this.withdraw()
      return this.#meeting
    }
    this.#conclude('answered', '')
    await partFrom(this.#parts.caller, state.stay, this.#parts.clock)
    this.#dismiss(state.agent, 'at once')
    void this.#scope.end({ why: 'done' })
  }

  /** The call is over for us. Those who talk go on talking, unless it is the caller who has gone. */
  close(because: CloseReason): void {
    const state = this.#state
    const isGone = because === 'caller gone'
    const reason: EndReason = { why: isGone ? 'caller-gone' : 'shutdown' }
    switch (state.is) {
      case 'ended':
        return
      case 'joined':
        // The next process sees the end of the talk; nobody sees that of one which this process has lost.
        if (because === 'caller lost') this.#conclude('answered', 'its end was not seen')
        if (!isGone) return void state.agent.release()
        this.#conclude('answered', '')
        this.#parts.onTalked(this.to, this.#parts.clock.now() - state.sinceMs)
        this.#dismiss(state.agent, 'at once')
        break
      case 'accepted':
      case 'meeting':
        this.#conclude(isGone ? 'caller-abandoned' : 'withdrawn', '')
        this.#dismiss(state.agent, 'at once')
        break
      default:
        this.#conclude(isGone ? 'caller-abandoned' : 'withdrawn', '')
    }
    void this.#scope.end(reason)
  }

  #ladderParts(): Parameters<typeof climb>[2] {
    const { exchange, post, clock } = this.#parts
    const { settings, pbx } = exchange
    const { id: callId } = this.#parts.facts
    const caller = personIn(this.#parts.facts)
    const brief = this.#briefing()
    return {
      callId,
      pbx,
      callerId: (format, dialable) => callerIdFor(format, { caller, settings, dialable }),
      headers: this.to.sendsHeaders ? headersFor({ ...brief, callId }) : {},
      interview: (leg, rung, signal) => this.#interview(leg, rung, signal),
      dismiss: (leg, how) => this.#dismiss(leg, how),
      onProgress: (state, rung) => {
        if (this.#scope.isOver) return
        if (state === 'ringing' && this.#state.is === 'dialling') this.#tell('ringing')
        this.#state = { is: state }
        post({ type: 'transferProgressed', state, rung, atMs: clock.now() })
      },
      onDialled: ({ target }) => {
        if (target.type === 'extension')
          showCaller(target.extension, this.#briefing(), this.#told, this.#parts)
      },
    }
  }

  #briefing(): Parameters<typeof briefFor>[0] {
    const { transcript, phrases } = this.#parts
    return {
      phrases,
      unknownCaller: phrases.unknownCaller,
      caller: personIn(this.#parts.facts),
      destinationName: this.to.name,
      reason: this.#told.brief ?? '',
      history: transcript.entries,
    }
  }

  #interview(leg: Leg, rung: Rung, signal: AbortSignal): Promise<Interview> {
    const { prompts, agentListener, phrases, own, clock } = this.#parts
    return interview({
      leg,
      rung,
      isWarm: this.to.isWarm,
      brief: briefFor(this.#briefing()),
      prompts,
      listener: agentListener,
      phrases,
      ...own,
      clock,
      signal,
    })
  }

  #await(agent: Leg): void {
    this.#state = { is: 'accepted', agent }
    const limit = this.#parts.clock.after(AGENT_WAITS_MS, () => this.#left('the caller did not come'))
    this.#scope.onEnd('agent waits', () => limit.cancel())
    agent.onEvent(event => {
      if (event.type === 'hungUp' || event.type === 'lost') this.#left('hung up before the caller came')
    })
  }

  /** An agent who has taken the call does not wait any more. */
  #left(cause: string): void {
    if (this.#state.is !== 'accepted') return
    this.#dismiss(this.#state.agent, 'at once')
    this.#end('declined', cause)
  }

  /** The room did not come about. */
  async #missed(error: unknown): Promise<void> {
    const { ears, log } = this.#parts
    const state = this.#state
    if (state.is === 'meeting') this.#dismiss(state.agent, 'at once')
    if (this.#parts.scope.isOver) return
    log.warn({ error }, 'caller and agent did not get into the room')
    await ears.open().catch((fault: unknown) => this.#deaf(fault))
    if (state.is === 'meeting') this.#end('failed', messageOf(error))
  }

  async #talkOver(): Promise<void> {
    if (this.#state.is !== 'joined') return
    const { agent, sinceMs } = this.#state
    const { caller, ears, clock, post, log, onTalked } = this.#parts
    this.#dismiss(agent, 'at once')
    if (this.#scope.isOver) return
    this.#conclude('answered', '')
    onTalked(this.to, clock.now() - sinceMs)
    // A caller who has gone says so by other ways.
    await caller.setTalking(false).catch((error: unknown) => log.info({ error }, 'the caller may have gone'))
    if (this.#scope.isOver) return
    await ears.open().catch((fault: unknown) => this.#deaf(fault))
    void this.#scope.end({ why: 'done' })
    post({ type: 'talkEnded', atMs: clock.now() })
  }

  #deaf(fault: unknown): void {
    const { post, clock } = this.#parts
    post({ type: 'earFailed', message: messageOf(fault), atMs: clock.now() })
  }

  #dismiss(leg: Leg, how: 'told' | 'at once'): void {
    dismiss(leg, how, this.#parts)
  }

  #end(outcome: TransferOutcome, cause: string): void {
    if (this.#state.is === 'ended') return
    this.#conclude(outcome, cause)
    void this.#scope.end({ why: 'done' })
    this.#parts.post({ type: 'transferEnded', outcome, cause, atMs: this.#parts.clock.now() })
  }

  #conclude(outcome: TransferOutcome, cause: string): void {
    if (outcome !== 'answered') clearScreens(this.#screens, this.#parts)
    this.#state = { is: 'ended', outcome, cause }
    this.#tell('completed')
    // It was told of a talk when that began; of a caller who has gone there is nobody to tell it of.
    if (outcome !== 'answered' && outcome !== 'caller-abandoned') this.#parts.onOutcome(outcome)
  }

  #tell(status: TransferStatus): void {
    const { exchange, facts } = this.#parts
    const state = this.#state
    const { outcome, cause } = state.is === 'ended' ? state : { outcome: null, cause: '' }
    exchange.news.tell({
      type: 'transfer',
      id: this.id,
      callId: facts.id,
      sessionId: null,
      to: this.to.name,
      status,
      outcome,
      cause,
    })
  }
}
