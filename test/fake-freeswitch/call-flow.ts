// Where a caller is: in the dialplan, with the daemon, with people, in a limbo that a real switch knows too,
// or gone. It holds what field notes and traces say about the loss of a socket.

import type { Duplex } from 'node:stream'
import type { Timer } from '../../src/lib/clock.ts'
import { unreachable } from '../../src/lib/unreachable.ts'
import type { Channel } from './channel.ts'
import type { ChannelHost } from './channel-host.ts'
import type { OutboundSocket } from './outbound-socket.ts'
import type { PersonScript } from './person-script.ts'

/**
 * A listener: an address on loopback, or a function that makes one end of a pair (and throws when it
 * refuses).
 */
export type Dial = { host: string; port: number } | (() => Duplex | Promise<Duplex>)

/** One action of the dialplan. */
export type DialplanStep =
  | { do: 'answer' }
  | { do: 'set'; name: string; value: string }
  | { do: 'playback'; path: string }
  /** Any application; the dialplan goes on when it is done. */
  | { do: 'execute'; app: string; data: string }
  /** Tried in order; only a refusal leads to the next. */
  | { do: 'socket'; to: readonly Dial[] }
  /** To a number, or to a dialplan of its own. */
  | { do: 'schedTransfer'; afterMs: number; to: string | readonly DialplanStep[] }
  /** `sched_del` of the latest one. */
  | { do: 'unschedule' }
  /** The one of this path, or all. */
  | { do: 'stopRecordings'; path?: string }
  /** A name in `${}` stands for that channel variable up to its first space. */
  | { do: 'transfer'; to: string }
  | { do: 'hangUp'; cause: string }

/** A part of the dialplan as its conditions have it for these variables. */
export type DialplanPart = (variables: ReadonlyMap<string, string>) => readonly DialplanStep[]

export type Place =
  | { at: 'dialplan' }
  | { at: 'socket'; socket: OutboundSocket }
  /** The socket is gone, what was queued is played out before the dialplan goes on. */
  | { at: 'draining' }
  | { at: 'people'; number: string; sinceMs: number; talking: boolean }
  /** Alive and silent for ever: the end of the socket pulled the caller out of where we had sent them. */
  | { at: 'limbo' }

export interface FlowHost extends ChannelHost {
  connect(to: Dial): Promise<Duplex>
  openSocket(duplex: Duplex, flow: CallFlow): OutboundSocket
  /** The number of the next scheduled task: one count for the whole switch. */
  nextTask(): number
  /** What the dialplan has under a number; undefined where a person answers. */
  extension(number: string, channel: Channel): readonly DialplanStep[] | undefined
  person(number: string): PersonScript
}

/** After the loss of a socket with `socket_resume` the dialplan goes on so soon. */
const RESUME_MS = 15
/** Who brings a caller to people has to have stopped the recordings by then. */
const RECORDING_GRACE_MS = 1_000

export class CallFlow {
  readonly channel: Channel
  place: Place = { at: 'dialplan' }
  readonly #host: FlowHost
  #steps: readonly DialplanStep[]
  #step = 0
  /** Counts the transfers: what was under way before one goes on no more. */
  #generation = 0
  /** The socket from which it was transferred to a dialplan of its own. */
  #inlineFrom: OutboundSocket | undefined
  readonly #scheduled = new Map<string, Timer>()

  constructor(channel: Channel, steps: readonly DialplanStep[], host: FlowHost) {
    this.channel = channel
    this.#steps = steps
    this.#host = host
  }

  /** Goes on with the dialplan; resolves when that has to wait for something. */
  async next(): Promise<void> {
    const generation = this.#generation
    this.place = { at: 'dialplan' }
    while (!this.channel.isOver) {
      const step = this.#steps[this.#step++]
      if (!step) return this.channel.hangUp('NORMAL_CLEARING', 'switch')
      const goesOn = await this.#run(step)
      if (!goesOn || generation !== this.#generation) return
    }
  }

  /** A transfer to a dialplan in its argument: the end of the socket pulls the caller out of there, too. */
  moveInline(steps: readonly DialplanStep[]): void {
    if (this.channel.isOver) return
    this.#inlineFrom = this.place.at === 'socket' ? this.place.socket : undefined
    this.#leavePlace('a dialplan of its own')
    this.#steps = steps
    this.#step = 0
    void this.next()
  }

  /** Begins with this dialplan, or part of the dialplan. */
  begin(steps: readonly DialplanStep[] | { extension: string }): void {
    if ('extension' in steps) return this.moveTo(steps.extension)
    this.#steps = steps
    this.#step = 0
    void this.next()
  }

  /** `uuid_transfer`, `sched_transfer` and the dialplan's own transfer. What is scheduled stays so. */
  moveTo(number: string): void {
    if (this.channel.isOver) return
    this.#inlineFrom = undefined
    this.channel.identity.destination = number
    this.#leavePlace(number)
    const steps = this.#host.extension(number, this.channel)
    if (steps) {
      this.#steps = steps
      this.#step = 0
      return void this.next()
    }
    this.#meetPerson(number)
  }

  #leavePlace(whereTo: string): void {
    // Whoever waited for the end of what is cut now waits for nothing.
    this.place = { at: 'dialplan' }
    this.#generation++
    this.channel.whenIdle = undefined
    this.channel.cutAll()
    this.channel.endSocketApp()
    this.channel.transcript.add(this.channel.ms, 'switch', `transfers to ${whereTo}`)
  }

  #meetPerson(number: string): void {
    const place: Place = { at: 'people', number, sinceMs: this.channel.ms, talking: false }
    this.place = place
    const { answersAfterMs = 500, leavesAfterMs, sendsOn } = this.#host.person(number)
    this.#host.after(answersAfterMs, () => {
      if (this.place === place) place.talking = true
    })
    this.#host.after(RECORDING_GRACE_MS, () => {
      if (this.place === place && !this.channel.isOver && this.channel.recordings.paths.length > 0) {
        this.channel.complain('a recording goes on while the caller talks to people')
      }
    })
    if (sendsOn) {
      this.#host.after(sendsOn.afterMs, () => {
        if (this.place === place) this.moveTo(sendsOn.to)
      })
    }
    if (leavesAfterMs === undefined) return
    this.#host.after(answersAfterMs + leavesAfterMs, () => {
      if (this.place === place) this.channel.hangUp('NORMAL_CLEARING', 'person')
    })
  }

  scheduleTransfer(afterMs: number, to: string | readonly DialplanStep[]): void {
    const id = String(this.#host.nextTask())
    const timer = this.#host.after(afterMs, () => {
      this.#scheduled.delete(id)
      if (typeof to === 'string') this.moveTo(to)
      else this.moveInline(to)
    })
    this.#scheduled.set(id, timer)
    this.channel.variables.set('last_sched_id', id)
  }

  /** `sched_del`: how many there were, all or the one of this number. */
  cancelScheduled(id?: string): number {
    let count = 0
    for (const [task, timer] of this.#scheduled) {
      if (id !== undefined && task !== id) continue
      timer.cancel()
      this.#scheduled.delete(task)
      count++
    }
    return count
  }

  /** The connection to the daemon is gone, by whomever. */
  socketLost(socket: OutboundSocket): void {
    const { channel, place } = this
    if (channel.isOver) return
    const resumes = channel.resumeForced || channel.variables.get('socket_resume') === 'true'
    const wasMoved = place.at === 'people' || (place.at === 'dialplan' && this.#inlineFrom === socket)
    if (wasMoved && resumes) {
      this.place = { at: 'limbo' }
      channel.cutAll()
      return channel.complain('socket_resume was true when the socket ended: the caller is left in silence')
    }
    if (place.at !== 'socket' || place.socket !== socket) return
    if (resumes) {
      this.#host.after(RESUME_MS, () => {
        if (this.place !== place) return
        channel.cutAll()
        this.#leaveSocket()
      })
      return
    }
    this.place = { at: 'draining' }
    const goOn = () => {
      channel.whenIdle = undefined
      this.#leaveSocket()
    }
    channel.whenIdle = goOn
  }

  ended(): void {
    this.cancelScheduled()
  }

  #leaveSocket(): void {
    this.channel.endSocketApp()
    void this.next()
  }

  #goOn(): () => void {
    const generation = this.#generation
    return () => {
      if (this.place.at === 'dialplan' && generation === this.#generation) void this.next()
    }
  }

  #expanded(to: string): string {
    const name = /^\$\{(\w+)\}$/.exec(to)?.[1]
    return name === undefined ? to : (this.channel.variables.get(name)?.split(' ', 1)[0] ?? '')
  }

  async #run(step: DialplanStep): Promise<boolean> {
    const { channel } = this
    switch (step.do) {
      case 'answer':
        channel.run('answer', '', () => {})
        return true
      case 'set':
        channel.variables.set(step.name, step.value)
        return true
      case 'stopRecordings':
        channel.stopRecording(step.path ?? 'all')
        return true
      case 'schedTransfer':
        this.scheduleTransfer(step.afterMs, step.to)
        return true
      case 'unschedule':
        this.cancelScheduled(channel.variables.get('last_sched_id') ?? '')
        return true
      case 'playback': {
        const execute = { app: 'playback', data: step.path, uuid: undefined, lock: false, loops: 1 }
        channel.execute(execute, this.#goOn())
        return false
      }
      case 'execute':
        channel.run(step.app, step.data, this.#goOn())
        return false
      case 'socket':
        return !(await this.#socket(step.to))
      case 'transfer':
        this.moveTo(this.#expanded(step.to))
        return false
      case 'hangUp':
        channel.hangUp(step.cause, 'switch')
        return false
      default:
        return unreachable(step)
    }
  }

  async #socket(targets: readonly Dial[]): Promise<boolean> {
    const { place } = this
    this.channel.beginSocketApp('127.0.0.1:8084 async full')
    for (const target of targets) {
      let duplex: Duplex
      try {
        duplex = await this.#host.connect(target)
      } catch {
        continue // refused: the next address, or the next action of the dialplan
      }
      // A rescue may have taken the caller away while the connection was made.
      if (this.place !== place || this.channel.isOver) {
        duplex.destroy()
        return true
      }
      this.place = { at: 'socket', socket: this.#host.openSocket(duplex, this) }
      return true
    }
    this.channel.endSocketApp()
    return false
  }
}
