// How the API says no: always `{error: {code, message, state?}}`, a code for programs and one sentence for people.

import type { HttpBindings } from '@hono/node-server'
import type { Context, Handler, Hono } from 'hono'
import type { Refusal } from './service.ts'

/** What every handler has: Node's own request and response, behind those of the framework. */
export interface Surface {
  Bindings: HttpBindings
}

export type Asked = Context<Surface>

export interface Problem {
  status: 400 | 401 | 404 | 405 | 408 | 409 | 413 | 415 | 421 | 422 | 429 | 431 | 500 | 503
  code: string
  message: string
  state?: object
}

export function problem(asked: Asked, { status, ...error }: Problem): Response {
  return asked.json({ error }, status)
}

export function refusal(asked: Asked, { status, code, message, state }: Refusal): Response {
  return problem(asked, { status, code, message, ...(state && { state }) })
}

export const unknownCall: Problem = {
  status: 404,
  code: 'unknown-call',
  message: 'There is no call with this id.',
}

export const unknownTransfer: Problem = {
  status: 404,
  code: 'unknown-transfer',
  message: 'There is no transfer with this id.',
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Registers all that a path can do: every other method is refused. HEAD comes with GET. */
export function serve(
  app: Hono<Surface>,
  path: string,
  handlers: Partial<Record<Method, Handler<Surface>>>,
): void {
  const methods = Object.entries(handlers)
  for (const [method, handler] of methods) app.on(method, path, handler)
  const allowed = methods.flatMap(([method]) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  app.all(path, asked => wrongMethod(asked, allowed))
}

export function wrongMethod(asked: Asked, allowed: string): Response {
  asked.header('allow', allowed)
  return problem(asked, {
    status: 405,
    code: 'wrong-method',
    message: `This path can only be asked with ${allowed}.`,
  })
}
