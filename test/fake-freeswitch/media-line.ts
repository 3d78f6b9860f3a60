// The audio line of one telephone: what the person says, and what reached the ear, in frames of 20 ms.

import { Ear } from './ear.ts'
import { type Frame, mixOf, Track } from './sound-frame.ts'
import { FRAME_SAMPLES } from './wav.ts'

interface Utterance {
  samples: Int16Array
  /** Sample position in the call before which it must not begin. */
  notBefore: number
  position: number
  begun: () => void
  spoken: () => void
}

/** Somebody who speaks into a line: what they say at this moment. */
export type Whisper = () => Frame | undefined

function voices(whispers: ReadonlySet<Whisper>): Frame[] {
  return [...whispers].flatMap(whisper => whisper() ?? [])
}

export class MediaLine {
  /** Samples since the call began. */
  position = 0
  /** The person put us on hold: nothing passes in either direction. */
  held = false
  /** What the person says in the frame that is now being played and recorded. */
  saying: Frame | undefined
  /** What the person hears at this moment, undefined for silence. */
  hearing: Frame | undefined
  /** There is something in it that can be heard. */
  isHearing = false
  readonly ear = new Ear()
  /** Others who speak into this line in both directions: into its ear, or as if the person had said it. */
  readonly whispers = { ear: new Set<Whisper>(), mouth: new Set<Whisper>() }
  readonly #of: string
  readonly #said = new Track()
  readonly #heard = new Track()
  #utterances: Utterance[] = []

  /** `of`: whose line it is. */
  constructor(of: string) {
    this.#of = of
  }

  say(samples: Int16Array, notBefore: number, begun: () => void): Promise<void> {
    return new Promise(spoken => {
      this.#utterances.push({ samples, notBefore, position: 0, begun, spoken })
    })
  }

  /** The person stops talking in the middle of it. */
  fallSilent(): void {
    const cut = this.#utterances
    this.#utterances = []
    for (const utterance of cut) utterance.spoken()
  }

  /** What comes from the person in this frame. */
  takeSaid(): Frame | undefined {
    const said = this.#takeUtterance()
    this.saying =
      this.whispers.mouth.size > 0 ? mixOf([...voices(this.whispers.mouth), ...(said ? [said] : [])]) : said
    return this.saying
  }

  #takeUtterance(): Frame | undefined {
    const current = this.#utterances[0]
    if (!current || current.notBefore > this.position) return undefined
    if (current.position === 0) current.begun()
    const from = current.position
    const to = Math.min(from + FRAME_SAMPLES, current.samples.length)
    current.position = to
    if (to === current.samples.length) {
      this.#utterances.shift()
      current.spoken()
    }
    if (this.held || from === to) return undefined
    this.#said.place(this.position, current.samples, from, to)
    return { source: current.samples, from, to, of: this.#of }
  }

  /** What the switch sends in this frame, with what is whispered; a held line carries nothing. */
  putHeard(played: Frame | undefined): Frame | undefined {
    const sent =
      this.whispers.ear.size > 0 ? mixOf([...(played ? [played] : []), ...voices(this.whispers.ear)]) : played
    this.hearing = this.held ? undefined : sent
    this.isHearing = this.hearing !== undefined && this.ear.hears(this.position, this.hearing)
    if (this.hearing)
      this.#heard.place(this.position, this.hearing.source, this.hearing.from, this.hearing.to)
    return sent
  }

  endSound(): void {
    this.hearing = undefined
    this.isHearing = false
  }

  endFrame(): void {
    this.position += FRAME_SAMPLES
  }

  get said(): Int16Array {
    return this.#said.render(this.position)
  }

  get heard(): Int16Array {
    return this.#heard.render(this.position)
  }
}
