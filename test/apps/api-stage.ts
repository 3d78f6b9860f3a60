// Everything that the API of a real daemon needs on this machine: the daemon as a process, the embedded switch with its event
// socket, a provider of speech, and somebody who wants to be told.

import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../src/lib/clock.ts'
import { diskFiles } from '../../src/lib/files.ts'
import type { DialplanStep } from '../fake-freeswitch/call-flow.ts'
import { openControlPort } from '../fake-freeswitch/control-port.ts'
import { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import {
  type DaemonProcess,
  ended,
  freePort,
  speechAt,
  startDaemon,
  startGoogle,
  unhurried,
} from './processes.ts'

export const AGENT = '2010'
export const SOMEBODY = '+4930123'

/** What was posted to whoever wants to be told: the fields, in the order of their coming. */
export interface Posts {
  readonly url: string
  readonly fields: Record<string, string>[]
  close(): void
}

export class ApiStage {
  readonly switch: FakeFreeswitch
  readonly folder: string
  readonly webPort: number
  readonly #configurationFile: string
  readonly #listenerPort: number
  readonly #cleanUp: () => Promise<unknown>
  daemon: DaemonProcess
  token: string

  private constructor(parts: {
    pbx: FakeFreeswitch
    folder: string
    webPort: number
    listenerPort: number
    configurationFile: string
    daemon: DaemonProcess
    token: string
    cleanUp: () => Promise<unknown>
  }) {
    this.switch = parts.pbx
    this.folder = parts.folder
    this.webPort = parts.webPort
    this.#listenerPort = parts.listenerPort
    this.#configurationFile = parts.configurationFile
    this.daemon = parts.daemon
    this.token = parts.token
    this.#cleanUp = parts.cleanUp
  }

  static async open(): Promise<ApiStage> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-api-'))
    const spool = join('/dev/shm', folder.slice(folder.lastIndexOf('/') + 1))
    await mkdir(spool, { recursive: true })
    const google = await startGoogle(folder, [], {})
    const pbx = new FakeFreeswitch({
      clock: systemClock,
      files: diskFiles,
      codec: 'mu-law',
      people: {
        [AGENT]: { answersAfterMs: 1_500 },
        [SOMEBODY]: { answersAfterMs: 300 },
      },
      gateways: ['trunk'],
    })
    const control = await openControlPort(pbx)
    const [listenerPort, webPort] = [await freePort(), await freePort()]
    const patterns = [{ pattern: '+49*', type: 'phone', gateway: 'trunk' }]
    const agent = { type: 'extension', extension: AGENT, domain: 'acme.example' }
    const configurationFile = join(folder, 'parley.json5')
    const configuration = {
      calls: unhurried,
      listener: { port: listenerPort },
      control: { port: control.port },
      web: { port: webPort },
      spool: { dir: spool },
      state: { dir: join(folder, 'state') },
      speech: speechAt(google.port),
      destinations: {
        desk: { ladder: [{ targets: [agent], ringSeconds: 20 }], way: 'conference' },
        sales: { number: '2001' },
        support: { number: '2002' },
      },
      transfer: { patterns },
      callsOut: { patterns },
    }
    await writeFile(configurationFile, JSON.stringify(configuration))
    const cleanUp = async () => {
      pbx.stop()
      control.close()
      await ended(google.process)
      for (const one of [folder, spool]) await rm(one, { recursive: true, force: true })
    }
    const daemon = await startDaemon(configurationFile).catch(async (error: unknown) => {
      await cleanUp()
      throw error
    })
    const token = (await readFile(join(folder, 'state', 'api-token'), 'utf8')).trim()
    return new ApiStage({ pbx, folder, webPort, listenerPort, configurationFile, daemon, token, cleanUp })
  }

  /** Who else may read the file with the token: its mode. */
  async tokenFileMode(): Promise<number> {
    return (await stat(join(this.folder, 'state', 'api-token'))).mode & 0o777
  }

  /** Asks the daemon to end; gives its exit code. */
  end(): Promise<number | null> {
    return ended(this.daemon.process)
  }

  async startAnother(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.daemon = await startDaemon(this.#configurationFile, env)
    this.token = env.PARLEY_WEB_TOKEN ?? this.token
  }

  async close(): Promise<void> {
    await this.end()
    await this.#cleanUp()
  }

  /** Somebody calls who comes back to the next daemon when this one ends. */
  call(): Promise<Caller> {
    const socket: DialplanStep = { do: 'socket', to: [{ host: '127.0.0.1', port: this.#listenerPort }] }
    const dialplan: DialplanStep[] = [
      { do: 'set', name: 'socket_resume', value: 'true' },
      { do: 'answer' },
      socket,
      { do: 'set', name: 'socket_resume', value: 'false' },
      { do: 'transfer', to: '200' },
    ]
    return this.switch.call({ to: '5000', from: '+15550100', callerName: 'Jane Doe', dialplan })
  }

  ask(method: string, path: string, body?: object | URLSearchParams, token = this.token): Promise<Response> {
    const isForm = body instanceof URLSearchParams
    return fetch(`http://127.0.0.1:${this.webPort}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && !isForm && { 'content-type': 'application/json' }),
      },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    })
  }

  /** What a request is answered with: its status, and the body. */
  async answer(method: string, path: string, body?: object | URLSearchParams): Promise<[number, unknown]> {
    const response = await this.ask(method, path, body)
    return [response.status, await response.json()]
  }

  /** The types and data of live events, as they come. */
  async events(): Promise<Record<string, unknown>[]> {
    const { body } = await this.ask('GET', '/v1/events')
    const events: Record<string, unknown>[] = []
    const decoder = new TextDecoder()
    let text = ''
    const read = async () => {
      for await (const piece of body ?? []) {
        text += decoder.decode(piece, { stream: true })
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const [, data] = /^data: ?(.*)$/m.exec(text.slice(0, end)) ?? []
          const [, type] = /^event: ?(.*)$/m.exec(text.slice(0, end)) ?? []
          if (data) events.push({ type, ...JSON.parse(data) })
          text = text.slice(end + 2)
        }
      }
    }
    read().catch(() => {}) // the daemon ends
    return events
  }
}

export async function takePosts(): Promise<Posts> {
  const fields: Record<string, string>[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      const isJson = request.headers['content-type'] === 'application/json'
      fields.push(isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)))
      response.end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return { url: `http://127.0.0.1:${port}/status`, fields, close: () => void server.close() }
}

/** Looks until it is so; another process decides when. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 15_000,
): Promise<void> {
  const untilMs = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error(`it did not come to this: ${what}`)
    await sleep(50)
  }
}
