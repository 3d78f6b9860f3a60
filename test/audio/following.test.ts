// The follower against a switch that writes as FreeSWITCH does: late, in bursts, odd bytes.

import { beforeEach, describe, expect, test } from 'vitest'
import { wavHeader } from '../../src/audio/wav.ts'
import {
  begin,
  bytesOf,
  clock,
  expectSpeech,
  FRAME,
  faults,
  files,
  followers,
  listen,
  NEXT,
  PATH,
  prepare,
  speech,
  write,
} from './recorder.ts'

beforeEach(prepare)

describe('a growing recording', () => {
  test('is handed over frame by frame, with positions', () => {
    begin(PATH)
    const { heard, pieces } = listen(PATH)
    for (let frame = 0; frame < 5; frame++) {
      write(PATH, frame * FRAME, (frame + 1) * FRAME)
      clock.advance(20)
    }
    expectSpeech(heard, 0, 5 * FRAME)
    expect(pieces).toEqual([0, 1, 2, 3, 4].map(frame => ({ position: frame * FRAME, length: FRAME })))
  })

  test('is waited for, and its header may come in pieces', () => {
    const { heard, troubles } = listen(PATH)
    clock.advance(200)
    const header = wavHeader(0, 8_000)
    for (const part of [header.subarray(0, 3), header.subarray(3, 40), header.subarray(40)]) {
      files.grow(PATH, part)
      clock.advance(20)
    }
    write(PATH, 0, FRAME)
    clock.advance(20)
    expectSpeech(heard, 0, FRAME)
    expect(troubles).toEqual([])
  })

  test('that appears late is found late, but found', () => {
    const { heard } = listen(PATH, { stallMs: 60_000 })
    clock.advance(30_000)
    begin(PATH)
    write(PATH, 0, FRAME)
    clock.advance(200)
    expectSpeech(heard, 0, FRAME)
  })

  test('is read in whole samples: half of one waits for its other half', () => {
    begin(PATH)
    const { heard, pieces } = listen(PATH)
    const bytes = bytesOf(speech.subarray(0, 2 * FRAME))
    files.grow(PATH, bytes.subarray(0, 321))
    clock.advance(20)
    expect(pieces).toEqual([{ position: 0, length: FRAME }])
    files.grow(PATH, bytes.subarray(321))
    clock.advance(20)
    expectSpeech(heard, 0, 2 * FRAME)
  })

  test('that comes in a burst is handed over at once, in bounded pieces', () => {
    begin(PATH)
    const { heard, pieces } = listen(PATH)
    write(PATH, 0, 36_000)
    clock.advance(20)
    expectSpeech(heard, 0, 36_000)
    expect(pieces.map(piece => piece.length)).toEqual([16_000, 16_000, 4_000])
  })

  test('without a header is read from its first byte', () => {
    write('/spool/ear.raw', 0, FRAME)
    const { heard } = listen('/spool/ear.raw', { format: 'raw' })
    clock.advance(20)
    expectSpeech(heard, 0, FRAME)
  })

  test('that is corrected in its header at the end is heard once', () => {
    begin(PATH)
    const { heard } = listen(PATH)
    write(PATH, 0, FRAME)
    clock.advance(20)
    files.patch(PATH, wavHeader(2 * FRAME, 8_000), 0)
    clock.advance(1_000)
    expectSpeech(heard, 0, FRAME)
  })
})

describe('a recording that does not grow', () => {
  test('is a stall, told once, and again after it had grown', () => {
    begin(PATH)
    write(PATH, 0, FRAME)
    const { stalls } = listen(PATH)
    clock.advance(3_000)
    expect(stalls).toEqual([])
    clock.advance(20)
    expect(stalls).toEqual([3_000])
    clock.advance(10_000)
    expect(stalls.length).toBe(1)
    write(PATH, FRAME, 2 * FRAME)
    clock.advance(3_000)
    expect(stalls.length).toBe(1)
    clock.advance(1_000)
    expect(stalls.length).toBe(2)
  })

  test('is a stall also if it never appears', () => {
    const { stalls, troubles } = listen(PATH)
    clock.advance(2_980)
    expect(stalls).toEqual([])
    clock.advance(20)
    expect(stalls).toEqual([3_000])
    expect(troubles).toEqual([])
  })

  test('while held is no stall, and the time held does not count afterwards', () => {
    begin(PATH)
    const { following, stalls } = listen(PATH)
    clock.advance(2_000)
    following.hold()
    clock.advance(60_000)
    following.unhold()
    clock.advance(2_980)
    expect(stalls).toEqual([])
    clock.advance(20)
    expect(stalls.length).toBe(1)
  })

  test('and has gone from its folder is told as vanished', () => {
    begin(PATH)
    const { troubles, stalls } = listen(PATH)
    clock.advance(100)
    files.remove(PATH)
    clock.advance(3_000)
    expect(troubles).toMatchObject([{ type: 'vanished', path: PATH }])
    expect(stalls.length).toBe(1)
  })

  test('because somebody cut it is told as truncated, and read on from there', () => {
    begin(PATH)
    write(PATH, 0, 10 * FRAME)
    const { heard, troubles } = listen(PATH)
    clock.advance(20)
    files.truncate(PATH, 44 + 320)
    clock.advance(400)
    expect(troubles).toEqual([{ type: 'truncated', path: PATH, lostBytes: 9 * 320 }])
    heard.length = 0
    write(PATH, 10 * FRAME, 11 * FRAME)
    clock.advance(20)
    expectSpeech(heard, 10 * FRAME, 11 * FRAME)
  })
})

describe('the end', () => {
  test('closes and deletes, reports nothing more, and stops the tick after the last one', () => {
    begin(PATH)
    begin('/spool/other.wav')
    const one = listen(PATH)
    const other = listen('/spool/other.wav')
    clock.advance(20)
    one.following.end()
    one.following.end()
    write(PATH, 0, FRAME)
    clock.advance(5_000)
    expect(one.heard).toEqual([])
    expect(one.stalls).toEqual([])
    expect(clock.pending).toBe(1)
    other.following.end()
    expect(clock.pending).toBe(0)
    expect(files.openCount).toBe(0)
    expect(files.has('/spool/other.wav')).toBe(false)
  })

  test('in the middle of a change deletes both files', () => {
    begin(PATH)
    begin(NEXT)
    const { following } = listen(PATH)
    clock.advance(20)
    following.continueWith(NEXT)
    following.end()
    expect(files.paths()).toEqual([])
    expect(files.openCount).toBe(0)
  })

  test('leaves files that are to be kept', () => {
    begin(PATH)
    const { following } = listen(PATH, { keep: true })
    clock.advance(20)
    following.end()
    expect(files.has(PATH)).toBe(true)
    expect(files.openCount).toBe(0)
  })

  test('from within a callback hands over nothing more', () => {
    begin(PATH)
    write(PATH, 0, 40_000)
    let pieces = 0
    const { following } = listen(PATH, {
      onSamples() {
        pieces++
        following.end()
      },
    })
    clock.advance(100)
    expect(pieces).toBe(1)
  })
})

describe('when something is wrong', () => {
  test('a callback that throws is reported and harms neither its own recording nor the others', () => {
    begin(PATH)
    begin('/spool/other.wav')
    let calls = 0
    listen(PATH, {
      onSamples() {
        calls++
        throw new Error('in the callback')
      },
    })
    const other = listen('/spool/other.wav')
    for (let frame = 0; frame < 3; frame++) {
      write(PATH, frame * FRAME, (frame + 1) * FRAME)
      write('/spool/other.wav', frame * FRAME, (frame + 1) * FRAME)
      clock.advance(20)
    }
    expect(calls).toBe(3)
    expect(faults.length).toBe(3)
    expectSpeech(other.heard, 0, 3 * FRAME)
  })

  test('a file that may not be opened is told once and tried again', () => {
    begin(PATH)
    write(PATH, 0, FRAME)
    files.failNext('openToRead', 'EACCES', 3)
    const { heard, troubles } = listen(PATH)
    clock.advance(100)
    expect(troubles).toMatchObject([{ type: 'unreadable', path: PATH, cause: { code: 'EACCES' } }])
    expectSpeech(heard, 0, FRAME)
  })

  test('a file that cannot be read is closed and told, and ends as a stall', () => {
    begin(PATH)
    const { troubles, stalls } = listen(PATH)
    clock.advance(20)
    files.failNext('read', 'EIO')
    clock.advance(4_000)
    expect(troubles).toMatchObject([{ type: 'unreadable', cause: { code: 'EIO' } }])
    expect(stalls.length).toBe(1)
    expect(files.openCount).toBe(0)
  })

  test.each([
    ['another rate', wavHeader(0, 48_000)],
    ['two channels', wavHeader(0, 8_000, 2)],
    ['no WAV at all', Buffer.from('not a recording, something else')],
  ])('a recording with %s is told as unsuitable and not read', (_, bytes) => {
    files.grow(PATH, bytes)
    write(PATH, 0, FRAME)
    const { heard, troubles } = listen(PATH)
    clock.advance(100)
    expect(troubles).toMatchObject([{ type: 'unsuitable', path: PATH }])
    expect(heard).toEqual([])
    expect(files.openCount).toBe(0)
  })

  test('a file that cannot be deleted is reported', () => {
    begin(PATH)
    const { following } = listen(PATH)
    files.failNext('remove', 'EPERM')
    following.end()
    expect(faults).toMatchObject([{ code: 'EPERM' }])
    expect(followers.count).toBe(0)
  })
})
