// The frame decoder against real bytes in every division, and against bytes that are no frames.

import { describe, expect, test } from 'vitest'
import {
  BODY_LIMIT_BYTES,
  encodeFrame,
  FrameDecoder,
  type FrameFault,
  HEADER_LIMIT_BYTES,
} from '../../src/esl/frame.ts'
import { framesOf, goldenBytes } from './golden.ts'

const TRACES = ['01-record-play-hangup', '05-dtmf', '11-caller-id-latin1', '12-native-silence-endpoint']

describe('frames of a real session', () => {
  test.each(TRACES)('%s comes out whole, byte by byte as well as at once', trace => {
    const bytes = goldenBytes(`${trace}.outbound`, 'fs')
    const whole = framesOf([bytes])
    expect(whole.length).toBeGreaterThan(8)
    const single = framesOf(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))
    expect(single).toEqual(whole)
    expect(whole.map(frame => encodeFrame(frame.head, frame.body).length).reduce((a, b) => a + b)).toBe(
      bytes.length,
    )
  })

  test('comes out the same wherever it is cut in two', () => {
    const bytes = goldenBytes('05-dtmf.outbound', 'fs')
    const whole = framesOf([bytes])
    for (let at = 1; at < bytes.length; at++) {
      const cut = framesOf([bytes.subarray(0, at), bytes.subarray(at)])
      const same = cut.every((frame, i) => frame.head === whole[i]?.head && frame.body.equals(whole[i].body))
      if (!same || cut.length !== whole.length) throw new Error(`cut at ${at}`)
    }
  })

  test('the daemon’s own side is read by the same decoder', () => {
    const frames = framesOf([goldenBytes('01-record-play-hangup.outbound', 'app')])
    expect(frames[0]?.head).toBe('connect')
    expect(frames.find(frame => frame.head.startsWith('sendmsg'))?.head).toContain('Event-UUID: play-1')
  })
})

describe('lengths', () => {
  test('count bytes, not characters', () => {
    const body = Buffer.from('Grüße 👋', 'utf8')
    const frames = framesOf([
      Buffer.concat([encodeFrame(`Content-Length: ${body.length}`, body), Buffer.from('next\n\n')]),
    ])
    expect(frames.map(frame => frame.body.toString())).toEqual(['Grüße 👋', ''])
    expect(frames[1]?.head).toBe('next')
  })

  test('a body may hold blank lines and what looks like a frame', () => {
    const body = Buffer.from('a\n\nContent-Length: 5\n\nb')
    const [frame] = framesOf([encodeFrame(`content-length: ${body.length}`, body)])
    expect(frame?.body.equals(body)).toBe(true)
  })

  test('blank lines between frames mean nothing', () => {
    expect(framesOf([Buffer.from('\n\n\na: 1\n\n\n\nb: 2\n\n')]).map(frame => frame.head)).toEqual([
      'a: 1',
      'b: 2',
    ])
  })
})

test('the limit of a body can be lower, and be raised for the frames that follow', () => {
  const decoder = new FrameDecoder(4)
  decoder.push(Buffer.from('Content-Length: 4\n\nfourContent-Length: 5\n\nfives'))
  expect(decoder.next()).toMatchObject({ kind: 'frame', body: Buffer.from('four') })
  decoder.bodyLimitBytes = 5
  expect(decoder.next()).toMatchObject({ kind: 'frame', body: Buffer.from('fives') })
  decoder.push(Buffer.from('Content-Length: 6\n\n'))
  expect(decoder.next()).toEqual({ kind: 'fault', fault: 'body too long' })
})

test('20,000 frames in one chunk come out without recursion', () => {
  const event = encodeFrame('Content-Length: 2\nContent-Type: text/event-json', Buffer.from('{}'))
  expect(framesOf([Buffer.concat(Array.from({ length: 20_000 }, () => event))])).toHaveLength(20_000)
})

describe('what is no frame', () => {
  test.each<[FrameFault['fault'], Buffer]>([
    ['header too long', Buffer.alloc(HEADER_LIMIT_BYTES + 1, 'a')],
    ['header too long', Buffer.from(`${'a'.repeat(HEADER_LIMIT_BYTES + 1)}\n\n`)],
    ['body too long', Buffer.from(`Content-Length: ${BODY_LIMIT_BYTES + 1}\n\n`)],
    ['bad length', Buffer.from('Content-Length: -1\n\n')],
    ['bad length', Buffer.from('Content-Length: 12abc\n\n')],
    ['bad length', Buffer.from('Content-Length: \n\n')],
    ['not text', Buffer.from([0x16, 0x03, 0x01, 0x00, 0xa5])],
  ])('%s', (fault, bytes) => {
    for (const chunks of [[bytes], [bytes.subarray(0, 3), bytes.subarray(3)]]) {
      const decoder = new FrameDecoder()
      for (const chunk of chunks) decoder.push(chunk)
      expect(decoder.next()).toEqual({ kind: 'fault', fault })
      decoder.push(Buffer.from('fine: 1\n\n'))
      expect(decoder.next(), 'a fault is final').toEqual({ kind: 'fault', fault })
      expect(decoder.unreadBytes).toBe(0)
    }
  })

  test('random bytes end in frames, in waiting or in a fault, never in a throw', () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % below
    }
    const alphabet = 'aC:\n\n\n 0123456789\xe9%Content-Length: '
    for (let round = 0; round < 500; round++) {
      const decoder = new FrameDecoder()
      for (let i = 0; i < 20; i++) {
        const text = Array.from({ length: random(40) }, () => alphabet[random(alphabet.length)]).join('')
        decoder.push(Buffer.from(text, 'latin1'))
        for (let n = 0; decoder.next()?.kind === 'frame'; n++) expect(n).toBeLessThan(1_000)
      }
    }
  })
})
