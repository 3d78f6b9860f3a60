// The composition root: which adapters this process is made of. It alone knows Google, FreeSWITCH and the rest by name.

import { Followers } from './audio/follower.ts'
import { VoiceDetectors } from './audio/voice-detector.ts'
import { Adoptions } from './call/adoptions.ts'
import { Calls, type CallsParts } from './call/calls.ts'
import { ClassicListener } from './call/classic-listener.ts'
import { Listener } from './call/listener.ts'
import type { Profile } from './call/profile.ts'
import type { Configuration, EngineConfiguration } from './config/configuration.ts'
import { ConfigurationInvalid, type Fault } from './config/faults.ts'
import type { RecognizerConfiguration, SynthesizerConfiguration } from './config/speech.ts'
import type { Engine } from './engine/engine.ts'
import { FlowInvalid } from './engine/flow/flow.ts'
import { createFlowEngine } from './engine/flow/flow-engine.ts'
import { createHttpEngine } from './engine/http/http-engine.ts'
import { type Clock, sleep, type Timer } from './lib/clock.ts'
import type { Files } from './lib/files.ts'
import type { Ids } from './lib/ids.ts'
import type { Log } from './lib/log.ts'
import { messageOf } from './lib/message-of.ts'
import { Load } from './load.ts'
import { makeExchange, Outside } from './outside.ts'
import { FreeSwitch } from './pbx/freeswitch/freeswitch.ts'
import type { PbxCounts } from './pbx/pbx.ts'
import {
  prepareFolders,
  removeStaleRecordings,
  requestsForPhrases,
  STALE_RECORDINGS_AGAIN_MS,
  StartFailed,
  warmUp,
} from './readiness.ts'
import { failoverRecognizer, failoverSynthesizer } from './speech/failover.ts'
import { limitRecognizer, limitSynthesizer } from './speech/limits.ts'
import { PromptStore } from './speech/prompt-store.ts'
import type { Recognizer } from './speech/recognizer.ts'
import { Sounds } from './speech/sounds.ts'
import type { Synthesizer } from './speech/synthesizer.ts'

/** What an application is given by its process. */
export interface Surroundings {
  clock: Clock
  files: Files
  ids: Ids
  log: Log
  /** A listening socket that a service manager holds for us; the configured address does not matter then. */
  fd?: number
}

/** FreeSWITCH answers within a millisecond; after this it will not. */
const SWITCH_REPLY_LIMIT_MS = 5_000
const PHRASES_AGAIN_MS = 30_000

export class App {
  readonly #calls: Calls
  readonly #pbx: FreeSwitch
  readonly #outside: Outside
  readonly #adoptions: Adoptions
  readonly #followers: Followers
  readonly #load: Load
  readonly #providers: readonly { close(): Promise<void> }[]
  readonly #phrasesMade = new AbortController()
  #sweep: Timer | undefined

  private constructor(parts: {
    calls: Calls
    pbx: FreeSwitch
    outside: Outside
    adoptions: Adoptions
    followers: Followers
    load: Load
    providers: readonly { close(): Promise<void> }[]
  }) {
    this.#calls = parts.calls
    this.#pbx = parts.pbx
    this.#outside = parts.outside
    this.#adoptions = parts.adoptions
    this.#followers = parts.followers
    this.#load = parts.load
    this.#providers = parts.providers
  }

  /** Starts everything; calls are accepted when it resolves. Rejects with StartFailed. */
  static async start(configuration: Configuration, surroundings: Surroundings): Promise<App> {
    const { clock, files, log } = surroundings
    const { spool, state, speech, calls: limits, profiles, destinations } = configuration
    await prepareFolders(configuration, files)
    const recognizer = failoverRecognizer(
      await Promise.all(speech.recognizers.map(one => makeRecognizer(one, surroundings))),
      clock,
      undefined,
      log,
    )
    const synthesizer = failoverSynthesizer(
      await Promise.all(speech.synthesizers.map(one => makeSynthesizer(one, surroundings))),
      clock,
      undefined,
      log,
    )
    const engines = makeEngines(configuration.engines, surroundings)
    const [detectors, store] = await Promise.all([
      VoiceDetectors.load(),
      openPrompts(configuration, synthesizer, surroundings),
      warmUp([recognizer, synthesizer], surroundings),
      removeStaleRecordings(spool.dir, surroundings),
    ])
    const sounds = new Sounds(files, configuration.sounds.dir)
    const prompts = {
      get: store.get.bind(store),
      forget: store.forget.bind(store),
      sound: sounds.find.bind(sounds),
    }
    const followers = new Followers({
      clock,
      files,
      onFault: (error, path) => log.error({ error, path }, 'a recording could not be followed'),
    })
    const { maxLoopDelayMs, maxEarLagMs } = limits
    const load = new Load({ clock, log, maxLoopDelayMs, maxEarLagMs, earLagMs: () => followers.lagMs })
    const pbx = new FreeSwitch({
      ...surroundings,
      ...configuration.listener,
      control: configuration.control,
      replyTimeoutMs: SWITCH_REPLY_LIMIT_MS,
    })
    const listener: CallsParts['listener'] = (leg, { policy, hints, language, turns }, post) =>
      new ({ live: Listener, classic: ClassicListener })[turns]({
        ...surroundings,
        leg,
        followers,
        detectors,
        recognizer,
        folder: spool.dir,
        policy,
        hints,
        language,
        post,
      })
    const exchange = makeExchange(pbx, configuration, surroundings)
    const calls = new Calls({
      profiles,
      destinations,
      engines,
      exchange,
      prompts,
      clock,
      files,
      log,
      journals: `${state.dir}/journals`,
      spool: spool.dir,
      limit: limits.max,
      resumeWithinMs: limits.resumeWithinMs,
      overload: () => load.overload(),
      listener,
    })
    const outside = await Outside.open({
      configuration,
      surroundings,
      calls,
      exchange,
      prompts,
      listener,
      unready: () => (pbx.port === undefined ? 'The daemon has only just begun.' : calls.unready()),
    })
    try {
      await pbx.listen(leg => void calls.admit(leg))
    } catch (error) {
      await outside.stop()
      throw new StartFailed(messageOf(error), { cause: error })
    }
    const adoptions = new Adoptions({
      ...surroundings,
      pbx,
      news: exchange.news,
      journals: `${state.dir}/journals`,
      isHere: id => calls.get(id) !== undefined,
    })
    adoptions.start()
    const providers = [recognizer, synthesizer, ...Object.values(engines)]
    const app = new App({ calls, pbx, adoptions, outside, followers, load, providers })
    void app.#keepPhrases(Object.values(profiles), store, surroundings)
    app.#sweep = clock.after(STALE_RECORDINGS_AGAIN_MS, () => {
      removeStaleRecordings(spool.dir, surroundings).catch(error =>
        log.warn({ error }, 'old recordings stay'),
      )
    })
    return app
  }

  get port(): number | undefined {
    return this.#pbx.port
  }

  /** Of the API; undefined when there is none. */
  get webPort(): number | undefined {
    return this.#outside.port
  }

  get counts(): { calls: Calls['counts']; pbx: PbxCounts } {
    return { calls: this.#calls.counts, pbx: this.#pbx.counts }
  }

  /** Sends new calls to people and waits until those there are have ended. */
  async drain(): Promise<void> {
    await Promise.all([this.#calls.drain(), this.#outside.stopCalling()])
    // Who was being called, and has answered since.
    await this.#calls.drain()
    await this.#pbx.stopListening()
  }

  /** Lets all calls go, to go on in the next process. */
  async suspend(): Promise<void> {
    void this.#outside.stopCalling()
    await this.#pbx.stopListening()
    await this.#calls.suspend()
  }

  /** Lets go of everything, once the calls are gone. */
  async stop(): Promise<void> {
    this.#phrasesMade.abort()
    this.#sweep?.cancel()
    this.#adoptions.stop()
    await this.#pbx.stopListening()
    await this.#outside.stop()
    this.#pbx.stop()
    this.#followers.end()
    this.#load.end()
    await Promise.all(this.#providers.map(provider => provider.close()))
  }

  /** What the profiles say by themselves is made beforehand, until it is there: it is needed most when no voice can be had. */
  async #keepPhrases(
    profiles: readonly Profile[],
    store: PromptStore,
    { clock, log }: Surroundings,
  ): Promise<void> {
    const { signal } = this.#phrasesMade
    const missing = new Set(profiles.flatMap(requestsForPhrases))
    let told = false
    while (missing.size > 0 && !signal.aborted) {
      for (const request of missing) {
        try {
          await store.get(request, signal)
          missing.delete(request)
        } catch (error) {
          if (signal.aborted) return
          if (!told)
            log.warn({ error }, 'phrases of the profiles cannot be made beforehand; it is tried again')
          told = true
          break
        }
      }
      if (missing.size > 0) await sleep(clock, PHRASES_AGAIN_MS, signal).catch(() => {}) // the loop asks the signal
    }
  }
}

async function makeRecognizer(
  { options, limits }: RecognizerConfiguration,
  { clock, files }: Surroundings,
): Promise<Recognizer> {
  const { GoogleRecognizer } = await import('./speech/providers/google-recognizer.ts')
  return limitRecognizer(new GoogleRecognizer(options, clock, files), limits, clock)
}

async function makeSynthesizer(
  { options, limits }: SynthesizerConfiguration,
  { clock, files }: Surroundings,
): Promise<Synthesizer> {
  const { GoogleSynthesizer } = await import('./speech/providers/google-synthesizer.ts')
  return limitSynthesizer(new GoogleSynthesizer(options, clock, files), limits, clock)
}

function makeEngines(
  configured: Readonly<Record<string, EngineConfiguration>>,
  { clock, log }: Surroundings,
): Record<string, Engine> {
  const engines: Record<string, Engine> = {}
  const faults: Fault[] = []
  for (const [name, engine] of Object.entries(configured)) {
    try {
      engines[name] =
        engine.type === 'flow'
          ? createFlowEngine({ name, source: engine.source, fileName: engine.file })
          : createHttpEngine({ ...engine, name, clock, log })
    } catch (error) {
      if (!(error instanceof FlowInvalid)) throw new StartFailed(messageOf(error), { cause: error })
      const key = `engines.${name}.file`
      faults.push(
        ...error.faults.map(allowed => ({ key, value: null, allowed: `${engineFile(engine)}: ${allowed}` })),
      )
    }
  }
  if (faults.length > 0) throw new ConfigurationInvalid(faults)
  return engines
}

function engineFile(engine: EngineConfiguration): string {
  return engine.type === 'flow' ? engine.file : engine.url
}

function openPrompts(
  { state, speech }: Configuration,
  synthesizer: Synthesizer,
  { files, clock }: Surroundings,
): Promise<PromptStore> {
  const folder = `${state.dir}/prompts`
  const mostBytes = speech.promptsMaxMB * 1_000_000
  return PromptStore.open({ folder, mostBytes, synthesizer, files, clock }).catch(error => {
    throw new StartFailed(`the prompts in ${folder} cannot be read: ${messageOf(error)}`, { cause: error })
  })
}
