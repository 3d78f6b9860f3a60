// `npm run fuzz -- TARGET|all --seconds N [--seed S]`: inputs nobody would write, against everything that reads what comes from
// outside. A finding is shrunk and written to a file, which `npm run fuzz -- TARGET --input FILE` runs again. The last line is
// one JSON object. Exit codes: 0 nothing found, 1 a finding, 2 wrong arguments.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { replay } from '../fuzz/fuzz.ts'
import { supervise } from '../fuzz/supervise.ts'
import type { Target } from '../fuzz/target.ts'
import { targets } from '../fuzz/targets.ts'

const USAGE = `npm run fuzz -- ${targets.map(({ name }) => name).join('|')}|all --seconds N [--seed S] [--input FILE]`

interface Arguments {
  chosen: readonly Target[]
  name: string
  seconds: number
  seed: number
  file: string | undefined
}

function given(): Arguments | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { seconds: { type: 'string' }, seed: { type: 'string' }, input: { type: 'string' } },
    })
    const [name = ''] = positionals
    const chosen = targets.filter(target => name === 'all' || name === target.name)
    const seconds = Number(values.seconds ?? 10)
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
    const isRight = chosen.length > 0 && positionals.length === 1 && seconds > 0 && Number.isSafeInteger(seed)
    return isRight ? { chosen, name, seconds, seed, file: values.input } : undefined
  } catch {
    return undefined
  }
}

async function fuzzOne({ name }: Target, seconds: number, seed: number) {
  console.log(`${name}: ${seconds} s, seed ${seed}`)
  const {
    finding,
    runs,
    seconds: took,
    coverage,
  } = await supervise({
    target: name,
    seconds,
    seed,
    onProgress: ({ runs, corpus }) => console.log(`${name}: ${runs} runs, ${corpus} inputs kept`),
  })
  if (finding) {
    const path = join(mkdtempSync(join(tmpdir(), 'parley-fuzz-')), name)
    writeFileSync(path, finding.input)
    console.log(`${name}: FINDING ${finding.fault}\n${name}: ${finding.input.length} bytes in ${path}`)
  }
  const findings = finding ? 1 : 0
  return {
    target: name,
    runs,
    seconds: Math.round(took * 10) / 10,
    seed,
    findings,
    ...(coverage && { coverage }),
  }
}

async function runFile(target: Target, path: string): Promise<void> {
  const error = await replay(target, readFileSync(path))
  if (error !== undefined) console.log(error)
  process.exitCode = error === undefined ? 0 : 1
  console.log(JSON.stringify({ target: target.name, runs: 1, findings: process.exitCode }))
}

const asked = given()
const [only] = asked?.chosen ?? []
if (!asked || !only || (asked.file !== undefined && asked.name === 'all')) {
  console.error(USAGE)
  process.exitCode = 2
} else if (asked.file !== undefined) await runFile(only, asked.file)
else {
  const { chosen, seconds, seed, name } = asked
  const results: Awaited<ReturnType<typeof fuzzOne>>[] = []
  for (const target of chosen) {
    results.push(await fuzzOne(target, seconds, seed))
    if (chosen.length > 1) console.log(JSON.stringify(results.at(-1)))
  }
  const sum = (of: 'runs' | 'seconds' | 'findings') =>
    results.reduce((total, result) => total + result[of], 0)
  const findings = sum('findings')
  process.exitCode = findings > 0 ? 1 : 0
  console.log(
    JSON.stringify(
      chosen.length === 1
        ? results[0]
        : { target: name, runs: sum('runs'), seconds: sum('seconds'), seed, findings },
    ),
  )
}
