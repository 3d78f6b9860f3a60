// The embedded switch: an honest Event Socket peer that dials the daemon, plays real prompt files, writes
// real recordings, and lets the author of a test be the people on the phones. Time is the injected clock's,
// chance comes from a seed.

import type { Duplex } from 'node:stream'
import type { Clock } from '../../src/lib/clock.ts'
import type { Files } from '../../src/lib/files.ts'
import type { Ids } from '../../src/lib/ids.ts'
import { type ApiHost, api } from './api.ts'
import { ChannelTable } from './api-reports.ts'
import { toBytes, toText } from './bytes.ts'
import { CallFlow, type Dial, type DialplanStep, type FlowHost } from './call-flow.ts'
import { Channel } from './channel.ts'
import { Conferences } from './conference.ts'
import { Connections } from './connections.ts'
import type { ControlHost } from './control-link.ts'
import { dial } from './dial.ts'
import { Eavesdrop } from './eavesdrop.ts'
import { EventMaker } from './event-maker.ts'
import { FrameClock } from './frame-clock.ts'
import { dialplanFor, factsOf } from './incoming.ts'
import type { ChannelFacts } from './leg-identity.ts'
import { Legs } from './legs.ts'
import { type OriginateHost, Originations } from './originate.ts'
import type { SocketHost } from './outbound-socket.ts'
import { Caller } from './person.ts'
import type { RoomHost } from './room.ts'
import { type Random, seededRandom, seededUuids } from './seeded.ts'
import { SoundFiles } from './sound-files.ts'
import { Surroundings } from './surroundings.ts'
import type { CallOptions, FakeFreeswitchOptions, Violation } from './switch-options.ts'
import { FRAME_MS } from './wav.ts'

export type { CallOptions, FakeFreeswitchOptions, Violation } from './switch-options.ts'

const STRANGE_PROMPT = 'a playback from outside the prompt folders'

/** So that what waits for a frame has the whole of it. */
const JUST_BEFORE_MS = 0.01

type Host = FlowHost & SocketHost & ControlHost & RoomHost & OriginateHost & ApiHost

export class FakeFreeswitch {
  readonly violations: Violation[] = []
  readonly #clock: Clock
  readonly #files: Files
  readonly #random: Random
  readonly #ids: Ids
  readonly #options: FakeFreeswitchOptions
  readonly #events: EventMaker
  readonly #legs: Legs
  readonly #world: Surroundings
  readonly #connections: Connections
  readonly #table: ChannelTable
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
    this.#sounds = new SoundFiles(options.files, options.codec)
    this.#frames = new FrameClock(options.clock, stampUs => this.#onFrame(stampUs))
    this.#random = seededRandom(options.seed ?? 1)
    this.#ids = options.ids ?? seededUuids(this.#random)
    this.#events = new EventMaker(this.#ids.next())
    this.#connections = new Connections(this.#events)
    this.#world = new Surroundings(options)
    this.#table = new ChannelTable(options.channelTableLagMs ?? 0)
    this.#legs = new Legs(options.clock)
    this.#host = this.#makeHost()
    this.#rooms = new Conferences(this.#host, this.#world.roomProfiles)
    this.#originations = new Originations(this.#host)
  }

  get openSockets(): number {
    return this.#connections.sockets.size
  }

  get liveCalls(): number {
    return this.#legs.callers.size
  }

  /** Somebody has connected to the control port. */
  acceptControl(duplex: Duplex): void {
    this.#connections.acceptControl(duplex, this.#host)
  }

  /** Connects to the control port, within this process; a refused connection is closed with an error. */
  connectControl(): Duplex {
    return this.#connections.connectControl(this.#host)
  }

  /** Every control link that is open breaks. */
  cutControlLinks(): void {
    this.#connections.cutControlLinks()
  }

  get openControlLinks(): number {
    return this.#connections.links.size
  }

  /** The next so many connections to the control port are refused. */
  refusesControl(times: number): void {
    this.#connections.refusals = times
  }

  /** Whoever is on this leg, an agent for instance; undefined when there is no such leg. */
  personOn(legId: string): Caller | undefined {
    return this.#legs.callers.get(legId)
  }

  /** Every leg that was dialled to this number, the first one first; those that are over, too. */
  legsOf(number: string): Caller[] {
    return this.#legs.dialledTo(number)
  }

  /** The last leg that was dialled to this number, if there was any. */
  legOf(number: string): Caller | undefined {
    return this.legsOf(number).at(-1)
  }

  /** Resolves when a phone rings under this number, at once when it does already. */
  rings(number: string, withinMs?: number): Promise<Caller> {
    return this.#legs.when(number, 'rings', withinMs)
  }

  /** Resolves when a leg to this number has been answered. */
  answered(number: string, withinMs?: number): Promise<Caller> {
    return this.#legs.when(number, 'answers', withinMs)
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
      factsOf(options, options.id ?? this.#ids.next()),
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
    this.#legs.add(flow, caller)
    channel.whenOver = () => {
      flow.ended()
      if (flow.place.at !== 'socket') this.#legs.flows.delete(channel.id)
    }
    return { flow, caller }
  }

  /** Everything that is on the switch now and should not be when all calls are over. */
  leftovers(): string[] {
    const left = this.#legs.left(this.#rooms).map(({ what }) => what)
    if (this.#rooms.count > 0) left.push(`rooms: ${this.#rooms.count}`)
    if (this.#originations.count > 0) left.push(`originates under way: ${this.#originations.count}`)
    return left
  }

  /** Ends the test's switch. What is still open by then is a violation, and is closed. */
  stop(): void {
    for (const { flow, what } of this.#legs.left(this.#rooms)) {
      const { channel } = flow
      if (what !== 'leg') channel.complain(what)
      if (channel.recordings.paths.length > 0) channel.complain('a recording was left running')
      channel.recordings.stopAll('success-maxtime')
    }
    for (const socket of [...this.#connections.sockets]) {
      if (socket.isOpen) socket.channel.complain('a socket was left open')
      socket.cut()
    }
    this.cutControlLinks()
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
    const { callers, flows } = this.#legs
    for (const [id, caller] of callers) {
      flows.get(id)?.channel.tick()
      caller.afterFrame()
      if (caller.isOver) callers.delete(id)
    }
    this.#originations.afterFrame()
    this.#rooms.afterFrame()
    this.#legs.look()
    this.#table.remember(() => this.#legs.live, this.#clock.now())
    return callers.size > 0 || this.#rooms.count > 0 || this.#originations.count > 0
  }

  async #connect(to: Dial): Promise<Duplex> {
    if (this.#refusals > 0) {
      this.#refusals--
      throw new Error('connection refused')
    }
    return dial(to)
  }

  #api(line: string, done: (result: string) => void): void {
    const slowMs = this.#options.faults?.slow?.(line) ?? 0
    const answer = slowMs > 0 ? (result: string) => void this.#clock.after(slowMs, () => done(result)) : done
    if (line.startsWith('originate '))
      return this.#originations.start(line.slice('originate '.length), answer)
    // It waits for the channel's next frame.
    if (!/^uuid_record \S+ start /i.test(line)) return answer(api(this.#host, line))
    const untilFrameMs = Math.max(0, this.#frames.untilNextMs - JUST_BEFORE_MS)
    this.#clock.after(untilFrameMs, () => answer(api(this.#host, line)))
  }

  #complain(channel: Channel, what: string): void {
    this.violations.push({ callId: channel.id, atMs: channel.ms, what })
    channel.transcript.add(channel.ms, 'switch', `VIOLATION ${what}`)
  }

  #makeHost(): Host {
    const connections = this.#connections
    const world = this.#world
    const { flows, callers } = this.#legs
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
      fire: (name, channel, extra, bare) => connections.fire(name, channel, extra, bare),
      fireRoom: (about, channel, extra) => connections.fireRoom(about, channel, extra),
      jobDone: (jobId, line, result) => connections.jobDone(jobId, line, result),
      load: path => this.#sounds.load(path),
      complain: (channel, what) => this.#complain(channel, what),
      complainOf: (callId, what) => void this.violations.push({ callId, atMs: 0, what }),
      recordings: { create: world.createRecording, preBufferFrames: this.#options.preBufferFrames ?? 0 },
      extension: world.extension,
      person: world.person,
      isKnownUser: world.isKnownUser,
      gateway: world.gateway,
      isSipProfile: world.isSipProfile,
      stepsFor: world.stepsFor,
      conferenceDocument: world.conferenceDocument,
      global: world.global,
      channelData: channel => this.#events.channelData(channel),
      channelRows: () => this.#table.rows(this.#legs.live, this.#clock.now()),
      dump: channel => this.#events.dump(channel),
      nextTask: () => ++this.#tasks,
      flow: uuid => flows.get(uuid),
      flows: () => flows.values(),
      personOn: channel => callers.get(channel.id),
      sendEvent: (uuid, command) => flows.get(uuid)?.channel.command(command),
      kill: (uuid, cause) => flows.get(uuid)?.channel.hangUp(cause, 'assistant'),
      hangUpAll: cause => {
        for (const { channel } of [...flows.values()]) channel.hangUp(cause, 'switch')
      },
      execute: (uuid, execute) => {
        const channel = flows.get(uuid)?.channel
        if (channel && execute.app === 'playback' && !world.mayBePlayed(toText(execute.data)))
          channel.complain(STRANGE_PROMPT)
        channel?.execute(execute)
        return channel !== undefined
      },
      conference: (data, channel) => this.#rooms.application(data, channel),
      conferenceCommand: words => {
        const [, verb, path = ''] = words
        if (verb === 'play' && !world.mayBePlayed(toText(path)))
          this.violations.push({ callId: '', atMs: 0, what: STRANGE_PROMPT })
        return this.#rooms.command(words)
      },
      eavesdrop: (data, channel) => new Eavesdrop(channel, flows.get(data)?.channel),
      api: (line, done) => this.#api(line, done),
      dial: facts => this.#leg({ ...facts, direction: 'outbound' }, []).flow.channel,
      putThrough: (channel, steps) => flows.get(channel.id)?.begin(steps),
      connect: to => this.#connect(to),
      openSocket: (duplex, flow) => connections.openSocket(duplex, flow, this.#host),
      linkClosed: link => void connections.links.delete(link),
      closed: socket => {
        connections.sockets.delete(socket)
        flows.get(socket.channel.id)?.socketLost(socket)
        if (socket.channel.leg.state === 'over') flows.delete(socket.channel.id)
      },
    }
  }
}
