// WAV files, whole and growing: the reader and the encoder, and the follower on a file that somebody writes, cuts,
// replaces and takes away.

import { Followers } from '../../src/audio/follower.ts'
import {
  decodeWav,
  encodeWav,
  findWavLayout,
  NotWav,
  samplesOfBytes,
  toMono,
  type WavLayout,
} from '../../src/audio/wav.ts'
import type { Random } from '../fake-freeswitch/seeded.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import { below, chanceOf, inPieces, must, oneOf, type Target } from './target.ts'

const RATE = 8_000
const PATHS = ['/spool/1.wav', '/spool/2.wav', '/spool/3.wav']

export const wavTarget: Target = {
  name: 'wav',
  sources: /\/src\/audio\/(wav|g711|recording-file|following|follower|overlap)\.ts$/,
  seeds() {
    const sound = Int16Array.from({ length: 800 }, (_, i) => (i * 7_919) % 30_000)
    const plain = encodeWav(sound, RATE)
    const formats = [
      [1, 8, 1],
      [1, 24, 2],
      [1, 32, 1],
      [3, 32, 1],
      [6, 8, 1],
      [7, 8, 2],
      [0xfffe, 16, 1],
    ] as const
    const others = formats.map(([tag, bits, channels]) => {
      const file = Buffer.from(plain)
      file.writeUInt16LE(tag, 20)
      file.writeUInt16LE(channels, 22)
      file.writeUInt16LE(bits, 34)
      return file
    })
    return [plain, encodeWav(sound, 16_000, 2), plain.subarray(0, 44), Buffer.alloc(0), ...others]
  },
  words: ['RIFF', 'RF64', 'WAVE', 'fmt ', 'data', 'fact', 'LIST', 'JUNK', 'ID3'],
  run(input) {
    const random = chanceOf(input)
    readWhole(input)
    readGrowing(input, random)
    encode(input, random)
    follow(input, random)
  },
}

function readWhole(input: Buffer): void {
  let audio: ReturnType<typeof decodeWav>
  try {
    audio = decodeWav(input)
  } catch (error) {
    if (error instanceof NotWav) return
    throw error
  }
  const { samples, sampleRate, channels } = audio
  must(samples.length <= input.length, 'more samples than bytes')
  must(toMono(audio).length === Math.floor(samples.length / channels), 'mono has another length')
  const again = decodeWav(encodeWav(samples, sampleRate, channels))
  // A header that says 0 is one that says "unknown": the same, as there is nothing after it.
  must(sameSamples(again.samples, samples), 'what was encoded is decoded to something else')
  must(again.sampleRate === sampleRate && again.channels === channels, 'another rate, or other channels')
}

/** The first bytes of a file never take back what they said. */
function readGrowing(input: Buffer, random: Random): void {
  let said: WavLayout | 'none' | undefined
  for (const end of [
    ...[0, 11, 12, 43, 44, input.length].map(at => Math.min(at, input.length)),
    below(random, 200),
  ].sort((a, b) => a - b)) {
    const now = layoutOf(input.subarray(0, end))
    if (said !== undefined) must(JSON.stringify(now) === JSON.stringify(said), 'more bytes change the layout')
    said = now
  }
}

function layoutOf(bytes: Buffer): WavLayout | 'none' | undefined {
  try {
    return findWavLayout(bytes)
  } catch (error) {
    if (error instanceof NotWav) return 'none'
    throw error
  }
}

function encode(input: Buffer, random: Random): void {
  const samples = samplesOfBytes(input)
  const rate = 1 + below(random, 192_000)
  const audio = decodeWav(encodeWav(samples, rate))
  must(audio.sampleRate === rate && sameSamples(audio.samples, samples), 'samples do not survive a file')
}

function follow(input: Buffer, random: Random): void {
  const clock = new ManualClock()
  const files = new MemoryFiles(clock)
  files.makeFolder('/spool')
  const followers = new Followers({
    clock,
    files,
    onFault: error => {
      // Only a deletion that the disk refuses, which is what the test asked for.
      if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error
    },
  })
  const mischief = random() < 0.7
  let position = 0
  let sound = 0
  let troubles = 0
  const format = oneOf(random, ['wav', 'wav', 'raw'] as const)
  const [first = ''] = PATHS
  const following = followers.follow(first, {
    sampleRate: RATE,
    format,
    stallMs: 500,
    onSamples(samples, at) {
      must(at === position, 'samples are skipped, or come twice')
      position += samples.length
      sound += samples.length
    },
    onStalled: () => {},
    onTrouble: () => {
      troubles++
    },
  })
  let written = 0
  let at = 0
  let rotation: ReturnType<typeof following.continueWith> | undefined
  for (const piece of inPieces(input, random)) {
    files.grow(PATHS[at] ?? first, piece)
    written += piece.length
    clock.advance(oneOf(random, [1, 20, 20, 20, 700]))
    if (!mischief || random() < 0.8) continue
    const path = PATHS[at] ?? first
    switch (below(random, 8)) {
      case 0:
        if (files.has(path)) files.truncate(path, below(random, written + 1))
        break
      case 1:
        if (files.has(path)) files.rename(path, '/elsewhere.wav')
        break
      case 2:
        files.failNext(oneOf(random, ['openToRead', 'read', 'size', 'remove'] as const), 'EIO', 1)
        break
      case 3:
        following.hold()
        break
      case 4:
        following.unhold()
        break
      case 5:
        if (files.has(path)) files.patch(path, piece, 0)
        break
      default:
        if (rotation) {
          rotation.oldStopped()
          clock.advance(oneOf(random, [0, 20, 2_000]))
          rotation.oldStopped()
          // Only when the head of the new one was read is the change through.
          if (random() < 0.5) rotation = undefined
        } else if (at + 1 < PATHS.length) {
          try {
            rotation = following.continueWith(PATHS[at + 1] ?? first)
            at++
          } catch (error) {
            must(error instanceof Error && error.name === 'RotationUnderway', 'another error')
          }
        }
    }
  }
  clock.advance(1_500)
  // Patched and truncated files are read again in part, each byte of them at most once a piece.
  must(position <= written * 2 + 1_000_000, 'more sound than was written')
  if (!mischief) expectAllHeard(input, format, position)
  must(troubles <= 10 + written / 10, 'more troubles than bytes')
  following.end()
  must(followers.count === 0 && clock.pending === 0, 'a follower that has ended still ticks')
  must(files.openCount === 0, 'a file is left open')
  must(sound === position, 'samples after the end')
}

/** An undisturbed file: every whole sample after the header, or nothing when it is not what was asked for. */
function expectAllHeard(input: Buffer, format: 'wav' | 'raw', heard: number): void {
  if (format === 'raw') return must(heard === input.length >> 1, 'raw sound is not heard as a whole')
  const layout = layoutOf(input.subarray(0, 4_096))
  const suits =
    layout !== undefined &&
    layout !== 'none' &&
    layout.encoding === 'pcm' &&
    layout.bitsPerSample === 16 &&
    layout.channels === 1 &&
    layout.sampleRate === RATE
  const expected = suits ? Math.max(0, input.length - layout.dataAt) >> 1 : 0
  must(heard === expected, 'not all sound after the header is heard', () => `${heard} of ${expected}`)
}

function sameSamples(a: Int16Array, b: Int16Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  )
}
