// What may go to the switch as an argument of a command about a call. Numbers and digits come from engines
// and people: everything that FreeSWITCH could read as more than a number is refused.

import { type Extension, type LegId, PbxError, type RoomRole } from '../pbx.ts'

const NUMBER = /^[\w+*#][\w+*#.@:-]{0,127}$/
const CONTEXT = /^[\w.@-]{1,128}$/
const CAUSE = /^[A-Z0-9_]{1,64}$/
const DIGITS = /^[0-9*#A-Dw]{1,128}$/

/**
 * For `uuid_transfer`. A leading dash would be an option (`-bleg`, `-both`), a `:` at the start a dialplan's
 * name.
 */
export function extensionArgument({ number, context }: Extension): string {
  if (!NUMBER.test(number) || !CONTEXT.test(context)) throw new PbxError('not an extension')
  return `${number} XML ${context}`
}

export function causeArgument(cause: string): string {
  if (!CAUSE.test(cause)) throw new PbxError('not a hang-up cause')
  return cause
}

export function digitsArgument(digits: string): string {
  if (!DIGITS.test(digits)) throw new PbxError('not a string of DTMF digits')
  return digits
}

const ROOM = /^[A-Za-z0-9_-]{1,128}$/
const LEG = /^[\w-]{1,64}$/
/** The command parts its words at blanks; FreeSWITCH would expand `${…}`. */
const SOUND_FOR_ALL = /^[^$\s'"\0]{1,1024}$/

/** The profile of our rooms: no tones, nothing said, no keys of its own. */
export const ROOM_PROFILE = 'parley'

/**
 * `endconf`: the room ends as soon as this member leaves. `join-only`: no room is made. `dist-dtmf`: the others hear this one's
 * keys.
 */
const ROLE_FLAGS: Readonly<Record<RoomRole, string>> = {
  caller: 'endconf|dist-dtmf',
  agent: 'endconf|dist-dtmf',
  listener: 'join-only|mute',
  guest: 'join-only|dist-dtmf',
}

export function roomName(room: string): string {
  if (!ROOM.test(room)) throw new PbxError('not the name of a room')
  return room
}

/** For the application `conference`. */
export function roomArgument(room: string, as: RoomRole): string {
  return `${roomName(room)}@${ROOM_PROFILE}+flags{${ROLE_FLAGS[as]}}`
}

export function soundForAll(path: string): string {
  if (!SOUND_FOR_ALL.test(path)) throw new PbxError('not a sound that a room can be played')
  return path
}

export function legArgument(id: LegId): string {
  if (!LEG.test(id)) throw new PbxError('not a leg')
  return id
}
