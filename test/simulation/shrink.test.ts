// Smaller plans that break the same, and deliberate bugs that fit the source.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { planOf } from './generator.ts'
import { MUTATIONS } from './mutations.ts'
import { FAULTS, type Plan } from './plan.ts'
import { shrinkWith } from './shrink.ts'

const ALL = new Set(FAULTS)

function dayWith(holds: (plan: Plan) => boolean): Plan {
  for (let day = 0; day < 2_000; day++) {
    const plan = planOf(1, day, ALL)
    if (holds(plan)) return plan
  }
  throw new Error('no such day')
}

const cuts = ({ callers }: Plan) =>
  callers.some(({ acts }) => acts.some(({ act }) => act.does === 'cutsWire'))

describe('a plan that breaks something is made smaller', () => {
  test('to the one act that does it', async () => {
    const plan = dayWith(one => cuts(one) && one.callers.length > 2)
    const { plan: small } = await shrinkWith(plan, async one => cuts(one), 500)
    expect(small.callers).toHaveLength(1)
    expect(small.callers[0]?.acts.map(({ act }) => act.does)).toEqual(['cutsWire'])
    expect(small.callers[0]?.answers).toEqual([])
    expect(small).toMatchObject({
      happenings: [],
      hearings: [],
      wire: { bytes: 'whole', events: null, slow: null },
    })
  })

  test('and stays what it is when every part of it matters', async () => {
    const plan = dayWith(cuts)
    const text = JSON.stringify(plan)
    const { plan: same } = await shrinkWith(plan, async one => JSON.stringify(one) === text, 500)
    expect(same).toEqual(plan)
  })

  test('with no more tries than allowed', async () => {
    let asked = 0
    const never = async () => {
      asked++
      return false
    }
    const { tries } = await shrinkWith(dayWith(cuts), never, 20)
    expect({ tries, asked }).toEqual({ tries: 20, asked: 20 })
  })
})

test.each(MUTATIONS)('the deliberate bug “$name” fits its file exactly once', ({ file, find }) => {
  const source = readFileSync(join(import.meta.dirname, '../../src', file), 'utf8')
  expect(source.split(find).length - 1).toBe(1)
})
