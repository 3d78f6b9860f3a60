// The application `eavesdrop`: a leg hears both sides of another one, and speaks into it where it is allowed to.

import type { Application, Step } from './applications.ts'
import type { Channel } from './channel.ts'
import type { Whisper } from './media-line.ts'
import { type Frame, mixOf } from './sound-frame.ts'

/** Which directions of the other leg: what its person says (`mouth`), what its person hears (`ear`). */
interface Sides {
  mouth: boolean
  ear: boolean
}

/** What it can be told to: where the one who listens is heard. */
const MODES: Readonly<Record<string, Sides>> = {
  '0': { mouth: false, ear: false },
  '1': { mouth: true, ear: false },
  '2': { mouth: false, ear: true },
  '3': { mouth: true, ear: true },
}

export class Eavesdrop implements Application {
  readonly isPlaying = false
  readonly #spy: Channel
  readonly #target: Channel | undefined
  readonly #listens: Sides
  readonly #whisper: Whisper
  #ended = false

  constructor(spy: Channel, target: Channel | undefined) {
    this.#spy = spy
    this.#target = target
    const { mouth, ear } = sides(spy, 'bridge')
    this.#listens = mouth || ear ? { mouth, ear } : { mouth: true, ear: true }
    this.#whisper = () => this.#spy.line.saying
  }

  start(): Step {
    if (!this.#target || this.#target.isOver) return { state: 'done' }
    this.#speaksInto(sides(this.#spy, 'whisper'))
    return { state: 'running' }
  }

  /** A break does not end it; the other leg's end does, and the key `*`. */
  tick(): Step {
    if (this.#ended || this.#spy.isOver || !this.#target || this.#target.isOver) {
      this.cut()
      return { state: 'done' }
    }
    const { saying, hearing } = this.#target.line
    const frames: Frame[] = []
    if (this.#listens.mouth && saying) frames.push(saying)
    if (this.#listens.ear && hearing) frames.push(hearing)
    const frame = mixOf(withoutOwn(frames, this.#spy.id))
    return frame ? { state: 'running', frame } : { state: 'running' }
  }

  cut(): void {
    this.#speaksInto({ mouth: false, ear: false })
  }

  fileman = () => false

  command(text: string): void {
    for (const one of text) {
      const mode = MODES[one]
      if (mode) this.#speaksInto(mode)
      if (one === '*') this.#ended = true
    }
  }

  digit(digit: string): boolean {
    if (this.#spy.variables.get('eavesdrop_enable_dtmf') === 'false') return false
    if (digit === '*') this.#ended = true
    return false
  }

  /** A side that is not tapped cannot be spoken into either. */
  #speaksInto(into: Sides): void {
    for (const side of ['mouth', 'ear'] as const) {
      const whispers = this.#target?.line.whispers[side]
      if (into[side] && this.#listens[side]) whispers?.add(this.#whisper)
      else whispers?.delete(this.#whisper)
    }
  }
}

/** The read side is called aleg there and the write side bleg. */
function sides({ variables }: Channel, what: 'bridge' | 'whisper'): Sides {
  const isSet = (leg: string) => variables.get(`eavesdrop_${what}_${leg}`) === 'true'
  return { mouth: isSet('aleg'), ear: isSet('bleg') }
}

/** Nobody hears their own voice come back. */
function withoutOwn(frames: readonly Frame[], own: string): Frame[] {
  return frames.flatMap(frame => {
    const parts = frame.parts ?? [frame]
    return parts.some(({ of }) => of === own) ? parts.filter(({ of }) => of !== own) : [frame]
  })
}
