// What recognizers and synthesizers make of a day, by chance.

import fc, { type Arbitrary } from 'fast-check'
import { among, choice } from './chance.ts'
import type { HearingPlan, VoicePlan } from './plan.ts'

export function hearings(faulty: boolean): Arbitrary<HearingPlan> {
  const afterMs = choice<number>([4, 150], [1, 1_000], [faulty ? 1 : 0, 1_990], [faulty ? 1 : 0, 2_500])
  const text = among(
    'yes',
    'yes',
    'hello',
    'no',
    'sales please',
    'never mind',
    'please leave a message after the tone',
    ' ',
  )
  const fault = faulty ? 1 : 0
  return choice<HearingPlan>(
    [9, fc.record({ hears: fc.constant('text' as const), text, afterMs })],
    [3, fc.record({ hears: fc.constant('nothing' as const), afterMs })],
    [fault, fc.record({ hears: fc.constant('fault' as const), afterMs })],
    [fault, fc.record({ hears: fc.constant('early fault' as const), afterMs: among(20, 300) })],
    [fault, { hears: 'never' }],
    [fault, fc.record({ hears: fc.constant('twice' as const), text, afterMs })],
    [fault, { hears: 'fault at once' }],
    [fault / 3, { hears: 'throws' }],
  )
}

export function voices(faulty: boolean): Arbitrary<VoicePlan[]> {
  const well = fc.record({ speaks: fc.constant('well' as const), afterMs: among(1, 50, 200, 200, 1_000) })
  if (!faulty) return fc.array(well, { minLength: 1, maxLength: 4, size: 'max' })
  const any = choice<VoicePlan>(
    [10, well],
    [2, fc.record({ speaks: fc.constant('fault' as const), afterMs: among(1, 300) })],
    [0.3, { speaks: 'never' }],
    [1, fc.record({ speaks: fc.constant('deaf' as const), afterMs: among(200, 3_000) })],
    [0.5, fc.record({ speaks: fc.constant('no sound' as const), afterMs: among(1, 300) })],
  )
  return choice<VoicePlan[]>(
    [3, fc.array(well, { minLength: 1, maxLength: 4, size: 'max' })],
    [2, fc.array(any, { minLength: 1, maxLength: 10, size: 'max' })],
  )
}
