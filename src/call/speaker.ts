// The assistant's mouth: cuts what is to be said into sentences, has each made while the one before is heard, keeps at most two
// in the switch's queue, and knows at any moment what the caller has heard.

import type { Heard } from '../engine/engine.ts'
import { type Clock, inTime } from '../lib/clock.ts'
import { messageOf } from '../lib/message-of.ts'
import type { Leg, PlaybackEnd } from '../pbx/pbx.ts'
import type { Cut } from '../speech/cutter.ts'
import type { SynthesisRequest } from '../speech/synthesizer.ts'
import { heardOf, type Line, type Prompt, textOf } from './line.ts'
import type { Mark, Marks } from './marks.ts'
import type { Notes } from './note.ts'
import { Script } from './script.ts'
import type { CallEvent, Piece } from './vocabulary.ts'

/** Where prompts come from. */
export interface Prompts {
  /** Rejects when no voice can speak it, or with the signal's reason. */
  get(request: SynthesisRequest, signal: AbortSignal): Promise<Prompt>
  /** The file turned out to be unplayable: it will be made anew. */
  forget(prompt: Prompt): Promise<void>
  /** A sound of the operator's, by its name in the sounds folder. Rejects when there is none. */
  sound(file: string): Promise<Prompt>
}

export interface SpeakerOptions {
  /** `nothing`: all of an answer is one prompt, once all of it is there. */
  cut: Cut
  leg: Leg
  prompts: Prompts
  clock: Clock
  signal: AbortSignal
  post(event: CallEvent): void
  marks: Marks
  /** For the journal: what began, what was heard of it, what a voice has silenced, and what was left out. */
  notes: Notes
}

/** One playing, one waiting: the gap between them is 1 ms, and no more than one is lost to a break. */
const QUEUED_LIMIT = 2
/** So many sentences are made ahead of the one that plays: enough for a slow provider, little enough to waste. */
const AHEAD_LIMIT = 3
/** An unplayable file is made anew once. */
const ATTEMPTS_LIMIT = 2
/** A sentence takes half a second, with all providers failing one after the other perhaps ten; then nobody will make it. */
const MAKING_LIMIT_MS = 12_000

/** Before any turn, also that before the greeting. */
const NO_TURN = Number.NEGATIVE_INFINITY

export class Speaker {
  readonly #options: SpeakerOptions
  #turn = NO_TURN
  /** The latest turn of which the caller has heard something. */
  #startedTurn = NO_TURN
  /** What the caller hears, since when, and how much of it they had heard when it was hushed. */
  #running: { line: Line; sinceMs: number; hushedAfterMs: number } | undefined
  #lines: Line[] = []
  readonly #script: Script
  /** Whether more will be said in this turn; `told` once `speechFinished` has been posted. */
  #rest: 'coming' | 'complete' | 'told' = 'coming'
  /** Why nothing may be played just now; speaking goes on when the set is empty. `stopping`: the switch is not silent yet. */
  readonly #silentBecause = new Set<'hush' | 'hold' | 'stopping' | 'suspension' | 'over'>()
  /** Settles when the switch has become silent after the latest stop. */
  #stopped: Promise<void> = Promise.resolve()

  constructor(options: SpeakerOptions) {
    this.#options = options
    const { cut, clock } = options
    this.#script = new Script({
      cut,
      clock,
      add: content => this.#add(content),
      expect: request => {
        options.prompts.get(request, options.signal).catch(() => {}) // who speaks it hears of it
      },
      onPause: () => this.#pump(),
    })
    options.signal.addEventListener('abort', () => this.#end(), { once: true })
  }

  /** Adds to what is said in `turn`. The first piece of a new turn ends what the turn before had left. */
  speak(turn: number, piece: Piece): void {
    if (turn !== this.#turn) this.#begin(turn)
    this.#script.take(piece)
    this.#pump()
  }

  /** No more comes in `turn`: when all of it has been heard, `speechFinished` is posted. */
  finish(turn: number): void {
    if (turn !== this.#turn) this.#begin(turn)
    this.#script.flush()
    this.#rest = 'complete'
    this.#pump()
  }

  /**
   * Silent at once, until `resume` goes on where it stopped or the next turn drops it. The switch is told to pause and not to
   * break: a break also takes 40 ms out of what the caller is saying.
   */
  hush(): void {
    if (this.#silentBecause.has('hush')) return
    this.#silentBecause.add('hush')
    if (this.#playing.length === 0) return
    this.#hushed()
    this.#options.leg.pause().catch(() => this.#stop())
  }

  #hushed(): void {
    const { notes, clock } = this.#options
    const running = this.#running
    const afterMs = running ? Math.round(clock.now() - running.sinceMs) : 0
    if (running) running.hushedAfterMs = afterMs
    notes.write({ type: 'hushed', turn: this.#turn, afterMs })
  }

  resume(): void {
    this.#silentBecause.delete('hush')
    // Refused when the leg is gone, which the leg itself reports; then there is nobody to speak to.
    if (this.#playing.length > 0) this.#options.leg.resume().catch(() => this.#stop())
    this.#pump()
  }

  /** The caller holds us: nothing spoken now would be heard. The sentence that was cut is spoken again after `unhold`. */
  hold(): void {
    this.#silence('hold')
  }

  unhold(): void {
    this.#silentBecause.delete('hold')
    this.#pump()
  }

  /** Begins nothing more. Resolves when the sentence that the caller hears is over, at once when there is none. */
  async finishSentence(): Promise<void> {
    this.#silentBecause.add('suspension')
    await this.#playing[0]
  }

  /** What the caller heard of the latest turn, as long as it is only hushed; null when there was nothing. */
  heardSoFar(): Heard | null {
    if (this.#lines.length === 0) return null
    return heardOf(
      this.#lines.map(line => this.#asHushed(line)),
      this.#rest !== 'coming',
    )
  }

  #asHushed(line: Line): Line {
    if (line.state.is !== 'queued') return line
    const { prompt } = line.state
    const heardMs = line === this.#running?.line ? this.#running.hushedAfterMs : 0
    return { ...line, state: { is: 'cut', prompt, heardMs } }
  }

  /** Drops what a hush left over, and resolves to what the caller heard of the latest turn; null when there was nothing. */
  async heard(): Promise<{ turn: number; heard: Heard } | null> {
    if (this.#silentBecause.has('hush')) this.#stop()
    await this.#stopped
    if (this.#lines.length === 0) return null
    return { turn: this.#turn, heard: heardOf(this.#lines, this.#rest !== 'coming') }
  }

  #begin(turn: number): void {
    this.#stop()
    this.#silentBecause.delete('hush')
    this.#turn = turn
    this.#lines = []
    this.#running = undefined
    this.#script.drop()
    this.#rest = 'coming'
  }

  #mark(mark: Mark, line: Line): void {
    if (line.content.kind !== 'filler') this.#options.marks.mark(mark, this.#turn, this.#options.clock.now())
  }

  #add(content: Line['content']): void {
    const line: Line = { content, attempts: 0, state: { is: 'unmade' } }
    this.#lines.push(line)
    this.#mark('firstSentence', line)
  }

  #end(): void {
    this.#script.drop()
    this.#silence('over')
  }

  #silence(because: 'hold' | 'over'): void {
    this.#silentBecause.add(because)
    this.#stop()
  }

  /** The ends of what the switch has of us. */
  get #playing(): Promise<PlaybackEnd>[] {
    return this.#lines.flatMap(({ state }) => (state.is === 'queued' ? [state.playback.ended] : []))
  }

  #stop(): void {
    const playing = this.#playing
    if (playing.length === 0) return
    const hushed = this.#options.leg.hush().catch(() => {
      // The leg is gone or refuses: its playbacks settle all the same, and the leg itself reports what became of it.
    })
    this.#silentBecause.add('stopping')
    const stopped = Promise.all([hushed, ...playing]).then(() => {
      if (this.#stopped !== stopped) return
      this.#silentBecause.delete('stopping')
      this.#pump()
    })
    this.#stopped = stopped
  }

  /** Makes what is due to be made, plays what is due to be played, and says so when nothing is left. */
  #pump(): void {
    if (this.#silentBecause.size > 0) return
    const left = this.#lines.filter(({ state }) => state.is !== 'heard' && state.is !== 'skipped')
    if (left.length === 0) {
      if (this.#rest === 'complete') this.#finished()
      return
    }
    for (const line of left.slice(0, AHEAD_LIMIT)) if (line.state.is === 'unmade') void this.#make(line)
    for (const line of left.slice(0, QUEUED_LIMIT)) {
      if (line.state.is === 'queued') continue
      if (line.state.is !== 'ready' && line.state.is !== 'cut') break
      this.#play(line, line.state.prompt)
    }
  }

  #finished(): void {
    this.#rest = 'told'
    this.#options.post({ type: 'speechFinished', turn: this.#turn, atMs: this.#options.clock.now() })
  }

  async #make(line: Line): Promise<void> {
    const { prompts, signal, clock } = this.#options
    const { content } = line
    line.attempts++
    line.state = { is: 'making' }
    try {
      const making =
        content.kind === 'sound' ? prompts.sound(content.file) : prompts.get(content.request, signal)
      line.state = { is: 'ready', prompt: await inTime(clock, MAKING_LIMIT_MS, making) }
      if (this.#lines.includes(line)) this.#mark('firstAudio', line)
    } catch (error) {
      if (signal.aborted) return
      line.state = { is: 'skipped' }
      this.#fail(line, error)
    }
    if (this.#lines.includes(line)) this.#pump()
  }

  /** A missing sound of the operator's is left out; a sentence that no voice can speak is a failure of the turn. */
  #fail(line: Line, error: unknown): void {
    if (!this.#lines.includes(line)) return
    if (line.content.kind !== 'text') return this.#options.notes.skipped(this.#turn, error)
    const message = messageOf(error)
    this.#options.post({ type: 'voiceFailed', turn: this.#turn, message, atMs: this.#options.clock.now() })
  }

  #play(line: Line, prompt: Prompt): void {
    const playback = this.#options.leg.play(prompt.path, prompt.durationMs)
    const turn = this.#turn
    this.#mark('written', line)
    line.state = { is: 'queued', prompt, playback }
    void playback.started.then(started => {
      if (started === 'started') this.#started(turn, line)
    })
    void playback.ended.then(end => this.#ended(line, turn, prompt, end))
  }

  #started(turn: number, line: Line): void {
    this.#options.notes.write({ type: 'promptStarted', turn, text: textOf(line) })
    this.#running = { line, sinceMs: this.#options.clock.now(), hushedAfterMs: 0 }
    if (this.#startedTurn === turn || line.content.kind === 'filler') return
    this.#startedTurn = turn
    this.#options.marks.started(turn, this.#options.clock.now())
    this.#options.post({ type: 'speechStarted', turn, atMs: this.#options.clock.now() })
  }

  #ended(line: Line, turn: number, prompt: Prompt, end: PlaybackEnd): void {
    const { how, heardMs } = end
    const ofMs = prompt.durationMs
    this.#options.notes.write({ type: 'promptSpoken', turn, text: textOf(line), how, heardMs, ofMs })
    const current = this.#lines.includes(line)
    if (end.how === 'completed') line.state = { is: 'heard', heardMs: end.heardMs }
    else if (end.how === 'failed') return this.#unplayable(line, prompt, end.cause)
    // Somebody other than us ended it: playing it again could go on for ever.
    else if (current && this.#silentBecause.size === 0) line.state = { is: 'heard', heardMs: end.heardMs }
    else line.state = { is: 'cut', prompt, heardMs: end.heardMs }
    if (current) this.#pump()
  }

  #unplayable(line: Line, prompt: Prompt, cause: string): void {
    line.state = { is: 'skipped' }
    if (!this.#lines.includes(line) || this.#options.signal.aborted) return
    if (line.content.kind !== 'sound') {
      if (line.attempts >= ATTEMPTS_LIMIT) {
        this.#fail(line, new Error(`the switch cannot play it: ${cause}`))
        return this.#pump()
      }
      line.state = { is: 'making' }
      void this.#options.prompts
        .forget(prompt)
        .catch(() => {
          // It could not be removed; making it anew overwrites it.
        })
        .then(() => this.#make(line))
      return
    }
    this.#fail(line, new Error(cause))
    this.#pump()
  }
}
