// Answers may be cut anywhere on their way.

import { expect, test } from 'vitest'
import { answerReader } from '../../../src/engine/http/answer.ts'

const actions = [
  { type: 'say', text: 'Grüße aus Köln – 日本 🙂.' },
  { type: 'session', session: { step: 2, lines: 'a\nb' } },
  { type: 'end' },
]
const lines = actions.map(action => JSON.stringify(action))

const answers: [string, string, string][] = [
  ['whole JSON', 'application/json', JSON.stringify({ actions }, null, 1)],
  ['lines', 'application/x-ndjson', `${lines.join('\n')}\n`],
  ['lines with CRLF, an empty one, no end', 'application/x-ndjson; charset=utf-8', lines.join('\r\n\r\n')],
  ['events', 'text/event-stream', lines.map(line => `data: ${line}\n\n`).join('')],
  [
    'events with CRLF and comments',
    'text/event-stream',
    lines.map(line => `: hm\r\nid: 1\r\ndata:${line}\r\n\r\n`).join(''),
  ],
  [
    'events with CR',
    'Text/Event-Stream;charset=UTF-8',
    lines.map(line => `event: action\rdata: ${line}\r\r`).join(''),
  ],
  [
    'events over several lines',
    'text/event-stream',
    actions
      .map(action => `data: ${JSON.stringify(action, null, 1).replaceAll('\n', '\ndata: ')}\n\n`)
      .join(''),
  ],
  [
    'events, the last without its blank line',
    'text/event-stream',
    lines.map(line => `data: ${line}`).join('\n\n'),
  ],
  ['events after a mark', 'text/event-stream', `\uFEFF${lines.map(line => `data: ${line}\n\n`).join('')}`],
]

function read(contentType: string, pieces: Uint8Array[]): unknown[] {
  const reader = answerReader(contentType)
  if (!reader) throw new Error('no reader')
  return [...pieces.flatMap(piece => [...reader.push(piece)]), ...reader.end()]
}

test.each(answers)('%s give the same actions wherever they are cut in two', (_, contentType, text) => {
  const bytes = Buffer.from(text)
  for (let at = 0; at <= bytes.length; at++) {
    expect(read(contentType, [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(actions)
  }
})

test.each(answers)('%s give the same actions cut into pieces of 1 to 7 bytes', (_, contentType, text) => {
  const bytes = Buffer.from(text)
  for (let seed = 1; seed <= 50; seed++) {
    const pieces: Buffer[] = []
    let random = seed
    for (let at = 0; at < bytes.length; ) {
      random = (random * 48_271) % 2_147_483_647
      const size = seed === 1 ? 1 : 1 + (random % 7)
      pieces.push(bytes.subarray(at, at + size))
      at += size
    }
    expect(read(contentType, pieces)).toEqual(actions)
  }
})

test.each([
  ['application/x-ndjson', '{"a":1}\n'],
  ['text/event-stream', 'data: {"a":1}\n\n'],
])('in %s an action is there as soon as it is whole', (contentType, text) => {
  const reader = answerReader(contentType)
  expect([...(reader?.push(Buffer.from(text)) ?? [])]).toEqual([{ a: 1 }])
})

test('what was whole before a fault has been given', () => {
  const found: unknown[] = []
  const reader = answerReader('application/x-ndjson')
  expect(() => {
    for (const value of reader?.push(Buffer.from('1\n2\nx\n')) ?? []) found.push(value)
  }).toThrow(SyntaxError)
  expect(found).toEqual([1, 2])
})

test('other content types have no reader', () => {
  for (const type of ['', 'text/html', 'text/plain', 'application/jsonp'])
    expect(answerReader(type)).toBeUndefined()
})
