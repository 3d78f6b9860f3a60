// What a configuration is loaded from, as something one is given; and this process's own.

import { readFileSync } from 'node:fs'

export interface ConfigurationFiles {
  /** The text of a file. Throws the `NodeJS.ErrnoException` of the read. */
  readFile(path: string): string
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly files: ConfigurationFiles
  /** The user we run as; 0 is root. */
  readonly uid: number
  /** The working folder, absolute: relative paths in the environment are relative to it. */
  readonly folder: string
}

export function processSurroundings(): Surroundings {
  return {
    env: process.env,
    files: { readFile: path => readFileSync(path, 'utf8') },
    uid: process.getuid?.() ?? -1,
    folder: process.cwd(),
  }
}
