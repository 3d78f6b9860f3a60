// What is posted: one JSON object per event, protocol version 1.

import { unreachable } from '../../lib/unreachable.ts'
import type { EngineCall, Heard, HistoryEntry, Input, Report } from '../engine.ts'

/** The protocol's version; a server may refuse others. */
const VERSION = 1

/**
 * The body of the request that tells of `event`. `speculative`: it may not have happened. The server answers as if it had, and
 * does nothing that could be noticed; when it did happen nothing more is said of it but the next request, with the session of
 * the answer.
 */
export function requestBody(
  call: EngineCall,
  event: Input | Report,
  turn: number,
  session: object,
  speculative?: 'speculative',
): string {
  const { startedAtMs, ...facts } = call
  const base = {
    version: VERSION,
    type: typeOf(event),
    call: { ...facts, startedAt: new Date(startedAtMs).toISOString() },
    turn,
    session,
    ...(speculative && { speculative: true }),
  }
  return JSON.stringify({ ...base, ...detail(event) })
}

function typeOf(event: Input | Report): string {
  switch (event.type) {
    case 'speech':
    case 'digits':
      return 'input'
    case 'interrupted':
      return 'interrupt'
    case 'ended':
      return 'end'
    case 'start':
    case 'silence':
    case 'transfer':
    case 'resume':
    case 'talked':
      return event.type
    default:
      return unreachable(event)
  }
}

function detail(event: Input | Report): object {
  switch (event.type) {
    case 'start':
      return {}
    case 'speech': {
      const { text, confidence, language, durationMs } = event
      return { input: { text, confidence, language, durationMs }, ...heardField(event.heard) }
    }
    case 'digits':
      return { input: { digits: event.digits }, ...heardField(event.heard) }
    case 'silence':
      return { silence: { count: event.count, ms: event.ms } }
    case 'transfer':
      return { transfer: { to: event.to, outcome: event.outcome, cause: event.cause } }
    case 'resume':
      return {
        history: event.history.map(historyEntry),
        ...(event.transfer && { transfer: event.transfer }),
      }
    case 'talked': {
      const { to, durationMs, transcript } = event
      return { talk: { to, durationMs, transcript: transcript.map(historyEntry) } }
    }
    case 'interrupted':
      return heardField(event.heard)
    case 'ended':
      return { ending: { by: event.by, reason: event.reason, durationMs: event.durationMs } }
    default:
      return unreachable(event)
  }
}

function heardField(heard: Heard | null): object {
  return heard ? { heard: { text: heard.text, ms: heard.ms, complete: heard.complete } } : {}
}

function historyEntry({ who, text, atMs }: HistoryEntry): object {
  return { who, text, at: new Date(atMs).toISOString() }
}
