// Loads a configuration from texts, as the tests of this folder want it.

import { readFileSync } from 'node:fs'
import type { Configuration } from '../../src/config/configuration.ts'
import { ConfigurationInvalid } from '../../src/config/faults.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import type { Surroundings } from '../../src/config/surroundings.ts'

export const FILE = '/etc/parley/parley.json5'

export interface Given {
  /** The text of the configuration file; none when absent. */
  file?: string
  env?: Record<string, string>
  uid?: number
  /** Other files, by path. */
  files?: Record<string, string>
}

export function surroundings({ file, env = {}, uid = 1000, files = {} }: Given): Surroundings {
  const texts: Record<string, string> = { ...files, ...(file !== undefined && { [FILE]: file }) }
  return {
    env: { ...(file !== undefined && { PARLEY_CONFIG: FILE }), ...env },
    uid,
    folder: '/home/user',
    files: { readFile: path => texts[path] ?? readFileSync(path, 'utf8') },
  }
}

export function load(given: Given = {}): Configuration {
  return loadConfiguration(surroundings(given))
}

/** The lines of a configuration that is refused; none when it is taken. */
export function faultLines(given: Given): string[] {
  try {
    load(given)
    return []
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.message.split('\n')
    throw error
  }
}
