// An engine against a scripted server, with time standing still; all of it gone when the test is over.

import { onTestFinished } from 'vitest'
import type { Directive, EngineLink, Input } from '../../../src/engine/engine.ts'
import { createHttpEngine, type HttpEngineOptions } from '../../../src/engine/http/http-engine.ts'
import type { Log } from '../../../src/lib/log.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { collect, someCall, unlinked } from '../conversing.ts'
import { type Handler, ScriptedServer } from './scripted-server.ts'

export interface Line {
  fields: object
  message: string
}

function collectingLog(lines: Line[]): Log {
  const log: Log = {
    debug: (fields, message) => lines.push({ fields, message }),
    info: (fields, message) => lines.push({ fields, message }),
    warn: (fields, message) => lines.push({ fields, message }),
    error: (fields, message) => lines.push({ fields, message }),
    child: () => log,
  }
  return log
}

export function engineAt(url: string, options: Partial<HttpEngineOptions> = {}, link: EngineLink = unlinked) {
  const clock = new ManualClock()
  const lines: Line[] = []
  const engine = createHttpEngine({ name: 'shop', url, clock, log: collectingLog(lines), ...options })
  const conversation = engine.open(someCall, link)
  const ask = (input: Input, turn = 0, signal: AbortSignal = AbortSignal.any([])) =>
    conversation.ask(input, turn, signal)
  const directives = (input: Input = { type: 'start' }, turn = 0): Promise<Directive[]> =>
    collect(ask(input, turn))
  return { engine, conversation, clock, lines, ask, directives }
}

/** An engine and the server it talks to. */
export async function talking(
  handler: Handler,
  options: Partial<HttpEngineOptions> = {},
  link: EngineLink = unlinked,
) {
  const server = await ScriptedServer.listening(handler)
  onTestFinished(() => server.close())
  return { server, ...engineAt(server.url, options, link) }
}
