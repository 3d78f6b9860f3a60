// A flow as its author writes it: the shape of the JSON5 document, and its faults put into sentences.

import { z } from 'zod'
import { isSoundFile } from '../sound-file.ts'

/** Longer texts are no prompt that anybody listens to; the same limit holds for every engine's `say`. */
const MAX_TEXT = 4_000
/** Far beyond any real desk; they keep a wrong file from costing time on every utterance. */
const MAX_LIST = 200
const MAX_STATES = 500
const MAX_DIGITS = 30

const stateName = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,63}$/, 'must be a name: a letter, then letters, digits, "_" or "-"')
const slotName = z
  .string()
  .regex(/^[A-Za-z]\w{0,63}$/, 'must be a name: a letter, then letters, digits or "_"')
const text = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(MAX_TEXT, `must have at most ${MAX_TEXT} characters`)
const soundFile = z
  .string()
  .max(255)
  .refine(isSoundFile, 'must be a file name relative to the sounds folder, without ".."')
const keys = z
  .string()
  .regex(new RegExp(`^[0-9*#]{1,${MAX_DIGITS}}$`), `must be 1 to ${MAX_DIGITS} keys of 0 to 9, * and #`)

const spoken = z.preprocess(
  value => (Array.isArray(value) ? value : [value]),
  z
    .array(z.union([text, z.strictObject({ play: soundFile })], 'must be a text or { play: "a file" }'))
    .min(1, 'must not be empty')
    .max(MAX_LIST),
)
const phrases = z.array(text).min(1, 'must not be empty').max(MAX_LIST)
const waitMs = z.int().min(100).max(120_000)

const option = z.strictObject({
  phrases: phrases.optional(),
  digits: keys.optional(),
  goto: stateName,
  /** Only leads on when nothing else that was said does: the "yes" of "yes, the opening hours". */
  weak: z.boolean().optional(),
})
const globalOption = z.strictObject({
  phrases: phrases.optional(),
  digits: keys.optional(),
  goto: stateName.optional(),
  repeat: z.literal(true, 'must be true or absent').optional(),
})
const retry = z.strictObject({
  say: spoken.optional(),
  times: z.int().min(0).max(10).default(2),
  goto: stateName,
})
const count = z.int().min(1).max(MAX_DIGITS)
const slot = z.strictObject({
  name: slotName,
  digits: z
    .union([count, z.strictObject({ from: count, to: count })], 'must be a count or { from, to }')
    .optional(),
  pattern: z
    .string()
    .regex(/^[\x21-\x7e]{1,40}$/, 'must be 1 to 40 characters without spaces')
    .optional(),
  text: z.literal(true, 'must be true or absent').optional(),
  goto: stateName,
})
const listen = z.strictObject({
  expect: z.enum(['open', 'digits', 'yes-no', 'number', 'name', 'none']).optional(),
  hints: z.array(text).max(MAX_LIST).optional(),
  numDigits: count.optional(),
  finishOnKey: z
    .string()
    .regex(/^[0-9*#]$/, 'must be one key')
    .optional(),
  timeoutMs: waitMs.optional(),
  endOfTurnMs: waitMs.optional(),
  /** What is keyed here is neither recorded nor written down, and nothing that is said is heard. */
  confidential: z.boolean().optional(),
})

export const stateDocument = z.strictObject({
  say: spoken.optional(),
  interruptible: z.boolean().optional(),
  ask: spoken.optional(),
  listen: listen.optional(),
  on: z.array(option).min(1, 'must not be empty').max(MAX_LIST).optional(),
  slot: slot.optional(),
  otherwise: retry.optional(),
  silence: retry.optional(),
  goto: stateName.optional(),
  transfer: text.max(100).optional(),
  brief: text.max(1_000).optional(),
  transferFailed: stateName.optional(),
  transferWithdrawn: stateName.optional(),
  transferDone: stateName.optional(),
  end: text.max(100).optional(),
})

export const flowDocument = z.strictObject({
  language: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as "en-GB"'),
  voice: text.max(100).optional(),
  start: stateName,
  synonyms: z.record(text, phrases).default({}),
  numberWords: z.record(text, z.string().regex(/^\d{1,3}$/, 'must be 1 to 3 digits')).optional(),
  global: z.array(globalOption).max(MAX_LIST).default([]),
  otherwise: retry.optional(),
  silence: retry.optional(),
  transferFailed: stateName.optional(),
  resume: spoken.optional(),
  /** Each is read on its own, so that a fault in one does not hide those of the others. */
  states: z.record(stateName, z.unknown()).refine(states => {
    const { length } = Object.keys(states)
    return length > 0 && length <= MAX_STATES
  }, `must have 1 to ${MAX_STATES} states`),
})

export type SpokenDocument = z.infer<typeof spoken>
export type OptionDocument = z.infer<typeof option>
export type GlobalDocument = z.infer<typeof globalOption>
export type RetryDocument = z.infer<typeof retry>
export type SlotDocument = z.infer<typeof slot>
export type StateDocument = z.infer<typeof stateDocument>

/** A whole, well-formed document; what its names refer to is another question. */
export interface FlowDocument extends Omit<z.infer<typeof flowDocument>, 'states'> {
  states: ReadonlyMap<string, StateDocument>
}

/** Longer than any name may be: enough of a wrong one. */
const SHOWN_OF_NAME = 80

export function shortName(name: string): string {
  return name.length > SHOWN_OF_NAME ? `${name.slice(0, SHOWN_OF_NAME)}…` : name
}

/** One sentence per issue, each beginning with the path of what is wrong. */
export function sentences(error: z.ZodError, path: readonly string[]): string[] {
  return error.issues.flatMap(issue => {
    const at = [...path, ...issue.path.map(String)].map(shortName).join('.') || 'the flow'
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(key => `${at}: "${shortName(key)}" is not known here.`)
    return [`${at}: ${sentence(issue)}.`]
  })
}

function sentence(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined && issue.message.endsWith('undefined')) return 'is missing'
      return `must be ${withArticle(issue.expected)}`
    case 'invalid_value':
      return issue.message.startsWith('Invalid')
        ? `must be one of ${issue.values.map(String).join(', ')}`
        : issue.message
    case 'too_big':
      return issue.message.startsWith('Too') ? `must be at most ${issue.maximum}` : issue.message
    case 'too_small':
      return issue.message.startsWith('Too') ? `must be at least ${issue.minimum}` : issue.message
    case 'invalid_key':
      return `is no name: ${issue.issues.map(inner => inner.message).join(', ')}`
    default:
      return issue.message
  }
}

const articles: Readonly<Record<string, string>> = {
  array: 'a list',
  int: 'a whole number',
  object: 'an object',
  record: 'an object',
  string: 'a text',
  boolean: 'true or false',
}

function withArticle(expected: string): string {
  return articles[expected] ?? `a ${expected}`
}
