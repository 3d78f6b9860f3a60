// What a server may ask for, read from untrusted JSON. Unknown fields are ignored, unknown actions are not.

import { z } from 'zod'
import { unreachable } from '../../lib/unreachable.ts'
import { type Directive, openExpectation } from '../engine.ts'
import { isSoundFile } from '../sound-file.ts'

/** Nobody listens to more in one go; it is also what the protocol promises. */
const MAX_SAY = 4_000
/** A session goes back and forth with every request: state, not storage. */
const MAX_SESSION = 65_536
/** No state is deeper; what is nested beyond any stack could not be written down or sent back. */
const MAX_SESSION_DEPTH = 100
/** Limits of plain fields: generous for any name, number or reason. */
const MAX_SHORT = 256
const MAX_HINTS = 500

const short = z.string().min(1).max(MAX_SHORT)
const interruptible = z.boolean().default(true)
const file = short.refine(isSoundFile, 'a file name must be relative and must not lead upwards')
const waitMs = z.number().min(0).max(600_000)
const bounded = z
  .record(z.string(), z.unknown())
  .refine(value => isShallow(value), { message: 'it is nested too deep', abort: true })
  .refine(value => JSON.stringify(value).length <= MAX_SESSION, 'it is too large')
const session = bounded
const keys = z.string().regex(/^[0-9*#A-D]$/)

const actionSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('say'),
    text: z.string().max(MAX_SAY),
    language: short.optional(),
    voice: short.optional(),
    interruptible,
  }),
  z.object({ type: z.literal('play'), file, interruptible }),
  z.object({
    type: z.literal('listen'),
    expect: z.enum(['open', 'digits', 'yes-no', 'number', 'name', 'none']).default('open'),
    hints: z.array(short).max(MAX_HINTS).default([]),
    numDigits: z.int().min(1).max(MAX_SHORT).optional(),
    finishOnKey: z.union([keys, z.literal('')]).optional(),
    timeoutMs: waitMs.optional(),
    endOfTurnMs: waitMs.optional(),
    confidential: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('transfer'),
    to: short,
    announce: z.string().max(MAX_SAY).optional(),
    brief: z.string().max(MAX_SAY).optional(),
    data: bounded.optional(),
  }),
  z.object({ type: z.literal('summary'), text: z.string().max(MAX_SAY) }),
  z.object({ type: z.literal('digits'), digits: z.string().regex(/^[0-9*#A-DwW]{1,100}$/) }),
  z.object({ type: z.literal('language'), language: short, voice: short.optional() }),
  z.object({ type: z.literal('session'), session }),
  z.object({ type: z.literal('end'), reason: z.string().max(MAX_SHORT).default('done') }),
])

export type Action = Directive | { type: 'session'; session: object }

/** An action that is none, said without any of its content. */
export class ActionInvalid extends Error {
  override name = 'ActionInvalid'
}

function isShallow(value: unknown, levels = MAX_SESSION_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every(inner => isShallow(inner, levels - 1))
}

/** How many characters of it are to be spoken. */
export function textLength(action: Action): number {
  if (action.type === 'say') return action.text.length
  return action.type === 'transfer' ? (action.announce?.length ?? 0) : 0
}

/** Reads one action. Throws ActionInvalid. */
export function readAction(value: unknown): Action {
  const read = actionSchema.safeParse(value)
  if (!read.success) {
    const [issue] = read.error.issues
    throw new ActionInvalid(`an action is invalid at "${issue?.path.join('.') ?? ''}": ${issue?.code ?? ''}`)
  }
  const action = read.data
  switch (action.type) {
    case 'say': {
      const { type, text, language, voice, interruptible } = action
      return { type, text, interruptible, language: language ?? null, voice: voice ?? null }
    }
    case 'play':
      return action
    case 'listen':
      return {
        type: 'listen',
        expectation: {
          ...openExpectation,
          expect: action.expect,
          hints: action.hints,
          numDigits: action.numDigits ?? null,
          finishOnKey: action.finishOnKey || null,
          timeoutMs: action.timeoutMs ?? null,
          endOfTurnMs: action.endOfTurnMs ?? null,
          confidential: action.confidential,
        },
      }
    case 'transfer':
      return {
        type: 'transfer',
        to: action.to,
        announce: action.announce ?? null,
        ...(action.brief !== undefined && { brief: action.brief }),
        ...(action.data !== undefined && { data: action.data }),
      }
    case 'digits':
    case 'summary':
      return action
    case 'language':
      return { type: 'language', language: action.language, voice: action.voice ?? null }
    case 'session':
    case 'end':
      return action
    default:
      return unreachable(action)
  }
}
