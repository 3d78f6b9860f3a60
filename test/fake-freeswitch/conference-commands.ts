// What the api command `conference <room> …` does to a room and its members, with mod_conference's answers.

import type { Membership } from './membership.ts'
import type { Room } from './room.ts'

export function roomCommand(room: Room, verb: string, words: string[]): string {
  const [first = '', second = '', third = ''] = words
  switch (verb) {
    case 'kick':
    case 'hup':
      return toMembers(room, first, member => {
        member.leaves(verb)
        return `+OK ${verb === 'kick' ? 'kicked' : 'hup'} ${member.id}\n`
      })
    case 'mute':
    case 'unmute':
      return toMembers(room, first, member => {
        member.speaks = verb === 'unmute'
        return told(room, verb, member)
      })
    case 'deaf':
    case 'undeaf':
      return toMembers(room, first, member => {
        member.hears = verb === 'undeaf'
        return told(room, verb, member)
      })
    case 'get-uuid':
      return toMembers(room, first, ({ channel }) => channel.id)
    case 'get':
      return first === 'count' ? String(room.members.length) : '-ERR unknown parameter'
    case 'count':
      return String(room.members.length)
    case 'dtmf':
      return toMembers(room, first, ({ channel, id }) => {
        channel.sendDigits(second)
        return `+OK sent ${second} to ${id}\n`
      })
    case 'play':
      return play(room, first, second)
    case 'stop': {
      const which = first === 'all' || first === 'async' ? first : 'current'
      return `+OK Stopped ${room.sound.stop(which)} files.\n`
    }
    case 'relate':
      return relate(room, first, second, third)
    default:
      return `-ERR Conference command '${verb}' not found.\n`
  }
}

function toMembers(room: Room, who: string, act: (member: Membership) => string): string {
  if (who === 'all') return [...room.members].map(act).join('')
  const id = Number.parseInt(who, 10) || 0
  const member = who === 'last' ? room.members.at(-1) : room.members.find(one => one.id === id)
  return member ? act(member) : `-ERR Non-Existant ID ${id}\n`
}

function told(room: Room, verb: string, member: Membership): string {
  room.tell(`${verb}-member`, member)
  return `+OK ${verb} ${member.id}\n`
}

function play(room: Room, path: string, how: string): string {
  if (/^(\d+|last)$/.test(how)) {
    return toMembers(room, how, member => {
      if (!member.hearsFile(path)) return `-ERR (play) File: ${path} not found.\n`
      room.tell('play-file-member', member, { File: path })
      return `+OK (play) Playing file ${path} to member ${member.id}\n`
    })
  }
  const beside = how === 'async'
  if (!room.sound.play(path, beside ? 'beside' : 'queued')) return `-ERR (play) File: ${path} not found.\n`
  room.tellOfRoom('play-file', { File: path, Async: String(beside) })
  return `+OK (play) Playing file ${path}\n`
}

/** Members and others may be lists. */
function relate(room: Room, members: string, others: string, action: string): string {
  const clear = action === 'clear'
  const how = { speaks: !action.includes('nospeak'), hears: !action.includes('nohear') }
  if (others === '') return '+OK No relationships\n'
  if (!clear && how.speaks && how.hears)
    return 'relate <member_id>[,<member_id>] <other_member_id>[,<other_member_id>] [nospeak|nohear|clear]'
  const isThere = (id: number) => room.members.some(one => one.id === id)
  return members
    .split(',')
    .map(Number)
    .flatMap(member =>
      others
        .split(',')
        .map(Number)
        .map(other => {
          if (!isThere(member) || (!clear && !isThere(other)))
            return `-ERR relationship ${member}->${other} not found.\n`
          room.relate(member, other, clear ? undefined : how)
          return clear
            ? `+OK relationship ${member}->${other} cleared.\n`
            : `+OK ${member}->${other} ${action} set\n`
        }),
    )
    .join('')
}
