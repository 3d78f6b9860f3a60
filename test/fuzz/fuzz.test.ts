// The fuzzer finds what was planted; and each target for about a second, from another seed every time. A failure here names
// its seed and holds its input: `npm run fuzz -- TARGET --seconds 60 --seed SEED`.

import { describe, expect, test } from 'vitest'
import { fuzz, labelOf } from './fuzz.ts'
import { planted } from './planted.ts'
import { shrink } from './shrink.ts'
import { supervise } from './supervise.ts'
import type { Target } from './target.ts'
import { targets } from './targets.ts'

function plantedTarget(name: string): Target {
  const target = planted.find(one => one.name === name)
  if (!target) throw new Error(`nothing called ${name} was planted`)
  return target
}

/** Far longer than any of them takes. */
const LONG_SECONDS = 15

describe('what was planted', () => {
  test.each([
    ['thrown', 'TypeError '],
    ['slow', 'slow'],
  ])('is found when it is %s, and shrunk to what it takes', async (name, label) => {
    const shrinkMs = name === 'slow' ? 0 : 20_000
    const { finding } = await fuzz(plantedTarget(name), {
      seed: 1,
      seconds: LONG_SECONDS,
      guided: false,
      shrinkMs,
      slowMs: 200,
    })
    expect(labelOf(finding?.error)).toBe(label)
    if (shrinkMs > 0) expect(finding?.input.toString()).toBe('x')
  })

  const program = new URL('./planted.ts', import.meta.url)

  test.each([
    // The test runner would count it as its own.
    ['rejected', /a rejection that nobody takes/, 10_000],
    ['hangs', /^hangs/, 500],
    ['swallows memory', /^ends the process/, 10_000],
  ])('and %s is found from outside, with its input', async (target, fault, hangMs) => {
    const { finding } = await supervise({ target, seed: 1, seconds: LONG_SECONDS, hangMs, program })
    expect(finding?.fault).toMatch(fault)
    expect(finding?.input.toString('latin1')).toContain('x')
  })

  test('step by step is found by those who keep what reached something new', async () => {
    const { finding } = await supervise({ target: 'spelled', seed: 1, seconds: LONG_SECONDS, program })
    expect(finding?.input).toEqual(Buffer.of(0xf1, 0x92))
  })
})

test('shrinking keeps the fault, and stops in time', async () => {
  const input = Buffer.from('....a....................b...')
  const fails = (candidate: Buffer) => Promise.resolve(candidate.includes('a') && candidate.includes('b'))
  expect((await shrink(input, fails, Number.POSITIVE_INFINITY)).toString()).toBe('ab')
  expect(await shrink(input, fails, 0)).toEqual(input)
})

describe('a second of', () => {
  test.each(targets.map(target => ({ target, seed: Math.floor(Math.random() * 2 ** 31) })))(
    '$target.name, seed $seed',
    async ({ target, seed }) => {
      const { finding, runs } = await fuzz(target, { seed, seconds: 1, guided: false })
      if (finding) {
        throw new Error(
          `seed ${seed}, ${finding.input.length} bytes, in base64: ${finding.input.toString('base64')}`,
          {
            cause: finding.error,
          },
        )
      }
      expect(runs).toBeGreaterThan(0)
    },
  )
})
