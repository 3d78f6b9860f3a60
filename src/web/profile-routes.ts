// The API of caller profiles: what an agent's screen shows of the caller, before the call is taken.

import type { Hono } from 'hono'
import { z } from 'zod'
import { readBody } from './body.ts'
import { isExtension, json, label, sentence } from './fields.ts'
import { type Asked, type Problem, problem, type Surface, serve } from './problem.ts'
import type { Service } from './service.ts'

/** Some pages of what is known of a caller; ten thousand of them still fit into memory. */
const MAX_DATA = 16_384
/** A talk and what is written down after it. */
const DEFAULT_TTL_SECONDS = 3_600
const MAX_TTL_SECONDS = 86_400

const profileSchema = z.strictObject({
  caller: z.strictObject({
    number: label.default(''),
    name: label.default(''),
  }),
  reason: sentence.default(''),
  destination: label.default(''),
  data: json(MAX_DATA).default(null),
  ttlSeconds: z.int().min(1).max(MAX_TTL_SECONDS).default(DEFAULT_TTL_SECONDS),
})

const unknownProfile: Problem = {
  status: 404,
  code: 'unknown-profile',
  message: 'There is no caller profile for this extension.',
}

const invalidExtension: Problem = {
  status: 422,
  code: 'invalid-extension',
  message: 'An extension is 1 to 64 letters, digits and the characters _ . @ + -.',
}

export function profileRoutes(app: Hono<Surface>, service: Service): void {
  const { callerProfiles } = service
  serve(app, '/v1/profiles/:extension', {
    GET(asked) {
      const profile = callerProfiles.get(extensionOf(asked))
      return profile ? asked.json(profile) : problem(asked, unknownProfile)
    },
    PUT: asked => put(asked, service),
    DELETE(asked) {
      return callerProfiles.remove(extensionOf(asked))
        ? asked.body(null, 204)
        : problem(asked, unknownProfile)
    },
  })
}

async function put(asked: Asked, { callerProfiles }: Service): Promise<Response> {
  const extension = extensionOf(asked)
  if (!isExtension(extension)) return problem(asked, invalidExtension)
  const read = await readBody(asked, profileSchema)
  if (read.is === 'refused') return read.response
  const { ttlSeconds, ...profile } = read.body
  const whole = { ...profile, extension, callId: null, transcript: [] }
  return asked.json(callerProfiles.put(whole, ttlSeconds * 1_000))
}

function extensionOf(asked: Asked): string {
  return asked.req.param('extension') ?? ''
}
