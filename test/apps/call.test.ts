// `npm run call` as people and scripts use it: a process, lines on its input, a transcript and an exit code.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallReport } from './call-report.ts'
import { type Act, readAct } from './caller-acts.ts'
import { openStage, type Stage } from './stage.ts'
import { Transcript } from './transcript.ts'

const PROGRAM = join(import.meta.dirname, 'call.ts')
const A_CALL = { timeout: 90_000 }

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-call-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Outcome {
  exitCode: number | null
  output: string
}

/** Runs it to its end, with these lines on its input. */
function run(args: readonly string[], ...lines: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { PATH: process.env.PATH } })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      output += chunk
    })
  child.stdin.on('error', () => {}) // whoever refuses the options reads no lines
  child.stdin.end(lines.map(line => `${line}\n`).join(''))
  return new Promise(resolve => child.once('close', exitCode => resolve({ exitCode, output })))
}

describe('a call', () => {
  test('lines nobody knew before are understood, answered, and reported', A_CALL, async () => {
    const report = join(folder, 'report.json')
    const wav = join(folder, 'call.wav')
    const { exitCode, output } = await run(
      ['--report', report],
      '# a stranger',
      '/interrupt My bicycle lives near Paris',
      'what are your opening hours',
      `/save ${wav}`,
      'no thank you goodbye',
    )
    expect(output).toMatch(/“My bicycle lives near Paris”\n.*— interrupted after \d\.\d s\n.*understood\n/)
    expect(output).toMatch(
      /Sorry, I didn't get that\.\n.*What can I do for you\?\n.*“what are your opening hours”/,
    )
    expect(output).toMatch(/We're open Monday to Friday/)
    expect(output).toMatch(/Goodbye\.\n.*\(assistant, finished, done\)/)
    expect(output).not.toContain('understood as')
    expect(exitCode, output).toBe(0)
    const written = JSON.parse(readFileSync(report, 'utf8')) as CallReport
    expect(written).toMatchObject({
      turns: 4,
      ending: { by: 'assistant', why: 'finished', reason: 'done' },
      faults: [],
    })
    expect(written.lines.flatMap(line => ('understood' in line ? [line.understood] : []))).toEqual([
      'My bicycle lives near Paris',
      'what are your opening hours',
      'no thank you goodbye',
    ])
    expect(written.sound?.responseTimesMs).toHaveLength(3)
    expect(written.sound?.bargeInTimesMs).toHaveLength(1)
    expect(readFileSync(wav).toString('latin1', 0, 4)).toBe('RIFF')
  })

  test('the end of the lines hangs up, once the assistant has answered', A_CALL, async () => {
    const { exitCode, output } = await run([], '/press 3')
    expect(output).toMatch(
      /\[3\]\n.*We're open[\s\S]*anything else I can do for you\?\n.*\(caller, hung-up, /,
    )
    expect(output.match(/interrupted/g)).toBeNull()
    expect(exitCode, output).toBe(0)
  })

  test(
    'a broken connection brings the caller to people, and is no fault when it was asked for',
    A_CALL,
    async () => {
      const { exitCode, output } = await run([], '/cut')
      expect(output).toContain('(switch, lost, ')
      expect(output).toContain('(is with people at 200)')
      expect(exitCode, output).toBe(0)
    },
  )

  test(
    'a configuration of one’s own is found with its files, under the local endpoints',
    A_CALL,
    async () => {
      const config = join(folder, 'own.json5')
      writeFileSync(
        join(folder, 'flow.json5'),
        `{ language: 'en-US', start: 'hi', states: { hi: { say: 'Welcome to the aquarium.', end: 'done' } } }`,
      )
      writeFileSync(
        config,
        `{ listener: { port: 1 }, engines: { fish: { type: 'flow', file: 'flow.json5' } },
         profiles: { fish: { numbers: ['77'], engine: 'fish' } } }`,
      )
      const { exitCode, output } = await run(['--config', config, '--listen', '77'])
      expect(output).toMatch(/Welcome to the aquarium\.\n.*\(assistant, finished, done\)/)
      expect(exitCode, output).toBe(0)
    },
  )

  test('a scenario is played by the real daemon', A_CALL, async () => {
    const { exitCode, output } = await run(['--scenario', 'assistant-ends'])
    expect(output).toMatch(/It was a pleasure\.\n.*Goodbye\.\n.*\(assistant, finished, done\)/)
    expect(exitCode, output).toBe(0)
  })
})

describe('a running daemon', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await openStage({ phrases: ['no thank you goodbye'] })
  }, 30_000)

  afterAll(() => stage.stop())

  test(
    'is called with its words when its journals are given, with its sound alone when not',
    A_CALL,
    async () => {
      const to = `127.0.0.1:${stage.listener.port}`
      const state = join(stage.journals, '..')
      const outcomes = await Promise.all([
        run(['--to', to, '--state', state, '--from', '4711'], '/interrupt no thank you goodbye'),
        run(['--to', to], '/interrupt no thank you goodbye'),
      ])
      const [words, sound] = outcomes.map(({ output }) => output)
      expect(words).toMatch(/understood\n[\s\S]*Goodbye\.\n.*\(assistant, finished, done\)/)
      expect(sound).toMatch(/♪\n.*“no thank you goodbye”\n.*— interrupted after \d\.\d s\n.*♪/)
      expect(sound).not.toContain('Goodbye.')
      expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    },
  )
})

test('where nobody listens, the call goes to people, and that is a fault', A_CALL, async () => {
  const { exitCode, output } = await run(['--to', '127.0.0.1:1'])
  expect(output).toContain('FAULT: nobody listens there')
  expect(exitCode).toBe(1)
})

test.each([
  [['--to', 'nowhere'], '--to: nowhere is not like 127.0.0.1:8084'],
  [['--to', '127.0.0.1:65536'], 'is not like'],
  [['--context', '{'], '--context: this is no JSON'],
  [['--config', '/nonexistent.json5'], '--config: /nonexistent.json5 does not exist'],
  [['--scenario', 'nope'], 'there is no "nope"'],
  [['--scenario', 'greeting', '--to', '1'], '--to: a scenario brings its own'],
  [['--colour'], "Unknown option '--colour'"],
])('%j is refused in one line', async (args, why) => {
  const { exitCode, output } = await run(args)
  expect(output).toContain(why)
  expect(output.trim().split('\n')).toHaveLength(1)
  expect(exitCode).toBe(2)
})

test.each<[string, Act | undefined]>([
  ['  where   is my order ', { does: 'says', text: 'where is my order' }],
  ['/press 12#', { does: 'presses', digits: '12#' }],
  ['/press twelve', { does: 'errs', why: '/press takes digits, *, # and w, like /press 12#' }],
  ['/silent 0.5', { does: 'isSilent', ms: 500 }],
  ['/silent -1', { does: 'errs', why: '/silent takes seconds, like /silent 5' }],
  ['/hangup', { does: 'hangsUp' }],
  ['# a comment', undefined],
  ['', undefined],
  ['…', { does: 'errs', why: 'there is nothing to say in this' }],
  ['x'.repeat(251), { does: 'errs', why: 'more than 250 characters: say it in parts' }],
  ['/dance', { does: 'errs', why: '/dance is not known; /help shows what is' }],
])('the line %j', (line, act) => {
  expect(readAct(line)).toEqual(act)
})

test('a long sentence stays in its column, however narrow the screen', () => {
  const lines: string[] = []
  const transcript = new Transcript(line => lines.push(line), 60)
  transcript.assistant(1_500, 'one two three four five six seven eight nine ten')
  expect(lines[0]).toMatch(/^ {4}1\.50 {23}one two/)
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.every(line => line.length <= 60)).toBe(true)
})
