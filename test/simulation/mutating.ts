// Loads the source with one deliberate bug in it. Registered before anything of src is loaded, in the process or thread that shall
// have the bug, and nowhere else.

import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Mutation } from './mutations.ts'

const SRC = join(import.meta.dirname, '../../src')

/** Throws when the place is not to be found exactly once. */
export function mutate({ name, file, find, replace }: Mutation): void {
  const path = join(SRC, file)
  const places = readFileSync(path, 'utf8').split(find).length - 1
  if (places !== 1) throw new Error(`the mutation “${name}” fits ${places} places of ${file} instead of one`)
  const url = pathToFileURL(path).href
  registerHooks({
    load(loaded, context, next) {
      const result = next(loaded, context)
      if (loaded !== url) return result
      const source = result.source?.toString() ?? ''
      const mutated = source.replace(find, () => replace)
      if (mutated === source) throw new Error(`the mutation “${name}” did not reach ${file}`)
      return { ...result, source: mutated }
    },
  })
}
