import { afterEach, describe, expect, test } from 'vitest'
import { diskFiles } from '../../src/lib/files.ts'
import {
  GoogleRecognizer,
  type GoogleRecognizerOptions,
} from '../../src/speech/providers/google-recognizer.ts'
import type { RecognitionRequest } from '../../src/speech/recognizer.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { Heard } from './heard.ts'
import {
  type ScriptedGoogle,
  type ScriptedGoogleOptions,
  startMuteServer,
  startScriptedGoogle,
} from './scripted-google.ts'

const request: RecognitionRequest = { language: 'en-US', sampleRate: 8000, hints: [], expect: 'open' }
const cleanUps: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function google(options: ScriptedGoogleOptions = {}): Promise<ScriptedGoogle> {
  const server = await startScriptedGoogle(options)
  cleanUps.push(() => server.stop())
  return server
}

function recognizerAt(
  endpoint: string,
  options: Partial<GoogleRecognizerOptions> = {},
  clock = new ManualClock(),
) {
  const access = { name: 'g', endpoint, insecure: true, projectId: 'p1' }
  const recognizer = new GoogleRecognizer({ ...access, pieceMs: 100, ...options }, clock, diskFiles)
  cleanUps.push(() => recognizer.close())
  return { recognizer, clock }
}

function sound(ms: number, value = 1): Int16Array {
  return new Int16Array(ms * 8).fill(value)
}

describe('what is sent', () => {
  test('the first message names the implicit recognizer and holds the whole configuration', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint, { location: 'eu', hintBoost: 99 })
    recognizer.recognize({ ...request, language: 'de-DE', hints: ['Rotkohl', ' Rotkohl', ''] }, () => {})
    const stream = await server.nextStream()
    await stream.until(({ messages }) => messages.length > 0)
    expect(stream.messages[0]?.recognizer).toBe('projects/p1/locations/eu/recognizers/_')
    expect(stream.config.config).toMatchObject({
      model: 'telephony',
      languageCodes: ['de-DE'],
      explicitDecodingConfig: { encoding: 'LINEAR16', sampleRateHertz: 8000, audioChannelCount: 1 },
      features: { enableAutomaticPunctuation: true },
      adaptation: { phraseSets: [{ inlinePhraseSet: { phrases: [{ value: 'Rotkohl', boost: 20 }] } }] },
    })
    expect(stream.config.streamingFeatures).toMatchObject({
      interimResults: true,
      enableVoiceActivityEvents: true,
    })
  })

  test('hints are bounded in number and length', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    const hints = ['x'.repeat(101), ...Array.from({ length: 500 }, (_, i) => `word ${i}`)]
    recognizer.recognize({ ...request, hints }, () => {})
    const stream = await server.nextStream()
    await stream.until(({ messages }) => messages.length > 0)
    const { phrases } = stream.config.config.adaptation.phraseSets[0].inlinePhraseSet
    expect(phrases).toHaveLength(200)
    expect(phrases[0].value).toBe('word 0')
  })

  test('frames of 20 ms leave in pieces of 100 ms, the rest at the finish', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    const recognition = recognizer.recognize(request, () => {})
    for (let frame = 0; frame < 12; frame++) recognition.write(sound(20, frame))
    recognition.finish()
    const stream = await server.nextStream()
    await stream.until(({ state }) => state === 'half-closed')
    expect(stream.audio.map(piece => piece.length)).toEqual([1600, 1600, 640])
    expect(Buffer.concat(stream.audio).readInt16LE(2 * 160 * 11)).toBe(11)
  })

  test('a long look-back is cut up into messages that Google takes', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    const recognition = recognizer.recognize({ ...request, sampleRate: 48_000 }, () => {})
    recognition.write(new Int16Array(96_000))
    const stream = await server.nextStream()
    await stream.until(({ audioBytes }) => audioBytes === 192_000)
    expect(Math.max(...stream.audio.map(piece => piece.length))).toBeLessThanOrEqual(15_360)
  })

  test('a buffer that the writer uses again does not change what was sent', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    const recognition = recognizer.recognize(request, () => {})
    const frame = sound(100, 7)
    recognition.write(frame)
    frame.fill(9)
    const stream = await server.nextStream()
    await stream.until(({ audioBytes }) => audioBytes === 1600)
    expect(stream.audio[0]?.readInt16LE(0)).toBe(7)
  })

  test('what is written after finish or cancel is dropped', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    const heard = new Heard()
    const recognition = recognizer.recognize(request, heard.hear)
    recognition.write(sound(100))
    recognition.finish()
    recognition.write(sound(100))
    const stream = await server.nextStream()
    await stream.until(({ state }) => state === 'half-closed')
    stream.end()
    expect(await heard.end()).toEqual({ type: 'nothing' })
    expect(stream.audioBytes).toBe(1600)
  })
})

describe('what is heard', () => {
  async function conversation(options: Partial<GoogleRecognizerOptions> = {}) {
    const server = await google()
    const { recognizer, clock } = recognizerAt(server.endpoint, options)
    const heard = new Heard()
    const recognition = recognizer.recognize(request, heard.hear)
    recognition.write(sound(100))
    const stream = await server.nextStream()
    await stream.until(({ audioBytes }) => audioBytes === 1600)
    return { server, recognizer, clock, heard, recognition, stream }
  }

  test('interims of one response are one text, as stable as the least stable', async () => {
    const { heard, stream } = await conversation()
    stream.respond({ text: 'to be', stability: 0.9 }, { text: ' or not', stability: 0.01 })
    await heard.partial('to be or not')
    expect(heard.all[0]).toEqual({ type: 'started' })
    expect((heard.all[1] as { stability: number }).stability).toBeCloseTo(0.01)
  })

  test('speech activity is told before any word', async () => {
    const { heard, stream } = await conversation()
    stream.speechBegins()
    expect(await heard.first(() => true)).toEqual({ type: 'started' })
    stream.respond({ text: 'yes', stability: 0.5 })
    await heard.partial('yes')
    expect(heard.types).toEqual(['started', 'partial'])
  })

  test('partials and the final cover all segments; the confidence is the lowest one', async () => {
    const { heard, recognition, stream } = await conversation()
    stream.respond({ text: 'I want a table.', isFinal: true, confidence: 0.75, endMs: 50 })
    stream.respond({ text: ' For two', stability: 0.5 })
    await heard.partial('I want a table. For two')
    recognition.finish()
    stream.respond({ text: ' For two please.', isFinal: true, confidence: 0.5, endMs: 100 })
    stream.end()
    expect(await heard.end()).toEqual({
      type: 'final',
      text: 'I want a table. For two please.',
      confidence: 0.5,
      language: 'en-us',
    })
  })

  test('a confidence of 0 means that there is none', async () => {
    const { heard, recognition, stream } = await conversation()
    recognition.finish()
    stream.respond({ text: 'hello', isFinal: true })
    stream.end()
    expect(await heard.end()).toMatchObject({ text: 'hello', confidence: null })
  })

  test('an interim that never became final counts at a clean end, without a confidence', async () => {
    const { heard, recognition, stream } = await conversation()
    stream.respond({ text: 'first.', isFinal: true, confidence: 0.75 })
    stream.respond({ text: ' second', stability: 0.9 })
    await heard.partial('first. second')
    recognition.finish()
    stream.end()
    expect(await heard.end()).toMatchObject({ type: 'final', text: 'first. second', confidence: null })
  })

  test('an utterance without sound is nothing, at once', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    const heard = new Heard()
    recognizer.recognize(request, heard.hear).finish()
    expect(heard.all).toEqual([])
    expect(await heard.end()).toEqual({ type: 'nothing' })
  })

  test('nothing comes after the last hearing', async () => {
    const { heard, recognition, stream, clock } = await conversation()
    recognition.finish()
    stream.respond({ text: 'bye', isFinal: true })
    stream.end()
    await heard.end()
    recognition.cancel()
    recognition.finish()
    await clock.advanceAsync(600_000)
    expect(heard.types.filter(type => type !== 'partial')).toEqual(['started', 'final'])
    expect(clock.pending).toBe(0)
  })

  test('a listener that cancels while it is told hears no more', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    const heard: string[] = []
    const recognition = recognizer.recognize(request, hearing => {
      heard.push(hearing.type)
      recognition.cancel()
    })
    recognition.write(sound(100))
    const stream = await server.nextStream()
    stream.respond({ text: 'hello', isFinal: true })
    await stream.until(({ state }) => state === 'cancelled')
    expect(heard).toEqual(['started'])
  })
})

describe('when a stream ends before the caller does', () => {
  async function speaking(clock = new ManualClock()) {
    const server = await google({ sendsHeaders: true })
    const { recognizer } = recognizerAt(server.endpoint, {}, clock)
    const heard = new Heard()
    const recognition = recognizer.recognize(request, heard.hear)
    const stream = await server.nextStream()
    for (let piece = 1; piece <= 5; piece++) recognition.write(sound(100, piece))
    await stream.until(({ audioBytes }) => audioBytes === 8000)
    return { server, clock, heard, recognition, stream }
  }

  test('before Google’s limit a new one takes over with the sound since the last final', async () => {
    const { server, clock, heard, recognition, stream } = await speaking()
    stream.respond({ text: 'one two three.', isFinal: true, endMs: 300 }, { text: ' four', stability: 0.5 })
    await heard.partial('one two three. four')
    clock.advance(240_000)
    await stream.until(({ state }) => state === 'cancelled')
    recognition.write(sound(100, 6))
    const second = await server.nextStream()
    await second.until(({ audioBytes }) => audioBytes === 4800)
    expect(second.config).toEqual(stream.config)
    expect(second.audio.map(piece => piece.readInt16LE(0))).toEqual([4, 5, 6])
    recognition.finish()
    second.respond({ text: 'four five six.', isFinal: true, endMs: 300 })
    second.end()
    expect(await heard.end()).toMatchObject({ type: 'final', text: 'one two three. four five six.' })
    expect(heard.types.filter(type => type === 'started')).toHaveLength(1)
  })

  test('and a third one after that, however the second counts its time', async () => {
    const { server, clock, heard, recognition, stream } = await speaking()
    stream.respond({ text: 'one two three.', isFinal: true, endMs: 300 })
    await heard.partial('one two three.')
    clock.advance(240_000)
    recognition.write(sound(100, 6))
    const second = await server.nextStream()
    await second.until(({ audioBytes }) => audioBytes === 4800)
    second.respond({ text: ' Four.', isFinal: true, endMs: 100 })
    await heard.partial('one two three. Four.')
    clock.advance(240_000)
    recognition.write(sound(100, 7))
    const third = await server.nextStream()
    await third.until(({ audioBytes }) => audioBytes === 4800)
    expect(third.audio.map(piece => piece.readInt16LE(0))).toEqual([5, 6, 7])
  })

  test.each([
    [10, 'Max duration of 5 minutes reached for stream.'],
    [10, 'Stream timed out after receiving no more client requests.'],
    [11, 'Exceeded maximum allowed stream duration of 305 seconds.'],
    [
      11,
      'Audio Timeout Error: Long duration elapsed without audio. Audio should be sent close to real time.',
    ],
  ])('code %i, "%s", is no failure', async (code, details) => {
    const { server, heard, recognition, stream } = await speaking()
    stream.respond({ text: 'one.', isFinal: true, endMs: 100 })
    await heard.partial('one.')
    stream.fail(code, details)
    await stream.until(({ state }) => state === 'over')
    const next = server.nextStream()
    // The end of the stream reaches the client some ticks later; sound that arrives after it opens the new
    // one.
    const feeding = setInterval(() => recognition.write(sound(100, 6)), 1)
    const second = await next
    clearInterval(feeding)
    await second.until(({ audio }) => audio.length >= 5)
    expect(second.audio.slice(0, 4).map(piece => piece.readInt16LE(0))).toEqual([2, 3, 4, 5])
    recognition.finish()
    second.respond({ text: 'two', isFinal: true })
    second.end()
    expect(await heard.end()).toMatchObject({ type: 'final', text: 'one. two' })
  })

  test('the same codes with other texts are failures', async () => {
    const { heard, stream } = await speaking()
    stream.fail(10, 'Something was aborted.')
    expect(await heard.end()).toMatchObject({ type: 'failed', fault: { kind: 'transient' } })
  })

  test('an expiry after the finish gets the sound once more', async () => {
    const { server, heard, recognition, stream } = await speaking()
    recognition.finish()
    await stream.until(({ state }) => state === 'half-closed')
    stream.fail(10, 'Max duration of 5 minutes reached for stream.')
    const second = await server.nextStream()
    await second.until(({ state }) => state === 'half-closed')
    expect(second.audioBytes).toBe(8000)
    second.respond({ text: 'all of it', isFinal: true })
    second.end()
    expect(await heard.end()).toMatchObject({ text: 'all of it' })
  })

  test('a clean end settles what was understood; later sound opens a new stream', async () => {
    const { server, heard, recognition, stream } = await speaking()
    stream.respond({ text: 'one', stability: 0.9 })
    await heard.partial('one')
    stream.end()
    const next = server.nextStream()
    const feeding = setInterval(() => recognition.write(sound(100, 8)), 1)
    const second = await next
    clearInterval(feeding)
    await second.until(({ audioBytes }) => audioBytes > 0)
    expect(second.audio[0]?.readInt16LE(0)).toBe(8)
    recognition.finish()
    second.respond({ text: 'two', isFinal: true })
    second.end()
    expect(await heard.end()).toMatchObject({ text: 'one two' })
  })

  test('a peer that ends every stream without a word fails', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    const heard = new Heard()
    const recognition = recognizer.recognize(request, heard.hear)
    const feeding = setInterval(() => recognition.write(sound(100)), 1)
    cleanUps.push(() => clearInterval(feeding))
    for (let i = 0; i < 4; i++) (await server.nextStream()).end()
    expect(await heard.end()).toMatchObject({ type: 'failed', fault: { kind: 'transient' } })
  })

  test('after more than 30 s without a final the text so far is settled, and old sound is not sent again', async () => {
    const { server, clock, heard, recognition, stream } = await speaking()
    recognition.write(sound(31_000))
    stream.respond({ text: 'very long', stability: 0.9 })
    await heard.partial('very long')
    clock.advance(240_000)
    recognition.write(sound(100, 6))
    const second = await server.nextStream()
    await second.until(({ audioBytes }) => audioBytes > 0)
    expect(second.audioBytes).toBe(1600)
    recognition.finish()
    second.respond({ text: 'story', isFinal: true })
    second.end()
    expect(await heard.end()).toMatchObject({ text: 'very long story' })
  })
})

describe('when Google fails', () => {
  test.each([
    [3, 'permanent'],
    [5, 'permanent'],
    [7, 'permanent'],
    [16, 'permanent'],
    [8, 'busy'],
    [4, 'transient'],
    [13, 'transient'],
    [14, 'transient'],
    [2, 'transient'],
  ] as const)('code %i is %s', async (code, kind) => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    const heard = new Heard()
    recognizer.recognize(request, heard.hear).write(sound(100))
    const stream = await server.nextStream()
    stream.fail(code, 'no')
    expect(await heard.end()).toMatchObject({ type: 'failed', fault: { kind, provider: 'g' } })
  })

  test('sound after a failure goes nowhere, and there is no second failure', async () => {
    const server = await google()
    const { recognizer, clock } = recognizerAt(server.endpoint)
    const heard = new Heard()
    const recognition = recognizer.recognize(request, heard.hear)
    recognition.write(sound(100))
    const stream = await server.nextStream()
    stream.fail(13, 'no')
    await heard.end()
    recognition.write(sound(500))
    recognition.finish()
    await clock.advanceAsync(600_000)
    expect(heard.types).toEqual(['failed'])
    expect(server.streams).toHaveLength(1)
  })

  test('closing the recognizer ends what is open, as a failure', async () => {
    const server = await google({ sendsHeaders: true })
    const { recognizer } = recognizerAt(server.endpoint)
    const heard = new Heard()
    recognizer.recognize(request, heard.hear).write(sound(100))
    const stream = await server.nextStream()
    await recognizer.close()
    await stream.until(({ state }) => state === 'cancelled')
    expect(await heard.end()).toMatchObject({ type: 'failed', fault: { kind: 'transient' } })
    const late = new Heard()
    recognizer.recognize(request, late.hear)
    expect(await late.end()).toMatchObject({ type: 'failed', fault: { kind: 'transient' } })
  })

  test('a refused connection is transient', async () => {
    const server = await google()
    server.stop()
    const heard = new Heard()
    const { recognizer } = recognizerAt(server.endpoint)
    recognizer.recognize(request, heard.hear).write(sound(100))
    expect(await heard.end()).toMatchObject({ type: 'failed', fault: { kind: 'transient' } })
  })

  test('a peer that accepts and never answers fails after the open time-out, counted from the first sound', async () => {
    const mute = await startMuteServer()
    cleanUps.push(mute.stop)
    const { recognizer, clock } = recognizerAt(`127.0.0.1:${mute.port}`, { openTimeoutMs: 2000 })
    const heard = new Heard()
    const recognition = recognizer.recognize(request, heard.hear)
    await waitFor(() => clock.pending > 0) // the stream's age timer: it is open
    clock.advance(10_000)
    recognition.write(sound(100))
    clock.advance(1_999)
    expect(heard.all).toEqual([])
    clock.advance(1)
    expect(heard.last).toMatchObject({ type: 'failed', fault: { kind: 'transient' } })
  })

  test('response headers are an answer', async () => {
    const server = await google({ sendsHeaders: true })
    const { recognizer, clock } = recognizerAt(server.endpoint)
    const heard = new Heard()
    const recognition = recognizer.recognize(request, heard.hear)
    recognition.write(sound(100))
    const stream = await server.nextStream()
    await stream.until(({ audioBytes }) => audioBytes > 0)
    await waitFor(() => clock.pending === 1) // only the age timer is left
    clock.advance(10_000)
    expect(heard.all).toEqual([])
  })

  test('a final that does not come is replaced by what was understood', async () => {
    const server = await google()
    const { recognizer, clock } = recognizerAt(server.endpoint, { finalTimeoutMs: 800 })
    const heard = new Heard()
    const recognition = recognizer.recognize(request, heard.hear)
    recognition.write(sound(100))
    const stream = await server.nextStream()
    stream.respond({ text: 'my name is', stability: 0.9 })
    await heard.partial('my name is')
    recognition.finish()
    clock.advance(800)
    expect(heard.last).toMatchObject({ type: 'final', text: 'my name is', confidence: null })
    await stream.until(({ state }) => state === 'cancelled')
  })

  test('a final that does not come, with nothing understood, is a failure', async () => {
    const server = await google({ sendsHeaders: true })
    const { recognizer, clock } = recognizerAt(server.endpoint, { finalTimeoutMs: 800 })
    const heard = new Heard()
    const recognition = recognizer.recognize(request, heard.hear)
    recognition.write(sound(100))
    await server.nextStream()
    recognition.finish()
    clock.advance(800)
    expect(heard.last).toMatchObject({ type: 'failed', fault: { kind: 'transient' } })
  })
})

describe('cancel', () => {
  test('reaches the peer even from the tick in which the call is opened', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    await recognizer.warmUp()
    for (let microtasks = 0; microtasks < 40; microtasks++) {
      const recognition = recognizer.recognize(request, () => {})
      recognition.write(sound(100))
      // Somewhere among these microtasks the call is opened.
      for (let i = 0; i < microtasks; i++) await Promise.resolve()
      recognition.cancel()
    }
    // One more that lives, so that everything sent before it has arrived.
    const heard = new Heard()
    const last = recognizer.recognize(request, heard.hear)
    last.write(sound(100, 42))
    last.finish()
    const lives = await waitForValue(() =>
      server.streams.find(({ audio }) => audio[0]?.readInt16LE(0) === 42),
    )
    await lives.until(({ state }) => state === 'half-closed')
    lives.end()
    await heard.end()
    await Promise.all(
      server.streams
        .filter(stream => stream !== lives)
        .map(stream => stream.until(({ state }) => state === 'cancelled')),
    )
    expect(heard.types).toEqual(['nothing'])
  })

  test('before the client is ready nothing is opened and nothing is told', async () => {
    const server = await google()
    const { recognizer } = recognizerAt(server.endpoint)
    const heard = new Heard()
    recognizer.recognize(request, heard.hear).cancel()
    const second = recognizer.recognize(request, () => {})
    second.write(sound(100))
    await (await server.nextStream()).until(({ audioBytes }) => audioBytes > 0)
    expect(server.streams).toHaveLength(1)
    expect(heard.all).toEqual([])
  })

  test('leaves no timer behind', async () => {
    const server = await google()
    const { recognizer, clock } = recognizerAt(server.endpoint)
    const recognition = recognizer.recognize(request, () => {})
    recognition.write(sound(100))
    const stream = await server.nextStream()
    await stream.until(({ audioBytes }) => audioBytes > 0)
    recognition.cancel()
    await stream.until(({ state }) => state === 'cancelled')
    expect(clock.pending).toBe(0)
  })
})

describe('connections', () => {
  test('streams beyond what one connection carries get another one', async () => {
    const server = await google({ maxStreamsPerConnection: 3 })
    const { recognizer } = recognizerAt(server.endpoint, { streamsPerConnection: 3 })
    const recognitions = Array.from({ length: 7 }, () => recognizer.recognize(request, () => {}))
    for (let i = 0; i < 7; i++) await server.nextStream()
    expect(server.connections).toBe(3)
    for (const recognition of recognitions) recognition.cancel()
  })

  test('streams that wait because the peer allows no more fail after the open time-out', async () => {
    const server = await google({ maxStreamsPerConnection: 1, sendsHeaders: true })
    const { recognizer, clock } = recognizerAt(server.endpoint, { streamsPerConnection: 5 })
    await recognizer.warmUp()
    const [first, second] = [new Heard(), new Heard()]
    recognizer.recognize(request, first.hear).write(sound(100))
    await server.nextStream()
    recognizer.recognize(request, second.hear).write(sound(100))
    await waitFor(() => clock.pending === 3) // two ages, and the open time-out of the one that waits
    clock.advance(8_000)
    expect(second.last).toMatchObject({ type: 'failed', fault: { kind: 'transient' } })
    expect(first.all).toEqual([])
  })

  test('a connection that did not answer is not used again', async () => {
    const server = await google()
    const { recognizer, clock } = recognizerAt(server.endpoint)
    recognizer.recognize(request, () => {}).write(sound(100))
    const unanswered = await server.nextStream()
    await unanswered.until(({ audioBytes }) => audioBytes > 0)
    clock.advance(8_000)
    await unanswered.until(({ state }) => state === 'cancelled')
    recognizer.recognize(request, () => {}).write(sound(100))
    await server.nextStream()
    expect(server.connections).toBe(2)
  })

  test('warming up connects before the first call', async () => {
    const server = await google()
    const { recognizer, clock } = recognizerAt(server.endpoint)
    await recognizer.warmUp()
    expect(clock.pending).toBe(0)
  })

  test('warming up gives up on a peer that is not there', async () => {
    const { recognizer, clock } = recognizerAt('127.0.0.1:1')
    const warm = recognizer.warmUp()
    const refused = expect(warm).rejects.toMatchObject({ name: 'SpeechFault', kind: 'transient' })
    await waitFor(() => clock.pending > 0)
    clock.advance(5_000)
    await refused
  })
})

async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>(resolve => setImmediate(resolve))
}

async function waitForValue<T>(find: () => T | undefined): Promise<T> {
  for (;;) {
    const found = find()
    if (found !== undefined) return found
    await new Promise<void>(resolve => setImmediate(resolve))
  }
}
