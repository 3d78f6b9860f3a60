// Lifetimes: one end, one reason, children first, clean-ups in reverse, none of them able to hold up the rest.

import { describe, expect, test } from 'vitest'
import { type EndReason, Scope, ScopeEnded, type ScopeReports } from '../../src/lib/scope.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

function scopeFixture() {
  const clock = new ManualClock()
  const failures: [string, unknown][] = []
  const abandoned: [string, string][] = []
  const reports: ScopeReports = {
    cleanUpFailed: (scope, error) => failures.push([scope, error]),
    abandoned: (scope, cleanUp) => abandoned.push([scope, cleanUp]),
  }
  return { clock, failures, abandoned, scope: new Scope('call', clock, reports) }
}

function reasonOf(scope: Scope): EndReason | undefined {
  const { reason } = scope.signal
  return reason instanceof ScopeEnded ? reason.reason : undefined
}

describe('a scope', () => {
  test('ends with the first reason it is given', async () => {
    const { scope } = scopeFixture()
    const first = scope.end({ why: 'barged-in' })
    const second = scope.end({ why: 'shutdown' })
    await Promise.all([first, second])
    expect(scope.isOver).toBe(true)
    expect(reasonOf(scope)).toEqual({ why: 'barged-in' })
  })

  test('runs its clean-ups once, the last registered first, within the same tick', () => {
    const { scope } = scopeFixture()
    const order: string[] = []
    scope.onEnd('a', () => void order.push('a'))
    scope.onEnd('b', () => void order.push('b'))
    void scope.end({ why: 'done' })
    void scope.end({ why: 'done' })
    expect(order).toEqual(['b', 'a'])
  })

  test('runs a clean-up at once when it is already over', () => {
    const { scope } = scopeFixture()
    void scope.end({ why: 'done' })
    let ran = 0
    scope.onEnd('late', () => void ran++)
    expect(ran).toBe(1)
  })

  test('runs each clean-up once even if one of them, or a listener, ends it again', () => {
    const { scope } = scopeFixture()
    const order: string[] = []
    scope.signal.addEventListener('abort', () => {
      order.push(`listener, over: ${scope.isOver}`)
      void scope.end({ why: 'shutdown' })
    })
    scope.onEnd('a', () => {
      order.push('a')
      void scope.end({ why: 'withdrawn' })
    })
    scope.onEnd('b', () => void order.push('b'))
    void scope.end({ why: 'caller-gone' })
    expect(order).toEqual(['listener, over: true', 'b', 'a'])
    expect(reasonOf(scope)).toEqual({ why: 'caller-gone' })
  })

  test('has its signal aborted before clean-ups run', () => {
    const { scope } = scopeFixture()
    let aborted: boolean | undefined
    scope.onEnd('look', () => {
      aborted = scope.signal.aborted
    })
    void scope.end({ why: 'done' })
    expect(aborted).toBe(true)
  })

  test('reports a clean-up that throws or rejects and runs the others', async () => {
    const { scope, failures } = scopeFixture()
    const ran: string[] = []
    const thrown = new Error('thrown')
    const rejected = new Error('rejected')
    scope.onEnd('first', () => void ran.push('first'))
    scope.onEnd('throws', () => {
      throw thrown
    })
    scope.onEnd('rejects', () => Promise.reject(rejected))
    scope.onEnd('last', () => void ran.push('last'))
    await scope.end({ why: 'done' })
    expect(ran).toEqual(['last', 'first'])
    expect(failures).toEqual([
      ['call', thrown],
      ['call', rejected],
    ])
  })

  test('waits for asynchronous clean-ups', async () => {
    const { scope } = scopeFixture()
    const { promise, resolve } = Promise.withResolvers<void>()
    scope.onEnd('slow', () => promise)
    let over = false
    const ended = scope.end({ why: 'done' }).then(() => {
      over = true
    })
    await new Promise(setImmediate)
    expect(over).toBe(false)
    resolve()
    await ended
    expect(over).toBe(true)
  })

  test('gives a clean-up up after its bound and names it', async () => {
    const { scope, clock, abandoned } = scopeFixture()
    scope.onEnd('never', () => new Promise<void>(() => {}))
    const ended = scope.end({ why: 'done' })
    await clock.advanceAsync(4_999)
    expect(abandoned).toEqual([])
    await clock.advanceAsync(1)
    await ended
    expect(abandoned).toEqual([['call', 'never']])
    expect(clock.pending).toBe(0)
  })

  test('leaves no timer behind when clean-ups were in time', async () => {
    const { scope, clock } = scopeFixture()
    scope.onEnd('quick', () => Promise.resolve())
    await scope.end({ why: 'done' })
    expect(clock.pending).toBe(0)
  })
})

describe('a child', () => {
  test('ends with its parent, before the parent cleans up, and with the same reason', async () => {
    const { scope } = scopeFixture()
    const order: string[] = []
    scope.onEnd('parent', () => void order.push('parent'))
    const older = scope.child('older')
    const younger = scope.child('younger')
    older.onEnd('x', () => void order.push('older'))
    younger.onEnd('x', () => void order.push('younger'))
    await scope.end({ why: 'caller-gone' })
    expect(order).toEqual(['younger', 'older', 'parent'])
    expect(reasonOf(older)).toEqual({ why: 'caller-gone' })
  })

  test('that ends leaves its parent alone and is not ended again with it', async () => {
    const { scope } = scopeFixture()
    const child = scope.child('turn')
    let cleanUps = 0
    child.onEnd('x', () => void cleanUps++)
    await child.end({ why: 'superseded' })
    expect(scope.isOver).toBe(false)
    await scope.end({ why: 'done' })
    expect(reasonOf(child)).toEqual({ why: 'superseded' })
    expect(cleanUps).toBe(1)
  })

  test('of an ended scope is born ended, with the same reason', () => {
    const { scope } = scopeFixture()
    void scope.end({ why: 'shutdown' })
    const child = scope.child('late')
    expect(child.signal.aborted).toBe(true)
    expect(reasonOf(child)).toEqual({ why: 'shutdown' })
  })

  test('that fails names itself with its path and keeps the cause', () => {
    const { scope } = scopeFixture()
    const cause = new Error('disk full')
    const child = scope.child('turn')
    void child.end({ why: 'fault', cause })
    expect(child.signal.reason).toMatchObject({ message: 'call/turn ended: fault', cause })
  })
})

describe('a deadline', () => {
  test('ends the scope when its time is up', () => {
    const { scope, clock } = scopeFixture()
    scope.endsAfter(300)
    clock.advance(299)
    expect(scope.isOver).toBe(false)
    clock.advance(1)
    expect(reasonOf(scope)).toEqual({ why: 'deadline', ms: 300 })
  })

  test('is forgotten when the scope ends before', async () => {
    const { scope, clock } = scopeFixture()
    scope.endsAfter(300)
    await scope.end({ why: 'done' })
    expect(clock.pending).toBe(0)
  })
})
