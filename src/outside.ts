// What the outside sees of the daemon: the API, its live events, and what is told to whoever wants to be called back.

import type { Calls, CallsParts } from './call/calls.ts'
import { CallsOut } from './call/calls-out.ts'
import { Newsroom } from './call/news.ts'
import type { Exchange } from './call/transfer/exchange.ts'
import { Sessions } from './call/transfer/sessions.ts'
import type { Configuration } from './config/configuration.ts'
import type { Clock, Timer } from './lib/clock.ts'
import type { Files } from './lib/files.ts'
import type { Ids } from './lib/ids.ts'
import type { Log } from './lib/log.ts'
import { messageOf } from './lib/message-of.ts'
import { Operations } from './operations.ts'
import { CallerProfiles } from './store/caller-profiles.ts'
import { WebServer } from './web/server.ts'
import type { StatusCallback } from './web/service.ts'
import { StatusCallbacks } from './web/status-callback.ts'
import { readOrMakeToken } from './web/token.ts'

interface Surroundings {
  clock: Clock
  files: Files
  ids: Ids
  log: Log
}

export function makeExchange(
  pbx: Exchange['pbx'],
  { transfer }: Pick<Configuration, 'transfer'>,
  { clock, ids, log }: Surroundings,
): Exchange {
  const news = new Newsroom(
    () => clock.wallMs(),
    error => log.error({ error }, 'somebody who watches the calls broke on a fault of ours'),
  )
  const callerProfiles = new CallerProfiles({
    clock,
    onChange: extension => news.tell({ type: 'callerProfileChanged', extension }),
  })
  return { pbx, settings: transfer, news, callerProfiles, ids }
}

export interface OutsideParts {
  configuration: Configuration
  surroundings: Surroundings
  calls: Calls
  exchange: Exchange
  prompts: CallsParts['prompts']
  listener: CallsParts['listener']
  unready(): string | null
}

/** Whoever has the port may give it up. */
const API_AGAIN_MS = 10_000

export class Outside {
  readonly #callbacks: StatusCallbacks
  readonly #callsOut: CallsOut
  readonly #sessions: Sessions
  readonly #exchange: Exchange
  #web: WebServer | undefined
  #again: Timer | undefined
  #isOver = false

  private constructor(parts: {
    callbacks: StatusCallbacks
    callsOut: CallsOut
    sessions: Sessions
    exchange: Exchange
  }) {
    this.#callbacks = parts.callbacks
    this.#callsOut = parts.callsOut
    this.#sessions = parts.sessions
    this.#exchange = parts.exchange
  }

  static async open(parts: OutsideParts): Promise<Outside> {
    const { configuration, surroundings, calls, exchange, prompts, listener } = parts
    const { clock, ids, log, files } = surroundings
    const { web: settings, state, profiles, destinations, callsOut: rules } = configuration
    const callbacks = new StatusCallbacks({ clock, log })
    const { statusCallback } = exchange.settings
    if (statusCallback) tellOfTransfers(exchange.news, callbacks, statusCallback)
    const callsOut = new CallsOut({
      rules,
      exchange,
      profiles,
      prompts,
      ids,
      clock,
      log,
      listener,
      admit: leg => calls.admit(leg),
    })
    const sessions = new Sessions({
      exchange,
      prompts,
      clock,
      log,
      agentListener: profile => (leg, post) => listener(leg, { ...profile, turns: 'live' }, post),
    })
    const operations = new Operations({
      ...surroundings,
      calls,
      callsOut,
      sessions,
      exchange,
      callbacks,
      destinations,
      profiles,
      unready: parts.unready,
    })
    const outside = new Outside({ callbacks, callsOut, sessions, exchange })
    const openApi = async (): Promise<WebServer> => {
      const token = settings.token ?? (await readOrMakeToken(state.dir, files))
      const web = new WebServer({ service: operations, token, clock, log })
      await web.listen(settings)
      return web
    }
    if (settings.enabled) await outside.#serve(openApi, surroundings)
    return outside
  }

  /** Calls are taken without it, too: that is what we are here for. */
  async #serve(
    openApi: () => Promise<WebServer>,
    { clock, log }: Pick<Surroundings, 'clock' | 'log'>,
  ): Promise<void> {
    try {
      this.#web = await openApi()
      if (this.#isOver) await this.#web.stop()
    } catch (error) {
      if (this.#isOver) return
      log.error({ error: messageOf(error) }, 'the API cannot be had, and is tried again')
      this.#again = clock.after(API_AGAIN_MS, () => void this.#serve(openApi, { clock, log }))
    }
  }

  get port(): number | undefined {
    return this.#web?.port
  }

  /** Nobody new is called, and nobody fetched for sessions. Resolves when who was called and has answered talks with us. */
  async stopCalling(): Promise<void> {
    this.#sessions.stop()
    await this.#callsOut.stop()
  }

  /** Those who talk go on talking. */
  async stop(): Promise<void> {
    this.#isOver = true
    this.#again?.cancel()
    await Promise.all([
      this.#callsOut.close(),
      this.#sessions.close(),
      this.#web?.stop(),
      this.#callbacks.stop(),
    ])
    this.#exchange.callerProfiles.close()
  }
}

/** Whoever begins to watch while a transfer's first news is told hears it, too. */
export function tellOfTransfers(news: Newsroom, callbacks: StatusCallbacks, callback: StatusCallback): void {
  news.listen(told => {
    if (told.type === 'transfer' && told.status === 'initiated') callbacks.watch(news, told.id, callback)
  })
}
