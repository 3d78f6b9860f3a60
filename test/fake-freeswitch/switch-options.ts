// What a test tells the embedded switch of its surroundings, and of a call.

import type { Law } from '../../src/audio/g711.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { Files } from '../../src/lib/files.ts'
import type { Ids } from '../../src/lib/ids.ts'
import type { Dial, DialplanPart, DialplanStep } from './call-flow.ts'
import type { Faults } from './faults.ts'
import type { PersonScript } from './person-script.ts'
import type { RoomProfiles } from './room-profile.ts'

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
  /** Gateways that are known and do not answer. */
  gatewaysDown?: readonly string[]
  /**
   * How many frames of a recording are gathered before the first is in its file, at its beginning, after a hold, on entering and
   * on leaving a room, when the recording does not say so itself (`RECORD_PRE_BUFFER_FRAMES`): 25 on a real switch. Not given: none.
   */
  preBufferFrames?: number
  /** How far `show channels` is behind, as on a real switch: up to a second. Not given: not at all. */
  channelTableLagMs?: number
  /** Not given: `internal` and `external`. */
  sipProfiles?: readonly string[]
  controlPassword?: string
  /** What `global_getvar` answers, by name. */
  globals?: Readonly<Record<string, string>>
  /** The profiles of rooms that the switch knows; not given: `parley`, with music. */
  roomProfiles?: RoomProfiles
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

/** Something that a real switch may forgive and a test must not. */
export interface Violation {
  callId: string
  atMs: number
  what: string
}
