import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import { FakeFreeswitch } from './fake-freeswitch.ts'
import { RawDaemon } from './raw-daemon.ts'
import { connected, twoAttempts } from './test-call.ts'
import { monoWav } from './wav.ts'

test('with socket_resume the lost call is on the next socket 15 ms later, still answered', async () => {
  const { clock, daemon, second, caller } = await connected({}, twoAttempts({ socket_resume: 'true' }))
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  await clock.advanceAsync(300)
  caller.cutsWire({ midFrame: true })
  await clock.advanceAsync(14)
  expect(caller.plays[0]?.how).toBe('playing')
  await clock.advanceAsync(1)
  expect(caller.plays[0]?.how).toBe('cut')
  second.control(caller.id)
  await clock.settle()
  expect(second.got[0]?.what.headers).toMatchObject({ 'Unique-ID': caller.id, 'Answer-State': 'answered' })
  expect(caller.place.at).toBe('socket')
})

test('without socket_resume what is queued is played out before the dialplan goes on', async () => {
  const { clock, daemon, second, caller } = await connected({}, twoAttempts({}))
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  daemon.execute('playback', '/prompts/hello.wav', 'p2')
  await clock.advanceAsync(300)
  daemon.near.destroy()
  await clock.advanceAsync(1_600)
  expect(caller.place.at).toBe('draining')
  await clock.advanceAsync(200)
  expect(caller.plays.map(play => play.how)).toEqual(['done', 'done'])
  second.control(caller.id)
  await clock.settle()
  expect(second.replies[0]).toContain('+OK')
})

test('exit says goodbye, closes, and lets the dialplan go on to people', async () => {
  const { clock, daemon, second, caller } = await connected({}, twoAttempts({ socket_resume: 'true' }))
  daemon.send('exit')
  await clock.advanceAsync(40)
  expect(daemon.replies.at(-1)).toBe('+OK bye')
  expect(daemon.got.at(-1)?.what.headers['Content-Disposition']).toBe('disconnect')
  expect(daemon.closed).toBe(true)
  second.send('connect', 'exit')
  await clock.advanceAsync(40)
  expect(await caller.isSentToPeople()).toMatchObject({ number: '2000' })
  caller.hangsUp()
  const [over] = await Promise.all([caller.callIsOver(), clock.advanceAsync(40)])
  expect(over).toMatchObject({ cause: 'NORMAL_CLEARING', by: 'caller' })
})

test('a refused connection leads to the next address, and then on in the dialplan', async () => {
  const { pbx, caller, second } = await connected({}, (first, other) => ({
    listener: [() => Promise.reject(new Error(`refused ${first.closed}`)), () => other.wire],
  }))
  second.control(caller.id)
  expect(caller.place.at).toBe('socket')
  pbx.refuses(2)
  const unlucky = await pbx.call({
    to: '5000',
    from: '1',
    dialplan: twoAttempts({})(second, second).dialplan,
  })
  expect(unlucky.place).toMatchObject({ at: 'people', number: '2000' })
})

test('a transferred caller is left in a limbo when the socket ends while socket_resume is true', async () => {
  for (const [resume, place] of [
    ['true', 'limbo'],
    ['false', 'people'],
  ]) {
    const { clock, daemon, caller, complaints } = await connected({}, twoAttempts({ socket_resume: 'true' }))
    daemon.send(`api uuid_setvar ${caller.id} socket_resume ${resume}`)
    daemon.send(`api uuid_transfer ${caller.id} 2000 XML public`)
    await clock.advanceAsync(40)
    expect(caller.place).toMatchObject({ at: 'people', number: '2000' })
    daemon.send('exit')
    await clock.advanceAsync(40)
    expect(caller.place.at).toBe(place)
    expect(complaints()).toHaveLength(resume === 'true' ? 1 : 0)
  }
})

test('a timer takes a caller away from a daemon that says nothing, unless it is deleted', async () => {
  const clock = new ManualClock()
  const pbx = new FakeFreeswitch({
    clock,
    files: new MemoryFiles(clock),
    extensions: {
      rescue: [
        { do: 'set', name: 'socket_resume', value: 'false' },
        { do: 'stopRecordings' },
        { do: 'transfer', to: '2000' },
      ],
    },
    people: { 2000: { answersAfterMs: 300, leavesAfterMs: 2_000 } },
  })
  const daemons = [new RawDaemon(clock), new RawDaemon(clock)] as const
  const [stuck, saved] = await Promise.all(
    daemons.map(daemon =>
      pbx.call({
        to: '5000',
        from: '+15550100',
        variables: { socket_resume: 'true' },
        dialplan: [
          { do: 'answer' },
          { do: 'schedTransfer', afterMs: 8_000, to: 'rescue' },
          { do: 'socket', to: [() => daemon.wire] },
        ],
      }),
    ),
  )
  daemons[1].send('connect', `api sched_del ${saved?.id}`)
  await clock.advanceAsync(8_500)
  expect(daemons[1].replies.at(-1)).toBe('+OK Deleted: 1\n')
  expect(saved?.place.at).toBe('socket')
  expect(stuck?.place).toMatchObject({ at: 'people', number: '2000', talking: true })
  daemons[0].near.destroy()
  await clock.advanceAsync(2_000)
  expect(await stuck?.callIsOver()).toMatchObject({ by: 'person' })
})

test('a queue that gives up sends the caller on', async () => {
  const { clock, daemon, caller } = await connected({
    people: { '3000': { sendsOn: { afterMs: 2_000, to: 'return' } } },
    extensions: {
      return: [
        { do: 'set', name: 'parley_return', value: 'timeout' },
        { do: 'transfer', to: '2000' },
      ],
    },
  })
  daemon.send(`api uuid_transfer ${caller.id} 3000 XML public`)
  await clock.advanceAsync(1_900)
  expect(caller.place).toMatchObject({ at: 'people', number: '3000' })
  await clock.advanceAsync(200)
  expect(caller.place).toMatchObject({ at: 'people', number: '2000' })
  expect(caller.variable('parley_return')).toBe('timeout')
})

test('a hang-up during a playback: order of events, notices, close on a whole second', async () => {
  const { clock, daemon, caller } = await connected()
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  await clock.advanceAsync(505)
  caller.hangsUp('NORMAL_CLEARING')
  await clock.advanceAsync(60)
  expect(
    daemon.got
      .slice(-6)
      .map(one => one.what.event?.['Event-Name'] ?? one.what.headers['Content-Disposition']),
  ).toEqual([
    'CHANNEL_HANGUP',
    'PLAYBACK_STOP',
    'CHANNEL_EXECUTE_COMPLETE',
    'CHANNEL_EXECUTE_COMPLETE',
    'CHANNEL_HANGUP_COMPLETE',
    'linger',
  ])
  expect(daemon.events('PLAYBACK_STOP')[0]?.what).toMatchObject({
    'Playback-Status': 'done',
    'Hangup-Cause': 'NORMAL_CLEARING',
  })
  await clock.advanceAsync(1_400)
  expect(daemon.closed).toBe(false)
  await clock.advanceAsync(100)
  expect(daemon.closed).toBe(true)
  expect(daemon.got.at(-1)?.atMs).toBe(2_000)
})

test('without linger the socket closes at once, and later events are lost', async () => {
  const { clock, daemon, caller } = await connected()
  daemon.send('nolinger')
  await clock.advanceAsync(15)
  daemon.send(`api uuid_kill ${caller.id}`)
  await clock.advanceAsync(100)
  expect(daemon.events().map(one => one.what['Event-Name'])).toEqual(['CHANNEL_HANGUP'])
  expect(daemon.closed).toBe(true)
})

test('a condition that does not hold in time rejects with the transcript', async () => {
  const { clock, caller } = await connected()
  const waiting = expect(caller.hearsSpeech({ withinMs: 500 })).rejects.toThrow(
    /hears speech.*in time[\s\S]*calls 5000/,
  )
  await clock.advanceAsync(520)
  await waiting
})

test('it dials a daemon over TCP, on the real clock', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const files = new MemoryFiles()
  files.grow('/prompts/hello.wav', monoWav(new Int16Array(800).fill(1_000)))
  const pbx = new FakeFreeswitch({ clock: systemClock, files })
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const listener = { host: '127.0.0.1', port: address.port }
  const caller = await pbx.call({ to: '5000', from: '+15550100', listener })
  const [socket] = await accepted
  const daemon = new RawDaemon(systemClock, [socket, socket])
  daemon.control(caller.id)
  daemon.execute('playback', '/prompts/hello.wav', 'p1')
  await caller.until(() => caller.plays[0]?.how === 'done')
  daemon.execute('hangup', 'USER_BUSY', 'h1')
  expect(await caller.callIsOver()).toMatchObject({ cause: 'USER_BUSY', by: 'assistant' })
  expect(caller.heard.filter(sample => sample === 1_000)).toHaveLength(800)
  expect(pbx.violations).toEqual([])
  pbx.stop()
  socket.destroy()
  server.close()
})
