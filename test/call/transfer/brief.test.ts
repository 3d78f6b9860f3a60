// What an agent is told of a caller, by voice, on the display and in headers; whatever a caller calls themselves.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Briefing, briefFor, headersFor } from '../../../src/call/transfer/brief.ts'
import { callerIdFor } from '../../../src/call/transfer/caller-id.ts'
import type { HistoryEntry } from '../../../src/engine/engine.ts'

const phrases = {
  brief: 'A call from {caller} for {destination}: {reason}.',
  briefWithoutReason: 'A call from {caller} for {destination}.',
}
const said = (who: HistoryEntry['who'], text: string): HistoryEntry => ({ who, text, atMs: 0 })
const briefing: Briefing = {
  caller: { number: '+4930123456', name: 'Jane Doe' },
  destinationName: 'sales',
  reason: 'wants a refund',
  history: [
    said('caller', 'I want to return my shoes'),
    said('assistant', 'One moment'),
    said('caller', 'Yes.'),
  ],
}
const brief = (more: Partial<Briefing> & { unknownCaller?: string } = {}): string =>
  briefFor({ phrases, ...briefing, ...more })

describe('the brief', () => {
  test('says who and why', () => {
    expect(brief()).toBe('A call from Jane Doe for sales: wants a refund.')
  })

  test('takes the reason from what the caller said last that tells something', () => {
    expect(brief({ reason: ' ' })).toBe('A call from Jane Doe for sales: I want to return my shoes.')
    expect(brief({ reason: '', history: [said('caller', 'Sales.')] })).toBe(
      'A call from Jane Doe for sales: Sales.',
    )
    expect(brief({ reason: '', history: [said('assistant', 'How can I help you today?')] })).toBe(
      'A call from Jane Doe for sales.',
    )
  })

  test.each([
    ['', '+4930123456', '4 9 3, 0 1 2, 3 4 5 6'],
    ['+4930123456', '+4930123456', '4 9 3, 0 1 2, 3 4 5 6'],
    ['Unknown', '200', '2 0 0'],
    ['', '12345', '1 2 3, 4 5'],
  ])('has a voice read out the number of a caller without a name: %j %s', (name, number, spoken) => {
    expect(brief({ caller: { name, number } })).toBe(`A call from ${spoken} for sales: wants a refund.`)
  })

  test.each(['', 'anonymous', '0000000000'])(
    'says neither name nor number when it is withheld: %j',
    number => {
      const caller = { name: 'Jane Doe', number }
      expect(brief({ caller, unknownCaller: 'an unknown caller' })).toBe(
        'A call from an unknown caller for sales: wants a refund.',
      )
      expect(brief({ caller })).not.toContain('Jane')
      expect(brief({ caller })).not.toContain('  ')
    },
  )

  test('is cut at the end of a word', () => {
    const text = brief({ reason: 'a long story '.repeat(100) })
    expect(text.length).toBeLessThan(260)
    expect(text).toMatch(/ (a|long|story)\.$/)
  })

  test('holds no markup, whoever wrote it, and fills in nothing twice', () => {
    const evil = '<break time="9s"/>{reason}</speak>\u0000<audio src="x">\u202e*Bob* & <'
    const text = brief({ caller: { name: evil, number: '1' }, reason: evil, destinationName: evil })
    expect(text).not.toMatch(/[<>&*\p{C}]/u)
    expect(text).toContain('{reason} Bob')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), wild => {
        const one = brief({ caller: { name: wild, number: wild }, reason: wild, destinationName: wild })
        expect(one).not.toMatch(/[<>&]|\p{Cc}/u)
        expect(one.length).toBeLessThan(500)
      }),
    )
  })
})

describe('headers', () => {
  test('are plain text', () => {
    expect(headersFor({ ...briefing, callId: 'c-1', reason: 'Größe "42", 5 €\r\nVia: x' })).toEqual({
      'X-Parley-Call': 'c-1',
      'X-Parley-Caller': 'Jane Doe +4930123456',
      'X-Parley-Destination': 'sales',
      'X-Parley-Reason': 'Grosse 42 , 5 Via: x',
    })
  })

  test('are left out where nothing is known', () => {
    const caller = { name: 'Jane', number: '' }
    expect(Object.keys(headersFor({ ...briefing, caller, reason: '', history: [], callId: 'c' }))).toEqual([
      'X-Parley-Call',
      'X-Parley-Destination',
    ])
  })

  test('hold nothing that means something to a switch, and not much', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), wild => {
        const caller = { name: wild, number: wild }
        const headers = headersFor({ caller, reason: wild, destinationName: wild, history: [], callId: wild })
        for (const value of Object.values(headers))
          expect(value).toMatch(/^[^"'\\<>{}[\]|^`$\x00-\x1f\x7f-\uffff]{1,200}$/)
      }),
    )
  })
})

describe('the caller id', () => {
  const settings = { trunkNumber: '+4930100', customCallerId: { name: 'Parley', number: '+4930200' } }
  const question = { caller: briefing.caller, settings, dialable: { trunkNumber: '' } }

  test('is the caller’s, the trunk’s or one of our own', () => {
    expect(callerIdFor('original', question)).toEqual({ number: '+4930123456', name: 'Jane Doe' })
    expect(callerIdFor('trunk', question)).toEqual({ number: '+4930100', name: '+4930100' })
    expect(callerIdFor('trunk', { ...question, dialable: { trunkNumber: '+1555' } })).toEqual({
      number: '+1555',
      name: '+1555',
    })
    expect(callerIdFor('custom', question)).toEqual({ number: '+4930200', name: 'Parley' })
  })

  test.each(['', 'anonymous', 'Restricted', '0000000000', '<>'])(
    'of who withholds it stays withheld: %j',
    number => {
      const hidden = { ...question, caller: { name: 'Jane Doe', number } }
      expect(callerIdFor('original', hidden)).toEqual({ number: 'anonymous', name: 'anonymous' })
    },
  )

  test('is nobody’s where no trunk is known', () => {
    const none = { ...question, settings: { trunkNumber: '', customCallerId: { name: '', number: '' } } }
    expect(callerIdFor('trunk', none).number).toBe('anonymous')
    expect(callerIdFor('custom', none).number).toBe('anonymous')
  })

  test('is one short line', () => {
    const caller = { number: '+1 (555)\r\n01', name: `\u0000 Ann\n${'x'.repeat(200)}` }
    const { number, name } = callerIdFor('original', { ...question, caller })
    expect(number).toBe('+155501')
    expect(name).toMatch(/^Ann x{56}$/)
  })
})
