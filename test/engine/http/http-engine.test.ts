// The protocol against real servers: what is posted, and how each kind of answer is acted upon.

import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Directive, type Input, openExpectation } from '../../../src/engine/engine.ts'
import { digits, someCall, speech } from '../conversing.ts'
import { engineAt, talking } from './fixture.ts'
import { actions, answer, type Handler, until } from './scripted-server.ts'

const say = (text: string) => ({ type: 'say', text, interruptible: true, language: null, voice: null })
const nothing: Handler = response => response.writeHead(204).end()

describe('a request', () => {
  const heard = { text: 'Hello', ms: 700, complete: false }
  const inputs: [Input, object][] = [
    [{ type: 'start' }, { type: 'start' }],
    [
      { ...speech('Grüß Gott'), heard },
      {
        type: 'input',
        input: { text: 'Grüß Gott', confidence: 0.9, language: null, durationMs: 900 },
        heard,
      },
    ],
    [digits('12#'), { type: 'input', input: { digits: '12#' } }],
    [
      { type: 'silence', count: 2, ms: 5_000 },
      { type: 'silence', silence: { count: 2, ms: 5_000 } },
    ],
    [
      { type: 'transfer', to: 'sales', outcome: 'busy', cause: 'USER_BUSY' },
      { type: 'transfer', transfer: { to: 'sales', outcome: 'busy', cause: 'USER_BUSY' } },
    ],
    [
      { type: 'resume', history: [{ who: 'caller', text: 'hi', atMs: 0 }] },
      { type: 'resume', history: [{ who: 'caller', text: 'hi', at: '1970-01-01T00:00:00.000Z' }] },
    ],
  ]

  test.each(inputs)('tells of %o', async (input, posted) => {
    const { server, directives } = await talking(nothing)
    expect(await directives(input, 3)).toEqual([])
    const { startedAtMs: _, ...call } = someCall
    expect(server.asked.map(({ body }) => body)).toEqual([
      {
        version: 1,
        call: { ...call, startedAt: '2026-01-02T03:04:05.000Z' },
        turn: 3,
        session: {},
        ...posted,
      },
    ])
  })

  test('is signed over the moment and the raw body when there is a secret', async () => {
    const { server, directives } = await talking(nothing, { secret: 'hush' })
    await directives(speech('Grüße'))
    const [asked] = server.asked
    const seconds = Date.UTC(2026, 0, 1) / 1_000
    const digest = createHmac('sha256', 'hush').update(`${seconds}.${asked?.raw}`).digest('hex')
    expect(asked?.headers['x-parley-signature']).toBe(`t=${seconds},v1=${digest}`)
  })

  test('is not signed without a secret', async () => {
    const { server, directives } = await talking(nothing)
    await directives()
    expect(server.asked[0]?.headers).not.toHaveProperty('x-parley-signature')
  })

  test('uses the connection of the one before', async () => {
    const { server, directives } = await talking((response, asked) =>
      (asked.body.turn === 0 ? nothing : actions({ type: 'end' }))(response, asked),
    )
    for (const turn of [0, 1, 2]) await directives({ type: 'start' }, turn)
    expect(server.connections).toBe(1)
  })

  test('has a connection ready when the caller has begun to speak', async () => {
    const { server, engine, conversation, directives } = await talking(actions({ type: 'say', text: 'a' }))
    expect(engine.isWarm).toBe(false)
    conversation.warm?.()
    conversation.warm?.()
    await until(() => engine.isWarm)
    conversation.warm?.()
    await directives()
    expect(server).toMatchObject({ connections: 1, options: 1 })
  })

  test('has its session kept, and goes on with one that was kept', async () => {
    const kept: object[] = []
    const link = { session: { step: 7 }, keep: (session: object) => void kept.push(session) }
    const { server, directives } = await talking(
      actions({ type: 'session', session: { step: 8 } }, { type: 'say', text: 'a' }),
      {},
      link,
    )
    await directives()
    await directives()
    expect(server.asked.map(({ body }) => body.session)).toEqual([{ step: 7 }, { step: 8 }])
    expect(kept).toEqual([{ step: 8 }, { step: 8 }])
  })

  test('carries the session the server set last', async () => {
    const { server, directives } = await talking((response, asked) => {
      const turn = Number(asked.body.turn)
      if (turn === 2) nothing(response, asked)
      else
        actions({ type: 'session', session: { seen: turn, list: [1] } }, { type: 'say', text: 'a' })(
          response,
          asked,
        )
    })
    for (const turn of [0, 1, 2, 3]) await directives({ type: 'start' }, turn)
    const seen = (turn: number) => ({ seen: turn, list: [1] })
    expect(server.asked.map(({ body }) => body.session)).toEqual([{}, seen(0), seen(1), seen(1)])
  })

  test('goes to web addresses only', () => {
    for (const url of ['ftp://host/', 'file:///etc/passwd', 'engine', '']) {
      expect(() => engineAt(url)).toThrow(TypeError)
    }
  })
})

describe('an answer', () => {
  test('gives a directive for each action; fields nobody knows are ignored', async () => {
    const { directives } = await talking(
      actions(
        { type: 'say', text: 'Hi.', mood: 'glad' },
        { type: 'say', text: '', language: 'de', voice: 'eva', interruptible: false },
        { type: 'play', file: 'a/b.wav' },
        { type: 'listen' },
        {
          type: 'listen',
          expect: 'digits',
          hints: ['x'],
          numDigits: 4,
          finishOnKey: '#',
          timeoutMs: 1,
          endOfTurnMs: 2,
          confidential: true,
        },
        { type: 'transfer', to: 'sales', way: 'warm', announce: 'One moment.' },
        { type: 'digits', digits: '12#' },
        { type: 'language', language: 'fr' },
        { type: 'end' },
      ),
    )
    expect(await directives()).toEqual([
      say('Hi.'),
      { type: 'say', text: '', language: 'de', voice: 'eva', interruptible: false },
      { type: 'play', file: 'a/b.wav', interruptible: true },
      { type: 'listen', expectation: openExpectation },
      {
        type: 'listen',
        expectation: {
          expect: 'digits',
          hints: ['x'],
          numDigits: 4,
          finishOnKey: '#',
          validDigits: null,
          timeoutMs: 1,
          endOfTurnMs: 2,
          confidential: true,
        },
      },
      { type: 'transfer', to: 'sales', announce: 'One moment.' },
      { type: 'digits', digits: '12#' },
      { type: 'language', language: 'fr', voice: null },
      { type: 'end', reason: 'done' },
    ])
  })

  test.each([
    ['application/x-ndjson', (text: string) => `{"type":"say","text":"${text}"}\n`],
    ['text/event-stream', (text: string) => `data: {"type":"say","text":"${text}"}\n\n`],
  ])('in %s is acted upon as it arrives, though cut inside a character', async (contentType, one) => {
    let goOn = () => {}
    const { ask } = await talking(response => {
      const bytes = Buffer.from(one('Erst.') + one('Grüße.'))
      const cut = bytes.indexOf('ü') + 1
      response.writeHead(200, { 'content-type': contentType }).write(bytes.subarray(0, cut))
      goOn = () => response.end(bytes.subarray(cut))
    })
    const iterator = ask({ type: 'start' })[Symbol.asyncIterator]()
    expect(await iterator.next()).toEqual({ done: false, value: say('Erst.') })
    goOn()
    expect(await iterator.next()).toEqual({ done: false, value: say('Grüße.') })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  const manySays = (count: number) =>
    actions(...Array.from({ length: count }, () => ({ type: 'say', text: 'a' })))

  test('may have 64 actions and texts of 4,000 characters', async () => {
    expect(await (await talking(manySays(64))).directives()).toHaveLength(64)
    const long = 'x'.repeat(4_000)
    expect(await (await talking(actions({ type: 'say', text: long }))).directives()).toEqual([say(long)])
  })

  const longSays = (count: number) =>
    Array.from({ length: count }, () => ({ type: 'say', text: 'x'.repeat(4_000) }))

  test.each([
    ['says', { type: 'say', text: 'x' }],
    ['announcements', { type: 'transfer', to: 'sales', announce: 'x' }],
  ])('may have 20,000 characters of text in all, %s included', async (_, more) => {
    const full = await talking(actions(...longSays(5), { type: 'listen' }))
    expect(await full.directives()).toHaveLength(6)
    const { ask } = await talking(actions(...longSays(5), more))
    const taken: Directive[] = []
    const taking = (async () => {
      for await (const directive of ask({ type: 'start' })) taken.push(directive)
    })()
    await expect(taking).rejects.toMatchObject({ name: 'EngineFault', kind: 'nonsense' })
    expect(taken).toHaveLength(5)
  })

  test.each<[string, Handler]>([
    ['65 actions', manySays(65)],
    ['a text of 4,001 characters', actions({ type: 'say', text: 'x'.repeat(4_001) })],
    ['more than 1 MiB', answer(`{"actions":[],"x":"${'x'.repeat(1_048_576)}"}`)],
    ['endless white space', answer('\n'.repeat(1_048_577), 'application/x-ndjson')],
    ['half a JSON', answer('{"actions":[{"type":"say"')],
    ['a JSON without actions', answer('{"say":"hi"}')],
    ['null', answer('null')],
    ['a line that is no JSON', answer('hello\n', 'application/x-ndjson')],
    ['an event that is no JSON', answer('data: hello\n\n', 'text/event-stream')],
    ['an action without a type', actions({ text: 'hi' })],
    ['an action of an unknown type', actions({ type: 'dance' })],
    ['a sound above the folder', actions({ type: 'play', file: 'a/../../b.wav' })],
    ['a sound of the root', actions({ type: 'play', file: '/etc/b.wav' })],
    ['a sound from the web', actions({ type: 'play', file: 'http://host/b.wav' })],
    ['a sound by its address', actions({ type: 'play', url: 'http://host/b.wav' })],
    ['a session that is a list', actions({ type: 'session', session: [1] })],
    ['a session that is huge', actions({ type: 'session', session: { a: 'x'.repeat(70_000) } })],
    [
      'a session deeper than any stack',
      answer(`{"actions":[{"type":"session","session":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}]}`),
    ],
    ['no content type', response => response.writeHead(200).end('{"actions":[]}')],
    ['a page', answer('<html>', 'text/html')],
    ['nothing at all', answer('')],
    [
      'what is no UTF-8',
      answer(Buffer.from('{"actions":[{"type":"say","text":"Gr\u00fc\u00dfe"}]}', 'latin1')),
    ],
  ])('of %s is nonsense', async (_, handler) => {
    const { directives } = await talking(handler)
    await expect(directives()).rejects.toMatchObject({
      name: 'EngineFault',
      engine: 'shop',
      kind: 'nonsense',
    })
  })

  test('that is nonsense keeps its words to itself', async () => {
    const { directives } = await talking(answer('{"actions":[{"type":"say","text":"secret"'))
    const fault = await directives().catch((error: Error) => error)
    expect(JSON.stringify([String(fault), String((fault as Error).cause)])).not.toContain('secret')
  })

  test.each([301, 302, 307, 400, 401, 404, 429, 500, 503])(
    'with status %i is a refusal, asked once',
    async status => {
      const { server, directives } = await talking(response =>
        response
          .writeHead(status, { location: '/other', 'content-type': 'application/json' })
          .end('{"actions":[]}'),
      )
      await expect(directives()).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringContaining(`${status}`),
      })
      expect(server.asked).toHaveLength(1)
    },
  )
})

describe('a report', () => {
  test('is posted without anybody waiting, and its answer is ignored', async () => {
    const { server, conversation, engine } = await talking(answer('<html>', 'text/html'))
    conversation.report({ type: 'interrupted', heard: { text: 'He', ms: 90, complete: false } }, 2)
    conversation.report({ type: 'ended', by: 'caller', reason: 'hung up', durationMs: 5_000 }, 3)
    await engine.close()
    const posted = server.asked.map(({ body: { type, turn, heard, ending } }) => ({
      type,
      turn,
      heard,
      ending,
    }))
    expect(posted).toHaveLength(2)
    expect(posted).toContainEqual({
      type: 'interrupt',
      turn: 2,
      heard: { text: 'He', ms: 90, complete: false },
    })
    expect(posted).toContainEqual({
      type: 'end',
      turn: 3,
      ending: { by: 'caller', reason: 'hung up', durationMs: 5_000 },
    })
    expect(engine.failedReports).toBe(0)
  })

  test('that fails is counted and logged without its words', async () => {
    const { conversation, engine, lines } = await talking(answer('secret', 'text/plain', 500))
    conversation.report({ type: 'interrupted', heard: { text: 'secret', ms: 1, complete: true } }, 1)
    await engine.close()
    expect(engine.failedReports).toBe(1)
    expect(lines).toMatchObject([
      { fields: { kind: 'refused', failures: 1 }, message: 'engine did not take a report' },
    ])
    expect(JSON.stringify(lines)).not.toContain('secret')
  })

  test('is dropped and counted when 64 are on their way', async () => {
    const held: (() => void)[] = []
    const { server, conversation, engine } = await talking(response =>
      held.push(() => response.writeHead(204).end()),
    )
    for (let turn = 0; turn < 66; turn++) {
      conversation.report({ type: 'ended', by: 'caller', reason: '', durationMs: 0 }, turn)
    }
    expect(engine.failedReports).toBe(2)
    await until(() => server.asked.length === 64)
    for (const release of held) release()
    await engine.close()
    expect(engine.failedReports).toBe(2)
  })
})
