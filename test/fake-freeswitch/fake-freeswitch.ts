// The embedded switch: an honest Event Socket peer that dials the daemon, plays real prompt files, writes
// real recordings, and lets the author of a test be the people on the phones. Time is the injected clock's,
// chance comes from a seed.

import { normalize } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Law } from '../../src/audio/g711.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { Files } from '../../src/lib/files.ts'
import type { Ids } from '../../src/lib/ids.ts'
import { type ApiHost, api } from './api.ts'
import { toBytes, toText } from './bytes.ts'
import {
  CallFlow,
  type Dial,
  type DialplanPart,
  type DialplanStep,
  type FlowHost,
  type PersonScript,
} from './call-flow.ts'
import { Channel } from './channel.ts'
import { Conferences, type RoomHost } from './conference.ts'
import { type ControlHost, ControlLink } from './control-link.ts'
import { addressesIn, dial } from './dial.ts'
import { type RecordingDisk, recordingDisk } from './disk.ts'
import type { Headers, SwitchEvent } from './event-headers.ts'
import { EventMaker } from './event-maker.ts'
import type { Faults } from './faults.ts'
import { FrameClock } from './frame-clock.ts'
import type { ChannelFacts } from './leg-identity.ts'
import { type OriginateHost, Originations } from './originate.ts'
import { OutboundSocket, type SocketHost } from './outbound-socket.ts'
import { Caller } from './person.ts'
import { type Random, seededRandom, seededUuids } from './seeded.ts'
import { SoundFiles } from './sound-files.ts'
import { FRAME_MS } from './wav.ts'

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
  /** Users and gateways that can be dialled; a user also when people have their number. */
  users?: readonly string[]
  gateways?: readonly string[]
  controlPassword?: string
  /** Who listens where an originated leg's `socket` leads, by `host:port`; not given: TCP. */
  listeners?: Readonly<Record<string, Dial>>
  /** Parts of the dialplan that are transferred to, by number; some depend on what the channel's variables say then. */
  extensions?: Readonly<Record<string, readonly DialplanStep[] | DialplanPart>>
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

/** So that what waits for a frame has the whole of it. */
const JUST_BEFORE_MS = 0.01

type Host = FlowHost & SocketHost & ControlHost & RoomHost & OriginateHost & ApiHost

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
  readonly #links = new Set<ControlLink>()
  readonly #rooms: Conferences
  readonly #originations: Originations
  readonly #host: Host
  readonly #frames: FrameClock
  readonly #sounds: SoundFiles
  #refusals = 0
  #tasks = 0

  constructor(options: FakeFreeswitchOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#files = options.files
    this.#disk = recordingDisk(options.files)
    this.#sounds = new SoundFiles(options.files, options.codec)
    this.#frames = new FrameClock(options.clock, stampUs => this.#onFrame(stampUs))
    this.#random = seededRandom(options.seed ?? 1)
    this.#ids = options.ids ?? seededUuids(this.#random)
    this.#events = new EventMaker(this.#ids.next())
    this.#host = this.#makeHost()
    this.#rooms = new Conferences(this.#host)
    this.#originations = new Originations(this.#host)
  }

  get openSockets(): number {
    return this.#sockets.size
  }

  get liveCalls(): number {
    return this.#callers.size
  }

  /** Somebody has connected to the control port. */
  acceptControl(duplex: Duplex): void {
    this.#links.add(new ControlLink(duplex, this.#host))
  }

  /** Whoever is on this leg, an agent for instance; undefined when there is no such leg. */
  personOn(legId: string): Caller | undefined {
    return this.#callers.get(legId)
  }

  /** The next so many connections to the daemon are refused. */
  refuses(times: number): void {
    this.#refusals = times
  }

  /**
   * Somebody calls. Resolves when the dialplan has come to the daemon, or to something else that takes time.
   */
  async call(options: CallOptions): Promise<Caller> {
    const { flow, caller } = this.#leg(
      {
        id: options.id ?? this.#ids.next(),
        from: toBytes(options.from),
        callerName: options.callerNameBytes
          ? Buffer.from(options.callerNameBytes).toString('latin1')
          : toBytes(options.callerName ?? ''),
        to: toBytes(options.to),
        direction: 'inbound',
      },
      options.dialplan ?? dialplanFor(options.listener),
    )
    const { channel } = flow
    for (const [name, value] of Object.entries(options.variables ?? {})) {
      channel.variables.set(name, toBytes(value))
    }
    channel.transcript.add(0, 'caller', `calls ${options.to}`)
    channel.create()
    await flow.next()
    return caller
  }

  #leg(facts: ChannelFacts, steps: readonly DialplanStep[]): { flow: CallFlow; caller: Caller } {
    this.#startTicking()
    const channel = new Channel(facts, this.#host)
    const flow = new CallFlow(channel, steps, this.#host)
    const caller = new Caller(flow, {
      files: this.#files,
      after: this.#host.after,
      codec: sound => this.#sounds.onTheLine(sound),
    })
    this.#flows.set(channel.id, flow)
    this.#callers.set(channel.id, caller)
    channel.whenOver = () => {
      flow.ended()
      if (flow.place.at !== 'socket') this.#flows.delete(channel.id)
    }
    return { flow, caller }
  }

  /** Ends the test's switch. What is still open by then is a violation, and is closed. */
  stop(): void {
    for (const flow of this.#flows.values()) {
      const { channel } = flow
      if (channel.leg.state === 'over') continue
      if (channel.identity.isDialled && channel.leg.state === 'ringing') {
        channel.complain('a phone was left ringing')
      }
      if (channel.recordings.paths.length > 0) channel.complain('a recording was left running')
      channel.recordings.stopAll('success-maxtime')
    }
    for (const socket of [...this.#sockets]) {
      if (socket.isOpen) socket.channel.complain('a socket was left open')
      socket.cut()
    }
    for (const link of [...this.#links]) link.cut()
    this.#frames.stop()
  }

  #startTicking(): void {
    if (this.#frames.isRunning) return
    this.#events.stampUs = Math.floor(this.#clock.wallMs() * 1_000)
    this.#frames.start(this.#options.firstTickMs ?? Math.ceil(this.#random() * FRAME_MS))
  }

  #onFrame(stampUs: number): boolean {
    this.#events.stampUs = stampUs
    this.#rooms.beforeFrame()
    for (const [id, caller] of this.#callers) {
      const flow = this.#flows.get(id)
      flow?.channel.tick()
      caller.afterFrame()
      if (caller.isOver) this.#callers.delete(id)
    }
    this.#originations.afterFrame()
    this.#rooms.afterFrame()
    return this.#callers.size > 0 || this.#rooms.count > 0
  }

  #fire(name: string, channel: Channel, extra: Headers, bare?: 'bare'): void {
    if (name === 'CHANNEL_HANGUP')
      for (const socket of this.#sockets) if (socket.channel === channel) socket.wake()
    this.#offer(name, () => this.#events.event(name, channel, extra, bare))
  }

  /** An event is made only when somebody listens for it. */
  #offer(name: string, make: () => SwitchEvent): void {
    let event: SwitchEvent | undefined
    for (const listeners of [this.#sockets, this.#links]) {
      for (const listener of listeners) {
        if (!listener.listensFor(name)) continue
        event ??= make()
        listener.offer(event)
      }
    }
  }

  async #connect(to: Dial): Promise<Duplex> {
    if (this.#refusals > 0) {
      this.#refusals--
      throw new Error('connection refused')
    }
    return dial(to)
  }

  #openSocket(duplex: Duplex, flow: CallFlow): OutboundSocket {
    const socket = new OutboundSocket(duplex, flow.channel, this.#host)
    this.#sockets.add(socket)
    return socket
  }

  #api(line: string, done: (result: string) => void): void {
    const slowMs = this.#options.faults?.slow?.(line) ?? 0
    const answer = slowMs > 0 ? (result: string) => void this.#clock.after(slowMs, () => done(result)) : done
    this.#apiNow(line, answer)
  }

  #apiNow(line: string, done: (result: string) => void): void {
    const [name, ...words] = line.split(' ')
    if (name === 'originate') return this.#originations.start(words.join(' '), done)
    // It waits for the channel's next frame.
    if (/^uuid_record \S+ start /i.test(line)) {
      const untilFrameMs = this.#frames.untilNextMs - JUST_BEFORE_MS
      this.#clock.after(Math.max(0, untilFrameMs), () => done(api(this.#host, line)))
      return
    }
    done(api(this.#host, line))
  }

  #complain(channel: Channel, what: string): void {
    this.violations.push({ callId: channel.id, atMs: channel.ms, what })
    channel.transcript.add(channel.ms, 'switch', `VIOLATION ${what}`)
  }

  #makeHost(): Host {
    return {
      password: this.#options.controlPassword ?? 'ClueCon',
      random: this.#random,
      faults: this.#options.faults ?? {},
      now: () => this.#clock.now(),
      wallMs: () => this.#clock.wallMs(),
      after: (ms, run) => this.#clock.after(ms, run),
      nextId: () => this.#ids.next(),
      stampUs: () => this.#events.stampUs,
      untilTickMs: () => this.#frames.untilNextMs,
      fire: (name, channel, extra, bare) => this.#fire(name, channel, extra, bare),
      load: path => this.#sounds.load(path),
      complain: (channel, what) => this.#complain(channel, what),
      recordings: {
        create: path => {
          const text = toText(path)
          if (this.#options.faults?.unwritable?.(text)) throw new Error('the file cannot be written')
          const file = this.#disk.create(text)
          return this.#options.faults?.full?.(text) ? { ...file, append() {}, patch() {} } : file
        },
      },
      connect: to => this.#connect(to),
      openSocket: (duplex, flow) => this.#openSocket(duplex, flow),
      extension: (number, channel) => {
        const part = this.#options.extensions?.[toText(number)]
        return typeof part === 'function' ? part(channel.variables) : part
      },
      person: number => this.#options.people?.[toText(number)] ?? {},
      channelData: channel => this.#events.channelData(channel),
      nextTask: () => ++this.#tasks,
      flow: uuid => this.#flows.get(uuid),
      flows: () => this.#flows.values(),
      hangUpAll: cause => {
        for (const { channel } of [...this.#flows.values()]) channel.hangUp(cause, 'switch')
      },
      conference: (data, channel) => this.#rooms.application(data, channel),
      conferenceCommand: words => this.#rooms.command(words),
      api: (line, done) => this.#api(line, done),
      execute: (uuid, execute) => {
        const channel = this.#flows.get(uuid)?.channel
        if (channel && execute.app === 'playback') this.#checkPrompt(channel, toText(execute.data))
        channel?.execute(execute)
        return channel !== undefined
      },
      kill: (uuid, cause) => this.#flows.get(uuid)?.channel.hangUp(cause, 'assistant'),
      jobDone: (jobId, line, result) =>
        this.#offer('BACKGROUND_JOB', () => this.#events.backgroundJob(jobId, line, result)),
      fireRoom: (about, channel, extra) =>
        this.#offer('CUSTOM', () => this.#events.custom('conference::maintenance', about, channel, extra)),
      complainOf: (callId, what) => void this.violations.push({ callId, atMs: 0, what }),
      linkClosed: link => void this.#links.delete(link),
      isKnownUser: user => this.#options.users?.includes(user) || this.#options.people?.[user] !== undefined,
      isKnownGateway: gateway => this.#options.gateways?.includes(gateway) ?? false,
      dial: facts => this.#leg({ ...facts, direction: 'outbound' }, []).flow.channel,
      putThrough: (channel, steps) => this.#flows.get(channel.id)?.begin(steps),
      stepsFor: (app, data) => [
        app === 'socket'
          ? { do: 'socket', to: addressesIn(data, this.#options.listeners) }
          : { do: 'execute', app, data },
      ],
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
