// The command itself: its last line, its exit codes, and a day played again from a file.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { planOf } from '../simulation/generator.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-simulate-'))
const LIMIT = { timeout: 60_000 }

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function simulate(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = [join(import.meta.dirname, 'simulate.ts'), ...args]
  return new Promise(resolve => {
    const child = execFile(process.execPath, command, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

function lastLine(text: string): unknown {
  return JSON.parse(text.trim().split('\n').at(-1) ?? '')
}

test('tells at the end, as JSON, how many calls there were', LIMIT, async () => {
  const { code, stdout } = await simulate('--calls', '5', '--seed', '1', '--faults', 'none')
  expect(lastLine(stdout)).toMatchObject({ broken: 0, seed: 1, kinds: [] })
  expect((lastLine(stdout) as { calls: number }).calls).toBeGreaterThanOrEqual(5)
  expect(code).toBe(0)
})

test('plays a day again from its file, and tells of it', LIMIT, async () => {
  const plan = planOf(1, 0, new Set())
  const path = join(folder, 'plan.json')
  writeFileSync(path, JSON.stringify(plan))
  const { code, stdout } = await simulate('--replay', path)
  expect(stdout).toContain('calls 5000')
  expect(stdout).toContain('"type":"admitted"')
  expect(lastLine(stdout)).toMatchObject({ calls: plan.callers.length, broken: 0 })
  expect(code).toBe(0)
})

test.each([
  [['--calls', 'many'], '--calls takes a whole number'],
  [['--faults', 'gremlins'], 'there is no fault called “gremlins”'],
  [['--what'], 'usage'],
])('%j is refused with the usage', LIMIT, async (args, message) => {
  const { code, stderr } = await simulate(...args)
  expect(stderr.toLowerCase()).toContain(message === 'usage' ? 'npm run simulate' : message)
  expect(code).toBe(2)
})
