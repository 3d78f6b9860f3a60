// What can be told of an assistant whose journal nobody can read: when it makes a sound, and whether it was cut short.

import { systemClock, type Timer } from '../../src/lib/clock.ts'
import type { PlaybackLog } from '../fake-freeswitch/applications.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { Transcript } from './transcript.ts'

const LOOK_EVERY_MS = 20

export class LiveSound {
  readonly #caller: Caller
  readonly #transcript: Transcript
  readonly #looking: Timer
  #begun = 0
  #ended = 0

  constructor(caller: Caller, transcript: Transcript) {
    this.#caller = caller
    this.#transcript = transcript
    this.#looking = systemClock.every(LOOK_EVERY_MS, () => this.#look())
  }

  close(): void {
    this.#look()
    this.#looking.cancel()
  }

  /** An ear has one play at a time: they end in the order in which they began. */
  #look(): void {
    const plays = this.#caller.plays.filter(({ path }) => !/^(silence|tone)_stream:/.test(path))
    for (; this.#ended < plays.length; this.#ended++) {
      const play = plays[this.#ended]
      if (!play) return
      if (this.#begun <= this.#ended) {
        this.#transcript.assistant(play.startedMs, '♪')
        this.#begun = this.#ended + 1
      }
      if (play.stoppedMs === undefined) return
      this.#transcript.assistant(play.stoppedMs, `   — ${howItEnded(play, play.stoppedMs)}`)
    }
  }
}

function howItEnded({ how, startedMs }: Readonly<PlaybackLog>, stoppedMs: number): string {
  const seconds = `${((stoppedMs - startedMs) / 1_000).toFixed(1)} s`
  if (how === 'break') return `interrupted after ${seconds}`
  return how === 'done' ? seconds : `${how} after ${seconds}`
}
