// WAV as we write it and as the world does.

import { describe, expect, test } from 'vitest'
import { decodeWav, encodeWav, findWavLayout, NotWav, toMono, wavHeader } from '../../src/audio/wav.ts'

const samples = Int16Array.of(0, 1, -1, 32_767, -32_768, 258)

function chunk(id: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.write(id, 0, 'latin1')
  head.writeUInt32LE(body.byteLength, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.byteLength % 2)])
}

function format(
  tag: number,
  bits: number,
  { channels = 1, sampleRate = 8_000, extra = Buffer.alloc(0) } = {},
) {
  const body = Buffer.alloc(16)
  body.writeUInt16LE(tag, 0)
  body.writeUInt16LE(channels, 2)
  body.writeUInt32LE(sampleRate, 4)
  body.writeUInt32LE((sampleRate * channels * bits) / 8, 8)
  body.writeUInt16LE((channels * bits) / 8, 12)
  body.writeUInt16LE(bits, 14)
  return chunk('fmt ', Buffer.concat([body, extra]))
}

function riff(...chunks: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks])
  return chunk('RIFF', body)
}

function withClaim(bytes: number): Buffer {
  const file = encodeWav(samples, 8_000)
  file.writeUInt32LE(bytes, 40)
  file.writeUInt32LE(bytes, 4)
  return file
}

test('what is written is read again, after a header of 44 bytes', () => {
  const file = encodeWav(samples, 16_000)
  expect(file.length).toBe(44 + 12)
  expect(file.readUInt32LE(4)).toBe(36 + 12)
  expect(decodeWav(file)).toEqual({ sampleRate: 16_000, channels: 1, samples })
})

test('a header agrees with the file it begins', () => {
  expect(wavHeader(12, 16_000)).toEqual(encodeWav(samples, 16_000).subarray(0, 44))
})

describe('a wrong length', () => {
  test.each([0, 0xffff_ffff, 0x7fff_ffff, 5_000_000])('of %i gives what is there', bytes => {
    expect(decodeWav(withClaim(bytes)).samples).toEqual(samples)
  })

  test('that is shorter than the file is believed, so that chunks after the sound stay out', () => {
    const file = riff(
      format(1, 16),
      chunk('data', Buffer.from(samples.buffer)),
      chunk('LIST', Buffer.from('INFOtext')),
    )
    expect(decodeWav(file).samples).toEqual(samples)
  })

  test('with half a sample at the end leaves that half out', () => {
    expect(decodeWav(Buffer.concat([withClaim(0), Buffer.of(7)])).samples).toEqual(samples)
  })
})

test('chunks before the sound are stepped over, odd ones with their padding', () => {
  const file = riff(
    chunk('LIST', Buffer.from('odd')),
    format(1, 16),
    chunk('fact', Buffer.alloc(4)),
    chunk('data', Buffer.from(samples.buffer)),
  )
  expect(decodeWav(file).samples).toEqual(samples)
})

test('an extensible format is what its sub-format says', () => {
  const extra = Buffer.alloc(24)
  extra.writeUInt16LE(22, 0)
  extra.writeUInt16LE(1, 8)
  const file = riff(format(0xfffe, 16, { extra }), chunk('data', Buffer.from(samples.buffer)))
  expect(decodeWav(file).samples).toEqual(samples)
})

test.each([
  ['mu-law', 7, Buffer.of(0xff, 0x80, 0x00), [0, 32_124, -32_124]],
  ['A-law', 6, Buffer.of(0xd5, 0xaa, 0x2a), [8, 32_256, -32_256]],
])('%s sound is decoded', (_, tag, data, expected) => {
  expect([...decodeWav(riff(format(tag, 8), chunk('data', data))).samples]).toEqual(expected)
})

test.each([
  ['8 bits', 1, 8, Buffer.of(128, 255, 0), [0, 32_512, -32_768]],
  ['24 bits', 1, 24, Buffer.of(0xff, 0x34, 0x12, 0, 0, 0x80), [0x1234, -32_768]],
  ['32 bits', 1, 32, Buffer.of(0, 0, 0x34, 0x12), [0x1234]],
  ['floating point', 3, 32, Buffer.from(Float32Array.of(0.5, -1, 2).buffer), [16_384, -32_768, 32_767]],
])('%s become 16', (_, tag, bits, data, expected) => {
  expect([...decodeWav(riff(format(tag, bits), chunk('data', data))).samples]).toEqual(expected)
})

test('several channels stay interleaved and can be made one', () => {
  const audio = decodeWav(encodeWav(Int16Array.of(10, 20, -5, -7), 8_000, 2))
  expect(audio.channels).toBe(2)
  expect([...toMono(audio)]).toEqual([15, -6])
})

test('sound at an odd address in memory is read all the same', () => {
  const file = Buffer.concat([Buffer.of(0), encodeWav(samples, 8_000)]).subarray(1)
  expect(decodeWav(file).samples).toEqual(samples)
})

describe('what is no WAV is refused with a typed error', () => {
  test.each([
    ['an MP3', Buffer.from('ID3\x04some other thing entirely')],
    ['an error page', Buffer.from('{"error":"quota exceeded, try again later"}')],
    ['nothing', Buffer.alloc(0)],
    ['a header cut short', encodeWav(samples, 8_000).subarray(0, 30)],
    ['sound without a format', riff(chunk('data', Buffer.alloc(4)))],
    ['MPEG inside', riff(format(0x55, 16), chunk('data', Buffer.alloc(4)))],
    ['no channels', riff(format(1, 16, { channels: 0 }), chunk('data', Buffer.alloc(4)))],
    ['no rate', riff(format(1, 16, { sampleRate: 0 }), chunk('data', Buffer.alloc(4)))],
    ['a bad width', riff(format(1, 12), chunk('data', Buffer.alloc(4)))],
    ['a format cut short', riff(chunk('fmt ', Buffer.alloc(8)), chunk('data', Buffer.alloc(4)))],
    ['chunks without end', riff(...Array.from({ length: 100 }, () => chunk('junk', Buffer.alloc(0))))],
  ])('%s', (_, bytes) => {
    expect(() => decodeWav(bytes)).toThrow(NotWav)
  })
})

test('a file that grows byte by byte has no layout until its header is whole, and never an error', () => {
  const file = encodeWav(samples, 8_000)
  for (let length = 1; length < 44; length++) expect(findWavLayout(file.subarray(0, length))).toBeUndefined()
  expect(findWavLayout(file.subarray(0, 44))).toMatchObject({ dataAt: 44, sampleRate: 8_000 })
})
