// What hearing costs: a thousand recordings on the memory file system, each growing by 20 ms a step, followed alone and with
// voice activity and segmentation behind them. Run with `node test/audio/ear-bench.ts [files] [seconds]`.

import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Followers } from '../../src/audio/follower.ts'
import { Segmenter } from '../../src/audio/utterance.ts'
import { VoiceDetectors } from '../../src/audio/voice-detector.ts'
import { wavHeader } from '../../src/audio/wav.ts'
import { diskFiles } from '../../src/lib/files.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { Voice } from '../fakes/voice.ts'
import { atLevel, joined, mixed, noise, silence, throughMuLaw } from './signals.ts'

const FRAME = 160
const fileCount = Number(process.argv[2] ?? 1_000)
const seconds = Number(process.argv[3] ?? 6)
const steps = seconds * 50

interface Result {
  usPerFrame: number
  worstTickMs: number
  coreShare: number
}

/** `sink` takes what the recording with this number brings. */
async function measure(
  sink: (file: number) => (samples: Int16Array, position: number) => void,
  sound?: Int16Array,
) {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'parley-bench-'))
  const clock = new ManualClock()
  const faults: unknown[] = []
  const followers = new Followers({ clock, files: diskFiles, onFault: error => faults.push(error) })
  const descriptors = Array.from({ length: fileCount }, (_, i) => {
    const path = join(folder, `ear-${i}.wav`)
    const descriptor = openSync(path, 'w')
    writeSync(descriptor, wavHeader(0, 8_000))
    const onSamples = sink(i)
    followers.follow(path, { sampleRate: 8_000, format: 'wav', stallMs: 5_000, onSamples, onStalled() {} })
    return descriptor
  })
  const times: number[] = []
  for (let step = 0; step < steps; step++) {
    if (sound) grow(descriptors, sound, step)
    const from = performance.now()
    clock.advance(20)
    times.push(performance.now() - from)
  }
  followers.end()
  for (const descriptor of descriptors) closeSync(descriptor)
  rmSync(folder, { recursive: true })
  if (faults.length > 0) throw new AggregateError(faults, 'following failed')
  return evaluate(times.slice(50))
}

/** Every caller says the same, each at another time. */
function grow(descriptors: number[], sound: Int16Array, step: number): void {
  for (const [file, descriptor] of descriptors.entries()) {
    const at = ((step + file * 7) * FRAME) % (sound.length - FRAME)
    writeSync(descriptor, new Uint8Array(sound.buffer, 2 * at, 2 * FRAME))
  }
}

function evaluate(times: number[]): Result {
  const meanMs = times.reduce((sum, ms) => sum + ms, 0) / times.length
  return { usPerFrame: (meanMs * 1_000) / fileCount, worstTickMs: Math.max(...times), coreShare: meanMs / 20 }
}

function report(name: string, { usPerFrame, worstTickMs, coreShare }: Result): void {
  const share = `${(100 * coreShare).toFixed(1)} % of a core`
  console.log(
    `${name}: ${usPerFrame.toFixed(2)} µs a frame, ${share}, longest tick ${worstTickMs.toFixed(1)} ms`,
  )
}

const voice = await Voice.load()
const detectors = await VoiceDetectors.load()
const said = atLevel(voice.sayAt8k('I would like to speak to somebody about my last bill, please.'), -24)
const talk = joined(said, silence(2_000), said, silence(5_000))
const sound = throughMuLaw(mixed(talk, noise(-55, talk.length / 8, 1)))
let heard = 0

const ear = () => {
  const segmenter = new Segmenter({
    detector: detectors.open(8_000),
    sampleRate: 8_000,
    endOfTurnMs: 700,
    maxUtteranceMs: 60_000,
    onSpeechStarted() {
      heard++
    },
    onSpeech() {},
    onSpeechEnded() {},
  })
  return (samples: Int16Array, position: number) => segmenter.push(samples, position)
}

console.log(`${fileCount} recordings, ${seconds} s of each`)
report('following, nothing grows', await measure(() => () => {}))
report('following, all grow     ', await measure(() => () => {}, sound))
report('the whole ear           ', await measure(ear, sound))
console.log(`${heard} utterances`)
