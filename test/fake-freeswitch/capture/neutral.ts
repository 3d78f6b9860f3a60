// Takes out of captured bytes what belongs to this machine: names, addresses, ports, folders, the password. Whole
// frames, since lengths change with their texts.

import { encodeFrame, FrameDecoder } from '../../../src/esl/frame.ts'

export type Replacement = readonly [from: string, to: string]

/** Of one direction of one connection: what it is given comes back frame by frame. */
export class Neutralizer {
  readonly #decoder = new FrameDecoder()
  readonly #replacements: readonly Replacement[]

  constructor(replacements: readonly Replacement[]) {
    this.#replacements = replacements
  }

  /** The frames that these bytes complete. */
  frames(bytes: Buffer): Buffer[] {
    const frames: Buffer[] = []
    this.#decoder.push(bytes)
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      if (frame.kind === 'fault') throw new Error(frame.fault)
      const head = this.#neutral(frame.head)
      if (frame.body.length === 0) {
        frames.push(encodeFrame(head))
        continue
      }
      const body = Buffer.from(this.#neutral(frame.body.toString('latin1')), 'latin1')
      frames.push(encodeFrame(head.replace(/^Content-Length: \d+$/m, `Content-Length: ${body.length}`), body))
    }
    return frames
  }

  #neutral(text: string): string {
    let neutral = text
    for (const [from, to] of this.#replacements) neutral = neutral.replaceAll(from, to)
    return neutral
  }
}
