// What fields of requests may look like. Whether a destination or number may be called is for the service to say.

import { z } from 'zod'
import { isShallow } from '../lib/nesting.ts'

/** Generous for any name or address of a destination. */
const MAX_NAME = 128
const MAX_SENTENCE = 512
/** What nobody listens to in one go; also the limit of what an engine may say. */
const MAX_SPOKEN = 4_000
const MAX_URL = 2_048
/** Deeper than anybody writes, and far from the end of any stack. */
const MAX_DEPTH = 32

const ID = /^[A-Za-z0-9_-]{1,64}$/
const EXTENSION = /^[A-Za-z0-9_.@+-]{1,64}$/
/** One line without control characters and halves of characters. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u
/** As above, with the white space of a text. */
const SPOKEN = /^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u

/** Whether it can be the id of anything of ours, a session's too. */
export const isId = (text: string): boolean => ID.test(text)
export const isExtension = (text: string): boolean => EXTENSION.test(text)

export const sessionId = z.string().regex(ID)
export const label = z.string().max(MAX_NAME).regex(PRINTABLE)
/** A label that is not empty. */
export const name = label.min(1)
export const sentence = z.string().max(MAX_SENTENCE).regex(PRINTABLE)
export const spoken = z.string().min(1).max(MAX_SPOKEN).regex(SPOKEN).regex(/\S/)
/** Digits and keys, with a plus before them or not. */
export const phoneNumber = z.string().regex(/^\+?[0-9*#]{1,32}$/)
export const webAddress = z.string().max(MAX_URL).refine(isWebAddress)
export const callbackFormat = z.enum(['form', 'json']).default('form')

/** Any JSON of at most so many characters when written down. */
export function json(maxCharacters: number) {
  return z
    .unknown()
    .refine(value => isShallow(value, MAX_DEPTH), { abort: true })
    .refine(value => JSON.stringify(value ?? null).length <= maxCharacters)
}

function isWebAddress(text: string): boolean {
  const protocol = URL.parse(text)?.protocol
  return protocol === 'http:' || protocol === 'https:'
}
