// A configuration file that a daemon is started with from another folder: what it names relative to itself, and the secrets it
// takes from the environment, must still be found.

import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import json5 from 'json5'

export interface BorrowedConfiguration {
  base: { speech?: object; destinations?: object; [section: string]: unknown }
  env: Record<string, string>
  /** Where the daemon may play files from, besides its own. */
  sounds: string | undefined
}

interface Written {
  speech?: object
  destinations?: object
  engines?: Record<string, { file?: unknown; secretEnv?: unknown } | null>
  sounds?: { dir?: unknown }
  [section: string]: unknown
}

/** Rejects when the file cannot be read or is no JSON5; all else is the daemon's to judge. */
export async function borrowConfiguration(path: string): Promise<BorrowedConfiguration> {
  const written = json5.parse<Written>(await readFile(path, 'utf8'))
  const absolute = (file: unknown) =>
    typeof file === 'string' && file !== '' ? resolve(dirname(path), file) : file
  const engines = Object.entries(written.engines ?? {}).map(([name, engine]) => [
    name,
    engine && 'file' in engine ? { ...engine, file: absolute(engine.file) } : engine,
  ])
  const names = Object.values(written.engines ?? {}).map(engine => engine?.secretEnv)
  const secrets = names.flatMap(name => {
    const value = typeof name === 'string' ? process.env[name] : undefined
    return typeof name === 'string' && value !== undefined ? [[name, value]] : []
  })
  const dir = absolute(written.sounds?.dir)
  return {
    base: {
      ...written,
      ...(written.engines && { engines: Object.fromEntries(engines) }),
      ...(written.sounds && { sounds: { ...written.sounds, dir } }),
    },
    env: Object.fromEntries(secrets),
    sounds: typeof dir === 'string' && dir !== '' ? dir : undefined,
  }
}
