// The recording to keep, by itself: whatever the switch does and whenever, the call goes on, and nothing is recorded that was
// not told.

import { expect, test } from 'vitest'
import { Keeper } from '../../src/call/keeper.ts'
import { silentLog } from '../../src/lib/log.ts'
import { type Leg, PbxError, type Recording } from '../../src/pbx/pbx.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'

interface Hand {
  keeper: Keeper
  notes: string[]
  /** What was begun, in order; `begins` answers the oldest that waits. */
  asked: string[]
  begins(): void
  refuses(error: unknown): void
  stopped: string[]
  endsByItself(cause: string): void
}

function byHand(): Hand {
  const clock = new ManualClock()
  const notes: string[] = []
  const asked: string[] = []
  const stopped: string[] = []
  const waiting: PromiseWithResolvers<Recording>[] = []
  const ends: ((end: { cause: string }) => void)[] = []
  const leg = {
    keep: (path: string) => {
      asked.push(path)
      const answer = Promise.withResolvers<Recording>()
      waiting.push(answer)
      return answer.promise
    },
    setMasked: async () => {},
  }
  const keeper = new Keeper({
    leg: leg as unknown as Leg,
    clock,
    files: new MemoryFiles(clock),
    log: silentLog,
    settings: { keep: true, dir: '/kept', consent: '', maskPbx: false },
    name: 'a',
    note: ({ type }) => void notes.push(type),
  })
  const begins = () => {
    const path = asked.at(-1) ?? ''
    const end = Promise.withResolvers<{ cause: string }>()
    ends.push(end.resolve)
    waiting.shift()?.resolve({ path, stopped: end.promise, stop: async () => void stopped.push(path) })
  }
  return {
    keeper,
    notes,
    asked,
    begins,
    refuses: error => waiting.shift()?.reject(error),
    stopped,
    endsByItself: cause => ends.shift()?.({ cause }),
  }
}

const settled = () => new Promise<void>(resolve => setImmediate(resolve))

test('a recording that begins when nobody wants it any more is ended', async () => {
  const { keeper, begins, stopped } = byHand()
  const start = keeper.start()
  await settled()
  await keeper.close()
  begins()
  await start
  expect(stopped).toEqual(['/kept/a.wav'])
})

test('a recording that fails when nobody wants it any more is no failure', async () => {
  const { keeper, refuses, notes } = byHand()
  const start = keeper.start()
  await settled()
  await keeper.stop()
  refuses(new PbxError('the leg is gone'))
  await start
  expect(notes).toEqual([])
})

test('what is refused without a reason is told all the same', async () => {
  const { keeper, refuses, notes } = byHand()
  const start = keeper.start()
  await settled()
  refuses('no')
  await start
  expect(notes).toEqual(['recordingFailed'])
})

test('a stop and a close of what was never begun do nothing', async () => {
  const { keeper, asked, notes } = byHand()
  await keeper.stop()
  await keeper.resume()
  await keeper.close()
  await keeper.stop()
  expect({ asked, notes }).toEqual({ asked: [], notes: [] })
})

test('what runs is not begun again by a resume, what was stopped is', async () => {
  const { keeper, begins, asked } = byHand()
  const start = keeper.start()
  await settled()
  begins()
  await start
  await keeper.resume()
  expect(asked).toHaveLength(1)
  await keeper.stop()
  void keeper.resume()
  await settled()
  expect(asked).toHaveLength(2)
})

test('a recording that breaks off by itself is not ended a second time', async () => {
  const { keeper, begins, endsByItself, stopped, notes } = byHand()
  const start = keeper.start()
  await settled()
  begins()
  await start
  endsByItself('uri-failure')
  await settled()
  await keeper.close()
  expect(stopped).toEqual([])
  expect(notes).toEqual(['recordingKept', 'recordingEnded'])
})
