// Pausing what plays. FreeSWITCH has one command that toggles and none that asks, so what is wanted and what
// should be are tracked apart, and every change goes through here one after the other.

/**
 * Whether the switch toggled: `nothing plays` when there was no open file. Rejects when the connection is
 * gone.
 */
export type TogglePause = () => Promise<'toggled' | 'nothing plays'>

export class PauseControl {
  readonly #toggle: TogglePause
  readonly #changed: (paused: boolean) => void
  #wanted = false
  #is = false
  #working: Promise<void> = Promise.resolve()

  constructor(toggle: TogglePause, changed: (paused: boolean) => void) {
    this.#toggle = toggle
    this.#changed = changed
  }

  /** What plays on the switch is paused, as far as can be known. */
  get isPaused(): boolean {
    return this.#is
  }

  /**
   * Resolves when the switch has followed, or nothing plays: a prompt that begins later begins paused then.
   */
  want(paused: boolean): Promise<void> {
    this.#wanted = paused
    return this.#follow()
  }

  /**
   * A prompt's first sample. A pause of which the switch said yes while the prompt before it was about to end
   * has hit this one: events are up to 20 ms late, answers are not.
   */
  began(): void {
    this.#follow().catch(() => {}) // the connection is gone, which its owner hears from the connection itself
  }

  /** What played was broken off: its pause went with it. */
  broken(): void {
    this.#is = false
  }

  /** What was to be paused is not wanted any more. */
  forget(): void {
    this.#wanted = false
  }

  /** Nothing plays and nothing waits. */
  idle(): void {
    this.#is = false
    this.#wanted = false
  }

  #follow(): Promise<void> {
    const work = this.#working.then(async () => {
      while (this.#wanted !== this.#is) {
        if ((await this.#toggle()) === 'nothing plays') return
        this.#is = !this.#is
        this.#changed(this.#is)
      }
    })
    this.#working = work.catch(() => {}) // `work` itself is what the caller gets
    return work
  }
}
