// The switch's conferences: members hear each other, the room tells of comings and goings, and ends with its last
// member or with one that was marked `endconf`.

import type { Application, Step } from './applications.ts'
import type { Channel } from './channel.ts'
import type { Headers } from './event-headers.ts'
import { type Frame, mixOf } from './media-line.ts'
import { TalkDetector } from './talk-detector.ts'

export interface RoomHost {
  nextId(): string
  fireRoom(about: Headers, channel: Channel | undefined, extra: Headers): void
}

/** The loudness at which a member speaks, and below which one is silent: mod_conference's. */
const SPEAKING = 300
const SILENT = 100

const NAME = /^([^@+]+)(?:@([^+]+))?(?:\+(?!flags)[^+]*)?(?:\+flags\{([^}]*)\})?/

export class Conferences {
  readonly #host: RoomHost
  readonly #rooms = new Map<string, Room>()
  #members = 0

  constructor(host: RoomHost) {
    this.#host = host
  }

  /** The application `conference`: `name@profile+flags{…}`. The room is made when it starts. */
  application(data: string, channel: Channel): Application {
    const [, name = data, profile = 'default', flags = ''] = NAME.exec(data) ?? []
    const join = () => {
      const room = this.#rooms.get(name) ?? new Room(name, profile, this.#host)
      this.#rooms.set(name, room)
      return room
    }
    return new Membership(channel, ++this.#members, flags.split('|'), join)
  }

  get count(): number {
    return this.#rooms.size
  }

  /** Before the channels' frame: rooms that are empty go, a room without a speaker finds one. */
  beforeFrame(): void {
    for (const [name, room] of this.#rooms) {
      room.beforeFrame()
      if (room.isOver) this.#rooms.delete(name)
    }
  }

  /** After the channels' frame: rooms that have come to an end let their members go. */
  afterFrame(): void {
    for (const room of this.#rooms.values()) room.afterFrame()
  }

  /** The api command `conference`, without its name. */
  command([name = '', verb = '', who = '']: string[]): string {
    const room = this.#rooms.get(name)
    if (!room || room.isOver) return `-ERR Conference ${name} not found\n`
    const members = room.members.filter(({ id }) => who === 'all' || String(id) === who)
    switch (verb) {
      case 'kick':
      case 'hup':
        for (const member of members) member.leaves(verb)
        if (members.length === 0) return 'Non-Existant ID\n'
        return members.map(({ id }) => `+OK ${verb === 'kick' ? 'kicked' : 'hup'} ${id}\n`).join('')
      default:
        return `-ERR conference ${verb} is not known to this fake\n`
    }
  }
}

class Room {
  readonly name: string
  readonly members: Membership[] = []
  readonly #profile: string
  readonly #id: string
  readonly #host: RoomHost
  #life: 'open' | 'ending' | 'over' = 'open'
  #floor: Membership | undefined

  constructor(name: string, profile: string, host: RoomHost) {
    this.name = name
    this.#profile = profile
    this.#host = host
    this.#id = host.nextId()
    this.#tell('conference-create')
  }

  get isOver(): boolean {
    return this.#life === 'over'
  }

  enter(member: Membership): void {
    this.members.push(member)
    this.tell('add-member', member)
  }

  leave(member: Membership): void {
    this.members.splice(this.members.indexOf(member), 1)
    if (this.#floor === member) {
      this.#floor = undefined
      this.#tell('floor-change', { 'Old-ID': 'none', 'New-ID': 'none' }, this.members.length + 1)
    }
    this.tell('del-member', member)
    if (this.members.length > 0) {
      if (member.flags.includes('endconf') && this.#life === 'open') this.#life = 'ending'
    } else if (this.#life === 'ending') this.#end()
  }

  beforeFrame(): void {
    if (this.members.length === 0) return this.#end()
    if (this.#life !== 'open') return
    const holder = this.#floor
    const next = holder ? this.#speakerInsteadOf(holder) : this.members.at(-1)
    if (!next) return
    this.#floor = next
    const ids = { 'Old-ID': holder ? String(holder.id) : 'none', 'New-ID': String(next.id) }
    this.tell('floor-change', next, ids)
  }

  /** Who speaks while the one who has the floor has fallen silent. */
  #speakerInsteadOf(holder: Membership): Membership | undefined {
    if (holder.loudness >= SILENT) return undefined
    return this.members.find(member => member.loudness > SPEAKING)
  }

  afterFrame(): void {
    if (this.#life !== 'ending') return
    for (const member of this.members) member.dismissed()
  }

  /** What this member hears: everybody else. */
  soundFor(member: Membership): Frame | undefined {
    return mixOf(this.members.flatMap(other => (other === member ? [] : (other.channel.saying ?? []))))
  }

  tell(action: string, member: Membership, extra: Headers = {}): void {
    this.#host.fireRoom(
      { ...this.#about(this.members.length), Floor: String(this.#floor === member) },
      member.channel,
      {
        Hear: 'true',
        Speak: 'true',
        Talking: String(member.isTalking),
        'Member-ID': String(member.id),
        'Member-Type': 'member',
        ...extra,
        Action: action,
      },
    )
  }

  #end(): void {
    if (this.#life === 'over') return
    this.#life = 'over'
    this.#tell('conference-destroy')
  }

  #tell(action: string, extra: Headers = {}, size = this.members.length): void {
    this.#host.fireRoom({ ...this.#about(size), Action: action, ...extra }, undefined, {})
  }

  #about(size: number): Headers {
    return {
      'Conference-Name': this.name,
      'Conference-Domain': '127.0.0.1',
      'Conference-Size': String(size),
      'Conference-Profile-Name': this.#profile,
      'Conference-Unique-ID': this.#id,
    }
  }
}

/** One channel in a room: the application that keeps it there. */
class Membership implements Application {
  readonly id: number
  readonly channel: Channel
  readonly flags: readonly string[]
  readonly isPlaying = false
  readonly waitsForFrame = true
  readonly #join: () => Room
  readonly #talk = new TalkDetector()
  #room: Room | undefined
  #leaving = false

  constructor(channel: Channel, id: number, flags: readonly string[], join: () => Room) {
    this.channel = channel
    this.id = id
    this.flags = flags
    this.#join = join
  }

  get isTalking(): boolean {
    return this.#talk.isTalking
  }

  /** Of the last frames, older ones counting less. */
  get loudness(): number {
    return this.#talk.loudness
  }

  start(): Step {
    if (!this.channel.isAnswered) this.channel.answer()
    this.#room = this.#join()
    this.channel.variables.set('conference_name', this.#room.name)
    this.channel.variables.set('conference_member_id', String(this.id))
    this.#room.enter(this)
    return { state: 'running' }
  }

  tick(): Step {
    const room = this.#room
    if (!room || this.#leaving || this.channel.isOver) return this.#leave()
    const change = this.#talk.hears(this.channel.saying)
    if (change) room.tell(change, this)
    const frame = room.soundFor(this)
    return frame ? { state: 'running', frame } : { state: 'running' }
  }

  cut(): void {
    this.#leave()
  }

  /** Told to go by a command. */
  leaves(how: 'kick' | 'hup'): void {
    this.#room?.tell(how === 'kick' ? 'kick-member' : 'hup-member', this)
    this.#leaving = true
  }

  /** The room ends. */
  dismissed(): void {
    this.#leaving = true
    if (this.channel.variables.get('hangup_after_conference') !== 'false') {
      this.channel.hangUp('NORMAL_CLEARING', 'switch')
    }
  }

  fileman = () => false
  digit = () => false

  #leave(): Step {
    const room = this.#room
    this.#room = undefined
    room?.leave(this)
    return { state: 'done' }
  }
}
