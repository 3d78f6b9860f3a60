// The configuration as a Markdown table, for the README: what there is cannot differ from what is told.

import { schema } from '../../src/config/schema.ts'
import type { Leaf, Shape } from '../../src/config/shape.ts'
import { unreachable } from '../../src/lib/unreachable.ts'

interface Row {
  key: string
  fallback: string
  doc: string
  allowed: string
}

/** Header and one line per setting, without a line break at the end. */
export function configurationTable(): string {
  const lines = rowsOf(schema, '').map(row => {
    const cells = [`\`${row.key}\``, row.fallback, `${row.doc}${row.allowed && ` (${row.allowed})`}`]
    return `| ${cells.map(escaped).join(' | ')} |`
  })
  return ['| setting | default | what it is |', '|---|---|---|', ...lines].join('\n')
}

function rowsOf(shape: Shape, key: string): Row[] {
  switch (shape.is) {
    case 'leaf':
      return [{ key, fallback: fallbackOf(shape), doc: shape.doc, allowed: shape.rule.allowed }]
    case 'section':
      return Object.entries(shape.fields).flatMap(([field, inner]) =>
        rowsOf(inner, key === '' ? field : `${key}.${field}`),
      )
    case 'named': {
      const fallback = shown(shape.fallback)
      return [{ key, fallback, doc: shape.doc, allowed: '' }, ...rowsOf(shape.entry, `${key}.NAME`)]
    }
    case 'list': {
      const { entry, fallback, doc } = shape
      if (entry.is === 'leaf')
        return [{ key, fallback: shown(fallback), doc, allowed: `each ${entry.rule.allowed}` }]
      return [{ key, fallback: shown(fallback), doc, allowed: '' }, ...rowsOf(entry, `${key}[]`)]
    }
    case 'choice': {
      const variants = Object.entries(shape.variants)
      return variants.flatMap(([variant, inner]) =>
        rowsOf(inner, key).map(row =>
          variants.length === 1 ? row : { ...row, doc: `${variant}: ${row.doc}` },
        ),
      )
    }
    default:
      return unreachable(shape)
  }
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
