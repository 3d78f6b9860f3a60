// `originate`: dials people, waits for the first who answers, and puts that leg to what was asked for. Everything
// but the dialling happens in ticks of 20 ms, as on the real switch.

import { reach } from './agents.ts'
import type { DialplanStep, PersonScript } from './call-flow.ts'
import type { Channel } from './channel.ts'
import { type Dialled, type DialRequest, readDialRequest } from './dial-string.ts'

export interface OriginateHost {
  wallMs(): number
  nextId(): string
  after(ms: number, run: () => void): unknown
  /** Who answers under a number; undefined: the directory does not know it. */
  person(number: string): PersonScript
  isKnownUser(user: string): boolean
  isKnownGateway(gateway: string): boolean
  /** A leg to a phone, which rings by now. */
  dial(facts: { id: string; from: string; callerName: string; to: string; channelName: string }): Channel
  /** What the leg does from here on. */
  putThrough(channel: Channel, steps: readonly DialplanStep[] | { extension: string }): void
  stepsFor(app: string, data: string): readonly DialplanStep[]
}

type Done = (result: string) => void

const USAGE =
  '-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]\n'
const USUAL_TIMEOUT_S = 60

export class Originations {
  readonly #host: OriginateHost
  readonly #running = new Set<Origination>()

  constructor(host: OriginateHost) {
    this.#host = host
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
    this.#startedS = Math.floor(this.#host.wallMs() / 1_000)
    for (let attempt = this.#left.shift(); attempt; attempt = this.#left.shift()) {
      const before = this.#legs.length
      for (const dialled of attempt) this.#dial(dialled)
      if (this.#legs.length > before) return
    }
    this.#done(`-ERR ${this.#cause}\n`)
  }

  look(): void {
    const answered = this.#legs.find(leg => leg.isAnswered)
    if (answered) return this.#putThrough(answered)
    const gone = this.#legs.every(({ leg }) => leg.state === 'over')
    if (gone) {
      const { leg } = this.#legs[0] ?? {}
      if (leg?.state === 'over') this.#cause = leg.cause
      return this.dialNext()
    }
    // Counted in whole seconds of the wall clock.
    const timeoutS = Number(this.#request.variables.get('originate_timeout') ?? USUAL_TIMEOUT_S)
    if (Math.floor(this.#host.wallMs() / 1_000) - this.#startedS < timeoutS) return
    this.#cause = 'NO_ANSWER'
    const late = this.#legs
    this.dialNext()
    for (const leg of late) leg.hangUp('NO_ANSWER', 'switch')
  }

  #putThrough(channel: Channel): void {
    for (const leg of this.#legs) if (leg !== channel) leg.hangUp('LOSE_RACE', 'switch')
    channel.identity.putThrough()
    this.#done(`+OK ${channel.id}\n`)
    const { onAnswer } = this.#request
    const steps = 'app' in onAnswer ? this.#host.stepsFor(onAnswer.app, onAnswer.data) : onAnswer
    this.#host.putThrough(channel, steps)
  }

  #dial({ endpoint, variables }: Dialled): void {
    const all = new Map([...this.#request.variables, ...variables])
    const reached = reach(endpoint, this.#host)
    if ('cause' in reached) {
      this.#cause = reached.cause
      return
    }
    const id = all.get('origination_uuid')
    // The switch refuses a leg whose id is taken.
    if (id !== undefined && this.#legs.some(leg => leg.id === id)) return
    const channel = this.#host.dial({
      id: id ?? this.#host.nextId(),
      from: all.get('origination_caller_id_number') ?? '0000000000',
      callerName: all.get('origination_caller_id_name') ?? '',
      to: reached.number,
      channelName: endpoint,
    })
    for (const [name, value] of all) channel.variables.set(name, value)
    channel.create()
    this.#legs.push(channel)
    this.#ring(channel, this.#host.person(reached.number))
  }

  #ring(channel: Channel, person: PersonScript): void {
    const { refuses, neverAnswers, answersAfterMs = 500, leavesAfterMs } = person
    if (refuses !== undefined) {
      this.#host.after(1, () => channel.hangUp(refuses, 'caller'))
      return
    }
    if (neverAnswers) {
      this.#host.after(1, () => channel.ring())
      return
    }
    this.#host.after(answersAfterMs, () => channel.answer())
    if (leavesAfterMs === undefined) return
    this.#host.after(answersAfterMs + leavesAfterMs, () => {
      if (channel.isAnswered) channel.hangUp('NORMAL_CLEARING', 'caller')
    })
  }
}
