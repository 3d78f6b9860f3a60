// What a test has told the switch of the world around it, as the switch's parts ask for it: who can be reached, what
// the dialplan and the configuration say, where files can be written and played.

import { normalize } from 'node:path'
import type { AddressBook } from './agents.ts'
import { toText } from './bytes.ts'
import type { DialplanStep } from './call-flow.ts'
import type { Channel } from './channel.ts'
import { addressesIn } from './dial.ts'
import { type RecordingDisk, type RecordingFile, recordingDisk } from './disk.ts'
import { scheduledTransfer } from './inline-dialplan.ts'
import type { PersonScript } from './person-script.ts'
import { conferenceDocument, type RoomProfiles } from './room-profile.ts'
import type { FakeFreeswitchOptions } from './switch-options.ts'

const USUAL_ROOM_PROFILES: RoomProfiles = { parley: { music: true } }
const USUAL_SIP_PROFILES: readonly string[] = ['internal', 'external']
const MADE_BY_THE_SWITCH = /^(silence|tone|local)_stream:/

export class Surroundings implements AddressBook {
  readonly roomProfiles: RoomProfiles
  readonly #options: FakeFreeswitchOptions
  readonly #disk: RecordingDisk

  constructor(options: FakeFreeswitchOptions) {
    this.#options = options
    this.roomProfiles = options.roomProfiles ?? USUAL_ROOM_PROFILES
    this.#disk = recordingDisk(options.files)
  }

  person = (number: string): PersonScript => this.#options.people?.[toText(number)] ?? {}

  isKnownUser = (user: string): boolean =>
    this.#options.users?.includes(user) || this.#options.people?.[user] !== undefined

  gateway = (name: string): 'up' | 'down' | 'unknown' => {
    if (this.#options.gatewaysDown?.includes(name)) return 'down'
    return this.#options.gateways?.includes(name) ? 'up' : 'unknown'
  }

  isSipProfile = (name: string): boolean => (this.#options.sipProfiles ?? USUAL_SIP_PROFILES).includes(name)

  conferenceDocument = (): string => conferenceDocument(this.roomProfiles)

  global = (name: string): string | undefined => this.#options.globals?.[name]

  /** What the dialplan has under a number; undefined where a person answers. */
  extension = (number: string, channel: Channel): readonly DialplanStep[] | undefined => {
    const part = this.#options.extensions?.[toText(number)]
    return typeof part === 'function' ? part(channel.variables) : part
  }

  /** What an application means in a dialplan. */
  stepsFor = (app: string, data: string): readonly DialplanStep[] => {
    switch (app) {
      case 'socket':
        return [{ do: 'socket', to: addressesIn(data, this.#options.listeners) }]
      case 'transfer':
        return [{ do: 'transfer', to: data.split(' ', 1)[0] ?? '' }]
      case 'sched_transfer':
        return [scheduledTransfer(data, this.stepsFor)]
      case 'set':
        if (/=\$\{sched_del\(\$\{last_sched_id\}\)\}$/.test(data)) return [{ do: 'unschedule' }]
    }
    return [{ do: 'execute', app, data }]
  }

  /** Throws where a recording cannot be written. */
  createRecording = (path: string): RecordingFile => {
    const text = toText(path)
    const { faults } = this.#options
    if (faults?.unwritable?.(text)) throw new Error('the file cannot be written')
    const file = this.#disk.create(text)
    return faults?.full?.(text) ? { ...file, append() {}, patch() {} } : file
  }

  /** Whether this may be played: a sound of the switch itself, or a file of the prompt folders. */
  mayBePlayed(data: string): boolean {
    const folders = this.#options.promptFolders
    if (!folders || MADE_BY_THE_SWITCH.test(data)) return true
    const path = normalize(data.split('@@', 1)[0] ?? '')
    return folders.some(folder => path.startsWith(`${normalize(folder)}/`.replace('//', '/')))
  }
}
