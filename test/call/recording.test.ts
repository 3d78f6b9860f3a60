// Recordings that are kept, in whole calls on the embedded switch: who is in them, from when on, and what must never be.

import { describe, expect, test } from 'vitest'
import { Keeper } from '../../src/call/keeper.ts'
import type { RecordingSettings } from '../../src/call/profile.ts'
import { type Directive, type Input, openExpectation } from '../../src/engine/engine.ts'
import { silentLog } from '../../src/lib/log.ts'
import { type Leg, PbxError, type Recording } from '../../src/pbx/pbx.ts'
import { desksOfTests } from '../desks.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import { hum, listenFor, say } from '../fakes/providers.ts'
import { Voice } from '../fakes/voice.ts'
import type { Desk, DeskOptions } from '../harness.ts'

const voice = await Voice.load()
const openAny = desksOfTests(desk => desk.files.makeFolder('/kept'))

function openDesk(recording: Partial<RecordingSettings>, options: DeskOptions = {}): Desk {
  const kept = { keep: true, dir: '/kept', consent: '', maskPbx: false, ...recording }
  return openAny({ ...options, profile: { ...options.profile, recording: kept } })
}

const GREETING = 'What can I do for you?'
const CONSENT = 'This call is recorded.'
const CARD_QUESTION = 'Please key in the number of your card.'
const THANKS = 'Thank you, that is paid.'
/** Not in any time, id or number that a test writes. */
const CARD = '4929118273645546'
const card = { ...openExpectation, expect: 'digits', numDigits: CARD.length, confidential: true } as const

/** Asks for a card at once, and thanks for it. */
function cashier(input: Input): Directive[] {
  if (input.type === 'start') return [say(CARD_QUESTION), listenFor(card)]
  if (input.type === 'digits') return [say(THANKS), listenFor({})]
  return []
}

interface Stereo {
  left: Int16Array
  right: Int16Array
}

function stereo(desk: Desk, path: string): Stereo {
  const bytes = desk.files.bytesOf(path)
  expect(bytes.readUInt16LE(22), 'channels').toBe(2)
  expect(bytes.readUInt32LE(24), 'samples a second').toBe(8_000)
  const frames = Math.floor((bytes.length - 44) / 4)
  const side = (at: number) =>
    Int16Array.from({ length: frames }, (_, i) => bytes.readInt16LE(44 + i * 4 + at))
  return { left: side(0), right: side(2) }
}

/** Milliseconds in which something is to be heard, as [from, to], gaps of less than 100 ms included. */
function audible(samples: Int16Array): [number, number][] {
  const spans: [number, number][] = []
  samples.forEach((sample, i) => {
    if (Math.abs(sample) < 200) return
    const ms = i / 8
    const last = spans.at(-1)
    if (last && ms - last[1] < 100) last[1] = ms
    else spans.push([ms, ms])
  })
  return spans
}

const ofType = (desk: Desk, caller: Caller, type: string) =>
  desk.journal(caller).filter(one => one.type === type)
const keptPaths = (desk: Desk) =>
  desk.files
    .paths()
    .filter(path => path.startsWith('/kept/'))
    .sort()

async function goodbye(desk: Desk, caller: Caller): Promise<void> {
  caller.hangsUp()
  await desk.passing(caller.callIsOver())
  await desk.clock.advanceAsync(1_000)
}

/** Every byte that tells of the call: its journal, and the log with everything in it. */
function written(desk: Desk, caller: Caller): string {
  const journal = desk.files.bytesOf(`/journals/${caller.id}.journal`).toString('latin1')
  return journal + JSON.stringify(desk.log, (_, value) => (value instanceof Error ? `${value.stack}` : value))
}

describe('a kept recording', () => {
  test('has the caller on the left and the assistant on the right, and stays', async () => {
    const desk = openDesk({})
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.hearsSilence({ ms: 500 }))
    await desk.passing(caller.says(hum(800)))
    await goodbye(desk, caller)
    const path = `/kept/${caller.id}.wav`
    expect(keptPaths(desk)).toEqual([path])
    const { left, right } = stereo(desk, path)
    const [greeting] = audible(right)
    const [spoken] = audible(left)
    expect(greeting).toBeDefined()
    expect(spoken).toBeDefined()
    expect((spoken?.[0] ?? 0) - (greeting?.[1] ?? 0), 'one after the other').toBeGreaterThan(400)
    expect(Math.abs((spoken?.[1] ?? 0) - (spoken?.[0] ?? 0) - 800)).toBeLessThan(60)
    expect(ofType(desk, caller, 'recordingKept')).toMatchObject([{ path }])
  })

  test('is not made where the profile does not ask for it', async () => {
    const desk = openDesk({ keep: false, consent: CONSENT })
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await goodbye(desk, caller)
    expect(keptPaths(desk)).toEqual([])
    expect(desk.heardBy(caller)).toEqual([GREETING])
  })

  test('begins only when the caller has heard to its end that they are recorded', async () => {
    const desk = openDesk({ consent: CONSENT })
    const caller = await desk.call()
    await desk.hears(caller, CONSENT)
    await desk.passing(caller.says(hum(300)))
    expect(keptPaths(desk), 'while it is said').toEqual([])
    await desk.hears(caller, GREETING)
    await goodbye(desk, caller)
    expect(desk.heardBy(caller)).toEqual([CONSENT, GREETING])
    expect(caller.plays[0]).toMatchObject({ how: 'done' })
    const [kept] = ofType(desk, caller, 'recordingKept')
    const [consent] = ofType(desk, caller, 'promptSpoken')
    expect(consent).toMatchObject({ text: CONSENT, how: 'completed' })
    expect(kept?.atMs).toBeGreaterThanOrEqual(consent?.atMs ?? Number.NaN)
    const { right } = stereo(desk, `/kept/${caller.id}.wav`)
    expect(audible(right).length, 'only the greeting is in it').toBe(1)
    expect(desk.engine.inputs.map(({ type }) => type)).toEqual(['start'])
  })

  test('is not made of a caller who leaves before they were told, nor of one who is sent to people', async () => {
    const desk = openDesk({ consent: CONSENT })
    const first = await desk.call()
    await desk.hears(first, CONSENT)
    await goodbye(desk, first)
    const second = await desk.call()
    await desk.hears(second, CONSENT)
    await desk.passing(second.presses('0'))
    await desk.passing(second.isSentToPeople())
    await goodbye(desk, second)
    expect(keptPaths(desk)).toEqual([])
  })

  test('is not made when no voice can say so, and the call goes on', async () => {
    const desk = openDesk({ consent: CONSENT })
    desk.prompts.fails = text => text === CONSENT
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await goodbye(desk, caller)
    expect(keptPaths(desk)).toEqual([])
  })

  test('that cannot be written does not harm the call', async () => {
    const desk = openDesk({}, { pbx: { faults: { unwritable: path => path.startsWith('/kept/') } } })
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.says(caller, 'hello')
    await desk.clock.advanceAsync(2_000)
    expect(desk.engine.inputs.map(({ type }) => type)).toEqual(['start', 'speech'])
    expect(ofType(desk, caller, 'recordingFailed')).toHaveLength(1)
    expect(desk.log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      'the call is not recorded',
    ])
    await goodbye(desk, caller)
  })

  test('has stopped when the caller meets people', async () => {
    const desk = openDesk({})
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.presses('0'))
    await desk.passing(caller.isSentToPeople())
    expect(caller.recordings).toEqual([])
    const before = desk.files.bytesOf(`/kept/${caller.id}.wav`).length
    await desk.clock.advanceAsync(2_000)
    expect(desk.files.bytesOf(`/kept/${caller.id}.wav`).length).toBe(before)
    await goodbye(desk, caller)
  })

  test('goes on in a second file when the way to people is closed', async () => {
    const desk = openDesk({}, { profile: { people: null } })
    const caller = await desk.call({ variables: { parley_fallback: 'no;number' } })
    await desk.hears(caller, GREETING)
    await desk.passing(caller.presses('0'))
    await desk.hears(caller, 'Nobody is there.')
    await goodbye(desk, caller)
    const paths = ofType(desk, caller, 'recordingKept').map(({ path }) => path)
    expect(paths).toHaveLength(2)
    expect(paths.sort()).toEqual(keptPaths(desk))
  })

  test('of an earlier process is not written over', async () => {
    const desk = openDesk({})
    await desk.files.writeFile('/kept/twice.wav', Buffer.from('what was said before'))
    const caller = await desk.call({ id: 'twice' })
    await desk.hears(caller, GREETING)
    await goodbye(desk, caller)
    expect(desk.files.bytesOf('/kept/twice.wav').toString()).toBe('what was said before')
    expect(keptPaths(desk)).toEqual([expect.stringMatching(/^\/kept\/twice-\d+\.wav$/), '/kept/twice.wav'])
  })
})

/** Presses quickly, as people do who know a number by heart. */
const presses = (desk: Desk, caller: Caller, digits: string) =>
  desk.passing(caller.presses(digits, { keyMs: 40, gapMs: 40 }))

describe('what belongs to a secret', () => {
  test('is one also when it is keyed again while the engine still thinks', async () => {
    const desk = openDesk({})
    desk.engine.answer = async function* (input) {
      if (input.type !== 'start') await new Promise<void>(resolve => desk.clock.after(4_000, resolve))
      yield* cashier(input)
    }
    const caller = await desk.call()
    await desk.hears(caller, CARD_QUESTION)
    await presses(desk, caller, CARD)
    await presses(desk, caller, CARD)
    await desk.hears(caller, THANKS)
    await desk.clock.advanceAsync(3_000)
    expect(desk.engine.inputs.filter(({ type }) => type === 'digits')).toHaveLength(1)
    expect(written(desk, caller)).not.toContain(CARD)
    caller.hangsUp()
  })

  test('is one also when the engine gives up on it while it is keyed', async () => {
    const desk = openDesk({})
    desk.engine.answer = async function* (input) {
      if (input.type === 'start') return yield* cashier(input)
      if (input.type !== 'silence') return
      await new Promise<void>(resolve => desk.clock.after(3_000, resolve))
      yield listenFor({})
      yield say('Never mind then.', false)
    }
    const caller = await desk.call()
    await desk.hears(caller, CARD_QUESTION)
    await desk.passing(caller.until(() => desk.engine.inputs.some(({ type }) => type === 'silence')))
    await presses(desk, caller, CARD.slice(0, 8))
    await desk.hears(caller, 'Never mind then.')
    await desk.clock.advanceAsync(4_000)
    expect(written(desk, caller)).not.toContain(CARD.slice(0, 8))
    expect(desk.engine.inputs.some(({ type }) => type === 'digits')).toBe(false)
    caller.hangsUp()
  })

  test('are also the digits that the engine would accept', async () => {
    const desk = openDesk({})
    desk.engine.answer = input =>
      input.type === 'start'
        ? [say('Your PIN?'), listenFor({ expect: 'digits', validDigits: ['4711083'], confidential: true })]
        : []
    const caller = await desk.call()
    await desk.hears(caller, 'Your PIN?')
    await presses(desk, caller, '4711083')
    await desk.clock.advanceAsync(1_000)
    expect(desk.engine.inputs).toContainEqual(expect.objectContaining({ type: 'digits', digits: '4711083' }))
    expect(written(desk, caller)).not.toContain('4711083')
    caller.hangsUp()
  })
})

describe('while the caller holds us', () => {
  test('a consent that no voice can speak is none', async () => {
    const desk = openDesk({ consent: CONSENT })
    desk.prompts.delayMs = 1_000
    desk.prompts.fails = text => text === CONSENT
    const caller = await desk.call()
    await desk.clock.advanceAsync(200)
    caller.holds()
    await desk.clock.advanceAsync(2_000)
    caller.unholds()
    await desk.hears(caller, GREETING)
    await goodbye(desk, caller)
    expect(desk.files.paths().filter(path => path.startsWith('/kept/'))).toEqual([])
  })

  test('an announcement that no voice can speak does not change where they go', async () => {
    const desk = openDesk({})
    desk.prompts.delayMs = 1_000
    desk.prompts.fails = text => text.includes('connect')
    desk.engine.answer = () => [{ type: 'transfer', to: 'sales', announce: 'I connect you.' }]
    const caller = await desk.call()
    await desk.clock.advanceAsync(200)
    caller.holds()
    expect(await desk.passing(caller.isSentToPeople())).toMatchObject({ number: '3000' })
    caller.hangsUp()
  })

  test('the end of the process sends them where they were going', async () => {
    const desk = openDesk({})
    desk.engine.answer = () => [{ type: 'transfer', to: 'sales', announce: 'I connect you.' }]
    const caller = await desk.call()
    await desk.hears(caller, 'I connect you.')
    caller.holds()
    await desk.clock.advanceAsync(100)
    await desk.passing(desk.calls.suspend())
    expect(caller.place).toMatchObject({ at: 'people', number: '3000' })
    caller.hangsUp()
  })
})

test('a recording to keep that begins too late leaves nothing untold', async () => {
  let started = 0
  const event = ({ name }: { name: string }) => (name === 'RECORD_START' && ++started === 2 ? 'drop' : 'pass')
  const desk = openDesk({}, { pbx: { faults: { event } } })
  const caller = await desk.call()
  await desk.hears(caller, GREETING)
  await desk.clock.advanceAsync(4_000)
  expect(desk.journal(caller).map(({ type }) => type)).toContain('recordingFailed')
  expect(desk.files.paths().filter(path => path.startsWith('/kept/'))).toEqual([])
  caller.hangsUp()
})

describe('while the caller keys what is confidential', () => {
  test('both sides of the recording are silent, from before the first key until the engine has answered', async () => {
    const desk = openDesk({})
    desk.engine.answer = cashier
    const caller = await desk.call()
    await desk.hears(caller, CARD_QUESTION)
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    // Says aloud what they key.
    const aloud = caller.says(hum(6_000))
    await desk.passing(caller.presses(CARD))
    await desk.passing(aloud)
    await desk.hears(caller, THANKS)
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    await desk.passing(caller.says(hum(500)))
    await goodbye(desk, caller)
    expect(desk.engine.inputs).toContainEqual(expect.objectContaining({ type: 'digits', digits: CARD }))
    const { left, right } = stereo(desk, `/kept/${caller.id}.wav`)
    expect(audible(left).length, 'only what the caller says after it').toBe(1)
    expect(audible(right).length, 'only the thanks').toBe(1)
    const thanks = audible(right)[0]?.[0] ?? Number.NaN
    expect(audible(left)[0]?.[0]).toBeGreaterThan(thanks)
    const masked = left.subarray(0, Math.floor((thanks - 100) * 8))
    expect(masked.length, 'the file grows on').toBeGreaterThan(8_000)
    expect(masked.every(sample => sample === 0)).toBe(true)
  })

  test('neither journal nor log has a digit of it, and the engine has all of them', async () => {
    const desk = openDesk({})
    desk.engine.answer = cashier
    const caller = await desk.call()
    await desk.hears(caller, CARD_QUESTION)
    await desk.passing(caller.presses(CARD))
    await desk.hears(caller, THANKS)
    await goodbye(desk, caller)
    expect(desk.engine.inputs).toContainEqual(expect.objectContaining({ type: 'digits', digits: CARD }))
    const pressed = ofType(desk, caller, 'digitPressed')
    expect(pressed).toHaveLength(CARD.length)
    for (const entry of pressed)
      expect(Object.keys(entry).sort()).toEqual(['atMs', 'confidential', 'type', 'wallMs'])
    expect(written(desk, caller)).not.toContain('"digit"')
    for (let at = 0; at + 4 <= CARD.length; at++)
      expect(written(desk, caller)).not.toContain(CARD.slice(at, at + 4))
    expect(ofType(desk, caller, 'asked')).toContainEqual(
      expect.objectContaining({ question: { type: 'digits', digits: null, confidential: true } }),
    )
  })

  test('digits that are not confidential are written down as ever', async () => {
    const desk = openDesk({})
    desk.engine.answer = input =>
      input.type === 'start' ? [say(GREETING), listenFor({ ...card, confidential: false })] : [say(THANKS)]
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.presses(CARD))
    await desk.hears(caller, THANKS)
    await goodbye(desk, caller)
    expect(written(desk, caller)).toContain(CARD)
    expect(ofType(desk, caller, 'recordingsMasked')).toEqual([])
  })

  test('nothing that is said reaches a recognizer, and later words do', async () => {
    const desk = openDesk({ keep: false })
    desk.engine.answer = cashier
    const caller = await desk.call()
    await desk.hears(caller, CARD_QUESTION)
    await desk.says(caller, 'four nine two nine')
    await desk.clock.advanceAsync(1_000)
    expect(desk.recognizer.requests).toEqual([])
    expect(desk.recognizer.samples).toBe(0)
    await desk.passing(caller.presses(CARD))
    await desk.hears(caller, THANKS)
    await desk.passing(caller.hearsSilence({ ms: 500 }))
    const { length } = desk.engine.inputs
    await desk.says(caller, 'thank you')
    await desk.clock.advanceAsync(2_000)
    expect(desk.recognizer.requests).toHaveLength(1)
    expect(desk.engine.inputs.slice(length)).toMatchObject([{ type: 'speech' }])
    await goodbye(desk, caller)
  })

  test('what is being said when the engine asks for it is given up, before the engine has found its words', async () => {
    const desk = openDesk({})
    desk.engine.answer = async function* (input) {
      if (input.type === 'start') return yield* [say(GREETING), listenFor({ numDigits: 1 })]
      if (input.type !== 'digits' || input.digits !== '5') return yield* cashier(input)
      await new Promise<void>(resolve => desk.clock.after(1_500, resolve))
      yield listenFor(card)
      await new Promise<void>(resolve => desk.clock.after(3_000, resolve))
      yield say(CARD_QUESTION)
    }
    const caller = await desk.call()
    await desk.hears(caller, GREETING)
    await desk.passing(caller.presses('5'))
    const aloud = caller.says(voice.sayAt8k('please take it from the card of my company if that is possible'))
    await desk.clock.advanceAsync(1_000)
    expect(desk.recognizer.open, 'it is being recognized').toBe(1)
    await desk.clock.advanceAsync(600)
    expect(desk.recognizer.open).toBe(0)
    const { samples } = desk.recognizer
    await desk.passing(aloud)
    await desk.hears(caller, CARD_QUESTION)
    expect(desk.recognizer.samples).toBe(samples)
    await goodbye(desk, caller)
  })

  test('a silence is asked about, and the recordings stay silent', async () => {
    const desk = openDesk({})
    desk.engine.answer = cashier
    const caller = await desk.call()
    await desk.hears(caller, CARD_QUESTION)
    await desk.hears(caller, 'Are you still there?')
    await desk.passing(caller.presses(CARD))
    await desk.hears(caller, THANKS)
    await goodbye(desk, caller)
    expect(ofType(desk, caller, 'recordingsMasked')).toHaveLength(1)
    expect(written(desk, caller)).not.toContain('"digit"')
    expect(audible(stereo(desk, `/kept/${caller.id}.wav`).right).length, 'only the thanks').toBe(1)
  })

  test('an ear that is renewed meanwhile is silent from its first sample', async () => {
    const desk = openDesk({}, { policy: { silenceMs: 100_000 } })
    desk.engine.answer = cashier
    const caller = await desk.call()
    await desk.hears(caller, CARD_QUESTION)
    await desk.passing(caller.hearsSilence({ ms: 500 }))
    const talk = caller.says(hum(70_000))
    await desk.clock.advanceAsync(65_000)
    const [ear = ''] = (await desk.files.list('/spool')).map(({ name }) => `/spool/${name}`)
    const bytes = desk.files.bytesOf(ear)
    expect(bytes.length).toBeGreaterThan(16_000)
    expect(bytes.length).toBeLessThan(16 * 30_000)
    expect(bytes.subarray(44).every(byte => byte === 0)).toBe(true)
    await goodbye(desk, caller)
    await talk
    expect(desk.log.filter(({ level }) => level === 'warn')).toEqual([])
  })

  test('a caller who hangs up leaves no complaint', async () => {
    const desk = openDesk({ maskPbx: true })
    desk.engine.answer = cashier
    const caller = await desk.call()
    await desk.hears(caller, CARD_QUESTION)
    await desk.passing(caller.presses('4929'))
    await goodbye(desk, caller)
    expect(desk.log.filter(({ level }) => level === 'warn')).toEqual([])
  })
})

describe("the PBX's own recording", () => {
  const PBX_FILE = '/pbx/a.example.org/archive/2026/Nov/20/call.wav'
  const variables = { record_path: PBX_FILE.slice(0, PBX_FILE.lastIndexOf('/')), record_name: 'call.wav' }

  async function recordedByPbx(desk: Desk): Promise<Caller> {
    desk.engine.answer = cashier
    desk.files.makeFolder(variables.record_path)
    const caller = await desk.passing(
      desk.switch.call({
        to: '5000',
        from: '+15550100',
        variables: { ...variables, RECORD_STEREO: 'true' },
        dialplan: [
          { do: 'answer' },
          { do: 'execute', app: 'record_session', data: PBX_FILE },
          { do: 'socket', to: [() => desk.dial()] },
        ],
      }),
    )
    await desk.hears(caller, CARD_QUESTION)
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    const aloud = caller.says(hum(6_000))
    await desk.passing(caller.presses(CARD))
    await desk.passing(aloud)
    await desk.hears(caller, THANKS)
    await desk.passing(caller.hearsSilence({ ms: 300 }))
    expect(caller.recordings, 'it runs on').toContain(PBX_FILE)
    await goodbye(desk, caller)
    return caller
  }

  /** How long its longest silence lasts. */
  function longestSilenceMs(desk: Desk): number {
    const bytes = desk.files.bytesOf(PBX_FILE)
    let longest = 0
    let run = 0
    for (let at = 44; at + 1 < bytes.length; at += 2) {
      run = bytes.readInt16LE(at) === 0 ? run + 1 : 0
      longest = Math.max(longest, run)
    }
    const channels = bytes.readUInt16LE(22)
    return longest / 8 / channels
  }

  test('is left alone', async () => {
    const desk = openDesk({})
    await recordedByPbx(desk)
    expect(longestSilenceMs(desk)).toBeLessThan(2_000)
  })

  test('holds silence, too, where the profile says so', async () => {
    const desk = openDesk({ maskPbx: true })
    const caller = await recordedByPbx(desk)
    expect(longestSilenceMs(desk)).toBeGreaterThan(5_000)
    expect(caller.variable('parley_masked'), 'the next owner has nothing to take back').toBeUndefined()
  })
})

test('a kept recording that cannot be masked ends rather than hold what it must not', async () => {
  const stopped: string[] = []
  const leg = {
    keep: async (path: string): Promise<Recording> => ({
      path,
      stopped: new Promise(() => {}),
      stop: async () => void stopped.push(path),
    }),
    setMasked: async (_whose: string, masked: boolean) => {
      if (masked) throw new PbxError('refused')
    },
  }
  const clock = new ManualClock()
  const notes: string[] = []
  const keeper = new Keeper({
    leg: leg as unknown as Leg,
    clock,
    files: new MemoryFiles(clock),
    log: silentLog,
    settings: { keep: true, dir: '/kept', consent: '', maskPbx: false },
    name: 'a',
    note: ({ type }) => void notes.push(type),
  })
  await keeper.start()
  await keeper.setMasked(true)
  expect(stopped).toEqual(['/kept/a.wav'])
  expect(notes).toEqual(['recordingKept', 'recordingsMasked', 'maskingFailed'])
})
