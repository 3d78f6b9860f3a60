// What is looked at after each frame of 20 ms: whom each caller hears, and for how long nobody.

import type { PlaybackLog } from '../fake-freeswitch/applications.ts'
import type { Agents } from './agents.ts'
import type { Breaches } from './broken.ts'
import type { SimulatedCaller } from './caller.ts'
import type { Daemon } from './daemon.ts'
import { type AnswerPlan, FIXED_POLICY, type Plan } from './plan.ts'

const FRAME_MS = 20
/** After the daemon was told of a hold, and the switch of the silence. */
const HOLD_GRACE_MS = 300
/** Between the answer to `connect` and the subscription nobody is told of a hold; on a wire that glues, that is two frames. */
const UNTOLD_MS = 80
/** The last frames of what was under way. */
const HANG_UP_GRACE_MS = 200
/** Whoever has nothing more to do is somewhere else by then. */
const END_LIMIT_MS = 240_000
/** What a wire that stood still delivers at once takes its time. */
const STALL_GRACE_MS = 1_500
/** Answering, opening the ear, and the switch's own ticks. */
const SLACK_MS = 2_500

interface Watched {
  caller: SimulatedCaller
  quietSinceMs: number
  overSinceMs: number | undefined
  /** Since when they are where they are. */
  place: { at: string; sinceMs: number }
  /** Playbacks before this one have ended. */
  firstPlaying: number
}

export class Watch {
  readonly #daemon: Daemon
  readonly #agents: Agents
  readonly #breaches: Breaches
  readonly #watched: Watched[]
  readonly #silenceLimitMs: number
  readonly #slowMs: number

  constructor(
    callers: readonly SimulatedCaller[],
    plan: Plan,
    daemon: Daemon,
    agents: Agents,
    breaches: Breaches,
  ) {
    this.#agents = agents
    this.#daemon = daemon
    this.#breaches = breaches
    this.#silenceLimitMs = silenceLimitOf(plan)
    this.#slowMs = plan.wire.slow?.ms ?? 0
    this.#watched = callers.map(caller => ({
      caller,
      quietSinceMs: 0,
      overSinceMs: undefined,
      place: { at: '', sinceMs: 0 },
      firstPlaying: 0,
    }))
  }

  look(nowMs: number): void {
    for (const watched of this.#watched) {
      const { person } = watched.caller
      if (!person) watched.quietSinceMs = nowMs
      else {
        this.#lookAtPlays(watched, person.plays, nowMs)
        if (!person.isOver) {
          if (watched.place.at !== person.place.at) watched.place = { at: person.place.at, sinceMs: nowMs }
          this.#lookAtHold(watched, nowMs)
          this.#lookAtSilence(watched, nowMs)
          this.#lookAtEnd(watched.caller, nowMs)
        }
      }
    }
  }

  #lookAtPlays(watched: Watched, plays: readonly Readonly<PlaybackLog>[], nowMs: number): void {
    while (watched.firstPlaying < plays.length && plays[watched.firstPlaying]?.how !== 'playing')
      watched.firstPlaying++
    let playing = 0
    for (let at = watched.firstPlaying; at < plays.length; at++) if (plays[at]?.how === 'playing') playing++
    if (playing > 1) this.#breaches.add('one-playback', `${playing} playbacks at once`)
    if (!watched.caller.person?.isOver) return
    watched.overSinceMs ??= nowMs
    if (playing > 0 && nowMs - watched.overSinceMs > HANG_UP_GRACE_MS)
      this.#breaches.add('silent-after-hang-up', 'a playback goes on')
  }

  #lookAtHold({ caller, place }: Watched, nowMs: number): void {
    const { heldSinceMs, stalledUntilMs, person } = caller
    if (heldSinceMs === undefined || !person?.isSpokenTo || person.place.at !== 'socket') return
    const takenMs = Math.max(place.sinceMs, this.#daemon.begunMs)
    if (heldSinceMs >= takenMs - FRAME_MS && heldSinceMs <= takenMs + UNTOLD_MS) return
    const graceMs = HOLD_GRACE_MS + Math.max(0, stalledUntilMs - heldSinceMs) + 3 * this.#slowMs
    if (nowMs - heldSinceMs > graceMs && this.#daemon.isThere)
      this.#breaches.add('silent-while-held', 'a playback goes on to a caller who holds us')
  }

  #lookAtSilence(watched: Watched, nowMs: number): void {
    const { caller } = watched
    const { person } = caller
    if (!person) return
    const { at } = person.place
    const isBusy =
      person.isSpokenTo ||
      caller.heldSinceMs !== undefined ||
      at === 'people' ||
      this.#agents.isInRoom(caller.id) ||
      nowMs < caller.speaksUntilMs + 40
    const isStalled = nowMs < caller.stalledUntilMs + STALL_GRACE_MS
    if (isBusy || isStalled || caller.pressedMs.some(ms => ms <= nowMs && ms > nowMs - 40))
      watched.quietSinceMs = nowMs
    const silentMs = nowMs - watched.quietSinceMs
    if (silentMs > this.#silenceLimitMs)
      this.#breaches.add('no-long-silence', `a caller (${at}) has heard nothing for ${silentMs} ms`)
  }

  #lookAtEnd({ actedMs, person }: SimulatedCaller, nowMs: number): void {
    if (person?.place.at === 'limbo') this.#breaches.add('caller-moves-on', 'a caller is in a limbo')
    if (actedMs !== undefined && nowMs - actedMs > END_LIMIT_MS)
      this.#breaches.add('caller-moves-on', `a caller who does nothing is still at ${person?.place.at}`)
  }
}

/**
 * The longest that may pass between two things that a caller hears: what they said is recognized, the engine answers without a
 * word, they are silent, the engine is asked again and refuses twice, and its words and then ours cannot be spoken.
 */
export function silenceLimitOf(plan: Plan): number {
  const { silenceMs, endOfTurnMs, recognitionTimeoutMs, engineTimeoutMs, interDigitMs } = FIXED_POLICY
  const askMs = Math.min(
    engineTimeoutMs,
    Math.max(0, ...plan.callers.flatMap(({ answers }) => answers.map(answerMs))),
  )
  const conversingMs = interDigitMs + endOfTurnMs + recognitionTimeoutMs + silenceMs + 4 * askMs
  return conversingMs + 2 * makingMs(plan) + switchMs(plan) + absenceMs(plan) + SLACK_MS
}

function answerMs({ ends, firstMs, gapMs, lastMs, directives }: AnswerPlan): number {
  if (ends === 'never' || ends === 'hangs') return Number.POSITIVE_INFINITY
  return firstMs + gapMs * directives.length + lastMs
}

/** Two providers one after the other, or the speaker's own limit. */
function makingMs({ voices }: Plan): number {
  const each = voices.map(voice => (voice.speaks === 'never' ? Number.POSITIVE_INFINITY : voice.afterMs))
  return Math.min(12_500, 2 * Math.max(0, ...each) + 1_000)
}

function switchMs({ wire: { events, slow } }: Plan): number {
  const lostMs = events?.fate === 'lose' ? 20_000 : events ? 3 * events.mostMs : 0
  return lostMs + 8 * (slow?.ms ?? 0)
}

/** Until the switch's timer brings a caller to people, or the next daemon has them. */
function absenceMs({ happenings }: Plan): number {
  const longest = happenings.map(one => ('backAfterMs' in one ? Math.max(8_000, one.backAfterMs ?? 0) : 0))
  const slowMs = happenings.map(one => (one.happens === 'disk slow' ? 4 * one.eachMs : 0))
  return Math.max(0, ...longest) + Math.max(0, ...slowMs)
}
