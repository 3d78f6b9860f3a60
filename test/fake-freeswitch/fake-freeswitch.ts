// The embedded switch: an honest Event Socket peer that dials the daemon, plays real prompt files, writes
// real recordings, and lets the author of a test be the people on the phones. Time is the injected clock's,
// chance comes from a seed.

import { connect as dialTcp } from 'node:net'
import { normalize } from 'node:path'
import type { Duplex } from 'node:stream'
import { decodeG711, encodeG711, type Law } from '../../src/audio/g711.ts'
import type { Clock, Timer } from '../../src/lib/clock.ts'
import type { Files } from '../../src/lib/files.ts'
import type { Ids } from '../../src/lib/ids.ts'
import { api } from './api.ts'
import { toBytes, toText } from './bytes.ts'
import { CallFlow, type Dial, type DialplanStep, type FlowHost, type PersonScript } from './call-flow.ts'
import { Channel } from './channel.ts'
import { type RecordingDisk, recordingDisk } from './disk.ts'
import type { Headers, SwitchEvent } from './event-headers.ts'
import { EventMaker } from './event-maker.ts'
import type { Faults } from './faults.ts'
import { OutboundSocket, type SocketHost } from './outbound-socket.ts'
import { Caller } from './person.ts'
import { type Random, seededRandom, seededUuids } from './seeded.ts'
import { FRAME_MS, soundOf } from './wav.ts'

export interface FakeFreeswitchOptions {
  clock: Clock
  files: Files
  seed?: number
  ids?: Ids
  faults?: Faults
  /** Playback from anywhere else is a violation; not given: from everywhere. */
  promptFolders?: readonly string[]
  /** Both directions go through this code and back, as on a telephone line. Not given: sound stays as it is. */
  codec?: Law
  /** When the first frame of 20 ms is over, after the first call; otherwise chance decides. */
  firstTickMs?: number
  /** Who answers where callers are transferred to, by number. */
  people?: Readonly<Record<string, PersonScript>>
  /** Parts of the dialplan that are transferred to, by number. */
  extensions?: Readonly<Record<string, readonly DialplanStep[]>>
}

export interface CallOptions {
  to: string
  from: string
  callerName?: string
  /** A name in the bytes that the SIP header had, e.g. Latin-1. */
  callerNameBytes?: Uint8Array
  variables?: Readonly<Record<string, string>>
  /** Where the daemon listens; more than one are tried in order. */
  listener?: Dial | readonly Dial[]
  /** Instead of `listener`: the whole dialplan. Without it: answer, socket, and the end of the call. */
  dialplan?: readonly DialplanStep[]
  id?: string
}

/** Something that a real switch may forgive and a test must not. */
export interface Violation {
  callId: string
  atMs: number
  what: string
}

export class FakeFreeswitch {
  readonly violations: Violation[] = []
  readonly #clock: Clock
  readonly #files: Files
  readonly #disk: RecordingDisk
  readonly #random: Random
  readonly #ids: Ids
  readonly #options: FakeFreeswitchOptions
  readonly #events: EventMaker
  readonly #flows = new Map<string, CallFlow>()
  readonly #callers = new Map<string, Caller>()
  readonly #sockets = new Set<OutboundSocket>()
  readonly #host: FlowHost & SocketHost
  #nextTickMs = 0
  #ticking: Timer | undefined
  #refusals = 0

  constructor(options: FakeFreeswitchOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#files = options.files
    this.#disk = recordingDisk(options.files)
    this.#random = seededRandom(options.seed ?? 1)
    this.#ids = options.ids ?? seededUuids(this.#random)
    this.#events = new EventMaker(this.#ids.next())
    this.#host = this.#makeHost()
  }

  get openSockets(): number {
    return this.#sockets.size
  }

  get liveCalls(): number {
    return this.#callers.size
  }

  /** The next so many connections to the daemon are refused. */
  refuses(times: number): void {
    this.#refusals = times
  }

  /**
   * Somebody calls. Resolves when the dialplan has come to the daemon, or to something else that takes time.
   */
  async call(options: CallOptions): Promise<Caller> {
    this.#startTicking()
    const channel = new Channel(
      {
        id: options.id ?? this.#ids.next(),
        from: toBytes(options.from),
        callerName: options.callerNameBytes
          ? Buffer.from(options.callerNameBytes).toString('latin1')
          : toBytes(options.callerName ?? ''),
        to: toBytes(options.to),
        direction: 'inbound',
      },
      this.#host,
    )
    for (const [name, value] of Object.entries(options.variables ?? {})) {
      channel.variables.set(name, toBytes(value))
    }
    const flow = new CallFlow(channel, options.dialplan ?? dialplanFor(options.listener), this.#host)
    const caller = new Caller(flow, {
      files: this.#files,
      after: this.#host.after,
      codec: sound => this.#throughCodec(sound),
    })
    this.#flows.set(channel.id, flow)
    this.#callers.set(channel.id, caller)
    channel.transcript.add(0, 'caller', `calls ${options.to}`)
    channel.whenOver = () => {
      flow.ended()
      if (flow.place.at !== 'socket') this.#flows.delete(channel.id)
    }
    await flow.next()
    return caller
  }

  /** Ends the test's switch. What is still open by then is a violation, and is closed. */
  stop(): void {
    for (const flow of this.#flows.values()) {
      const { channel } = flow
      if (channel.leg.state === 'over') continue
      if (channel.recordings.paths.length > 0) channel.complain('a recording was left running')
      channel.recordings.stopAll('success-maxtime')
    }
    for (const socket of [...this.#sockets]) {
      if (socket.isOpen) socket.channel.complain('a socket was left open')
      socket.cut()
    }
    this.#ticking?.cancel()
    this.#ticking = undefined
  }

  #startTicking(): void {
    if (this.#ticking) return
    this.#nextTickMs = this.#clock.now() + (this.#options.firstTickMs ?? Math.ceil(this.#random() * FRAME_MS))
    this.#events.stampUs = Math.floor(this.#clock.wallMs() * 1_000)
    this.#armTick()
  }

  #armTick(): void {
    this.#ticking = this.#clock.after(this.#nextTickMs - this.#clock.now(), () => {
      // A late timer owes more than one frame; a timer that is early by a fraction owes none.
      while (this.#nextTickMs <= this.#clock.now() + 0.5) this.#tick()
      if (this.#callers.size > 0) this.#armTick()
      else this.#ticking = undefined
    })
  }

  #tick(): void {
    const lateMs = this.#clock.now() - this.#nextTickMs
    this.#events.stampUs = Math.floor((this.#clock.wallMs() - lateMs) * 1_000)
    this.#nextTickMs += FRAME_MS
    for (const [id, caller] of this.#callers) {
      const flow = this.#flows.get(id)
      flow?.channel.tick()
      caller.afterFrame()
      if (caller.isOver) this.#callers.delete(id)
    }
  }

  #fire(name: string, channel: Channel, extra: Headers, bare?: 'bare'): void {
    if (name === 'CHANNEL_HANGUP')
      for (const socket of this.#sockets) if (socket.channel === channel) socket.wake()
    let event: SwitchEvent | undefined
    for (const socket of this.#sockets) {
      if (!socket.listensFor(name)) continue
      event ??= this.#events.event(name, channel, extra, bare)
      socket.offer(event)
    }
  }

  #load(path: string): Int16Array | undefined {
    let file: ReturnType<Files['openToRead']>
    try {
      file = this.#files.openToRead(toText(path))
    } catch {
      return undefined // the switch says FILE NOT FOUND, whatever the reason
    }
    try {
      const bytes = Buffer.alloc(file.size())
      file.read(bytes, 0)
      const sound = soundOf(bytes)
      return sound && this.#throughCodec(sound)
    } finally {
      file.close()
    }
  }

  #throughCodec(samples: Int16Array): Int16Array {
    const { codec } = this.#options
    return codec ? decodeG711(encodeG711(samples, codec), codec) : samples
  }

  async #connect(to: Dial): Promise<Duplex> {
    if (this.#refusals > 0) {
      this.#refusals--
      throw new Error('connection refused')
    }
    if (typeof to === 'function') return to()
    return new Promise((resolve, reject) => {
      const socket = dialTcp({ ...to, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(socket)
      })
    })
  }

  #openSocket(duplex: Duplex, flow: CallFlow): OutboundSocket {
    const socket = new OutboundSocket(duplex, flow.channel, this.#host)
    this.#sockets.add(socket)
    return socket
  }

  #complain(channel: Channel, what: string): void {
    this.violations.push({ callId: channel.id, atMs: channel.ms, what })
    channel.transcript.add(channel.ms, 'switch', `VIOLATION ${what}`)
  }

  #makeHost(): FlowHost & SocketHost {
    return {
      random: this.#random,
      faults: this.#options.faults ?? {},
      now: () => this.#clock.now(),
      wallMs: () => this.#clock.wallMs(),
      after: (ms, run) => this.#clock.after(ms, run),
      nextId: () => this.#ids.next(),
      stampUs: () => this.#events.stampUs,
      untilTickMs: () => this.#nextTickMs - this.#clock.now(),
      fire: (name, channel, extra, bare) => this.#fire(name, channel, extra, bare),
      load: path => this.#load(path),
      complain: (channel, what) => this.#complain(channel, what),
      recordings: {
        create: path => {
          const text = toText(path)
          if (this.#options.faults?.unwritable?.(text)) throw new Error('the file cannot be written')
          return this.#disk.create(text)
        },
      },
      connect: to => this.#connect(to),
      openSocket: (duplex, flow) => this.#openSocket(duplex, flow),
      extension: number => this.#options.extensions?.[toText(number)],
      person: number => this.#options.people?.[toText(number)] ?? {},
      channelData: channel => this.#events.channelData(channel),
      api: line => api({ flow: uuid => this.#flows.get(uuid) }, line),
      execute: (uuid, execute) => {
        const channel = this.#flows.get(uuid)?.channel
        if (channel && execute.app === 'playback') this.#checkPrompt(channel, toText(execute.data))
        channel?.execute(execute)
        return channel !== undefined
      },
      kill: (uuid, cause) => this.#flows.get(uuid)?.channel.hangUp(cause, 'assistant'),
      backgroundJob: (jobId, line, result) => this.#events.backgroundJob(jobId, line, result),
      closed: socket => {
        this.#sockets.delete(socket)
        this.#flows.get(socket.channel.id)?.socketLost(socket)
        if (socket.channel.leg.state === 'over') this.#flows.delete(socket.channel.id)
      },
    }
  }

  #checkPrompt(channel: Channel, data: string): void {
    const folders = this.#options.promptFolders
    const path = normalize(data.split('@@', 1)[0] ?? '')
    if (!folders || /^(silence|tone)_stream:/.test(data)) return
    if (folders.some(folder => path.startsWith(`${normalize(folder)}/`.replace('//', '/')))) return
    this.#complain(channel, 'a playback from outside the prompt folders')
  }
}

function dialplanFor(listener: Dial | readonly Dial[] | undefined): DialplanStep[] {
  if (!listener) throw new Error('a call needs a listener or a dialplan')
  const to = typeof listener === 'function' || 'host' in listener ? [listener] : listener
  return [{ do: 'answer' }, { do: 'socket', to }]
}
