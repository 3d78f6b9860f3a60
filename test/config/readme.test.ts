// The README's table of settings is the generated one. UPDATE_README=1 writes it there.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configurationTable } from './table.ts'

const path = resolve(import.meta.dirname, '../../README.md')
const BEGIN = '<!-- configuration -->'
const END = '<!-- /configuration -->'

function update(): void {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : `# Parley\n\n${BEGIN}\n${END}\n`
  const [before, rest] = text.split(BEGIN)
  const after = rest?.split(END)[1]
  if (after === undefined) throw new Error(`README.md lacks ${BEGIN} or ${END}`)
  writeFileSync(path, `${before}${BEGIN}\n${configurationTable()}\n${END}${after}`)
}

describe('the README', () => {
  it('holds the table of all settings', () => {
    if (process.env.UPDATE_README === '1') update()
    const [, rest = ''] = readFileSync(path, 'utf8').split(BEGIN)
    expect(rest.split(END)[0]?.trim()).toBe(configurationTable())
  })

  it('tells default, meaning and what is allowed', () => {
    const rows = configurationTable().split('\n')
    expect(rows).toContain('| `listener.port` | `8084` | its port (a whole number from 1 to 65535) |')
    expect(rows.filter(row => row.startsWith('| `engines.NAME.'))).toHaveLength(10)
    expect(rows.every(row => row.replaceAll('\\|', '').split('|').length === 5)).toBe(true)
  })
})
