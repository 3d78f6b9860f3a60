// The queue of prompts against a switch that a test plays by hand, event by event.

import { describe, expect, test } from 'vitest'
import { Playbacks } from '../../src/pbx/freeswitch/playbacks.ts'
import type { PlaybackEnd } from '../../src/pbx/pbx.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

/** Stamps of the switch: its clock and ours run alike, but begin elsewhere. */
const EPOCH_US = 1_795_163_895_561_239

function stage() {
  const clock = new ManualClock()
  const said: string[] = []
  const refusals = new Map<string, (cause: string) => void>()
  let open = false
  let answerMs = 0
  const playbacks = new Playbacks(
    {
      execute(id, _path, refused) {
        said.push(`execute ${id}`)
        refusals.set(id, refused)
      },
      forget: id => void said.push(`forget ${id}`),
      async break(what) {
        said.push(`break ${what}`)
        if (answerMs > 0) await new Promise<void>(resolve => void clock.after(answerMs, resolve))
      },
      async togglePause() {
        said.push('toggle')
        return open ? 'toggled' : 'nothing plays'
      },
    },
    clock,
  )
  const ends: Record<string, PlaybackEnd> = {}
  const started: Record<string, string> = {}
  const stampUs = (): number => EPOCH_US + clock.now() * 1_000
  return {
    clock,
    playbacks,
    said,
    ends,
    started,
    /** The switch takes so long to answer. */
    slow: (ms: number) => {
      answerMs = ms
    },
    refuse: (id: string) => refusals.get(id)?.('REFUSED'),
    play(id: string, expectedMs = 1_000) {
      const playback = playbacks.play(id, `/${id}.wav`, expectedMs)
      void playback.ended.then(end => {
        ends[id] = end
      })
      void playback.started.then(how => {
        started[id] = how
      })
    },
    begins(id: string) {
      open = true
      playbacks.onExecute(id)
      playbacks.onPlaybackStart(stampUs())
    },
    stops(id: string, status = 'done', { hungUp = false, response = 'FILE PLAYED' } = {}) {
      open = false
      playbacks.onPlaybackStop(stampUs(), status)
      playbacks.onComplete(id, response, hungUp)
    },
  }
}

describe('the queue', () => {
  test('gives the switch two and keeps the rest', async () => {
    const { clock, play, begins, stops, said, ends } = stage()
    for (const id of ['a', 'b', 'c', 'd']) play(id)
    expect(said).toEqual(['execute a', 'execute b'])
    begins('a')
    await clock.advanceAsync(1_000)
    stops('a')
    expect(said).toEqual(['execute a', 'execute b', 'execute c'])
    await clock.settle()
    expect(ends).toEqual({ a: { how: 'completed', heardMs: 1_000 } })
  })

  test('is bounded', async () => {
    const { clock, play, ends } = stage()
    for (let i = 0; i < 201; i++) play(`${i}`)
    await clock.settle()
    expect(ends).toEqual({ 200: { how: 'failed', heardMs: 0, cause: 'TOO MANY PROMPTS' } })
  })

  test('goes on after a prompt that the switch refuses, and after a missing file', async () => {
    const { clock, play, refuse, playbacks, said, ends, started } = stage()
    for (const id of ['a', 'b', 'c']) play(id)
    refuse('a')
    playbacks.onExecute('b')
    playbacks.onComplete('b', 'FILE NOT FOUND', false)
    await clock.settle()
    expect(ends).toEqual({
      a: { how: 'failed', heardMs: 0, cause: 'REFUSED' },
      b: { how: 'failed', heardMs: 0, cause: 'FILE NOT FOUND' },
    })
    expect(started).toEqual({ a: 'never', b: 'never' })
    expect(said).toContain('execute c')
  })

  test('ends a prompt that plays on and on, and one that never begins', async () => {
    const { clock, play, begins, stops, said, ends } = stage()
    play('a', 1_000)
    play('b', 1_000)
    begins('a')
    await clock.advanceAsync(5_999)
    expect(said).not.toContain('break one')
    await clock.advanceAsync(1)
    expect(said).toContain('break one')
    stops('a', 'break')
    await clock.advanceAsync(5_000)
    expect(ends).toEqual({
      a: { how: 'failed', heardMs: 6_000, cause: 'OVERDUE' },
      b: { how: 'failed', heardMs: 0, cause: 'OVERDUE' },
    })
    expect(clock.pending).toBe(0)
  })

  test('settles everything when the leg is gone, with what was heard by then', async () => {
    const { clock, play, begins, playbacks, ends } = stage()
    for (const id of ['a', 'b', 'c']) play(id)
    begins('a')
    await clock.advanceAsync(400)
    playbacks.end()
    play('late')
    await clock.settle()
    const never = { how: 'interrupted', heardMs: 0 }
    expect(ends).toEqual({ a: { how: 'interrupted', heardMs: 400 }, b: never, c: never, late: never })
    expect(clock.pending).toBe(0)
  })
})

describe('hush', () => {
  test('ends what plays at once, drops the rest, and holds back what comes after it', async () => {
    const { clock, play, begins, stops, playbacks, said, ends, started } = stage()
    for (const id of ['a', 'b', 'c']) play(id)
    begins('a')
    await clock.advanceAsync(300)
    const hushed = playbacks.hush()
    play('next')
    expect(said).toEqual(['execute a', 'execute b', 'break all'])
    await clock.advanceAsync(20)
    stops('a', 'break')
    await hushed
    await clock.settle()
    const never = { how: 'interrupted', heardMs: 0 }
    expect(ends).toEqual({ a: { how: 'interrupted', heardMs: 320 }, b: never, c: never })
    expect(started).toEqual({ a: 'started', b: 'never', c: 'never' })
    expect(said.slice(3)).toEqual(['forget b', 'execute next'])
  })

  test('breaks again when a prompt that was just written begins after it', async () => {
    const { clock, play, begins, stops, playbacks, said, ends, started } = stage()
    play('a')
    const hushed = playbacks.hush()
    await clock.advanceAsync(15)
    begins('a')
    expect(said).toEqual(['execute a', 'break all', 'break all'])
    await clock.advanceAsync(20)
    stops('a', 'break')
    await hushed
    expect(started).toEqual({ a: 'started' })
    expect(ends).toEqual({ a: { how: 'interrupted', heardMs: 20 } })
  })

  test('takes a prompt that does not begin as dropped, and breaks it if it begins after all', async () => {
    const { clock, play, begins, stops, playbacks, said, ends, started } = stage()
    play('a')
    let silent = false
    void playbacks.hush().then(() => {
      silent = true
    })
    await clock.advanceAsync(99)
    expect(silent).toBe(false)
    await clock.advanceAsync(1)
    expect(silent).toBe(true)
    expect(started).toEqual({ a: 'never' })
    expect(ends).toEqual({ a: { how: 'interrupted', heardMs: 0 } })
    begins('a')
    expect(said.at(-1)).toBe('break one')
    stops('a', 'break')
    play('b')
    begins('b')
    expect(said.at(-1)).toBe('execute b')
  })

  test('does not take the next prompt for dropped when one ends by itself just then', async () => {
    const { clock, play, begins, stops, playbacks, said, ends } = stage()
    play('a')
    play('b')
    begins('a')
    await clock.advanceAsync(1_000)
    const hushed = playbacks.hush()
    stops('a')
    begins('b')
    await clock.advanceAsync(20)
    stops('b', 'break')
    await hushed
    expect(ends).toEqual({ a: { how: 'completed', heardMs: 1_000 }, b: { how: 'interrupted', heardMs: 20 } })
    expect(said.filter(line => line === 'break all')).toHaveLength(2)
  })

  test('does not ask again and again while the switch has not answered', async () => {
    const { clock, play, begins, stops, playbacks, said, slow } = stage()
    slow(350)
    play('a', 60_000)
    begins('a')
    const hushed = playbacks.hush()
    await clock.advanceAsync(500)
    expect(said.filter(line => line === 'break all')).toHaveLength(2)
    stops('a', 'break')
    await hushed
  })

  test('is immediate in silence, shared while it lasts, and rejects when the switch plays on', async () => {
    const { clock, play, begins, playbacks, ends } = stage()
    await playbacks.hush()
    play('a', 60_000)
    begins('a')
    const hushes = Promise.allSettled([playbacks.hush(), playbacks.hush()])
    await clock.advanceAsync(2_000)
    expect((await hushes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(ends).toEqual({ a: { how: 'interrupted', heardMs: 2_000 } })
    expect(clock.pending).toBe(0)
  })
})

describe('pause', () => {
  test('is not counted as heard, nor is it overdue', async () => {
    const { clock, play, begins, stops, playbacks, said, ends } = stage()
    play('a', 1_000)
    begins('a')
    await clock.advanceAsync(400)
    await playbacks.pause()
    await playbacks.pause()
    await clock.advanceAsync(60_000)
    await playbacks.resume()
    await clock.advanceAsync(600)
    stops('a')
    await clock.settle()
    expect(said).toEqual(['execute a', 'toggle', 'toggle'])
    expect(ends).toEqual({ a: { how: 'completed', heardMs: 1_000 } })
  })

  test('between two prompts holds the next one when it begins', async () => {
    const { clock, play, begins, stops, playbacks, said } = stage()
    play('a')
    play('b')
    begins('a')
    await clock.advanceAsync(1_000)
    stops('a')
    await playbacks.pause()
    begins('b')
    await clock.settle()
    expect(said.filter(line => line === 'toggle')).toHaveLength(2)
    await playbacks.resume()
    expect(said.filter(line => line === 'toggle')).toHaveLength(3)
  })

  test('that hit the prompt behind the one that was about to end is not toggled away', async () => {
    const { clock, play, begins, stops, playbacks, said, ends } = stage()
    play('a')
    play('b')
    begins('a')
    await clock.advanceAsync(1_000)
    await playbacks.pause() // the switch has begun b already: the events are still under way
    stops('a')
    begins('b')
    await clock.advanceAsync(500)
    expect(said.filter(line => line === 'toggle')).toHaveLength(1)
    await playbacks.resume()
    await clock.advanceAsync(1_000)
    stops('b')
    await clock.settle()
    expect(ends.b).toEqual({ how: 'completed', heardMs: 1_000 })
  })

  test('is over with the prompt that was hushed', async () => {
    const { clock, play, begins, stops, playbacks, said } = stage()
    play('a')
    begins('a')
    await playbacks.pause()
    const hushed = playbacks.hush()
    stops('a', 'break')
    await hushed
    play('b')
    begins('b')
    await clock.settle()
    expect(said.filter(line => line === 'toggle')).toHaveLength(1)
  })
})

describe('hold', () => {
  test('is not counted as heard, and nothing played into it is completed', async () => {
    const { clock, play, begins, stops, playbacks, ends } = stage()
    play('a', 1_000)
    begins('a')
    await clock.advanceAsync(400)
    playbacks.setHeld(true)
    await clock.advanceAsync(300)
    playbacks.setHeld(false)
    await clock.advanceAsync(300)
    stops('a')
    await clock.settle()
    expect(ends).toEqual({ a: { how: 'interrupted', heardMs: 700 } })
  })

  test('and a pause at the same time count once', async () => {
    const { clock, play, begins, stops, playbacks, ends } = stage()
    play('a', 1_000)
    begins('a')
    await clock.advanceAsync(100)
    await playbacks.pause()
    await clock.advanceAsync(100)
    playbacks.setHeld(true)
    await clock.advanceAsync(100)
    await playbacks.resume()
    await clock.advanceAsync(100)
    playbacks.setHeld(false)
    await clock.advanceAsync(100)
    stops('a', 'break')
    await clock.settle()
    expect(ends).toEqual({ a: { how: 'interrupted', heardMs: 200 } })
  })
})

describe('completed', () => {
  test.each<[string, number, Parameters<ReturnType<typeof stage>['stops']>, PlaybackEnd]>([
    ['to its length', 980, ['a', 'done'], { how: 'completed', heardMs: 980 }],
    ['but broken off', 980, ['a', 'break'], { how: 'interrupted', heardMs: 980 }],
    ['but hung up', 980, ['a', 'done', { hungUp: true }], { how: 'interrupted', heardMs: 980 }],
    ['but too short', 500, ['a', 'done'], { how: 'failed', heardMs: 500, cause: 'TOO SHORT' }],
    [
      'but with an error',
      980,
      ['a', 'done', { response: 'PLAYBACK ERROR' }],
      { how: 'failed', heardMs: 980, cause: 'PLAYBACK ERROR' },
    ],
  ])('is what was played %s', async (_, ms, stop, end) => {
    const { clock, play, begins, stops, ends } = stage()
    play('a', 1_000)
    begins('a')
    await clock.advanceAsync(ms)
    stops(...stop)
    await clock.settle()
    expect(ends).toEqual({ a: end })
  })
})
