// What is said, line by line: how far each has come, and what of all of them the caller has heard.

import type { Heard } from '../engine/engine.ts'
import type { Playback } from '../pbx/pbx.ts'
import type { SynthesisRequest } from '../speech/synthesizer.ts'

/** A sound file that is ready to be played. */
export interface Prompt {
  path: string
  durationMs: number
}

type LineState =
  | { is: 'unmade' }
  | { is: 'making' }
  | { is: 'ready'; prompt: Prompt }
  | { is: 'queued'; prompt: Prompt; playback: Playback }
  /** Stopped before its end; it may be played again. */
  | { is: 'cut'; prompt: Prompt; heardMs: number }
  | { is: 'heard'; heardMs: number }
  /** Nobody can play it; the others go on. */
  | { is: 'skipped' }

/** One sentence or sound on its way to the caller. */
export interface Line {
  content: { kind: 'text' | 'filler'; request: SynthesisRequest } | { kind: 'sound'; file: string }
  attempts: number
  state: LineState
}

/** '' for a sound. */
export function textOf(line: Line): string {
  return line.content.kind === 'sound' ? '' : line.content.request.text
}

/** What of these lines the caller heard, fillers apart; `complete` when no more was to come and all of it was. */
export function heardOf(lines: readonly Line[], complete: boolean): Heard {
  const words: string[] = []
  let ms = 0
  let all = complete
  for (const line of lines) {
    const { state } = line
    if (line.content.kind === 'filler') continue
    if (state.is === 'heard') {
      words.push(textOf(line))
      ms += state.heardMs
    } else if (state.is === 'cut') {
      words.push(beginning(textOf(line), state.heardMs / state.prompt.durationMs))
      ms += state.heardMs
      all = false
    } else if (state.is !== 'skipped') all = false
  }
  return { text: words.filter(one => one !== '').join(' '), ms: Math.round(ms), complete: all }
}

/** The words that fit into `share` of a sentence, by their letters: speech runs at about an even pace. */
export function beginning(sentence: string, share: number): string {
  const letters = sentence.length * Math.min(1, Math.max(0, share))
  let heard = ''
  for (const word of sentence.split(' ')) {
    const longer = heard === '' ? word : `${heard} ${word}`
    if (longer.length > letters) break
    heard = longer
  }
  return heard
}
