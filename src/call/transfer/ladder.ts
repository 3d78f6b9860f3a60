// Climbing a ladder: those of a rung are dialled at once, the first who takes the call has it, and the others are told so; then
// the next rung. Every phone is dialled by itself, so that a machine which answers one of them silences none of the others.

import type { TransferOutcome } from '../../engine/engine.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { CallerId, DialEnd, Dialling, Leg, Pbx } from '../../pbx/pbx.ts'
import { callerIdFor } from './caller-id.ts'
import type { CallerIdFormat, Destination, Dialable, Rung } from './destination.ts'
import type { Exchange } from './exchange.ts'
import type { Interview } from './interview.ts'

export type Fetched = { is: 'accepted'; leg: Leg } | Nobody

interface Nobody {
  is: 'nobody'
  outcome: TransferOutcome
  cause: string
}

export interface LadderParts {
  callId: string
  pbx: Pick<Pbx, 'dial'>
  callerId(format: CallerIdFormat, dialable: Dialable): CallerId
  headers: Readonly<Record<string, string>>
  /** The talk with whoever has answered; whether they take the call. */
  interview(leg: Leg, rung: Rung, signal: AbortSignal): Promise<Interview>
  /** Ends a leg that is not needed; `told`: who is on it hears why. */
  dismiss(leg: Leg, how: 'told' | 'at once'): void
  onProgress(state: 'dialling' | 'ringing' | 'briefing', rung: number): void
  onDialled(dialable: Dialable): void
}

const WITHDRAWN: Nobody = { is: 'nobody', outcome: 'withdrawn', cause: '' }

/** From this rung on. Never rejects for a reason of the switch; an aborted signal ends every leg of it. */
export async function climb(
  { ladder }: Destination,
  from: number,
  parts: LadderParts,
  signal: AbortSignal,
): Promise<Fetched> {
  let nearest: Nobody = { is: 'nobody', outcome: 'failed', cause: 'nobody is on the ladder' }
  for (const [index, rung] of ladder.entries()) {
    if (index < from) continue
    const fetched = await ring(rung, index, parts, signal)
    if (fetched.is === 'accepted') return fetched
    if (signal.aborted) return WITHDRAWN
    nearest = index === from ? fetched : nearerOf(nearest, fetched)
  }
  return nearest
}

/** How near an attempt came to a person, nearest first: of many failures this tells the caller most. */
const NEARNESS: readonly TransferOutcome[] = [
  'declined',
  'no-answer',
  'busy',
  'machine',
  'unreachable',
  'failed',
]

function nearerOf(one: Nobody, other: Nobody): Nobody {
  return NEARNESS.indexOf(other.outcome) < NEARNESS.indexOf(one.outcome) ? other : one
}

async function ring(rung: Rung, index: number, parts: LadderParts, signal: AbortSignal): Promise<Fetched> {
  parts.onProgress('dialling', index)
  const race = new Race(signal)
  const winner = Promise.withResolvers<Fetched>()
  const all = rung.dialables.map(async dialable => {
    const fetched = await fetch(dialable, rung, index, parts, race)
    if (fetched.is === 'accepted') winner.resolve(fetched)
    return fetched
  })
  void Promise.all(all).then(
    fetched => winner.resolve(fetched.reduce((one, other) => nearest(one, other))),
    winner.reject,
  )
  return winner.promise.finally(() => race.end())
}

function nearest(one: Fetched, other: Fetched): Fetched {
  return one.is === 'accepted' || other.is === 'accepted' ? one : nearerOf(one, other)
}

/** Who takes the call first has it: decided at once, whoever else is just about to. */
class Race {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal
  readonly #onOuter = () => this.#controller.abort(this.#outer.reason)
  #won = false

  constructor(outer: AbortSignal) {
    this.#outer = outer
    if (outer.aborted) this.#onOuter()
    else outer.addEventListener('abort', this.#onOuter, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether somebody else has it, and the caller is still there. */
  get isLost(): boolean {
    return this.#won && !this.#outer.aborted
  }

  win(): boolean {
    if (this.#won || this.#controller.signal.aborted) return false
    this.#won = true
    return true
  }

  end(): void {
    this.#outer.removeEventListener('abort', this.#onOuter)
    this.#controller.abort()
  }
}

async function fetch(
  dialable: Dialable,
  rung: Rung,
  index: number,
  parts: LadderParts,
  race: Race,
): Promise<Fetched> {
  const end = await dial(dialable, rung, index, parts, race.signal)
  if (end.is !== 'answered') return { is: 'nobody', outcome: end.is, cause: end.cause }
  const { leg } = end
  if (race.signal.aborted) {
    parts.dismiss(leg, 'at once')
    return WITHDRAWN
  }
  parts.onProgress('briefing', index)
  const said = await parts.interview(leg, rung, race.signal).catch((error: unknown) => {
    parts.dismiss(leg, 'at once')
    throw error
  })
  if (said.is === 'accepted' && race.win()) return { is: 'accepted', leg }
  // Somebody was quicker, or the caller does not want to wait: who listens to us hears that.
  parts.dismiss(leg, said.is === 'accepted' || (said.is === 'withdrawn' && race.isLost) ? 'told' : 'at once')
  return outcomeOf(said)
}

function outcomeOf(said: Interview): Nobody {
  switch (said.is) {
    case 'accepted':
    case 'withdrawn':
      return WITHDRAWN
    case 'declined':
    case 'machine':
      return { is: 'nobody', outcome: said.is, cause: '' }
    case 'not-accepted':
      return { is: 'nobody', outcome: 'no-answer', cause: 'the call was answered and not taken' }
    case 'gone':
      return { is: 'nobody', outcome: 'declined', cause: said.cause }
    default:
      return unreachable(said)
  }
}

/** A trunk that does not want the caller's number is asked once more with its own. */
async function dial(
  dialable: Dialable,
  rung: Rung,
  index: number,
  parts: LadderParts,
  signal: AbortSignal,
): Promise<DialEnd> {
  const first = await dialAs(dialable.callerId, dialable, rung, index, parts, signal)
  const { end, rang } = first
  const isTrunk = dialable.target.type === 'gateway' || dialable.target.type === 'sip'
  const isRefusal = end.is !== 'answered' && REFUSALS.has(end.cause) && !rang
  if (!isTrunk || dialable.callerId === 'trunk' || !isRefusal || signal.aborted) return end
  return (await dialAs('trunk', dialable, rung, index, parts, signal)).end
}

/** What FreeSWITCH makes of 403, 603 and their like: a trunk that does not accept who calls. */
const REFUSALS: ReadonlySet<string> = new Set([
  'CALL_REJECTED',
  'OUTGOING_CALL_BARRED',
  'BEARERCAPABILITY_NOTAUTH',
])

async function dialAs(
  format: CallerIdFormat,
  dialable: Dialable,
  { ringMs }: Rung,
  index: number,
  { callId, pbx, callerId, headers, onProgress, onDialled }: LadderParts,
  signal: AbortSignal,
): Promise<{ end: DialEnd; rang: boolean }> {
  if (signal.aborted) return { end: { is: 'withdrawn', cause: '' }, rang: false }
  onDialled(dialable)
  const dialling = pbx.dial({
    callId,
    as: 'agent',
    target: dialable.target,
    callerId: callerId(format, dialable),
    ringMs,
    variables: {},
    headers,
  })
  let rang = false
  void dialling.ringing.then(what => {
    if (what === 'never') return
    rang = true
    if (!signal.aborted) onProgress('ringing', index)
  })
  const onAbort = () => dialling.withdraw()
  signal.addEventListener('abort', onAbort, { once: true })
  const end = await dialling.ended
  signal.removeEventListener('abort', onAbort)
  return { end, rang }
}

/** Dials somebody who is needed for nothing but being there, such as a supervisor. */
export function dialOnce(dialable: Dialable, callId: string, { pbx, settings }: Exchange): Dialling {
  const callerId = callerIdFor(dialable.callerId, { caller: { number: '', name: '' }, settings, dialable })
  const { ringMs } = settings
  return pbx.dial({
    callId,
    as: 'agent',
    target: dialable.target,
    callerId,
    ringMs,
    variables: {},
    headers: {},
  })
}
