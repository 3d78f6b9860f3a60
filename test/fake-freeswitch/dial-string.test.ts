import { describe, expect, test } from 'vitest'
import { readDialRequest } from './dial-string.ts'

const name = (given: string) =>
  readDialRequest(`{origination_caller_id_name=${given}}sofia/internal/1@a &park`)?.variables.get(
    'origination_caller_id_name',
  )

describe('a name arrives as on the real switch', () => {
  test.each([
    ["'Jane Doe'", 'Jane Doe'],
    ["'Smith\\, John'", 'Smith, John'],
    ["'Smith, John'", 'Smith'],
    ["'O\\'Brien'", "O'Brien"],
    ["'[a]|^{b}'", '[a]|^{b}'],
  ])('%s', (given, arrives) => {
    expect(name(given)).toBe(arrives)
  })
})

test('a space outside quotes ends the destination', () => {
  const request = readDialRequest('{origination_caller_id_name=Smith\\, John}sofia/internal/1@a &park')
  expect(request?.attempts).not.toContainEqual([{ endpoint: 'sofia/internal/1@a', variables: new Map() }])
})

test('an application’s argument with a space needs quotes', () => {
  const quoted = readDialRequest("sofia/internal/1@a '&socket(127.0.0.1:8084 async full)'")
  expect(quoted?.onAnswer).toEqual({ apps: [{ app: 'socket', data: '127.0.0.1:8084 async full' }] })
  const bare = readDialRequest('sofia/internal/1@a &socket(127.0.0.1:8084 async full)')
  expect(bare?.onAnswer).not.toEqual({ apps: [{ app: 'socket', data: '127.0.0.1:8084 async full' }] })
})

test('several destinations: together with commas, one after the other with bars, each with its own variables', () => {
  const request = readDialRequest('{a=1}[b=2]sofia/internal/1@h,[b=3]user/2@h|loopback/3 5000')
  expect([...(request?.variables ?? [])]).toEqual([['a', '1']])
  expect(request?.attempts.map(all => all.map(one => [one.endpoint, one.variables.get('b')]))).toEqual([
    [
      ['sofia/internal/1@h', '2'],
      ['user/2@h', '3'],
    ],
    [['loopback/3', undefined]],
  ])
  expect(request?.onAnswer).toEqual({ extension: '5000' })
})

test('what an answered leg is put to may be a dialplan in the argument, with a separator of its own', () => {
  const apps = (what: string) => readDialRequest(`user/1@h ${what} inline`)?.onAnswer
  expect(apps("'m:^:set:a=b,c^socket:127.0.0.1:8084 async full^hangup'")).toEqual({
    apps: [
      { app: 'set', data: 'a=b,c' },
      { app: 'socket', data: '127.0.0.1:8084 async full' },
      { app: 'hangup', data: '' },
    ],
  })
  expect(apps('answer:,park:')).toEqual({
    apps: [
      { app: 'answer', data: '' },
      { app: 'park', data: '' },
    ],
  })
})
