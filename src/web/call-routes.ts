// The API of calls: who is there, saying something, bringing somebody, supervising, ending, and calling out.

import type { Hono } from 'hono'
import { z } from 'zod'
import { readBody, readNothing } from './body.ts'
import { callbackFormat, isId, json, name, phoneNumber, spoken, webAddress } from './fields.ts'
import { type Asked, problem, refusal, type Surface, serve, unknownCall } from './problem.ts'
import type { Service } from './service.ts'

/** It travels to the switch and back as one variable of the channel. */
const MAX_CONTEXT = 8_192

const callOutSchema = z.strictObject({
  to: name,
  from: phoneNumber.nullable().default(null),
  profile: name,
  context: json(MAX_CONTEXT).default(null),
  statusCallback: webAddress.nullable().default(null),
  statusCallbackFormat: callbackFormat,
})

const saySchema = z.strictObject({ text: spoken })
const transferSchema = z.strictObject({ to: name, announce: spoken.nullable().default(null) })
const superviseSchema = z.strictObject({
  extension: name,
  mode: z.enum(['listen', 'whisper', 'barge', 'take-over']),
})

export function callRoutes(app: Hono<Surface>, service: Service): void {
  serve(app, '/v1/calls', {
    GET: asked => asked.json({ calls: service.calls() }),
    POST: asked => callOut(asked, service),
  })
  serve(app, '/v1/calls/:id', {
    GET(asked) {
      const call = service.call(idOf(asked))
      return call ? asked.json(call) : problem(asked, unknownCall)
    },
  })
  serve(app, '/v1/calls/:id/say', { POST: asked => say(asked, service) })
  serve(app, '/v1/calls/:id/transfer', { POST: asked => transfer(asked, service) })
  serve(app, '/v1/calls/:id/supervise', { POST: asked => supervise(asked, service) })
  serve(app, '/v1/calls/:id/hangup', { POST: asked => hangUp(asked, service) })
}

async function callOut(asked: Asked, service: Service): Promise<Response> {
  const read = await readBody(asked, callOutSchema)
  if (read.is === 'refused') return read.response
  const { statusCallback: url, statusCallbackFormat: format, ...order } = read.body
  const answer = await service.callOut({ ...order, statusCallback: url === null ? null : { url, format } })
  return answer.is === 'done' ? asked.json({ callId: answer.callId }, 202) : refusal(asked, answer)
}

async function say(asked: Asked, service: Service): Promise<Response> {
  const read = await readBody(asked, saySchema)
  if (read.is === 'refused') return read.response
  const answer = service.say(idOf(asked), read.body.text)
  return answer.is === 'done' ? asked.json({}, 202) : refusal(asked, answer)
}

async function transfer(asked: Asked, service: Service): Promise<Response> {
  const read = await readBody(asked, transferSchema)
  if (read.is === 'refused') return read.response
  const answer = service.transfer(idOf(asked), read.body.to, read.body.announce)
  return answer.is === 'done' ? asked.json(answer.transfer, 202) : refusal(asked, answer)
}

async function supervise(asked: Asked, service: Service): Promise<Response> {
  const read = await readBody(asked, superviseSchema)
  if (read.is === 'refused') return read.response
  const answer = await service.supervise(idOf(asked), read.body)
  return answer.is === 'done' ? asked.json({ id: answer.id }, 202) : refusal(asked, answer)
}

async function hangUp(asked: Asked, service: Service): Promise<Response> {
  const read = await readNothing(asked)
  if (read.is === 'refused') return read.response
  const answer = service.hangUp(idOf(asked))
  return answer.is === 'done' ? asked.json({}, 202) : refusal(asked, answer)
}

/** '' for what can be nobody's: the service then knows no such call. */
function idOf(asked: Asked): string {
  const id = asked.req.param('id') ?? ''
  return isId(id) ? id : ''
}
