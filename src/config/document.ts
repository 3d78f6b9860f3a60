// The configuration file as it is written, before anything in it is believed.

import { dirname, resolve } from 'node:path'
import JSON5 from 'json5'
import { type Fault, kindOf, show } from './faults.ts'
import type { Surroundings } from './surroundings.ts'
import { isObject } from './written.ts'

export interface Document {
  /** Where relative paths in it begin. */
  readonly folder: string
  readonly content: Readonly<Record<string, unknown>>
}

/** The file named by PARLEY_CONFIG; empty when none is. Undefined, with a fault, when it holds no object. */
export function readDocument({ env, files, folder }: Surroundings, faults: Fault[]): Document | undefined {
  const named = env.PARLEY_CONFIG
  if (named === undefined || named === '') return { folder, content: {} }
  const path = resolve(folder, named)
  let text: string
  try {
    text = files.readFile(path)
  } catch (error) {
    faults.push({ key: 'PARLEY_CONFIG', value: show(path), allowed: readable(error) })
    return undefined
  }
  let content: unknown
  try {
    content = JSON5.parse(text)
  } catch (error) {
    faults.push({ key: path, value: null, allowed: placeOf(error) })
    return undefined
  }
  if (isObject(content)) return { folder: dirname(path), content }
  faults.push({ key: path, value: kindOf(content), allowed: 'an object' })
  return undefined
}

/** What would be right in place of a file whose reading ended with `error`. */
export function readable(error: unknown): string {
  return `a file that can be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`
}

// The parser's message quotes a character of the file, which may be one of a secret: it is not passed on.
function placeOf(error: unknown): string {
  const { lineNumber, columnNumber } = error as { lineNumber?: number; columnNumber?: number }
  if (lineNumber === undefined || columnNumber === undefined) throw error
  return `is no JSON5 at line ${lineNumber}, column ${columnNumber}`
}
