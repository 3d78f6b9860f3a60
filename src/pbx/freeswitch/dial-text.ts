// Text of other people inside a dial string. FreeSWITCH reads such a value three times (the command's words, the pairs, the
// two sides of a pair), and each time takes quotes and backslashes away; some things it reads even inside quotes. What comes
// from here is never structure.

import { PbxError } from '../pbx.ts'

/** What ends the one call and begins another wherever it stands in a dial string: `a:_:b` is dialled as a and b. */
const ANOTHER_CALL = /:_(?=:)/g
/** Expanded when the variable is used: `${system(…)}` would be run. */
const EXPANSION = /\$[$\\]*(?=\{)/g
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
const UNWANTED_IN_JSON = /[{}\p{Cc}\p{Zl}\p{Zp}]|(?<=:)_/gu
const STRINGS_OF_JSON = /"(?:[^"\\]|\\.)*"/g

/**
 * One line of at most `limit` characters that FreeSWITCH hands on as it is. What it would read as structure even when it is
 * escaped is replaced; JSON stays the same JSON.
 */
export function harmless(text: string, limit: number): string {
  const whole = text.toWellFormed().trim()
  // JSON can say every character in another way, and so loses nothing.
  if (isJson(whole)) {
    const said = whole.replace(STRINGS_OF_JSON, string => string.replace(UNWANTED_IN_JSON, asEscape))
    if (said.length > limit) throw new PbxError('a JSON text is too long for the switch')
    return said.replace(CONTROL, ' ')
  }
  const line = [...whole.replace(CONTROL, ' ')].slice(0, limit).join('').trim()
  return balanced(line.replace(EXPANSION, run => run.replaceAll('$', '')).replace(ANOTHER_CALL, ':-'))
}

/**
 * For the name of a caller. FreeSWITCH decodes `%0D%0A` in it, so that it could end the From header of the INVITE and begin
 * another, takes only what follows the last of `"/:<` for the name, and lets a backslash end its quotes.
 */
export function harmlessName(text: string, limit: number): string {
  const plain = text.replace(/["/:@<>\\]|%(?=[0-9A-Fa-f]{2})/g, one => IN_NAMES[one] ?? '-')
  return harmless(plain, limit)
}

const IN_NAMES: Readonly<Record<string, string>> = { '"': "'", '<': '(', '>': ')' }

/** As it stands behind `name=` in a block of variables, inside the quotes of the whole word. */
export function escaped(value: string): string {
  const inPair = value.replace(/[\\']/g, '\\$&')
  const inBlock = inPair.replace(/[\\',]/g, '\\$&')
  return inBlock.replace(/[\\']/g, '\\$&')
}

/** The block ends where its brace is closed, whatever quotes or escapes it: those without a partner become round. */
function balanced(text: string): string {
  let depth = 0
  for (const one of text) {
    if (one === '{') depth++
    if (one === '}' && --depth < 0) break
  }
  return depth === 0 ? text : text.replaceAll('{', '(').replaceAll('}', ')')
}

function asEscape(one: string): string {
  return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function isJson(text: string): boolean {
  if (!/^[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false // then it is a text like any other
  }
}
