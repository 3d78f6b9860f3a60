// What a journal tells of transfers: where the caller was going, how far somebody had been fetched, and nothing that is nonsense.

import { describe, expect, test } from 'vitest'
import type { JournalEntry } from '../../src/call/journal.ts'
import { recollect } from '../../src/call/recollection.ts'

const because = { why: 'asked', how: 'engine' }
const admitted = {
  type: 'admitted',
  startedAtMs: 1_000,
  profile: 'default',
  language: 'en-US',
  facts: { id: 'a', from: '1', to: '2', callerName: '', direction: 'inbound' },
}
const asked = { type: 'asked', turn: 0, question: { type: 'start' } }
const bring = { type: 'leaving', next: { does: 'bring', name: 'desk', because } }
const talk = { type: 'leaving', next: { does: 'talk', name: 'desk' } }
const backToUs = { type: 'leaving', next: null }
const progressed = (rung: unknown) => ({ type: 'transferProgressed', state: 'ringing', rung })
const toDesk = (rung: number) => ({ to: 'agent', name: 'desk', because, rung })

/** Where the caller was going after this. */
function wayAfter(...entries: Record<string, unknown>[]) {
  const all = [admitted, asked, ...entries].map((entry, at) => ({ atMs: at, ...entry }) as JournalEntry)
  return recollect('a', all)?.way
}

describe('a transfer in the journal', () => {
  test('begins with the first rung, and goes as far as it was reached', () => {
    expect(wayAfter(bring)).toEqual(toDesk(0))
    expect(wayAfter(bring, progressed(0), progressed(1), progressed(1))).toEqual(toDesk(1))
  })

  test('is over when the caller is with an agent', () => {
    expect(wayAfter(bring, progressed(1), { type: 'agentJoined' }, talk)).toEqual({
      to: 'talk',
      name: 'desk',
      isAsked: true,
    })
    const fault = { why: 'fault', fault: 'ear', message: 'no' }
    const withoutWish = { type: 'leaving', next: { does: 'talk', name: 'desk', because: fault } }
    expect(wayAfter(bring, withoutWish)).toEqual({ to: 'talk', name: 'desk', isAsked: false })
  })

  test('is over when the caller is with the assistant again', () => {
    expect(wayAfter(bring, progressed(1), { type: 'transferEnded' }, backToUs)).toEqual({
      to: 'conversation',
    })
    expect(wayAfter(bring, talk, { type: 'talkEnded' }, backToUs)).toEqual({ to: 'conversation' })
  })

  test('is not the one before it', () => {
    const other = { type: 'leaving', next: { does: 'bring', name: 'other', because } }
    expect(wayAfter(bring, progressed(1), other)).toEqual({ ...toDesk(0), name: 'other' })
    expect(wayAfter(bring, progressed(1), backToUs, progressed(1), bring)).toEqual(toDesk(0))
  })

  test('that nobody had begun is none', () => {
    expect(wayAfter(progressed(1))).toEqual({ to: 'conversation' })
    expect(wayAfter(talk, progressed(1))).toEqual({ to: 'talk', name: 'desk', isAsked: true })
  })

  test('of a process before the last one is forgotten', () => {
    const resumed = { type: 'resumed', planned: false }
    expect(wayAfter(bring, progressed(1), resumed)).toEqual({ to: 'conversation' })
    expect(wayAfter(bring, progressed(1), resumed, progressed(1))).toEqual({ to: 'conversation' })
  })

  test('that ended in a hand-over leads there', () => {
    const to = { number: '3000', context: 'public' }
    const handOver = { type: 'leaving', next: { does: 'transfer', to, name: 'desk', because } }
    expect(wayAfter(bring, progressed(1), handOver)).toEqual({
      to: 'destination',
      destination: to,
      name: 'desk',
      because,
    })
  })
})

describe('nonsense about a transfer is passed over', () => {
  test.each([undefined, null, '1', {}, Number.NaN])('a rung that is %s', rung => {
    expect(wayAfter(bring, progressed(1), progressed(rung))).toEqual(toDesk(1))
  })

  test.each([
    { does: 'bring' },
    { does: 'bring', name: 'desk' },
    { does: 'bring', name: 7, because },
    { does: 'bring', name: 'desk', because: 'asked' },
    { does: 'bring', name: 'desk', because: {} },
    { does: 'talk' },
    { does: 'talk', name: ['desk'] },
    { does: 'dance', name: 'desk' },
    { name: 'desk' },
    'bring',
    [],
  ])('a way that is %j', next => {
    expect(wayAfter({ type: 'leaving', next })).toEqual({ to: 'conversation' })
    expect(wayAfter(bring, progressed(1), { type: 'leaving', next })).toEqual(toDesk(1))
  })
})
