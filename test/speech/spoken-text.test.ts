import { expect, test } from 'vitest'
import { spokenText } from '../../src/speech/spoken-text.ts'

test.each([
  ['This is **really** *very* `nice`.', 'This is really very nice.'],
  ['**Sure.', 'Sure.'],
  ['- first - second', 'first second'],
  ['# Title', 'Title'],
  ['See [our page](https://example.com/x) now.', 'See our page now.'],
  ['a\u0000b\u0007\u202ec', 'a b c'],
  ['2 * 3 = 6', '2 3 = 6'],
  ['my_file_name', 'my_file_name'],
  ['  much   space ', 'much space'],
  ['…', ''],
  ['** "', ''],
  ['e\u0301', 'é'],
  ['क्‍ष', 'क्‍ष'],
])('%j is spoken as %j', (text, spoken) => {
  expect(spokenText(text)).toBe(spoken)
})
