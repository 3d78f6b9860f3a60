// The talk with an agent who has answered, with everything around it played by hand: whatever happens, and whenever, it comes
// to one end, and nothing of it is left.

import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallListener } from '../../../src/call/listener.ts'
import { type Interview, type InterviewOptions, interview } from '../../../src/call/transfer/interview.ts'
import type { CallEvent } from '../../../src/call/vocabulary.ts'
import type { Leg, LegEvent, PlaybackEnd } from '../../../src/pbx/pbx.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'

const BRIEF = 'Jane Doe is calling.'
const BY_KEY = 'Press one.'
const BY_WORD = 'Press one or say I accept it, or two.'
const CONNECTING = 'Here they are.'
const MS_PER_LETTER = 50
const BRIEF_MS = BRIEF.length * MS_PER_LETTER
const QUESTION_MS = BY_KEY.length * MS_PER_LETTER

interface Faults {
  /** Nobody can speak. */
  voice?: 'fails' | 'never'
  open?: 'fails' | 'never'
  close?: 'never'
  hush?: 'fails' | 'never'
}

type Wishes = Partial<Pick<InterviewOptions, 'isWarm'> & InterviewOptions['rung']> & {
  connecting?: string
  faults?: Faults
  aborted?: boolean
}

const never = (): Promise<never> => new Promise(() => {})

class Hand {
  readonly clock = new ManualClock()
  /** What began to play, and when. */
  readonly played: [string, number][] = []
  readonly done: string[] = []
  readonly states: string[] = []
  readonly abort = new AbortController()
  result: Interview | undefined
  endedMs = -1
  ears: 'none' | 'open' | 'closed' | 'disposed' = 'none'
  #handle: (event: LegEvent) => void = () => {}
  #post: (event: CallEvent) => void = () => {}
  #stop: Set<() => void> = new Set()

  static async begin(wishes: Wishes = {}): Promise<Hand> {
    const hand = new Hand()
    hand.#begin(wishes)
    await hand.clock.settle()
    return hand
  }

  #begin({ connecting = '', faults = {}, aborted = false, isWarm = true, ...rung }: Wishes): void {
    if (aborted) this.abort.abort()
    const running = interview({
      leg: this.#leg(faults),
      rung: { acceptance: 'key', machines: false, ...rung },
      isWarm,
      brief: BRIEF,
      prompts: {
        get: ({ text }) => {
          if (faults.voice === 'never') return never()
          if (faults.voice === 'fails') return Promise.reject(new Error('no voice'))
          return Promise.resolve({ path: text, durationMs: text.length * MS_PER_LETTER })
        },
        forget: async () => {},
        sound: never,
      },
      listener: (_, post) => this.#listener(post, faults),
      phrases: { acceptByKey: BY_KEY, acceptByWord: BY_WORD, connecting },
      language: 'en-US',
      voice: '',
      clock: this.clock,
      signal: this.abort.signal,
      onState: state => void this.states.push(state),
    })
    void running.then(result => {
      this.result = result
      this.endedMs = this.clock.now()
    })
  }

  #leg(faults: Faults): Leg {
    const leg = {
      onEvent: (handle: (event: LegEvent) => void) => {
        this.#handle = handle
      },
      play: (path: string, ms: number) => {
        this.played.push([path, this.clock.now()])
        const ended = Promise.withResolvers<PlaybackEnd>()
        const timer = this.clock.after(ms, () => {
          this.#stop.delete(stop)
          ended.resolve({ how: 'completed', heardMs: ms })
        })
        const stop = () => {
          timer.cancel()
          ended.resolve({ how: 'interrupted', heardMs: 0 })
        }
        this.#stop.add(stop)
        return { id: path, started: Promise.resolve('started'), ended: ended.promise }
      },
      hush: async () => {
        this.done.push('hush')
        for (const stop of this.#stop) stop()
        this.#stop.clear()
        if (faults.hush === 'never') await never()
        if (faults.hush === 'fails') throw new Error('it refuses')
      },
    }
    return leg as unknown as Leg
  }

  #listener(post: (event: CallEvent) => void, faults: Faults): CallListener {
    this.#post = post
    this.ears = 'closed'
    return {
      open: async () => {
        if (faults.open === 'never') await never()
        if (faults.open === 'fails') throw new Error('it cannot record')
        this.ears = 'open'
      },
      listen: ({ expect: expected, endOfTurnMs }, _, floor) =>
        void this.done.push(`listen ${expected} ${endOfTurnMs} ${floor}`),
      deafen: () => {},
      hold: () => void this.done.push('hold'),
      unhold: () => void this.done.push('unhold'),
      close: async () => {
        this.ears = 'closed'
        if (faults.close === 'never') await never()
      },
      dispose: () => {
        this.ears = 'disposed'
      },
    }
  }

  async passes(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms)
  }

  async happens(event: LegEvent): Promise<void> {
    this.#handle(event)
    await this.clock.settle()
  }

  async presses(digit: string): Promise<void> {
    await this.happens({ type: 'digitPressed', digit, durationMs: 100 })
  }

  async hears(event: {
    type: 'callerSpoke' | 'earFailed' | 'callerPaused' | 'nothingHeard' | 'hearingFailed'
  }): Promise<void> {
    const more = { message: '', silentMs: 500, atMs: this.clock.now() }
    this.#post({ ...more, ...event } as CallEvent)
    await this.clock.settle()
  }

  /** Says this in so many milliseconds; it is recognized 600 ms later. */
  async says(
    text: string,
    ms = 400,
    type: 'utteranceHeard' | 'utteranceGuessed' = 'utteranceHeard',
  ): Promise<void> {
    await this.hears({ type: 'callerSpoke' })
    await this.passes(ms + 500)
    if (type === 'utteranceHeard') await this.hears({ type: 'callerPaused' })
    await this.passes(100)
    const utterance = { text, confidence: 1, language: null, durationMs: ms }
    this.#post({ type, utterance, atMs: this.clock.now() })
    await this.clock.settle()
  }

  /** What should not be there any more. */
  get left(): string[] {
    const left: string[] = []
    for (const stop of this.#stop) stop() // somebody may well be told that they are put through
    if (this.clock.pending > 0) left.push(`${this.clock.pending} timers`)
    if (getEventListeners(this.abort.signal, 'abort').length > 0) left.push('abort listeners')
    if (this.ears === 'open' || this.ears === 'closed') left.push('ears')
    return left
  }
}

const playedBy = (hand: Hand): string[] => hand.played.map(([text]) => text)

describe('who takes the call by answering', () => {
  test('has it at once', async () => {
    const hand = await Hand.begin({ acceptance: 'answer', isWarm: false })
    expect(hand).toMatchObject({
      result: { is: 'accepted' },
      endedMs: 0,
      played: [],
      ears: 'none',
      states: [],
    })
    expect(hand.left).toEqual([])
  })

  test('has it when the brief has been heard', async () => {
    const hand = await Hand.begin({ acceptance: 'answer', connecting: CONNECTING })
    await hand.passes(BRIEF_MS - 1)
    expect(hand.result).toBeUndefined()
    await hand.passes(1)
    expect(hand.result).toEqual({ is: 'accepted' })
    expect(hand.played).toEqual([
      [BRIEF, 0],
      [CONNECTING, BRIEF_MS],
    ])
    expect(hand.left).toEqual([])
  })
})

describe('by key', () => {
  test.each([
    ['1', 'accepted'],
    ['2', 'declined'],
  ])('%s decides in the middle of the brief: %s', async (digit, is) => {
    const hand = await Hand.begin({ connecting: CONNECTING })
    await hand.passes(300)
    await hand.presses('7')
    expect(hand.result).toBeUndefined()
    await hand.presses(digit)
    expect(hand).toMatchObject({ result: { is }, endedMs: 300 })
    expect(hand.done).toContain('hush')
    expect(playedBy(hand)).toEqual(is === 'accepted' ? [BRIEF, CONNECTING] : [BRIEF])
    expect(hand.left).toEqual([])
  })

  test('is asked for twice, six seconds apart, and then nobody is asked any more', async () => {
    const hand = await Hand.begin()
    await hand.passes(60_000)
    const again = BRIEF_MS + QUESTION_MS + 6_000
    expect(hand.played).toEqual([
      [BRIEF, 0],
      [BY_KEY, BRIEF_MS],
      [BY_KEY, again],
    ])
    expect(hand).toMatchObject({
      result: { is: 'not-accepted' },
      endedMs: again + QUESTION_MS + 6_000,
      ears: 'none',
      states: ['briefing', 'asking'],
    })
    expect(hand.left).toEqual([])
  })

  test('is asked for without a brief where it is not warm', async () => {
    const hand = await Hand.begin({ isWarm: false })
    await hand.passes(1_000)
    await hand.presses('1')
    expect(playedBy(hand)).toEqual([BY_KEY])
    expect(hand.result).toEqual({ is: 'accepted' })
  })
})

describe('by word', () => {
  test('is heard, also during the brief', async () => {
    const hand = await Hand.begin({ acceptance: 'word' })
    await hand.passes(100)
    await hand.says('Yes, put him through.', 200)
    expect(hand).toMatchObject({ result: { is: 'accepted' }, endedMs: 900 })
    expect(hand.done).toContain('hush')
    expect(hand.left).toEqual([])
  })

  test('no is heard too', async () => {
    const hand = await Hand.begin({ acceptance: 'word' })
    await hand.passes(BRIEF_MS + 2_000)
    await hand.says('not now')
    expect(hand.result).toEqual({ is: 'declined' })
    expect(hand.done).not.toContain('hush')
    expect(hand.left).toEqual([])
  })

  test('is not what somebody answers the phone with', async () => {
    const hand = await Hand.begin({ acceptance: 'word', machines: true })
    await hand.says('Yes.')
    expect(hand.result).toBeUndefined()
    await hand.passes(BRIEF_MS)
    await hand.says('Yes.')
    expect(hand.result).toEqual({ is: 'accepted' })
  })

  test('is not our own question coming back', async () => {
    const hand = await Hand.begin({ acceptance: 'word' })
    await hand.passes(BRIEF_MS + 100)
    await hand.says('say I accept it')
    expect(hand.result).toBeUndefined()
  })

  test('that is being said when the time is up is waited for', async () => {
    const hand = await Hand.begin({ acceptance: 'word', isWarm: false })
    const end = 2 * (BY_WORD.length * MS_PER_LETTER + 6_000)
    await hand.passes(end - 200)
    await hand.says('yes')
    expect(hand.result).toEqual({ is: 'accepted' })
    expect(hand.endedMs).toBeGreaterThan(end)
    expect(hand.left).toEqual([])
  })

  test('is not asked of a recognizer that fails, but keys are', async () => {
    const hand = await Hand.begin({ acceptance: 'word' })
    await hand.hears({ type: 'callerSpoke' })
    await hand.hears({ type: 'hearingFailed' })
    await hand.hears({ type: 'earFailed' })
    expect(hand.ears).toBe('disposed')
    await hand.passes(BRIEF_MS + 100)
    await hand.presses('1')
    expect(hand.result).toEqual({ is: 'accepted' })
    expect(hand.left).toEqual([])
  })
})

describe('a machine', () => {
  test('is told by going on, and hears nothing of the caller', async () => {
    const hand = await Hand.begin({ machines: true })
    await hand.passes(300)
    await hand.hears({ type: 'callerSpoke' })
    await hand.passes(10_000)
    expect(hand).toMatchObject({
      result: { is: 'machine' },
      endedMs: 3_800,
      played: [],
      states: ['detecting'],
    })
    expect(hand.left).toEqual([])
  })

  test('is told by its first words, long before they end', async () => {
    const hand = await Hand.begin({ machines: true, acceptance: 'answer', isWarm: false })
    await hand.says('Please leave a message', 300, 'utteranceGuessed')
    expect(hand).toMatchObject({ result: { is: 'machine' }, endedMs: 900 })
  })

  test('that has passed for a person is told by its words during the brief', async () => {
    const hand = await Hand.begin({ machines: true })
    await hand.passes(2_100)
    expect(hand.states).toEqual(['detecting', 'briefing'])
    await hand.says('is not available, please leave a message after the tone')
    expect(hand.result).toEqual({ is: 'machine' })
    expect(hand.done).toContain('hush')
    expect(hand.left).toEqual([])
  })

  test('is none who says hello and waits: the brief follows', async () => {
    const hand = await Hand.begin({ machines: true })
    await hand.passes(300)
    await hand.says('Hello?')
    await hand.passes(1)
    expect(hand.states).toEqual(['detecting', 'briefing'])
    expect(hand.played[0]).toEqual([BRIEF, 1_300])
    expect(hand.done.slice(0, 2)).toEqual(['listen open 500 caller', 'listen yes-no null assistant'])
  })

  test('is none who says nothing for two seconds', async () => {
    const hand = await Hand.begin({ machines: true, acceptance: 'answer', isWarm: false })
    await hand.passes(3_000)
    expect(hand).toMatchObject({ result: { is: 'accepted' }, endedMs: 2_000 })
    expect(hand.left).toEqual([])
  })

  test('is none who presses a key', async () => {
    const hand = await Hand.begin({ machines: true })
    await hand.hears({ type: 'callerSpoke' })
    await hand.passes(300)
    await hand.presses('1')
    expect(hand).toMatchObject({ result: { is: 'accepted' }, endedMs: 300, played: [] })
    expect(hand.left).toEqual([])
  })

  test.each([
    ['fails', 0],
    ['never', 2_000],
  ] as const)('cannot be told without ears: opening them %s', async (open, briefAtMs) => {
    const hand = await Hand.begin({ machines: true, faults: { open } })
    await hand.passes(2_000 + BRIEF_MS)
    expect(hand.played[0]).toEqual([BRIEF, briefAtMs])
    await hand.presses('1')
    await hand.passes(2_000)
    expect(hand.result).toEqual({ is: 'accepted' })
    expect(hand.clock.pending).toBe(0)
  })
})

describe('who has gone', () => {
  const hungUp: LegEvent = { type: 'hungUp', hangUp: { by: 'caller', cause: 'NORMAL_CLEARING' } }

  test.each([0, 500, BRIEF_MS + 100, BRIEF_MS + 5_000])('after %d ms is told at once', async ms => {
    const hand = await Hand.begin({ acceptance: 'word', machines: false })
    await hand.passes(ms)
    await hand.happens(hungUp)
    expect(hand).toMatchObject({ result: { is: 'gone', cause: 'NORMAL_CLEARING' }, endedMs: ms })
    expect(hand.done).not.toContain('hush')
    expect(hand.left).toEqual([])
  })

  test('has not accepted, even if the key came first', async () => {
    const hand = await Hand.begin({ faults: { hush: 'never' } })
    await hand.passes(100)
    await hand.presses('1')
    await hand.happens(hungUp)
    await hand.passes(5_000)
    expect(hand.result).toMatchObject({ is: 'gone' })
    expect(hand.left).toEqual([])
  })

  test('or is lost is gone too', async () => {
    const hand = await Hand.begin()
    await hand.happens({ type: 'lost', error: new Error('reset') })
    expect(hand.result).toEqual({ is: 'gone', cause: 'reset' })
  })
})

describe('who is not needed any more', () => {
  test.each([0, 500, BRIEF_MS + 5_000])('hears nothing more after %d ms', async ms => {
    const hand = await Hand.begin({ acceptance: 'word', connecting: CONNECTING })
    await hand.passes(ms)
    const before = playedBy(hand).length
    hand.abort.abort()
    await hand.passes(0)
    await hand.presses('1')
    expect(hand).toMatchObject({ result: { is: 'withdrawn' }, endedMs: ms })
    expect(playedBy(hand).length).toBe(before)
    expect(hand.left).toEqual([])
  })

  test('before it began is not spoken to', async () => {
    const hand = await Hand.begin({ aborted: true, acceptance: 'answer', machines: true })
    expect(hand).toMatchObject({ result: { is: 'withdrawn' }, played: [], ears: 'none' })
    expect(hand.left).toEqual([])
  })
})

describe('an agent who holds us', () => {
  test('hears it again afterwards, and is asked as often as others', async () => {
    const hand = await Hand.begin()
    await hand.passes(500)
    await hand.happens({ type: 'held' })
    await hand.passes(8_000)
    expect(playedBy(hand)).toEqual([BRIEF])
    await hand.happens({ type: 'unheld' })
    await hand.passes(60_000)
    expect(playedBy(hand)).toEqual([BRIEF, BRIEF, BY_KEY, BY_KEY])
    expect(hand.left).toEqual([])
  })

  test('after the question is asked again as if it had not been asked', async () => {
    const hand = await Hand.begin({ isWarm: false })
    await hand.passes(QUESTION_MS + 100)
    await hand.happens({ type: 'held' })
    await hand.passes(8_000)
    await hand.happens({ type: 'unheld' })
    await hand.passes(60_000)
    expect(playedBy(hand)).toEqual([BY_KEY, BY_KEY, BY_KEY])
  })

  test('for too long has not taken the call', async () => {
    const hand = await Hand.begin()
    await hand.happens({ type: 'held' })
    await hand.passes(40_000)
    expect(hand.result).toEqual({ is: 'not-accepted' })
    expect(hand.left).toEqual([])
  })
})

test.each(['fails', 'never'] as const)('without a voice keys decide: %s', async how => {
  const hand = await Hand.begin({ acceptance: 'word', connecting: CONNECTING, faults: { voice: how } })
  await hand.passes(3_000)
  await hand.presses('1')
  expect(hand).toMatchObject({ result: { is: 'accepted' }, played: [] })
  expect(hand.left).toEqual([])
})

test('whatever happens whenever, and whatever fails, it ends, once, in time, and leaves nothing', async () => {
  const happening = fc.constantFrom<(hand: Hand) => Promise<void>>(
    hand => hand.presses('1'),
    hand => hand.presses('2'),
    hand => hand.presses('5'),
    hand => hand.hears({ type: 'callerSpoke' }),
    hand => hand.hears({ type: 'callerPaused' }),
    hand => hand.hears({ type: 'nothingHeard' }),
    hand => hand.hears({ type: 'hearingFailed' }),
    hand => hand.hears({ type: 'earFailed' }),
    hand => hand.says('hello'),
    hand => hand.says('yes'),
    hand => hand.says('no'),
    hand => hand.says('leave a message'),
    hand => hand.happens({ type: 'held' }),
    hand => hand.happens({ type: 'unheld' }),
    hand => hand.happens({ type: 'moved' }),
    async hand => hand.abort.abort(),
  )
  const faults = fc.record<Faults>(
    {
      voice: fc.constantFrom('fails', 'never'),
      open: fc.constantFrom('fails', 'never'),
      close: fc.constant('never'),
      hush: fc.constantFrom('fails', 'never'),
    },
    { requiredKeys: [] },
  )
  const wishes = fc.record({
    acceptance: fc.constantFrom('answer', 'key', 'word'),
    machines: fc.boolean(),
    isWarm: fc.boolean(),
    connecting: fc.constantFrom('', CONNECTING),
    faults,
  })
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), happening), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(wishes, steps, async (wished, happenings) => {
      const hand = await Hand.begin(wished)
      for (const [ms, happen] of happenings) {
        await hand.passes(ms)
        await happen(hand)
      }
      await hand.passes(100_000)
      expect(hand.result).toBeDefined()
      expect(hand.clock.pending).toBe(0)
      const isStuck = wished.faults.close === 'never' || wished.faults.open === 'never'
      if (!isStuck) expect(hand.left).toEqual([])
    }),
    { numRuns: 150 },
  )
})
