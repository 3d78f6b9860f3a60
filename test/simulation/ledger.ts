// What the daemons of a day tell of their transfers, as whoever watches the API hears it.

import type { News, Told } from '../../src/call/news.ts'

type Transfer = Extract<News, { type: 'transfer' }>

export interface TransferAccount {
  life: number
  callId: string | null
  to: string
  beganMs: number
  told: Transfer['status'][]
  outcomes: string[]
}

export class Ledger {
  /** By life and id. */
  readonly transfers = new Map<string, TransferAccount>()
  readonly outcomes: Record<string, number> = {}
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  take(life: number, news: Told): void {
    if (news.type !== 'transfer') return
    const { id, callId, to, status, outcome } = news
    // Of a talk whose process has died.
    if (id === callId) return this.count('outlived its daemon')
    const key = `${life} ${id}`
    const account = this.transfers.get(key) ?? {
      life,
      callId,
      to,
      beganMs: this.#now(),
      told: [],
      outcomes: [],
    }
    this.transfers.set(key, account)
    account.told.push(status)
    if (status !== 'completed') return
    account.outcomes.push(String(outcome))
    this.count(String(outcome))
  }

  count(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1
  }
}
