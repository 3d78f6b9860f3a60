// The daemon as an operator has it: a service whose manager holds its port, on a real switch with the dialplan that is shipped, and
// an engine and a recognizer that outlive it. What the checks of a dying, changing or crowded daemon have in common.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type JournalEntry, readJournal } from '../../src/call/journal.ts'
import type { Profile } from '../../src/call/profile.ts'
import type { Input } from '../../src/engine/engine.ts'
import { type GoogleProcess, speechAt } from '../apps/processes.ts'
import type { Voice } from '../fakes/voice.ts'
import { EngineServer } from '../scenarios/engine-server.ts'
import { written } from '../scenarios/premises.ts'
import type { Assistant, Dialling } from '../scenarios/venue.ts'
import { type Life, printedAt, TestManager } from '../systemd/manager.ts'
import { RealPhone } from './real-phone.ts'
import type { RealSwitch } from './real-switch.ts'

export const PATIENCE_MS = 15_000
/** An engine that does not answer is one until the end of a check. */
export const ENGINE_LIMIT_MS = 30_000
/** A busy machine of tests is no reason to send callers away. */
export const UNLIMITED = { max: 1_000, maxLoopDelayMs: 60_000, maxEarLagMs: 60_000 }
/** What follows the last entry of a journal. */
const SOON_MS = 2_000
const LOOK_EVERY_MS = 20
/** A recording that runs has grown by then. */
const GROWTH_MS = 400

/** What all checks share. */
export interface Ground {
  /** Guarded: it has the dialplan that is shipped. */
  pbx: RealSwitch
  google: GoogleProcess
  voice: Voice
  /** A folder for this check alone. */
  folder: string
}

export interface ServiceOptions {
  restarts: boolean
  profiles: readonly Profile[]
  /** Laid over the configuration. */
  configuration?: object
}

/** One caller's conversation, seen from all sides. */
export interface Talk {
  readonly phone: RealPhone
  /** What the engine was asked, and when. */
  readonly asked: { atMs: number; input: Input }[]
  readonly entries: readonly JournalEntry[]
  /** The sentences that were begun. */
  readonly spoken: string[]
  says(text: string, afterMs?: number): Promise<void>
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>
  hears(text: string): Promise<void>
}

export class Service {
  readonly manager: TestManager
  readonly #ground: Ground
  readonly #engine: EngineServer
  readonly #spool: string
  readonly #talks: Talk[] = []
  readonly #journals = new Map<string, { size: number; entries: readonly JournalEntry[] }>()

  private constructor(ground: Ground, engine: EngineServer, manager: TestManager, spool: string) {
    this.#ground = ground
    this.#engine = engine
    this.manager = manager
    this.#spool = spool
  }

  static async start(ground: Ground, options: ServiceOptions): Promise<Service> {
    const { folder, google, pbx } = ground
    const spool = join('/dev/shm', `parley-service-${basename(folder)}-${process.pid}`)
    await Promise.all([mkdir(folder, { recursive: true }), mkdir(spool, { recursive: true })])
    const engine = await EngineServer.open()
    const configurationFile = join(folder, 'parley.json5')
    const configuration = {
      control: pbx.control,
      web: { enabled: false },
      spool: { dir: spool },
      state: { dir: join(folder, 'state') },
      calls: UNLIMITED,
      speech: speechAt(google.port),
      engines: { scenario: { type: 'http', url: engine.url, timeouts: { firstActionMs: ENGINE_LIMIT_MS } } },
      profiles: Object.fromEntries(
        options.profiles.map(profile => [profile.name, written(profile, join(folder, 'kept'))]),
      ),
      destinations: {
        people: { number: '2000', context: 'public' },
        sales: { number: '3000', context: 'public' },
      },
      ...options.configuration,
    }
    await writeFile(configurationFile, JSON.stringify(configuration))
    const manager = TestManager.open({ folder, configurationFile, restarts: options.restarts })
    const service = new Service(ground, engine, manager, spool)
    await manager.begin().catch(async error => {
      await service.close()
      throw error
    })
    return service
  }

  get life(): Life {
    return this.manager.life
  }

  /** Somebody dials; the engine answers them like this. */
  async dials(profile: string, answer: Assistant['answer'], dialling: Dialling = {}): Promise<Talk> {
    const phone = await RealPhone.dials(this.#ground.pbx, {
      ...dialling,
      variables: { parley_guarded: 'true', parley_profile: profile, ...dialling.variables },
      daemonPort: this.manager.port,
    })
    const talk = this.#talk(phone, this.answers(phone.id, answer))
    this.#talks.push(talk)
    return talk
  }

  /** What is asked about a call from now on is answered by this function. Returns what was asked, as it grows. */
  answers(call: string, answer: Assistant['answer']): Talk['asked'] {
    const asked: Talk['asked'] = []
    this.#engine.answerFor(call, (input, signal) => {
      asked.push({ atMs: performance.now(), input })
      return answer(input, signal)
    })
    return asked
  }

  /** What the daemons have written about a call; read again only when it has grown, since it is looked at often. */
  journal(id: string): readonly JournalEntry[] {
    const file = join(this.#ground.folder, 'state', 'journals', `${id}.journal`)
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    const known = this.#journals.get(id)
    if (known?.size === size) return known.entries
    const { entries } = size === 0 ? { entries: [] } : readJournal(readFileSync(file))
    this.#journals.set(id, { size, entries })
    return entries
  }

  /** Resolves to when it was struck. */
  strike(signal: NodeJS.Signals): number {
    this.manager.signal(signal)
    return performance.now()
  }

  /** Resolves when the process after `before` accepts calls: to when it said so. */
  async ready(before: Life): Promise<number> {
    await this.manager.until(
      () => this.life !== before && (printedAt(this.life, '"ready"') ?? this.life.end) !== undefined,
    )
    const readyMs = printedAt(this.life, '"ready"')
    if (readyMs === undefined) throw new Error('the next daemon did not start')
    return readyMs
  }

  /** Whether so many files of the spool are being written, if not at once then soon. */
  records(count: number): Promise<boolean> {
    return soon(async () => (await this.#growing()) === count)
  }

  hasEmptySpool(): Promise<boolean> {
    return soon(async () => this.#spooled().length === 0)
  }

  #spooled(): string[] {
    return readdirSync(this.#spool)
  }

  async #growing(): Promise<number> {
    const size = (name: string) => statSync(join(this.#spool, name), { throwIfNoEntry: false })?.size ?? 0
    const before = this.#spooled().map(name => ({ name, bytes: size(name) }))
    await sleep(GROWTH_MS)
    return before.filter(({ name, bytes }) => size(name) > bytes).length
  }

  /** Ends all of it; resolves to what was not as it should be. */
  async close(): Promise<string[]> {
    const faults: string[] = []
    for (const { phone } of this.#talks) if (!phone.isOver) phone.hangsUp()
    for (const { phone } of this.#talks)
      await phone.callIsOver({ withinMs: PATIENCE_MS }).catch(error => faults.push(String(error)))
    const exitCode = this.manager.lives.length > 0 ? await this.manager.stop() : 0
    if (exitCode !== 0 && this.life.end?.by === 'itself' && this.life.process.signalCode === null)
      faults.push(`the daemon ended with exit code ${exitCode}`)
    for (const life of this.manager.lives)
      for (const { text } of life.printed)
        if (!/"level":"(debug|info|warn)"/.test(text)) faults.push(`the daemon says ${text}`)
    await this.#engine.close()
    await rm(this.#spool, { recursive: true, force: true })
    return faults
  }

  #talk(phone: RealPhone, asked: Talk['asked']): Talk {
    const entries = () => this.journal(phone.id)
    const spoken = () =>
      entries().flatMap(({ type, text }) => (type === 'promptStarted' ? [String(text)] : []))
    const until: Talk['until'] = (what, holds, withinMs = PATIENCE_MS) =>
      phone.until(holds, { withinMs, what }).catch(error => {
        throw new Error(`${error.message}\n${trail(entries())}`, { cause: error })
      })
    return {
      phone,
      asked,
      get entries() {
        return entries()
      },
      get spoken() {
        return spoken()
      },
      says: (text, afterMs = 0) => phone.says(this.#ground.voice.sayAt8k(text), { text, afterMs }),
      until,
      hears: text => until(`hears “${text}”`, () => spoken().some(one => one.includes(text))),
    }
  }
}

/** The last of what a daemon has written about a call, a line for each entry. */
export function trail(entries: readonly JournalEntry[]): string {
  return entries
    .slice(-25)
    .map(
      ({ atMs, type, ...data }) =>
        `${(atMs / 1_000).toFixed(2).padStart(7)}  ${type} ${JSON.stringify(data)}`,
    )
    .join('\n')
}

async function soon(holds: () => Promise<boolean>): Promise<boolean> {
  const untilMs = performance.now() + SOON_MS
  while (performance.now() < untilMs) {
    if (await holds()) return true
    await sleep(LOOK_EVERY_MS)
  }
  return holds()
}
