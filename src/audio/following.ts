// One followed recording. It can be replaced by the next one without a sample lost or heard twice: the switch begins the
// new file before it ends the old one, and what both hold is taken once.
//
//   following ──continueWith──▶ rotating (the old one is read) ──oldStopped──▶ joining (overlap sought) ──▶ following
//        └──────────────────────────── end: closed, deleted ◀────────────────────────────┘

import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import { unreachable } from '../lib/unreachable.ts'
import { findOverlap } from './overlap.ts'
import { RecordingFile, type RecordingFormat, type RecordingTrouble } from './recording-file.ts'

export interface FollowOptions {
  /** Samples per second of the recording, mono, 16 bits. */
  sampleRate: number
  format: RecordingFormat
  /** No growth for so long, while not held, is a stall. */
  stallMs: number
  /** Files are left on disk instead of being deleted after use. */
  keep?: boolean
  /** `samples` is valid until the callback returns; `position` counts from the beginning of the following, over all files. */
  onSamples(samples: Int16Array, position: number): void
  /** Once per stall, which ends when the file grows again. */
  onStalled(stalledMs: number): void
  onTrouble?(trouble: RecordingTrouble): void
}

/** A recording is being replaced: both files exist, the old one is still read. */
export interface Rotation {
  /** The switch has said that the old recording is finished: the new one takes over, the old file is deleted. */
  oldStopped(): void
}

/** What a callback or a deletion threw. The recording is followed on, and so are the others. */
export type FollowerFault = (error: unknown, path: string) => void

/** Room for one piece of sound, seen as samples and as bytes. */
export interface Piece {
  samples: Int16Array
  bytes: Uint8Array
}

interface Surroundings {
  clock: Clock
  files: Files
  onFault: FollowerFault
  onEnd(): void
}

/** The next recording was announced before the last change was through. */
export class RotationUnderway extends Error {
  override name = 'RotationUnderway'
}

type Phase =
  | { phase: 'following' }
  | { phase: 'rotating'; next: RecordingFile }
  | { phase: 'joining'; oldTail: Int16Array; head: Int16Array }
  | { phase: 'over' }

type Growth = { growth: 'flowing'; sinceMs: number } | { growth: 'stalled' } | { growth: 'held' }

/** Pieces taken from one recording in one tick, so that no burst keeps the others waiting. */
const MAX_PIECES_A_TICK = 8
/** While nothing comes, look so often whether the file was cut. */
const CHECK_EVERY_TICKS = 10
/** A recording that has not appeared is looked for in every tick so long, then at the pace of the checks. */
const EAGER_TICKS = 100
/** Two recordings run side by side for about 20 ms on a quiet switch, for longer on a busy one. */
const MAX_OVERLAP_MS = 500
const MIN_OVERLAP_MS = 10
const SETTLING_MS = 5
/** So much of the new recording without an overlap in it: there is none. */
const JOIN_PATIENCE_MS = 200
/** FreeSWITCH writes up to half a second at once when it begins to record; seen in the first second. */
const UNSETTLED_MS = 1_000
/** The old recording has stopped growing for so long although nobody said that it was stopped. */
const OLD_IS_SILENT_MS = 1_000

export class Following {
  readonly #options: FollowOptions
  readonly #around: Surroundings
  #file: RecordingFile
  #phase: Phase = { phase: 'following' }
  #growth: Growth
  #position = 0
  #idleTicks = 0
  /** From when on what comes comes frame by frame; undefined while nothing has come. */
  #settledAtMs: number | undefined

  constructor(path: string, options: FollowOptions, around: Surroundings) {
    this.#options = options
    this.#around = around
    this.#file = this.#fileAt(path)
    this.#growth = { growth: 'flowing', sinceMs: around.clock.now() }
  }

  /** Samples handed over so far. */
  get position(): number {
    return this.#position
  }

  get isOver(): boolean {
    return this.#phase.phase === 'over'
  }

  /** The caller has put us on hold: the switch stops recording, and that is no stall. */
  hold(): void {
    this.#growth = { growth: 'held' }
  }

  unhold(): void {
    if (this.#growth.growth !== 'held') return
    this.#growth = { growth: 'flowing', sinceMs: this.#around.clock.now() }
    this.#settledAtMs = undefined
  }

  /** The switch has begun a new recording beside the present one. Throws `RotationUnderway`. */
  continueWith(newPath: string): Rotation {
    if (this.#phase.phase !== 'following') {
      throw new RotationUnderway(`a recording that is ${this.#phase.phase} cannot go on in ${newPath}`)
    }
    const rotating: Phase = { phase: 'rotating', next: this.#fileAt(newPath) }
    this.#phase = rotating
    return {
      oldStopped: () => {
        if (this.#phase === rotating) this.#join(rotating.next)
      },
    }
  }

  /** Closes and deletes what is open. Nothing is reported afterwards. */
  end(): void {
    const phase = this.#phase
    if (phase.phase === 'over') return
    this.#phase = { phase: 'over' }
    if (phase.phase === 'rotating') this.#letGo(phase.next)
    this.#letGo(this.#file)
    this.#around.onEnd()
  }

  /**
   * Takes what has come; returns how many milliseconds of sound that was, as far as they tell how late we are. Only the
   * owner of the tick calls this.
   */
  tick(piece: Piece, nowMs: number): number {
    const before = this.#position
    this.#take(piece, nowMs)
    const taken = this.#position - before
    // A new recording, and one that was held, has its first half second written in one piece: that is the switch's way.
    if (taken > 0) this.#settledAtMs ??= nowMs + UNSETTLED_MS
    if (this.#settledAtMs === undefined || nowMs < this.#settledAtMs) return 0
    return (taken * 1_000) / this.#options.sampleRate
  }

  #take(piece: Piece, nowMs: number): void {
    const grew = this.#advance(piece, nowMs)
    if (grew) {
      this.#idleTicks = 0
      if (this.#growth.growth === 'flowing') this.#growth.sinceMs = nowMs
      else if (this.#growth.growth === 'stalled') this.#growth = { growth: 'flowing', sinceMs: nowMs }
      return
    }
    this.#idleTicks++
    if (this.#idleTicks % CHECK_EVERY_TICKS === 0) this.#file.checkLength()
    this.#watchGrowth(nowMs)
  }

  #advance(piece: Piece, nowMs: number): boolean {
    switch (this.#phase.phase) {
      case 'following':
        return this.#drain(piece)
      case 'rotating': {
        const grew = this.#drain(piece)
        if (!grew && this.#phase.phase === 'rotating' && this.#idleMs(nowMs) >= OLD_IS_SILENT_MS) {
          this.#join(this.#phase.next)
        }
        return grew
      }
      case 'joining':
        return this.#readHead(this.#phase, piece)
      case 'over':
        return false
      default:
        return unreachable(this.#phase)
    }
  }

  #drain({ samples, bytes }: Piece): boolean {
    if (this.#isWaitingLong()) return false
    for (let pieces = 0; pieces < MAX_PIECES_A_TICK; pieces++) {
      const count = this.#file.read(bytes)
      if (count === 0) return pieces > 0
      this.#deliver(samples.subarray(0, count))
      if (count < samples.length) return true
    }
    return true
  }

  #isWaitingLong(): boolean {
    return !this.#file.isThere && this.#idleTicks > EAGER_TICKS && this.#idleTicks % CHECK_EVERY_TICKS !== 0
  }

  #deliver(samples: Int16Array): void {
    const position = this.#position
    this.#position += samples.length
    if (samples.length === 0) return
    try {
      this.#options.onSamples(samples, position)
    } catch (error) {
      this.#around.onFault(error, this.#file.path)
    }
  }

  // What the old file got since the last tick is in it by now: it is taken before the new one is looked at.
  #join(next: RecordingFile): void {
    const samples = new Int16Array(this.#samplesIn(MAX_OVERLAP_MS))
    const rest: Piece = { samples, bytes: new Uint8Array(samples.buffer) }
    for (
      let count = this.#file.read(rest.bytes);
      count > 0 && !this.isOver;
      count = this.#file.read(rest.bytes)
    ) {
      this.#deliver(samples.subarray(0, count))
    }
    if (this.isOver) return
    const oldTail = this.#file.readAgain(samples.length)
    this.#letGo(this.#file)
    this.#file = next
    this.#idleTicks = 0
    this.#phase = { phase: 'joining', oldTail, head: new Int16Array(0) }
  }

  #readHead(joining: Phase & { phase: 'joining' }, { samples, bytes }: Piece): boolean {
    const count = this.#isWaitingLong() ? 0 : this.#file.read(bytes)
    if (count === 0) return false
    joining.head = joined(joining.head, samples.subarray(0, count))
    const { head, oldTail } = joining
    const overlap = findOverlap(oldTail, head, {
      minSamples: this.#samplesIn(MIN_OVERLAP_MS),
      maxSamples: this.#samplesIn(MAX_OVERLAP_MS),
      settlingSamples: this.#samplesIn(SETTLING_MS),
    })
    const isHopeless = head.length >= this.#samplesIn(JOIN_PATIENCE_MS) || oldTail.length === 0
    if (overlap === undefined && !isHopeless) return true
    this.#phase = { phase: 'following' }
    this.#deliver(head.subarray(overlap ?? 0))
    return true
  }

  #watchGrowth(nowMs: number): void {
    const stalledMs = this.#idleMs(nowMs)
    if (this.isOver || stalledMs < this.#options.stallMs) return
    this.#growth = { growth: 'stalled' }
    this.#file.checkPresence()
    this.#guard(() => this.#options.onStalled(stalledMs))
  }

  /** How long nothing has come although something should have; 0 while held or already known. */
  #idleMs(nowMs: number): number {
    return this.#growth.growth === 'flowing' ? nowMs - this.#growth.sinceMs : 0
  }

  #fileAt(path: string): RecordingFile {
    const { format, sampleRate } = this.#options
    const onTrouble = (trouble: RecordingTrouble) => {
      if (!this.isOver) this.#guard(() => this.#options.onTrouble?.(trouble))
    }
    return new RecordingFile({ files: this.#around.files, path, format, sampleRate, onTrouble })
  }

  #letGo(file: RecordingFile): void {
    this.#guard(() => (this.#options.keep ? file.close() : file.discard()))
  }

  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#around.onFault(error, this.#file.path)
    }
  }

  #samplesIn(ms: number): number {
    return (this.#options.sampleRate * ms) / 1_000
  }
}

function joined(a: Int16Array, b: Int16Array): Int16Array {
  const both = new Int16Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
