// What makes a turn quick and natural: answers prepared before it is certain, fillers, listeners' words, and the classic way.

import { describe, expect, test } from 'vitest'
import type { Directive, Guess, Input } from '../../src/engine/engine.ts'
import { sleep } from '../../src/lib/clock.ts'
import type { Hearing, Recognition, Recognizer } from '../../src/speech/recognizer.ts'
import { desksOfTests } from '../desks.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import { listenFor, say } from '../fakes/providers.ts'
import { Voice } from '../fakes/voice.ts'
import type { Desk, DeskOptions } from '../harness.ts'

const voice = await Voice.load()
const openDesk = desksOfTests()

const GREETING = 'What can I do for you?'

/** Believes so far what it is told, and is as sure at the end as it is told. */
class BelievingRecognizer implements Recognizer {
  readonly name = 'believing'
  hear: (hearing: Hearing) => void = () => {}
  final = ''
  readonly #clock: ManualClock

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  recognize(_request: unknown, hear: (hearing: Hearing) => void): Recognition {
    this.hear = hear
    let over = false
    return {
      write: () => {},
      finish: () =>
        void this.#clock.after(150, () => {
          if (!over) hear({ type: 'final', text: this.final, confidence: 0.9, language: null })
        }),
      cancel: () => {
        over = true
      },
    }
  }

  believes(text: string): void {
    this.hear({ type: 'partial', text, stability: 0.9 })
  }

  async warmUp(): Promise<void> {}
  async close(): Promise<void> {}
}

interface Guessing {
  desk: Desk
  recognizer: BelievingRecognizer
  caller: Caller
  /** What the engine was asked beforehand, and what became of it. */
  guesses: { text: string; fate: 'open' | 'committed' | 'aborted' }[]
  /** The engine breaks when it is told that its guess counts. */
  broken: boolean
}

async function guessing(policy: DeskOptions['policy'] = {}): Promise<Guessing> {
  const heard: { recognizer?: BelievingRecognizer } = {}
  const desk = openDesk({
    policy: { endOfTurnMinMs: 700, endOfTurnMaxMs: 700, ...policy },
    recognizer: clock => {
      heard.recognizer = new BelievingRecognizer(clock)
      return heard.recognizer
    },
  })
  const guesses: Guessing['guesses'] = []
  const talk = { broken: false }
  const open = desk.engine.open.bind(desk.engine)
  desk.engine.answer = async function* (input, _turn, signal) {
    if (input.type !== 'speech') return yield say(GREETING)
    await sleep(desk.clock, 400, signal)
    yield say(`You said ${input.text}.`)
  }
  desk.engine.open = (call, link) => {
    const conversation = open(call, link)
    const guess = (input: Input, turn: number, signal: AbortSignal): Guess => {
      const one: Guessing['guesses'][number] = {
        text: input.type === 'speech' ? input.text : '',
        fate: 'open',
      }
      if (input.type === 'speech') guesses.push(one)
      signal.addEventListener('abort', () => {
        if (one.fate === 'open') one.fate = 'aborted'
      })
      return {
        directives: conversation.ask(input, turn, signal),
        commit: () => {
          if (talk.broken && one.text !== '') throw new Error('it broke')
          one.fate = 'committed'
        },
      }
    }
    return { ...conversation, guess }
  }
  const caller = await desk.call()
  await desk.hears(caller, GREETING)
  await desk.passing(caller.hearsSilence({ ms: 200 }))
  if (!heard.recognizer) throw new Error('nobody listens')
  return Object.assign(talk, { desk, recognizer: heard.recognizer, caller, guesses })
}

/** From the end of what the caller says until they hear this. */
async function waitFor(desk: Desk, caller: Caller, text: string): Promise<number> {
  const fromMs = desk.clock.now()
  await desk.hears(caller, text)
  return desk.clock.now() - fromMs
}

describe('an answer that is prepared', () => {
  async function speaks(
    { desk, caller, recognizer }: Guessing,
    believed: string,
    said: string,
    answerTo = `You said ${said}.`,
  ): Promise<number> {
    recognizer.final = said
    await desk.passing(caller.says(voice.sayAt8k('opening hours please')))
    await desk.clock.advanceAsync(300)
    recognizer.believes(believed)
    return waitFor(desk, caller, answerTo)
  }

  test('is there sooner when the caller has said just that', async () => {
    const quick = await guessing()
    const slow = await guessing({ speculation: false })
    // What was prepared answers what was believed, in its spelling.
    const prepared = 'You said opening hours please.'
    const quickMs = await speaks(quick, 'opening hours please', 'Opening hours, please', prepared)
    const slowMs = await speaks(slow, 'opening hours please', 'Opening hours, please')
    expect(slowMs - quickMs).toBeGreaterThanOrEqual(400)
    expect(quick.guesses).toEqual([{ text: 'opening hours please', fate: 'committed' }])
    expect(slow.guesses).toEqual([])
    expect(quick.desk.calls.times.guesses).toEqual({ hits: 0, misses: 0 })
    for (const { caller, desk } of [quick, slow]) {
      caller.hangsUp()
      await desk.clock.advanceAsync(500)
    }
    expect(quick.desk.calls.times.guesses).toEqual({ hits: 1, misses: 0 })
    const marks = quick.desk.journal(quick.caller).find(({ type }) => type === 'turnMarks')
    expect(marks).toMatchObject({ turn: 1, guessed: true })
  })

  test('is thrown away when they said something else', async () => {
    const talk = await guessing()
    await speaks(talk, 'opening hours', 'opening hours tomorrow')
    expect(talk.guesses).toEqual([{ text: 'opening hours', fate: 'aborted' }])
    expect(talk.desk.heardBy(talk.caller)).not.toContain('You said opening hours.')
    talk.caller.hangsUp()
  })

  test('is thrown away as soon as they go on', async () => {
    const { desk, caller, recognizer, guesses } = await guessing()
    recognizer.final = 'opening hours please'
    const words = voice.sayAt8k('opening hours please')
    await desk.passing(caller.says(words))
    await desk.clock.advanceAsync(300)
    recognizer.believes('opening hours')
    await desk.clock.advanceAsync(20)
    expect(guesses).toMatchObject([{ fate: 'open' }])
    await desk.passing(caller.says(words))
    expect(guesses).toMatchObject([{ fate: 'aborted' }])
    caller.hangsUp()
  })

  test('whose engine breaks when it is told that it counts is a fault of the engine: people', async () => {
    const talk = await guessing()
    talk.broken = true
    talk.recognizer.final = 'opening hours please'
    await talk.desk.passing(talk.caller.says(voice.sayAt8k('opening hours please')))
    await talk.desk.clock.advanceAsync(300)
    talk.recognizer.believes('opening hours please')
    expect(await talk.desk.passing(talk.caller.isSentToPeople())).toMatchObject({ number: '2000' })
    expect(talk.desk.ending(talk.caller)).toMatchObject({ because: { why: 'fault', fault: 'engine' } })
    talk.caller.hangsUp()
  })

  test('leaves nothing behind when the caller hangs up', async () => {
    const { desk, caller, recognizer, guesses } = await guessing()
    await desk.passing(caller.says(voice.sayAt8k('opening hours please')))
    await desk.clock.advanceAsync(300)
    recognizer.believes('opening hours')
    caller.hangsUp()
    await desk.clock.advanceAsync(500)
    expect(guesses).toMatchObject([{ fate: 'aborted' }])
  })
})

describe('a caller who is not answered yet', () => {
  async function ringing(
    answerMs: number,
  ): Promise<{ desk: Desk; answeredMs: () => number; heardMs: () => number }> {
    const desk = openDesk()
    desk.engine.answer = async function* (_input, _turn, signal) {
      await sleep(desk.clock, answerMs, signal)
      yield say(GREETING)
    }
    const open = desk.engine.open.bind(desk.engine)
    desk.engine.open = (call, link) => {
      const conversation = open(call, link)
      const guess = (...about: Parameters<typeof conversation.ask>) => ({
        directives: conversation.ask(...about),
        commit: () => {},
      })
      return { ...conversation, guess }
    }
    const caller = await desk.call({ dialplan: [{ do: 'socket', to: [() => desk.dial()] }] })
    await desk.hears(caller, GREETING)
    const at = (type: string) => Number(desk.journal(caller).find(entry => entry.type === type)?.atMs)
    caller.hangsUp()
    return { desk, answeredMs: () => at('opened'), heardMs: () => at('promptStarted') }
  }

  test('hears it ring until the greeting is made, and the greeting at once when answered', async () => {
    const { answeredMs, heardMs, desk } = await ringing(1_000)
    expect(answeredMs()).toBeGreaterThanOrEqual(1_200)
    expect(heardMs() - answeredMs()).toBeLessThan(60)
    expect(desk.engine.inputs).toEqual([{ type: 'start' }])
  })

  test('is answered all the same when the greeting takes too long', async () => {
    const { answeredMs } = await ringing(4_500)
    expect(answeredMs()).toBeGreaterThanOrEqual(3_000)
    expect(answeredMs()).toBeLessThan(3_300)
  })
})

describe('an engine that is slow', () => {
  const slow = (desk: Desk, ms: number) =>
    async function* (input: Input, _turn: number, signal: AbortSignal): AsyncGenerator<Directive> {
      if (input.type === 'start') return yield say(GREETING)
      await sleep(desk.clock, ms, signal)
      yield say('Here it is.')
    }

  async function asked(ms: number): Promise<{ desk: Desk; caller: Caller }> {
    const desk = openDesk()
    desk.engine.answer = slow(desk, ms)
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.hearsSilence({ ms: 200 }))
    await desk.says(caller, 'opening hours please')
    return { desk, caller }
  }

  test('is filled in for, and comforted later, in the order of its slowness', async () => {
    const { desk, caller } = await asked(7_000)
    await desk.hears(caller, 'Here it is.')
    expect(desk.heardBy(caller)).toEqual([
      GREETING,
      'Let me see.',
      'It takes a little longer.',
      'Here it is.',
    ])
    await desk.passing(caller.hearsSilence({ ms: 200 }))
    await desk.says(caller, 'thank you')
    await desk.passing(caller.until(() => desk.engine.inputs.length === 3, { what: 'is asked again' }))
    // What only says that we are there is no part of what was said.
    expect(desk.engine.inputs.at(-1)).toMatchObject({ heard: { text: 'Here it is.', complete: true } })
    caller.hangsUp()
  })

  test('that is quick enough is not', async () => {
    const { desk, caller } = await asked(1_900)
    await desk.hears(caller, 'Here it is.')
    expect(desk.heardBy(caller)).toEqual([GREETING, 'Here it is.'])
    caller.hangsUp()
  })

  test('is not filled in for while the caller speaks', async () => {
    const { desk, caller } = await asked(7_000)
    await desk.clock.advanceAsync(1_500)
    await desk.says(caller, 'I would like to speak about my order')
    expect(desk.heardBy(caller)).toEqual([GREETING])
    caller.hangsUp()
  })
})

describe('what is said into our words', () => {
  const LONG = 'Our shop is open from nine to five on every day of the week except for Sunday.'

  async function interrupted(
    text: string,
    said = text,
    afterMs = 500,
  ): Promise<{ desk: Desk; caller: Caller }> {
    const desk = openDesk()
    desk.engine.answer = input => [say(input.type === 'start' ? LONG : 'I see.')]
    const caller = await desk.call()
    await desk.hears(caller, LONG)
    await desk.clock.advanceAsync(afterMs)
    await desk.says(caller, text, said)
    await desk.clock.advanceAsync(8_000)
    return { desk, caller }
  }

  test.each(['yes', 'okay, right', 'Uh-huh.'])('%j wants no answer: we go on where we were', async said => {
    const { desk, caller } = await interrupted('yes', said)
    expect(desk.heardBy(caller).slice(0, 2)).toEqual([LONG])
    const spoken = desk.journal(caller).filter(({ type, text }) => type === 'promptSpoken' && text === LONG)
    expect(spoken).toMatchObject([{ how: 'completed' }])
    caller.hangsUp()
  })

  test('our own words come back are no interruption', async () => {
    const { desk, caller } = await interrupted('opening hours please', 'shop is open', 1_500)
    expect(desk.engine.inputs.map(({ type }) => type).slice(0, 2)).not.toContain('speech')
    caller.hangsUp()
  })

  test('words of ours that they have not heard yet are their own', async () => {
    const { desk, caller } = await interrupted('opening hours please', 'except for Sunday', 300)
    expect(desk.engine.inputs[1]).toMatchObject({ type: 'speech', text: 'except for Sunday' })
    caller.hangsUp()
  })

  test('our words, repeated by who has the floor, are an answer', async () => {
    const desk = openDesk()
    desk.engine.answer = input => [say(input.type === 'start' ? LONG : 'I see.')]
    const caller = await desk.call()
    await desk.hears(caller, LONG)
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    await desk.says(caller, 'opening hours please', 'open from nine to five')
    await desk.hears(caller, 'I see.')
    expect(desk.journal(caller).find(({ type }) => type === 'utteranceHeard')).not.toHaveProperty('isEcho')
    caller.hangsUp()
  })

  test('anything else takes the floor', async () => {
    const { desk, caller } = await interrupted('opening hours please', 'yes but what about monday')
    expect(desk.engine.inputs[1]).toMatchObject({ type: 'speech', heard: { complete: false } })
    caller.hangsUp()
  })
})

describe('the classic way', () => {
  async function classic(): Promise<{ desk: Desk; caller: Caller }> {
    const desk = openDesk({ profile: { turns: 'classic' } })
    desk.engine.answer = input =>
      input.type === 'speech'
        ? [say('You said this. '), say(`It was ${input.text}.`)]
        : input.type === 'start'
          ? [say(GREETING), listenFor({})]
          : []
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.hearsSilence({ ms: 200 }))
    return { desk, caller }
  }

  test('lets the switch decide when the caller has finished, and answers in one piece', async () => {
    const { desk, caller } = await classic()
    await desk.says(caller, 'opening hours please')
    const waitedMs = await waitFor(desk, caller, 'You said this. It was opening hours please.')
    expect(waitedMs).toBeGreaterThanOrEqual(1_000)
    expect(desk.recognizer.samples).toBeGreaterThan(8_000)
    caller.hangsUp()
  })

  test('asks again when nobody says anything', async () => {
    const { desk, caller } = await classic()
    await desk.hears(caller, 'Are you still there?')
    caller.hangsUp()
  })

  test('does not take long speech for silence', async () => {
    const { desk, caller } = await classic()
    const sentence = voice.sayAt8k('I would like to speak about my order')
    desk.recognizer.willHear('a long story')
    await desk.clock.advanceAsync(3_000)
    for (let at = 0; at < 4; at++) await desk.passing(caller.says(sentence))
    await desk.hears(caller, 'You said this. It was a long story.')
    expect(desk.heardBy(caller)).not.toContain('Are you still there?')
    caller.hangsUp()
  })

  test('hears a caller who does not stop as far as they may go', async () => {
    const desk = openDesk({ profile: { turns: 'classic' }, policy: { maxUtteranceMs: 8_000 } })
    desk.engine.answer = input => [say(input.type === 'speech' ? `You said ${input.text}.` : GREETING)]
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.hearsSilence({ ms: 200 }))
    desk.recognizer.willHear('a story without end')
    const sentence = voice.sayAt8k('I would like to speak about my order')
    for (let at = 0; at < 5; at++) await desk.passing(caller.says(sentence))
    await desk.hears(caller, 'You said a story without end.')
    caller.hangsUp()
  })

  test.each([
    ['cannot be written', { unwritable: () => true }],
    ['does not grow', { full: () => true }],
  ])('sends the caller to people when what they say %s', async (_, faults) => {
    const desk = openDesk({ profile: { turns: 'classic' }, pbx: { faults } })
    const caller = await desk.call()
    const talk = async () => {
      await caller.until(() => caller.ms > 4_500, { what: 'has waited' })
      for (let at = 0; at < 2; at++) await caller.says(voice.sayAt8k('I would like to speak about my order'))
    }
    talk().catch(() => {}) // where nothing can be written they are gone by then
    expect(await desk.passing(caller.isSentToPeople({ withinMs: 20_000 }))).toMatchObject({ number: '2000' })
    expect(desk.ending(caller)).toMatchObject({ because: { why: 'fault', fault: 'ear' } })
    caller.hangsUp()
  })

  test('cannot be interrupted', async () => {
    const desk = openDesk({ profile: { turns: 'classic' } })
    const long = 'This goes on for a good while, and then on, and on a little more, and then it is over.'
    desk.engine.answer = () => [say(long)]
    const caller = await desk.call()
    await desk.hears(caller, long)
    await desk.says(caller, 'opening hours please')
    await desk.clock.advanceAsync(5_000)
    const spoken = desk.journal(caller).find(({ type }) => type === 'promptSpoken')
    expect(spoken).toMatchObject({ text: long, how: 'completed' })
    caller.hangsUp()
  })
})
