// What reached somebody's ear, by whose sound it was: the people of a room, a prompt, hold music. It tells when
// the first of it was heard, for how long, and where there was silence.

import { type Frame, isAudible, partsOf, Track } from './sound-frame.ts'
import { FRAME_MS, FRAME_SAMPLES } from './wav.ts'

/** Milliseconds since the leg began. */
export interface Span {
  fromMs: number
  toMs: number
}

/** Whose sound the music of the switch is. */
export const MUSIC = 'music'

const SAMPLES_PER_MS = FRAME_SAMPLES / FRAME_MS

export class Ear {
  readonly #anything = new Spans()
  readonly #audible = new Map<string, Spans>()
  readonly #tracks = new Map<string, Track>()

  /** One frame at this sample since the leg began; whether there was anything to be heard in it. */
  hears(at: number, frame: Frame): boolean {
    let audible = false
    for (const part of partsOf(frame)) {
      const heard = isAudible(part)
      audible ||= heard
      if (part.of === undefined) continue
      this.#trackOf(part.of).place(at, part.source, part.from, part.to)
      if (heard) this.#spansOf(part.of).add(at / SAMPLES_PER_MS)
    }
    if (audible) this.#anything.add(at / SAMPLES_PER_MS)
    return audible
  }

  /** `of`: a leg's id, `music`, or the path of a file. Undefined when nothing of it was heard since then. */
  firstHeardMs(of: string, sinceMs = 0): number | undefined {
    const span = this.#audible.get(of)?.list.find(({ toMs }) => toMs > sinceMs)
    return span && Math.max(span.fromMs, sinceMs)
  }

  /** How much of it could be heard; its own silences do not count. */
  heardMs(of: string, sinceMs = 0): number {
    const spans = this.#audible.get(of)?.list ?? []
    return spans.reduce((sum, { fromMs, toMs }) => sum + Math.max(0, toMs - Math.max(fromMs, sinceMs)), 0)
  }

  /** The samples of it alone, on the leg's timeline. */
  soundOf(of: string, samples: number): Int16Array {
    return this.#tracks.get(of)?.render(samples) ?? new Int16Array(samples)
  }

  /** Where nothing could be heard of anything, within this time. */
  silences({ fromMs, toMs }: Span): Span[] {
    const silent: Span[] = []
    let sinceMs = fromMs
    for (const heard of this.#anything.list) {
      if (heard.fromMs >= toMs) break
      if (heard.fromMs > sinceMs) silent.push({ fromMs: sinceMs, toMs: heard.fromMs })
      sinceMs = Math.max(sinceMs, heard.toMs)
    }
    if (toMs > sinceMs) silent.push({ fromMs: sinceMs, toMs })
    return silent
  }

  #trackOf(of: string): Track {
    const track = this.#tracks.get(of) ?? new Track()
    this.#tracks.set(of, track)
    return track
  }

  #spansOf(of: string): Spans {
    const spans = this.#audible.get(of) ?? new Spans()
    this.#audible.set(of, spans)
    return spans
  }
}

/** Frames that follow each other are one span. */
class Spans {
  readonly list: Span[] = []

  add(atMs: number): void {
    const last = this.list.at(-1)
    if (last && last.toMs >= atMs) last.toMs = atMs + FRAME_MS
    else this.list.push({ fromMs: atMs, toMs: atMs + FRAME_MS })
  }
}
