// One captured session on a real switch: a caller who is a phone of its own, a daemon that a script plays, and
// every byte between daemon and switch with its time.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RealPhone } from '../../freeswitch/real-phone.ts'
import type { RealSwitch } from '../../freeswitch/real-switch.ts'
import { monoWav } from '../wav.ts'
import { Neutralizer, type Replacement } from './neutral.ts'

export type LinkName = 'outbound' | 'inbound' | 'agent'

interface Chunk {
  t: number
  dir: 'fs' | 'app'
  data: string
}

const PROMPTS_MS = { greeting: 2_000, reply: 3_000 }
const CONNECT_LIMIT_MS = 10_000

/** The daemon's end of one connection. */
export class CapturedLink {
  readonly chunks: Chunk[] = []
  readonly #socket: Socket
  readonly #from: Neutralizer
  readonly #to: Neutralizer
  readonly #nowMs: () => number

  constructor(socket: Socket, replacements: readonly Replacement[], nowMs: () => number) {
    this.#socket = socket
    this.#from = new Neutralizer(replacements)
    this.#to = new Neutralizer(replacements)
    this.#nowMs = nowMs
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => this.#keep('fs', this.#from.frames(bytes)))
    socket.on('error', () => {}) // the switch may reset what a script has left open
  }

  /** A command, without its empty line. */
  send(command: string): void {
    const bytes = Buffer.from(`${command}\n\n`, 'latin1')
    this.#keep('app', this.#to.frames(bytes))
    this.#socket.write(bytes)
  }

  execute(app: string, data: string, options: { id?: string; lock?: boolean } = {}): void {
    const { id, lock = true } = options
    const more = `${lock ? '\nevent-lock: true' : ''}${id ? `\nEvent-UUID: ${id}` : ''}`
    this.send(`sendmsg\ncall-command: execute\nexecute-app-name: ${app}\nexecute-app-arg: ${data}${more}`)
  }

  close(): void {
    this.#socket.destroy()
  }

  #keep(dir: Chunk['dir'], frames: readonly Buffer[]): void {
    const t = Math.round(this.#nowMs() * 10) / 10
    for (const frame of frames) this.chunks.push({ t, dir, data: frame.toString('latin1') })
  }
}

export class Session {
  readonly switch: RealSwitch
  /** As the switch knows them. */
  readonly prompts: { greeting: string; reply: string }
  readonly recordings: string
  readonly daemonPort: number
  readonly #links = new Map<LinkName, CapturedLink>()
  readonly #server: Server
  readonly #arrivals: ((socket: Socket) => void)[] = []
  readonly #replacements: Replacement[]
  readonly #beganMs = performance.now()
  readonly #control: { port: number; password: string }

  private constructor(
    pbx: RealSwitch,
    server: Server,
    daemonPort: number,
    control: { port: number; password: string },
  ) {
    this.switch = pbx
    this.#server = server
    this.daemonPort = daemonPort
    this.#control = control
    const prompts = join(pbx.recordings, 'prompts')
    this.prompts = { greeting: join(prompts, 'greeting.wav'), reply: join(prompts, 'reply.wav') }
    this.recordings = join(pbx.recordings, 'captured')
    this.#replacements = [
      [prompts, '/var/lib/parley/prompts'],
      [this.recordings, '/var/lib/parley/recordings'],
      [pbx.recordings, '/var/lib/parley/recordings'],
      [control.password, 'ClueCon'],
      [`127.0.0.1:${daemonPort}`, '127.0.0.1:8084'],
      [`127.0.0.1%3A${daemonPort}`, '127.0.0.1%3A8084'],
      [`X-Parley-Port: ${daemonPort}`, 'X-Parley-Port: 8084'],
      [`:${pbx.sipPort}`, ':5070'],
      [`%3A${pbx.sipPort}`, '%3A5070'],
      [`"${daemonPort}"`, '"8084"'],
      [`Hostname: ${hostname()}\n`, 'Hostname: vm\n'],
      [`Switchname: ${hostname()}\n`, 'Switchname: vm\n'],
      [`name":"${hostname()}"`, 'name":"vm"'],
      ...ownAddresses(),
    ]
    server.on('connection', socket => this.#arrivals.shift()?.(socket))
  }

  static async open(pbx: RealSwitch): Promise<Session> {
    const configuration = await readFile(join(pbx.recordings, '../conf/freeswitch.xml'), 'utf8')
    const value = (name: string) =>
      new RegExp(`name="${name}" value="([^"]*)"`).exec(configuration)?.[1] ?? ''
    const control = { port: Number(value('listen-port')), password: value('password') }
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const session = new Session(pbx, server, typeof address === 'object' ? (address?.port ?? 0) : 0, control)
    await mkdir(join(pbx.recordings, 'prompts'), { recursive: true })
    for (const [name, ms] of Object.entries(PROMPTS_MS)) {
      const tone = new Int16Array(ms * 8).map((_, i) => 6_000 * Math.sin((2 * Math.PI * 440 * i) / 8_000))
      await writeFile(join(pbx.recordings, 'prompts', `${name}.wav`), monoWav(tone))
    }
    return session
  }

  /** Milliseconds of the trace. */
  get ms(): number {
    return performance.now() - this.#beganMs
  }

  /** Somebody calls, and the daemon has taken the call over. */
  async call(variables: Record<string, string> = {}): Promise<{ phone: RealPhone; daemon: CapturedLink }> {
    const landed = this.nextConnection('outbound')
    const phone = RealPhone.dials(this.switch, {
      daemonPort: this.daemonPort,
      callerName: 'Jane Doe',
      variables,
    })
    const daemon = await landed
    daemon.send('connect')
    const caller = await phone
    await sleep(300)
    return { phone: caller, daemon }
  }

  /** What connects to the daemon next. */
  nextConnection(name: LinkName): Promise<CapturedLink> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('nobody connects')), CONNECT_LIMIT_MS)
      this.#arrivals.push(socket => {
        clearTimeout(late)
        resolve(this.#link(name, socket))
      })
    })
  }

  /** The daemon's control link, admitted. */
  async control(): Promise<CapturedLink> {
    const socket = connect({ host: '127.0.0.1', port: this.#control.port })
    const link = this.#link('inbound', socket)
    await sleep(100)
    link.send(`auth ${this.#control.password}`)
    await sleep(50)
    return link
  }

  /** Each connection as lines of JSON. */
  get traces(): { name: LinkName; text: string }[] {
    return [...this.#links].map(([name, { chunks }]) => ({
      name,
      text: chunks.map(chunk => `${JSON.stringify(chunk)}\n`).join(''),
    }))
  }

  async close(): Promise<void> {
    await this.switch.link.api('hupall', 'MANAGER_REQUEST').catch(() => {})
    await sleep(300)
    for (const link of this.#links.values()) link.close()
    this.#server.close()
  }

  #link(name: LinkName, socket: Socket): CapturedLink {
    const link = new CapturedLink(socket, this.#replacements, () => this.ms)
    this.#links.set(name, link)
    return link
  }
}

/** Addresses of this machine other than loopback, in the ways in which the switch writes them. */
function ownAddresses(): Replacement[] {
  return Object.values(networkInterfaces()).flatMap(all =>
    (all ?? [])
      .filter(one => !one.internal)
      .flatMap(({ address, family }): Replacement[] =>
        family === 'IPv4'
          ? [[address, '192.0.2.2']]
          : [
              [address, 'fd00::2'],
              [address.replaceAll(':', '%3A'), 'fd00%3A%3A2'],
            ],
      ),
  )
}
