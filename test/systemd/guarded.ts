// The real daemon under a manager like systemd, and the embedded switch with the steps of the shipped
// dialplan in front of it, in real time.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JournalEntry, readJournal } from '../../src/call/journal.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { diskFiles } from '../../src/lib/files.ts'
import { ended, type GoogleProcess, speechAt, startGoogle, unhurried } from '../apps/processes.ts'
import { actionsFor, extensionsIn, plainText, stepsOf } from '../dialplan/dialplan.ts'
import { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { monoWav } from '../fake-freeswitch/wav.ts'
import { printedAt, TestManager } from './manager.ts'

export const PATIENCE = { withinMs: 20_000 }

export interface GuardedOptions {
  /** Whether a daemon that ends is started again. */
  restarts: boolean
  /** Whether one that gives no sign of life is killed; default yes. */
  watches?: boolean
}

/** The Google server that all daemons of a test file talk to. */
export async function openGoogle(): Promise<GoogleProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-guard-google-'))
  const google = await startGoogle(folder, ['hello'], {})
  rmSync(folder, { recursive: true })
  return google
}

export async function closeGoogle(google: GoogleProcess): Promise<void> {
  await ended(google.process)
}

export class Guarded {
  readonly manager: TestManager
  readonly pbx: FakeFreeswitch
  readonly configurationFile: string
  /** Where the dialplan's announcement lies. */
  readonly oneMoment: string
  readonly #folder: string
  readonly #spool: string

  private constructor(google: GoogleProcess, options: GuardedOptions) {
    this.#folder = mkdtempSync(join(tmpdir(), 'parley-guard-'))
    this.#spool = join('/dev/shm', this.#folder.slice(this.#folder.lastIndexOf('/') + 1))
    mkdirSync(this.#spool)
    this.configurationFile = join(this.#folder, 'parley.json5')
    const configuration = {
      web: { enabled: false },
      spool: { dir: this.#spool },
      state: { dir: this.#state },
      calls: unhurried,
      speech: speechAt(google.port),
    }
    writeFileSync(this.configurationFile, JSON.stringify(configuration))
    this.oneMoment = join(this.#folder, 'one-moment.wav')
    writeFileSync(this.oneMoment, monoWav(new Int16Array(9_600).fill(4_000)))
    const { configurationFile } = this
    this.manager = TestManager.open({ ...options, folder: this.#folder, configurationFile })
    this.pbx = new FakeFreeswitch({
      clock: systemClock,
      files: diskFiles,
      extensions: {
        'parley-people': this.#steps({ destination_number: 'parley-people', parley_recordings: '/r/a.wav' }),
      },
    })
  }

  /** Resolves when the daemon takes calls. */
  static async open(google: GoogleProcess, options: GuardedOptions): Promise<Guarded> {
    const guarded = new Guarded(google, options)
    await guarded.manager.begin()
    return guarded
  }

  get pidFile(): string {
    return join(this.#state, 'parley.pid')
  }

  /** A caller on the guarded way. Resolves when the dialplan has come to the first socket. */
  dials(timerMs?: number): Promise<Caller> {
    const dialplan = this.#steps({ destination_number: '5000' }, timerMs)
    return this.pbx.call({ to: '5000', from: '+15550100', dialplan })
  }

  /** Resolves when a caller hears the assistant and is heard. */
  async greeted(timerMs?: number): Promise<Caller> {
    const caller = await this.dials(timerMs)
    await this.daemonSays('"call admitted"', caller)
    await caller.hearsSpeech(PATIENCE)
    await caller.until(() => caller.recordings.length === 1, PATIENCE)
    return caller
  }

  /** Resolves when the present daemon has printed this sentence, of this call if one is given. */
  daemonSays(sentence: string, caller?: Caller): Promise<void> {
    const { manager } = this
    return manager.until(() => printedAt(manager.life, sentence, caller?.id ?? '') !== undefined)
  }

  journal(caller: Caller): JournalEntry[] {
    return readJournal(readFileSync(join(this.#state, 'journals', `${caller.id}.journal`))).entries
  }

  async close(): Promise<void> {
    this.pbx.stop()
    await this.manager.stop()
    for (const one of [this.#folder, this.#spool]) rmSync(one, { recursive: true, force: true })
  }

  get #state(): string {
    return join(this.#folder, 'state')
  }

  #steps(variables: Record<string, string>, timerMs?: number) {
    const listener = { host: '127.0.0.1', port: this.manager.port }
    const premises = { listener, oneMoment: this.oneMoment, ...(timerMs !== undefined && { timerMs }) }
    return stepsOf(actionsFor(extensionsIn(plainText), variables).actions, premises).map(step =>
      // The fake has no variables in its transfers.
      step.do === 'transfer' && step.to.startsWith('$') ? { ...step, to: '200' } : step,
    )
  }
}
