// A hundred and fifty calls by chance, others in each run: `npm run simulate` plays thousands. And the proof that chance is only in
// the seed.

import { expect, test } from 'vitest'
import { kindOf } from './broken.ts'
import { simulate } from './day.ts'
import { planOf } from './generator.ts'
import { FAULTS } from './plan.ts'

const ALL = new Set(FAULTS)
const CALLS = 150
const seed = Math.floor(Math.random() * 2 ** 31)

test(`${CALLS} calls with everything going wrong, seed ${seed}`, { timeout: 60_000 }, async () => {
  for (let calls = 0, day = 0; calls < CALLS; day++) {
    const plan = planOf(seed, day, ALL)
    const { broken } = await simulate(plan)
    const again = `npm run simulate -- --seed ${seed} --calls ${calls + plan.callers.length}`
    expect({ day, broken }, `to see it again: ${again}`).toEqual({ day, broken: [] })
    calls += plan.callers.length
  }
})

test('the same seed gives the same plans, and the same journals byte for byte', {
  timeout: 60_000,
}, async () => {
  for (let day = 0; day < 8; day++) {
    expect(planOf(7, day, ALL)).toEqual(planOf(7, day, ALL))
    const [first, second] = [await simulate(planOf(7, day, ALL)), await simulate(planOf(7, day, ALL))]
    expect(Object.keys(first.journals).length).toBeGreaterThan(0)
    expect(texts(second.journals)).toEqual(texts(first.journals))
    expect(second.broken.map(kindOf)).toEqual(first.broken.map(kindOf))
    expect(second.simulatedMs).toBe(first.simulatedMs)
  }
})

test('another seed gives another day', async () => {
  expect(planOf(1, 0, ALL)).not.toEqual(planOf(2, 0, ALL))
  expect(planOf(1, 0, ALL)).not.toEqual(planOf(1, 1, ALL))
})

test('without faults nothing happens but what people and engines do', () => {
  for (let day = 0; day < 50; day++) {
    const { happenings, wire } = planOf(3, day, new Set())
    expect({ happenings, wire }).toEqual({
      happenings: [],
      wire: { bytes: 'whole', events: null, slow: null },
    })
  }
})

function texts(journals: Readonly<Record<string, Buffer>>): Record<string, string> {
  return Object.fromEntries(Object.entries(journals).map(([path, bytes]) => [path, bytes.toString('utf8')]))
}
