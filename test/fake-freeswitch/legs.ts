// Every leg on the switch and the person at its other end, for the switch and for the author of a test: who was
// dialled under a number, whose phone rings, what is left when all should be over.

import type { Clock } from '../../src/lib/clock.ts'
import type { CallFlow } from './call-flow.ts'
import type { Channel } from './channel.ts'
import type { Conferences } from './conference.ts'
import type { Caller } from './person.ts'

interface Wait {
  number: string
  what: 'rings' | 'answers'
  resolve: (leg: Caller) => void
}

const USUAL_PATIENCE_MS = 60_000

export class Legs {
  readonly flows = new Map<string, CallFlow>()
  readonly callers = new Map<string, Caller>()
  readonly #clock: Clock
  /** All that were ever dialled, in order. */
  readonly #dialled: { number: string; flow: CallFlow; caller: Caller }[] = []
  #waits: Wait[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(flow: CallFlow, caller: Caller): void {
    const { channel } = flow
    this.flows.set(channel.id, flow)
    this.callers.set(channel.id, caller)
    if (channel.identity.isDialled) this.#dialled.push({ number: channel.identity.facts.to, flow, caller })
  }

  /** Those that are not over. */
  get live(): Channel[] {
    return [...this.flows.values()].map(({ channel }) => channel).filter(({ leg }) => leg.state !== 'over')
  }

  /** Legs to this number, the first dialled first; those that are over, too. */
  dialledTo(number: string): Caller[] {
    return this.#dialled.filter(one => one.number === number).map(({ caller }) => caller)
  }

  /** Resolves with a leg to this number whose phone rings, or was answered; rejects when none does in time. */
  when(number: string, what: Wait['what'], withinMs = USUAL_PATIENCE_MS): Promise<Caller> {
    return new Promise((resolve, reject) => {
      const wait: Wait = {
        number,
        what,
        resolve: leg => {
          timer.cancel()
          resolve(leg)
        },
      }
      const timer = this.#clock.after(withinMs, () => {
        this.#waits = this.#waits.filter(one => one !== wait)
        reject(new Error(`nobody ${what} under ${number}`))
      })
      this.#waits.push(wait)
      this.look()
    })
  }

  /** Looks whether what somebody waits for has happened. */
  look(): void {
    if (this.#waits.length === 0) return
    this.#waits = this.#waits.filter(wait => {
      const leg = this.#liveLegOf(wait)
      if (leg) wait.resolve(leg)
      return !leg
    })
  }

  #liveLegOf({ number, what }: Wait): Caller | undefined {
    return this.#dialled.find(({ flow: { channel }, ...one }) => {
      if (one.number !== number || channel.isOver) return false
      return what === 'rings' || channel.isAnswered
    })?.caller
  }

  /** Legs that nobody has ended, and what is wrong with each; `leg` where nothing but that is wrong. */
  left(rooms: Conferences): { flow: CallFlow; what: string }[] {
    const lonely = new Set(rooms.lonely.map(({ channel }) => channel.id))
    return [...this.flows.values()].flatMap(flow => {
      const { channel, place } = flow
      if (channel.leg.state === 'over') return []
      const { isDialled } = channel.identity
      if (isDialled && (channel.leg.state === 'ringing' || channel.leg.state === 'early'))
        return [{ flow, what: 'a phone was left ringing' }]
      if (lonely.has(channel.id)) return [{ flow, what: 'somebody was left alone in a room' }]
      const isAlone = isDialled && place.at !== 'people' && !rooms.hasCompany(channel.id)
      return [{ flow, what: isAlone ? 'an agent was left on the line with nobody' : 'leg' }]
    })
  }
}
