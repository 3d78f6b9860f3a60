// One channel in a room: the application that keeps it there.

import type { Application, Step } from './applications.ts'
import type { Channel } from './channel.ts'
import type { Room } from './room.ts'
import { lengthHeaders, RoomSound } from './room-sound.ts'
import type { Frame } from './sound-frame.ts'
import { TalkDetector } from './talk-detector.ts'

/**
 * A voice is in the others' ears with the room's next frame; that of who came to others some frames later: measured on a
 * real switch, 32 and 80 ms.
 */
const NEWCOMER_DELAY_FRAMES = 3

export class Membership implements Application {
  readonly id: number
  readonly channel: Channel
  readonly flags: readonly string[]
  readonly isPlaying = false
  readonly waitsForFrame = true
  speaks: boolean
  hears: boolean
  /** What the others hear of them in this frame. */
  voice: Frame | undefined
  /** What is played to them alone in this frame. */
  playing: readonly Frame[] = []
  /** Undefined when there is no such room and the member may not make one. */
  readonly #join: () => Room | undefined
  readonly #talk = new TalkDetector()
  #room: Room | undefined
  #sound: RoomSound | undefined
  #underWay: (Frame | undefined)[] = []
  #leaving = false

  constructor(channel: Channel, id: number, flags: readonly string[], join: () => Room | undefined) {
    this.channel = channel
    this.id = id
    this.flags = flags
    this.speaks = !flags.includes('mute')
    this.hears = !flags.includes('deaf')
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
    const room = this.#join()
    if (!room) {
      this.#hangUpUnlessKept()
      return { state: 'done' }
    }
    if (!this.channel.isAnswered) this.channel.answer()
    this.#room = room
    this.channel.variables.set('conference_name', room.name)
    this.channel.variables.set('conference_member_id', String(this.id))
    room.enter(this)
    this.channel.recordings.gatherAgain()
    if (room.members.length > 1) this.#underWay = new Array(NEWCOMER_DELAY_FRAMES).fill(undefined)
    return { state: 'running' }
  }

  tick(): Step {
    const room = this.#room
    if (!room || this.#leaving || this.channel.isOver) return this.#leave()
    const change = this.#talk.hears(this.speaks ? this.channel.saying : undefined)
    if (change) room.tell(change, this)
    const frame = room.soundFor(this)
    return frame ? { state: 'running', frame } : { state: 'running' }
  }

  cut(): void {
    this.#leave()
  }

  beforeFrame(): void {
    this.#underWay.push(this.channel.saying)
    this.voice = this.#underWay.shift()
    if (this.#sound) this.playing = this.#sound.next(false)
  }

  /** A file for them alone; false when there is none. */
  hearsFile(path: string): boolean {
    this.#sound ??= new RoomSound({
      load: wanted => this.channel.load(wanted),
      played: (played, samples) =>
        this.#room?.tell('play-file-member-done', this, { ...lengthHeaders(samples), File: played }),
    })
    return this.#sound.play(path, 'queued')
  }

  /** Told to go by a command. */
  leaves(how: 'kick' | 'hup'): void {
    this.#room?.tell(how === 'kick' ? 'kick-member' : 'hup-member', this)
    this.#leaving = true
  }

  /** The room ends. */
  dismissed(): void {
    this.#leaving = true
    this.#hangUpUnlessKept()
  }

  fileman = () => false

  /** A room without controls ignores a key, unless the member shares theirs. */
  digit(digit: string): boolean {
    if (this.flags.includes('dist-dtmf')) this.#room?.sharesDigit(this, digit)
    return false
  }

  #hangUpUnlessKept(): void {
    if (this.channel.variables.get('hangup_after_conference') === 'false') return
    this.channel.hangUp('NORMAL_CLEARING', 'switch')
  }

  #leave(): Step {
    const room = this.#room
    this.#room = undefined
    room?.leave(this)
    this.channel.recordings.gatherAgain()
    return { state: 'done' }
  }
}
