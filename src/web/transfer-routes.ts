// The API of transfers: bringing an agent and a user together, what becomes of it, and taking it back.

import type { Hono } from 'hono'
import { z } from 'zod'
import { readBody } from './body.ts'
import { callbackFormat, isId, name, phoneNumber, sessionId, webAddress } from './fields.ts'
import { type Asked, problem, refusal, type Surface, serve, unknownTransfer } from './problem.ts'
import type { Service } from './service.ts'

const bothLegsSchema = z.strictObject({
  extension: name,
  userNumber: phoneNumber,
  sessionId,
  profile: name.nullable().default(null),
  statusCallback: webAddress.nullable().default(null),
  statusCallbackFormat: callbackFormat,
})

export function transferRoutes(app: Hono<Surface>, service: Service): void {
  serve(app, '/v1/transfers', { POST: asked => bringTogether(asked, service) })
  serve(app, '/v1/transfers/:id', {
    GET(asked) {
      const transfer = service.transferOf(idOf(asked))
      return transfer ? asked.json(transfer) : problem(asked, unknownTransfer)
    },
    DELETE(asked) {
      const answer = service.withdraw(idOf(asked))
      return answer.is === 'done' ? asked.json({}, 202) : refusal(asked, answer)
    },
  })
}

async function bringTogether(asked: Asked, service: Service): Promise<Response> {
  const read = await readBody(asked, bothLegsSchema, ['json', 'form'])
  if (read.is === 'refused') return read.response
  const { statusCallback: url, statusCallbackFormat: format, ...order } = read.body
  const answer = service.bringTogether({ ...order, statusCallback: url === null ? null : { url, format } })
  return answer.is === 'done' ? asked.json(answer.transfer, 202) : refusal(asked, answer)
}

function idOf(asked: Asked): string {
  const id = asked.req.param('id') ?? ''
  return isId(id) ? id : ''
}
