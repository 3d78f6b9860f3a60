import { expect, test } from 'vitest'
import { decodeG711, encodeG711 } from '../../src/audio/g711.ts'
import { RawDaemon } from './raw-daemon.ts'
import { BYE, building, connected, EAR, HELLO } from './test-call.ts'

const SPEECH = new Int16Array(1_600).map((_, i) => 300 + i)

const names = (daemon: RawDaemon) => daemon.events().map(one => one.what['Event-Name'])

test('a recording grows by 320 bytes each 20 ms and holds exactly what the caller said', async () => {
  const { clock, files, daemon, caller } = await connected()
  daemon.send(`api uuid_record ${caller.id} start /spool/a.wav 0 ${EAR}`)
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  void caller.says(SPEECH, { afterMs: 100 })
  await clock.settle()
  const sizes: number[] = []
  for (let i = 0; i < 30; i++) {
    await clock.advanceAsync(20)
    sizes.push(files.bytesOf('/spool/a.wav').length)
  }
  expect(sizes).toEqual(sizes.map((_, i) => 44 + 320 * (i + 1)))
  expect(files.bytesOf('/spool/a.wav').readUInt32LE(40)).toBe(0)

  daemon.send(`api uuid_record ${caller.id} stop /spool/a.wav`)
  await clock.advanceAsync(20)
  const file = files.bytesOf('/spool/a.wav')
  expect(file.readUInt32LE(40)).toBe(30 * 320)
  const samples = new Int16Array(file.buffer, file.byteOffset + 44, 30 * 160)
  expect([...samples.subarray(800, 2_400)]).toEqual([...SPEECH])
  expect(samples.subarray(0, 800).every(sample => sample === 0)).toBe(true)
  expect(samples.subarray(2_400).every(sample => sample === 0)).toBe(true)
  expect(daemon.events('RECORD_STOP')[0]?.what['Record-Completion-Cause']).toBe('success-maxtime')
})

test('a stereo recording has the caller on the left and the assistant on the right', async () => {
  const { clock, files, daemon, caller } = await connected()
  daemon.execute('playback', '/prompts/bye.wav', 'p1')
  await clock.advanceAsync(100)
  daemon.send(
    `api uuid_record ${caller.id} start /spool/s.wav 0 {RECORD_STEREO=true,enable_file_write_buffering=false}`,
  )
  void caller.says(SPEECH)
  await clock.advanceAsync(40)
  const file = files.bytesOf('/spool/s.wav')
  expect(file.readUInt16LE(22)).toBe(2)
  expect([0, 1, 2, 3].map(i => file.readInt16LE(44 + 2 * i))).toEqual([300, 2_000, 301, 2_000])
})

test('by default a recording is written in blocks of 64 KiB', async () => {
  const { clock, files, daemon, caller } = await connected()
  daemon.send(`api uuid_record ${caller.id} start /spool/b.wav 0 {RECORD_READ_ONLY=true}`)
  await clock.advanceAsync(4_000)
  expect(files.bytesOf('/spool/b.wav').length).toBe(44)
  await clock.advanceAsync(200)
  expect(files.bytesOf('/spool/b.wav').length).toBe(44 + 205 * 320)
})

test('while the caller holds, the recording stops growing and nothing played is heard', async () => {
  const { clock, files, daemon, caller } = await connected()
  daemon.send(`api uuid_record ${caller.id} start /spool/h.wav 0 ${EAR}`)
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  await clock.advanceAsync(200)
  caller.holds()
  const size = files.bytesOf('/spool/h.wav').length
  await clock.advanceAsync(800)
  expect(files.bytesOf('/spool/h.wav').length).toBe(size)
  caller.unholds()
  await clock.advanceAsync(1_000)
  expect(files.bytesOf('/spool/h.wav').length).toBeGreaterThan(size)
  expect(daemon.events('CHANNEL_HOLD', 'CHANNEL_UNHOLD')).toHaveLength(2)
  const heard = caller.heard.filter(sample => sample !== 0).length
  // For half a second of a hold a playback stands still; the rest of it is lost.
  expect(heard).toBe(8_000 - 15 * 160)
  expect(daemon.events('PLAYBACK_STOP')[0]?.what['Playback-Status']).toBe('done')
})

test('what is played arrives sample by sample, queued prompts without a gap', async () => {
  const { clock, files, daemon, caller, pbx } = await connected()
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  daemon.execute('playback', '/prompts/bye.wav', 'p2')
  const { atMs } = await Promise.all([caller.hearsSpeech(), clock.advanceAsync(40)]).then(([heard]) => heard)
  expect(atMs).toBe(20)
  await clock.advanceAsync(2_000)
  expect([...caller.heard.subarray(0, 12_000)]).toEqual([...HELLO, ...BYE])
  expect(caller.plays).toEqual([
    { path: '/prompts/hello.wav', startedMs: 0, stoppedMs: 1_000, how: 'done' },
    { path: '/prompts/bye.wav', startedMs: 1_000, stoppedMs: 1_500, how: 'done' },
  ])
  const [stop, start] = [daemon.events('PLAYBACK_STOP')[0], daemon.events('PLAYBACK_START')[1]]
  expect(start?.what['Event-Date-Timestamp']).toBe(stop?.what['Event-Date-Timestamp'])
  files.makeFolder('/out')
  await caller.saveCall('/out/call.wav')
  expect(files.bytesOf('/out/call.wav').readInt16LE(44 + 2)).toBe(1_000)
  expect(pbx.violations).toEqual([])
})

test('a missing file is FILE NOT FOUND within 20 ms, without playback events', async () => {
  const { clock, daemon, caller } = await connected()
  daemon.execute('playback', '/prompts/none.wav', 'p1')
  await clock.advanceAsync(40)
  expect(names(daemon)).toEqual(['CHANNEL_EXECUTE', 'CHANNEL_EXECUTE_COMPLETE'])
  expect(daemon.events()[1]?.what['Application-Response']).toBe('FILE NOT FOUND')
  expect(daemon.events()[1]?.what['Application-UUID']).toBe('p1')
  expect(caller.plays[0]?.how).toBe('not found')
})

test('uuid_fileman pause silences at once, again lets it go on where it was', async () => {
  const { clock, daemon, caller } = await connected()
  daemon.execute('playback', '/prompts/bye.wav', 'p1')
  await clock.advanceAsync(100)
  daemon.send(`api uuid_fileman ${caller.id} pause`)
  await clock.settle()
  expect(caller.isSpokenTo).toBe(false)
  const silence = caller.hearsSilence({ ms: 180 })
  await clock.advanceAsync(200)
  await silence
  daemon.send(`api uuid_fileman ${caller.id} pause`)
  await clock.advanceAsync(600)
  expect(caller.heard.filter(sample => sample !== 0)).toHaveLength(4_000)
  expect(caller.plays[0]).toMatchObject({ startedMs: 0, stoppedMs: 700, how: 'done' })
})

test('the star ends a playback unless playback_terminators says otherwise', async () => {
  for (const [terminators, how] of [
    [undefined, 'break'],
    ['none', 'done'],
  ] as const) {
    const variables = terminators ? { playback_terminators: terminators } : {}
    const { clock, daemon, caller } = await connected({}, () => ({ variables }))
    daemon.execute('playback', '/prompts/bye.wav', 'p1')
    await clock.advanceAsync(100)
    void caller.presses('*')
    await clock.advanceAsync(1_000)
    expect(daemon.events('PLAYBACK_STOP')[0]?.what['Playback-Status']).toBe(
      how === 'break' ? 'break' : 'done',
    )
    expect(caller.plays[0]?.how).toBe(how)
  }
})

test('uuid_break without all ends what plays, and the next one starts', async () => {
  const { clock, daemon, caller } = await connected()
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  daemon.execute('playback', '/prompts/bye.wav', 'p2')
  await clock.advanceAsync(300)
  daemon.send(`api uuid_break ${caller.id}`)
  await clock.advanceAsync(1_000)
  expect(caller.plays.map(play => play.how)).toEqual(['break', 'done'])
})

test('a break in the moment of the start misses, or with all drops the prompt without an event', async () => {
  const outcomes = { plain: new Set<string>(), all: new Set<string>() }
  for (let seed = 1; seed <= 16; seed++) {
    for (const flag of ['plain', 'all'] as const) {
      const { clock, daemon, caller } = await connected({ seed })
      daemon.execute('playback', '/prompts/bye.wav', 'p1')
      daemon.send(`api uuid_break ${caller.id}${flag === 'all' ? ' all' : ''}`)
      await clock.advanceAsync(1_000)
      outcomes[flag].add(caller.plays[0]?.how ?? 'never')
      expect(daemon.events()).toHaveLength(caller.plays.length * 4)
    }
  }
  expect([...outcomes.plain].sort()).toEqual(['break', 'done'])
  expect([...outcomes.all].sort()).toEqual(['break', 'never'])
})

test('a filtered socket hears of its own bgapi only with a filter for BACKGROUND_JOB', async () => {
  const { clock, daemon, caller } = await connected()
  daemon.send(`bgapi uuid_exists ${caller.id}\nJob-UUID: job-1`)
  await clock.advanceAsync(40)
  expect(daemon.events('BACKGROUND_JOB')).toEqual([])
  daemon.send('filter Event-Name BACKGROUND_JOB', `bgapi uuid_exists ${caller.id}\nJob-UUID: job-2`)
  await clock.advanceAsync(40)
  const [job] = daemon.events('BACKGROUND_JOB')
  expect(job?.what).toMatchObject({ 'Job-UUID': 'job-2', _body: 'true' })
  expect(daemon.replies.slice(-3)).toEqual([
    '+OK Job-UUID: job-1',
    '+OK filter added. [Event-Name]=[BACKGROUND_JOB]',
    '+OK Job-UUID: job-2',
  ])
})

test('api commands answer like the real ones', async () => {
  const { clock, daemon, caller } = await connected()
  const ask = async (line: string) => {
    daemon.send(`api ${line}`)
    await clock.settle()
    return daemon.replies.at(-1)
  }
  expect(await ask(`uuid_setvar ${caller.id} a one two`)).toBe('+OK\n')
  expect(await ask(`uuid_setvar_multi ${caller.id} b=2;c=3`)).toBe('+OK\n')
  expect([caller.variable('a'), caller.variable('b'), caller.variable('c')]).toEqual(['one two', '2', '3'])
  expect(await ask(`uuid_getvar ${caller.id} a`)).toBe('one two')
  expect(await ask(`uuid_getvar ${caller.id} none`)).toBe('_undef_')
  expect(await ask('uuid_getvar nobody a')).toBe('-ERR No such channel!\n')
  expect(await ask(`uuid_exists nobody`)).toBe('false')
  expect(await ask(`uuid_fileman ${caller.id} pause`)).toBe('-ERR No file handle!\n')
  expect(await ask(`uuid_record ${caller.id} stop /spool/none.wav`)).toBe(
    '-ERR Cannot stop record session!\n',
  )
  expect(await ask(`uuid_send_dtmf ${caller.id} 12w3`)).toBe(`+OK ${caller.id} sent DTMF 12w3.\n`)
  expect(caller.digitsHeard).toBe('123')
  expect(await ask('frobnicate now')).toBe('-ERR frobnicate Command not found!\n')
})

test('events in plain form are URL-encoded', async () => {
  const { clock, daemon, caller } = await connected({}, () => ({ callerName: 'Zoë, 50%' }))
  daemon.send('event plain DTMF')
  await clock.settle()
  void caller.presses('#')
  await clock.advanceAsync(40)
  const plain = daemon.got.find(one => one.what.contentType === 'text/event-plain')
  expect(plain?.what.event).toMatchObject({ 'DTMF-Digit': '#', 'Caller-Caller-ID-Name': 'Zoë, 50%' })
})

test('myevents hears only the own call, and neither playbacks nor recordings', async () => {
  const { clock, pbx } = building()
  const [mine, other] = [new RawDaemon(clock), new RawDaemon(clock)]
  const caller = await pbx.call({ to: '5000', from: '1', listener: () => mine.wire })
  const stranger = await pbx.call({ to: '5000', from: '2', listener: () => other.wire })
  mine.send('connect', 'myevents json')
  mine.execute('playback', '/prompts/bye.wav', 'p1')
  await clock.settle()
  void stranger.presses('1')
  void caller.presses('2')
  await clock.advanceAsync(1_000)
  expect(names(mine)).toEqual(['DTMF', 'CHANNEL_EXECUTE', 'CHANNEL_EXECUTE_COMPLETE'])
  expect(mine.events('DTMF')[0]?.what['DTMF-Digit']).toBe('2')
})

test('without a filter a socket hears of every call on the switch', async () => {
  const { clock, pbx } = building()
  const [mine, other] = [new RawDaemon(clock), new RawDaemon(clock)]
  await pbx.call({ to: '5000', from: '1', listener: () => mine.wire })
  const stranger = await pbx.call({ to: '5000', from: '2', listener: () => other.wire })
  mine.send('connect', 'event json DTMF')
  await clock.settle()
  void stranger.presses('1')
  await clock.advanceAsync(40)
  expect(mine.events('DTMF')[0]?.what['Unique-ID']).toBe(stranger.id)
})

test('a mono recording of both sides mixes them', async () => {
  const { clock, files, daemon, caller } = await connected()
  daemon.execute('playback', '/prompts/bye.wav', 'p1')
  await clock.advanceAsync(100)
  daemon.send(`api uuid_record ${caller.id} start /spool/m.wav 0 {enable_file_write_buffering=false}`)
  void caller.says(SPEECH)
  await clock.advanceAsync(40)
  const file = files.bytesOf('/spool/m.wav')
  expect([0, 1, 2].map(i => file.readInt16LE(44 + 2 * i))).toEqual([2_300, 2_301, 2_302])
})

test('a recording at 16 kHz holds twice the samples', async () => {
  const { clock, files, daemon, caller } = await connected()
  const given = '{enable_file_write_buffering=false,record_sample_rate=16000}'
  daemon.send(`api uuid_record ${caller.id} start /spool/w.wav 0 ${given}`)
  daemon.execute('playback', '/prompts/bye.wav', 'p1')
  await clock.advanceAsync(210)
  const file = files.bytesOf('/spool/w.wav')
  expect(file.readUInt32LE(24)).toBe(16_000)
  expect(file.length).toBe(44 + 11 * 640)
  expect([0, 1, 2].map(i => file.readInt16LE(44 + 640 * 5 + 2 * i))).toEqual([2_000, 2_000, 2_000])
})

test('with a codec both directions sound as on a telephone line', async () => {
  const { clock, daemon, caller } = await connected({ codec: 'mu-law' })
  daemon.execute('playback', '/prompts/bye.wav', 'p1')
  void caller.says(SPEECH)
  await clock.advanceAsync(1_000)
  const [code] = encodeG711(BYE.subarray(0, 1), 'mu-law')
  const [sample] = decodeG711(Uint8Array.of(code ?? 0), 'mu-law')
  expect(sample).not.toBe(2_000)
  expect([...new Set(caller.heard)].sort()).toEqual([0, sample].sort())
  expect(new Set(caller.said).size).toBeLessThan(new Set(SPEECH).size)
})

test('half a command holds events back until the rest has come', async () => {
  const { clock, daemon, caller } = await connected()
  daemon.near.write('linger')
  await clock.settle()
  void caller.presses('5')
  await clock.advanceAsync(200)
  expect(daemon.events()).toEqual([])
  daemon.near.write(' 1\n\n')
  await clock.settle()
  expect(names(daemon)).toEqual(['DTMF'])
})

test('the same seed gives the same bytes', async () => {
  const run = async () => {
    const { clock, daemon, caller } = await connected({ seed: 7 })
    daemon.execute('playback', '/prompts/bye.wav', 'p1')
    await clock.advanceAsync(300)
    caller.hangsUp()
    await clock.advanceAsync(3_000)
    return daemon.got
  }
  expect(await run()).toEqual(await run())
})
