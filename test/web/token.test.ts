// The token on a real disk: made once, for its owner only, the same for everybody who starts.

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { diskFiles } from '../../src/lib/files.ts'
import { readOrMakeToken, TokenUnusable } from '../../src/web/token.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-token-'))
})

afterEach(() => rm(folder, { recursive: true }))

test('it is made, kept with no rights for others, and found again', async () => {
  const token = await readOrMakeToken(folder, diskFiles)
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect((await stat(join(folder, 'api-token'))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(folder, 'api-token'), 'utf8')).toBe(`${token}\n`)
  expect(await readOrMakeToken(folder, diskFiles)).toBe(token)
  expect(await readdir(folder)).toEqual(['api-token'])
})

test('processes that start at once have the same one', async () => {
  const tokens = await Promise.all(Array.from({ length: 20 }, () => readOrMakeToken(folder, diskFiles)))
  expect(new Set(tokens).size).toBe(1)
  expect(await readdir(folder)).toEqual(['api-token'])
})

test('an operator’s own is taken', async () => {
  await writeFile(join(folder, 'api-token'), '  our-own-token-of-old \n')
  expect(await readOrMakeToken(folder, diskFiles)).toBe('our-own-token-of-old')
})

test.each(['', 'short', 'two words that are long', 'x'.repeat(513)])('%j is none, and stays', async text => {
  await writeFile(join(folder, 'api-token'), text)
  await expect(readOrMakeToken(folder, diskFiles)).rejects.toThrow(TokenUnusable)
  expect(await readFile(join(folder, 'api-token'), 'utf8')).toBe(text)
})

test('a folder that is missing is named', async () => {
  await expect(readOrMakeToken(join(folder, 'missing'), diskFiles)).rejects.toThrow(
    `The token of the API cannot be kept in ${folder}/missing/api-token: `,
  )
})
