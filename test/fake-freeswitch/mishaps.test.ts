import { expect, test } from 'vitest'
import type { FakeFreeswitchOptions } from './fake-freeswitch.ts'
import { connected, EAR } from './test-call.ts'

test('what a careful daemon would not do is a violation', async () => {
  const { clock, daemon, caller, complaints, pbx } = await connected()
  daemon.execute('playback', '/etc/passwd.wav', 'p1')
  daemon.execute('playback', '/prompts/../etc/x.wav', 'p2')
  daemon.execute('set', 'name=x\nevent-lock: true', 'p3')
  daemon.execute('set', 'name=x\nhello there', 'p4')
  daemon.send('frobnicate')
  await clock.advanceAsync(60)
  caller.hangsUp()
  await clock.advanceAsync(100)
  daemon.send(`api uuid_setvar ${caller.id} a b`)
  await clock.settle()
  pbx.stop()
  expect(complaints()).toEqual([
    'a playback from outside the prompt folders',
    'a playback from outside the prompt folders',
    'header injection: a header given twice',
    'header injection: a line that is no header',
    'refused command: frobnicate',
    'a command after the hang-up: uuid_setvar',
    'a socket was left open',
  ])
})

test('a command that crosses the hang-up on its way is nobody’s mistake', async () => {
  const { clock, daemon, caller, complaints } = await connected()
  caller.hangsUp()
  await clock.advanceAsync(20)
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  await clock.settle()
  expect(complaints()).toEqual([])
})

test('playing to a leg that nobody has answered is a violation', async () => {
  const { clock, daemon, complaints } = await connected({}, first => ({
    dialplan: [{ do: 'socket', to: [() => first.wire] }],
  }))
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  await clock.advanceAsync(40)
  expect(complaints()).toEqual(['playback to a leg that is not answered'])
})

test('a recording that goes on while the caller talks to people is a violation', async () => {
  const { clock, daemon, caller, complaints } = await connected()
  daemon.send(`api uuid_record ${caller.id} start /spool/a.wav 0 ${EAR}`)
  daemon.send(`api uuid_transfer ${caller.id} 2000 XML public`)
  await clock.advanceAsync(1_100)
  expect(complaints()).toEqual(['a recording goes on while the caller talks to people'])
})

test('a recording whose file cannot be made is refused, and no event tells of it', async () => {
  const { clock, daemon, caller } = await connected({ faults: { unwritable: path => path.includes('full') } })
  daemon.send(`api uuid_record ${caller.id} start /spool/full.wav 0 ${EAR}`)
  await clock.advanceAsync(40)
  expect(daemon.replies.at(-1)).toBe('-ERR Cannot record session!\n')
  expect(daemon.events('RECORD_START', 'RECORD_STOP')).toEqual([])
})

test('a recording on a full disk begins like any other, and never grows', async () => {
  const { clock, daemon, caller, files } = await connected({
    faults: { full: path => path.includes('full') },
  })
  daemon.send(`api uuid_record ${caller.id} start /spool/full.wav 0 ${EAR}`)
  await clock.advanceAsync(200)
  expect(daemon.replies.at(-1)).toBe('+OK Success\n')
  expect(daemon.events('RECORD_START', 'RECORD_STOP')).toHaveLength(1)
  expect(files.bytesOf('/spool/full.wav')).toHaveLength(0)
})

test('a stalled recording catches up in one burst and loses nothing', async () => {
  const { clock, files, daemon, caller } = await connected()
  daemon.send(`api uuid_record ${caller.id} start /spool/a.wav 0 ${EAR}`)
  await clock.advanceAsync(110)
  caller.stallsRecordings(500)
  const before = files.bytesOf('/spool/a.wav').length
  await clock.advanceAsync(490)
  expect(files.bytesOf('/spool/a.wav').length).toBe(before)
  await clock.advanceAsync(30)
  expect(files.bytesOf('/spool/a.wav').length).toBe(before + 26 * 320)
})

test('split and glued bytes carry the same messages', async () => {
  const run = async (faults: FakeFreeswitchOptions['faults']) => {
    const { clock, daemon } = await connected({ faults: faults ?? {} })
    daemon.execute('playback', '/prompts/hello.wav', 'p1')
    await clock.advanceAsync(1_200)
    return daemon.got.map(one => one.what)
  }
  const whole = await run({})
  expect(await run({ splitBytes: true })).toEqual(whole)
  expect(await run({ glueBytes: true })).toEqual(whole)
})

test('an event can be dropped, repeated or delayed', async () => {
  const fates: Record<string, 'drop' | 'repeat' | { delayMs: number }> = {
    PLAYBACK_START: 'drop',
    PLAYBACK_STOP: 'repeat',
    CHANNEL_EXECUTE: { delayMs: 3_000 },
  }
  const { clock, daemon } = await connected({ faults: { event: event => fates[event.name] ?? 'pass' } })
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  await clock.advanceAsync(4_000)
  expect(daemon.events().map(one => one.what['Event-Name'])).toEqual([
    'PLAYBACK_STOP',
    'PLAYBACK_STOP',
    'CHANNEL_EXECUTE_COMPLETE',
    'CHANNEL_EXECUTE',
  ])
})

test('a stalled wire delivers everything late, in one piece', async () => {
  const { clock, daemon, caller } = await connected()
  caller.stallsWire(1_000)
  await caller.presses('1')
  daemon.send('noevents')
  await clock.advanceAsync(990)
  const before = daemon.got.length
  await clock.advanceAsync(20)
  expect(daemon.got.slice(before)).toHaveLength(2)
})
