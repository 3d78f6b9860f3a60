// WAV as the switch reads and writes it: 16-bit samples, a header of 44 bytes when it writes.

export const HEADER_BYTES = 44
/** What a telephone line carries. */
export const LINE_RATE = 8_000
export const FRAME_MS = 20
export const FRAME_SAMPLES = (LINE_RATE * FRAME_MS) / 1_000

export function wavHeader(channels: number, rate: number, dataBytes: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + dataBytes, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * channels * 2, 28)
  header.writeUInt16LE(channels * 2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(dataBytes, 40)
  return header
}

/**
 * Samples of the first channel, brought to 8 kHz as the switch does before it plays a file; undefined if it
 * is no PCM WAV.
 */
export function soundOf(file: Buffer): Int16Array | undefined {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF') return undefined
  let channels = 0
  let rate = 0
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4)
    const length = file.readUInt32LE(at + 4)
    if (name === 'fmt ' && at + 24 <= file.length) {
      if (file.readUInt16LE(at + 8) !== 1 || file.readUInt16LE(at + 22) !== 16) return undefined
      channels = file.readUInt16LE(at + 10)
      rate = file.readUInt32LE(at + 12)
    }
    if (name === 'data') {
      if (channels === 0 || rate === 0) return undefined
      return atLineRate(file.subarray(at + 8, Math.min(at + 8 + length, file.length)), channels, rate)
    }
    at += 8 + length + (length & 1)
  }
  return undefined
}

function atLineRate(data: Buffer, channels: number, rate: number): Int16Array {
  const frames = Math.floor(data.length / (2 * channels))
  const samples = new Int16Array(Math.floor((frames * LINE_RATE) / rate))
  for (let i = 0; i < samples.length; i++) {
    samples[i] = data.readInt16LE(Math.floor((i * rate) / LINE_RATE) * 2 * channels)
  }
  return samples
}

/** A whole file: the caller on the left, the assistant on the right. */
export function stereoWav(left: Int16Array, right: Int16Array): Buffer {
  const frames = Math.max(left.length, right.length)
  const file = Buffer.alloc(HEADER_BYTES + frames * 4)
  wavHeader(2, LINE_RATE, frames * 4).copy(file)
  for (let i = 0; i < frames; i++) {
    file.writeInt16LE(left[i] ?? 0, HEADER_BYTES + i * 4)
    file.writeInt16LE(right[i] ?? 0, HEADER_BYTES + i * 4 + 2)
  }
  return file
}

export function monoWav(samples: Int16Array, rate = LINE_RATE): Buffer {
  return Buffer.concat([wavHeader(1, rate, samples.byteLength), bytesOf(samples)])
}

/** The samples' own memory as bytes: every machine this runs on is little-endian, like WAV. */
export function bytesOf(samples: Int16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
}
