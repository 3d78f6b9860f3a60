// The dialplan that is shipped, and that the FusionPBX templates are the same one.

import { describe, expect, test } from 'vitest'
import { type Action, actionsFor, extensionsIn, plainText, templateTexts } from './dialplan.ts'

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
          .replaceAll('XML default', 'XML {v_context}'),
      ),
    )
    expect(templates.map(({ conditions }) => conditions)).toEqual(translated)
  })

  test('are one extension to a file, in the order in which they must match', () => {
    expect(templateTexts.map(text => extensionsIn(text).length)).toEqual([1, 1, 1, 1])
    const orders = templates.map(({ attributes }) => Number(attributes.order))
    expect(orders).toEqual([...orders].sort((a, b) => a - b))
    expect(Math.max(...orders)).toBeLessThan(200) // where FusionPBX's own number codes begin
    expect(new Set(templates.map(({ attributes }) => attributes.app_uuid)).size).toBe(4)
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
