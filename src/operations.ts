// What can be asked of the running daemon from outside, for the API: who is here, and what is to happen to them.

import type { Call } from './call/call.ts'
import type { Calls } from './call/calls.ts'
import type { CallOut, CallsOut, Placed, PlacedCall } from './call/calls-out.ts'
import { isLeaving, wayOut } from './call/dialogue/leaving.ts'
import { type Bringing, isOpening, transferIn } from './call/dialogue/state.ts'
import type { Profile } from './call/profile.ts'
import { supervise } from './call/supervision.ts'
import type { BothLegs } from './call/transfer/both-legs.ts'
import type { Destination, Dialable } from './call/transfer/destination.ts'
import type { Exchange } from './call/transfer/exchange.ts'
import { resolveDestination } from './call/transfer/resolve.ts'
import type { Sessions } from './call/transfer/sessions.ts'
import type { Transfer } from './call/transfer/transfer.ts'
import type { Clock } from './lib/clock.ts'
import type { Ids } from './lib/ids.ts'
import type { Log } from './lib/log.ts'
import type {
  Answer,
  BothLegsOrder,
  CallOutOrder,
  CallView,
  Refusal,
  Service,
  SupervisionOrder,
  TransferView,
} from './web/service.ts'
import type { StatusCallbacks } from './web/status-callback.ts'

export interface OperationsParts {
  calls: Calls
  callsOut: CallsOut
  sessions: Sessions
  exchange: Exchange
  callbacks: Pick<StatusCallbacks, 'watch'>
  destinations: Readonly<Record<string, Destination>>
  profiles: Readonly<Record<string, Profile>>
  clock: Clock
  ids: Ids
  log: Log
  /** Why no calls are taken just now; null when they are. */
  unready(): string | null
}

/** Whoever asks what became of a transfer asks soon. */
const REMEMBERED = 1_000

export class Operations implements Service {
  readonly #parts: OperationsParts
  /** Transfers of calls that have ended, the oldest first. */
  readonly #ended = new Map<string, TransferView>()

  constructor(parts: OperationsParts) {
    this.#parts = parts
    parts.exchange.news.listen(told => {
      if (told.type === 'transfer' && told.sessionId === null && told.status === 'completed')
        this.#remember({ ...told, state: 'ended' })
    })
  }

  get news(): Service['news'] {
    return this.#parts.exchange.news
  }

  get callerProfiles(): Service['callerProfiles'] {
    return this.#parts.exchange.callerProfiles
  }

  unready(): string | null {
    return this.#parts.unready()
  }

  calls(): CallView[] {
    const { calls, callsOut } = this.#parts
    return [...[...calls.all()].map(viewOf), ...[...callsOut.all()].map(viewOfPlaced)]
  }

  call(id: string): CallView | undefined {
    const { calls, callsOut } = this.#parts
    const call = calls.get(id)
    if (call) return viewOf(call)
    const placed = callsOut.get(id)
    return placed && viewOfPlaced(placed)
  }

  hangUp(callId: string): Answer {
    const call = this.#parts.calls.get(callId)
    if (!call) return this.#parts.callsOut.withdraw(callId) ? done : unknownCall
    call.post({ type: 'hangUpRequested', atMs: this.#parts.clock.now() })
    return done
  }

  say(callId: string, text: string): Answer {
    const call = this.#callOrRefusal(callId)
    if (isRefusal(call)) return call
    const { phase } = call.dialogue
    if (isLeaving(call.dialogue) || (phase.is !== 'speaking' && phase.is !== 'listening'))
      return refusal(409, 'not-now', `The assistant cannot speak: the call is ${phase.is}.`)
    call.post({ type: 'sayingRequested', text, atMs: this.#parts.clock.now() })
    return done
  }

  transfer(callId: string, to: string, announce: string | null): Answer<{ transfer: TransferView }> {
    const call = this.#callOrRefusal(callId)
    if (isRefusal(call)) return call
    const running = transferIn(call.dialogue.phase)
    if (running) return alreadyTransferring(call, running)
    if (isLeaving(call.dialogue)) return leaving
    if (isOpening(call.dialogue.phase)) return tooSoon
    const found = this.#resolve(to, call.facts.profile)
    if (found.is === 'refused') return found
    const { destination } = found
    call.post({ type: 'transferRequested', to: destination, announce, atMs: this.#parts.clock.now() })
    const { current } = call.transfers
    if (current && current.to === destination) return { is: 'done', transfer: viewOfTransfer(current) }
    // Handed over when the announcement has been heard.
    return { is: 'done', transfer: handingOver(call.transfers.handOverId, destination.name) }
  }

  bringTogether(order: BothLegsOrder): Answer<{ transfer: TransferView }> {
    const { sessions, callbacks, profiles, calls } = this.#parts
    const { sessionId } = order
    const running = sessions.running(sessionId)
    if (running) {
      const state = viewOfTransfer(running)
      return refusal(409, 'transfer-running', 'A transfer of this session is running.', state)
    }
    // They would meet in the room of that call.
    if (calls.get(sessionId)) return refusal(409, 'session-is-a-call', 'A call has this id.')
    const unready = this.unready() ?? sessions.refusal
    if (unready !== null) return refusal(503, 'not-ready', unready)
    const name = order.profile ?? usualProfile(profiles)
    const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
    if (!profile) return refusal(422, 'unknown-profile', 'There is no profile of that name.')
    const found = this.#resolve(order.extension, name)
    if (found.is === 'refused') return found
    const user = this.#resolve(order.userNumber, name)
    if (user.is === 'refused') return user.status === 409 ? user : { ...user, code: 'user-not-allowed' }
    const { destination: agent } = found
    const [rung] = user.destination.ladder
    if (!rung || agent.ladder.length === 0) return nobodyToDial
    const session = { id: sessionId, agent, user: rung, userNumber: order.userNumber }
    const transfer = sessions.open(session, profile)
    if (order.statusCallback) callbacks.watch(this.news, transfer.id, order.statusCallback)
    void transfer.run()
    return { is: 'done', transfer: viewOfTransfer(transfer) }
  }

  transferOf(id: string): TransferView | undefined {
    const { calls, sessions } = this.#parts
    const transfer = this.#callWith(id)?.transfers.current ?? sessions.get(id)
    if (transfer) return viewOfTransfer(transfer)
    const call = [...calls.all()].find(({ transfers }) => transfers.isHandOver(id))
    const way = call && wayOut(call.dialogue)
    return way?.does === 'transfer' ? handingOver(id, way.name) : this.#ended.get(id)
  }

  withdraw(transferId: string): Answer {
    const call = this.#callWith(transferId)
    const transfer = call?.transfers.current ?? this.#parts.sessions.get(transferId)
    const state = transfer ? viewOfTransfer(transfer) : this.transferOf(transferId)
    if (!state) return refusal(404, 'unknown-transfer', 'There is no transfer with this id.')
    // Who has taken the call meets the caller in this moment, or when our last words have been heard.
    const isMeeting = state.state === 'accepted' && call?.dialogue.phase.is === 'meeting'
    if (!transfer || isMeeting || state.state === 'joined' || state.state === 'ended')
      return refusal(409, 'not-now', 'The transfer cannot be withdrawn any more.', state)
    transfer.withdraw()
    const end = { outcome: 'withdrawn', cause: 'withdrawn by the API' } as const
    call?.post({ type: 'transferEnded', ...end, atMs: this.#parts.clock.now() })
    return done
  }

  async callOut(order: CallOutOrder): Promise<Answer<{ callId: string }>> {
    const { callsOut, callbacks } = this.#parts
    const unready = this.unready()
    if (unready !== null) return refusal(503, 'not-ready', unready)
    const watch = (callId: string) => {
      if (order.statusCallback) callbacks.watch(this.news, callId, order.statusCallback)
    }
    const placed = callsOut.place(callOutOf(order), watch)
    return placed.is === 'placed' ? { is: 'done', callId: placed.callId } : notPlaced(placed)
  }

  async supervise(callId: string, order: SupervisionOrder): Promise<Answer<{ id: string }>> {
    const { exchange, ids, log } = this.#parts
    const call = this.#callOrRefusal(callId)
    if (isRefusal(call)) return call
    if (isLeaving(call.dialogue)) return leaving
    if (isOpening(call.dialogue.phase)) return tooSoon
    const found = this.#resolve(order.extension, call.facts.profile)
    if (found.is === 'refused') return found
    const dialable = firstOf(found.destination)
    if (!dialable) return nobodyToDial
    const { mode } = order
    const id = ids.next()
    const supervisorLog = log.child({ call: callId, supervision: id })
    supervisorLog.info({ mode }, 'a supervisor is dialled')
    const as = { ...found.destination, name: 'supervisor' }
    void supervise({ call, dialable, mode, as }, exchange, supervisorLog)
    return { is: 'done', id }
  }

  #callOrRefusal(callId: string): Call | Refusal {
    const { calls, callsOut } = this.#parts
    const call = calls.get(callId)
    if (call) return call
    return callsOut.get(callId) ? refusal(409, 'not-now', 'Nobody talks in this call yet.') : unknownCall
  }

  /** The call that this transfer is the last of. */
  #callWith(transferId: string): Call | undefined {
    for (const call of this.#parts.calls.all()) if (call.transfers.current?.id === transferId) return call
    return undefined
  }

  #remember({ id, to, state, outcome, cause }: TransferView): void {
    this.#ended.set(id, { id, to, state, outcome, cause })
    const [oldest] = this.#ended.keys()
    if (this.#ended.size > REMEMBERED && oldest !== undefined) this.#ended.delete(oldest)
  }

  #resolve(name: string, profileName: string): { is: 'found'; destination: Destination } | Refusal {
    const { destinations, profiles, exchange, clock } = this.#parts
    const { patterns, ringMs } = exchange.settings
    const allowed = profiles[profileName]?.destinations ?? null
    const found = resolveDestination(name, {
      destinations,
      allowed,
      patterns,
      ringMs,
      wallMs: clock.wallMs(),
    })
    switch (found.is) {
      case 'found':
        return found
      case 'closed':
        return refusal(409, 'closed', 'The destination is closed now.')
      case 'refused':
        return refusal(422, 'not-allowed', sentence(found.message))
    }
  }
}

const done: Answer = { is: 'done' }
const unknownCall = refusal(404, 'unknown-call', 'There is no call with this id.')
const leaving = refusal(409, 'leaving', 'The caller is on the way out already.')
const tooSoon = refusal(409, 'not-now', 'The call has not begun yet.')
const nobodyToDial = refusal(422, 'nobody-to-dial', 'There is nobody to be dialled, only a hand-over.')

function refusal(status: Refusal['status'], code: string, message: string, state?: object): Refusal {
  return { is: 'refused', status, code, message, ...(state && { state }) }
}

function isRefusal(what: Call | Refusal): what is Refusal {
  return 'is' in what
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
}

function alreadyTransferring(call: Call, running: Bringing): Refusal {
  const { current } = call.transfers
  const state = current ? viewOfTransfer(current) : { to: running.to.name }
  return refusal(409, 'transfer-running', 'A transfer of this call is running.', state)
}

const STATUS = {
  'unknown-profile': 422,
  'number-not-allowed': 422,
  closed: 409,
  'too-often': 429,
  'not-ready': 503,
} as const

function notPlaced({ because, message }: Extract<Placed, { is: 'refused' }>): Refusal {
  return refusal(STATUS[because], because, message)
}

function callOutOf({ to, from, profile, context }: CallOutOrder): CallOut {
  return { to, from, profile, context }
}

function firstOf({ ladder }: Destination): Dialable | undefined {
  return ladder[0]?.dialables[0]
}

function usualProfile(profiles: OperationsParts['profiles']): string {
  return Object.hasOwn(profiles, 'default') ? 'default' : (Object.keys(profiles)[0] ?? '')
}

function viewOf(call: Call): CallView {
  const { id, profile, direction, from, to, startedAtMs } = call.facts
  const { turn, phase } = call.dialogue
  const { current } = call.transfers
  const transfer = current ? viewOfTransfer(current) : null
  return { id, profile, direction, from, to, startedAtMs, turn, phase: phase.is, transfer }
}

function viewOfPlaced({ callId: id, profile, from, to, startedAtMs, state: phase }: PlacedCall): CallView {
  return { id, profile, direction: 'outbound', from, to, startedAtMs, turn: 0, phase, transfer: null }
}

function handingOver(id: string, to: string): TransferView {
  return { id, to, state: 'dialling', outcome: null, cause: '' }
}

function viewOfTransfer(transfer: Transfer | BothLegs): TransferView {
  const { id, state } = transfer
  const to = 'to' in transfer ? transfer.to.name : transfer.session.agent.name
  const { outcome, cause } = state.is === 'ended' ? state : { outcome: null, cause: '' }
  return { id, to, state: state.is === 'meeting' ? 'accepted' : state.is, outcome, cause }
}
