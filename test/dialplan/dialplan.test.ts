// The dialplan that is shipped, and that the FusionPBX templates are the same one.

import { describe, expect, test } from 'vitest'
import {
  type Action,
  actionsFor,
  extensionsIn,
  plainText,
  profileRows,
  profileText,
  templateTexts,
} from './dialplan.ts'

const TO_PEOPLE = `transfer \${parley_fallback}`

const plain = extensionsIn(plainText)

function decided(variables: Record<string, string>): { name: string; said: string[] } {
  const { name, actions } = actionsFor(plain, variables)
  return { name, said: actions.map(said) }
}

function said({ application, data }: Action): string {
  return `${application} ${data}`.trim()
}

describe('a call', () => {
  const applications = actionsFor(plain, { destination_number: '5000' }).actions.map(one => one.application)

  test('is offered twice, each time with a timer that runs before', () => {
    const order = applications.filter(one => /^(sched_transfer|socket|transfer)$/.test(one))
    expect(order).toEqual(['sched_transfer', 'socket', 'sched_transfer', 'socket', 'transfer'])
  })

  test('goes on by itself when the connection breaks, from before the first offer', () => {
    const { said } = decided({ destination_number: '5000' })
    const first = said.findIndex(one => one.startsWith('socket '))
    expect(said.slice(0, first)).toEqual(
      expect.arrayContaining([
        'set socket_resume=true',
        'set playback_terminators=none',
        'set parley_attempt=1',
      ]),
    )
  })

  test.each([
    ['a call', { destination_number: '5000' }],
    ['a call that comes back', { destination_number: 'parley-people', parley_planned: 'true' }],
  ])('after a talk, in which that was off, it is on again before every offer: %s', (_, variables) => {
    const { said } = decided(variables)
    const offers = said.flatMap((one, at) => (one.startsWith('socket ') ? [at] : []))
    const setAt = said.flatMap((one, at) => (one === 'set socket_resume=true' ? [at] : []))
    expect(offers.length).toBeGreaterThan(0)
    for (const [nth, offer] of offers.entries()) {
      const since = offers[nth - 1] ?? -1
      expect(setAt.some(at => since < at && at < offer)).toBe(true)
    }
  })

  test('has no timer left behind either offer', () => {
    const { said } = decided({ destination_number: '5000' })
    const after = said.flatMap((one, at) => (one.startsWith('socket ') ? [said[at + 1]] : []))
    const cancels = `set parley_timer=\${sched_del(\${last_sched_id})}`
    expect(after).toEqual([cancels, cancels])
  })

  test.each([
    ['', 'parley', 'set parley_hops=1'],
    ['1', 'parley', 'set parley_hops=2'],
    ['2', 'parley', 'set parley_hops=3'],
    ['3', 'parley-enough', TO_PEOPLE],
  ])('that has been here %s times', (parley_hops, name, expected) => {
    const { name: found, said } = decided({ destination_number: '5000', parley_hops })
    expect(found).toBe(name)
    expect(said).toContain(expected)
    expect(said.filter(one => one.startsWith('set parley_hops')).length).toBeLessThanOrEqual(1)
  })
})

describe('a call that comes back from an offer', () => {
  const onward = (parley_planned: string) => decided({ destination_number: 'parley-people', parley_planned })

  test('is offered again when Parley has ended on purpose, and with the same guards', () => {
    const { name, said } = onward('true')
    expect(name).toBe('parley-again')
    const order = said.filter(one =>
      /^(set parley_planned|sched_transfer|socket|set parley_timer|transfer)/.test(one),
    )
    expect(order).toEqual([
      'set parley_planned=false',
      'sched_transfer +7 parley-people XML default',
      'socket 127.0.0.1:8084 async full',
      `set parley_timer=\${sched_del(\${last_sched_id})}`,
      'transfer parley-people XML default',
    ])
  })

  test.each(['', 'false'])('goes to people when Parley was lost (%s)', planned => {
    expect(onward(planned).name).toBe('parley-people')
  })

  test('is not offered again for a purpose of the offer before', () => {
    const { said } = decided({ destination_number: '5000', parley_planned: 'true' })
    const second = said.findLastIndex(one => one.startsWith('socket '))
    expect(said.slice(0, second)).toContain('set parley_planned=false')
  })
})

describe('the way back from people', () => {
  test.each([
    ['parley-return', 'no-answer'],
    ['parley-return-busy', 'busy'],
    ['parley-return-not-reachable', 'not-reachable'],
  ])('%s tells why, and is one more visit', (destination_number, why) => {
    const { name, said } = decided({ destination_number })
    expect(name).toBe('parley-return')
    expect(said).toEqual([`set parley_return=${why}`, 'transfer 5000 XML default'])
  })

  test.each(['parley-return-', 'parley-return--', 'parley-return-x=1', 'parley-return-1', 'parley-returns'])(
    '%s is none',
    destination_number => {
      expect(decided({ destination_number }).name).toBe('')
    },
  )
})

describe('the way into a room', () => {
  const count = `conference(transfer-\${destination_number:9} list count)`
  const intoRoom = (destination_number: string, answer: string) =>
    decided({ destination_number, [count]: answer })

  test('leads into one that is there, and makes none', () => {
    const { said } = intoRoom('transfer_4711', '2')
    expect(said).toEqual(['conference transfer-4711@parley+flags{join-only|dist-dtmf}'])
  })

  test.each(['-ERR Conference transfer-4711 not found', '+OK No active conferences.', ''])(
    'is refused, before it is answered, where there is none: “%s”',
    answer => {
      expect(intoRoom('transfer_4711', answer).said).toEqual(['hangup UNALLOCATED_NUMBER'])
    },
  )

  test.each(['transfer_', 'transfer_12x', 'transfer_1 list', 'transfer_$1', 'xtransfer_1'])(
    '%s is no room, whatever the switch says of it',
    destination_number => {
      expect(intoRoom(destination_number, '1').name).toBe('')
    },
  )

  test('is not asked for with a number that is too long', () => {
    const { said } = intoRoom(`transfer_${'1'.repeat(65)}`, '1')
    expect(said).toEqual(['hangup UNALLOCATED_NUMBER'])
  })
})

describe('the profile of the rooms', () => {
  const bare = profileText.replace(/<!--[\s\S]*?-->/g, '')
  const params = new Map(
    [...bare.matchAll(/<param name="([\w-]+)" value="([^"]*)"\/>/g)].map(([, name, value]) => [name, value]),
  )

  test('is the one in which the dialplan puts people', () => {
    expect(bare).toContain('<profile name="parley">')
    expect(profileRows).toContain(`'parley', 'true', 'The assistant: callers and people meet'`)
  })

  test('names what may not be left out, and nothing that would be heard but hold music', () => {
    expect(Object.fromEntries(params)).toMatchObject({
      'energy-level': '0',
      'caller-controls': 'parley',
      'moderator-controls': 'parley',
    })
    expect([...params.keys()].filter(name => /sound|tts/.test(name ?? ''))).toEqual(['moh-sound'])
  })

  test('is the same in FusionPBX, but for what FusionPBX names differently', () => {
    const rows = new Map(
      [...profileRows.matchAll(/\('[0-9a-f-]{36}', '([\w-]+)', '([^']*)'\)/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    )
    const differs = new Set(['domain', 'moh-sound'])
    const same = (all: typeof rows) => [...all].filter(([name]) => !differs.has(name ?? ''))
    expect(same(rows)).toEqual(same(params))
    expect(rows.get('moh-sound')).toBe('local_stream://default')
  })
})

describe('on the way to people', () => {
  const stopped = (parley_recordings: string) =>
    decided({ destination_number: 'parley-people', parley_recordings }).said.flatMap(
      one => /uuid_record\((.*)\)/.exec(one)?.[1] ?? [],
    )

  test.each([
    ['', []],
    ['/r/a.wav', ['/r/a.wav']],
    ['/r/a.wav,/r/b.wav', ['/r/a.wav', '/r/b.wav']],
    ['/r/a.wav,/r/b.wav,/r/c.wav', ['/r/a.wav', '/r/b.wav', '/r/c.wav']],
  ])('of the recordings “%s” each one is stopped', (recordings, paths) => {
    expect(stopped(recordings)).toEqual(paths.map(path => `\${uuid} stop ${path}`))
  })

  test.each(['all', 'all,all', 'x all'])('“%s” never stops what is not ours', recordings => {
    expect(stopped(recordings)).toEqual([])
  })

  test('an old socket loses its hold first, and the transfer is last', () => {
    const { said } = decided({ destination_number: 'parley-people', parley_recordings: '/r/a.wav' })
    expect(said[0]).toBe('set socket_resume=false')
    expect(said.at(-1)).toBe(TO_PEOPLE)
  })
})

describe('the FusionPBX templates', () => {
  const templates = templateTexts.flatMap(extensionsIn)

  test('are the plain dialplan, with the number and the context of FusionPBX', () => {
    const translated = plain.map(({ conditions }) =>
      JSON.parse(
        JSON.stringify(conditions)
          .replaceAll('^5000$', '^\\\\*4357$')
          .replaceAll('5000 XML', '*4357 XML')
          .replaceAll('XML default', 'XML {v_context}'),
      ),
    )
    expect(templates.map(({ conditions }) => conditions)).toEqual(translated)
  })

  test('are one extension to a file, in the order in which they must match', () => {
    expect(templateTexts.map(text => extensionsIn(text).length)).toEqual(plain.map(() => 1))
    const orders = templates.map(({ attributes }) => Number(attributes.order))
    expect(orders).toEqual([...orders].sort((a, b) => a - b))
    expect(Math.max(...orders)).toBeLessThan(200) // where FusionPBX's own number codes begin
    expect(new Set(templates.map(({ attributes }) => attributes.app_uuid)).size).toBe(templates.length)
    for (const { attributes } of templates)
      expect(attributes).toMatchObject({ context: '{v_context}', continue: 'false' })
  })

  test('hold nothing that FusionPBX would write unescaped into a document', () => {
    const data = templates.flatMap(({ conditions }) =>
      conditions.flatMap(({ expression, actions }) => [expression, ...actions.map(one => one.data)]),
    )
    for (const text of data) expect(text).not.toMatch(/[&<"]|\$\$/)
  })
})
