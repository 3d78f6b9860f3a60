// Calls that outlive their process: lost, killed or suspended, they come back to the next one and go on.

import { describe, expect, test } from 'vitest'
import type { JournalEntry } from '../../src/call/journal.ts'
import { frameEntry } from '../../src/call/journal.ts'
import type { Directive, Input } from '../../src/engine/engine.ts'
import { desksOfTests } from '../desks.ts'
import type { CallOptions } from '../fake-freeswitch/fake-freeswitch.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { listenFor, say } from '../fakes/providers.ts'
import type { Desk } from '../harness.ts'

const openDesk = desksOfTests(desk => {
  desk.engine.answer = echo
})

const GREETING = 'What can I do for you?'
const BRIDGE = 'Where were we?'

function echo(input: Input): Directive[] {
  if (input.type === 'start') return [say(GREETING)]
  if (input.type === 'speech') return [say(`You said ${input.text}.`)]
  if (input.type === 'resume') return [say(`Again, after ${input.history.length}.`)]
  return []
}

/** The dialplan hands the call over a second and a third time, as long as somebody is there. */
function guarded(desk: Desk): Partial<CallOptions> {
  const socket = { do: 'socket', to: [() => desk.dial()] } as const
  return { variables: { socket_resume: 'true' }, dialplan: [{ do: 'answer' }, socket, socket, socket] }
}

function lastOf(desk: Desk, caller: Caller, type: string): JournalEntry | undefined {
  return desk.journal(caller).findLast(entry => entry.type === type)
}

/** The process is killed: its connections are gone, and what it would have written about that is not written. */
async function kill(desk: Desk, caller: Caller, during?: () => void): Promise<void> {
  caller.cutsWire()
  await desk.clock.advanceAsync(1)
  const path = `/journals/${caller.id}.journal`
  const killed = desk.journal(caller).filter(({ type }) => type !== 'ended')
  desk.files.remove(path)
  desk.files.grow(path, Buffer.concat(killed.map(frameEntry)))
  during?.()
  desk.restart()
}

async function greeted(desk: Desk): Promise<Caller> {
  const caller = await desk.call(guarded(desk))
  await desk.hears(caller, GREETING)
  await desk.passing(caller.hearsSilence({ ms: 200 }))
  return caller
}

describe('a call whose process was killed', () => {
  test('goes on with a bridge, its history, its turn and its language', async () => {
    const desk = openDesk()
    desk.engine.answer = input =>
      input.type === 'speech'
        ? [{ type: 'language', language: 'de-DE', voice: 'hans' }, say('Guten Tag.')]
        : echo(input)
    const caller = await greeted(desk)
    await desk.says(caller, 'in german please')
    await desk.hears(caller, 'Guten Tag.')
    await desk.passing(caller.hearsSilence({ ms: 200 }))
    await kill(desk, caller)
    await desk.hears(caller, BRIDGE)
    await desk.hears(caller, 'Again, after 3.')
    const resumed = desk.engine.inputs.at(-1)
    expect(resumed).toMatchObject({
      type: 'resume',
      history: [
        { who: 'assistant', text: GREETING },
        { who: 'caller', text: 'in german please' },
        { who: 'assistant', text: 'Guten Tag.' },
      ],
    })
    expect(lastOf(desk, caller, 'asked')).toMatchObject({ turn: 2, question: { type: 'resumed' } })
    expect(lastOf(desk, caller, 'resumed')).toMatchObject({ planned: false, losses: 1 })
    expect(desk.engine.calls.at(-1)).toEqual(desk.engine.calls[0])
    caller.hangsUp()
    await desk.clock.advanceAsync(500)
    expect(desk.calls.counts).toMatchObject({ admitted: 0, resumed: 1 })
    expect(desk.ending(caller)).toMatchObject({ by: 'caller' })
  })

  test('is answered what the caller had said last', async () => {
    const desk = openDesk()
    desk.engine.answer = async function* (input, _turn, signal) {
      if (input.type !== 'speech') return yield* echo(input)
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const caller = await greeted(desk)
    await desk.says(caller, 'opening hours please')
    await desk.passing(caller.until(() => desk.engine.inputs.at(-1)?.type === 'speech', { what: 'is asked' }))
    await kill(desk, caller)
    await desk.hears(caller, 'Again, after 2.')
    expect(desk.engine.inputs.at(-1)).toMatchObject({
      history: [{ text: GREETING }, { who: 'caller', text: 'opening hours please' }],
    })
    caller.hangsUp()
  })

  test('does not count a sentence that was cut as heard whole', async () => {
    const desk = openDesk()
    const long = 'One two three four five six seven eight nine ten.'
    desk.engine.answer = input => (input.type === 'start' ? [say(long)] : echo(input))
    const caller = await desk.call(guarded(desk))
    await desk.hears(caller, long)
    await desk.clock.advanceAsync(1_000)
    await kill(desk, caller)
    await desk.hears(caller, BRIDGE)
    const { history } = desk.engine.inputs.at(-1) as Extract<Input, { type: 'resume' }>
    expect(history.map(({ text }) => text)).not.toContain(long)
    caller.hangsUp()
  })

  test('begins anew when nothing had been asked yet', async () => {
    const desk = openDesk({
      profile: { recording: { keep: true, dir: '/kept', consent: 'We record this call.', maskPbx: false } },
    })
    const caller = await desk.call(guarded(desk))
    await desk.hears(caller, 'We record this call.')
    await kill(desk, caller)
    await desk.hears(caller, GREETING)
    expect(desk.heardBy(caller).filter(text => text === 'We record this call.')).toHaveLength(2)
    expect(desk.engine.inputs).toEqual([{ type: 'start' }])
    caller.hangsUp()
  })

  test('goes on being recorded without being told again', async () => {
    const desk = openDesk({
      profile: { recording: { keep: true, dir: '/kept', consent: 'We record this call.', maskPbx: false } },
    })
    const caller = await greeted(desk)
    await kill(desk, caller)
    await desk.hears(caller, BRIDGE)
    await desk.clock.advanceAsync(500)
    expect(desk.heardBy(caller).filter(text => text === 'We record this call.')).toHaveLength(1)
    expect(desk.files.paths().filter(path => path.startsWith('/kept/'))).toHaveLength(2)
    caller.hangsUp()
  })

  test('goes to people the second time', async () => {
    const desk = openDesk()
    const caller = await greeted(desk)
    await kill(desk, caller)
    await desk.hears(caller, 'Again, after 1.')
    await kill(desk, caller)
    expect(await desk.passing(caller.isSentToPeople())).toMatchObject({ number: '2000' })
    expect(desk.heardBy(caller).at(-1)).toBe('I am sorry.')
    expect(desk.ending(caller)).toMatchObject({
      why: 'handed-over',
      because: { why: 'fault', fault: 'parley', message: 'the call lost its process again' },
    })
    caller.hangsUp()
  })

  test('goes where the caller was being sent', async () => {
    const desk = openDesk()
    desk.engine.answer = () => [
      { type: 'transfer', to: 'sales', announce: 'I connect you to the sales people.' },
    ]
    const caller = await desk.call(guarded(desk))
    await desk.hears(caller, 'I connect you to the sales people.')
    await kill(desk, caller)
    expect(await desk.passing(caller.isSentToPeople())).toMatchObject({ number: '3000' })
    expect(desk.engine.inputs).toHaveLength(1)
    caller.hangsUp()
  })

  test('is over when it was ending', async () => {
    const desk = openDesk()
    desk.engine.answer = () => [say('That was all, and now good-bye.'), { type: 'end', reason: 'done' }]
    const caller = await desk.call(guarded(desk))
    await desk.hears(caller, 'That was all, and now good-bye.')
    await kill(desk, caller)
    await desk.passing(caller.callIsOver())
    await desk.clock.advanceAsync(500)
    expect(desk.ending(caller)).toMatchObject({ by: 'assistant', why: 'finished' })
  })

  test('keeps to itself what the caller goes on keying in confidence', async () => {
    const desk = openDesk()
    const card = [
      say('Your number please.'),
      listenFor({ expect: 'digits', numDigits: 8, confidential: true }),
    ]
    desk.engine.answer = async function* (input, _turn, signal) {
      if (input.type === 'resume')
        await new Promise<void>((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
          desk.clock.after(1_000, resolve)
        })
      yield* card
    }
    const caller = await desk.call(guarded(desk))
    await desk.hears(caller, 'Your number please.')
    await desk.passing(caller.presses('73'))
    await kill(desk, caller, () => void caller.presses('846195'))
    await desk.hears(caller, 'Your number please.')
    await desk.clock.advanceAsync(2_000)
    const keys = desk.journal(caller).filter(({ type }) => type === 'digitPressed')
    expect(keys.length).toBeGreaterThan(4)
    for (const key of keys) expect(key).toMatchObject({ confidential: true })
    expect(desk.heardBy(caller)).not.toContain(BRIDGE)
    caller.hangsUp()
  })

  test('waits in silence for a caller who holds', async () => {
    const desk = openDesk()
    const caller = await greeted(desk)
    caller.holds()
    await desk.clock.advanceAsync(500)
    await kill(desk, caller)
    await desk.clock.advanceAsync(12_000)
    expect(lastOf(desk, caller, 'resumed')).toBeDefined()
    expect(lastOf(desk, caller, 'promptStarted')).toMatchObject({ text: GREETING })
    caller.unholds()
    await desk.hears(caller, BRIDGE)
    await desk.hears(caller, 'Again, after 1.')
    caller.hangsUp()
  })

  test('gives the engine back what it had kept, and no other engine', async () => {
    const desk = openDesk()
    desk.engine.answer = input => {
      if (input.type === 'start') desk.engine.links[0]?.keep({ step: 1 })
      return echo(input)
    }
    const caller = await greeted(desk)
    await kill(desk, caller)
    await desk.hears(caller, BRIDGE)
    expect(desk.engine.links.map(({ session }) => session)).toEqual([null, { step: 1 }])
    caller.hangsUp()
  })

  test('is new when it comes back too late', async () => {
    const desk = openDesk()
    const caller = await greeted(desk)
    await kill(desk, caller, () => desk.clock.jumpWall(31_000))
    await desk.passing(
      caller.until(() => desk.heardBy(caller).filter(text => text === GREETING).length === 2, {
        what: 'is greeted again',
      }),
    )
    expect(desk.heardBy(caller)).not.toContain(BRIDGE)
    caller.hangsUp()
  })

  test.each([
    ['is damaged', () => Buffer.from('nothing of ours\n')],
    ['is that of another call', (own: Buffer, id: string) => Buffer.from(own.toString().replaceAll(id, 'x'))],
    ['is empty', () => Buffer.alloc(0)],
  ])('is new when its journal %s', async (_, spoil) => {
    const desk = openDesk()
    const caller = await greeted(desk)
    await kill(desk, caller, () => {
      const path = `/journals/${caller.id}.journal`
      const own = desk.files.bytesOf(path)
      desk.files.remove(path)
      desk.files.grow(path, spoil(own, caller.id))
    })
    await desk.passing(
      caller.until(() => desk.heardBy(caller).filter(text => text === GREETING).length === 2, {
        what: 'is greeted again',
      }),
    )
    caller.hangsUp()
  })

  test('loses no more than a line that was torn', async () => {
    const desk = openDesk()
    const caller = await greeted(desk)
    await kill(desk, caller, () => {
      desk.files.grow(`/journals/${caller.id}.journal`, Buffer.from('0123abcd {"atMs":1,"ty'))
    })
    await desk.hears(caller, BRIDGE)
    await kill(desk, caller)
    await desk.passing(caller.isSentToPeople())
    caller.hangsUp()
  })

  test('that was new again after a torn end is taken for the new one', async () => {
    const desk = openDesk()
    const caller = await greeted(desk)
    const path = `/journals/${caller.id}.journal`
    await kill(desk, caller, () => {
      desk.files.grow(path, Buffer.from('0123abcd {"atMs":1,"ty'))
      desk.clock.jumpWall(31_000)
    })
    const greetings = () => desk.heardBy(caller).filter(text => text === GREETING).length
    await desk.passing(caller.until(() => greetings() === 2, { what: 'is greeted again' }))
    await kill(desk, caller)
    await desk.hears(caller, BRIDGE)
    expect(desk.engine.inputs.at(-1)).toMatchObject({ type: 'resume' })
    expect((desk.engine.inputs.at(-1) as Extract<Input, { type: 'resume' }>).history.length).toBeLessThan(2)
    caller.hangsUp()
  })

  test('goes on although the clock was set in the middle of it', async () => {
    const desk = openDesk()
    const caller = await greeted(desk)
    desk.clock.jumpWall(3_600_000)
    await desk.says(caller, 'hello')
    await desk.hears(caller, 'You said hello.')
    await kill(desk, caller)
    await desk.hears(caller, BRIDGE)
    expect(lastOf(desk, caller, 'resumed')).toMatchObject({ gapMs: expect.any(Number) })
    expect(Number(lastOf(desk, caller, 'resumed')?.gapMs)).toBeLessThan(5_000)
    caller.hangsUp()
  })

  test('leaves no recording of the dead process behind', async () => {
    const desk = openDesk()
    const caller = await greeted(desk)
    // A killed process deletes nothing.
    const left = (await desk.files.list('/spool')).map(({ name }) => name)
    expect(left).toHaveLength(1)
    const remove = desk.files.remove.bind(desk.files)
    desk.files.remove = path => (path.startsWith('/spool/') ? undefined : remove(path))
    await kill(desk, caller, () => {
      desk.files.remove = remove
    })
    await desk.hears(caller, BRIDGE)
    expect((await desk.files.list('/spool')).map(({ name }) => name)).not.toContain(left[0])
    caller.hangsUp()
  })

  test('is taken even when there is no room for new ones', async () => {
    const desk = openDesk({ limit: 1 })
    const caller = await greeted(desk)
    await kill(desk, caller)
    desk.overload = 'too much to do'
    await desk.hears(caller, BRIDGE)
    const other = await desk.call(guarded(desk))
    expect(await desk.passing(other.callIsOver())).toBeDefined()
    caller.hangsUp()
  })
})

test('a call that was lost, and not its process, goes on as well', async () => {
  const desk = openDesk()
  const caller = await greeted(desk)
  caller.cutsWire({ midFrame: true })
  await desk.hears(caller, BRIDGE)
  expect(lastOf(desk, caller, 'resumed')).toMatchObject({ planned: false, losses: 1 })
  caller.hangsUp()
})

test('a call that comes again while its old connection seems alive takes the place of the old one', async () => {
  const desk = openDesk()
  const caller = await greeted(desk)
  const again = await desk.call({ ...guarded(desk), id: caller.id, to: 'parley-again' })
  await desk.hears(again, BRIDGE)
  // For the engine it is the call that it was, whatever number its dialplan has sent it back under.
  expect(desk.engine.calls.at(-1)).toMatchObject({ to: '5000' })
  expect(desk.calls.counts).toMatchObject({ now: 1, admitted: 1, resumed: 1 })
  again.hangsUp()
  caller.hangsUp()
})

describe('a process that ends', () => {
  test('finishes the sentence, begins no other, and the call goes on in the next one', async () => {
    const desk = openDesk()
    desk.engine.answer = input =>
      input.type === 'start' ? [say('This sentence is heard to its end. This one is not.')] : echo(input)
    const caller = await desk.call(guarded(desk))
    await desk.hears(caller, 'This sentence is heard to its end.')
    await desk.clock.advanceAsync(300)
    const old = desk.calls
    desk.restart()
    await desk.passing(old.suspend())
    expect(old.counts.now).toBe(0)
    expect(lastOf(desk, caller, 'promptSpoken')).toMatchObject({
      text: 'This sentence is heard to its end.',
      how: 'completed',
    })
    expect(lastOf(desk, caller, 'ended')).toMatchObject({ ending: { by: 'us', why: 'suspended' } })
    await desk.hears(caller, BRIDGE)
    expect(lastOf(desk, caller, 'resumed')).toMatchObject({ planned: true, losses: 0 })
    expect(desk.engine.inputs.at(-1)).toMatchObject({
      history: [{ text: 'This sentence is heard to its end.' }],
    })
    expect(desk.engine.reports.filter(({ type }) => type === 'ended')).toEqual([])
    caller.hangsUp()
  })

  test('waits no longer than a long sentence deserves', async () => {
    const desk = openDesk()
    const long =
      'This sentence goes on and on and on and on and on and on and on and on and on and on and on.'
    desk.engine.answer = input => (input.type === 'start' ? [say(long)] : echo(input))
    const caller = await desk.call(guarded(desk))
    await desk.hears(caller, long)
    const old = desk.calls
    desk.restart()
    const beganMs = desk.clock.now()
    await desk.passing(old.suspend())
    expect(desk.clock.now() - beganMs).toBeLessThan(2_200)
    expect(desk.clock.now() - beganMs).toBeGreaterThanOrEqual(2_000)
    await desk.hears(caller, BRIDGE)
    caller.hangsUp()
  })

  test('lets a caller finish what they are saying, and answers it in the next one', async () => {
    const desk = openDesk()
    const caller = await greeted(desk)
    const saying = desk.says(caller, 'opening hours please')
    await desk.clock.advanceAsync(300)
    const old = desk.calls
    desk.restart()
    await Promise.all([saying, desk.passing(old.suspend())])
    await desk.hears(caller, BRIDGE)
    expect(desk.engine.inputs.at(-1)).toMatchObject({
      type: 'resume',
      history: [{ text: GREETING }, { who: 'caller', text: 'opening hours please' }],
    })
    caller.hangsUp()
  })

  test('may end as often as it likes', async () => {
    const desk = openDesk()
    const caller = await greeted(desk)
    for (const _ of [1, 2]) {
      const old = desk.calls
      desk.restart()
      await desk.passing(old.suspend())
      await desk.passing(
        caller.until(() => lastOf(desk, caller, 'resumed') !== undefined, { what: 'comes back' }),
      )
      await desk.clock.advanceAsync(3_000)
    }
    expect(desk.journal(caller).filter(({ type }) => type === 'resumed')).toMatchObject([
      { planned: true, losses: 0 },
      { planned: true, losses: 0 },
    ])
    expect(desk.heardBy(caller).filter(text => text === BRIDGE)).toHaveLength(2)
    caller.hangsUp()
  })

  test('takes nobody any more', async () => {
    const desk = openDesk()
    await desk.calls.suspend()
    const caller = await desk.call({
      dialplan: [{ do: 'answer' }, { do: 'socket', to: [() => desk.dial()] }],
    })
    await desk.passing(caller.callIsOver())
    expect(desk.calls.counts).toMatchObject({ now: 0, admitted: 0 })
  })
})

describe('a drain', () => {
  test('sends new calls to people, and those that come back too', async () => {
    const desk = openDesk()
    const caller = await greeted(desk)
    const drained = desk.calls.drain()
    const fallback = { variables: { parley_fallback: '2001 XML public' } }
    const late = await desk.call(fallback)
    expect(await desk.passing(late.isSentToPeople())).toMatchObject({ number: '2001' })
    await desk.says(caller, 'hello')
    await desk.hears(caller, 'You said hello.')
    caller.hangsUp()
    late.hangsUp()
    await desk.passing(drained)
    expect(desk.calls.counts.now).toBe(0)
  })
})

test('an overload sends new calls to people at once', async () => {
  const desk = openDesk()
  desk.overload = 'the event loop is late'
  const caller = await desk.call({ variables: { parley_fallback: '2001 XML public' } })
  expect(await desk.passing(caller.isSentToPeople())).toMatchObject({ number: '2001' })
  expect(desk.log.find(({ message }) => message === 'call not taken')?.fields).toMatchObject({
    reason: 'the event loop is late',
  })
  caller.hangsUp()
})
