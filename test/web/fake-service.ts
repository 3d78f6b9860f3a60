// A service that notes what it was asked and answers what a test says; and the real server in front of it, on a real port.

import { request } from 'node:http'
import { Newsroom } from '../../src/call/news.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { type Log, silentLog } from '../../src/lib/log.ts'
import { CallerProfiles } from '../../src/store/caller-profiles.ts'
import { WebServer } from '../../src/web/server.ts'
import type { CallView, Refusal, Service, TransferView } from '../../src/web/service.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

export const TOKEN = 'a-token-that-is-not-guessed'

export const someTransfer: TransferView = {
  id: 't-1',
  to: 'sales',
  state: 'ringing',
  outcome: null,
  cause: '',
}

export const someCall: CallView = {
  id: 'c-1',
  profile: 'reception',
  direction: 'inbound',
  from: '+15550100',
  to: '1000',
  startedAtMs: 1_000,
  turn: 3,
  phase: 'listening',
  transfer: someTransfer,
}

export class FakeService implements Service {
  readonly news: Newsroom
  readonly callerProfiles: CallerProfiles
  /** What was asked, in order: the method's name and what it was given. */
  readonly asked: unknown[][] = []
  /** What everything is answered with, when set. */
  refusal: Refusal | null = null
  why: string | null = null
  fault: Error | null = null

  constructor(clock: Clock) {
    this.news = new Newsroom(
      () => clock.wallMs(),
      error => {
        throw error
      },
    )
    this.callerProfiles = new CallerProfiles({
      clock,
      onChange: extension => this.news.tell({ type: 'callerProfileChanged', extension }),
    })
  }

  unready() {
    return this.why
  }

  calls() {
    return this.#answer([someCall], 'calls')
  }

  call(id: string) {
    return id === someCall.id ? someCall : undefined
  }

  hangUp(callId: string) {
    return this.refusal ?? this.#answer({ is: 'done' as const }, 'hangUp', callId)
  }

  say(callId: string, text: string) {
    return this.refusal ?? this.#answer({ is: 'done' as const }, 'say', callId, text)
  }

  transfer(callId: string, to: string, announce: string | null) {
    const done = { is: 'done' as const, transfer: someTransfer }
    return this.refusal ?? this.#answer(done, 'transfer', callId, to, announce)
  }

  bringTogether(order: object) {
    const done = { is: 'done' as const, transfer: someTransfer }
    return this.refusal ?? this.#answer(done, 'bringTogether', order)
  }

  transferOf(id: string) {
    return id === someTransfer.id ? someTransfer : undefined
  }

  withdraw(transferId: string) {
    return this.refusal ?? this.#answer({ is: 'done' as const }, 'withdraw', transferId)
  }

  async callOut(order: object) {
    return this.refusal ?? this.#answer({ is: 'done' as const, callId: 'c-2' }, 'callOut', order)
  }

  async supervise(callId: string, order: object) {
    return this.refusal ?? this.#answer({ is: 'done' as const, id: 's-1' }, 'supervise', callId, order)
  }

  #answer<T>(answer: T, ...asked: unknown[]): T {
    if (this.fault) throw this.fault
    this.asked.push(asked)
    return answer
  }
}

export interface Desk {
  clock: ManualClock
  service: FakeService
  server: WebServer
  port: number
}

export async function openDesk({ host = '127.0.0.1', log = silentLog as Log } = {}): Promise<Desk> {
  const clock = new ManualClock()
  const service = new FakeService(clock)
  const server = new WebServer({ service, token: TOKEN, clock, log })
  await server.listen({ host, port: 0 })
  return { clock, service, server, port: server.port ?? 0 }
}

export interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  body: unknown
}

export interface Asking {
  /** null: no authorization at all. */
  token?: string | null
  headers?: Record<string, string>
  /** Sent as JSON unless it is text. */
  body?: unknown
}

export function ask(port: number, method: string, path: string, asking: Asking = {}): Promise<Reply> {
  const { token = TOKEN, headers = {}, body } = asking
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(payload !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(payload),
          }),
          ...headers,
        },
      },
      async response => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk)
        const text = Buffer.concat(chunks).toString('utf8')
        const isJson = response.headers['content-type']?.startsWith('application/json') && text !== ''
        const { statusCode: status = 0, headers: given } = response
        resolve({ status, headers: given, text, body: isJson ? JSON.parse(text) : undefined })
      },
    )
    sent.on('error', reject)
    sent.end(payload)
  })
}
