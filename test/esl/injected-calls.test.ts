// Whole sessions and calls in which everything that comes from outside is nasty: what the switch is told stays what calls say.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Directive } from '../../src/engine/engine.ts'
import type { CommandText } from '../../src/esl/message.ts'
import { say } from '../fakes/providers.ts'
import { Desk } from '../harness.ts'
import { digitsLike, nasty } from './nasty-strings.ts'
import { onSwitch, Tap } from './tapped.ts'

/** All that a session may say of itself; ids and paths are ours. */
const PATH = String.raw`/[\w.+@~/-]+`
const OURS = [
  /^connect$/,
  /^linger \d+$/,
  /^filter Unique-ID [\w-]+$/,
  /^event json [A-Z_ ]+ conference::maintenance$/,
  /^exit$/,
  /^api sched_del \d+$/,
  /^api uuid_answer [\w-]+$/,
  /^api uuid_getvar [\w-]+ \w+$/,
  /^api uuid_kill [\w-]+ [A-Z_]+$/,
  /^api uuid_break [\w-]+( all)?$/,
  /^api uuid_fileman [\w-]+ pause$/,
  /^api uuid_setvar_multi [\w-]+ (playback_terminators=none;parley_owner=[\w.:-]+\/[\w-]+|socket_resume=(true|false)|parley_outcome=[\w-]*)$/,
  new RegExp(
    String.raw`^api uuid_setvar_multi [\w-]+ (parley_recordings|parley_masked)=(${PATH}(,${PATH})*)?$`,
  ),
  new RegExp(String.raw`^api uuid_record [\w-]+ (start ${PATH} 0 \{[\w=,]+\}|(stop|mask|unmask) ${PATH})$`),
]

function expectOurs(said: readonly CommandText[], others: readonly RegExp[] = []): void {
  for (const { line, headers, body } of said) {
    expect(body).toBe('')
    if (line === 'sendmsg') {
      expect(Object.keys(headers)).toHaveLength(5)
      expect(headers).toMatchObject({ 'call-command': 'execute', 'execute-app-name': 'playback' })
      expect(headers['execute-app-arg']).toMatch(/^\/(prompts|sounds)\/[^$\r\n\0]+$/)
      continue
    }
    expect({ ...headers }).toEqual({})
    expect([...OURS, ...others].filter(pattern => pattern.test(line)).length, line).toBeGreaterThan(0)
  }
}

test('what a channel brings along from outside is obeyed only where it is a path or a number', async () => {
  const names = [
    'parley_recordings',
    'parley_masked',
    'parley_pbx_recording',
    'record_path',
    'record_name',
    'last_sched_id',
  ]
  const property = fc.asyncProperty(
    fc.array(nasty, { minLength: 6, maxLength: 6 }),
    nasty,
    async (values, name) => {
      const variables = Object.fromEntries(names.map((key, i) => [key, values[i] ?? '']))
      const bytes = Buffer.from(name)
      const { first, leg, refused, tap } = await onSwitch({
        variables: { ...variables, socket_resume: 'true' },
        callerNameBytes: bytes,
        from: name,
      })
      expectOurs(first)
      await refused(leg.setMasked('pbx', true))
      await refused(leg.setMasked('pbx', false))
      expectOurs(tap.take())
    },
  )
  await fc.assert(property, { numRuns: 100 })
})

test('a whole call with nothing but nasty texts says only what calls say', async () => {
  const sayable = fc.oneof(
    nasty,
    nasty.map(text => `Well, ${text}.`),
  )
  const place = fc.oneof(fc.constant('sales'), nasty)
  const met = new Set<string>()
  const property = fc.asyncProperty(
    fc.tuple(nasty, nasty, nasty, sayable, sayable, place, digitsLike),
    async ([name, from, reason, a, b, to, digits]) => {
      const desk = new Desk()
      const tap = new Tap()
      const answers: Directive[][] = [
        [say(a), { type: 'play', file: reason, interruptible: true }, say('So?')],
        [{ type: 'digits', digits }, { type: 'language', language: b, voice: name }, say(b)],
        [{ type: 'transfer', to, announce: b }],
        [{ type: 'end', reason }],
      ]
      let turn = 0
      desk.engine.answer = () => answers[Math.min(turn++, 3)] ?? []
      const listener = () => {
        const wire = desk.dial()
        wire.on('data', (bytes: Buffer) => tap.read(bytes))
        return wire
      }
      const variables = { parley_context: a, parley_profile: b, parley_language: name }
      const caller = await desk.call({ from, callerName: name, listener, variables })
      // Nothing is said: a silence is an input as well, and so is a key.
      for (let i = 0; i < 6 && caller.place.at === 'socket'; i++) {
        await desk.clock.advanceAsync(5_000)
        if (caller.place.at === 'socket') caller.presses('1')
      }
      await desk.clock.advanceAsync(20_000)
      if (!caller.isOver) caller.hangsUp()
      await desk.clock.advanceAsync(5_000)
      const said = tap.take()
      for (const { line } of said) met.add(line.split(' ').slice(0, 2).join(' '))
      expectOurs(said, [
        /^api uuid_transfer [\w-]+ (2000|3000) XML public$/,
        /^api uuid_send_dtmf [\w-]+ [0-9*#A-Dw]{1,128}$/,
      ])
      const injections = desk.switch.violations.filter(({ what }) => /injection|control|command/.test(what))
      expect(injections).toEqual([])
    },
  )
  await fc.assert(property, { numRuns: 30 })
  expect([...met]).toEqual(expect.arrayContaining(['sendmsg', 'api uuid_transfer', 'api uuid_send_dtmf']))
})
