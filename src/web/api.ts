// The API, put together: who may ask, what can be asked where, and what everything else is answered with.

import { createHash, timingSafeEqual } from 'node:crypto'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type MiddlewareHandler } from 'hono'
import type { Log } from '../lib/log.ts'
import { callRoutes } from './call-routes.ts'
import type { LiveEvents } from './live-events.ts'
import { type Problem, problem, type Surface, serve, wrongMethod } from './problem.ts'
import { profileRoutes } from './profile-routes.ts'
import type { Service } from './service.ts'
import { transferRoutes } from './transfer-routes.ts'

export interface ApiParts {
  service: Service
  events: LiveEvents
  /** Whoever knows it may ask everything under /v1. */
  token: string
  /** Only this machine can ask: then only its own names may be asked for. */
  isLocal: boolean
  log: Log
}

const PROBLEMS = {
  foreignHost: {
    status: 421,
    code: 'foreign-host',
    message: 'This is only for this machine: ask for localhost, 127.0.0.1 or [::1].',
  },
  unauthorized: {
    status: 401,
    code: 'unauthorized',
    message: 'This needs the token of the API as a bearer token.',
  },
  tooManyClients: {
    status: 503,
    code: 'too-many-clients',
    message: 'Too many clients follow the events already.',
  },
  unknownPath: { status: 404, code: 'unknown-path', message: 'There is nothing at this path.' },
  fault: { status: 500, code: 'fault', message: 'This is a fault of Parley; its log says more.' },
} as const satisfies Record<string, Problem>

export function createApi({ service, events, token, isLocal, log }: ApiParts): Hono<Surface> {
  const app = new Hono<Surface>()
  app.use(plainAnswers)
  if (isLocal) app.use(onlyOurNames)
  healthRoutes(app, service)
  app.use('/v1/*', bearer(token))
  callRoutes(app, service)
  transferRoutes(app, service)
  profileRoutes(app, service)
  eventRoutes(app, events)
  app.notFound(asked => problem(asked, PROBLEMS.unknownPath))
  app.onError((error, asked) => {
    log.error({ error, method: asked.req.method }, 'a request met a fault of ours')
    return problem(asked, PROBLEMS.fault)
  })
  return app
}

/** What is answered is about callers: it is kept by nobody, and is nothing but what its type says. */
const plainAnswers: MiddlewareHandler<Surface> = (asked, next) => {
  asked.header('cache-control', 'no-store')
  asked.header('x-content-type-options', 'nosniff')
  return next()
}

/** A page whose name was made to point to this machine could ask in its visitor's browser: it asks for its own name. */
const onlyOurNames: MiddlewareHandler<Surface> = async (asked, next) => {
  const host = asked.env.incoming.headers.host ?? ''
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(host))
    return problem(asked, PROBLEMS.foreignHost)
  await next()
}

function bearer(token: string): MiddlewareHandler<Surface> {
  const expected = digest(token)
  return async (asked, next) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(asked.req.header('authorization') ?? '') ?? []
    // Digests are of one length: how long it takes tells nothing of the token.
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next()
    asked.header('www-authenticate', 'Bearer realm="parley"')
    return problem(asked, PROBLEMS.unauthorized)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function healthRoutes(app: Hono<Surface>, service: Service): void {
  serve(app, '/healthz', { GET: asked => asked.json({ status: 'alive' }) })
  serve(app, '/readyz', {
    GET(asked) {
      const why = service.unready()
      if (why === null) return asked.json({ status: 'ready' })
      return problem(asked, { status: 503, code: 'not-ready', message: why })
    },
  })
}

function eventRoutes(app: Hono<Surface>, events: LiveEvents): void {
  serve(app, '/v1/events', {
    GET(asked) {
      if (asked.req.method !== 'GET') return wrongMethod(asked, 'GET')
      if (events.isFull) return problem(asked, PROBLEMS.tooManyClients)
      events.attach(asked.env.outgoing, asked.req.header('last-event-id') ?? '')
      return RESPONSE_ALREADY_SENT
    },
  })
}
