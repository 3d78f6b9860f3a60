// Admission, profiles, fallbacks, draining and shutting down: what concerns all calls of the process.

import { afterEach, describe, expect, test } from 'vitest'
import { chooseProfile, fallbackOf } from '../../src/call/admission.ts'
import type { Profile } from '../../src/call/profile.ts'
import type { LegFacts } from '../../src/pbx/pbx.ts'
import { say } from '../fakes/providers.ts'
import { Desk } from '../harness.ts'
import { testProfile } from '../profile.ts'

const facts = (to: string, variables: Record<string, string> = {}): LegFacts => ({
  id: 'leg',
  from: '+15550100',
  callerName: '',
  to,
  direction: 'inbound',
  answered: false,
  comesBack: false,
  variables,
})

function profiles(numbers: Record<string, readonly string[]>): Record<string, Profile> {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, patterns]) => [name, { ...testProfile, name, numbers: patterns }]),
  )
}

describe('the profile of a call', () => {
  const all = profiles({ any: ['*'], berlin: ['+4930*'], desk: ['+493012345'], never: [] })

  test.each([
    ['+493012345', 'desk'],
    ['+4930999', 'berlin'],
    ['+491', 'any'],
    ['', 'any'],
  ])('of %j is %s: the more of the number a pattern spells out, the better', (number, name) => {
    expect(chooseProfile(facts(number), all)?.name).toBe(name)
  })

  test('is the one that the dialplan names, if it exists', () => {
    expect(chooseProfile(facts('+493012345', { parley_profile: 'never' }), all)?.name).toBe('never')
    expect(chooseProfile(facts('+493012345', { parley_profile: 'nobody' }), all)?.name).toBe('desk')
    expect(chooseProfile(facts('+493012345', { parley_profile: '__proto__' }), all)?.name).toBe('desk')
  })

  test('may be none', () => {
    expect(chooseProfile(facts('+1'), profiles({ desk: ['+493012345'] }))).toBeUndefined()
  })
})

describe('the fallback of a call', () => {
  test.each([
    [{ parley_fallback: '2000 XML public' }, { number: '2000', context: 'public' }],
    [
      { parley_fallback: ' 2000 ', domain_name: 'tenant.example' },
      { number: '2000', context: 'tenant.example' },
    ],
    [{ parley_fallback: '2000' }, { number: '2000', context: 'default' }],
    [{ parley_fallback: '2000 enum public' }, { number: '2000', context: 'default' }],
    [{ parley_fallback: '  ' }, undefined],
    [{}, undefined],
  ])('of %j', (variables, destination) => {
    expect(fallbackOf(facts('5000', variables as Record<string, string>))).toEqual(destination)
  })
})

describe('all calls', () => {
  let desk: Desk

  afterEach(async () => {
    expect(await desk.leftovers()).toEqual([])
  })

  test('a call that no profile answers goes to its fallback', async () => {
    desk = new Desk({ profile: { numbers: ['+49*'] } })
    const caller = await desk.call({ variables: { parley_fallback: '2001 XML public' } })
    expect(await desk.passing(caller.isSentToPeople())).toMatchObject({ number: '2001' })
    caller.hangsUp()
  })

  test('a call that no profile answers and that has no fallback goes on in its dialplan', async () => {
    desk = new Desk({ profile: { numbers: ['+49*'] } })
    const caller = await desk.call()
    await desk.passing(caller.callIsOver())
    expect(desk.calls.counts).toEqual({ now: 0, admitted: 0, resumed: 0, faults: 0 })
  })

  test('a fallback that is no number lets the call go on in its dialplan', async () => {
    desk = new Desk({ limit: 0 })
    const caller = await desk.call({ variables: { parley_fallback: '-bleg XML public' } })
    await desk.passing(caller.callIsOver())
    expect(desk.log.some(({ message }) => message === 'a call that was not taken could not be sent on')).toBe(
      true,
    )
    desk.log.length = 0
  })

  test('an engine that is not there is no reason to keep a caller', async () => {
    desk = new Desk({ profile: { engine: 'nobody' } })
    const caller = await desk.call({ variables: { parley_fallback: '2001 XML public' } })
    expect(await desk.passing(caller.isSentToPeople())).toMatchObject({ number: '2001' })
    caller.hangsUp()
  })

  test('a context that is no JSON is left out', async () => {
    desk = new Desk()
    const caller = await desk.call({ variables: { parley_context: '{"customer":' } })
    await desk.hears(caller, 'What can I do for you?')
    expect(desk.engine.calls[0]?.context).toBeNull()
    caller.hangsUp()
  })

  test('an empty context is none', async () => {
    desk = new Desk()
    const caller = await desk.call({ variables: { parley_context: '' } })
    await desk.hears(caller, 'What can I do for you?')
    expect(desk.engine.calls[0]?.context).toBeNull()
    expect(desk.log.filter(({ level }) => level === 'warn')).toEqual([])
    caller.hangsUp()
  })

  test('without people of the profile’s own the fallback is where people are', async () => {
    desk = new Desk({ profile: { people: null } })
    const caller = await desk.call({ variables: { parley_fallback: '2001 XML public' } })
    await desk.hears(caller, 'What can I do for you?')
    await desk.passing(caller.presses('0'))
    expect(await desk.passing(caller.isSentToPeople())).toMatchObject({ number: '2001' })
    caller.hangsUp()
  })

  test('where there are no people at all a fault ends in an apology, and the dialplan goes on', async () => {
    desk = new Desk({ profile: { people: null } })
    desk.engine.answer = () => {
      throw new Error('it broke')
    }
    const caller = await desk.call()
    await desk.passing(caller.callIsOver())
    expect(desk.heardBy(caller)).toEqual(['I am sorry.'])
    expect(desk.ending(caller)).toMatchObject({ by: 'us', why: 'fault', fault: 'engine' })
    expect(desk.calls.counts.faults).toBe(1)
  })

  test('where there are no people a call that is too long ends with a goodbye', async () => {
    desk = new Desk({ profile: { people: null }, policy: { maxMs: 3_000 } })
    const caller = await desk.call()
    await desk.passing(caller.callIsOver())
    expect(desk.heardBy(caller).at(-1)).toBe('Goodbye.')
    await desk.clock.advanceAsync(1_000)
    expect(desk.ending(caller)).toEqual({ by: 'assistant', why: 'too-long' })
  })

  test('where there are no people a call with too many turns ends with a goodbye', async () => {
    desk = new Desk({ profile: { people: null }, policy: { maxTurns: 0 } })
    const caller = await desk.call()
    await desk.passing(caller.callIsOver())
    await desk.clock.advanceAsync(1_000)
    expect(desk.ending(caller)).toEqual({ by: 'assistant', why: 'too-many-turns' })
  })

  test('a fault whose way to people is none leaves nothing behind', async () => {
    desk = new Desk({ profile: { people: null } })
    desk.engine.answer = () => {
      throw new Error('it broke')
    }
    const caller = await desk.call({ variables: { parley_fallback: '-bleg XML public' } })
    await desk.passing(caller.callIsOver())
    await desk.clock.advanceAsync(1_000)
    expect(desk.ending(caller)).toMatchObject({ by: 'us', why: 'fault', fault: 'engine' })
  })

  test('an engine that throws what is no error is an engine that failed', async () => {
    desk = new Desk()
    desk.engine.answer = () => {
      throw 'a text'
    }
    const caller = await desk.call()
    await desk.passing(caller.isSentToPeople())
    expect(desk.ending(caller)).toMatchObject({ because: { fault: 'engine', message: 'a text' } })
    caller.hangsUp()
  })

  test('a voice that throws what is no error is a voice that failed', async () => {
    desk = new Desk()
    desk.prompts.get = () => Promise.reject('a text')
    const caller = await desk.call()
    await desk.passing(caller.isSentToPeople())
    expect(desk.ending(caller)).toMatchObject({ because: { fault: 'voice', message: 'a text' } })
    caller.hangsUp()
  })

  test('a drain waits for the calls there are, and tells for whom', async () => {
    desk = new Desk({ policy: { silenceMs: 60_000 } })
    const caller = await desk.call()
    await desk.hears(caller, 'What can I do for you?')
    let drained = false
    const drain = desk.calls.drain().then(() => {
      drained = true
    })
    await desk.clock.advanceAsync(11_000)
    expect(drained).toBe(false)
    const news = desk.log.filter(({ message }) => message === 'draining')
    expect(news).toHaveLength(3)
    expect(news[0]?.fields).toMatchObject({ waitingFor: 1, calls: [caller.id] })
    caller.hangsUp()
    await desk.passing(drain)
  })

  test('a drain without calls is over at once', async () => {
    desk = new Desk()
    await desk.calls.drain()
    expect(desk.log).toEqual([])
  })

  test('a process that ends sends everybody who cannot come back to people, also who holds us', async () => {
    desk = new Desk()
    const talking = await desk.call()
    const holding = await desk.call()
    await desk.hears(holding, 'What can I do for you?')
    holding.holds()
    await desk.clock.advanceAsync(500)
    await desk.passing(desk.calls.suspend())
    expect(talking.place).toMatchObject({ at: 'people', number: '2000' })
    expect(holding.place).toMatchObject({ at: 'people', number: '2000' })
    expect(desk.ending(talking)).toMatchObject({ why: 'handed-over', because: { why: 'shutdown' } })
    talking.hangsUp()
    holding.hangsUp()
  })

  test('who can neither come back nor go to people hears an apology when the process ends', async () => {
    desk = new Desk({ profile: { people: null } })
    const caller = await desk.call()
    await desk.hears(caller, 'What can I do for you?')
    await desk.passing(desk.calls.suspend())
    expect(desk.heardBy(caller).at(-1)).toBe('I am sorry.')
    expect(desk.ending(caller)).toEqual({ by: 'us', why: 'shutdown' })
  })

  test('a fault of ours in a call sends that caller to people, and no other', async () => {
    desk = new Desk()
    const other = await desk.call()
    await desk.hears(other, 'What can I do for you?')
    desk.engine.answer = () => [say('Still here.')]
    desk.breakListeners = true
    const broken = await desk.call()
    expect(await desk.passing(broken.isSentToPeople())).toMatchObject({ number: '2000' })
    expect(desk.ending(broken)).toMatchObject({ because: { why: 'fault', fault: 'parley' } })
    expect(other.isOver).toBe(false)
    expect(desk.log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'the call broke on a fault of ours',
    ])
    desk.log.length = 0
    broken.hangsUp()
    other.hangsUp()
  })
})
