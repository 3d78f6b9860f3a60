// Headers and bodies as a real switch sends them, with what callers put into them.

import { expect, test } from 'vitest'
import { encodeFrame } from '../../src/esl/frame.ts'
import { decodeCommand, decodeHeaders, decodeMessage, encodeHeaders } from '../../src/esl/message.ts'
import { framesOf, goldenBytes } from './golden.ts'

function message(head: string, body: Buffer = Buffer.alloc(0)) {
  const [frame] = framesOf([
    encodeFrame(body.length > 0 ? `${head}\nContent-Length: ${body.length}` : head, body),
  ])
  if (!frame) throw new Error('no frame')
  return decodeMessage(frame)
}

test.each([
  ['Jos%E9', 'José'],
  ['Jos%C3%A9', 'José'],
  ['100% sure %', '100% sure %'],
  ['%2B15550100', '+15550100'],
  ['%zz%4', '%zz%4'],
  ['a: b: c', 'a: b: c'],
  ['%25E9', '%E9'],
  ['', ''],
])('the header value %j is read as %j', (raw, value) => {
  expect(decodeHeaders(`X: ${raw}`).X).toBe(value)
})

test('raw bytes in a header are UTF-8 if they can be, else Latin-1', () => {
  expect(decodeHeaders(`X: ${Buffer.from('é', 'utf8').toString('latin1')}`).X).toBe('é')
  expect(decodeHeaders('X: \xe9').X).toBe('é')
})

test('lines without a name are left out, and no name is special', () => {
  const headers = decodeHeaders('nonsense\n: nameless\n__proto__: x\nconstructor: y\nEmpty:')
  expect(Object.entries(headers)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
    ['Empty', ''],
  ])
  expect(headers.toString).toBeUndefined()
})

test('what we encode like a switch is read back, whatever is in it', () => {
  const headers = { Plain: 'text', Odd: 'a\nb: c%E9 é+/,', 'variable_x-y': '{"a":1}' }
  expect({ ...decodeHeaders(encodeHeaders(headers)) }).toEqual(headers)
})

test('the Latin-1 caller of a real INVITE is José García, in the channel data and in every event', () => {
  const messages = framesOf([goldenBytes('11-caller-id-latin1.outbound', 'fs')]).map(decodeMessage)
  const names = messages.flatMap(decoded => {
    if (decoded.kind === 'fault') throw new Error(decoded.fault)
    return (decoded.event ?? decoded.headers)['Caller-Caller-ID-Name'] ?? []
  })
  expect(names.length).toBeGreaterThan(4)
  expect(new Set(names)).toEqual(new Set(['José García']))
})

test('one Latin-1 value in an event does not spoil the UTF-8 of another', () => {
  const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xe9]), Buffer.from('","b":"é"}')])
  const decoded = message('Content-Type: text/event-json', body)
  expect(decoded.kind === 'message' && { ...decoded.event }).toEqual({ a: 'é', b: 'é' })
})

test('an event in JSON keeps arrays, numbers and its own body as text', () => {
  const body = Buffer.from('{"Event-Name":"X","many":["a","b"],"n":5,"_body":"+OK\\n"}')
  const decoded = message('Content-Type: text/event-json', body)
  expect(decoded).toMatchObject({ event: { many: 'ARRAY::a|:b', n: '5' }, body: '+OK\n' })
})

test('a plain event is decoded with its own body', () => {
  const body = Buffer.from(
    'Event-Name: BACKGROUND_JOB\nJob-UUID: 7\nName: Jos%E9\nContent-Length: 4\n\n+OK\n',
  )
  expect(message('Content-Type: text/event-plain', body)).toMatchObject({
    event: { 'Event-Name': 'BACKGROUND_JOB', Name: 'José' },
    body: '+OK\n',
  })
})

test.each(['[1]', 'null', '"x"', '{"a":', ''])('an event whose JSON is %j is a fault', json => {
  const head = `Content-Type: text/event-json\nContent-Length: ${json.length}`
  const [frame] = framesOf([encodeFrame(head, Buffer.from(json))])
  expect(frame && decodeMessage(frame)).toEqual({ kind: 'fault', fault: 'bad event' })
})

test('a command is read with its headers as they are', () => {
  const [frame] = framesOf([Buffer.from('sendmsg 1-2\ncall-command: execute\nexecute-app-arg: a: 50%25\n\n')])
  expect(frame && decodeCommand(frame)).toMatchObject({
    line: 'sendmsg 1-2',
    headers: { 'call-command': 'execute', 'execute-app-arg': 'a: 50%25' },
  })
})
