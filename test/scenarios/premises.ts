// Where scenarios in real time take place, whatever the switch: the listening Google server, the engine of the scenarios, and the
// real daemon. One daemon serves all profiles it was opened with; another one is started for a profile that comes later.

import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JournalEntry, readJournal } from '../../src/call/journal.ts'
import type { Profile } from '../../src/call/profile.ts'
import {
  type DaemonProcess,
  ended,
  freePort,
  type GoogleProcess,
  speechAt,
  startDaemon,
  startGoogle,
  unhurried,
} from '../apps/processes.ts'
import type { Counters, Knobs } from '../fakes/google-speech/knobs.ts'
import { EngineServer } from './engine-server.ts'

export interface PremisesOptions {
  /** What callers may say. */
  phrases: readonly string[]
  /** The profiles that are known beforehand. */
  profiles: readonly Profile[]
  knobs?: Partial<Knobs>
}

/** A daemon and the profile of it that a call is to have. */
export interface Desk {
  port: number
  profile: string
  pid: number
}

interface Daemon {
  process: DaemonProcess
  port: number
  /** The name of each of its profiles, by what the profile says. */
  names: Map<string, string>
}

const ENGINE = 'scenario'
const MINUTE_MS = 60_000

export class Premises {
  readonly engine: EngineServer
  /** Where the switch has its event socket, or is to have it. */
  control: { port: number; password?: string } = { port: 8_021 }
  readonly #folder: string
  readonly #spool: string
  readonly #google: GoogleProcess
  readonly #profiles: readonly Profile[]
  readonly #daemons: Promise<Daemon>[] = []

  private constructor(
    folder: string,
    spool: string,
    google: GoogleProcess,
    engine: EngineServer,
    profiles: readonly Profile[],
  ) {
    this.#folder = folder
    this.#spool = spool
    this.#google = google
    this.engine = engine
    this.#profiles = profiles
  }

  static async open({ phrases, profiles, knobs = {} }: PremisesOptions): Promise<Premises> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-'))
    const spool = join('/dev/shm', folder.slice(folder.lastIndexOf('/') + 1))
    await mkdir(spool, { recursive: true })
    const google = await startGoogle(folder, phrases, knobs)
    return new Premises(folder, spool, google, await EngineServer.open(), profiles)
  }

  get prompts(): string {
    return join(this.#folder, 'state', 'prompts')
  }

  /** Of the daemon that was started first. */
  async startMs(): Promise<number> {
    return (await this.#daemons[0])?.process.startMs ?? 0
  }

  counters(): Promise<Counters> {
    return this.#google.counters()
  }

  /** The daemon that has this profile; one is started when none has. */
  async deskFor(profile: Profile): Promise<Desk> {
    const key = keyOf(profile)
    // One at a time: two calls with the same new profile must not start two daemons.
    for (const starting of this.#daemons) {
      const daemon = await starting
      const name = daemon.names.get(key)
      if (name) return { port: daemon.port, profile: name, pid: daemon.process.process.pid ?? 0 }
    }
    this.#daemons.push(this.#startDaemon(profile))
    return this.deskFor(profile)
  }

  /** What a daemon has written about a call; nothing yet is an empty list. */
  journal(id: string): JournalEntry[] {
    try {
      return readJournal(readFileSync(join(this.#folder, 'state', 'journals', `${id}.journal`))).entries
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  /** Ends all of it; resolves to what was not as it should be. */
  async stop(): Promise<string[]> {
    const faults: string[] = []
    for (const starting of await Promise.allSettled(this.#daemons)) {
      if (starting.status === 'rejected') continue // whoever asked for it has been told
      const { process, complaints } = starting.value.process
      const exitCode = await ended(process)
      if (exitCode !== 0) faults.push(`the daemon ended with exit code ${exitCode}`)
      // A warning belongs to a scenario in which something fails.
      faults.push(...complaints.filter(line => !line.includes('"level":"warn"')))
    }
    await Promise.all([ended(this.#google.process), this.engine.close()])
    await Promise.all([this.#folder, this.#spool].map(one => rm(one, { recursive: true, force: true })))
    return faults
  }

  /** Gets all profiles that are known, as far as one daemon can have them: the length of calls is its own. */
  async #startDaemon(profile: Profile): Promise<Daemon> {
    const minutes = minutesOf(profile)
    const names = new Map<string, string>()
    const profiles: Record<string, object> = {}
    for (const one of [profile, ...this.#profiles]) {
      const key = keyOf(one)
      if (one.policy.maxMs / MINUTE_MS !== minutes || names.has(key)) continue
      const name = `p${names.size}`
      names.set(key, name)
      profiles[name] = written(one, join(this.#folder, 'kept'))
    }
    const port = await freePort()
    const file = join(this.#folder, `parley-${port}.json5`)
    const configuration = {
      listener: { port },
      control: this.control,
      web: { enabled: false },
      spool: { dir: this.#spool },
      state: { dir: join(this.#folder, 'state') },
      calls: { ...unhurried, maxMinutes: minutes },
      speech: speechAt(this.#google.port),
      engines: { [ENGINE]: { type: 'http', url: this.engine.url, speculative: true } },
      profiles,
      destinations: {
        people: { number: '2000', context: 'public' },
        sales: { number: '3000', context: 'public' },
      },
    }
    await writeFile(file, JSON.stringify(configuration))
    return { process: await startDaemon(file), port, names }
  }
}

/** What makes two profiles different for a caller. */
function keyOf({ name: _name, numbers: _numbers, engine: _engine, ...rest }: Profile): string {
  return JSON.stringify(rest)
}

/** A profile as it stands in a configuration. What is kept goes when the premises go. */
export function written(profile: Profile, keptFolder: string): object {
  const { name: _name, policy, recording, ...rest } = profile
  const { maxMs: _maxMs, ...waits } = policy
  const kept = { ...recording, ...(recording.keep && { dir: keptFolder }) }
  return { ...rest, numbers: [], engine: ENGINE, policy: waits, recording: kept }
}

function minutesOf({ policy }: Profile): number {
  const minutes = policy.maxMs / MINUTE_MS
  if (!Number.isInteger(minutes)) throw new Error('a daemon counts the length of a call in whole minutes')
  return minutes
}
