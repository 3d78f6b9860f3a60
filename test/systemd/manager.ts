// As much of systemd as a daemon needs: holds its port, listens to its signs of life, kills it when there
// are none, and starts it again. In real time, with real processes. What the daemon has to say goes to a
// file, by a `systemd-notify` of ours.

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock, type Timer } from '../../src/lib/clock.ts'
import { type BoundPort, bindPort } from './bound-port.ts'

const LAUNCHER = join(import.meta.dirname, '../../scripts/parley')
const LOOK_EVERY_MS = 20
/** As in config/parley.service. */
const WATCHDOG_MS = 3_000
const NICE = -5

export interface ManagerOptions {
  /** A folder of its own. */
  folder: string
  configurationFile: string
  /** Whether a daemon that ends is started again. If not, its port closes with it. */
  restarts: boolean
  /** Whether a daemon that gives no sign of life is killed; default yes. */
  watches?: boolean
}

/** One process of the daemon. Times are those of performance.now(). */
export interface Life {
  readonly process: ChildProcess
  readonly startedMs: number
  /** What it has told us, such as READY=1. */
  readonly told: string[]
  /** Its log. */
  readonly printed: { atMs: number; text: string }[]
  /** When the last sign of life came; undefined before READY=1. */
  signMs: number | undefined
  end: { atMs: number; by: 'itself' | 'watchdog' } | undefined
}

export class TestManager {
  readonly lives: Life[] = []
  readonly #options: ManagerOptions
  readonly #port: BoundPort
  readonly #looking: Timer
  #restarts: boolean
  #waits: { holds: () => boolean; resolve: () => void }[] = []

  private constructor(options: ManagerOptions) {
    this.#options = options
    this.#restarts = options.restarts
    this.#port = bindPort()
    this.#looking = systemClock.every(LOOK_EVERY_MS, () => this.#look())
  }

  /** Has a port, on which nobody listens before `begin`. */
  static open(options: ManagerOptions): TestManager {
    const program = join(options.folder, 'bin', 'systemd-notify')
    mkdirSync(join(options.folder, 'bin'), { recursive: true })
    writeFileSync(program, '#!/bin/sh\nprintf "%s\\n" "$*" >> "$NOTIFY_SOCKET"\n')
    chmodSync(program, 0o755)
    return new TestManager(options)
  }

  /** Resolves when the first daemon is ready. Rejects with what it printed when it ends before. */
  async begin(): Promise<void> {
    const first = this.#startDaemon()
    await this.until(() => isReady(first) || first.end !== undefined)
    if (first.end === undefined) return
    await this.stop()
    throw new Error(`the daemon did not start:\n${first.printed.map(({ text }) => text).join('\n')}`)
  }

  get port(): number {
    return this.#port.port
  }

  /** The process that there is now, or was last. */
  get life(): Life {
    const life = this.lives.at(-1)
    if (!life) throw new Error('no daemon was started')
    return life
  }

  /** The fate of a machine: a signal from nowhere. */
  signal(signal: NodeJS.Signals): void {
    this.life.process.kill(signal)
  }

  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve()
    return new Promise(resolve => this.#waits.push({ holds, resolve }))
  }

  /** Ends the daemon as systemd does; resolves to its exit code, null when a signal ended it. */
  async stop(): Promise<number | null> {
    this.#restarts = false
    const { life } = this
    for (const signal of ['SIGTERM', 'SIGCONT'] as const) if (!life.end) life.process.kill(signal)
    await this.until(() => life.end !== undefined)
    this.#looking.cancel()
    return life.process.exitCode
  }

  #startDaemon(): Life {
    const { folder, configurationFile } = this.#options
    const notices = join(folder, `notices-${this.lives.length}`)
    writeFileSync(notices, '')
    // The shell becomes the launcher and that the daemon: one process id, as with systemd.
    const child = spawn('/bin/sh', ['-c', 'LISTEN_PID=$$ exec "$0" start', LAUNCHER], {
      stdio: ['ignore', 'pipe', 'pipe', this.#port.fd],
      env: {
        PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
        METADATA_SERVER_DETECTION: 'none',
        PARLEY_CONFIG: configurationFile,
        LISTEN_FDS: '1',
        NOTIFY_SOCKET: notices,
        WATCHDOG_USEC: String(WATCHDOG_MS * 1_000),
      },
    })
    prefer(child)
    const life: Life = {
      process: child,
      startedMs: performance.now(),
      told: [],
      printed: [],
      signMs: undefined,
      end: undefined,
    }
    const kill = () => void child.kill('SIGKILL')
    process.once('exit', kill)
    for (const stream of [child.stdout, child.stderr])
      if (stream)
        createInterface(stream).on('line', text => life.printed.push({ atMs: performance.now(), text }))
    child.once('exit', () => {
      process.off('exit', kill)
      life.end ??= { atMs: performance.now(), by: 'itself' }
      if (this.#restarts) this.#startDaemon()
      else this.#port.close()
    })
    this.lives.push(life)
    return life
  }

  #look(): void {
    if (this.lives.length === 0) return
    const { life } = this
    const lines = readFileSync(join(this.#options.folder, `notices-${this.lives.length - 1}`), 'utf8').split(
      '\n',
    )
    const news = lines.slice(life.told.length, -1)
    if (news.length > 0) {
      life.told.push(...news)
      life.signMs = performance.now()
    }
    const { watches = true } = this.#options
    const isSilent = watches && life.signMs !== undefined && performance.now() - life.signMs > WATCHDOG_MS
    if (isSilent && !life.end) {
      life.end = { atMs: performance.now(), by: 'watchdog' }
      life.process.kill('SIGKILL')
    }
    const waits = this.#waits
    this.#waits = waits.filter(({ holds }) => !holds())
    for (const wait of waits) if (!this.#waits.includes(wait)) wait.resolve()
  }
}

/** Only root may do so; for others the daemon is a process like any other. */
function prefer({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    setPriority(pid, NICE)
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** When this life printed a line with all of these; undefined when it has not. */
export function printedAt(life: Life, ...parts: string[]): number | undefined {
  return life.printed.find(({ text }) => parts.every(part => text.includes(part)))?.atMs
}

export function isReady(life: Life): boolean {
  return life.told.includes('READY=1')
}
