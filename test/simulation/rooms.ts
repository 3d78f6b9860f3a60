// Who is with whom in the rooms of the switch: asked of it after each frame, as long as it matters.

import type { Duplex } from 'node:stream'
import { FrameDecoder } from '../../src/esl/frame.ts'
import type { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'

export class Rooms {
  readonly #link: Duplex
  readonly #decoder = new FrameDecoder()
  /** The legs in each room. */
  #now: readonly (readonly string[])[] = []
  #asked = 0

  constructor(pbx: FakeFreeswitch) {
    this.#link = pbx.connectControl()
    this.#link.on('error', () => {})
    this.#link.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#link.write('auth ClueCon\n\n')
  }

  get now(): readonly (readonly string[])[] {
    return this.#now
  }

  /** The answer is there before the next frame, as a rule. */
  ask(): void {
    if (this.#asked > 0 || !this.#link.writable) return
    this.#asked++
    this.#link.write('api conference json_list compact\n\n')
  }

  /** Nobody can be in a room. */
  forget(): void {
    if (this.#now.length > 0) this.#now = []
  }

  close(): void {
    this.#link.destroy()
  }

  #read(chunk: Buffer): void {
    this.#decoder.push(chunk)
    for (let frame = this.#decoder.next(); frame?.kind === 'frame'; frame = this.#decoder.next()) {
      if (!frame.head.includes('api/response')) continue
      this.#asked--
      this.#now = roomsIn(frame.body.toString('latin1'))
    }
  }
}

function roomsIn(text: string): string[][] {
  if (!text.startsWith('[')) return []
  const rooms = JSON.parse(text) as { members: { uuid: string }[] }[]
  return rooms.map(({ members }) => members.map(({ uuid }) => uuid))
}
