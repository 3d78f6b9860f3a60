// A call's transfers, one at a time, and the music that its caller hears meanwhile.

import type { TransferOutcome } from '../../engine/engine.ts'
import { inTime } from '../../lib/clock.ts'
import type { Extension, Leg } from '../../pbx/pbx.ts'
import type { Ending } from '../ending.ts'
import { fileNameOf } from '../file-name.ts'
import type { TransferStatus } from '../news.ts'
import type { CallEvent, Command, Told } from '../vocabulary.ts'
import type { Destination } from './destination.ts'
import { Ears } from './ears.ts'
import { Music } from './music.ts'
import { Transfer } from './transfer.ts'
import type { TransferParts } from './transfer-parts.ts'

/** The switch is asked some two hundred times in 30 ms. */
const SWEEP_LIMIT_MS = 1_000

/** Where a call's caller meets people first. */
export function roomOf(callId: string): string {
  return `transfer-${fileNameOf(callId)}`
}

export type TransferCommand = Extract<
  Command,
  { type: 'bring' | 'withdrawTransfer' | 'playMusic' | 'stopMusic' | 'meet' | 'transfer' }
>

export class Transfers {
  readonly #parts: TransferParts
  readonly #music: Music
  #current: Transfer | undefined
  #rooms = 0
  /** Where the caller is being handed over. */
  #handOver: string | undefined
  #handOverId: string | undefined

  constructor(parts: Omit<TransferParts, 'ears'>) {
    this.#parts = { ...parts, ears: new Ears(parts.listener) }
    const { caller, exchange } = parts
    this.#music = new Music(
      caller,
      exchange.settings.music || (caller.facts.variables.hold_music ?? ''),
      parts,
    )
  }

  /** The running one, or the last. */
  get current(): Transfer | undefined {
    return this.#current
  }

  /** Where they talk. */
  get room(): string | undefined {
    return this.#current?.room
  }

  execute(command: TransferCommand): void {
    switch (command.type) {
      case 'bring':
        return this.#bring(command.to, command.rung, command.told)
      case 'withdrawTransfer':
        return this.#current?.withdraw()
      case 'playMusic':
        return this.#music.start()
      case 'stopMusic':
        return this.#music.stop()
      case 'meet':
        return void this.#current?.meet()
      case 'transfer':
        return this.#handOverTo(command.to, command.name)
    }
  }

  /** Who has taken the call; undefined while nobody has. */
  get agent(): Leg | undefined {
    const state = this.#current?.state
    return state?.is === 'joined' ? state.agent : undefined
  }

  /** Somebody who is to take the call over. What runs goes on until `receive`. */
  fetchUnnoticed(to: Destination, signal: AbortSignal): Promise<Leg | undefined> {
    const told = { brief: null, data: null }
    return new Transfer(this.#parts, to, told, roomOf(this.#parts.facts.id)).fetchUnnoticed(signal)
  }

  /** Somebody outside takes the call. Who was being fetched, or talks to the caller, is let go. */
  async receive(agent: Leg, to: Destination): Promise<void> {
    for (let before = this.#current; before && before.state.is !== 'ended'; before = this.#current)
      await before.yield()
    this.#current = this.#open(to, { brief: null, data: null })
    this.#current.receive(agent)
    this.#parts.post({ type: 'takenOver', to, atMs: this.#parts.clock.now() })
  }

  /** That of the present hand-over, or of the next one. */
  get handOverId(): string {
    this.#handOverId ??= this.#parts.exchange.ids.next()
    return this.#handOverId
  }

  isHandOver(id: string): boolean {
    return this.#handOverId === id
  }

  /** Something happened to the call. */
  take(event: CallEvent): void {
    if (event.type === 'transferFailed') this.#handedOver('failed', event.message)
  }

  /** Nobody is fetched, and nothing is to be seen of it but its end. */
  #handOverTo(to: Extension, name: string): void {
    this.#handOver = name
    this.#tellHandOver(name, 'initiated', null, '')
    this.#parts.handOver(to)
  }

  #handedOver(outcome: 'handed-over' | 'failed', cause: string): void {
    if (this.#handOver !== undefined) this.#tellHandOver(this.#handOver, 'completed', outcome, cause)
    this.#handOver = undefined
    this.#handOverId = undefined
  }

  #tellHandOver(to: string, status: TransferStatus, outcome: TransferOutcome | null, cause: string): void {
    const { exchange, facts } = this.#parts
    const about = { id: this.handOverId, callId: facts.id, sessionId: null, to }
    exchange.news.tell({ type: 'transfer', ...about, status, outcome, cause })
  }

  /** The caller holds us. */
  hold(): void {
    this.#music.hold()
  }

  unhold(): void {
    this.#music.unhold()
  }

  close(ending: Ending): void {
    const { by, why } = ending
    this.#music.end()
    if (why === 'handed-over') this.#handedOver(why, '')
    else this.#handedOver('failed', 'the call has ended')
    this.#current?.close(why === 'lost' ? 'caller lost' : by === 'us' ? 'we go' : 'caller gone')
  }

  #bring(to: Destination, rung: number, told: Told): void {
    const before = this.#current?.yield()
    const transfer = this.#open(to, told)
    this.#current = transfer
    // Two at once would both want the caller.
    void transfer.fetch(rung, before ?? this.#takeBack())
  }

  /** An agent whom the last process was fetching is still on the line, and would be engaged. */
  #takeBack(): Promise<void> | undefined {
    const { past, exchange, clock, log } = this.#parts
    if (!past || this.#rooms > 1) return undefined
    return inTime(clock, SWEEP_LIMIT_MS, exchange.pbx.sweep()).then(
      () => {},
      (error: unknown) => log.info({ error }, 'legs of the last process may still be there'),
    )
  }

  /** The room of a transfer before may still be closing, also when that was one of the last process. */
  #open(to: Destination, told: Told): Transfer {
    const { facts, past, exchange } = this.#parts
    const room = roomOf(facts.id)
    this.#rooms++
    const isFirst = this.#rooms === 1 && !past
    const own = isFirst ? room : `${room}-${exchange.ids.next()}`
    // What one of before still has to tell is about nobody any more.
    const post = (event: CallEvent): void => {
      if (this.#current === transfer) this.#parts.post(event)
    }
    const transfer: Transfer = new Transfer({ ...this.#parts, post }, to, told, own)
    return transfer
  }
}
