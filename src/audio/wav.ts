// WAV files: writing ours, and reading whatever recorders and speech providers call a WAV. Length fields are not believed:
// FreeSWITCH leaves them wrong while it records, and who streams a reply writes 0, 0x7FFFFFFF or 0xFFFFFFFF.

import { decodeG711 } from './g711.ts'

export interface WavAudio {
  sampleRate: number
  channels: number
  /** Interleaved when there are several channels. */
  samples: Int16Array
}

export type WavEncoding = 'pcm' | 'float' | 'a-law' | 'mu-law'

export interface WavLayout {
  encoding: WavEncoding
  sampleRate: number
  channels: number
  bitsPerSample: number
  /** Where the sound begins, in bytes. */
  dataAt: number
  /** How long the header claims it to be, in bytes. */
  claimedBytes: number
}

/** The bytes are no WAV file, or one of a kind that is not read here. */
export class NotWav extends Error {
  override name = 'NotWav'
}

const HEADER_BYTES = 44
/** More chunks than this before the sound are no header but a trick. */
const MAX_CHUNKS_BEFORE_DATA = 64
const MAX_CHANNELS = 8
const MAX_SAMPLE_RATE = 192_000
const EXTENSIBLE = 0xfffe
const ENCODINGS = new Map<number, WavEncoding>([
  [1, 'pcm'],
  [3, 'float'],
  [6, 'a-law'],
  [7, 'mu-law'],
])
/** A header that says "unknown": it does not limit the data. */
const UNKNOWN_LENGTHS = new Set([0, 0x7fff_ffff, 0xffff_ffff])

/** A complete 16-bit PCM file. */
export function encodeWav(samples: Int16Array, sampleRate: number, channels = 1): Buffer {
  const file = Buffer.alloc(HEADER_BYTES + samples.byteLength)
  wavHeader(samples.byteLength, sampleRate, channels).copy(file)
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).copy(file, HEADER_BYTES)
  return file
}

/** The 44 bytes before `dataBytes` of 16-bit samples. */
export function wavHeader(dataBytes: number, sampleRate: number, channels = 1): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * channels * 2, 28)
  header.writeUInt16LE(channels * 2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(dataBytes, 40)
  return header
}

/** All sound of a file. Throws `NotWav`. */
export function decodeWav(bytes: Uint8Array): WavAudio {
  const layout = findWavLayout(bytes)
  if (!layout) throw new NotWav('the file ends before its sound begins')
  const { dataAt, claimedBytes, sampleRate, channels } = layout
  const available = bytes.byteLength - dataAt
  const believed = UNKNOWN_LENGTHS.has(claimedBytes) ? available : Math.min(claimedBytes, available)
  const frameBytes = channels * (layout.bitsPerSample / 8)
  const data = bytes.subarray(dataAt, dataAt + believed - (believed % frameBytes))
  return { sampleRate, channels, samples: samplesFrom(data, layout) }
}

/** One channel out of many, by their mean. */
export function toMono({ samples, channels }: WavAudio): Int16Array {
  if (channels === 1) return samples
  const mono = new Int16Array(Math.floor(samples.length / channels))
  for (let i = 0; i < mono.length; i++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += samples[i * channels + channel] ?? 0
    mono[i] = Math.round(sum / channels)
  }
  return mono
}

/** The bytes as 16-bit samples, copied: a view would need them to begin at an even address. An odd last byte is left out. */
export function samplesOfBytes(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.byteLength >> 1)
  new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength))
  return samples
}

/**
 * What the chunks at the beginning say; `undefined` while more bytes are needed. Throws `NotWav` as soon as that is certain.
 */
export function findWavLayout(bytes: Uint8Array): WavLayout | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const form = view.toString('latin1', 0, 12)
  if (!matchesSoFar(form.slice(0, 4), ['RIFF', 'RF64']) || !matchesSoFar(form.slice(8), ['WAVE'])) {
    throw new NotWav('the file does not begin like a WAV')
  }
  let format: Omit<WavLayout, 'dataAt' | 'claimedBytes'> | undefined
  let at = 12
  for (let chunk = 0; chunk < MAX_CHUNKS_BEFORE_DATA; chunk++) {
    if (at + 8 > view.length) return undefined
    const id = view.toString('latin1', at, at + 4)
    const chunkBytes = view.readUInt32LE(at + 4)
    const bodyAt = at + 8
    if (id === 'data') {
      if (!format) throw new NotWav('the sound begins before its format is given')
      return { ...format, dataAt: bodyAt, claimedBytes: chunkBytes }
    }
    if (id === 'fmt ') {
      if (bodyAt + Math.min(chunkBytes, 40) > view.length) return undefined
      format = formatFrom(view.subarray(bodyAt, bodyAt + chunkBytes))
    }
    at = bodyAt + chunkBytes + (chunkBytes % 2)
  }
  throw new NotWav('too many chunks before the sound')
}

function matchesSoFar(found: string, expected: string[]): boolean {
  return expected.some(whole => whole.startsWith(found))
}

function formatFrom(body: Buffer): Omit<WavLayout, 'dataAt' | 'claimedBytes'> {
  if (body.length < 16) throw new NotWav('the format is cut short')
  const tag = body.readUInt16LE(0)
  const subTag = tag === EXTENSIBLE && body.length >= 26 ? body.readUInt16LE(24) : tag
  const encoding = ENCODINGS.get(subTag)
  if (!encoding) throw new NotWav(`format ${subTag} is not read`)
  const channels = body.readUInt16LE(2)
  const sampleRate = body.readUInt32LE(4)
  const bitsPerSample = body.readUInt16LE(14)
  if (channels < 1 || channels > MAX_CHANNELS) throw new NotWav(`${channels} channels`)
  if (sampleRate < 1 || sampleRate > MAX_SAMPLE_RATE) throw new NotWav(`${sampleRate} samples a second`)
  if (!allowedBits(encoding).includes(bitsPerSample)) {
    throw new NotWav(`${bitsPerSample} bits a sample of ${encoding}`)
  }
  return { encoding, sampleRate, channels, bitsPerSample }
}

function allowedBits(encoding: WavEncoding): number[] {
  if (encoding === 'pcm') return [8, 16, 24, 32]
  return encoding === 'float' ? [32] : [8]
}

function samplesFrom(data: Uint8Array, { encoding, bitsPerSample }: WavLayout): Int16Array {
  if (encoding === 'a-law' || encoding === 'mu-law') return decodeG711(data, encoding)
  if (encoding === 'pcm' && bitsPerSample === 16) return samplesOfBytes(data)
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const bytesPerSample = bitsPerSample / 8
  const samples = new Int16Array(data.byteLength / bytesPerSample)
  for (let i = 0; i < samples.length; i++)
    samples[i] = sampleAt(view, i * bytesPerSample, encoding, bitsPerSample)
  return samples
}

function sampleAt(view: DataView, at: number, encoding: 'pcm' | 'float', bitsPerSample: number): number {
  if (encoding === 'float') {
    return Math.max(-32_768, Math.min(32_767, Math.round(view.getFloat32(at, true) * 32_768)))
  }
  if (bitsPerSample === 8) return (view.getUint8(at) - 128) << 8
  // The two most significant bytes of a wider sample are its 16-bit value.
  return view.getInt16(at + bitsPerSample / 8 - 2, true)
}
