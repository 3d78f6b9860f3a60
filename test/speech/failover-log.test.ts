// What the operator is told of providers that fail, and of those that work again.

import { expect, test } from 'vitest'
import type { Log } from '../../src/lib/log.ts'
import { failoverRecognizer, failoverSynthesizer } from '../../src/speech/failover.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { faultOf, finalHearing, ScriptedRecognizer, ScriptedSynthesizer } from './scripted-speech.ts'

type Line = [level: string, fields: object, message: string]

const options = { faults: 2, withinMs: 60_000, restMs: 10_000 }
const never = new AbortController().signal
const spoken = { text: 'Your code is 1234.', language: 'en-US', voice: 'Nora' }
const FAILED = 'a provider of speech failed'
const WORKS_AGAIN = 'a provider of speech works again'

function collecting(): { log: Log; lines: Line[] } {
  const lines: Line[] = []
  const at = (level: string) => (fields: object, message: string) => lines.push([level, fields, message])
  const log: Log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
  }
  return { log, lines }
}

function synthesizers(...names: string[]) {
  const clock = new ManualClock()
  const { log, lines } = collecting()
  const all = names.map(name => new ScriptedSynthesizer(name, faultOf(name)))
  const any = failoverSynthesizer(all, clock, options, log)
  const ask = () => any.synthesize(spoken, never).catch(() => {})
  return { clock, lines, all, any, ask }
}

test('a fault that a request met is told, without what was to be spoken', async () => {
  const { lines, ask } = synthesizers('a', 'b')
  await ask()
  expect(lines).toEqual([
    ['warn', { provider: 'a', kind: 'transient', breaker: 'closed' }, FAILED],
    ['warn', { provider: 'b', kind: 'transient', breaker: 'closed' }, FAILED],
  ])
})

test('of the faults of one second the first is told, and how many were left out with the next', async () => {
  const { clock, lines, ask, any } = synthesizers('a')
  const together = [1, 2, 3, 4].map(() => any.synthesize(spoken, never))
  await Promise.allSettled(together)
  clock.advance(999)
  await ask()
  expect(lines).toHaveLength(1)
  clock.advance(9_001)
  await ask()
  expect(lines.slice(1)).toEqual([
    ['warn', { provider: 'a', kind: 'transient', breaker: 'open', leftOut: 3 }, FAILED],
  ])
  expect(clock.pending).toBe(0)
})

test('a provider that works after an outage is told of once', async () => {
  const { clock, lines, all, ask } = synthesizers('a')
  await ask()
  await ask()
  clock.advance(10_000)
  for (const each of all) each.always = 100
  await Promise.all([ask(), ask(), ask()])
  expect(lines.slice(1)).toEqual([['info', { provider: 'a' }, WORKS_AGAIN]])
})

test('a success or an abort without an outage is not told of', async () => {
  const { lines, all, ask, any } = synthesizers('a')
  for (const each of all) each.always = 100
  await ask()
  await any.synthesize(spoken, AbortSignal.abort()).catch(() => {})
  expect(lines).toEqual([])
})

test('recognizers are told of likewise', () => {
  const clock = new ManualClock()
  const { log, lines } = collecting()
  const a = new ScriptedRecognizer('a')
  const only = failoverRecognizer([a], clock, options, log)
  const request = { language: 'en-US', sampleRate: 8000, hints: [], expect: 'open' } as const
  for (let i = 0; i < 2; i++) {
    only.recognize(request, () => {})
    a.last.hear({ type: 'failed', fault: faultOf('a', 'busy') })
    clock.advance(1_000)
  }
  clock.advance(9_000)
  only.recognize(request, () => {})
  a.last.hear(finalHearing('secret'))
  expect(lines).toEqual([
    ['warn', { provider: 'a', kind: 'busy', breaker: 'closed' }, FAILED],
    ['warn', { provider: 'a', kind: 'busy', breaker: 'open' }, FAILED],
    ['info', { provider: 'a' }, WORKS_AGAIN],
  ])
})

test('each provider that cannot be warmed up is told of, also while another can', async () => {
  const { lines, all, any } = synthesizers('a', 'b', 'c')
  const faults = [faultOf('a', 'permanent'), faultOf('b')]
  for (const [i, fault] of faults.entries()) Object.assign(all[i] ?? {}, { warmUpFault: fault })
  await any.warmUp()
  expect(lines).toEqual([
    [
      'error',
      { provider: 'a', kind: 'permanent', breaker: 'given-up', error: faults[0] },
      'a provider of speech cannot work as configured',
    ],
    [
      'warn',
      { provider: 'b', kind: 'transient', breaker: 'closed', error: faults[1] },
      'a provider of speech does not answer yet',
    ],
  ])
})
