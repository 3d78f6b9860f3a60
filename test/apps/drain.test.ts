// `parley drain` where there is nobody to drain: one sentence, the right exit code, and no signal to a stranger.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const LAUNCHER = join(import.meta.dirname, '../../scripts/parley')

let folder = ''
let stranger: ChildProcess | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-drain-'))
})

afterEach(() => {
  stranger?.kill('SIGKILL')
  stranger = undefined
  rmSync(folder, { recursive: true, force: true })
})

function drain(configuration = JSON.stringify({ state: { dir: folder } })) {
  const file = join(folder, 'parley.json5')
  writeFileSync(file, configuration)
  const env = { PATH: process.env.PATH, PARLEY_CONFIG: file }
  const { status, stdout, stderr } = spawnSync(LAUNCHER, ['drain'], { env, encoding: 'utf8' })
  return { exitCode: status, stdout, stderr }
}

test.each([
  ['no file', undefined],
  ['a file that holds something else', 'me'],
  ['a file with a number that would mean a whole group', '-1'],
  ['a file without end', '1'.repeat(100_000)],
])('%s', (_, content) => {
  const pidFile = join(folder, 'parley.pid')
  if (content !== undefined) writeFileSync(pidFile, content)
  expect(drain()).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `No Parley is running: there is no process id in ${pidFile}.\n`,
  })
})

test('a file that cannot be read', () => {
  const pidFile = join(folder, 'parley.pid')
  mkdirSync(pidFile)
  expect(drain()).toMatchObject({ exitCode: 1, stderr: `${pidFile} cannot be read: EISDIR.\n` })
})

test('a file of a daemon that was killed', () => {
  const pidFile = join(folder, 'parley.pid')
  const { pid } = spawnSync('true')
  writeFileSync(pidFile, `${pid}\n`)
  const { exitCode, stderr } = drain()
  expect(stderr).toBe(`No Parley is running: ${pidFile} names process ${pid}, which is gone.\n`)
  expect(exitCode).toBe(1)
})

test('a file whose number belongs to somebody else by now: they are left alone', async () => {
  const pidFile = join(folder, 'parley.pid')
  // A Node process, with our main file in what it says but not in what it runs.
  const program = "console.log('src/main.ts'); setInterval(() => {}, 1000)"
  stranger = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise(resolve => stranger?.stdout?.once('data', resolve))
  writeFileSync(pidFile, `${stranger.pid}\n`)
  const { exitCode, stderr } = drain()
  expect(stderr).toBe(
    `No Parley is running: ${pidFile} names process ${stranger.pid}, which is another program.\n`,
  )
  expect(exitCode).toBe(1)
  await new Promise(resolve => setImmediate(resolve))
  expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null])
})

test('a configuration that cannot be read', () => {
  expect(drain('{')).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/no JSON5/) })
})
