// One status, posted to an address that a request named: as a form with Twilio's capitals, or as JSON. It uses node:http as the
// HTTP engine does: redirects are not followed, and a deadline holds for all of it.

import { type ClientRequest, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { TransferStatus } from '../call/news.ts'
import type { TransferOutcome } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'

/** A server that takes longer to note one line will not have it. */
const POST_LIMIT_MS = 5_000

export interface StatusReport {
  transferId: string | null
  sessionId: string | null
  callId: string | null
  to: string
  status: TransferStatus
  outcome: TransferOutcome | null
  /** '' for none. */
  cause: string
  wallMs: number
  /** From 0, one more with every status of the same subject: where one is missing, it was lost. */
  sequenceNumber: number
}

/** `failed`: no answer came, `code` says why. */
export type PostEnd = { is: 'taken' } | { is: 'refused'; status: number } | { is: 'failed'; code: string }

/** Never rejects. `signal` ends it early. */
export function postStatus(
  url: URL,
  format: 'form' | 'json',
  report: StatusReport,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<PostEnd> {
  const body = format === 'json' ? jsonOf(report) : formOf(report)
  return new Promise(resolve => {
    let end: PostEnd = { is: 'failed', code: 'closed' }
    let request: ClientRequest
    try {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest
      request = send(url, { method: 'POST', agent: false, signal, headers: headers(format, body) })
    } catch (error) {
      return resolve({ is: 'failed', code: codeOf(error) })
    }
    const limit = clock.after(POST_LIMIT_MS, () => {
      if (end.is === 'failed') end = { is: 'failed', code: 'timeout' }
      request.destroy()
    })
    request.once('response', response => {
      const { statusCode: status = 0 } = response
      end = status >= 200 && status < 300 ? { is: 'taken' } : { is: 'refused', status }
      response.on('error', () => {}) // the head says it all
      response.resume()
    })
    request.on('error', error => {
      if (end.is === 'failed' && end.code === 'closed') end = { is: 'failed', code: codeOf(error) }
    })
    request.once('close', () => {
      limit.cancel()
      resolve(end)
    })
    request.end(body)
  })
}

function headers(format: 'form' | 'json', body: string): Record<string, string | number> {
  return {
    'content-type': format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Parley',
  }
}

function jsonOf({ wallMs, ...report }: StatusReport): string {
  return JSON.stringify({ ...report, timestamp: new Date(wallMs).toISOString() })
}

/** What is not known is left out, as Twilio does; its dates are those of RFC 2822. */
function formOf(report: StatusReport): string {
  const fields = {
    TransferId: report.transferId,
    SessionId: report.sessionId,
    CallId: report.callId,
    To: report.to,
    Status: report.status,
    Outcome: report.outcome,
    Cause: report.cause,
    Timestamp: new Date(report.wallMs).toUTCString().replace('GMT', '+0000'),
    SequenceNumber: `${report.sequenceNumber}`,
  }
  const form = new URLSearchParams()
  for (const [field, value] of Object.entries(fields)) if (value) form.set(field, value)
  return form.toString()
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
