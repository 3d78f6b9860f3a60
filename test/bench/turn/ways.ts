// The ways in which a turn can be taken, as far as the configuration knows them.

import { readFileSync } from 'node:fs'
import { ConfigurationInvalid } from '../../../src/config/faults.ts'
import { loadConfiguration } from '../../../src/config/load.ts'

export type WayName = 'classic' | 'plain' | 'speculating'

export interface Way {
  name: WayName
  title: string
  /** Laid over the profile. */
  profile: object
  /** The silence that ends what the caller says, where the daemon does not tell what it waited for. */
  waitMs: number
}

export type Possible = { way: Way } | { name: WayName; skipped: string }

/** The same for every way that ends turns by a constant. */
const CONSTANT_MS = 700
const CLASSIC_MS = 1_000

const candidates: readonly { name: WayName; title: string; waitMs: number; profiles: readonly object[] }[] = [
  { name: 'classic', title: 'classic', waitMs: CLASSIC_MS, profiles: [{ turns: 'classic' }] },
  {
    name: 'plain',
    title: 'this way',
    waitMs: CONSTANT_MS,
    // Where nothing can be guessed ahead, nothing has to be turned off.
    profiles: [{ speculation: false }, { policy: { speculation: false } }, {}],
  },
  {
    name: 'speculating',
    title: 'with speculation',
    waitMs: CONSTANT_MS,
    profiles: [{ speculation: true }, { policy: { speculation: true } }],
  },
]

/** Which ways a daemon of this tree can take; `write` makes a configuration file with this profile and gives its path. */
export async function possibleWays(write: (profile: object) => Promise<string>): Promise<Possible[]> {
  const possible: Possible[] = []
  for (const { name, title, waitMs, profiles } of candidates) {
    const reasons: string[] = []
    let found: object | undefined
    for (const profile of profiles) {
      const reason = refusal(await write(profile))
      if (reason === undefined) {
        found = profile
        break
      }
      reasons.push(reason)
    }
    if (found) possible.push({ way: { name, title, waitMs, profile: found } })
    else possible.push({ name, skipped: `the configuration does not know it (${reasons[0]})` })
  }
  return possible
}

/** Why the configuration refuses a file; undefined when it takes it. */
function refusal(file: string): string | undefined {
  try {
    loadConfiguration({
      env: { PARLEY_CONFIG: file },
      files: { readFile: path => readFileSync(path, 'utf8') },
      uid: process.getuid?.() ?? -1,
      folder: process.cwd(),
    })
    return undefined
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.message.split('\n')[0] ?? ''
    throw error
  }
}
