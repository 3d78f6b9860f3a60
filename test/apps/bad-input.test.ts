// What the process says and how it ends when it cannot run: one sentence, no stack, the right exit code.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ended, freePort, startDaemon } from './processes.ts'

const LAUNCHER = join(import.meta.dirname, '../../scripts/parley')

let folder = ''
let servers: Server[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-bad-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const server of servers) server.close()
  servers = []
})

interface Outcome {
  exitCode: number | null
  output: string
}

/** Runs the daemon until it ends. */
function run(configuration: object | string): Promise<Outcome> {
  const file = join(folder, 'parley.json5')
  writeFileSync(file, typeof configuration === 'string' ? configuration : JSON.stringify(configuration))
  const child = spawn(LAUNCHER, ['start'], {
    env: { PATH: process.env.PATH, METADATA_SERVER_DETECTION: 'none', PARLEY_CONFIG: file },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      output += chunk
    })
  return new Promise(resolve => child.once('exit', exitCode => resolve({ exitCode, output: output.trim() })))
}

/** Everything that a daemon needs, with nobody behind its providers. */
function usable(port: number): Record<string, object> {
  const access = { name: 'local', provider: 'google', endpoint: '127.0.0.1:1', insecure: true }
  return {
    listener: { port },
    web: { enabled: false },
    spool: { dir: join(folder, 'spool') },
    state: { dir: join(folder, 'state') },
    speech: { recognizers: [{ ...access, projectId: 'test' }], synthesizers: [access] },
  }
}

function listeningPort(): Promise<number> {
  const server = createServer()
  servers.push(server)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address) resolve(address.port)
      else reject(new Error('no port'))
    })
  })
}

test('every fault of a configuration is named at once, with its value and what is allowed', async () => {
  const { exitCode, output } = await run({
    listener: { port: 99_999, hots: 'x' },
    profiles: { default: { engine: 'nobody', policy: { silenceMs: -1 } } },
  })
  expect(exitCode).toBe(2)
  expect(output.split('\n')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^listener\.port: 99999 is not allowed: a whole number from 1 to 65535$/),
      expect.stringMatching(/^listener\.hots: .*host/),
      expect.stringMatching(/^profiles\.default\.policy\.silenceMs: -1 is not allowed: /),
      expect.stringMatching(/^profiles\.default\.engine: "nobody" is not allowed: /),
    ]),
  )
  expect(output).not.toMatch(/\n\s+at /)
})

test('a configuration that is no JSON5 is told with its place', async () => {
  const { exitCode, output } = await run('{ listener: { port: }')
  expect(exitCode).toBe(2)
  expect(output).toMatch(/line 1/)
})

test('every fault of a flow is named, and it is a fault of the configuration', async () => {
  writeFileSync(join(folder, 'flow.json5'), '{ start: "a", states: { b: { say: "x", goto: "c" } } }')
  const { exitCode, output } = await run({
    ...usable(20_999),
    engines: { reception: { type: 'flow', file: 'flow.json5' } },
  })
  expect(exitCode).toBe(2)
  expect(output.split('\n').length).toBeGreaterThan(1)
  for (const line of output.split('\n')) expect(line).toMatch(/^engines\.reception\.file: /)
})

test('a port in use', async () => {
  const port = await listeningPort()
  const { exitCode, output } = await run(usable(port))
  expect(exitCode).toBe(1)
  expect(output.split('\n').at(-1)).toBe(
    `Cannot listen for FreeSWITCH on 127.0.0.1:${port}: another process has it.`,
  )
  expect(output).not.toMatch(/\n\s+at /)
})

test('a port of the API in use costs no caller: calls are taken, and the port is had when it is free', async () => {
  const port = await listeningPort()
  const file = join(folder, 'parley.json5')
  writeFileSync(file, JSON.stringify({ ...usable(await freePort()), web: { port } }))
  const daemon = await startDaemon(file)
  try {
    const said = daemon.complaints.find(line => line.includes('the API cannot be had'))
    expect(said).toContain(`Cannot listen for the API on 127.0.0.1:${port}: another process has it.`)
    for (const server of servers) server.close()
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/healthz`).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 15_000 },
      )
      .toBe(200)
  } finally {
    await ended(daemon.process)
  }
})

test('no credentials', async () => {
  const { exitCode, output } = await run({
    ...usable(20_999),
    speech: { recognizers: [{ name: 'google', provider: 'google', projectId: 'test' }] },
  })
  expect(exitCode).toBe(1)
  expect(output).toBe('google: no key file is configured and no usable default credentials were found')
})

test('a key file that is not there', async () => {
  const key = { name: 'google', provider: 'google', projectId: 'test', keyFile: 'none.json' }
  const { projectId: _, ...voice } = key
  const { exitCode, output } = await run({
    ...usable(20_999),
    speech: { recognizers: [key], synthesizers: [voice] },
  })
  expect(exitCode).toBe(1)
  expect(output.split('\n')).toHaveLength(1)
  expect(output).toMatch(/none\.json/)
})

test('a folder that cannot be used', async () => {
  writeFileSync(join(folder, 'state'), 'a file where a folder should be')
  const { exitCode, output } = await run(usable(20_999))
  expect(exitCode).toBe(1)
  expect(output.split('\n')).toHaveLength(1)
  expect(output).toMatch(/^the folder .*state.* cannot be used/)
})

test.skipIf(process.getuid?.() === 0)(
  'a folder that may not be written (skipped for root, who may write everywhere)',
  async () => {
    mkdirSync(join(folder, 'spool'), { mode: 0o500 })
    const { exitCode, output } = await run(usable(20_999))
    expect(exitCode).toBe(1)
    expect(output).toMatch(/^the folder .*spool.* cannot be used/)
  },
)
