// The daemon's real switch adapter and calls on the embedded switch, in one process and on a manual clock: a ten-minute call
// takes milliseconds. Only the providers are fakes at their ports.

import { type Duplex, duplexPair } from 'node:stream'
import { Followers } from '../src/audio/follower.ts'
import { VoiceDetectors } from '../src/audio/voice-detector.ts'
import { Adoptions } from '../src/call/adoptions.ts'
import { Calls } from '../src/call/calls.ts'
import { ClassicListener } from '../src/call/classic-listener.ts'
import { type JournalEntry, readJournal } from '../src/call/journal.ts'
import { Listener } from '../src/call/listener.ts'
import type { Profile } from '../src/call/profile.ts'
import { type Destination, handOverTo, type TransferSettings } from '../src/call/transfer/destination.ts'
import type { Exchange } from '../src/call/transfer/exchange.ts'
import type { Engine } from '../src/engine/engine.ts'
import type { Ids } from '../src/lib/ids.ts'
import type { Log } from '../src/lib/log.ts'
import { FreeSwitch } from '../src/pbx/freeswitch/freeswitch.ts'
import { PbxError } from '../src/pbx/pbx.ts'
import type { Recognizer } from '../src/speech/recognizer.ts'
import { testExchange } from './exchange.ts'
import {
  type CallOptions,
  FakeFreeswitch,
  type FakeFreeswitchOptions,
} from './fake-freeswitch/fake-freeswitch.ts'
import type { Caller } from './fake-freeswitch/person.ts'
import { ManualClock } from './fakes/manual-clock.ts'
import { MemoryFiles } from './fakes/memory-files.ts'
import { HummedPrompts, ScriptedEngine, ScriptedRecognizer } from './fakes/providers.ts'
import { Voice } from './fakes/voice.ts'
import { testProfile } from './profile.ts'

const detectors = await VoiceDetectors.load()
const voice = await Voice.load()

export interface DeskOptions {
  profile?: Partial<Profile>
  policy?: Partial<Profile['policy']>
  engine?: Engine
  /** In place of the scripted one. */
  recognizer?: (clock: ManualClock) => Recognizer
  destinations?: Readonly<Record<string, Destination>>
  transfer?: Partial<TransferSettings>
  limit?: number
  pbx?: Partial<FakeFreeswitchOptions>
}

interface Daemon {
  calls: Calls
  pbx: FreeSwitch
  exchange: Exchange
  adoptions: Adoptions
  /** As if the process were killed: nothing more comes from it over its control link. */
  die(): void
}

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error'
  fields: object
  message: string
}

/** Where an answered leg that was dialled for us is sent. */
const LISTENER_PORT = 8_084

export class Desk {
  readonly clock = new ManualClock()
  readonly files = new MemoryFiles(this.clock)
  readonly engine = new ScriptedEngine()
  readonly recognizer = new ScriptedRecognizer(this.clock)
  readonly prompts = new HummedPrompts(this.files, this.clock)
  readonly log: LogLine[] = []
  /** Calls that come now are on a switch that cannot pause what it plays. */
  refusePauses = false
  /** Calls that come now meet a bug of ours as soon as somebody should be listened to. */
  breakListeners = false
  /** Why no more calls may be taken, if so. */
  overload: string | null = null
  readonly switch: FakeFreeswitch
  readonly followers: Followers
  readonly #options: DeskOptions
  readonly #ids = numbered()
  #daemon: Daemon

  constructor(options: DeskOptions = {}) {
    this.#options = options
    const { clock, files } = this
    const log = recordingLog(this.log)
    files.makeFolder('/spool')
    files.makeFolder('/sounds')
    files.makeFolder('/journals')
    this.followers = new Followers({ clock, files, onFault: error => log.error({ error }, 'follower fault') })
    this.switch = new FakeFreeswitch({
      clock,
      files,
      promptFolders: ['/prompts', '/sounds'],
      listeners: { [`127.0.0.1:${LISTENER_PORT}`]: () => this.dial() },
      ...options.pbx,
    })
    this.#daemon = this.#start()
  }

  get calls(): Calls {
    return this.#daemon.calls
  }

  /** What its transfers share: settings, news, callers' profiles. */
  get exchange(): Exchange {
    return this.#daemon.exchange
  }

  get adoptions(): Adoptions {
    return this.#daemon.adoptions
  }

  /** The daemon's way to the switch. */
  get pbx(): FreeSwitch {
    return this.#daemon.pbx
  }

  /**
   * A new process, to which calls are handed from now on. The one before knows nothing of it; its control link is cut, and
   * whoever it was dialling rings on.
   */
  restart(): void {
    this.#daemon.die()
    this.#daemon = this.#start()
  }

  #start(): Daemon {
    const options = this.#options
    const { clock, files } = this
    const recognizer = options.recognizer?.(clock) ?? this.recognizer
    const log = recordingLog(this.log)
    const ids = this.#ids
    const profile: Profile = {
      ...testProfile,
      ...options.profile,
      policy: { ...testProfile.policy, ...options.policy },
    }
    const links = new Set<Duplex>()
    const pbx = new FreeSwitch({
      host: '127.0.0.1',
      port: LISTENER_PORT,
      control: { host: '127.0.0.1', port: 8_021, password: 'ClueCon' },
      connectControl: () => {
        const link = this.control()
        links.add(link)
        return link
      },
      maxConnections: 100,
      replyTimeoutMs: 2_000,
      clock,
      ids,
      log,
    })
    const exchange = testExchange(pbx, { clock, ids, settings: options.transfer ?? {} })
    const calls = new Calls({
      profiles: { default: profile },
      destinations: {
        people: handOverTo('people', { number: '2000', context: 'public' }),
        sales: handOverTo('sales', { number: '3000', context: 'public' }),
        ...options.destinations,
      },
      engines: { scripted: options.engine ?? this.engine },
      exchange,
      prompts: this.prompts,
      clock,
      files,
      log,
      journals: '/journals',
      spool: '/spool',
      limit: options.limit ?? 10,
      resumeWithinMs: 30_000,
      overload: () => this.overload,
      listener: (leg, { policy, hints, language, turns }, post) => {
        const listener = new { live: Listener, classic: ClassicListener }[turns]({
          leg,
          followers: this.followers,
          detectors,
          recognizer,
          clock,
          files,
          ids,
          log,
          folder: '/spool',
          policy,
          hints,
          language,
          post,
        })
        if (this.breakListeners)
          listener.listen = () => {
            throw new Error('a bug')
          }
        return listener
      },
    })
    pbx.handOver(leg => {
      if (this.refusePauses) leg.pause = () => Promise.reject(new PbxError('it cannot pause'))
      calls.admit(leg)
    })
    const adoptions = new Adoptions({
      pbx,
      news: exchange.news,
      clock,
      files,
      log,
      journals: '/journals',
      isHere: id => calls.get(id) !== undefined,
    })
    adoptions.start()
    const die = () => {
      adoptions.stop()
      exchange.callerProfiles.close()
      for (const link of links) link.destroy()
      pbx.stop()
    }
    return { calls, pbx, exchange, adoptions, die }
  }

  /** Somebody calls, and time passes until the daemon has them. */
  async call(options: Partial<CallOptions> = {}): Promise<Caller> {
    return this.passing(
      this.switch.call({
        to: '5000',
        from: '+15550100',
        callerName: 'Jane Doe',
        listener: () => this.dial(),
        ...options,
      }),
    )
  }

  /** What a dialplan of a test's own puts where the daemon's address belongs. */
  dial(): ReturnType<typeof duplexPair>[0] {
    const [ours, theirs] = duplexPair()
    this.#daemon.pbx.accept(ours)
    return theirs
  }

  /** A connection to the switch's event socket: the daemon's, or that of a test that commands the switch itself. */
  control(): Duplex {
    return this.switch.connectControl()
  }

  /** Lets time pass until `work` settles. */
  async passing<T>(work: Promise<T>, limitMs = 900_000): Promise<T> {
    let settled = false
    const settle = () => {
      settled = true
    }
    work.then(settle, settle)
    await this.clock.settle()
    for (let ms = 0; !settled && ms < limitMs; ms += 20) await this.clock.advanceAsync(20)
    if (!settled) throw new Error(`nothing came of it in ${limitMs} ms`)
    return work
  }

  /** The caller says something that the recognizer takes for `text`; time passes until it is said. */
  async says(
    caller: Caller,
    text: string,
    script: Parameters<ScriptedRecognizer['willHear']>[0] = text,
  ): Promise<void> {
    this.recognizer.willHear(script)
    await this.passing(caller.says(voice.sayAt8k(text), { text }))
  }

  /** Time passes until the caller hears this sentence begin. */
  async hears(caller: Caller, text: string, withinMs = 15_000): Promise<void> {
    await this.passing(
      caller.until(() => this.heardBy(caller).includes(text), { withinMs, what: `hears "${text}"` }),
    )
  }

  /** The sentences whose playing began, in order; `music` for what is played to somebody who waits. */
  heardBy(caller: Caller): string[] {
    return caller.plays.map(({ path }) => (isMusic(path) ? 'music' : this.prompts.textOf(path)))
  }

  journal(caller: { readonly id: string }): JournalEntry[] {
    return readJournal(this.files.bytesOf(`/journals/${caller.id}.journal`)).entries
  }

  /** The last entry of a call's journal: how it ended. */
  ending(caller: { readonly id: string }): unknown {
    const last = this.journal(caller).at(-1)
    return last?.type === 'ended' ? last.ending : undefined
  }

  /** Everything that a call could leave behind; empty when it left nothing. */
  async leftovers(): Promise<string[]> {
    this.#daemon.adoptions.stop()
    // They stay for an hour, whatever became of the call.
    this.exchange.callerProfiles.close()
    await this.clock.advanceAsync(10_000)
    const left: string[] = []
    if (this.calls.counts.now > 0) left.push(`${this.calls.counts.now} calls`)
    if (this.followers.count > 0) left.push(`${this.followers.count} followed recordings`)
    if (this.recognizer.open > 0) left.push(`${this.recognizer.open} recognitions`)
    if (this.switch.openSockets > 0) left.push(`${this.switch.openSockets} sockets`)
    left.push(...this.switch.leftovers())
    const spool = await this.files.list('/spool')
    if (spool.length > 0) left.push(`${spool.length} recordings on disk`)
    if (this.clock.pending > 0) left.push(`${this.clock.pending} timers`)
    for (const { what } of this.switch.violations) left.push(`violation: ${what}`)
    for (const { level, message, fields } of this.log)
      if (level === 'error') left.push(`error in the log: ${message} ${JSON.stringify(fields)}`)
    return left
  }
}

function isMusic(path: string): boolean {
  return /^local_stream:|;loops=-1$/.test(path)
}

function numbered(): Ids {
  let ids = 0
  return { next: () => `id-${ids++}` }
}

/** A log that is kept in `lines`. */
export function recordingLog(lines: LogLine[], common: object = {}): Log {
  const at = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...common, ...fields }, message })
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: fields => recordingLog(lines, { ...common, ...fields }),
  }
}
