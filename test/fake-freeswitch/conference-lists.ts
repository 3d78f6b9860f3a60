// The lists of rooms and members that the api command `conference` answers, in mod_conference's words.

import type { Membership } from './membership.ts'
import type { Room } from './room.ts'

/** One line for each member: id;channel;uuid;name;number;flags;volumes and energy. */
export function listed(room: Room): string {
  return room.members
    .map(member => {
      const { channelName, callerName, from } = member.channel.moment()
      const flags = [
        member.hears && 'hear',
        member.speaks && 'speak',
        member.isTalking && 'talking',
        room.hasFloor(member) && 'floor',
      ].filter(flag => flag !== false)
      const fields = [member.id, channelName, member.channel.id, callerName, from, flags.join('|'), 0, 0, 100]
      return `${fields.join(';')}\n`
    })
    .join('')
}

export function listedAsJson(rooms: readonly Room[], compact: boolean, wallMs: number): string {
  const list = rooms.map(room => ({
    conference_name: room.name,
    member_count: room.members.length,
    ghost_count: 0,
    rate: 8_000,
    run_time: Math.floor((wallMs - room.createdMs) / 1_000),
    conference_uuid: room.id,
    canvas_count: 0,
    max_bw_in: 0,
    force_bw_in: 0,
    video_floor_packets: 0,
    locked: false,
    destruct: false,
    wait_mod: false,
    audio_always: false,
    running: true,
    answered: true,
    enforce_min: true,
    bridge_to: false,
    dynamic: true,
    exit_sound: true,
    enter_sound: true,
    recording: false,
    variables: {},
    members: room.members.map(member => memberOf(room, member)),
  }))
  return JSON.stringify(list, null, compact ? 0 : '\t')
}

function memberOf(room: Room, member: Membership): object {
  const { callerName, from } = member.channel.moment()
  return {
    type: 'caller',
    id: member.id,
    flags: {
      can_hear: member.hears,
      can_see: true,
      can_speak: member.speaks,
      hold: false,
      mute_detect: false,
      talking: member.isTalking,
      has_video: false,
      video_bridge: false,
      has_floor: room.hasFloor(member),
      is_moderator: false,
      end_conference: member.flags.includes('endconf'),
      mandatory_member_end_conference: false,
      pass_digits: member.flags.includes('dist-dtmf'),
    },
    uuid: member.channel.id,
    caller_id_name: callerName,
    caller_id_number: from,
    join_time: 0,
    last_talking: 0,
    energy: 100,
    volume_in: 0,
    volume_out: 0,
    'output-volume': 0,
    'input-volume': 0,
  }
}
