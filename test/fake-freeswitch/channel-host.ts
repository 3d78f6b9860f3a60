// What a channel needs of its switch.

import type { Timer } from '../../src/lib/clock.ts'
import type { Application } from './applications.ts'
import type { Channel } from './channel.ts'
import type { Headers } from './event-headers.ts'
import type { RecordingsHost } from './recordings.ts'
import type { Random } from './seeded.ts'

/** The switch, as far as a channel needs it. */
export interface ChannelHost {
  readonly random: Random
  now(): number
  after(ms: number, run: () => void): Timer
  nextId(): string
  /** The switch's clock in µs, which stands still between two ticks. */
  stampUs(): number
  wallMs(): number
  /** Milliseconds until the next tick. */
  untilTickMs(): number
  fire(name: string, channel: Channel, extra: Headers, bare?: 'bare'): void
  load(path: string): Int16Array | undefined
  complain(channel: Channel, what: string): void
  readonly recordings: Pick<RecordingsHost, 'create' | 'preBufferFrames'>
  /** The application `conference` with this argument. */
  conference(data: string, channel: Channel): Application
  /** The application `eavesdrop` with this argument. */
  eavesdrop(data: string, channel: Channel): Application
}
