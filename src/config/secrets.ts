// Secrets that stand in the environment instead of the file. Nothing of theirs is ever in a fault.

import { type Fault, HIDDEN } from './faults.ts'
import { secret, variableName } from './rules.ts'
import { inside, namesIn } from './written.ts'

/** The environment variables that engines name as holding their secret, in the file as it was written. */
export function secretVariables(document: unknown): Set<string> {
  const engines = inside(document, 'engines')
  const names = namesIn(engines).map(engine => inside(inside(engines, engine), 'secretEnv'))
  return new Set(names.filter(variableName.accepts))
}

export function secretFaults(document: unknown, env: Readonly<Record<string, string | undefined>>): Fault[] {
  const engines = inside(document, 'engines')
  return namesIn(engines).flatMap((name): Fault[] => {
    const engine = inside(engines, name)
    const variable = inside(engine, 'secretEnv')
    if (!variableName.accepts(variable)) return []
    const key = `engines.${name}.secretEnv`
    if (inside(engine, 'secret') !== undefined) {
      return [{ key, value: null, allowed: `stands beside engines.${name}.secret; give one of them` }]
    }
    // The name itself stays hidden: people put the secret there.
    const allowed = `an environment variable that holds ${secret.allowed}`
    return secret.accepts(env[variable]) ? [] : [{ key, value: HIDDEN, allowed }]
  })
}
