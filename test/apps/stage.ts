// Everything a spoken call needs, on this machine alone: the listening Google server and the real daemon as processes of their
// own, the embedded switch in this one.

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '../../src/lib/clock.ts'
import { diskFiles } from '../../src/lib/files.ts'
import { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import type { Counters, Knobs } from '../fakes/google-speech/knobs.ts'

export interface StageOptions {
  /** What callers may say. */
  phrases: readonly string[]
  /** How slow the providers are. */
  knobs?: Partial<Knobs>
  /** Laid over the configuration of the daemon. */
  configuration?: object
}

export interface Stage {
  readonly switch: FakeFreeswitch
  readonly listener: { host: string; port: number }
  readonly journals: string
  readonly daemonPid: number
  /** From the start of the process to its `ready`. */
  readonly startMs: number
  /** What the daemon said and not as JSON, or at level warn and above. */
  readonly complaints: string[]
  googleCounters(): Promise<Counters>
  /** Ends all of it; resolves to the daemon's exit code. */
  stop(): Promise<number | null>
}

/** `GOOGLE_APPLICATION_CREDENTIALS` and the like of this machine must not reach the daemon of a test. */
const bareEnv = { PATH: process.env.PATH, METADATA_SERVER_DETECTION: 'none' }

export async function openStage(options: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-'))
  const spool = join('/dev/shm', folder.slice(folder.lastIndexOf('/') + 1))
  await mkdir(spool, { recursive: true })
  const google = await startGoogle(folder, options)
  const port = await freePort()
  const configurationFile = join(folder, 'parley.json5')
  const access = { provider: 'google', endpoint: `127.0.0.1:${google.port}`, insecure: true }
  const configuration = {
    listener: { port },
    spool: { dir: spool },
    state: { dir: join(folder, 'state') },
    speech: {
      recognizers: [{ ...access, name: 'google', projectId: 'demo' }],
      synthesizers: [{ ...access, name: 'google' }],
    },
    ...options.configuration,
  }
  await writeFile(configurationFile, JSON.stringify(configuration))
  const daemon = await startDaemon(configurationFile)
  const pbx = new FakeFreeswitch({
    clock: systemClock,
    files: diskFiles,
    promptFolders: [join(folder, 'state', 'prompts')],
    codec: 'mu-law',
  })
  return {
    switch: pbx,
    listener: { host: '127.0.0.1', port },
    journals: join(folder, 'state', 'journals'),
    daemonPid: daemon.process.pid ?? 0,
    startMs: daemon.startMs,
    complaints: daemon.complaints,
    googleCounters: google.counters,
    async stop() {
      pbx.stop()
      const exitCode = await ended(daemon.process)
      await ended(google.process)
      await Promise.all([folder, spool].map(one => rm(one, { recursive: true, force: true })))
      return exitCode
    },
  }
}

async function startGoogle(folder: string, { phrases, knobs = {} }: StageOptions) {
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
  return { process: child, port, counters }
}

async function startDaemon(configurationFile: string) {
  const beganMs = performance.now()
  const launcher = join(import.meta.dirname, '../../scripts/parley')
  const child = spawn(launcher, ['start'], { env: { ...bareEnv, PARLEY_CONFIG: configurationFile } })
  process.once('exit', () => child.kill('SIGKILL'))
  const complaints: string[] = []
  const ready = Promise.withResolvers<number>()
  const onLine = (line: string) => {
    if (line.includes('"msg":"ready"')) ready.resolve(performance.now() - beganMs)
    else if (!/"level":"(debug|info)"/.test(line)) complaints.push(line)
  }
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', onLine)
  child.once('exit', () => ready.reject(new Error(`the daemon did not start:\n${complaints.join('\n')}`)))
  return { process: child, complaints, startMs: await ready.promise }
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

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode)
  const exit = new Promise<number | null>(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  if (child.connected) child.disconnect()
  return exit
}

function freePort(): Promise<number> {
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
