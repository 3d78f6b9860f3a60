// A switch that records into memory, and a follower that listens to it: what the tests of following share.

import { expect } from 'vitest'
import { Followers } from '../../src/audio/follower.ts'
import type { FollowOptions } from '../../src/audio/following.ts'
import type { RecordingTrouble } from '../../src/audio/recording-file.ts'
import { wavHeader } from '../../src/audio/wav.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import { noise } from './signals.ts'

export const PATH = '/spool/ear-1.wav'
export const NEXT = '/spool/ear-2.wav'
export const FRAME = 160

export let clock: ManualClock
export let files: MemoryFiles
export let faults: unknown[]
export let followers: Followers
/** What the caller says: no two frames alike. */
export const speech = noise(-20, 20_000, 11)

/** A new switch, a new follower. */
export function prepare(): void {
  clock = new ManualClock()
  files = new MemoryFiles(clock)
  faults = []
  followers = new Followers({ clock, files, onFault: error => faults.push(error) })
}

export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
}

/** The header of a recording under way: it says that there is no sound yet. */
export function begin(path: string): void {
  files.grow(path, wavHeader(0, 8_000))
}

export function write(path: string, fromSample: number, toSample: number): void {
  files.grow(path, bytesOf(speech.subarray(fromSample, toSample)))
}

export function listen(path: string, options: Partial<FollowOptions> = {}) {
  const heard: number[] = []
  const pieces: { position: number; length: number }[] = []
  const stalls: number[] = []
  const troubles: RecordingTrouble[] = []
  const following = followers.follow(path, {
    sampleRate: 8_000,
    format: 'wav',
    stallMs: 3_000,
    onSamples(samples, position) {
      pieces.push({ position, length: samples.length })
      heard.push(...samples)
    },
    onStalled: ms => stalls.push(ms),
    onTrouble: trouble => troubles.push(trouble),
    ...options,
  })
  return { following, heard, pieces, stalls, troubles }
}

export function expectSpeech(heard: number[], fromSample: number, toSample: number): void {
  expect(heard.length).toBe(toSample - fromSample)
  expect(Int16Array.from(heard)).toEqual(speech.subarray(fromSample, toSample))
}
