// The bodies of requests: bytes from outside in, checked values or one sentence out. The sentence names the field, never
// what was in it.

import { z } from 'zod'
import { type Asked, type Problem, problem } from './problem.ts'

/** The longest thing we take is what an engine knows of a caller, and that is state, not storage. */
export const MAX_BODY_BYTES = 65_536
/** A stranger's field name is repeated no further than this. */
const MAX_FIELD_NAME = 40

export type Format = 'json' | 'form'

export type Read<T> = { is: 'read'; body: T } | { is: 'refused'; response: Response }

type Parsed = { is: 'parsed'; value: unknown } | None
interface None {
  is: 'none'
  problem: Problem
}

/** Reads and checks a body in one of these formats. A field that is left blank in a form counts as left out. */
export async function readBody<T extends z.ZodType>(
  asked: Asked,
  schema: T,
  formats: readonly Format[] = ['json'],
): Promise<Read<z.output<T>>> {
  const text = await textOf(asked)
  return check(asked, schema, text.is === 'text' ? parse(asked, text.text, formats) : text)
}

/** For what needs no body: none at all, or an empty object. */
export async function readNothing(asked: Asked): Promise<Read<object>> {
  const text = await textOf(asked)
  if (text.is === 'text' && text.text === '') return { is: 'read', body: {} }
  return check(asked, z.strictObject({}), text.is === 'text' ? parse(asked, text.text, ['json']) : text)
}

function check<T extends z.ZodType>(asked: Asked, schema: T, parsed: Parsed): Read<z.output<T>> {
  if (parsed.is === 'none') return { is: 'refused', response: problem(asked, parsed.problem) }
  const checked = schema.safeParse(parsed.value)
  if (checked.success) return { is: 'read', body: checked.data }
  const [issue] = checked.error.issues
  const message = issue ? sentenceOf(issue, parsed.value) : 'The body is not valid.'
  return { is: 'refused', response: problem(asked, { status: 422, code: 'invalid-body', message }) }
}

async function textOf(asked: Asked): Promise<{ is: 'text'; text: string } | None> {
  const tooLarge = none(413, 'body-too-large', `A body may have no more than ${MAX_BODY_BYTES} bytes.`)
  if (Number(asked.req.header('content-length') ?? 0) > MAX_BODY_BYTES) return tooLarge
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = asked.req.raw.body?.getReader()
  let bytes = 0
  let text = ''
  try {
    for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
      bytes += piece.value.byteLength
      if (bytes > MAX_BODY_BYTES) return tooLarge
      text += decoder.decode(piece.value, { stream: true })
    }
    return { is: 'text', text: text + decoder.decode() }
  } catch {
    // Whoever asked is gone, or has sent something else than text.
    return none(400, 'malformed-body', 'The body is incomplete or no UTF-8.')
  }
}

function parse(asked: Asked, text: string, formats: readonly Format[]): Parsed {
  const [type = ''] = (asked.req.header('content-type') ?? '').split(';', 1)
  const format = formatOf(type.trim().toLowerCase())
  if (!format || !formats.includes(format)) {
    const wanted = formats.map(one => TYPES[one]).join(' or ')
    return none(415, 'wrong-content-type', `The body must be ${wanted}.`)
  }
  return format === 'form' ? parseForm(text) : parseJson(text)
}

const TYPES: Record<Format, string> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
}

function formatOf(type: string): Format | undefined {
  if (type === TYPES.json) return 'json'
  return type === TYPES.form ? 'form' : undefined
}

function parseJson(text: string): Parsed {
  try {
    return { is: 'parsed', value: JSON.parse(text) }
  } catch {
    return none(400, 'malformed-body', 'The body is no JSON.') // the error would repeat what was in it
  }
}

function parseForm(text: string): Parsed {
  const fields = [...new URLSearchParams(text)].filter(([, value]) => value !== '')
  const names = new Set<string>()
  for (const [field] of fields) {
    if (names.has(field))
      return none(400, 'malformed-body', `The field ${shown(field)} is there more than once.`)
    names.add(field)
  }
  return { is: 'parsed', value: Object.fromEntries(fields) }
}

function none(status: 400 | 413 | 415, code: string, message: string): None {
  return { is: 'none', problem: { status, code, message } }
}

function sentenceOf(issue: z.core.$ZodIssue, body: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const within = issue.path.length > 0 ? ` in ${shown(issue.path.join('.'))}` : ''
    return `There is no field ${shown(String(issue.keys[0]))}${within}.`
  }
  if (issue.path.length === 0) return 'The body must be an object with fields.'
  const field = `The field ${shown(issue.path.join('.'))}`
  switch (issue.code) {
    case 'invalid_type':
      return isMissing(issue.path, body) ? `${field} is missing.` : `${field} must be ${issue.expected}.`
    case 'too_big':
      return `${field} is too ${issue.origin === 'string' ? 'long' : 'large'}.`
    case 'too_small':
      return `${field} is ${issue.origin === 'string' ? 'empty' : 'too small'}.`
    case 'invalid_value':
      return `${field} must be one of ${issue.values.join(', ')}.`
    default:
      return `${field} is not valid.`
  }
}

function isMissing(path: readonly PropertyKey[], body: unknown): boolean {
  let value = body
  for (const key of path) value = Object(value)[key]
  return value === undefined
}

function shown(field: string): string {
  return JSON.stringify(field.slice(0, MAX_FIELD_NAME))
}
