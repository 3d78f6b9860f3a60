// Everything a spoken call needs, on this machine alone: the listening Google server and the real daemon as processes of their
// own, and a switch.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/lib/clock.ts'
import { diskFiles } from '../../src/lib/files.ts'
import { openControlPort } from '../fake-freeswitch/control-port.ts'
import { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import type { Counters, Knobs } from '../fakes/google-speech/knobs.ts'
import { ended, freePort, speechAt, startDaemon, startGoogle, unhurried } from './processes.ts'

export interface StageOptions {
  /** What callers may say. */
  phrases: readonly string[]
  /** How slow the providers are. */
  knobs?: Partial<Knobs>
  /** What the configuration of the daemon has besides its endpoints. */
  base?: { speech?: object }
  /** Laid over the configuration of the daemon. */
  configuration?: object
  /** All that the daemon has of this machine's environment. */
  env?: Readonly<Record<string, string>>
}

/** Whatever puts calls through to the daemon, as far as a stage has to do with it. */
export interface StageSwitch {
  stop(): void | Promise<void>
  /** Where its event socket is, as a daemon's configuration has it. */
  readonly control?: object
}

export interface Stage<Switch extends StageSwitch = FakeFreeswitch> {
  readonly switch: Switch
  readonly listener: { host: string; port: number }
  readonly journals: string
  readonly daemonPid: number
  /** From the start of the process to its `ready`. */
  readonly startMs: number
  /** What the daemon said and not as JSON, or at level warn and above. */
  readonly complaints: string[]
  googleCounters(): Promise<Counters>
  /** Resolves when callers may say this too. */
  learn(phrase: string): Promise<void>
  /** Ends all of it; resolves to the daemon's exit code. */
  stop(): Promise<number | null>
}

/** A stage with the embedded switch, in this process. */
export function openStage(options: StageOptions): Promise<Stage> {
  return openStageWith(options, embeddedSwitch)
}

/** A stage with any switch; `open` is told in which folder the daemon's prompts lie. */
export async function openStageWith<Switch extends StageSwitch>(
  options: StageOptions,
  open: (prompts: string) => Switch | Promise<Switch>,
): Promise<Stage<Switch>> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-'))
  const spool = join('/dev/shm', folder.slice(folder.lastIndexOf('/') + 1))
  const removeFolders = () =>
    Promise.all([folder, spool].map(one => rm(one, { recursive: true, force: true })))
  await mkdir(spool, { recursive: true })
  const google = await startGoogle(folder, options.phrases, options.knobs ?? {})
  const pbx = await open(join(folder, 'state', 'prompts'))
  const control = await controlOf(pbx)
  const port = await freePort()
  const configurationFile = join(folder, 'parley.json5')
  const { base = {} } = options
  const configuration = {
    calls: unhurried,
    web: { enabled: false },
    ...base,
    listener: { port },
    control: control.address,
    spool: { dir: spool },
    state: { dir: join(folder, 'state') },
    speech: { ...base.speech, ...speechAt(google.port) },
    ...options.configuration,
  }
  await writeFile(configurationFile, JSON.stringify(configuration))
  const daemon = await startDaemon(configurationFile, options.env).catch(async error => {
    await Promise.all([ended(google.process), pbx.stop()])
    control.close()
    await removeFolders()
    throw error
  })
  return {
    switch: pbx,
    listener: { host: '127.0.0.1', port },
    journals: join(folder, 'state', 'journals'),
    daemonPid: daemon.process.pid ?? 0,
    startMs: daemon.startMs,
    complaints: daemon.complaints,
    googleCounters: google.counters,
    learn: google.learn,
    async stop() {
      const exitCode = await ended(daemon.process)
      await pbx.stop()
      control.close()
      await ended(google.process)
      await removeFolders()
      return exitCode
    },
  }
}

/** The event socket of the switch; of the embedded one it is opened here. */
async function controlOf(pbx: StageSwitch): Promise<{ address: object; close(): void }> {
  if (!(pbx instanceof FakeFreeswitch)) return { address: pbx.control ?? {}, close() {} }
  const { port, close } = await openControlPort(pbx)
  return { address: { port }, close }
}

/** In real time, on real files; a prompt from outside the daemon's own folders is a violation. */
export function embeddedSwitch(...promptFolders: string[]): FakeFreeswitch {
  return new FakeFreeswitch({ clock: systemClock, files: diskFiles, promptFolders, codec: 'mu-law' })
}
