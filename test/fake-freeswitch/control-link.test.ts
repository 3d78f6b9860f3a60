import { once } from 'node:events'
import { connect } from 'node:net'
import { duplexPair } from 'node:stream'
import { expect, test } from 'vitest'
import { openControlPort } from './control-port.ts'
import type { FakeFreeswitchOptions } from './fake-freeswitch.ts'
import { RawDaemon } from './raw-daemon.ts'
import { building, connected } from './test-call.ts'

const LEG = 'b0000000-0000-4000-8000-000000000001'
const OTHER = 'b0000000-0000-4000-8000-000000000002'

async function controlled(options: Partial<FakeFreeswitchOptions> = {}, password = 'ClueCon') {
  const ground = building(options)
  const link = new RawDaemon(ground.clock)
  ground.pbx.acceptControl(link.wire)
  link.send(`auth ${password}`, 'event json CHANNEL_HANGUP_COMPLETE BACKGROUND_JOB CHANNEL_ANSWER')
  await ground.clock.settle()
  const jobs = () => link.events('BACKGROUND_JOB').map(one => one.what._body)
  return { ...ground, link, jobs }
}

test('nothing is obeyed without the password', async () => {
  const { link } = await controlled({}, 'wrong')
  expect(link.replies).toEqual(['-ERR invalid'])
  expect(link.closed).toBe(true)
})

test('a leg that is put to the daemon is a call with its variables', async () => {
  const [near, wire] = duplexPair()
  const { clock, pbx, link, jobs } = await controlled({
    people: { '2000': { answersAfterMs: 300 } },
    listeners: { '127.0.0.1:8084': () => wire },
  })
  link.send(
    `bgapi originate {origination_uuid=${LEG},parley_leg=t}sofia/internal/2000@h '&socket(127.0.0.1:8084 async full)'`,
  )
  await clock.advanceAsync(400)
  const daemon = new RawDaemon(clock, [near, wire])
  daemon.send('connect')
  await clock.settle()
  expect(jobs()).toEqual([`+OK ${LEG}\n`])
  expect(daemon.got[0]?.what.headers).toMatchObject({
    'Unique-ID': LEG,
    variable_parley_leg: 't',
    'Call-Direction': 'outbound',
  })
  const agent = pbx.personOn(LEG)
  agent?.hangsUp()
  await clock.advanceAsync(100)
  const [end] = link.events('CHANNEL_HANGUP_COMPLETE')
  expect(end?.what.variable_sip_hangup_disposition).toBe('recv_bye')
})

test('of legs that ring together the first who answers has it, and the others are let go', async () => {
  const { clock, link, jobs } = await controlled({
    people: { '1': { answersAfterMs: 900 }, '2': { answersAfterMs: 300 } },
  })
  link.send(
    `bgapi originate [origination_uuid=${LEG}]sofia/internal/1@h,[origination_uuid=${OTHER}]sofia/internal/2@h &park`,
  )
  await clock.advanceAsync(2_000)
  expect(jobs()).toEqual([`+OK ${OTHER}\n`])
  const ended = link
    .events('CHANNEL_HANGUP_COMPLETE')
    .map(one => [one.what['Unique-ID'], one.what['Hangup-Cause']])
  expect(ended).toEqual([[LEG, 'LOSE_RACE']])
})

test('with one id for all of them the second is never dialled', async () => {
  const { clock, link, jobs } = await controlled({
    people: { '1': { neverAnswers: true }, '2': { answersAfterMs: 100 } },
  })
  link.send(
    `bgapi originate {origination_uuid=${LEG},originate_timeout=3}sofia/internal/1@h,sofia/internal/2@h &park`,
  )
  await clock.advanceAsync(4_000)
  expect(jobs()).toEqual(['-ERR NO_ANSWER\n'])
})

test('the next attempt is dialled when the first is refused', async () => {
  const { clock, link, jobs } = await controlled({ people: { '1': { refuses: 'USER_BUSY' }, '2': {} } })
  link.send(`bgapi originate sofia/internal/1@h|[origination_uuid=${OTHER}]sofia/internal/2@h &park`)
  await clock.advanceAsync(1_000)
  expect(jobs()).toEqual([`+OK ${OTHER}\n`])
})

test('a blocking originate holds back everything else on its connection', async () => {
  const { clock, link } = await controlled({ people: { '2000': { answersAfterMs: 500 } } })
  const before = link.replies.length
  link.send(`api originate {origination_uuid=${LEG}}sofia/internal/2000@h &park`, 'api uuid_exists x')
  await clock.advanceAsync(400)
  expect(link.replies).toHaveLength(before)
  await clock.advanceAsync(200)
  expect(link.replies.slice(before)).toEqual([`+OK ${LEG}\n`, 'false'])
})

test('a phone that is left ringing is a violation', async () => {
  const { clock, pbx, link } = await controlled({ people: { '2002': { neverAnswers: true } } })
  link.send('bgapi originate sofia/internal/2002@h &park')
  await clock.advanceAsync(1_000)
  pbx.stop()
  expect(pbx.violations.map(({ what }) => what)).toEqual(['a phone was left ringing'])
})

test('members of a room hear each other, and nobody hears themselves', async () => {
  const { clock, pbx, daemon, caller } = await connected({ people: { '2000': { answersAfterMs: 100 } } })
  daemon.execute('conference', 'room@default', 'c1')
  daemon.send(`bgapi originate {origination_uuid=${LEG}}sofia/internal/2000@h &conference(room@default)`)
  await clock.advanceAsync(300)
  const agent = pbx.personOn(LEG)
  void agent?.says(new Int16Array(1_600).fill(700))
  void caller.says(new Int16Array(1_600).fill(300))
  await clock.advanceAsync(400)
  const heard = (sound: Int16Array | undefined) => [...new Set(sound)].filter(sample => sample !== 0)
  expect(heard(caller.heard)).toEqual([700])
  expect(heard(agent?.heard)).toEqual([300])
})

test('filters choose by value, by pattern, and leave out what they say no to', async () => {
  const { clock, pbx, link } = await controlled({ people: { '2000': {} } })
  link.send('filter variable_parley_owner /^127\\.0\\.0\\.1:8084-/', 'filter Event-Name BACKGROUND_JOB')
  link.send('filter variable_parley_leg -agent:not-me', 'filter Unique-ID /(/')
  const others = ['{parley_owner=127.0.0.1:8084-x/call}', '{parley_owner=127.0.0.1:9999-x/call}', '']
  const unwanted = '{parley_owner=127.0.0.1:8084-x/call,parley_leg=agent:not-me}'
  for (const variables of [...others, unwanted]) link.send(`bgapi originate ${variables}user/2000@h &park`)
  await clock.advanceAsync(1_000)
  const [wanted] = pbx.legsOf('2000')
  expect(link.events('CHANNEL_ANSWER').map(one => one.what['Unique-ID'])).toEqual([wanted?.id])
  expect(link.events('BACKGROUND_JOB')).toHaveLength(4)
})

test('the table of channels, a channel’s data, a variable', async () => {
  const { clock, pbx, link } = await controlled({ people: { '2000': {} }, globals: { domain: 'h' } })
  link.send('api show channels as json')
  link.send("bgapi originate {parley_leg='a b',origination_caller_id_number=77}user/2000@h &park")
  await clock.advanceAsync(1_000)
  const id = pbx.legOf('2000')?.id ?? ''
  const before = link.replies.length
  link.send('api show channels as json', 'api show channels count')
  link.send(`api uuid_dump ${id} json`, `api uuid_dump ${id}`, `api uuid_dump ${id} plain`)
  link.send(`api uuid_getvar ${id} parley_leg`, 'api global_getvar domain', 'api global_getvar nothing')
  await clock.advanceAsync(20)
  expect(link.replies).toContain('{"row_count": 0}\n')
  const [table = '', count, json = '', encoded, plain, variable, domain] = link.replies.slice(before)
  const { row_count, rows } = JSON.parse(table)
  expect(row_count).toBe(1)
  expect(rows[0]).toMatchObject({
    uuid: id,
    direction: 'outbound',
    state: 'CS_EXECUTE',
    cid_num: '77',
    dest: '2000',
    application: 'park',
    callstate: 'ACTIVE',
  })
  expect(count).toBe('\n1 total.\n')
  expect(JSON.parse(json)).toMatchObject({ 'Event-Name': 'CHANNEL_DATA', variable_parley_leg: 'a b' })
  expect(encoded).toContain('variable_parley_leg: a%20b\n')
  expect(plain).toContain('variable_parley_leg: a b\n')
  expect([variable, domain]).toEqual(['a b', 'h'])
})

test('the table of channels can be behind', async () => {
  const { clock, pbx, link } = await controlled({ people: { '2000': {} }, channelTableLagMs: 1_000 })
  const rowCount = async () => {
    link.send('api show channels as json')
    await clock.advanceAsync(20)
    return JSON.parse(link.replies.at(-1) ?? '').row_count
  }
  link.send('bgapi originate user/2000@h &park')
  await clock.advanceAsync(700)
  expect(pbx.legOf('2000')).toBeDefined()
  expect(await rowCount()).toBe(0)
  await clock.advanceAsync(600)
  expect(await rowCount()).toBe(1)
})

test('the configuration of its rooms', async () => {
  const { clock, link } = await controlled()
  const before = link.replies.length
  link.send('api xml_locate configuration configuration name conference.conf')
  link.send('api xml_locate configuration configuration name other.conf', 'api xml_locate a b')
  await clock.settle()
  const [found, ...missed] = link.replies.slice(before)
  expect(found).toContain('<profile name="parley">')
  expect(missed).toEqual(["can't find anything\n", '-ERR bad args\n'])
})

test('links break, connections are refused, and the next one is taken again', async () => {
  const { clock, pbx, link } = await controlled()
  expect(pbx.openControlLinks).toBe(1)
  pbx.cutControlLinks()
  await clock.settle()
  expect(link.closed).toBe(true)
  pbx.refusesControl(1)
  const refused = pbx.connectControl()
  const failed = new Promise<Error>(resolve => void refused.once('error', resolve))
  expect((await failed).message).toBe('connection refused')
  const taken = pbx.connectControl()
  const [greeting] = (await once(taken, 'data')) as [Buffer]
  expect(greeting.toString()).toBe('Content-Type: auth/request\n\n')
  expect(pbx.openControlLinks).toBe(1)
})

test('a caller’s hang-up is a BYE that came, a command’s one that is sent', async () => {
  for (const [end, disposition] of [
    ['caller', 'recv_bye'],
    ['command', 'send_bye'],
  ]) {
    const { clock, daemon, caller } = await connected()
    if (end === 'caller') caller.hangsUp()
    else daemon.send(`api uuid_kill ${caller.id}`)
    await clock.advanceAsync(100)
    const [over] = daemon.events('CHANNEL_HANGUP_COMPLETE')
    expect(over?.what.variable_sip_hangup_disposition).toBe(disposition)
  }
})

test('over TCP it is the same', async () => {
  const { pbx } = building()
  const port = await openControlPort(pbx)
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: port.port })
    socket.once('error', reject)
    socket.once('data', bytes => {
      socket.destroy()
      resolve(bytes.toString())
    })
  })
  port.close()
  expect(answer).toBe('Content-Type: auth/request\n\n')
})
