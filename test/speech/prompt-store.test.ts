import { beforeEach, describe, expect, test } from 'vitest'
import { decodeWav, encodeWav } from '../../src/audio/wav.ts'
import { PromptStore } from '../../src/speech/prompt-store.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import { faultOf, ScriptedSynthesizer } from './scripted-speech.ts'

const hello = { text: 'Hello.', language: 'en-US', voice: 'Nora' }
const never = new AbortController().signal
const settled = () => new Promise<void>(resolve => setImmediate(resolve))
const folder = '/state/prompts'
const HEADER = 44

let clock: ManualClock
let files: MemoryFiles
let synthesizer: ScriptedSynthesizer

beforeEach(() => {
  clock = new ManualClock()
  files = new MemoryFiles(clock)
  synthesizer = new ScriptedSynthesizer('s', 800)
})

function open(mostBytes = 1_000_000): Promise<PromptStore> {
  return PromptStore.open({ folder, mostBytes, synthesizer, files, clock })
}

describe('a prompt', () => {
  test('is made once and then found, also by the next process', async () => {
    const store = await open()
    const prompt = await store.get(hello, never)
    expect(prompt.durationMs).toBe(100)
    expect(decodeWav(files.bytesOf(prompt.path))).toMatchObject({ sampleRate: 8000, channels: 1 })
    expect(await store.get(hello, never)).toEqual(prompt)
    expect(await (await open()).get(hello, never)).toEqual(prompt)
    expect(synthesizer.asked).toHaveLength(1)
  })

  test('of any other text, language, voice or setting is another one', async () => {
    const store = await open()
    await store.get(hello, never)
    await store.get({ ...hello, text: 'Hello!' }, never)
    await store.get({ ...hello, language: 'en-GB' }, never)
    await store.get({ ...hello, voice: 'Otto' }, never)
    await store.get({ ...hello, voice: 'Nor', text: 'aHello.' }, never)
    synthesizer.settings = 'faster'
    await store.get(hello, never)
    expect(store.size.files).toBe(6)
  })

  test('made at another rate is brought to 8000', async () => {
    const store = await open()
    synthesizer.always = undefined
    const prompt = store.get(hello, never)
    await settled()
    synthesizer.last.answer({ samples: new Int16Array(2400), sampleRate: 24_000 })
    const { path, durationMs } = await prompt
    expect(durationMs).toBe(100)
    expect(files.bytesOf(path)).toHaveLength(HEADER + 1600)
  })

  test('is spoken without the marks of markdown', async () => {
    const store = await open()
    await store.get({ ...hello, text: '**Hello.**' }, never)
    await store.get(hello, never)
    expect(synthesizer.asked.map(({ request }) => request.text)).toEqual(['Hello.'])
  })

  test('in which nothing can be pronounced is a short silence, and nobody is asked', async () => {
    const { durationMs } = await (await open()).get({ ...hello, text: '… ** —' }, never)
    expect(durationMs).toBe(20)
    expect(synthesizer.asked).toHaveLength(0)
  })

  test('spoken by a stand-in is not kept as the voice that was asked for', async () => {
    const store = await open()
    synthesizer.always = undefined
    const prompt = store.get(hello, never)
    await settled()
    synthesizer.last.answer({ settings: 'of the stand-in' })
    await prompt
    synthesizer.always = 100
    expect((await store.get(hello, never)).path).not.toBe((await prompt).path)
    synthesizer.settings = 'of the stand-in'
    expect((await store.get(hello, never)).path).toBe((await prompt).path)
  })

  test('that the provider could not make is asked for again next time', async () => {
    const store = await open()
    synthesizer.always = faultOf('s', 'busy')
    await expect(store.get(hello, never)).rejects.toMatchObject({ kind: 'busy' })
    synthesizer.always = 0
    await expect(store.get(hello, never)).rejects.toMatchObject({ name: 'SpeechFault' })
    synthesizer.always = 100
    await expect(store.get(hello, never)).resolves.toBeDefined()
  })
})

describe('asked for twice at once', () => {
  test('it is made once', async () => {
    const store = await open()
    synthesizer.always = undefined
    const both = [store.get(hello, never), store.get(hello, never)]
    await settled()
    synthesizer.last.answer()
    const [first, second] = await Promise.all(both)
    expect(first).toEqual(second)
    expect(synthesizer.asked).toHaveLength(1)
  })

  test('one who leaves does not take it from the other', async () => {
    const store = await open()
    synthesizer.always = undefined
    const leaving = new AbortController()
    const [left, stays] = [store.get(hello, leaving.signal), store.get(hello, never)]
    await settled()
    leaving.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    expect(synthesizer.last.signal.aborted).toBe(false)
    synthesizer.last.answer()
    await expect(stays).resolves.toMatchObject({ durationMs: 100 })
  })

  test('when all have left it is given up, and the next one begins anew', async () => {
    const store = await open()
    synthesizer.always = undefined
    const leaving = new AbortController()
    const both = [store.get(hello, leaving.signal), store.get(hello, leaving.signal)]
    await settled()
    leaving.abort(new Error('gone'))
    await Promise.allSettled(both)
    expect(synthesizer.last.signal.aborted).toBe(true)
    const again = store.get(hello, never)
    await settled()
    expect(synthesizer.asked).toHaveLength(2)
    synthesizer.last.answer()
    await expect(again).resolves.toBeDefined()
  })
})

describe('a file that is no good', () => {
  async function secondTime(spoil: (path: string) => void): Promise<void> {
    const { path } = await (await open()).get(hello, never)
    spoil(path)
    const prompt = await (await open()).get(hello, never)
    expect(prompt).toEqual({ path, durationMs: 100 })
    expect(files.bytesOf(path)).toHaveLength(HEADER + 1600)
    expect(synthesizer.asked).toHaveLength(2)
  }

  test('because it is cut short is made anew', () => secondTime(path => files.truncate(path, 1000)))
  test('because it is empty is made anew', () => secondTime(path => files.truncate(path, 0)))
  test('because its header is spoilt is made anew', () =>
    secondTime(path => files.patch(path, Buffer.from('JUNK'), 0)))
  test('because it cannot be read is made anew', () => secondTime(path => files.failNext(path, 'EIO')))

  test('because somebody removed it under our hands is made anew', async () => {
    const store = await open()
    const { path } = await store.get(hello, never)
    files.remove(path)
    await store.get(hello, never)
    expect(files.has(path)).toBe(true)
    expect(store.size).toEqual({ files: 1, bytes: HEADER + 1600 })
  })

  test('because the switch could not play it is made anew', async () => {
    const store = await open()
    await store.forget(await store.get(hello, never))
    expect(store.size).toEqual({ files: 0, bytes: 0 })
    await store.get(hello, never)
    expect(synthesizer.asked).toHaveLength(2)
  })

  test('because somebody removed the whole folder is made anew, and so is the folder', async () => {
    const store = await open()
    files.failNext('writeFile', 'ENOENT')
    expect(await store.get(hello, never)).toMatchObject({ durationMs: 100 })
  })

  test('because a write was killed is removed; what is not ours stays', async () => {
    files.grow(`${folder}/abc.wav.123.part`, Buffer.alloc(10))
    files.grow(`${folder}/notes.txt`, Buffer.alloc(10))
    expect((await open()).size.files).toBe(0)
    expect(files.paths()).toEqual([`${folder}/notes.txt`])
  })
})

describe('room', () => {
  const size = HEADER + 1600
  const sentence = (text: string) => ({ ...hello, text })

  test('the longest unused goes first', async () => {
    const store = await open(2 * size)
    const [one, two] = [await store.get(sentence('one'), never), await store.get(sentence('two'), never)]
    clock.advance(300_000)
    await store.get(sentence('one'), never)
    await store.get(sentence('three'), never)
    expect(files.has(one.path)).toBe(true)
    expect(files.has(two.path)).toBe(false)
    expect(store.size).toEqual({ files: 2, bytes: 2 * size })
  })

  test('what may still be playing stays, even beyond the limit', async () => {
    const store = await open(size)
    const one = await store.get(sentence('one'), never)
    clock.advance(299_999)
    const two = await store.get(sentence('two'), never)
    expect(files.has(one.path)).toBe(true)
    clock.advance(1)
    await store.get(sentence('three'), never)
    expect(files.has(one.path)).toBe(false)
    expect(files.has(two.path)).toBe(true)
  })

  test('the next process keeps the limit, but not against a call that goes on', async () => {
    const first = await open()
    const one = await first.get(sentence('one'), never)
    clock.advance(1_000_000)
    await first.get(sentence('two'), never)
    const store = await open(2 * size)
    expect(store.size.bytes).toBe(2 * size)
    await store.get(sentence('three'), never)
    expect(files.has(one.path)).toBe(true)
    clock.advance(300_000)
    await store.get(sentence('four'), never)
    expect(files.has(one.path)).toBe(false)
  })

  test('a full disk is helped by what is kept here, once', async () => {
    const store = await open()
    const old = await store.get(sentence('old'), never)
    clock.advance(300_000)
    files.failNext('writeFile', 'ENOSPC')
    await expect(store.get(sentence('new'), never)).resolves.toBeDefined()
    expect(files.has(old.path)).toBe(false)
    files.failNext('writeFile', 'ENOSPC', 2)
    await expect(store.get(sentence('more'), never)).rejects.toMatchObject({
      name: 'SpeechFault',
      kind: 'transient',
      message: 'prompt store: the disk is full',
    })
  })

  test('a foreign file at another rate under one of our names is not played', async () => {
    const { path } = await (await open()).get(hello, never)
    await files.writeFile(path, encodeWav(new Int16Array(800), 16_000))
    await (await open()).get(hello, never)
    expect(decodeWav(files.bytesOf(path)).sampleRate).toBe(8000)
  })
})
