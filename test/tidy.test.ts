// The rules of the house that a machine can hold: who may import whom, no cycles, no dead files, and what belongs in one place only.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const SRC = resolve(import.meta.dirname, '../src')

interface Source {
  /** Relative to src. */
  path: string
  text: string
  /** The files of ours it imports, relative to src; types count too. */
  imports: string[]
}

const sources: Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map(path => {
    const text = readFileSync(join(SRC, path), 'utf8')
    return { path, text, imports: importsOf(path, text) }
  })

function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)
  return [...found].map(([, target = '']) => relative(SRC, resolve(SRC, dirname(path), target)))
}

/** For each part of the house, the parts it may import besides itself. `app`: the files directly in src. */
const allowed: Record<string, readonly string[]> = {
  app: [
    'audio',
    'call',
    'config',
    'engine',
    'lib',
    'pbx',
    'pbx/freeswitch',
    'speech',
    'speech/providers',
    'engine/flow',
    'engine/http',
    'store',
    'web',
  ],
  cli: ['app', 'config', 'lib'],
  config: ['call', 'lib', 'speech', 'speech/providers'],
  call: ['audio', 'engine', 'lib', 'pbx', 'speech', 'store'],
  store: ['engine', 'lib'],
  web: ['call', 'engine', 'lib', 'store'],
  pbx: ['lib'],
  'pbx/freeswitch': ['pbx', 'esl', 'lib'],
  esl: ['lib'],
  audio: ['lib'],
  speech: ['audio', 'lib'],
  'speech/providers': ['speech', 'audio', 'lib'],
  engine: ['lib'],
  'engine/flow': ['engine', 'lib'],
  'engine/http': ['engine', 'lib'],
  lib: [],
}

function partOf(path: string): string {
  const folder = dirname(path)
  if (folder === '.') return 'app'
  if (folder in allowed) return folder
  const [first = ''] = folder.split('/')
  return first
}

describe('direction', () => {
  test.each(sources)('$path imports only what it may', ({ path, imports }) => {
    const part = partOf(path)
    expect(allowed).toHaveProperty([part])
    const strangers = imports.filter(to => partOf(to) !== part && !allowed[part]?.includes(partOf(to)))
    expect(strangers).toEqual([])
  })

  test('the configuration takes nothing but types from the providers and the calls', () => {
    const borrowed = sources
      .filter(({ path }) => partOf(path) === 'config')
      .flatMap(({ path, text }) =>
        [...text.matchAll(/^import (?!type )[^\n]*'(\.\.\/(?:call|speech)[^']*)'/gm)].map(
          ([, to]) => `${path} → ${to}`,
        ),
      )
    expect(borrowed).toEqual([])
  })

  test('nobody imports the tests', () => {
    for (const { text } of sources) expect(text).not.toMatch(/from '[^']*\/test\//)
  })
})

test('there are no cycles', () => {
  const graph = new Map(sources.map(({ path, imports }) => [path, imports]))
  const done = new Set<string>()
  const visit = (path: string, above: readonly string[]): void => {
    if (above.includes(path))
      throw new Error(`a cycle: ${[...above.slice(above.indexOf(path)), path].join(' → ')}`)
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...above, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
})

/** What is started and not imported. */
const PROGRAMS = new Set(['main.ts', 'cli/drain.ts'])

test('no file is dead', () => {
  const imported = new Set(sources.flatMap(({ imports }) => imports))
  const dead = sources.map(({ path }) => path).filter(path => !PROGRAMS.has(path) && !imported.has(path))
  expect(dead).toEqual([])
})

describe('what has one place', () => {
  const only = (pattern: RegExp, ...places: RegExp[]): string[] =>
    sources
      .filter(
        ({ path, text }) =>
          pattern.test(text.replace(/^\s*(\/\/|\*|\/\*\*).*$/gm, '')) && !places.some(one => one.test(path)),
      )
      .map(({ path }) => path)

  test('timers and the time of day', () => {
    expect(
      only(/\b(setTimeout|setInterval|Date\.now|performance\.now)\(/, /^lib\/clock\.ts$/, /^main\.ts$/),
    ).toEqual([])
  })

  test('the environment', () => {
    expect(only(/process\.env/, /^config\//)).toEqual([])
  })

  test('the file system', () => {
    expect(only(/from 'node:fs/, /^lib\/files\.ts$/, /^config\//)).toEqual([])
  })

  test('sockets', () => {
    expect(
      only(/from 'node:(net|http|https|tls)'/, /^esl\//, /^engine\/http\//, /^web\//, /^config\/rules\.ts$/),
    ).toEqual([])
  })

  test('output', () => {
    expect(only(/console\.|process\.std(out|err)/, /^main\.ts$/, /^cli\//, /^log\.ts$/)).toEqual([])
  })

  test('a provider’s name', () => {
    expect(only(/google/i, /^speech\/providers\//, /^config\//, /^app\.ts$/)).toEqual([])
  })

  test('the switch’s name', () => {
    const wire = /\b(uuid_\w+|sched_del|CHANNEL_[A-Z]+|PLAYBACK_[A-Z]+)\b/
    expect(only(wire, /^pbx\/freeswitch\//, /^esl\//)).toEqual([])
  })
})

describe('size', () => {
  test.each(sources)('$path can be read in a few minutes', ({ text }) => {
    expect(text.split('\n').length).toBeLessThanOrEqual(320)
  })

  test('no line is longer than 130 columns', () => {
    const long = sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, at) => (line.length > 130 ? [`${path}:${at + 1}`] : [])),
    )
    expect(long).toEqual([])
  })

  test('every file says first what it is', () => {
    expect(sources.filter(({ text }) => !text.startsWith('//')).map(({ path }) => path)).toEqual([])
  })
})
