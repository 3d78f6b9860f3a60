// The real adapter on the embedded switch, with an ear on the wire between them.

import { duplexPair } from 'node:stream'
import { expect } from 'vitest'
import { FrameDecoder } from '../../src/esl/frame.ts'
import { type CommandText, decodeCommand } from '../../src/esl/message.ts'
import { silentLog } from '../../src/lib/log.ts'
import { FreeSwitch } from '../../src/pbx/freeswitch/freeswitch.ts'
import { type Leg, PbxError } from '../../src/pbx/pbx.ts'
import { type CallOptions, FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'

/** Everything that reaches the switch's end of the wire, frame by frame. */
export class Tap {
  #taken: CommandText[] = []
  readonly #decoder = new FrameDecoder()

  read(bytes: Buffer): void {
    this.#decoder.push(bytes)
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      if (frame.kind === 'fault') throw new Error(`the switch reads garbage: ${frame.fault}`)
      this.#taken.push(decodeCommand(frame))
    }
  }

  /** What came since the last time. */
  take(): CommandText[] {
    const taken = this.#taken
    this.#taken = []
    return taken
  }

  lines(): string[] {
    return this.take().map(({ line }) => line)
  }
}

/** A leg of the real adapter on the embedded switch. */
export async function onSwitch(options: Partial<CallOptions> = {}) {
  const clock = new ManualClock()
  const files = new MemoryFiles(clock)
  const pbx = new FakeFreeswitch({ clock, files })
  let ids = 0
  const daemon = new FreeSwitch({
    host: '',
    port: 0,
    maxConnections: 2,
    replyTimeoutMs: 2_000,
    clock,
    ids: { next: () => `id-${++ids}` },
    log: silentLog,
  })
  const tap = new Tap()
  const begun = new Promise<Leg>(resolve => daemon.handOver(resolve))
  const listener = () => {
    const [ours, theirs] = duplexPair()
    theirs.on('data', (bytes: Buffer) => tap.read(bytes))
    daemon.accept(ours)
    return theirs
  }
  const caller = await pbx.call({ to: '5000', from: '+15550100', listener, ...options })
  await clock.advanceAsync(100)
  const leg = await begun
  const first = tap.take()
  const refused = async (work: Promise<unknown>): Promise<boolean> => {
    const settled = Promise.allSettled([work])
    await clock.advanceAsync(100)
    const [one] = await settled
    if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(PbxError)
    return one.status === 'rejected'
  }
  return { clock, pbx, leg, caller, tap, first, refused }
}
