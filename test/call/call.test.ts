// Whole calls on the embedded switch and a manual clock: what the caller hears, what the engine is told, how it ends, and that
// nothing is left behind.

import { describe, expect, test } from 'vitest'
import type { Directive, Input } from '../../src/engine/engine.ts'
import { soundIn } from '../apps/sound.ts'
import { desksOfTests } from '../desks.ts'
import { listenFor, say } from '../fakes/providers.ts'

const openDesk = desksOfTests()

const GREETING = 'What can I do for you?'

/** Answers speech with `Echo:` and the words. */
function echo(input: Input): Directive[] {
  if (input.type === 'start') return [say(GREETING)]
  if (input.type === 'speech') return [say(`You said ${input.text}.`)]
  if (input.type === 'digits') return [say(`You pressed ${input.digits}.`)]
  return []
}

describe('a conversation', () => {
  test('goes on for four turns and ends when the caller hangs up', async () => {
    const desk = openDesk()
    desk.engine.answer = echo
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    for (const words of ['one more thing', 'opening hours please', 'thank you', 'goodbye']) {
      await desk.passing(caller.hearsSilence({ ms: 300 }))
      await desk.says(caller, words)
      await desk.hears(caller, `You said ${words}.`)
    }
    caller.hangsUp()
    await desk.passing(caller.callIsOver())
    await desk.clock.advanceAsync(1_000)
    expect(desk.ending(caller)).toEqual({ by: 'caller', why: 'hung-up', cause: 'NORMAL_CLEARING' })
    expect(desk.engine.inputs.map(({ type }) => type)).toEqual([
      'start',
      'speech',
      'speech',
      'speech',
      'speech',
    ])
    expect(desk.engine.reports.at(-1)).toMatchObject({ type: 'ended', by: 'caller' })
  })

  test('ends when the engine says so, after its last words were heard', async () => {
    const desk = openDesk()
    desk.engine.answer = () => [say('Goodbye, it was a pleasure.'), { type: 'end', reason: 'done' }]
    const caller = await desk.call()
    const over = await desk.passing(caller.callIsOver())
    expect(over.by).toBe('assistant')
    const [farewell] = caller.plays
    expect(farewell).toMatchObject({ how: 'done' })
    await desk.clock.advanceAsync(1_000)
    expect(desk.ending(caller)).toEqual({ by: 'assistant', why: 'finished', reason: 'done' })
  })

  test('knows who calls, and what the dialplan said of it', async () => {
    const desk = openDesk()
    const caller = await desk.call({
      variables: { parley_context: '{"customer":7}', parley_language: 'de-DE' },
    })
    await desk.hears(caller, GREETING)
    expect(desk.engine.calls[0]).toMatchObject({
      id: caller.id,
      from: '+15550100',
      to: '5000',
      callerName: 'Jane Doe',
      profile: 'default',
      language: 'de-DE',
      context: { customer: 7 },
    })
    expect(desk.prompts.asked).toContain(GREETING)
    caller.hangsUp()
  })

  test('speaks sentence by sentence without a gap, made ahead', async () => {
    const desk = openDesk()
    desk.engine.answer = () => [say('First sentence. Second sentence. Third '), say('sentence. Fourth one.')]
    const caller = await desk.call()
    await desk.hears(caller, 'Fourth one.')
    expect(desk.heardBy(caller)).toEqual([
      'First sentence.',
      'Second sentence.',
      'Third sentence.',
      'Fourth one.',
    ])
    const gaps = caller.plays.slice(1).map((play, at) => play.startedMs - (caller.plays[at]?.stoppedMs ?? 0))
    for (const gap of gaps) expect(gap).toBeLessThanOrEqual(40)
    caller.hangsUp()
  })

  test('sends only speech to the recognizer, with what is expected of it', async () => {
    const desk = openDesk({ profile: { hints: ['Northgate'] } })
    desk.engine.answer = input =>
      input.type === 'start' ? [say(GREETING), listenFor({ expect: 'yes-no', hints: ['yes'] })] : []
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.hearsSilence({ ms: 2_000 }))
    expect(desk.recognizer.requests).toEqual([])
    await desk.says(caller, 'yes')
    await desk.clock.advanceAsync(2_000)
    expect(desk.recognizer.requests).toEqual([
      { language: 'en-US', sampleRate: 8_000, hints: ['yes', 'Northgate'], expect: 'yes-no' },
    ])
    caller.hangsUp()
  })
})

describe('barge-in', () => {
  const story =
    'This is a very long story that nobody wants to hear to its end at all. And there is more of it.'

  test('silences the assistant, and the engine learns what was heard', async () => {
    const desk = openDesk()
    desk.engine.answer = input => (input.type === 'start' ? [say(story)] : echo(input))
    const caller = await desk.call()
    await desk.hears(caller, 'This is a very long story that nobody wants to hear to its end at all.')
    await desk.clock.advanceAsync(1_500)
    await desk.says(caller, 'stop please')
    await desk.hears(caller, 'You said stop please.')
    expect(caller.plays[0]).toMatchObject({ how: 'break' })
    const interruption = desk.engine.reports[0]
    expect(interruption).toMatchObject({ type: 'interrupted', heard: { complete: false } })
    const asked = desk.engine.inputs.at(-1)
    expect(asked).toMatchObject({ type: 'speech', text: 'stop please' })
    const heard = asked?.type === 'speech' ? asked.heard : undefined
    expect(story.startsWith(heard?.text ?? '?')).toBe(true)
    const [first] = soundIn(caller.heard)
    const played = (first?.toMs ?? 0) - (first?.fromMs ?? 0)
    expect(heard?.ms).toBeGreaterThan(played - 60)
    expect(heard?.ms).toBeLessThan(played + 60)
    expect(desk.heardBy(caller)).not.toContain('And there is more of it.')
    caller.hangsUp()
  })

  test('by mere noise lets the assistant go on where it stopped', async () => {
    const desk = openDesk()
    desk.engine.answer = input => (input.type === 'start' ? [say(story)] : echo(input))
    const caller = await desk.call()
    await desk.hears(caller, 'This is a very long story that nobody wants to hear to its end at all.')
    await desk.clock.advanceAsync(1_000)
    await desk.says(caller, 'hm', { nothing: true })
    await desk.hears(caller, 'And there is more of it.')
    expect(desk.heardBy(caller).filter(text => text.startsWith('This is'))).toHaveLength(1)
    expect(caller.plays[0]).toMatchObject({ how: 'done' })
    const [before, after] = soundIn(caller.heard)
    const heardMs = (before?.toMs ?? 0) - (before?.fromMs ?? 0) + (after?.toMs ?? 0) - (after?.fromMs ?? 0)
    expect((after?.fromMs ?? 0) - (before?.toMs ?? 0)).toBeGreaterThan(500)
    expect(heardMs).toBeGreaterThan(3_500)
    expect(desk.engine.inputs).toHaveLength(1)
    caller.hangsUp()
  })

  test('does not reach what must be heard out', async () => {
    const desk = openDesk()
    desk.engine.answer = input =>
      input.type === 'start' ? [say('This call may be recorded for all of us.', false)] : []
    const caller = await desk.call()
    await desk.hears(caller, 'This call may be recorded for all of us.')
    await desk.says(caller, 'stop')
    await desk.passing(caller.hearsSilence({ ms: 500 }))
    expect(caller.plays[0]).toMatchObject({ how: 'done' })
    caller.hangsUp()
  })
})

describe('digits', () => {
  test('silence the assistant and answer it', async () => {
    const desk = openDesk()
    desk.engine.answer = input =>
      input.type === 'start'
        ? [
            say('Please key in your order number, all of its five digits.'),
            listenFor({ expect: 'digits', numDigits: 5 }),
          ]
        : echo(input)
    const caller = await desk.call()
    await desk.passing(caller.hearsSpeech())
    await desk.passing(caller.presses('40721'))
    await desk.hears(caller, 'You pressed 40721.')
    expect(caller.plays[0]).toMatchObject({ how: 'break' })
    caller.hangsUp()
  })

  test('the caller’s own star does not end a prompt', async () => {
    const desk = openDesk()
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    expect(caller.variable('playback_terminators')).toBe('none')
    caller.hangsUp()
  })

  test('0 reaches people, also when the engine says nothing at all', async () => {
    const desk = openDesk()
    desk.engine.answer = async function* (_input, _turn, signal) {
      await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
      yield* []
    }
    const caller = await desk.call()
    await desk.passing(caller.isWithDaemon())
    await desk.clock.advanceAsync(500)
    await desk.passing(caller.presses('0'))
    const { number } = await desk.passing(caller.isSentToPeople())
    expect(number).toBe('2000')
    expect(desk.heardBy(caller)).toEqual(['One moment.'])
    expect(caller.variable('socket_resume')).toBe('false')
    expect(caller.variable('parley_outcome')).toBe('handed-over')
    expect(caller.recordings).toEqual([])
    expect(desk.ending(caller)).toMatchObject({ why: 'handed-over', because: { why: 'asked', how: 'key' } })
    caller.hangsUp()
  })
})

describe('silence', () => {
  test('is asked about, by the engine or by the profile, and ends the call politely', async () => {
    const desk = openDesk()
    desk.engine.answer = input => {
      if (input.type === 'start') return [say(GREETING)]
      return input.type === 'silence' && input.count === 1 ? [say('Hello?')] : []
    }
    const caller = await desk.call()
    const over = await desk.passing(caller.callIsOver())
    expect(over.by).toBe('assistant')
    expect(desk.heardBy(caller)).toEqual([GREETING, 'Hello?', 'Are you still there?', 'Goodbye.'])
    await desk.clock.advanceAsync(1_000)
    expect(desk.ending(caller)).toEqual({ by: 'assistant', why: 'silence' })
  })
})

describe('hold', () => {
  test('nothing is spoken or counted meanwhile, and the cut sentence is said again', async () => {
    const desk = openDesk()
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.clock.advanceAsync(300)
    caller.holds()
    await desk.clock.advanceAsync(60_000)
    expect(desk.heardBy(caller)).toEqual([GREETING])
    caller.unholds()
    await desk.passing(caller.until(() => caller.plays.length === 2, { what: 'hears it again' }))
    expect(desk.heardBy(caller)).toEqual([GREETING, GREETING])
    expect(desk.engine.inputs).toHaveLength(1)
    caller.hangsUp()
  })
})

describe('what goes wrong', () => {
  test('an engine that fails: an apology, then people', async () => {
    const desk = openDesk()
    desk.engine.answer = () => {
      throw new Error('it broke')
    }
    const caller = await desk.call()
    const { number } = await desk.passing(caller.isSentToPeople())
    expect(number).toBe('2000')
    expect(desk.heardBy(caller)).toEqual(['I am sorry.'])
    expect(desk.ending(caller)).toMatchObject({ because: { why: 'fault', fault: 'engine' } })
    caller.hangsUp()
  })

  test('an engine that is silent: people, when its time is up', async () => {
    const desk = openDesk()
    desk.engine.answer = async function* (_input, _turn, signal) {
      await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
      yield* []
    }
    const caller = await desk.call()
    await desk.passing(caller.isSentToPeople())
    expect(caller.ms).toBeGreaterThan(8_000)
    expect(caller.ms).toBeLessThan(10_500)
    caller.hangsUp()
  })

  test('a voice that fails: people, without a word if need be', async () => {
    const desk = openDesk()
    desk.prompts.fails = () => true
    const caller = await desk.call()
    await desk.passing(caller.isSentToPeople())
    expect(caller.plays).toEqual([])
    expect(desk.ending(caller)).toMatchObject({ because: { why: 'fault', fault: 'voice' } })
    caller.hangsUp()
  })

  test('a prompt that vanished is made anew', async () => {
    const desk = openDesk()
    const caller = await desk.call()
    desk.prompts.delayMs = 100
    const get = desk.prompts.get.bind(desk.prompts)
    desk.prompts.get = async (request, signal) => {
      const prompt = await get(request, signal)
      if (desk.prompts.asked.length === 1) desk.files.remove(prompt.path)
      return prompt
    }
    await desk.passing(caller.hearsSpeech())
    expect(desk.prompts.asked).toEqual([GREETING, GREETING])
    caller.hangsUp()
  })

  test('a recognizer that fails or never answers: pardon, then people', async () => {
    const desk = openDesk()
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    await desk.says(caller, 'hello there', { fails: true })
    await desk.hears(caller, 'Pardon?')
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    await desk.says(caller, 'hello there', { never: true })
    await desk.passing(caller.isSentToPeople())
    expect(desk.ending(caller)).toMatchObject({ because: { why: 'fault', fault: 'recognizer' } })
    caller.hangsUp()
  })

  test('a recording that stops growing: people', async () => {
    const desk = openDesk()
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    caller.stallsRecordings(8_000)
    await desk.passing(caller.isSentToPeople())
    expect(desk.ending(caller)).toMatchObject({ because: { why: 'fault', fault: 'ear' } })
    caller.hangsUp()
  })

  test('a recording that cannot be written: people', async () => {
    const desk = openDesk({ pbx: { faults: { unwritable: () => true } } })
    const caller = await desk.call()
    await desk.passing(caller.isSentToPeople())
    expect(desk.heardBy(caller)).toEqual(['I am sorry.'])
    caller.hangsUp()
  })

  test('a lost socket ends the call for us, and nothing is left', async () => {
    const desk = openDesk()
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    caller.cutsWire({ midFrame: true })
    await desk.clock.advanceAsync(1_000)
    expect(desk.calls.counts.now).toBe(0)
    expect(desk.ending(caller)).toMatchObject({ by: 'switch', why: 'lost' })
    caller.hangsUp()
    desk.switch.violations.length = 0 // the recording ran on, as a dead daemon's does
  })

  test('one call too many goes to its fallback at once', async () => {
    const desk = openDesk({ limit: 1 })
    const first = await desk.call()
    const second = await desk.call({ variables: { parley_fallback: '2001 XML public' } })
    expect(await desk.passing(second.isSentToPeople())).toMatchObject({ number: '2001' })
    expect(desk.calls.counts).toMatchObject({ now: 1, admitted: 1 })
    first.hangsUp()
    second.hangsUp()
  })

  test('a hostile caller id is only text', async () => {
    const desk = openDesk()
    const caller = await desk.call({
      from: '+1555\r\n\r\nexit',
      callerNameBytes: Buffer.from(`José\n$${'{system(id)}'} 😈`, 'latin1'),
    })
    await desk.hears(caller, GREETING)
    expect(desk.engine.calls).toHaveLength(1)
    caller.hangsUp()
  })
})

describe('hanging up', () => {
  test('in the last words is the caller’s own end, also when the news of it is late', async () => {
    const desk = openDesk({
      pbx: {
        faults: { event: ({ name }) => (name === 'CHANNEL_HANGUP_COMPLETE' ? { delayMs: 20 } : 'pass') },
      },
    })
    desk.engine.answer = () => [say('Goodbye, it was a pleasure.'), { type: 'end', reason: 'done' }]
    const caller = await desk.call()
    await desk.hears(caller, 'Goodbye, it was a pleasure.')
    await desk.clock.advanceAsync(300)
    caller.hangsUp()
    await desk.clock.advanceAsync(6_000)
    expect(desk.ending(caller)).not.toMatchObject({ why: 'lost' })
    expect(desk.calls.counts.faults).toBe(0)
  })

  test('while the recording begins leaves no recording', async () => {
    const desk = openDesk({
      pbx: { faults: { event: ({ name }) => (name === 'RECORD_START' ? { delayMs: 400 } : 'pass') } },
    })
    const caller = await desk.call()
    await desk.clock.advanceAsync(100)
    caller.hangsUp()
    await desk.clock.advanceAsync(1_000)
    expect(await desk.files.list('/spool')).toEqual([])
  })

  test.each([0, 100, 400, 1_200, 3_000])('after %i ms leaves nothing behind', async ms => {
    const desk = openDesk()
    desk.engine.answer = echo
    const caller = await desk.call()
    await desk.clock.advanceAsync(ms)
    caller.hangsUp()
    await desk.clock.advanceAsync(1_000)
    expect(desk.calls.counts.now).toBe(0)
    expect(desk.ending(caller)).toMatchObject({ by: 'caller' })
  })

  test('while the caller speaks leaves nothing behind', async () => {
    const desk = openDesk()
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    await desk.says(caller, 'I would like to', { never: true })
    caller.hangsUp()
    await desk.clock.advanceAsync(1_000)
    expect(desk.calls.counts.now).toBe(0)
  })
})

describe('a transfer that the engine asks for', () => {
  test('is announced to the end and carried out', async () => {
    const desk = openDesk()
    desk.engine.answer = () => [{ type: 'transfer', to: 'sales', announce: 'I connect you with sales.' }]
    const caller = await desk.call()
    expect(await desk.passing(caller.isSentToPeople())).toMatchObject({ number: '3000' })
    expect(caller.plays[0]).toMatchObject({ how: 'done' })
    caller.hangsUp()
  })

  test('to a place that does not exist is refused, and the engine knows', async () => {
    const desk = openDesk()
    desk.engine.answer = input =>
      input.type === 'start'
        ? [{ type: 'transfer', to: '+4990012345', announce: null }]
        : [say('I cannot do that.')]
    const caller = await desk.call()
    await desk.hears(caller, 'I cannot do that.')
    expect(desk.engine.inputs[1]).toMatchObject({ type: 'transfer', to: '+4990012345', outcome: 'failed' })
    caller.hangsUp()
  })
})

describe('what nobody heeds', () => {
  test('an engine that ignores that its answer is withdrawn does not block the next question', async () => {
    const desk = openDesk()
    desk.engine.answer = input => {
      if (input.type === 'start') return [say(GREETING)]
      if (input.type === 'speech' && !input.text.includes('again'))
        return { [Symbol.asyncIterator]: () => deaf }
      return echo(input)
    }
    const deaf: AsyncIterator<Directive> = { next: () => new Promise(() => {}) }
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    await desk.says(caller, 'opening hours please')
    await desk.clock.advanceAsync(1_500)
    await desk.says(caller, 'hello again')
    await desk.hears(caller, 'You said opening hours please hello again.')
    caller.hangsUp()
  })

  test('an engine that breaks when it is told of the end does not keep the call', async () => {
    const desk = openDesk()
    const open = desk.engine.open.bind(desk.engine)
    desk.engine.open = (call, link) => ({
      ...open(call, link),
      report: () => {
        throw new Error('it broke')
      },
    })
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    caller.hangsUp()
    await desk.clock.advanceAsync(1_000)
    expect(desk.calls.counts.now).toBe(0)
    expect(desk.log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'the engine could not be told',
    ])
    desk.log.length = 0
  })

  test('a voice that never answers is given up, and the caller goes to people', async () => {
    const desk = openDesk()
    desk.prompts.get = () => new Promise(() => {})
    const caller = await desk.call()
    await desk.passing(caller.isSentToPeople({ withinMs: 40_000 }))
    expect(desk.ending(caller)).toMatchObject({ because: { fault: 'voice' } })
    caller.hangsUp()
  })

  test('a recognizer that throws is one that has failed', async () => {
    const desk = openDesk()
    desk.recognizer.recognize = () => {
      throw new Error('it broke')
    }
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    await desk.says(caller, 'hello there')
    await desk.hears(caller, 'Pardon?')
    caller.hangsUp()
  })

  test('a sound that is missing is left out, and the operator can read it in the log', async () => {
    const desk = openDesk()
    desk.engine.answer = () => [{ type: 'play', file: 'missing.wav', interruptible: true }, say('After it.')]
    const caller = await desk.call()
    await desk.hears(caller, 'After it.')
    expect(desk.log).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'a sound could not be played and was left out' }),
    )
    caller.hangsUp()
  })
})

describe('the ear', () => {
  test('that cannot be renewed goes on as it is, and is renewed later', async () => {
    let writable = true
    const desk = openDesk({
      policy: { silenceMs: 500_000 },
      pbx: { faults: { unwritable: () => !writable } },
    })
    desk.engine.answer = echo
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    const [first] = caller.recordings
    writable = false
    await desk.clock.advanceAsync(70_000)
    expect(caller.recordings).toEqual([first])
    expect(desk.log).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'the recording could not be renewed' }),
    )
    writable = true
    await desk.clock.advanceAsync(60_000)
    expect(caller.recordings).toHaveLength(1)
    expect(caller.recordings).not.toEqual([first])
    await desk.says(caller, 'are you still there')
    await desk.hears(caller, 'You said are you still there.')
    caller.hangsUp()
  })

  test('whose call ends while it is renewed leaves nothing', async () => {
    const desk = openDesk({
      policy: { silenceMs: 500_000 },
      pbx: { faults: { event: ({ name }) => (name === 'RECORD_START' ? { delayMs: 300 } : 'pass') } },
    })
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(
      caller.until(() => caller.recordings.length === 2, { withinMs: 90_000, what: 'is renewed' }),
    )
    await desk.passing(caller.presses('0'))
    await desk.passing(caller.isSentToPeople())
    expect(caller.recordings).toEqual([])
    caller.hangsUp()
  })

  test('whose file vanishes is no ear any more: people', async () => {
    const desk = openDesk()
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    for (const path of caller.recordings) desk.files.remove(path)
    await desk.passing(caller.isSentToPeople())
    expect(desk.ending(caller)).toMatchObject({ because: { fault: 'ear' } })
    desk.log.length = 0 // the trouble is told as an error, as it should be
    caller.hangsUp()
  })

  test('that was shortened by somebody is heard on', async () => {
    const desk = openDesk({ policy: { silenceMs: 100_000 } })
    desk.engine.answer = echo
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.clock.advanceAsync(3_000)
    const [path = ''] = caller.recordings
    desk.files.truncate(path, 200)
    await desk.clock.advanceAsync(1_000)
    await desk.says(caller, 'are you still there')
    await desk.hears(caller, 'You said are you still there.')
    desk.log.length = 0
    caller.hangsUp()
  })

  test('is not renewed while the caller holds us, and leaves nothing behind', async () => {
    const desk = openDesk({ policy: { silenceMs: 100_000 } })
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.clock.advanceAsync(10_000)
    caller.holds()
    await desk.clock.advanceAsync(200_000)
    caller.unholds()
    await desk.clock.advanceAsync(5_000)
    expect(caller.recordings).toHaveLength(1)
    caller.hangsUp()
  })

  test('that is opened in a hold does not take the hold for a stall', async () => {
    const desk = openDesk({
      pbx: { faults: { event: ({ name }) => (name === 'RECORD_START' ? { delayMs: 400 } : 'pass') } },
    })
    const caller = await desk.call()
    await desk.clock.advanceAsync(100)
    caller.holds()
    await desk.clock.advanceAsync(10_000)
    caller.unholds()
    await desk.hears(caller, GREETING)
    expect(desk.journal(caller).map(({ type }) => type)).not.toContain('earFailed')
    caller.hangsUp()
  })

  test('is renewed every minute without a word lost, and old files are deleted', async () => {
    const desk = openDesk({ policy: { silenceMs: 100_000 } })
    desk.engine.answer = echo
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.clock.advanceAsync(58_500 - caller.ms)
    await desk.says(caller, 'this sentence is spoken right across the change of files')
    await desk.hears(caller, 'You said this sentence is spoken right across the change of files.')
    expect(caller.recordings).toHaveLength(1)
    expect(await desk.files.list('/spool')).toHaveLength(1)
    expect(desk.engine.inputs).toHaveLength(2)
    caller.hangsUp()
  })
})
