// `originate`: dials people, waits for the first who answers, and puts that leg to what was asked for. Everything
// but the dialling happens in ticks of 20 ms, as on the real switch.

import type { Timer } from '../../src/lib/clock.ts'
import { type AddressBook, type Phone, reach } from './agents.ts'
import type { DialplanStep } from './call-flow.ts'
import type { Channel } from './channel.ts'
import { type Dialled, type DialRequest, readDialRequest } from './dial-string.ts'
import type { Caller } from './person.ts'
import { behave } from './phone.ts'

export interface OriginateHost extends AddressBook {
  wallMs(): number
  nextId(): string
  after(ms: number, run: () => void): Timer
  /** A leg to a phone. */
  dial(facts: { id: string; from: string; callerName: string; to: string; channelName: string }): Channel
  /** Whoever is on this leg. */
  personOn(channel: Channel): Caller | undefined
  /** What the leg does from here on. */
  putThrough(channel: Channel, steps: readonly DialplanStep[] | { extension: string }): void
  stepsFor(app: string, data: string): readonly DialplanStep[]
}

type Done = (result: string) => void

const USAGE =
  '-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]\n'
const USUAL_TIMEOUT_S = 60
/** With one of these in `ignore_early_media` sound before the answer is no answer. */
const IGNORING = new Set(['true', 'ring_ready', 'consume'])
/** Causes that say nothing about why nobody could be reached. */
const OF_NO_MATTER = new Set(['LOSE_RACE', 'NO_PICKUP'])

export class Originations {
  readonly #host: OriginateHost
  readonly #running = new Set<Origination>()

  constructor(host: OriginateHost) {
    this.#host = host
  }

  get count(): number {
    return this.#running.size
  }

  /** `done` is told `+OK <uuid>` or `-ERR <cause>`. */
  start(args: string, done: Done): void {
    const request = readDialRequest(args)
    if (!request) return done(USAGE)
    const one = new Origination(request, this.#host, result => {
      this.#running.delete(one)
      done(result)
    })
    this.#running.add(one)
    one.dialNext()
  }

  /** After the channels' frame. */
  afterFrame(): void {
    for (const one of [...this.#running]) one.look()
  }
}

class Origination {
  readonly #request: DialRequest
  readonly #host: OriginateHost
  readonly #done: Done
  readonly #left: Dialled[][]
  #legs: Channel[] = []
  #startedS = 0
  #cause = 'DESTINATION_OUT_OF_ORDER'

  constructor(request: DialRequest, host: OriginateHost, done: Done) {
    this.#request = request
    this.#host = host
    this.#done = done
    this.#left = [...request.attempts]
  }

  /** Dials the next attempt that can be dialled; none: it is over. */
  dialNext(): void {
    this.#legs = []
    this.#startedS = this.#second
    for (let attempt = this.#left.shift(); attempt; attempt = this.#left.shift()) {
      const before = this.#legs.length
      for (const dialled of attempt) this.#dial(dialled)
      if (this.#legs.length > before) return
    }
    this.#done(`-ERR ${this.#cause}\n`)
  }

  look(): void {
    const taken = this.#legs.find(leg => leg.isAnswered) ?? this.#legs.find(leg => this.#hasEarlySound(leg))
    if (taken) return this.#putThrough(taken)
    if (this.#legs.every(({ leg }) => leg.state === 'over')) {
      for (const { leg } of this.#legs)
        if (leg.state === 'over' && !OF_NO_MATTER.has(leg.cause)) this.#cause = leg.cause
      return this.dialNext()
    }
    const rungS = this.#second - this.#startedS
    for (const leg of this.#legs) {
      const limitS = Number(leg.variables.get('leg_timeout'))
      if (limitS > 0 && rungS >= limitS) leg.hangUp('NO_ANSWER', 'switch')
    }
    const { variables, timeoutS } = this.#request
    if (rungS < Number(variables.get('originate_timeout') ?? timeoutS ?? USUAL_TIMEOUT_S)) return
    this.#cause = 'NO_ANSWER'
    const late = this.#legs
    this.dialNext()
    for (const leg of late) leg.hangUp('NO_ANSWER', 'switch')
  }

  /** Counted in whole seconds of the wall clock. */
  get #second(): number {
    return Math.floor(this.#host.wallMs() / 1_000)
  }

  #hasEarlySound({ leg, variables }: Channel): boolean {
    return leg.state === 'early' && !IGNORING.has(variables.get('ignore_early_media') ?? '')
  }

  #putThrough(channel: Channel): void {
    for (const leg of this.#legs) if (leg !== channel) leg.hangUp('LOSE_RACE', 'switch')
    channel.identity.putThrough()
    this.#done(`+OK ${channel.id}\n`)
    const { onAnswer } = this.#request
    const steps =
      'apps' in onAnswer ? onAnswer.apps.flatMap(({ app, data }) => this.#host.stepsFor(app, data)) : onAnswer
    this.#host.putThrough(channel, steps)
  }

  #dial({ endpoint, variables }: Dialled): void {
    const all = new Map([...this.#request.variables, ...variables])
    const reached = reach(endpoint, this.#host)
    if ('cause' in reached) {
      this.#cause = reached.cause
      return
    }
    for (const phone of reached.phones) this.#ring(phone, all)
  }

  #ring(phone: Phone, variables: ReadonlyMap<string, string>): void {
    const id = variables.get('origination_uuid')
    // The switch refuses a leg whose id is taken.
    if (id !== undefined && this.#legs.some(leg => leg.id === id)) return
    const channel = this.#host.dial({
      id: id ?? this.#host.nextId(),
      from: variables.get('origination_caller_id_number') ?? '0000000000',
      callerName: variables.get('origination_caller_id_name') ?? '',
      to: phone.number,
      channelName: phone.channelName,
    })
    // A value that would be expanded is refused, without a word.
    for (const [name, value] of variables) if (!value.includes('${')) channel.variables.set(name, value)
    channel.create()
    this.#legs.push(channel)
    behave(channel, phone.script, {
      after: (ms, run) => this.#host.after(ms, run),
      person: () => this.#host.personOn(channel),
    })
  }
}
