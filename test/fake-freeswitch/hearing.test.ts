// What a test can tell of an ear: music, gaps, and who was heard; and those who listen in.

import { describe, expect, test } from 'vitest'
import { connected } from './test-call.ts'
import { hall, VOICE } from './test-room.ts'

describe('while somebody waits', () => {
  test.each(['local_stream://moh', 'tone_stream://%(400,0,440,480);loops=-1'])(
    '%s is music without a gap, until it is broken',
    async source => {
      const { clock, daemon, caller } = await connected()
      daemon.execute('playback', source, 'p1')
      await clock.advanceAsync(20_000)
      expect(caller.heardMs('music')).toBeGreaterThan(19_900)
      const beganMs = caller.firstHeardMs('music') ?? Number.NaN
      expect(caller.longestSilenceMs({ fromMs: beganMs })).toBe(0)
      daemon.send(`api uuid_break ${caller.id} all`)
      await clock.advanceAsync(1_000)
      expect(caller.longestSilenceMs({ fromMs: beganMs })).toBeGreaterThan(900)
      expect(caller.transcript.print()).toMatch(/plays music.*\n.*stops after 20\.0 s: break/)
    },
  )

  test('a tone with pauses is heard with its pauses', async () => {
    const { clock, daemon, caller } = await connected()
    daemon.execute('playback', 'tone_stream://%(1000,2000,440,480);loops=-1', 'p1')
    await clock.advanceAsync(8_500)
    expect(caller.heardMs('music')).toBe(3_000)
    expect(caller.longestSilenceMs()).toBe(2_000)
  })

  test('a gap between music and a prompt is found', async () => {
    const { clock, daemon, caller } = await connected()
    daemon.execute('playback', 'local_stream://moh', 'p1')
    await clock.advanceAsync(2_000)
    daemon.send(`api uuid_break ${caller.id} all`)
    await clock.advanceAsync(700)
    daemon.execute('playback', '/prompts/hello.wav', 'p2')
    await clock.advanceAsync(1_200)
    const prompt = caller.firstHeardMs('/prompts/hello.wav') ?? 0
    const gap = caller.longestSilenceMs({ fromMs: caller.firstHeardMs('music') ?? 0, toMs: prompt })
    expect(gap).toBeGreaterThan(650)
    expect(gap).toBeLessThan(760)
  })
})

describe('who listens in', () => {
  const spying = async (settings: string) => {
    const ground = await hall()
    const spy = await ground.originated(`park()`, '2000')
    const { link, daemon, pass, caller } = ground
    if (settings !== '') link.send(`api uuid_setvar_multi ${spy.id} ${settings}`)
    link.send(`api uuid_transfer ${spy.id} eavesdrop:${caller.id} inline`)
    await pass(60)
    daemon.execute('playback', '/prompts/bye.wav', 'p1')
    await pass(60)
    void caller.says(VOICE(300))
    void spy.says(VOICE(700))
    await pass(800)
    return { ...ground, spy }
  }

  test('hears both sides of the other leg, and is not heard', async () => {
    const { spy, caller } = await spying('')
    expect(spy.heardMs(caller)).toBe(200)
    expect(spy.heardMs('/prompts/bye.wav')).toBeGreaterThan(400)
    expect(caller.heardMs(spy)).toBe(0)
  })

  test('hears one side only when told so', async () => {
    const { spy, caller } = await spying('eavesdrop_bridge_aleg=true')
    expect(spy.heardMs(caller)).toBe(200)
    expect(spy.heardMs('/prompts/bye.wav')).toBe(0)
  })

  test('speaks into the ear of the other one with whisper_bleg', async () => {
    const { spy, caller } = await spying('eavesdrop_whisper_bleg=true')
    expect(caller.heardMs(spy)).toBe(200)
    expect(spy.heardMs(spy)).toBe(0)
  })

  test('speaks as if the other one spoke with whisper_aleg', async () => {
    const { spy, caller, pass, daemon, files } = await spying('eavesdrop_whisper_aleg=true')
    expect(caller.heardMs(spy)).toBe(0)
    daemon.send(`api uuid_record ${caller.id} start /ear.wav 0 {RECORD_READ_ONLY=true}`)
    await pass(40)
    void spy.says(VOICE(700))
    await pass(400)
    daemon.send(`api uuid_record ${caller.id} stop /ear.wav`)
    await pass(40)
    const recorded = files.bytesOf('/ear.wav').subarray(44)
    const levels = new Int16Array(recorded.buffer, recorded.byteOffset, recorded.length / 2)
    expect(levels.filter(level => level === 700)).toHaveLength(1_600)
  })

  test('a break does not end it, the key * does', async () => {
    const { spy, caller, link, pass } = await spying('')
    const heardMs = spy.heardMs(caller)
    link.send(`api uuid_break ${spy.id} all`)
    await pass(60)
    void caller.says(VOICE(300))
    await pass(300)
    expect(spy.heardMs(caller)).toBe(heardMs + 200)
    link.send(`api uuid_recv_dtmf ${spy.id} *`)
    await pass(60)
    void caller.says(VOICE(300))
    await pass(300)
    expect(spy.heardMs(caller)).toBe(heardMs + 200)
  })

  test('it is told to speak, and to end, by an event', async () => {
    const { spy, caller, link, pass } = await spying('eavesdrop_enable_dtmf=false')
    const told = (command: string) =>
      link.send(
        `sendevent CUSTOM\nEvent-Subclass: parley::command\nunique-id: ${spy.id}\neavesdrop-command: ${command}`,
      )
    told('2')
    await pass(40)
    void spy.says(VOICE(700))
    await pass(400)
    expect(caller.heardMs(spy)).toBe(200)
    told('*')
    await pass(40)
    expect(link.replies.at(-1)).toMatch(/^\+OK [0-9a-f-]{36}$/)
    expect(spy.isOver).toBe(true)
  })

  test('the end of the other leg ends it', async () => {
    const { spy, caller, pass } = await spying('')
    caller.hangsUp()
    await pass(100)
    expect(spy.isOver).toBe(true)
  })
})

describe('a recording that is followed', () => {
  test.each([
    ['', 25, 500],
    ['RECORD_PRE_BUFFER_FRAMES=1,', 25, 20],
    ['', 0, 0],
  ])(
    'with "%s" and %i frames by default is late by %i ms at its beginning and in a room',
    async (given, usual, lateMs) => {
      const { daemon, caller, files, pass } = await hall({ preBufferFrames: usual })
      const settings = `{${given}RECORD_READ_ONLY=true,enable_file_write_buffering=false,record_sample_rate=8000}`
      daemon.send(`api uuid_record ${caller.id} start /ear.wav 0 ${settings}`)
      const growsAfterMs = async () => {
        const bytes = () => (files.bytesOf('/ear.wav').length - 44) / 16
        const before = bytes()
        for (let ms = 0; ms <= 1_000; ms += 20) {
          await pass(20)
          if (bytes() > before) return ms
        }
        return Number.POSITIVE_INFINITY
      }
      await pass(20)
      const atFirst = await growsAfterMs()
      expect(Math.abs(atFirst - lateMs)).toBeLessThanOrEqual(40)
      await pass(1_000)
      daemon.execute('conference', 'room@parley', 'c1')
      await pass(40)
      expect(Math.abs((await growsAfterMs()) - lateMs)).toBeLessThanOrEqual(40)
    },
  )
})
