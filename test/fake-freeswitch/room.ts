// One room: its members hear each other, unless one of them shall not; it tells of comings and goings, and ends
// with its last member or with any that was marked `endconf`.

import type { Channel } from './channel.ts'
import type { Headers } from './event-headers.ts'
import type { Membership } from './membership.ts'
import type { RoomProfile, RoomRequest } from './room-profile.ts'
import { lengthHeaders, RoomSound } from './room-sound.ts'
import { type Frame, mixOf } from './sound-frame.ts'

export interface RoomHost {
  nextId(): string
  wallMs(): number
  load(path: string): Int16Array | undefined
  fireRoom(about: Headers, channel: Channel | undefined, extra: Headers): void
}

/** The loudness at which a member speaks, and below which one is silent: mod_conference's. */
const SPEAKING = 300
const SILENT = 100

/** What one member has been told to keep from another one, or from all (0). */
interface Relation {
  to: number
  speaks: boolean
  hears: boolean
}

export class Room {
  readonly name: string
  readonly id: string
  readonly members: Membership[] = []
  readonly createdMs: number
  readonly sound: RoomSound
  readonly #profileName: string
  readonly #profile: RoomProfile
  readonly #host: RoomHost
  readonly #relations = new Map<number, Relation[]>()
  #life: 'open' | 'ending' | 'over' = 'open'
  /** It was there before this frame. */
  isKnown = false
  #floor: Membership | undefined
  /** What the room itself sounds like in this frame. */
  #playing: Frame[] = []

  constructor({ name, profile }: RoomRequest, settings: RoomProfile, host: RoomHost) {
    this.name = name
    this.#profileName = profile
    this.#profile = settings
    this.#host = host
    this.id = host.nextId()
    this.createdMs = host.wallMs()
    this.sound = new RoomSound({
      load: path => host.load(path),
      played: (path, samples, beside) =>
        this.tellOfRoom('play-file-done', {
          ...lengthHeaders(samples),
          File: path,
          ...(beside && { Async: 'true' }),
        }),
    })
    this.tellOfRoom('conference-create')
  }

  get isOpen(): boolean {
    return this.#life === 'open'
  }

  get isOver(): boolean {
    return this.#life === 'over'
  }

  hasFloor(member: Membership): boolean {
    return this.#floor === member
  }

  enter(member: Membership): void {
    this.members.push(member)
    if (this.members.length > 1) this.sound.companyCame()
    this.tell('add-member', member)
  }

  leave(member: Membership): void {
    this.members.splice(this.members.indexOf(member), 1)
    this.#relations.delete(member.id)
    if (this.#floor === member) {
      this.#floor = undefined
      this.tellOfRoom('floor-change', { 'Old-ID': 'none', 'New-ID': 'none' }, this.members.length + 1)
    }
    this.tell('del-member', member)
    const wasEnding = this.#life === 'ending'
    // Also as the last one: whoever comes before the room is gone must not stay in it alone.
    if (member.flags.includes('endconf') && this.#life === 'open') this.#life = 'ending'
    if (this.members.length === 0 && wasEnding) this.#end()
  }

  beforeFrame(): void {
    this.isKnown = true
    if (this.members.length === 0) return this.#end()
    for (const member of this.members) member.beforeFrame()
    if (this.#life !== 'open') return
    const holder = this.#floor
    const next = holder ? this.#speakerInsteadOf(holder) : this.members.at(-1)
    if (next) {
      this.#floor = next
      const ids = { 'Old-ID': holder ? String(holder.id) : 'none', 'New-ID': String(next.id) }
      this.tell('floor-change', next, ids)
    }
    this.#playing = this.sound.next(this.#wantsMusic)
  }

  afterFrame(): void {
    if (this.#life !== 'ending') return
    for (const member of this.members) member.dismissed()
  }

  /** What this member hears: everybody else whom they may hear, and what the room plays. */
  soundFor(member: Membership): Frame | undefined {
    if (!member.hears) return undefined
    const voices = this.members.flatMap(other =>
      other === member || !other.speaks || !this.#passes(other, member) ? [] : (other.voice ?? []),
    )
    return mixOf([...voices, ...this.#playing, ...member.playing])
  }

  /** `nospeak`: the other one does not hear them; `nohear`: they do not hear the other one. */
  relate(member: number, to: number, how: { speaks: boolean; hears: boolean } | undefined): void {
    const others = (this.#relations.get(member) ?? []).filter(one => one.to !== to)
    this.#relations.set(member, how ? [...others, { to, ...how }] : others)
  }

  /** A digit that one member shares with the others. */
  sharesDigit(from: Membership, digit: string): void {
    for (const member of this.members) if (member !== from) member.channel.sendDigits(digit)
  }

  tell(action: string, member: Membership, extra: Headers = {}): void {
    this.#host.fireRoom(
      { ...this.#about(this.members.length), Floor: String(this.#floor === member) },
      member.channel,
      {
        Hear: String(member.hears),
        Speak: String(member.speaks),
        Talking: String(member.isTalking),
        'Member-ID': String(member.id),
        'Member-Type': 'member',
        ...extra,
        Action: action,
      },
    )
  }

  tellOfRoom(action: string, extra: Headers = {}, size = this.members.length): void {
    this.#host.fireRoom({ ...this.#about(size), Action: action, ...extra }, undefined, {})
  }

  get #wantsMusic(): boolean {
    const [only, another] = this.members
    return this.#profile.music && another === undefined && !only?.flags.includes('nomoh')
  }

  #passes(from: Membership, to: Membership): boolean {
    if (this.#relations.size === 0) return true
    const told = (member: number, other: number) =>
      this.#relations.get(member)?.filter(one => one.to === other || one.to === 0) ?? []
    return told(from.id, to.id).every(one => one.speaks) && told(to.id, from.id).every(one => one.hears)
  }

  /** Who speaks while the one who has the floor has fallen silent. */
  #speakerInsteadOf(holder: Membership): Membership | undefined {
    if (holder.loudness >= SILENT) return undefined
    return this.members.find(member => member.loudness > SPEAKING)
  }

  #end(): void {
    if (this.#life === 'over') return
    this.sound.stop('all')
    this.#life = 'over'
    this.tellOfRoom('conference-destroy')
  }

  #about(size: number): Headers {
    return {
      'Conference-Name': this.name,
      'Conference-Domain': '127.0.0.1',
      'Conference-Size': String(size),
      'Conference-Profile-Name': this.#profileName,
      'Conference-Unique-ID': this.id,
    }
  }
}
