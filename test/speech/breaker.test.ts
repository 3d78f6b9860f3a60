import { describe, expect, test } from 'vitest'
import { Breaker } from '../../src/speech/breaker.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { faultOf } from './scripted-speech.ts'

const options = { faults: 3, withinMs: 10_000, restMs: 5_000 }

type Step = 'fault' | 'busy' | 'permanent' | 'success' | 'begin' | 'abandon' | number

/** Numbers let time pass. */
function after(...steps: Step[]) {
  const clock = new ManualClock()
  const breaker = new Breaker(options)
  for (const step of steps) {
    if (typeof step === 'number') clock.advance(step)
    else if (step === 'success') breaker.succeeded()
    else if (step === 'begin') breaker.began(clock.now())
    else if (step === 'abandon') breaker.abandoned(clock.now())
    else breaker.failed(faultOf('p', step === 'fault' ? 'transient' : step), clock.now())
  }
  return { state: breaker.state.is, rank: breaker.rank(clock.now()) }
}

const opened: Step[] = ['fault', 'fault', 'fault']

describe('a breaker', () => {
  test.each<[string, Step[], string, string]>([
    ['is closed at first', [], 'closed', 'first'],
    ['prefers others after one fault', ['fault'], 'closed', 'last'],
    ['is preferred again after a rest', ['fault', 5_000], 'closed', 'first'],
    ['is preferred again after a success', ['fault', 'success'], 'closed', 'first'],
    ['opens after so many faults', opened, 'open', 'never'],
    ['counts being busy as a fault', ['busy', 'busy', 'busy'], 'open', 'never'],
    ['forgets faults that are long ago', ['fault', 'fault', 10_000, 'fault'], 'closed', 'last'],
    ['forgets faults at a success', ['fault', 'fault', 'success', 'fault'], 'closed', 'last'],
    ['stays open for its time', [...opened, 4_999], 'open', 'never'],
    ['then lets one through', [...opened, 5_000], 'open', 'first'],
    ['then others only in need', [...opened, 5_000, 'begin'], 'probing', 'last-resort'],
    ['closes when that succeeds', [...opened, 5_000, 'begin', 'success'], 'closed', 'first'],
    ['opens again when that fails', [...opened, 5_000, 'begin', 'fault'], 'open', 'never'],
    ['opens again for the whole time', [...opened, 5_000, 'begin', 'fault', 4_999], 'open', 'never'],
    ['lets another through when that was given up', [...opened, 5_000, 'begin', 'abandon'], 'open', 'first'],
    [
      'opens again when another fails after that',
      [...opened, 5_000, 'begin', 'abandon', 'fault'],
      'open',
      'never',
    ],
    ['is not kept open longer by late faults', [...opened, 4_000, 'fault', 1_000], 'open', 'first'],
    ['lets another through when that is lost', [...opened, 5_000, 'begin', 5_000], 'probing', 'first'],
    ['however many ask besides', [...opened, 5_000, 'begin', 4_000, 'begin', 1_000], 'probing', 'first'],
    ['takes one permanent fault for the request’s own', ['permanent'], 'closed', 'last'],
    ['gives up at several', ['permanent', 1e6, 'permanent', 1e6, 'permanent'], 'given-up', 'never'],
    ['gives up while it is open', [...opened, 'permanent', 'permanent', 'permanent'], 'given-up', 'never'],
    ['gives up for ever', ['permanent', 'permanent', 'permanent', 1e9, 'success'], 'given-up', 'never'],
    ['but not one that has worked', ['success', 'permanent', 'permanent', 'permanent'], 'open', 'never'],
  ])('%s', (_, steps, state, rank) => {
    expect(after(...steps)).toEqual({ state, rank })
  })
})
