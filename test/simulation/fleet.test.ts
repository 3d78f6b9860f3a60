// A simulation is worth what it finds: a deliberate bug in the source, loaded into a thread and nowhere else, breaks a day that is
// sound without it.

import { expect, test } from 'vitest'
import { kindOf } from './broken.ts'
import { simulate } from './day.ts'
import { play } from './fleet.ts'
import { planOf } from './generator.ts'
import { MUTATIONS, type Mutation } from './mutations.ts'
import type { DayReport } from './worker.ts'

const SEED = 3
const LIMIT = { timeout: 60_000 }

async function reports(calls: number, mutation?: Mutation): Promise<(DayReport & { calls: number })[]> {
  const all: (DayReport & { calls: number })[] = []
  await play({
    seed: SEED,
    calls,
    faults: [],
    threads: 1,
    ...(mutation && { mutation }),
    onDay: report => {
      all.push(report)
      return undefined
    },
  })
  return all
}

test.each(['a call ends twice', 'a timer is not stopped', 'two prompts play one inside the other'])(
  'finds the bug that %s',
  LIMIT,
  async name => {
    const mutation = MUTATIONS.find(one => one.name === name)
    if (!mutation) throw new Error('there is no such bug')
    const found = (await reports(12, mutation)).find(({ broken }) => broken.length > 0)
    expect(found).toBeDefined()
    const sound = await simulate(planOf(SEED, found?.day ?? 0, new Set()))
    expect(sound.broken.map(kindOf)).toEqual([])
  },
)

test('plays so many calls, and no day more', LIMIT, async () => {
  const days = await reports(10)
  const counts = days.map(({ calls }) => calls)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(10)
  expect(counts.slice(0, -1).reduce((sum, count) => sum + count, 0)).toBeLessThan(10)
})

test('says when a bug does not fit the source', LIMIT, async () => {
  const [bug] = MUTATIONS
  if (!bug) throw new Error('there are no bugs')
  await expect(reports(1, { ...bug, find: 'what nobody has written' })).rejects.toThrow('fits 0 places')
})
