// A FreeSWITCH of this machine, started for the tests: loopback only, free ports, own folders, and never left running.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { access, constants, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../apps/processes.ts'
import { ControlLink } from './control-link.ts'

/** Where recordings grow frame by frame: a memory file system. */
const FOLDERS_IN = '/dev/shm'
const FOLDERS = ['conf', 'log', 'db', 'run', 'recordings', 'storage', 'sounds', 'temp', 'grammar', 'certs']
const READY_LIMIT_MS = 30_000
const EXIT_LIMIT_MS = 15_000
/** Of the RTP ports; 250 calls of both their sides. */
const RTP_PORTS = 1_000

/** The program that `named` means, a file or a prefix with `bin/freeswitch`; without a name the one on the PATH. */
export async function findFreeswitch(named: string | undefined): Promise<string | undefined> {
  const candidates = named
    ? [named, join(named, 'bin/freeswitch')]
    : (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'freeswitch'))
  for (const path of candidates) if (await isProgram(path)) return path
  return undefined
}

export class RealSwitch {
  /** Such as 1.10.12. */
  readonly version: string
  readonly link: ControlLink
  readonly sipPort: number
  /** Where its Event Socket is, as the daemon's configuration has it. */
  readonly control: { port: number; password: string }
  readonly pid: number
  /** Where callers' recordings and what they say are kept. */
  readonly recordings: string
  readonly #process: ChildProcess
  readonly #folder: string

  private constructor(parts: {
    version: string
    link: ControlLink
    sipPort: number
    control: { port: number; password: string }
    process: ChildProcess
    folder: string
  }) {
    this.version = parts.version
    this.link = parts.link
    this.sipPort = parts.sipPort
    this.control = parts.control
    this.pid = parts.process.pid ?? 0
    this.recordings = join(parts.folder, 'recordings')
    this.#process = parts.process
    this.#folder = parts.folder
  }

  /** Resolves when calls can be made. Rejects with what the switch said when it does not get so far. */
  static async start(program: string): Promise<RealSwitch> {
    const folder = await mkdtemp(join(FOLDERS_IN, 'parley-switch-'))
    for (const name of FOLDERS) await mkdir(join(folder, name))
    const [sipPort, controlPort, rtpFirst] = await Promise.all([freeSipPort(), freePort(), freeRtpPorts()])
    const password = randomUUID()
    const template = await readFile(new URL('configuration.xml', import.meta.url), 'utf8')
    const values: Record<string, string | number> = {
      parley_sip_port: sipPort,
      parley_control_port: controlPort,
      parley_password: password,
      parley_rtp_first: rtpFirst,
      parley_rtp_last: rtpFirst + RTP_PORTS - 1,
      parley_room_profile: fileURLToPath(new URL('../../dialplan/conference-parley.xml', import.meta.url)),
    }
    const configuration = template.replace(/\$\$\{(parley_\w+)\}/g, (_, name: string) => String(values[name]))
    await writeFile(join(folder, 'conf/freeswitch.xml'), configuration)
    const own = FOLDERS.flatMap(name => [`-${name}`, join(folder, name)])
    const child = spawn(program, ['-nonat', '-nf', '-nc', ...own], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // an interrupt at the terminal is ours to handle
    })
    const said: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk))
    const kill = () => void child.kill('SIGKILL')
    process.once('exit', kill)
    child.once('exit', () => process.off('exit', kill))
    try {
      const { link, version } = await ready(child, controlPort, password)
      const control = { port: controlPort, password }
      return new RealSwitch({ version, link, sipPort, control, process: child, folder })
    } catch (cause) {
      child.kill('SIGKILL')
      const log = await readFile(join(folder, 'log/freeswitch.log'), 'utf8').catch(() => '')
      await rm(folder, { recursive: true, force: true })
      const tail = `${Buffer.concat(said)}${log}`.split('\n').slice(-15).join('\n')
      throw new Error(`FreeSWITCH did not become ready:\n${tail}`, { cause })
    }
  }

  /** Channels that are up at this moment. */
  async channels(): Promise<number> {
    return Number.parseInt(await this.link.api('show', 'channels count'), 10)
  }

  /** The lines of its log at warning and above. */
  async complaints(): Promise<string[]> {
    const log = await readFile(join(this.#folder, 'log/freeswitch.log'), 'utf8')
    return log.split('\n').filter(line => /\[(WARNING|ERR|CRIT|ALERT)\]/.test(line))
  }

  /** Ends it and waits until the process is gone. */
  async stop(): Promise<void> {
    const exit = new Promise<void>(resolve => {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) resolve()
      else this.#process.once('exit', () => resolve())
    })
    // It may close the link before it answers.
    await this.link.api('fsctl', 'shutdown now').catch(() => {})
    this.link.close()
    const late = setTimeout(() => this.#process.kill('SIGKILL'), EXIT_LIMIT_MS)
    await exit
    clearTimeout(late)
    await rm(this.#folder, { recursive: true, force: true })
  }
}

async function ready(
  child: ChildProcess,
  port: number,
  password: string,
): Promise<{ link: ControlLink; version: string }> {
  const untilMs = performance.now() + READY_LIMIT_MS
  let link: ControlLink | undefined
  let last: unknown
  while (performance.now() < untilMs && child.exitCode === null && child.signalCode === null) {
    try {
      link ??= await ControlLink.connect(port, password)
      const profile = await link.api('sofia', 'status profile internal')
      if (/^CALLS-IN/m.test(profile)) {
        const version = /\d+\.\d+\.\d+/.exec(await link.api('version', 'short'))?.[0] ?? 'unknown'
        return { link, version }
      }
    } catch (error) {
      last = error
    }
    await sleep(100)
  }
  link?.close()
  throw new Error('it is not ready', { cause: last })
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/** SIP uses both: a port that is free for TCP and for UDP. */
async function freeSipPort(): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (await isFreeUdp(port)) return port
  }
}

/** The first of a thousand ports of which some have been found free; the switch steps over others. */
async function freeRtpPorts(): Promise<number> {
  for (;;) {
    const first = 10_000 + Math.floor(Math.random() * 10) * RTP_PORTS
    const some = [first, first + 1, first + 2, first + RTP_PORTS / 2]
    if ((await Promise.all(some.map(isFreeUdp))).every(Boolean)) return first
  }
}

function isFreeUdp(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)))
  })
}
