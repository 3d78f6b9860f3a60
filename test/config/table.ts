// The configuration as a Markdown table, for the README: what there is cannot differ from what is told.

import { schema } from '../../src/config/schema.ts'
import type { Choice, Leaf, Shape, Variants } from '../../src/config/shape.ts'
import { unreachable } from '../../src/lib/unreachable.ts'

interface Row {
  key: string
  fallback: string
  doc: string
  allowed: string
}

/** Header and one line per setting, without a line break at the end. */
export function configurationTable(): string {
  const lines = rowsOf(schema, '', new Map()).map(row => {
    const cells = [`\`${row.key}\``, row.fallback, `${row.doc}${row.allowed && ` (${row.allowed})`}`]
    return `| ${cells.map(escaped).join(' | ')} |`
  })
  return ['| setting | default | what it is |', '|---|---|---|', ...lines].join('\n')
}

/** `told`: where the entries of lists have been told of before. */
function rowsOf(shape: Shape, key: string, told: Map<Shape, string>): Row[] {
  switch (shape.is) {
    case 'leaf':
      return [{ key, fallback: fallbackOf(shape), doc: shape.doc, allowed: shape.rule.allowed }]
    case 'section':
      return Object.entries(shape.fields).flatMap(([field, inner]) =>
        rowsOf(inner, key === '' ? field : `${key}.${field}`, told),
      )
    case 'named': {
      const fallback = shown(shape.fallback)
      return [{ key, fallback, doc: shape.doc, allowed: '' }, ...rowsOf(shape.entry, `${key}.NAME`, told)]
    }
    case 'list': {
      const { entry, fallback, doc } = shape
      const orNull = fallback === null ? '; or null' : ''
      if (entry.is === 'leaf')
        return [{ key, fallback: shown(fallback), doc, allowed: `each ${entry.rule.allowed}${orNull}` }]
      const before = told.get(entry)
      told.set(entry, key)
      const allowed = before === undefined ? '' : `entries as in \`${before}\``
      const row = { key, fallback: shown(fallback), doc, allowed }
      return [row, ...(before === undefined ? rowsOf(entry, `${key}[]`, told) : [])]
    }
    case 'choice':
      return choiceRows(shape, key, told)
    default:
      return unreachable(shape)
  }
}

/** What several variants have alike is told once, with their names; what all have, without. */
function choiceRows({ variants }: Choice<Variants>, key: string, told: Map<Shape, string>): Row[] {
  const alike = new Map<string, { row: Row; names: string[] }>()
  for (const [name, variant] of Object.entries(variants)) {
    for (const row of rowsOf(variant, key, told)) {
      const known = alike.get(JSON.stringify(row))
      if (known) known.names.push(name)
      else alike.set(JSON.stringify(row), { row, names: [name] })
    }
  }
  const count = Object.keys(variants).length
  return [...alike.values()].map(({ row, names }) =>
    names.length === count ? row : { ...row, doc: `${names.join(', ')}: ${row.doc}` },
  )
}

function fallbackOf({ fallback }: Leaf<unknown>): string {
  switch (fallback.is) {
    case 'required':
      return 'required'
    case 'absent':
      return ''
    case 'found':
      return fallback.words
    case 'value':
      return shown(fallback.value)
    default:
      return unreachable(fallback)
  }
}

function shown(value: unknown): string {
  return `\`${JSON.stringify(value)}\``
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|')
}
