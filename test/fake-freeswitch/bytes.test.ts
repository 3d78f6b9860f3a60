// How values stand in the plain headers of FreeSWITCH.

import { expect, test } from 'vitest'
import { encodeUrl } from './bytes.ts'

test('what is unsafe in an address is escaped', () => {
  expect(encodeUrl('a b/c,d~e"f')).toBe('a%20b/c,d~e%22f')
})

test('what looks escaped already is left as it is, in upper case only', () => {
  expect(encodeUrl('50%, %20 %2c %zz')).toBe('50%25,%20%20%20%252c%20%25zz')
})
