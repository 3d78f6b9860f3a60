// What every way is measured with: the reference providers, and for each way a daemon of its own.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JournalEntry, readJournal } from '../../../src/call/journal.ts'
import { type DaemonProcess, ended, freePort, speechAt, startDaemon } from '../../apps/processes.ts'
import type { Asked } from '../../fakes/reference-log.ts'
import type { FromProviders, ToProviders } from '../../fakes/reference-providers.ts'
import type { Script } from './script.ts'
import type { Way } from './ways.ts'

/** Above what any number of calls here needs: the providers' own quotas are not what is measured. */
const UNLIMITED = 10_000

/** Nobody is refused, however busy the machine: callers who are sent away would leave the others a quieter one. */
const NEVER_MS = 60_000

export interface Daemon {
  port: number
  pid: number
  /** What it complained of, each kind once with its number. */
  readonly complaints: string[]
  journal(call: string): Promise<readonly JournalEntry[]>
  stop(): Promise<void>
}

export class Premises {
  readonly #folder: string
  readonly #spool: string
  readonly #providers: ChildProcess
  readonly #addresses: { speechPort: number; engineUrl: string }

  private constructor(
    folder: string,
    spool: string,
    providers: ChildProcess,
    addresses: { speechPort: number; engineUrl: string },
  ) {
    this.#folder = folder
    this.#spool = spool
    this.#providers = providers
    this.#addresses = addresses
  }

  static async open({ phrases }: Script): Promise<Premises> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-turn-'))
    const spool = join('/dev/shm', folder.slice(folder.lastIndexOf('/') + 1))
    await mkdir(spool, { recursive: true })
    const providers = fork(new URL('../../fakes/reference-providers.ts', import.meta.url))
    process.once('exit', () => providers.kill('SIGKILL'))
    const message: ToProviders = {
      phrases: phrases.map(({ samples, words }) => ({
        sound: Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64'),
        words,
      })),
    }
    providers.send(message)
    const answer = await answerOf(providers)
    if (!('speechPort' in answer)) throw new Error('the providers did not start')
    return new Premises(folder, spool, providers, answer)
  }

  get providersPid(): number {
    return this.#providers.pid ?? 0
  }

  /** Where the prompts of every daemon lie. */
  get prompts(): string {
    return join(this.#folder, 'state', 'prompts')
  }

  /** What the providers were asked since the last time. */
  async log(): Promise<Asked[]> {
    const message: ToProviders = { send: 'log' }
    this.#providers.send(message)
    const answer = await answerOf(this.#providers)
    return 'log' in answer ? answer.log : []
  }

  async writeConfiguration(profile: object, port: number): Promise<string> {
    const speech = speechAt(this.#addresses.speechPort) as { recognizers: object[]; synthesizers: object[] }
    const file = join(this.#folder, `parley-${port}.json5`)
    const configuration = {
      listener: { port },
      web: { enabled: false },
      spool: { dir: this.#spool },
      state: { dir: join(this.#folder, 'state') },
      calls: { maxLoopDelayMs: NEVER_MS, maxEarLagMs: NEVER_MS },
      speech: {
        recognizers: speech.recognizers.map(one => ({ ...one, maxConcurrent: UNLIMITED })),
        synthesizers: speech.synthesizers.map(one => ({
          ...one,
          maxConcurrent: UNLIMITED,
          perMinute: UNLIMITED * 60,
        })),
      },
      engines: { reference: { type: 'http', url: this.#addresses.engineUrl, speculative: true } },
      profiles: { default: { engine: 'reference', people: 'people', ...profile } },
      destinations: { people: { number: '2000', context: 'public' } },
    }
    await writeFile(file, JSON.stringify(configuration))
    return file
  }

  async startDaemon(way: Way): Promise<Daemon> {
    const port = await freePort()
    const daemon: DaemonProcess = await startDaemon(await this.writeConfiguration(way.profile, port))
    const journals = join(this.#folder, 'state', 'journals')
    return {
      port,
      pid: daemon.process.pid ?? 0,
      get complaints() {
        return counted(daemon.complaints)
      },
      async journal(call) {
        return readJournal(await readFile(join(journals, `${call}.journal`))).entries
      },
      async stop() {
        await ended(daemon.process)
      },
    }
  }

  async close(): Promise<void> {
    const exit = once(this.#providers, 'exit')
    this.#providers.disconnect()
    await exit
    await Promise.all([this.#folder, this.#spool].map(one => rm(one, { recursive: true, force: true })))
  }
}

async function answerOf(providers: ChildProcess): Promise<FromProviders> {
  const gone = once(providers, 'exit').then(() => Promise.reject(new Error('the providers are gone')))
  const [answer] = await Promise.race([once(providers, 'message'), gone])
  return answer as FromProviders
}

function counted(lines: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const kind = /"msg":"([^"]*)"/.exec(line)?.[1] ?? line
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, count]) => `${kind} (${count} times)`)
}
