// Defaults, then the file, then the environment: convict's part.
//
// Convict would take "80abc" for the number 80 and "no" for true, tells its faults as one text without
// values for NaN, and accepts whatever is inside an object. So it is given only what has been checked, and
// formats of our own to read with.

import convict from 'convict'
import { type Check, checkValue } from './check.ts'
import { type Readings, variableName, variables } from './environment.ts'
import type { Rule } from './rules.ts'
import { type Settings, schema } from './schema.ts'
import type { Fields, Section, Shape } from './shape.ts'

/** `found`: the fallbacks that depend on the machine, by key. `folder`: where the built-in files are. */
export interface BuiltIn {
  readonly folder: string
  readonly found: Readonly<Record<string, string>>
}

/** The whole of the settings. `given` is what a file holds, checked. */
export function merge(builtIn: BuiltIn, given: object, readings: Readings): Settings {
  const declared = declarations(schema, '', builtIn) as convict.Schema<Settings>
  // Without `args` convict would read this process's own.
  const merged = convict(declared, { env: { ...readings }, args: [] })
  merged.load(given)
  merged.validate({ allowed: 'strict' })
  return merged.getProperties()
}

type Declarations = { [field: string]: convict.SchemaObj<unknown> | Declarations }

function declarations({ fields }: Section<Fields>, prefix: string, builtIn: BuiltIn): Declarations {
  const declared: Declarations = {}
  for (const [field, shape] of Object.entries(fields)) {
    const key = `${prefix}${field}`
    declared[field] =
      shape.is === 'section' ? declarations(shape, `${key}.`, builtIn) : declaration(shape, key, builtIn)
  }
  return declared
}

const settable = new Set(variables.map(({ key }) => key))

function declaration(shape: Shape, key: string, builtIn: BuiltIn): convict.SchemaObj<unknown> {
  const check: Check = { faults: [], folder: builtIn.folder }
  const fallback = builtIn.found[key] ?? checkValue(shape, undefined, key, check)
  if (check.faults.length > 0) throw new Error(`the default of ${key} is not allowed`)
  const format = shape.is === 'leaf' ? formatFor(shape.rule) : shape.is === 'list' ? Array : Object
  return { default: fallback, format, ...(settable.has(key) && { env: variableName(key) }) }
}

/** Convict knows formats by name, for the whole process: ours are named by what they allow. */
function formatFor(rule: Rule<unknown>): convict.PredefinedFormat {
  convict.addFormat({
    name: rule.allowed,
    validate: value => {
      if (!rule.accepts(value)) throw new Error(`must be ${rule.allowed}`)
    },
    coerce: value => rule.read(value),
  })
  return rule.allowed as convict.PredefinedFormat
}
