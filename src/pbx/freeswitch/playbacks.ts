// The prompts of one leg. The switch holds two (one plays, one waits), so the gap between them is a
// millisecond and `uuid_break all` loses at most one; the rest waits here. Events of the switch come in
// synchronously and in order.

import type { Clock, Timer } from '../../lib/clock.ts'
import { PbxError, type Playback } from '../pbx.ts'
import { HeardTime } from './heard-time.ts'
import { PauseControl, type TogglePause } from './pause.ts'
import { Prompt } from './prompt.ts'

/** What the queue needs of the switch. */
export interface PlaybackCommands {
  /** Queues the file on the channel behind what plays; calls `refused` when the switch does not take it. */
  execute(id: string, path: string, refused: (cause: string) => void): void
  /** The prompt is gone without a word from the switch: nobody waits for it any more. */
  forget(id: string): void
  /** Ends what plays; `all` also drops what waits. */
  break(what: 'one' | 'all'): Promise<void>
  togglePause: TogglePause
}

/** One plays, one waits. */
const ON_SWITCH_LIMIT = 2
/** More prompts than anyone would listen to: whoever queues them has lost the thread. */
const QUEUE_LIMIT = 200
/** The switch works in ticks of 20 ms: what has not begun this long after a break has been thrown away. */
const HUSH_TICK_MS = 100
/** What still plays after so many breaks will not stop. */
const HUSH_TICKS = 20
/** A prompt may begin this much late, and last this much longer than its file. */
const GRACE_MS = 5_000
/** Prompts that were given up and may begin all the same. */
const FORGOTTEN_LIMIT = 16

interface Hush {
  silent: PromiseWithResolvers<void>
  timer: Timer
  ticks: number
}

export class Playbacks {
  readonly #commands: PlaybackCommands
  readonly #clock: Clock
  readonly #pause: PauseControl
  /** In the order in which they will be heard: at most two on the switch, then ours. */
  readonly #prompts: Prompt[] = []
  readonly #forgotten: string[] = []
  /** What the switch's latest CHANNEL_EXECUTE was about: PLAYBACK_START and STOP carry no id. */
  #running: Prompt | 'forgotten' | undefined
  /** Those that the switch has not answered. */
  #breaks = 0
  #hush: Hush | undefined
  #watch: Timer | undefined
  #held = false
  #phase: 'open' | 'closing' | 'over' = 'open'

  constructor(commands: PlaybackCommands, clock: Clock) {
    this.#commands = commands
    this.#clock = clock
    this.#pause = new PauseControl(
      () => commands.togglePause(),
      paused => this.#onPaused(paused),
    )
  }

  play(id: string, path: string, expectedMs: number): Playback {
    const prompt = new Prompt(id, path, expectedMs)
    if (this.#phase !== 'open') prompt.giveUp(this.#clock.now())
    else if (this.#prompts.length >= QUEUE_LIMIT) prompt.giveUp(this.#clock.now(), 'TOO MANY PROMPTS')
    else {
      this.#prompts.push(prompt)
      this.#feed()
    }
    return prompt.playback
  }

  pause(): Promise<void> {
    return this.#prompts.length === 0 ? Promise.resolve() : this.#pause.want(true)
  }

  resume(): Promise<void> {
    return this.#pause.want(false)
  }

  /** Resolves when nothing plays. What is queued after this call is played when that is so. */
  hush(): Promise<void> {
    for (const prompt of this.#prompts.filter(prompt => prompt.state.at === 'queued')) this.#giveUp(prompt)
    // A pause that was wanted was of what is ended here; one that is wanted from now on is of what comes after it.
    this.#pause.forget()
    if (this.#hush) return this.#hush.silent.promise
    if (this.#prompts.length === 0) {
      this.#pause.idle()
      return Promise.resolve()
    }
    const timer = this.#clock.every(HUSH_TICK_MS, () => this.#onHushTick())
    const hush: Hush = { silent: Promise.withResolvers(), timer, ticks: 0 }
    this.#hush = hush
    this.#break('all')
    return hush.silent.promise
  }

  /** CHANNEL_HOLD and CHANNEL_UNHOLD: the switch plays on, but to nobody. */
  setHeld(held: boolean): void {
    if (held === this.#held) return
    this.#held = held
    const now = this.#clock.now()
    const running = this.#running
    if (running instanceof Prompt && running.state.at === 'playing') {
      if (held) running.state.heard.begin('held', now)
      else running.state.heard.end('held', now)
    }
    this.#watchHead()
  }

  onExecute(id: string): void {
    const prompt = this.#prompts.find(prompt => prompt.id === id)
    this.#running = prompt ?? (this.#forgotten.includes(id) ? 'forgotten' : undefined)
    if (prompt?.state.at === 'written') prompt.state = { at: 'begun' }
  }

  onPlaybackStart(stampUs: number): void {
    const running = this.#running
    // Its execute was just being taken when the break came: such a one plays whole if nobody breaks again.
    if (running === 'forgotten') this.#break('one')
    if (!(running instanceof Prompt) || running.state.at !== 'begun') return
    const now = this.#clock.now()
    const heard = new HeardTime(stampUs, now, this.#held)
    if (this.#pause.isPaused) heard.begin('paused', now)
    running.play(heard)
    if (this.#hush) {
      this.#breakAgain()
    } else {
      this.#pause.began()
      this.#watchHead()
    }
  }

  onPlaybackStop(stampUs: number, status: string): void {
    if (!(this.#running instanceof Prompt)) return
    this.#running.stop(stampUs, this.#clock.now(), status)
    if (status !== 'done') this.#pause.broken()
  }

  onComplete(id: string, response: string, hungUp: boolean): void {
    this.#running = undefined
    const prompt = this.#prompts.find(prompt => prompt.id === id)
    if (!prompt) return
    const wasBroken = prompt.state.at === 'stopped' && prompt.state.status !== 'done'
    prompt.complete(response, hungUp || this.#phase !== 'open')
    this.#remove(prompt)
    // The break emptied the switch's queue while this one played, so whatever was behind it is gone.
    if (this.#hush && wasBroken) this.#giveUpOnSwitch()
    this.#goOn()
  }

  /**
   * The leg is about to leave: nothing more is written, what plays will be cut, the last events still come.
   */
  close(): void {
    if (this.#phase === 'open') this.#phase = 'closing'
    for (const prompt of this.#prompts.filter(prompt => prompt.state.at === 'queued')) this.#giveUp(prompt)
  }

  /** The leg stays after all. */
  reopen(): void {
    if (this.#phase === 'closing') this.#phase = 'open'
    this.#goOn()
  }

  /** Nothing more will come. */
  end(): void {
    this.#phase = 'over'
    for (const prompt of [...this.#prompts]) this.#giveUp(prompt)
    this.#goOn()
  }

  /** Writes what the switch may hold. */
  #feed(): void {
    if (this.#phase === 'open' && !this.#hush) {
      for (const prompt of this.#prompts.slice(0, ON_SWITCH_LIMIT)) {
        if (prompt.state.at !== 'queued') continue
        prompt.state = { at: 'written' }
        this.#commands.execute(prompt.id, prompt.path, cause => {
          this.#giveUp(prompt, cause)
          this.#goOn()
        })
      }
    }
    this.#watchHead()
  }

  #goOn(): void {
    const isSilent = !this.#prompts.some(prompt => prompt.isOnSwitch)
    if (this.#hush && isSilent) {
      this.#hush.timer.cancel()
      this.#hush.silent.resolve()
      this.#hush = undefined
      this.#pause.broken()
    }
    if (this.#prompts.length === 0) this.#pause.idle()
    this.#feed()
  }

  /** What the leg leaves us for may wait behind what plays already: it must not be dropped. */
  #breakAgain(): void {
    this.#break(this.#phase === 'open' ? 'all' : 'one')
  }

  #onHushTick(): void {
    const hush = this.#hush
    if (!hush) return
    for (const prompt of [...this.#prompts]) if (prompt.state.at === 'written') this.#giveUp(prompt)
    if (++hush.ticks >= HUSH_TICKS) {
      hush.silent.reject(new PbxError('the switch goes on playing'))
      this.#giveUpOnSwitch()
    } else if (this.#breaks === 0 && this.#prompts.some(({ state }) => isHeard(state))) {
      // Not while one is unanswered: a switch that is slow is not helped by more of them.
      this.#breakAgain()
    }
    this.#goOn()
  }

  #onPaused(paused: boolean): void {
    const running = this.#running
    const now = this.#clock.now()
    if (running instanceof Prompt && running.state.at === 'playing') {
      if (paused) running.state.heard.begin('paused', now)
      else running.state.heard.end('paused', now)
    }
    this.#watchHead()
  }

  // A break that is refused needs no answer: the channel is gone and says so, or the next tick or the watch
  // tries again.
  #break(what: 'one' | 'all'): void {
    this.#breaks++
    const answered = () => {
      this.#breaks--
    }
    this.#commands.break(what).then(answered, answered)
  }

  #giveUpOnSwitch(): void {
    for (const prompt of [...this.#prompts]) if (prompt.isOnSwitch) this.#giveUp(prompt)
  }

  #giveUp(prompt: Prompt, failure?: string): void {
    if (prompt.isOnSwitch) {
      this.#commands.forget(prompt.id)
      if (this.#forgotten.push(prompt.id) > FORGOTTEN_LIMIT) this.#forgotten.shift()
      if (this.#running === prompt) this.#running = 'forgotten'
    }
    prompt.giveUp(this.#clock.now(), failure)
    this.#remove(prompt)
  }

  #remove(prompt: Prompt): void {
    const at = this.#prompts.indexOf(prompt)
    if (at !== -1) this.#prompts.splice(at, 1)
  }

  /** Sets the time by which the foremost prompt must have begun, or ended. */
  #watchHead(): void {
    this.#watch?.cancel()
    this.#watch = undefined
    const head = this.#prompts[0]
    if (!head?.isOnSwitch || this.#hush || this.#held || this.#pause.isPaused) return
    const isPlaying = head.state.at === 'playing'
    if (isPlaying && head.expectedMs <= 0) return // nobody knows how long it is
    const leftMs =
      head.state.at === 'playing' ? head.expectedMs - head.state.heard.soFar(this.#clock.now()) : 0
    this.#watch = this.#clock.after(Math.max(0, leftMs) + GRACE_MS, () => this.#onOverdue(head))
  }

  #onOverdue(head: Prompt): void {
    if (head.state.at === 'playing' && !head.overdue) {
      head.overdue = true
      this.#break('one')
      this.#watchHead()
      return
    }
    this.#giveUp(head, 'OVERDUE')
    this.#goOn()
  }
}

function isHeard({ at }: Prompt['state']): boolean {
  return at === 'begun' || at === 'playing'
}
