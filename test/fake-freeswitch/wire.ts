// The bytes towards the daemon, with the faults that happen to bytes: split, glued, held up, cut.

import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Timer } from '../../src/lib/clock.ts'
import { type Faults, split } from './faults.ts'
import type { Random } from './seeded.ts'

export interface WireHost {
  readonly faults: Faults
  readonly random: Random
  now(): number
  after(ms: number, run: () => void): Timer
}

const GLUE_MS = 20

export class Wire {
  readonly #duplex: Duplex
  readonly #host: WireHost
  #held: Buffer[] = []
  #flow: 'open' | 'gathering' | 'stalled' | 'ended' = 'open'
  #endWanted = false

  constructor(duplex: Duplex, host: WireHost) {
    this.#duplex = duplex
    this.#host = host
  }

  write(data: Buffer): void {
    if (this.#flow === 'ended') return
    if (this.#flow !== 'open') return void this.#held.push(data)
    if (this.#host.faults.glueBytes) {
      this.#held.push(data)
      return this.#holdFor(GLUE_MS, 'gathering')
    }
    if (!this.#host.faults.splitBytes) return this.writeRaw(data)
    for (const piece of split(data, this.#host.random)) this.writeRaw(piece)
  }

  writeRaw(data: Buffer): void {
    if (!this.#duplex.destroyed && !this.#duplex.writableEnded) this.#duplex.write(data)
  }

  /** Nothing leaves for so long; then all of it at once. */
  stall(ms: number): void {
    if (this.#flow === 'open' || this.#flow === 'gathering') this.#holdFor(ms, 'stalled')
  }

  end(): void {
    if (this.#flow === 'ended') return
    if (this.#flow !== 'open') {
      this.#endWanted = true
      return
    }
    this.#flow = 'ended'
    if (!this.#duplex.destroyed) this.#duplex.end()
  }

  destroy(): void {
    this.#flow = 'ended'
    if (this.#duplex instanceof Socket) this.#duplex.resetAndDestroy()
    else this.#duplex.destroy()
  }

  #holdFor(ms: number, flow: 'gathering' | 'stalled'): void {
    this.#flow = flow
    this.#host.after(ms, () => {
      if (this.#flow !== flow) return
      this.#flow = 'open'
      const held = Buffer.concat(this.#held)
      this.#held = []
      if (held.length > 0) this.writeRaw(held)
      if (this.#endWanted) this.end()
    })
  }
}
