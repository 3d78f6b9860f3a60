// The transfers of sessions that are no calls of ours: those that run, and for a while those that have ended.

import { Scope } from '../../lib/scope.ts'
import type { Profile } from '../profile.ts'
import { BothLegs, type BothLegsParts, type Session } from './both-legs.ts'

/** Whoever asks what became of a transfer asks soon. */
const REMEMBERED_MS = 600_000
const LIMIT = 1_000
/** Each takes two legs of the switch or more: more at once than a call centre has agents is a fault of whoever asks. */
const RUNNING_LIMIT = 200

export interface SessionsParts extends Omit<BothLegsParts, 'scope' | 'phrases' | 'own' | 'agentListener'> {
  agentListener(profile: Profile): BothLegsParts['agentListener']
}

export class Sessions {
  readonly #parts: SessionsParts
  /** The oldest first. */
  readonly #transfers = new Map<string, { transfer: BothLegs; openedMs: number }>()
  #isClosed = false

  constructor(parts: SessionsParts) {
    this.#parts = parts
  }

  get(id: string): BothLegs | undefined {
    return this.#transfers.get(id)?.transfer
  }

  /** The one of this session that has not ended. */
  running(sessionId: string): BothLegs | undefined {
    return this.#all.find(({ session, state }) => session.id === sessionId && state.is !== 'ended')
  }

  get count(): number {
    return this.#all.filter(({ state }) => state.is !== 'ended').length
  }

  /** Why nobody can be brought together just now, in one sentence; null when they can. */
  get refusal(): string | null {
    if (this.#isClosed) return 'The daemon is about to end.'
    return this.count >= RUNNING_LIMIT ? 'As many transfers as allowed are running.' : null
  }

  /** It runs when it is told to. */
  open(session: Session, profile: Profile): BothLegs {
    this.#forget()
    const { clock, log } = this.#parts
    const transfer = new BothLegs(session, {
      ...this.#parts,
      phrases: profile.phrases,
      own: { language: profile.language, voice: profile.voice },
      agentListener: this.#parts.agentListener(profile),
      scope: new Scope('session', clock, {
        cleanUpFailed: (name, error) => log.error({ scope: name, error }, 'a clean-up failed'),
        abandoned: (name, cleanUp) => log.error({ scope: name, cleanUp }, 'a clean-up was abandoned'),
      }),
    })
    this.#transfers.set(transfer.id, { transfer, openedMs: clock.now() })
    return transfer
  }

  /** Nobody is fetched any more. */
  stop(): void {
    this.#isClosed = true
    for (const transfer of this.#all) transfer.withdraw()
  }

  /** The process ends: those who talk go on talking. Resolves when nobody is held by us any more. */
  async close(): Promise<void> {
    this.stop()
    await Promise.all(this.#all.map(transfer => transfer.close()))
  }

  get #all(): BothLegs[] {
    return [...this.#transfers.values()].map(({ transfer }) => transfer)
  }

  #forget(): void {
    const oldestMs = this.#parts.clock.now() - REMEMBERED_MS
    for (const [id, { transfer, openedMs }] of this.#transfers) {
      const isOld = openedMs < oldestMs || this.#transfers.size >= LIMIT
      if (isOld && transfer.state.is === 'ended') this.#transfers.delete(id)
    }
  }
}
