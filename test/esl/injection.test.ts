// Callers, channels and engines put text into what we say to the switch. Whatever it is: a command that the switch receives is
// one command with the arguments that were meant, or none was sent at all.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as commands from '../../src/esl/command.ts'
import { UnsafeValue } from '../../src/esl/errors.ts'
import { separated } from '../fake-freeswitch/separated.ts'
import { digitsLike, nasty, numberLike, pathLike, variablesLike } from './nasty-strings.ts'
import { onSwitch, Tap } from './tapped.ts'

const runs = { numRuns: 150 }

/** UTF-8 has no lone surrogates. */
const onWire = (text: string) => text.toWellFormed()

describe('a command of ours', () => {
  const builders: Record<string, (a: string, b: string) => commands.Command> = {
    api: (a, b) => commands.api(a, b),
    bgapi: (a, b) => commands.bgapi(a, b, a),
    execute: (a, b) => commands.execute(a, b, 'id'),
    'execute with an id': (a, b) => commands.execute('playback', b, a),
    filter: (a, b) => commands.filter(a, b),
    events: (a, b) => commands.events([a, b]),
    auth: (_, b) => commands.auth(b),
  }

  test.each(Object.entries(builders))('%s is one frame with what was put in, or is refused', (_, build) => {
    fc.assert(
      fc.property(nasty, nasty, (a, b) => {
        let text: string
        let command: commands.Command
        try {
          command = build(a, b)
          text = commands.render(command.line, command.headers)
        } catch (error) {
          expect(error).toBeInstanceOf(UnsafeValue)
          return
        }
        const tap = new Tap()
        tap.read(Buffer.concat([Buffer.from(text), Buffer.from('after\n\n')]))
        const [frame, after, ...more] = tap.take()
        expect(frame?.line).toBe(onWire(command.line))
        expect({ ...frame?.headers }).toEqual(
          Object.fromEntries(Object.entries(command.headers).map(([name, value]) => [name, onWire(value)])),
        )
        expect(frame?.body).toBe('')
        expect(after?.line).toBe('after')
        expect(more).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('on the switch', () => {
  test('variables are those that were meant, with what was meant, and no others', async () => {
    const { leg, tap, refused, caller, pbx } = await onSwitch()
    const property = fc.asyncProperty(variablesLike, async variables => {
      if (await refused(leg.setVariables(variables))) {
        // One of several commands may be refused after others were sent: those are still what was meant.
        expect(
          tap
            .lines()
            .flatMap(line => pairsIn(line, caller.id))
            .every(isMeant(variables)),
        ).toBe(true)
        return
      }
      const pairs = tap.lines().flatMap(line => pairsIn(line, caller.id))
      expect(pairs).toEqual(Object.entries(variables).map(([name, value]) => `${name}=${onWire(value)}`))
      const [[name, value] = ['', '']] = Object.entries(variables)
      if (name !== '') expect(caller.variable(name)).toBe(value === '' ? undefined : onWire(value))
    })
    await fc.assert(property, runs)
    expect(pbx.violations).toEqual([])
  })

  function pairsIn(line: string, id: string): string[] {
    const prefix = `api uuid_setvar_multi ${id} `
    expect(line.startsWith(prefix)).toBe(true)
    const pairs = separated(line.slice(prefix.length), ';')
    expect(pairs.length).toBeLessThan(64)
    return pairs
  }

  const isMeant = (variables: Record<string, string>) => (pair: string) => {
    const cut = pair.indexOf('=')
    return onWire(variables[pair.slice(0, cut)] ?? '') === pair.slice(cut + 1)
  }

  test('digits are digits, and only those that were meant', async () => {
    const { leg, tap, refused, caller, pbx } = await onSwitch()
    const property = fc.asyncProperty(digitsLike, async digits => {
      const lines = (await refused(leg.sendDigits(digits)))
        ? []
        : [`api uuid_send_dtmf ${caller.id} ${digits}`]
      expect(tap.lines()).toEqual(lines)
      if (lines.length > 0) expect(digits).toMatch(/^[0-9*#A-Dw]+$/)
    })
    await fc.assert(property, runs)
    expect(pbx.violations).toEqual([])
  })

  test('a file is played by its name, or not at all', async () => {
    const { leg, tap, clock } = await onSwitch()
    const property = fc.asyncProperty(pathLike, async path => {
      const playback = leg.play(path, 1_000)
      await clock.advanceAsync(100)
      const said = tap.take()
      // A stream of silence plays on until its time is up; all others are not there.
      const plays = /^(silence|tone)_stream:/.test(path)
      await Promise.all([playback.ended, clock.advanceAsync(plays ? 20_000 : 0)])
      expect(await playback.ended).toMatchObject({ how: 'failed' })
      tap.take()
      if (said.length === 0) return
      expect(said).toHaveLength(1)
      expect(said[0]?.line).toBe('sendmsg')
      expect({ ...said[0]?.headers }).toEqual({
        'call-command': 'execute',
        'execute-app-name': 'playback',
        'execute-app-arg': onWire(path),
        'event-lock': 'true',
        'Event-UUID': playback.id,
      })
    })
    await fc.assert(property, runs)
  })

  test('a recording goes into its file, with our settings, or nowhere', async () => {
    const { leg, tap, refused, clock } = await onSwitch()
    const property = fc.asyncProperty(
      pathLike,
      fc.constantFrom('record' as const, 'keep' as const),
      async (path, how) => {
        const asked = leg[how](path, 8_000)
        if (await refused(asked)) {
          expect(tap.take()).toEqual([])
          return
        }
        const lines = tap.lines()
        expect(lines).toHaveLength(2)
        expect(lines[1]?.split(' ').slice(3, 6)).toEqual(['start', path, '0'])
        expect(lines[1]).toMatch(/^api uuid_record \S+ start \S+ 0 \{[\w=,]+\}$/)
        await Promise.all([(await asked).stop(), clock.advanceAsync(100)])
        tap.take()
      },
    )
    await fc.assert(property, runs)
  })

  test('a caller is sent to the number that was meant, or to none', async () => {
    const property = fc.asyncProperty(
      numberLike,
      fc.oneof(fc.constant('default'), nasty),
      async (number, context) => {
        const { leg, tap, refused, caller } = await onSwitch()
        if (await refused(leg.transfer({ number, context }))) {
          expect(tap.lines()).toEqual([])
          return
        }
        const said = tap
          .lines()
          .filter(line => !/ uuid_setvar_multi \S+ socket_resume=(true|false)$|^exit$/.test(line))
        expect(said).toEqual([`api uuid_transfer ${caller.id} ${number} XML ${context}`])
        expect(said[0]?.split(/\s/)).toHaveLength(6)
        expect(number).not.toMatch(/^[-:]/)
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })

  test('a cause is a cause', async () => {
    const { leg, tap, refused } = await onSwitch()
    const property = fc.asyncProperty(
      nasty.filter(text => !/^[A-Z0-9_]+$/.test(text)),
      async cause => {
        expect(await refused(leg.hangUp(cause))).toBe(true)
        expect(tap.take()).toEqual([])
      },
    )
    await fc.assert(property, runs)
  })
})
