// The processes that a test starts beside itself: the daemon and the listening Google server; and how they end.

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Counters, Knobs } from '../fakes/google-speech/knobs.ts'

/** `GOOGLE_APPLICATION_CREDENTIALS` and the like of this machine must not reach the daemon of a test. */
const bareEnv = { PATH: process.env.PATH, METADATA_SERVER_DETECTION: 'none' }

export interface GoogleProcess {
  readonly process: ChildProcess
  readonly port: number
  counters(): Promise<Counters>
  /** Resolves when the recognizer would understand this phrase. */
  learn(phrase: string): Promise<void>
}

/** The listening Google server; its files are written to `folder`. */
export async function startGoogle(
  folder: string,
  phrases: readonly string[],
  knobs: Partial<Knobs>,
): Promise<GoogleProcess> {
  const phrasesFile = join(folder, 'phrases.json')
  const knobsFile = join(folder, 'knobs.json')
  await writeFile(phrasesFile, JSON.stringify(phrases))
  await writeFile(knobsFile, JSON.stringify(knobs))
  const program = new URL('../fakes/google-speech/main.ts', import.meta.url)
  const child = fork(program, ['--phrases', phrasesFile, '--options', knobsFile], {
    silent: true,
    env: bareEnv,
  })
  child.stderr?.pipe(process.stderr)
  const lines = linesOf(child)
  const { port } = JSON.parse(await lines.next()) as { port: number }
  const counters = async () => {
    child.kill('SIGUSR2')
    return (JSON.parse(await lines.next()) as { counters: Counters }).counters
  }
  return { process: child, port, counters, learn: phrase => teach(child, phrase) }
}

function teach(child: ChildProcess, phrase: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => {
      child.off('message', onMessage).off('exit', onExit)
      if (error) reject(error)
      else resolve()
    }
    const onMessage = (message: unknown) => {
      if ((message as { ready?: unknown }).ready === phrase) settle()
    }
    const onExit = () => settle(new Error('the local Google server is gone'))
    child.on('message', onMessage).once('exit', onExit)
    child.send({ phrase }, error => error && settle(error))
  })
}

export interface DaemonProcess {
  readonly process: ChildProcess
  /** What it said and not as JSON, or at level warn and above. */
  readonly complaints: string[]
  /** All that it said, line by line. */
  readonly lines: string[]
  /** From the start of the process to its `ready`. */
  readonly startMs: number
}

/** The real daemon, as an operator starts it; `env` is all it has of this machine's environment. Rejects when it does not become ready. */
export async function startDaemon(
  configurationFile: string,
  env: Readonly<Record<string, string>> = {},
): Promise<DaemonProcess> {
  mustBeInstalled()
  const beganMs = performance.now()
  const launcher = join(import.meta.dirname, '../../scripts/parley')
  const child = spawn(launcher, ['start'], {
    env: { ...env, ...bareEnv, PARLEY_CONFIG: configurationFile },
  })
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const complaints: string[] = []
  const lines: string[] = []
  const ready = Promise.withResolvers<number>()
  const onLine = (line: string) => {
    lines.push(line)
    if (line.includes('"msg":"ready"')) ready.resolve(performance.now() - beganMs)
    else if (!/"level":"(debug|info)"/.test(line)) complaints.push(line)
  }
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', onLine)
  child.once('exit', () => {
    process.off('exit', kill)
    ready.reject(new Error(`the daemon did not start:\n${complaints.join('\n')}`))
  })
  return { process: child, complaints, lines, startMs: await ready.promise }
}

/** The launcher installs what the lock file asks for: never in the middle of a test, under the feet of everybody else. */
function mustBeInstalled(): void {
  const root = join(import.meta.dirname, '../..')
  const changedMs = (file: string) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (changedMs('node_modules/.package-lock.json') < changedMs('package-lock.json'))
    throw new Error('what is installed is older than package-lock.json: run `npm ci` before')
}

/** A daemon that shares two cores with all the rest of a test may be late; nobody is to be sent away for that. */
export const unhurried = { maxLoopDelayMs: 60_000, maxEarLagMs: 60_000 }

/** Where the speech providers of a daemon's configuration are to be found: at the local Google server. */
export function speechAt(googlePort: number): object {
  const access = { provider: 'google', endpoint: `127.0.0.1:${googlePort}`, insecure: true }
  return {
    recognizers: [{ ...access, name: 'google', projectId: 'demo' }],
    synthesizers: [{ ...access, name: 'google' }],
  }
}

/** Asks a process to end; resolves to its exit code, null when a signal ended it. */
export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  const exit = new Promise<number | null>(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  if (child.connected) child.disconnect()
  return exit
}

/** A TCP port of loopback on which nobody listens at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : undefined
      server.close(() => (port ? resolve(port) : reject(new Error('no free port'))))
    })
  })
}

/** The lines that a child prints, one at a time; lines that come before somebody asks for them are kept. */
function linesOf(child: ChildProcess): { next(): Promise<string> } {
  const came: string[] = []
  const waiting: ((line: string) => void)[] = []
  if (!child.stdout) throw new Error('the child has no output')
  createInterface(child.stdout).on('line', line => {
    const first = waiting.shift()
    if (first) first(line)
    else came.push(line)
  })
  return {
    next() {
      const line = came.shift()
      return line === undefined ? new Promise(resolve => waiting.push(resolve)) : Promise.resolve(line)
    },
  }
}
