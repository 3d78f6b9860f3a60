// The switch's conferences: which rooms there are, who enters them, and the api command `conference`.

import type { Application } from './applications.ts'
import type { Channel } from './channel.ts'
import { roomCommand } from './conference-commands.ts'
import { listed, listedAsJson } from './conference-lists.ts'
import { Membership } from './membership.ts'
import { Room, type RoomHost } from './room.ts'
import { type RoomProfiles, type RoomRequest, readRoomRequest } from './room-profile.ts'

export class Conferences {
  readonly #host: RoomHost
  readonly #profiles: RoomProfiles
  /** By name, those that can be entered. */
  readonly #open = new Map<string, Room>()
  readonly #rooms = new Set<Room>()
  #members = 0

  constructor(host: RoomHost, profiles: RoomProfiles) {
    this.#host = host
    this.#profiles = profiles
  }

  /** The application `conference`: `name@profile+flags{…}`. The room is made when it starts. */
  application(data: string, channel: Channel): Application {
    const request = readRoomRequest(data)
    return new Membership(channel, ++this.#members, request.flags, () => this.#join(request, channel))
  }

  get count(): number {
    return this.#rooms.size
  }

  /** Members of rooms in which nobody else is. */
  get lonely(): readonly Membership[] {
    return [...this.#rooms].flatMap(({ members }) => (members.length === 1 ? members : []))
  }

  /** Whether this leg is in a room with somebody else. */
  hasCompany(legId: string): boolean {
    return [...this.#rooms].some(
      ({ members }) => members.length > 1 && members.some(({ channel }) => channel.id === legId),
    )
  }

  /** Before the channels' frame: rooms that are empty go, a room without a speaker finds one. */
  beforeFrame(): void {
    for (const room of this.#rooms) {
      room.beforeFrame()
      if (!room.isOver) continue
      this.#rooms.delete(room)
      if (this.#open.get(room.name) === room) this.#open.delete(room.name)
    }
  }

  /** After the channels' frame: rooms that have come to an end let their members go. */
  afterFrame(): void {
    for (const room of this.#rooms) room.afterFrame()
  }

  /** The api command `conference`, without its name. */
  command(words: string[]): string {
    const [name = '', verb = '', ...rest] = words
    const room = this.#open.get(name)
    if (room?.isOpen) {
      if (verb === 'json_list') return listedAsJson([room], rest[0] === 'compact', this.#host.wallMs())
      if (verb === 'list') return rest[0] === 'count' ? String(room.members.length) : listed(room)
      return roomCommand(room, verb, rest)
    }
    const rooms = [...this.#open.values()].filter(({ isOpen }) => isOpen)
    if (name === 'json_list') return listedAsJson(rooms, verb === 'compact', this.#host.wallMs())
    if (name === 'count') return String(rooms.length)
    if (name !== 'list') return `-ERR Conference ${name} not found\n`
    if (rooms.length === 0) return '+OK No active conferences.\n'
    const header = ({ name: called, members }: Room) =>
      `+OK Conference ${called} (${members.length} member${members.length === 1 ? '' : 's'} rate: 8000 flags: running|answered|dynamic)\n`
    return rooms.map(one => header(one) + listed(one)).join('')
  }

  #join(request: RoomRequest, channel: Channel): Room | undefined {
    const there = this.#open.get(request.name)
    const joinsOnly = request.flags.includes('join-only')
    // Whoever comes in the very moment in which the room is made does not find it.
    if (there?.isOpen && (there.isKnown || !joinsOnly)) return there
    if (joinsOnly) {
      const { name, profile } = request
      const about = { 'Conference-Name': name, 'Conference-Profile-Name': profile }
      this.#host.fireRoom({}, channel, { ...about, Action: 'rejected-join-only' })
      return undefined
    }
    const settings = this.#profiles[request.profile]
    if (!settings) channel.complain(`a room with the unknown profile ${request.profile}`)
    const room = new Room(request, settings ?? { music: false }, this.#host)
    this.#open.set(room.name, room)
    this.#rooms.add(room)
    return room
  }
}
